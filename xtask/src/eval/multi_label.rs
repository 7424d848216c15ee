//! Several labels an object: simulated workers whose hits and false alarms are known, and the two-label sets of real
//! answers as one question each.

use std::path::Path;

use anyhow::Result;
use cairn_algorithms::classification::cairn as classification;
use cairn_algorithms::multi_label::{
    MultiAnswer, MultiConsolidation, cairn, ground_truth, majority,
};

use super::figure::Figure;
use super::score::{Score, mean};
use super::sets::Set;
use super::simulate::{between, distinct, normal};
use crate::random::Random;

const WORKERS: usize = 40;
const CROWDS: u64 = 5;
/// How much below the oracle's F1 ours may be.
const BELOW_ORACLE: f64 = 0.02;

/// A crowd and what it is asked.
#[derive(Clone, Copy)]
struct Crowd {
    objects: usize,
    labels: usize,
    answers: usize,
    /// How often a label is there: the least and the most.
    there: (f64, f64),
    /// Standard deviation of workers' skill in log odds.
    skill: f64,
    /// Share of workers who choose by chance.
    spammers: f64,
}

/// Evaluates simulated crowds, then the sets below `folder`.
pub fn run(folder: &Path) -> Result<Vec<Figure>> {
    println!("F1 of labels found; {CROWDS} crowds a row, {WORKERS} workers.\n");
    println!("| crowd | one worker | majority | ground-truth, the likely ones | cairn | oracle |");
    println!("|---|---|---|---|---|---|");
    let plain = Crowd {
        objects: 600,
        labels: 12,
        answers: 5,
        there: (0.05, 0.4),
        skill: 1.0,
        spammers: 0.1,
    };
    let crowds = [
        ("12 labels", plain),
        (
            "3 answers",
            Crowd {
                answers: 3,
                ..plain
            },
        ),
        (
            "60 objects",
            Crowd {
                objects: 60,
                ..plain
            },
        ),
        (
            "300 rare labels",
            Crowd {
                labels: 300,
                there: (0.001, 0.01),
                ..plain
            },
        ),
        (
            "many spammers",
            Crowd {
                spammers: 0.4,
                ..plain
            },
        ),
        (
            "all alike",
            Crowd {
                skill: 0.0,
                spammers: 0.0,
                ..plain
            },
        ),
    ];
    let mut figures = Vec::new();
    for (name, crowd) in crowds {
        let rows: Vec<[f64; 5]> = (0..CROWDS)
            .map(|seed| one(crowd, seed))
            .collect::<Result<_>>()?;
        let at = |column: usize| mean(rows.iter().map(|row| row[column]));
        println!(
            "| {name} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} |",
            at(0),
            at(1),
            at(2),
            at(3),
            at(4)
        );
        figures.push(Figure::at_least(
            format!("several labels, {name}: F1 over the oracle's"),
            at(3) - at(4),
            -BELOW_ORACLE,
        ));
        figures.push(Figure::at_least(
            format!("several labels, {name}: F1 over the majority's"),
            at(3) - at(1),
            0.0,
        ));
    }
    real(folder)?;
    Ok(figures)
}

/// F1 of one crowd: one worker, majority, ground-truth, ours, the oracle.
fn one(crowd: Crowd, seed: u64) -> Result<[f64; 5]> {
    let mut random = Random::new(0x3a11 + seed);
    let there: Vec<f64> = (0..crowd.labels)
        .map(|_| between(&mut random, crowd.there.0, crowd.there.1))
        .collect();
    let ease: Vec<f64> = (0..crowd.labels)
        .map(|_| 0.5 * normal(&mut random))
        .collect();
    // By worker and label: probabilities of a hit and of a false alarm.
    let chances: Vec<Vec<(f64, f64)>> = (0..WORKERS)
        .map(|worker| {
            let skill = crowd.skill * normal(&mut random);
            let alarms = crowd.skill * normal(&mut random);
            let is_spammer = (worker as f64) < crowd.spammers * WORKERS as f64;
            (0..crowd.labels)
                .map(|label| {
                    if is_spammer {
                        return (there[label], there[label]);
                    }
                    let own = 0.3 * crowd.skill * normal(&mut random);
                    let hit = logistic(1.5 + skill + ease[label] + own);
                    // A label that is rare is rarely chosen by mistake.
                    let alarm = logistic(
                        (there[label] / (1.0 - there[label])).ln() - 1.5 + alarms - ease[label],
                    );
                    (hit, alarm)
                })
                .collect()
        })
        .collect();
    let mut truth = vec![false; crowd.objects * crowd.labels];
    let mut odds = vec![0.0; truth.len()];
    let mut answers = Vec::new();
    for object in 0..crowd.objects {
        for label in 0..crowd.labels {
            truth[object * crowd.labels + label] = random.chance(there[label]);
            odds[object * crowd.labels + label] = (there[label] / (1.0 - there[label])).ln();
        }
        for worker in distinct(&mut random, WORKERS as u32, crowd.answers) {
            let mut labels = Vec::new();
            for (label, (hit, alarm)) in chances[worker as usize].iter().enumerate() {
                let at = object * crowd.labels + label;
                if random.chance(if truth[at] { *hit } else { *alarm }) {
                    labels.push(label as u32);
                    odds[at] += (hit / alarm).ln();
                } else {
                    odds[at] += ((1.0 - hit) / (1.0 - alarm)).ln();
                }
            }
            answers.push(MultiAnswer {
                object: object as u32,
                worker,
                labels,
            });
        }
    }
    let score = |found: &dyn Fn(usize) -> Vec<u32>| {
        let (mut both, mut all) = (0.0, 0.0);
        for object in 0..crowd.objects {
            let own = &truth[object * crowd.labels..(object + 1) * crowd.labels];
            let found = found(object);
            both += found.iter().filter(|label| own[**label as usize]).count() as f64;
            all += (found.len() + own.iter().filter(|is_there| **is_there).count()) as f64;
        }
        2.0 * both / f64::max(all, 1.0)
    };
    let kept = |found: &MultiConsolidation, object: usize| -> Vec<u32> {
        let decision = found.objects[object].iter();
        decision
            .flat_map(|one| &one.labels)
            .filter(|label| label.posterior > 0.5)
            .map(|label| label.label)
            .collect()
    };
    let of = |method: &dyn Fn() -> Result<MultiConsolidation>| -> Result<f64> {
        let found = method()?;
        Ok(score(&|object| kept(&found, object)))
    };
    let (objects, labels) = (crowd.objects, crowd.labels);
    Ok([
        score(&|object| answers[object * crowd.answers].labels.clone()),
        of(&|| Ok(majority(objects, WORKERS, labels, &answers)?))?,
        of(&|| Ok(ground_truth(objects, WORKERS, labels, &answers)?))?,
        of(&|| Ok(cairn::consolidate(objects, WORKERS, labels, &answers)?))?,
        score(&|object| {
            let own = &odds[object * crowd.labels..(object + 1) * crowd.labels];
            let likely = own.iter().zip(0..).filter(|(odds, _)| **odds > 0.0);
            likely.map(|(_, label)| label).collect()
        }),
    ])
}

/// Sets with two labels, the second one as the only label of an object: there or not.
fn real(folder: &Path) -> Result<()> {
    println!("\nAccuracy and log loss where there is one label only, beside the classification:\n");
    println!(
        "| set | majority | cairn, two labels | cairn, one label there or not | log loss, the same |"
    );
    println!("|---|---|---|---|---|");
    for set in Set::read_all(folder)? {
        if set.answers.labels() != 2 {
            continue;
        }
        let answers: Vec<MultiAnswer> = set
            .answers
            .all()
            .iter()
            .map(|answer| MultiAnswer {
                object: answer.object,
                worker: answer.worker,
                labels: if answer.label == 1 { vec![0] } else { vec![] },
            })
            .collect();
        let (objects, workers) = (set.answers.objects(), set.answers.workers());
        let multi = cairn::estimate(objects, workers, 1, &answers)?;
        let single = classification::estimate(&set.answers)?;
        let votes = Score::of_labels(
            &set,
            &cairn_algorithms::classification::majority::consolidate(&set.answers),
        );
        let single = Score::of_posteriors(&set, |object| single.posterior(object).to_vec());
        let multi = Score::of_posteriors(&set, |object| {
            let there = multi
                .of(object)
                .first()
                .map_or(0.0, |label| label.posterior);
            vec![1.0 - there, there]
        });
        println!(
            "| {} | {:.3} | {:.3} | {:.3} | {:.3} / {:.3} |",
            set.name,
            votes.accuracy,
            single.accuracy,
            multi.accuracy,
            single.log_loss,
            multi.log_loss
        );
    }
    Ok(())
}

fn logistic(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}
