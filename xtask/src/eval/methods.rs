//! Methods for one label an object that stand on their own, beside the default.

use std::path::Path;

use anyhow::Result;
use cairn_algorithms::classification::{
    Posteriors, cairn, glad, groups, majority, odds, weighted_votes,
};

use super::figure::Figure;
use super::score::{Score, mean};
use super::sets::Set;

const NAMES: [&str; 6] = [
    "majority",
    "weighted votes",
    "GLAD",
    "groups",
    "odds",
    "cairn",
];

/// Evaluates the sets below `folder`, and prints a row for each; nothing is required of these.
pub fn run(folder: &Path) -> Result<Vec<Figure>> {
    println!("Accuracy / log loss.\n\n| set | {} |", NAMES.join(" | "));
    println!("|---{}|", "|---".repeat(NAMES.len()));
    let mut all: Vec<[Score; 6]> = Vec::new();
    let mut is_quiz = Vec::new();
    for set in Set::read_all(folder)? {
        let answers = &set.answers;
        let of =
            |found: &Posteriors| Score::of_posteriors(&set, |object| found.of(object).to_vec());
        let default = cairn::estimate(answers)?;
        let scores = [
            Score::of_labels(&set, &majority::consolidate(answers)),
            of(&weighted_votes::estimate(answers)?),
            of(&glad::estimate(answers)?.posteriors),
            of(&groups::estimate(answers, groups::GROUPS)?.posteriors),
            of(&odds::estimate(answers)?),
            Score::of_posteriors(&set, |object| default.posterior(object).to_vec()),
        ];
        print_row(&set.name, &scores);
        is_quiz.push(set.name.starts_with("quiz_"));
        all.push(scores);
    }
    let means = |with_quizzes: bool| -> [Score; 6] {
        std::array::from_fn(|at| {
            let rows = all.iter().zip(&is_quiz);
            let chosen: Vec<Score> = rows
                .filter(|(_, is_quiz)| with_quizzes || !**is_quiz)
                .map(|(row, _)| row[at])
                .collect();
            Score {
                accuracy: mean(chosen.iter().map(|score| score.accuracy)),
                log_loss: mean(chosen.iter().map(|score| score.log_loss)),
                calibration_error: mean(chosen.iter().map(|score| score.calibration_error)),
            }
        })
    };
    print_row("mean of all", &means(true));
    print_row("mean without quizzes", &means(false));
    Ok(Vec::new())
}

fn print_row(name: &str, scores: &[Score; 6]) {
    let cells = scores.map(|score| format!("{:.3} / {:.2}", score.accuracy, score.log_loss));
    println!("| {name} | {} |", cells.join(" | "));
}
