//! `cargo xtask eval`: accuracy on real answers with gold truth, beside what other programs reached on the same sets.
//!
//! The sets lie outside the repository (`CAIRN_SHARED`). One fixed default runs on all of them.

mod anchors;
mod score;
mod sets;

use anyhow::{Result, ensure};
use cairn_algorithms::classification::{cairn, ground_truth, majority};

use crate::workspace;
use anchors::Anchors;
use score::{Score, mean};
use sets::Set;

/// What to evaluate.
#[derive(clap::Args)]
pub struct Arguments {
    /// An error when a figure that is required is not reached
    #[arg(long)]
    strict: bool,
}

/// In a quiz most workers are wrong, and one of its few questions is several points.
const QUIZ: &str = "quiz_";

/// Evaluates, and prints a Markdown table.
pub fn run(arguments: &Arguments) -> Result<()> {
    let folder = workspace::shared().join("data/consolidation");
    let sets = Set::read_all(&folder.join("classification"))?;
    let anchors = Anchors::read(&folder.join("ANCHORS.md"))?;
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
    let figures = [
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
    println!("\n| what | reached | required | |\n|---|---|---|---|");
    for figure in &figures {
        println!("{figure}");
    }
    println!(
        "\nMACE of others, mean over all sets: {:.4}",
        mean(mace.into_iter())
    );
    let missed = figures.iter().filter(|figure| !figure.is_met()).count();
    ensure!(
        !arguments.strict || missed == 0,
        "{missed} figures were not reached"
    );
    Ok(())
}

struct Figure {
    what: &'static str,
    value: f64,
    bound: f64,
    is_most: bool,
}

impl Figure {
    fn at_least(what: &'static str, value: f64, bound: f64) -> Figure {
        Figure {
            what,
            value,
            bound,
            is_most: false,
        }
    }

    fn at_most(what: &'static str, value: f64, bound: f64) -> Figure {
        Figure {
            is_most: true,
            ..Figure::at_least(what, value, bound)
        }
    }

    fn is_met(&self) -> bool {
        if self.is_most {
            self.value <= self.bound
        } else {
            self.value >= self.bound
        }
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, met) = (
            if self.is_most { '≤' } else { '≥' },
            if self.is_met() { "met" } else { "**missed**" },
        );
        write!(
            f,
            "| {} | {:.4} | {sign} {} | {met} |",
            self.what, self.value, self.bound
        )
    }
}
