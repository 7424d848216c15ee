//! Items compared by simulated workers: how well the true order is found, beside the share of wins and an oracle that
//! knows every worker.

use anyhow::Result;
use cairn_algorithms::ranking::bradley_terry::{Options, rank};
use cairn_algorithms::ranking::{Comparison, Comparisons, Order, Preferred, win_share};

use super::figure::Figure;
use super::score::mean;
use super::simulate::{between, distinct, normal};
use crate::random::Random;

const ITEMS: usize = 100;
const WORKERS: usize = 30;
const CROWDS: u64 = 10;
/// Standard deviation of the true scores.
const SPREAD: f64 = 1.5;
/// How much below the oracle's Kendall's tau ours may be.
const BELOW_ORACLE: f64 = 0.02;

/// What workers are like, and what they are asked.
#[derive(Clone, Copy)]
enum Crowd {
    /// All careful, 50 pairs each.
    Careful,
    /// A quarter guess, a sixth say the opposite, 50 pairs each.
    Mixed,
    /// The same with 15 pairs each.
    Sparse,
    /// They see differences more or less sharply, some the wrong way round: not the model's own way to err.
    Sharpness,
    /// Orders of five items, 15 each, by Plackett and Luce; a fifth of the workers orders by chance.
    Orders,
}

/// A choice of the first of some items out of all of them.
struct Choice {
    items: Vec<u32>,
    sharpness: f64,
    reliability: f64,
}

/// Evaluates all crowds, and prints a row for each.
pub fn run() -> Result<Vec<Figure>> {
    println!(
        "Kendall's tau with the true order; {CROWDS} crowds a row, {ITEMS} items, {WORKERS} workers.\n"
    );
    println!(
        "| crowd | share of wins | Bradley-Terry | with reliabilities | oracle | sure of neighbours / right | scores within 2 errors |"
    );
    println!("|---|---|---|---|---|---|---|");
    let crowds = [
        ("careful", Crowd::Careful),
        ("mixed", Crowd::Mixed),
        ("mixed, sparse", Crowd::Sparse),
        ("sharpness", Crowd::Sharpness),
        ("orders of five", Crowd::Orders),
    ];
    let mut figures = Vec::new();
    for (name, crowd) in crowds {
        let rows: Vec<[f64; 7]> = (0..CROWDS)
            .map(|seed| one(crowd, seed))
            .collect::<Result<_>>()?;
        let at = |column: usize| mean(rows.iter().map(|row| row[column]));
        println!(
            "| {name} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} / {:.3} | {:.3} |",
            at(0),
            at(1),
            at(2),
            at(3),
            at(4),
            at(5),
            at(6)
        );
        figures.push(Figure::at_least(
            format!("rankings, {name}: tau over the oracle's"),
            at(2) - at(3),
            -BELOW_ORACLE,
        ));
        figures.push(Figure::at_least(
            format!("rankings, {name}: tau over the share of wins"),
            at(2) - at(0),
            0.0,
        ));
    }
    Ok(figures)
}

/// The columns of one crowd.
fn one(crowd: Crowd, seed: u64) -> Result<[f64; 7]> {
    let mut random = Random::new(0x7a11 + seed);
    let truth: Vec<f64> = (0..ITEMS).map(|_| SPREAD * normal(&mut random)).collect();
    let (mut comparisons, mut orders, mut choices) = (Vec::new(), Vec::new(), Vec::new());
    for worker in 0..WORKERS {
        let kind = worker as f64 / WORKERS as f64;
        let (mut reliability, mut sharpness) = (1.0, 1.0);
        match crowd {
            Crowd::Careful => {}
            Crowd::Mixed | Crowd::Sparse => {
                reliability = match kind {
                    kind if kind < 0.25 => 0.5,
                    kind if kind < 0.42 => between(&mut random, 0.0, 0.15),
                    _ => between(&mut random, 0.8, 1.0),
                };
            }
            Crowd::Sharpness => {
                sharpness = between(&mut random, -1.2, 1.2).exp();
                if kind < 0.15 {
                    sharpness = -sharpness;
                }
            }
            Crowd::Orders => {
                sharpness = if kind < 0.2 {
                    0.0
                } else {
                    between(&mut random, 0.5, 2.0)
                };
            }
        }
        let (tasks, size) = match crowd {
            Crowd::Orders => (15, 5),
            Crowd::Sparse => (15, 2),
            _ => (50, 2),
        };
        for _ in 0..tasks {
            let mut items = distinct(&mut random, ITEMS as u32, size);
            // Items with the largest of score and Gumbel noise come first: Plackett and Luce's order.
            let mut keyed: Vec<(f64, u32)> = items
                .iter()
                .map(|item| {
                    let noise = -(-(1.0 - random.fraction()).ln()).ln();
                    (sharpness * truth[*item as usize] + noise, *item)
                })
                .collect();
            keyed.sort_by(|one, other| other.0.total_cmp(&one.0));
            items = keyed.into_iter().map(|(_, item)| item).collect();
            if !random.chance(reliability) {
                items.reverse();
            }
            for from in 0..items.len() - 1 {
                choices.push(Choice {
                    items: items[from..].to_vec(),
                    sharpness,
                    reliability,
                });
            }
            let worker = worker as u32;
            if let [left, right] = items[..] {
                comparisons.push(Comparison {
                    worker,
                    left,
                    right,
                    preferred: Preferred::Left,
                });
            } else {
                orders.push(Order {
                    worker,
                    places: items.into_iter().map(|item| vec![item]).collect(),
                });
            }
        }
    }
    let comparisons = Comparisons::new(ITEMS, WORKERS, &comparisons, &orders)?;
    let plain = rank(
        &comparisons,
        Options {
            reliabilities: false,
        },
    );
    let ours = rank(&comparisons, Options::default());
    let tau = |scores: &[f64]| kendall(&truth, scores);
    let right = ours
        .order
        .windows(2)
        .filter(|two| truth[two[0] as usize] > truth[two[1] as usize])
        .count();
    let centre = mean(truth.iter().copied());
    let within = (0..ITEMS)
        .filter(|item| {
            (ours.scores[*item] - truth[*item] + centre).abs() < 2.0 * ours.standard_errors[*item]
        })
        .count();
    Ok([
        tau(&win_share::shares(&comparisons)),
        tau(&plain.scores),
        tau(&ours.scores),
        tau(&oracle(&choices)),
        mean(ours.confidences.iter().copied()),
        right as f64 / (ITEMS - 1) as f64,
        within as f64 / ITEMS as f64,
    ])
}

/// Pairs in the same order less pairs in the opposite one, as a share of all; equal scores count for neither.
fn kendall(truth: &[f64], scores: &[f64]) -> f64 {
    let (mut sum, mut pairs) = (0.0, 0.0);
    for one in 0..truth.len() {
        for other in 0..one {
            let same = (truth[one] - truth[other]) * (scores[one] - scores[other]);
            sum += if same > 0.0 {
                1.0
            } else if same < 0.0 {
                -1.0
            } else {
                0.0
            };
            pairs += 1.0;
        }
    }
    sum / pairs
}

/// The most probable scores for who knows all workers and how widely the scores spread: Fisher scoring with the whole
/// matrix.
fn oracle(choices: &[Choice]) -> Vec<f64> {
    let mut scores = vec![0.0; ITEMS];
    for _ in 0..60 {
        let mut slopes: Vec<f64> = scores
            .iter()
            .map(|score| -score / (SPREAD * SPREAD))
            .collect();
        let mut matrix = vec![0.0; ITEMS * ITEMS];
        for item in 0..ITEMS {
            matrix[item * ITEMS + item] = 1.0 / (SPREAD * SPREAD);
        }
        for choice in choices {
            let weights: Vec<f64> = choice
                .items
                .iter()
                .map(|item| (choice.sharpness * scores[*item as usize]).exp())
                .collect();
            let total: f64 = weights.iter().sum();
            let chances: Vec<f64> = weights.iter().map(|weight| weight / total).collect();
            // A pair may have been said the other way round; of more items nothing is.
            let said =
                choice.reliability * chances[0] + (1.0 - choice.reliability) * (1.0 - chances[0]);
            let (pull, held) = if choice.items.len() == 2 {
                let turn = 2.0 * choice.reliability - 1.0;
                let spread = chances[0] * chances[1];
                let free = (said * (1.0 - said)).max(1e-12);
                (
                    turn * chances[0] / said.max(1e-12),
                    turn * turn * spread / free,
                )
            } else {
                (1.0, 1.0)
            };
            for (at, one) in choice.items.iter().enumerate() {
                let chosen = f64::from(u8::from(at == 0));
                slopes[*one as usize] += choice.sharpness * pull * (chosen - chances[at]);
                for (by, other) in choice.items.iter().enumerate() {
                    let same = if at == by { chances[at] } else { 0.0 };
                    matrix[*one as usize * ITEMS + *other as usize] += held
                        * choice.sharpness
                        * choice.sharpness
                        * (same - chances[at] * chances[by]);
                }
            }
        }
        let step = solve(matrix, slopes);
        for (score, step) in scores.iter_mut().zip(step) {
            // Held short, so that it needs no search along the way.
            *score += step.clamp(-0.5, 0.5);
        }
    }
    scores
}

/// Gauss's elimination for a matrix that needs no exchange of rows.
fn solve(mut matrix: Vec<f64>, mut target: Vec<f64>) -> Vec<f64> {
    for pivot in 0..ITEMS {
        for row in pivot + 1..ITEMS {
            let factor = matrix[row * ITEMS + pivot] / matrix[pivot * ITEMS + pivot];
            for column in pivot..ITEMS {
                matrix[row * ITEMS + column] -= factor * matrix[pivot * ITEMS + column];
            }
            target[row] -= factor * target[pivot];
        }
    }
    for row in (0..ITEMS).rev() {
        for column in row + 1..ITEMS {
            target[row] -= matrix[row * ITEMS + column] * target[column];
        }
        target[row] /= matrix[row * ITEMS + row];
    }
    target
}
