//! One label an object: accuracy and probabilities on sets of real answers with gold truth.

use std::path::Path;

use anyhow::Result;
use cairn_algorithms::classification::{cairn, ground_truth, majority};

use super::anchors::Anchors;
use super::figure::Figure;
use super::score::{Score, mean};
use super::sets::Set;

/// In a quiz most workers are wrong, and one of its few questions is several points.
const QUIZ: &str = "quiz_";

/// Evaluates the sets below `folder`, and prints a row for each.
pub fn run(folder: &Path) -> Result<Vec<Figure>> {
    let sets = Set::read_all(folder)?;
    let anchors = Anchors::read(&folder.with_file_name("ANCHORS.md"))?;
    println!(
        "| set | gold | majority | ground-truth | cairn | others: MV / DS / MACE | over the better of MV and DS | log loss | ECE | weights ({}) |",
        cairn::MODELS.join(", ")
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let (mut all, mut plain) = (Vec::new(), Vec::new());
    let (mut worst, mut mace) = (f64::INFINITY, Vec::new());
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
    Ok(figures)
}
