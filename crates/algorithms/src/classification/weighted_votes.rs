//! Votes weighted by how often a worker agrees with the others.
//!
//! - Model: a worker's vote counts as far as they agree with the crowd more often than somebody who
//!   guesses would.
//! - Steps: start with equal weights; at most [`ROUNDS`] times, or until no weight moves by [`STILL`]:
//!   a worker's agreement is the mean share that the label they gave has in the weighted votes of the
//!   others, over objects that others answered, with [`LIKE_ALL`] answers more of everybody's
//!   agreement; the weight is (agreement · labels − 1)/(labels − 1), and 0 where that is below.
//! - Source: "worker agreement with aggregate" and "zero-based skill", as in Ustalov et al., "Learning
//!   from crowds with Crowd-Kit", 2024. That a worker's own vote is left out is ours: with three answers
//!   an object everybody agrees with themselves.
//! - Complexity: O(answers × labels) a round; memory O(objects × labels).
//! - Ties: the label with the lowest index wins. Single answers: the posterior is that of the worker's
//!   weight against half a vote for every label. Missing workers: an object whose workers all weigh
//!   nothing is decided by plain votes.

use super::given::FitError;
use super::soft::{Posteriors, check, shares};
use crate::answers::Answers;

/// Rounds at most.
pub const ROUNDS: usize = 20;
/// A change of a weight that does not matter.
pub const STILL: f64 = 1e-4;
/// Made-up answers of every worker, which agree as everybody does.
pub const LIKE_ALL: f64 = 2.0;
/// Votes that every label has more in a posterior.
const MORE_VOTES: f64 = 0.5;
/// Weights that are nothing.
const NOTHING: f64 = 1e-9;

/// Finds the posteriors: shares of the weighted votes, each label with half a vote more.
pub fn estimate(answers: &Answers) -> Result<Posteriors, FitError> {
    check(answers, 0)?;
    let labels = answers.labels();
    let mut weights = vec![1.0; answers.workers()];
    let mut votes = vec![0.0; labels];
    for _ in 0..ROUNDS {
        let mut agreed = vec![0.0; weights.len()];
        let mut asked = vec![0.0; weights.len()];
        for object in 0..answers.objects() {
            let of_object = answers.of(object);
            let mut total = 0.0;
            for answer in of_object {
                let weight = weights[answer.worker as usize];
                votes[answer.label as usize] += weight;
                total += weight;
            }
            for answer in of_object {
                let own = weights[answer.worker as usize];
                let others = total - own;
                if others > NOTHING {
                    agreed[answer.worker as usize] += (votes[answer.label as usize] - own) / others;
                    asked[answer.worker as usize] += 1.0;
                }
            }
            for answer in of_object {
                votes[answer.label as usize] = 0.0;
            }
        }
        let everybody = agreed.iter().sum::<f64>() / asked.iter().sum::<f64>().max(1.0);
        let mut most: f64 = 0.0;
        for (weight, (agreed, asked)) in weights.iter_mut().zip(agreed.iter().zip(&asked)) {
            let agreement = (agreed + LIKE_ALL * everybody) / (asked + LIKE_ALL);
            let next = if labels > 1 {
                ((agreement * labels as f64 - 1.0) / (labels as f64 - 1.0)).max(0.0)
            } else {
                1.0
            };
            most = most.max((next - *weight).abs());
            *weight = next;
        }
        if most < STILL {
            break;
        }
    }
    // So that half a vote is half of what a vote weighs.
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let mut cells = shares(answers);
    for (object, cells) in cells.chunks_exact_mut(labels.max(1)).enumerate() {
        let of_object = answers.of(object);
        let weigh = |worker: u32| weights[worker as usize] / largest.max(NOTHING);
        let total: f64 = of_object.iter().map(|answer| weigh(answer.worker)).sum();
        if total < NOTHING {
            continue;
        }
        cells.fill(MORE_VOTES);
        for answer in of_object {
            cells[answer.label as usize] += weigh(answer.worker);
        }
        for cell in cells {
            *cell /= total + MORE_VOTES * labels as f64;
        }
    }
    Ok(Posteriors::new(answers, cells))
}
