//! Labels with an order: sets of real answers, and simulated workers who see labels on a line.

use std::path::Path;

use anyhow::Result;
use cairn_algorithms::classification::{Rule, cairn, majority, ordered};
use cairn_algorithms::{Answer, Answers};

use super::figure::Figure;
use super::score::{Score, mean};
use super::sets::Set;
use super::simulate::{between, distinct, normal};
use crate::random::Random;

/// Sets whose labels have an order, which is that of their names.
const ORDERED: [&str; 2] = ["adult2", "web"];
const LABELS: usize = 5;
const WORKERS: usize = 50;
const OBJECTS: usize = 800;
const CROWDS: u64 = 5;

/// Evaluates the sets below `folder`, then simulated crowds.
pub fn run(folder: &Path) -> Result<Vec<Figure>> {
    println!("Distance is the mean over objects of how many labels off the label is.\n");
    println!(
        "| set | majority: accuracy, distance | cairn: accuracy, log loss, distance of mode, of median | ordered: the same |"
    );
    println!("|---|---|---|---|");
    let mut figures = Vec::new();
    for set in Set::read_all(folder)? {
        if !ORDERED.contains(&set.name.as_str()) {
            continue;
        }
        let votes = majority::consolidate(&set.answers);
        let default = cairn::estimate(&set.answers)?;
        let ours = ordered::estimate(&set.answers)?;
        let voted = |object: usize| votes.objects[object].map_or(0, |one| one.label as usize);
        let show = |posterior: &dyn Fn(usize) -> Vec<f64>| {
            let score = Score::of_posteriors(&set, posterior);
            let by = |rule: Rule| distance(&set.gold, |object| rule.of(&posterior(object)));
            (score, by(Rule::Mode), by(Rule::Median))
        };
        let by_default = show(&|object| default.posterior(object).to_vec());
        let by_ours = show(&|object| ours.of(object).to_vec());
        let cell = |(score, mode, median): &(Score, f64, f64)| {
            format!(
                "{:.3}, {:.3}, {mode:.3}, {median:.3}",
                score.accuracy, score.log_loss
            )
        };
        println!(
            "| {} | {:.3}, {:.3} | {} | {} |",
            set.name,
            Score::of_labels(&set, &votes).accuracy,
            distance(&set.gold, voted),
            cell(&by_default),
            cell(&by_ours)
        );
        figures.push(Figure::at_most(
            format!(
                "ordered, {}: distance of the median over the majority's",
                set.name
            ),
            by_ours.2 - distance(&set.gold, voted),
            0.0,
        ));
    }
    println!(
        "\n{CROWDS} crowds a row, {OBJECTS} objects, {WORKERS} workers, 5 answers, {LABELS} labels.\n"
    );
    println!("| crowd | majority: accuracy, distance | cairn | ordered | oracle |");
    println!("|---|---|---|---|---|");
    for (name, bias, blur) in [
        ("careful", 0.2, (0.3, 0.6)),
        ("biased", 0.7, (0.3, 1.0)),
        ("blurred", 0.4, (0.5, 2.5)),
    ] {
        let rows: Vec<[f64; 8]> = (0..CROWDS)
            .map(|seed| one(bias, blur, seed))
            .collect::<Result<_>>()?;
        let at = |column: usize| mean(rows.iter().map(|row| row[column]));
        let cell = |method: usize| format!("{:.3}, {:.3}", at(2 * method), at(2 * method + 1));
        println!(
            "| {name} | {} | {} | {} | {} |",
            cell(0),
            cell(1),
            cell(2),
            cell(3)
        );
        figures.push(Figure::at_most(
            format!("ordered, {name}: distance over the majority's"),
            at(5) / at(1),
            1.0,
        ));
    }
    Ok(figures)
}

fn distance(gold: &[(usize, u32)], label: impl Fn(usize) -> usize) -> f64 {
    mean(
        gold.iter()
            .map(|(object, truth)| label(*object).abs_diff(*truth as usize) as f64),
    )
}

/// Accuracy of the mode and distance of the median: majority, cairn, ordered, the oracle.
fn one(bias: f64, blur: (f64, f64), seed: u64) -> Result<[f64; 8]> {
    let mut random = Random::new(0x0d0e + seed);
    let workers: Vec<(f64, f64)> = (0..WORKERS)
        .map(|_| {
            (
                bias * normal(&mut random),
                between(&mut random, blur.0, blur.1),
            )
        })
        .collect();
    let (mut answers, mut gold) = (Vec::new(), Vec::new());
    let mut known = Vec::new();
    for object in 0..OBJECTS {
        // The middle labels are more frequent.
        let place = ((2.0 + 1.3 * normal(&mut random)).clamp(-0.49, 4.49) + 0.5).floor();
        gold.push((object, place as u32));
        // As likely as each label is beforehand.
        let mut posterior: Vec<f64> = (0..LABELS).map(|label| share(label, 2.0, 1.3)).collect();
        for worker in distinct(&mut random, WORKERS as u32, 5) {
            let (bias, blur) = workers[worker as usize];
            let seen = place + bias + blur * normal(&mut random);
            let label = (seen.clamp(-0.49, 4.49) + 0.5).floor() as usize;
            answers.push(Answer {
                object: object as u32,
                worker,
                label: label as u32,
            });
            for (truth, chance) in posterior.iter_mut().enumerate() {
                *chance *= share(label, truth as f64 + bias, blur);
            }
        }
        let sum: f64 = posterior.iter().sum();
        known.push(
            posterior
                .iter()
                .map(|chance| chance / sum)
                .collect::<Vec<f64>>(),
        );
    }
    let answers = Answers::new(OBJECTS, WORKERS, LABELS, &answers)?;
    let votes = majority::consolidate(&answers);
    let voted: Vec<usize> = votes
        .objects
        .iter()
        .map(|one| one.map_or(0, |one| one.label as usize))
        .collect();
    let default = cairn::estimate(&answers)?;
    let ours = ordered::estimate(&answers)?;
    let right = |label: &dyn Fn(usize) -> usize| {
        mean(
            gold.iter()
                .map(|(object, truth)| f64::from(u8::from(label(*object) == *truth as usize))),
        )
    };
    let of = |posterior: &dyn Fn(usize) -> Vec<f64>| {
        (
            right(&|object| Rule::Mode.of(&posterior(object))),
            distance(&gold, |object| Rule::Median.of(&posterior(object))),
        )
    };
    let by_default = of(&|object| default.posterior(object).to_vec());
    let by_ours = of(&|object| ours.of(object).to_vec());
    let by_oracle = of(&|object| known[object].clone());
    Ok([
        right(&|object| voted[object]),
        distance(&gold, |object| voted[object]),
        by_default.0,
        by_default.1,
        by_ours.0,
        by_ours.1,
        by_oracle.0,
        by_oracle.1,
    ])
}

/// How often a label is said when its place is seen at `mean` with a normal error; the first and last take what is
/// beyond them.
fn share(label: usize, mean: f64, deviation: f64) -> f64 {
    let upto = |threshold: f64| below((threshold - mean) / deviation);
    let low = if label == 0 {
        0.0
    } else {
        upto(label as f64 - 0.5)
    };
    let high = if label + 1 == LABELS {
        1.0
    } else {
        upto(label as f64 + 0.5)
    };
    (high - low).max(1e-12)
}

/// The normal distribution, by Simpson's rule on its density.
fn below(value: f64) -> f64 {
    let value = value.clamp(-8.0, 8.0);
    let steps = 64;
    let width = value / f64::from(steps);
    let density = |at: f64| (-at * at / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let sum: f64 = (0..=steps)
        .map(|step| {
            let weight = match step {
                0 => 1.0,
                step if step == steps => 1.0,
                step if step % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * density(f64::from(step) * width)
        })
        .sum();
    0.5 + sum * width / 3.0
}
