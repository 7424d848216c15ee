//! Bradley and Terry's scores, with a reliability for each worker.
//!
//! - Model: item i is better than item j with the probability 1/(1 + e^−(sᵢ − sⱼ)); a worker says so
//!   with a probability of their own, the reliability, and else says the opposite: 1 is a worker who
//!   is right whenever the better item wins, ½ a guess, below ½ an adversary, whose answers count
//!   the other way round. Scores have the prior N(0, τ²), so that an item never beaten, and parts
//!   that no comparison connects, keep finite scores around 0; reliabilities have a Beta prior.
//! - Steps: at most [`ROUNDS`] rounds until no score moves by [`STILL`]: a step of Fisher scoring on
//!   the scores, halved until the posterior rises; the reliabilities by the share of answers that
//!   were likely meant as said, each held against the scores without it and as unsure as they are;
//!   τ² by the scores and their variances. Reliabilities and τ² stand still for the first
//!   [`FIRST_ROUNDS`].
//! - Source: Bradley and Terry, "Rank analysis of incomplete block designs", 1952; the worker's
//!   part is Crowd-BT: Chen et al., "Pairwise ranking aggregation in a crowdsourced setting", 2013,
//!   with a prior in place of its virtual item; leaving each answer out is our step.
//!   Orders become pairs: see [`super`].
//! - Standard errors: of the score given the reliabilities and τ², from the Fisher information; for
//!   more than [`super::curvature::EXACT_MAX`] items as said there.
//! - Complexity: O(pairs) for each step of conjugate gradients in a round; O(items³) once for the
//!   errors up to that number of items, and in every round up to 200 items.
//! - Ties: an equal answer is half a win for either; equal scores come by index. Single answers:
//!   the winner scores above the loser, both with a large error. Missing workers: the reliability
//!   is the prior's. An item that nobody compared has score 0 and the error τ.

use super::curvature::{Covariance, Curvature};
use super::{Comparisons, order_of};
use crate::connected::parts;

/// Rounds at most.
pub const ROUNDS: usize = 200;
/// A change of a score that does not matter.
pub const STILL: f64 = 1e-6;
/// Rounds in which everybody is taken for equally reliable.
pub const FIRST_ROUNDS: usize = 3;
/// Made-up answers that were meant as said, and as the opposite, of every worker.
const MEANT: f64 = 1.5;
const OPPOSITE: f64 = 0.5;
/// Made-up items in the variance of the scores, and the variance that they have: so wide that the
/// better of two items wins five times in six. Without them few answers look like guesses about
/// equal items.
const SPREAD_ITEMS: f64 = 50.0;
const SPREAD: f64 = 4.0;
/// Items up to which covariances are exact within the rounds.
const EXACT_MAX: usize = 200;
/// No probability is smaller, so that a reliability of 0 or 1 excludes nothing for good.
const LEAST: f64 = 1e-12;

/// Options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether each worker has a reliability; without it everybody is taken at their word.
    pub reliabilities: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            reliabilities: true,
        }
    }
}

/// How far a worker's answers can be taken at their word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reliability {
    /// Comparisons and orders that the worker gave.
    pub answers: u32,
    /// Probability that an answer is meant as said, in 0..=1; below ½ for an adversary.
    pub reliability: f64,
}

/// Scores of all items.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// By item, on the scale of log odds; their mean is 0 within each part.
    pub scores: Vec<f64>,
    /// By item.
    pub standard_errors: Vec<f64>,
    /// Items, best first.
    pub order: Vec<u32>,
    /// By place in `order` but for the last: probability, in ½..=1, that its item is better than
    /// the next one. Between items of different parts it says nothing but how the scores fell.
    pub confidences: Vec<f64>,
    /// By item: the part that comparisons connect it with, numbered by the parts' first items.
    pub parts: Vec<u32>,
    /// By worker.
    pub workers: Vec<Reliability>,
    /// Standard deviation of the scores' prior.
    pub spread: f64,
}

/// Finds the scores.
pub fn rank(comparisons: &Comparisons, options: Options) -> Ranking {
    let mut fit = Fit::new(comparisons);
    for round in 0..ROUNDS {
        if round >= FIRST_ROUNDS {
            let covariance = fit.covariance(EXACT_MAX);
            if options.reliabilities {
                fit.learn_workers(&covariance);
            }
            fit.learn_spread(&covariance);
        }
        if fit.step() < STILL && round > FIRST_ROUNDS {
            break;
        }
    }
    fit.finish()
}

/// Everything that moves.
struct Fit<'a> {
    comparisons: &'a Comparisons,
    /// Pairs of items that were compared, each once.
    edges: Vec<(u32, u32)>,
    /// By pair of the comparisons.
    edge_of: Vec<u32>,
    scores: Vec<f64>,
    reliabilities: Vec<f64>,
    /// τ².
    variance: f64,
}

impl<'a> Fit<'a> {
    fn new(comparisons: &'a Comparisons) -> Fit<'a> {
        let mut edges: Vec<(u32, u32)> = Vec::new();
        let edge_of = comparisons
            .pairs()
            .iter()
            .map(|pair| {
                // The pairs are sorted by their items.
                if edges.last() != Some(&(pair.left, pair.right)) {
                    edges.push((pair.left, pair.right));
                }
                (edges.len() - 1) as u32
            })
            .collect();
        Fit {
            comparisons,
            edges,
            edge_of,
            scores: vec![0.0; comparisons.items()],
            reliabilities: vec![1.0; comparisons.workers()],
            variance: SPREAD,
        }
    }

    /// Logarithm of the posterior of these scores, but for what does not depend on them.
    fn posterior(&self, scores: &[f64]) -> f64 {
        let squares: f64 = scores.iter().map(|score| score * score).sum();
        let answers: f64 = self
            .comparisons
            .pairs()
            .iter()
            .map(|pair| {
                let better = logistic(scores[pair.left as usize] - scores[pair.right as usize]);
                let said = self.said(pair.worker, better);
                let left = pair.for_left * said.max(LEAST).ln();
                let right = (1.0 - pair.for_left) * (1.0 - said).max(LEAST).ln();
                pair.weight * (left + right)
            })
            .sum();
        answers - squares / (2.0 * self.variance)
    }

    /// Probability that a worker prefers an item that is better with the probability `better`.
    fn said(&self, worker: u32, better: f64) -> f64 {
        let reliability = self.reliabilities[worker as usize];
        reliability * better + (1.0 - reliability) * (1.0 - better)
    }

    /// Slopes by item, and Fisher information by edge.
    fn slopes(&self) -> (Vec<f64>, Vec<f64>) {
        let mut slopes: Vec<f64> = self.scores.iter().map(|s| -s / self.variance).collect();
        let mut weights = vec![0.0; self.edges.len()];
        for (pair, edge) in self.comparisons.pairs().iter().zip(&self.edge_of) {
            let (left, right) = (pair.left as usize, pair.right as usize);
            let better = logistic(self.scores[left] - self.scores[right]);
            let said = self.said(pair.worker, better);
            let reliability = self.reliabilities[pair.worker as usize];
            let slope = (2.0 * reliability - 1.0) * better * (1.0 - better);
            let free = (said * (1.0 - said)).max(LEAST);
            let pull = pair.weight * slope * (pair.for_left - said) / free;
            slopes[left] += pull;
            slopes[right] -= pull;
            weights[*edge as usize] += pair.weight * slope * slope / free;
        }
        (slopes, weights)
    }

    /// One step of the scores; how far the farthest moved.
    fn step(&mut self) -> f64 {
        let (slopes, weights) = self.slopes();
        let direction = self.curvature(&weights).solve(&slopes);
        let before = self.posterior(&self.scores);
        let mut part = 1.0;
        // Twenty halvings are a millionth of the step.
        for _ in 0..20 {
            let next: Vec<f64> = self
                .scores
                .iter()
                .zip(&direction)
                .map(|(score, change)| score + part * change)
                .collect();
            if self.posterior(&next) >= before - 1e-12 * before.abs() {
                self.scores = next;
                let most = direction
                    .iter()
                    .fold(0.0, |most: f64, change| most.max(change.abs()));
                return part * most;
            }
            part /= 2.0;
        }
        0.0
    }

    fn curvature<'b>(&'b self, weights: &'b [f64]) -> Curvature<'b> {
        Curvature {
            items: self.scores.len(),
            edges: &self.edges,
            weights,
            ridge: 1.0 / self.variance,
        }
    }

    /// Reliabilities by the answers that were likely meant as said. Each answer is held against the
    /// scores as they would be without it, and as unsure as they are: else everybody would seem to
    /// agree with scores that their own answers made.
    fn learn_workers(&mut self, covariance: &Covariance) {
        let mut meant = vec![MEANT; self.reliabilities.len()];
        let mut all = vec![MEANT + OPPOSITE; self.reliabilities.len()];
        for pair in self.comparisons.pairs() {
            let worker = pair.worker as usize;
            let (left, right) = (pair.left as usize, pair.right as usize);
            let reliability = self.reliabilities[worker];
            let apart = self.scores[left] - self.scores[right];
            let variance = covariance.of_difference(left, right);
            let better = logistic(apart);
            let said = self.said(pair.worker, better);
            let slope = (2.0 * reliability - 1.0) * better * (1.0 - better);
            let free = (said * (1.0 - said)).max(LEAST);
            let pull = pair.weight * slope * (pair.for_left - said) / free;
            let own = (pair.weight * slope * slope / free * variance).min(0.9);
            let variance = variance / (1.0 - own);
            let apart = apart - pull * variance;
            let better = logistic(apart / (1.0 + std::f64::consts::PI / 8.0 * variance).sqrt());
            let said = self.said(pair.worker, better);
            let left = reliability * better / said.max(LEAST);
            let right = reliability * (1.0 - better) / (1.0 - said).max(LEAST);
            meant[worker] += pair.weight * (pair.for_left * left + (1.0 - pair.for_left) * right);
            all[worker] += pair.weight;
        }
        for (worker, reliability) in self.reliabilities.iter_mut().enumerate() {
            *reliability = (meant[worker] / all[worker]).clamp(0.0, 1.0);
        }
    }

    fn covariance(&self, exact_max: usize) -> Covariance {
        let (_, weights) = self.slopes();
        self.curvature(&weights).invert(exact_max)
    }

    fn learn_spread(&mut self, covariance: &Covariance) {
        let squares: f64 = self
            .scores
            .iter()
            .enumerate()
            .map(|(item, score)| score * score + covariance.variance(item))
            .sum();
        self.variance =
            (squares + SPREAD_ITEMS * SPREAD) / (self.scores.len() as f64 + SPREAD_ITEMS);
    }

    fn finish(self) -> Ranking {
        let covariance = self.covariance(super::curvature::EXACT_MAX);
        let order = order_of(&self.scores);
        let confidences = order
            .windows(2)
            .map(|two| {
                let (one, other) = (two[0] as usize, two[1] as usize);
                let error = covariance.of_difference(one, other).sqrt();
                // The order takes scores that differ by noise alone for equal.
                normal((self.scores[one] - self.scores[other]).max(0.0) / error)
            })
            .collect();
        let parts = parts(self.scores.len(), self.edges.iter().copied());
        let workers = self
            .reliabilities
            .iter()
            .enumerate()
            .map(|(worker, reliability)| Reliability {
                answers: self.comparisons.answers_of(worker),
                reliability: *reliability,
            })
            .collect();
        Ranking {
            standard_errors: (0..self.scores.len())
                .map(|item| covariance.variance(item).sqrt())
                .collect(),
            order,
            confidences,
            parts,
            workers,
            spread: self.variance.sqrt(),
            scores: self.scores,
        }
    }
}

fn logistic(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}

/// Distribution function of the normal distribution, for values not below 0.
/// Source: Abramowitz and Stegun, "Handbook of mathematical functions", 1964, 26.2.17; right to 1e-7.
fn normal(value: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * value);
    let series = [
        1.330_274_429,
        -1.821_255_978,
        1.781_477_937,
        -0.356_563_782,
        0.319_381_53,
    ];
    let sum = series.iter().fold(0.0, |sum, term| (sum + term) * t);
    let density = (-value * value / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    (1.0 - density * sum).clamp(0.5, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_distribution_is_that_of_the_tables() {
        for (value, expected) in [(0.0, 0.5), (1.0, 0.841_344_7), (1.96, 0.975_002_1)] {
            assert!((normal(value) - expected).abs() < 1e-6);
        }
        assert_eq!(normal(1e9), 1.0);
    }
}
