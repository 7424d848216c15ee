//! One label an object: accuracy and probabilities on sets of real answers with gold truth.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use cairn_algorithms::classification::{cairn, ground_truth, majority};

use super::anchors::Anchors;
use super::figure::Figure;
use super::interval::paired;
use super::score::{Score, credit, mean};
use super::sets::Set;
use crate::crowd_kit;

/// In a quiz most workers are wrong, and one of its few questions is several points.
const QUIZ: &str = "quiz_";

/// Evaluates the sets below `folder`, and prints a row for each. With `peers`, crowd-kit's MACE runs beside ours.
pub fn run(folder: &Path, peers: bool) -> Result<Vec<Figure>> {
    let sets = Set::read_all(folder)?;
    let anchors = Anchors::read(&folder.with_file_name("ANCHORS.md"))?;
    println!(
        "| set | gold | majority | ground-truth | cairn | others: MV / DS / MACE | over the better of MV and DS | log loss | ECE | weights ({}) |",
        cairn::MODELS.join(", ")
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let (mut all, mut plain) = (Vec::new(), Vec::new());
    let (mut worst, mut mace) = (f64::INFINITY, Vec::new());
    let (mut over_guessing, mut over_mace) = (Vec::new(), Vec::new());
    for set in &sets {
        let estimate = cairn::estimate(&set.answers)?;
        let ours = Score::of_posteriors(set, |object| estimate.posterior(object).to_vec());
        let votes = Score::of_labels(set, &majority::consolidate(&set.answers));
        let compatible = Score::of_labels(set, &ground_truth::consolidate(&set.answers));
        let others = anchors.of(&set.name)?;
        let over = ours.accuracy - others.majority.max(others.dawid_skene);
        // One object is allowed where that is more than a point; the figures of others have three decimals.
        let allowed = (1.0 / set.gold.len() as f64).max(0.01) + 1e-9;
        worst = worst.min(over + allowed);
        mace.push(others.mace);
        println!(
            "| {} | {} | {:.3} | {:.3} | {:.3} | {:.3} / {:.3} / {:.3} | {:+.3} | {:.3} | {:.3} | {} |",
            set.name,
            set.gold.len(),
            votes.accuracy,
            compatible.accuracy,
            ours.accuracy,
            others.majority,
            others.dawid_skene,
            others.mace,
            over,
            ours.log_loss,
            ours.calibration_error,
            estimate
                .weights
                .map(|weight| format!("{weight:.2}"))
                .join(" "),
        );
        let guessing = cairn::fit_one(
            &set.answers,
            &cairn::Given::default(),
            cairn::Model::Guessing,
        )?;
        over_guessing.push(differences(set, &estimate, |object, truth| {
            credit(guessing.posterior(object), truth)
        }));
        if peers {
            let labels = crowd_kit_labels(set).with_context(|| set.name.clone())?;
            over_mace.push(differences(set, &estimate, |object, truth| {
                f64::from(u8::from(labels[object] == Some(truth)))
            }));
        }
        if !set.name.starts_with(QUIZ) {
            plain.push(ours);
        }
        all.push(ours);
    }
    let accuracy = |scores: &[Score]| mean(scores.iter().map(|score| score.accuracy));
    let figures = vec![
        Figure::at_least("mean accuracy, all sets", accuracy(&all), 0.838),
        Figure::at_least("mean accuracy without quizzes", accuracy(&plain), 0.867),
        Figure::at_least("worst set: points to spare", worst, 0.0),
        Figure::at_most(
            "log loss without quizzes",
            mean(plain.iter().map(|score| score.log_loss)),
            0.45,
        ),
        Figure::at_most(
            "expected calibration error without quizzes",
            mean(plain.iter().map(|score| score.calibration_error)),
            0.05,
        ),
    ];
    println!(
        "\nMACE of others, mean over all sets: {:.4}",
        mean(mace.into_iter())
    );
    let without_quizzes = |differences: &[Vec<f64>]| {
        let sets = sets.iter().zip(differences);
        let plain = sets.filter(|(set, _)| !set.name.starts_with(QUIZ));
        paired(&plain.map(|(_, one)| one.clone()).collect::<Vec<_>>())
    };
    for (name, differences) in [
        ("our guessing model alone, which is MACE's", over_guessing),
        ("crowd-kit's MACE", over_mace),
    ] {
        if !differences.is_empty() {
            println!(
                "\ncairn over {name}, paired, objects drawn anew within each set: {}; without quizzes {}",
                paired(&differences),
                without_quizzes(&differences)
            );
        }
    }
    Ok(figures)
}

/// By object with gold: our credit less that of another method.
fn differences(set: &Set, ours: &cairn::Fitted, theirs: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let gold = set.gold.iter();
    gold.map(|(object, truth)| {
        let truth = *truth as usize;
        credit(ours.posterior(*object), truth) - theirs(*object, truth)
    })
    .collect()
}

/// By object, the label that crowd-kit's MACE gives it.
fn crowd_kit_labels(set: &Set) -> Result<Vec<Option<usize>>> {
    let mut answers = String::from("task,worker,label\n");
    for answer in set.answers.all() {
        writeln!(
            answers,
            "{},{},{}",
            answer.object, answer.worker, answer.label
        )?;
    }
    let mut labels = vec![None; set.answers.objects()];
    for line in crowd_kit::labels("mace", &answers)?.lines() {
        let fields = line.split_once(',').context("no two fields")?;
        let (object, label): (usize, usize) = (fields.0.parse()?, fields.1.parse()?);
        ensure!(object < labels.len(), "object {object} was not there");
        labels[object] = Some(label);
    }
    Ok(labels)
}
