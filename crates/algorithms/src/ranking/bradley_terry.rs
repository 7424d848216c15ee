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
//! - Long orders: where answers come to more than [`super::votes::WHOLE_VOTES`] pairs, reliabilities
//!   and τ² are learnt from the part of them that [`super::votes`] says; the scores follow from all.
//! - Standard errors: of the score given the reliabilities and τ², from the Fisher information; for
//!   more than [`super::curvature::EXACT_MAX`] items as said there.
//! - Complexity: O(pairs that differ) for a round, and for each of its steps of conjugate gradients
//!   O(pairs of items); O(items³) once for the errors up to that number of items, and in every round
//!   up to 200 items.
//! - Ties: an equal answer is half a win for either; equal scores come by index. Single answers:
//!   the winner scores above the loser, both with a large error. Missing workers: the reliability
//!   is the prior's. An item that nobody compared has score 0 and the error τ.

use super::curvature::{Covariance, Curvature};
use super::posterior::{Evaluation, LEAST, logistic, said};
use super::votes::Votes;
use super::{Comparisons, order_of};
use crate::connected::parts;

/// Rounds at most.
pub const ROUNDS: usize = 200;
/// Rounds at most with a part of the pairs: crowds of careful workers and guessers need 20 to 45.
pub const THINNED_ROUNDS: usize = 60;
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
    let votes = comparisons.votes();
    let thinned = comparisons.thinned();
    let mut fit = Fit::new(comparisons, thinned.as_ref().unwrap_or(votes));
    let rounds = match thinned {
        Some(_) => THINNED_ROUNDS,
        None => ROUNDS,
    };
    for round in 0..rounds {
        if round >= FIRST_ROUNDS {
            let covariance = fit.covariance(EXACT_MAX);
            if options.reliabilities {
                fit.learn_workers(&covariance);
            }
            fit.learn_spread(&covariance);
            fit.at = fit.evaluate(&fit.scores);
        }
        if fit.step() < STILL && round > FIRST_ROUNDS {
            break;
        }
    }
    if thinned.is_some() {
        // All pairs have their say about the scores.
        fit.votes = votes;
        fit.at = fit.evaluate(&fit.scores);
        for _ in 0..ROUNDS {
            if fit.step() < STILL {
                break;
            }
        }
    }
    fit.finish(comparisons)
}

/// Everything that moves.
struct Fit<'a> {
    votes: &'a Votes,
    scores: Vec<f64>,
    reliabilities: Vec<f64>,
    /// τ².
    variance: f64,
    /// What holds for the scores, if nothing else has moved since.
    at: Evaluation,
}

impl<'a> Fit<'a> {
    fn new(comparisons: &Comparisons, votes: &'a Votes) -> Fit<'a> {
        let mut fit = Fit {
            votes,
            scores: vec![0.0; comparisons.items()],
            reliabilities: vec![1.0; comparisons.workers()],
            variance: SPREAD,
            at: Evaluation::default(),
        };
        fit.at = fit.evaluate(&fit.scores);
        fit
    }

    fn evaluate(&self, scores: &[f64]) -> Evaluation {
        Evaluation::of(self.votes, &self.reliabilities, self.variance, scores)
    }

    /// One step of the scores; how far the farthest moved.
    fn step(&mut self) -> f64 {
        let direction = self.curvature().solve(&self.at.slopes);
        let before = self.at.posterior;
        let mut part = 1.0;
        // Twenty halvings are a millionth of the step.
        for _ in 0..20 {
            let next: Vec<f64> = self
                .scores
                .iter()
                .zip(&direction)
                .map(|(score, change)| score + part * change)
                .collect();
            let at = self.evaluate(&next);
            if at.posterior >= before - 1e-12 * before.abs() {
                self.scores = next;
                self.at = at;
                let most = direction
                    .iter()
                    .fold(0.0, |most: f64, change| most.max(change.abs()));
                return part * most;
            }
            part /= 2.0;
        }
        0.0
    }

    fn curvature(&self) -> Curvature<'_> {
        Curvature {
            items: self.scores.len(),
            edges: self.votes.edges(),
            weights: &self.at.weights,
            ridge: 1.0 / self.variance,
        }
    }

    /// Reliabilities by the answers that were likely meant as said. Each answer is held against the
    /// scores as they would be without it, and as unsure as they are: else everybody would seem to
    /// agree with scores that their own answers made.
    fn learn_workers(&mut self, covariance: &Covariance) {
        let mut meant = vec![MEANT; self.reliabilities.len()];
        let mut all = vec![MEANT + OPPOSITE; self.reliabilities.len()];
        for ((left, right), votes) in self.votes.each() {
            let (left, right) = (left as usize, right as usize);
            let apart = self.scores[left] - self.scores[right];
            let variance = covariance.of_difference(left, right);
            let better = logistic(apart);
            for vote in votes {
                let worker = vote.worker as usize;
                let reliability = self.reliabilities[worker];
                let (weight, for_left) = (self.votes.weight(vote), vote.for_left());
                let likely = said(reliability, better);
                let slope = (2.0 * reliability - 1.0) * better * (1.0 - better);
                let free = (likely * (1.0 - likely)).max(LEAST);
                let pull = weight * slope * (for_left - likely) / free;
                let own = (weight * slope * slope / free * variance).min(0.9);
                let variance = variance / (1.0 - own);
                let apart = apart - pull * variance;
                let better = logistic(apart / (1.0 + std::f64::consts::PI / 8.0 * variance).sqrt());
                let likely = said(reliability, better);
                let left = reliability * better / likely.max(LEAST);
                let right = reliability * (1.0 - better) / (1.0 - likely).max(LEAST);
                let weight = f64::from(vote.times) * weight;
                meant[worker] += weight * (for_left * left + (1.0 - for_left) * right);
                all[worker] += weight;
            }
        }
        for (worker, reliability) in self.reliabilities.iter_mut().enumerate() {
            *reliability = (meant[worker] / all[worker]).clamp(0.0, 1.0);
        }
    }

    fn covariance(&self, exact_max: usize) -> Covariance {
        self.curvature().invert(exact_max)
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

    fn finish(self, comparisons: &Comparisons) -> Ranking {
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
        let parts = parts(self.scores.len(), self.votes.edges().iter().copied());
        let workers = self
            .reliabilities
            .iter()
            .enumerate()
            .map(|(worker, reliability)| Reliability {
                answers: comparisons.answers_of(worker),
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
            // The order takes them for equal too; and no score is −0.
            scores: self
                .scores
                .into_iter()
                .map(|score| if score.abs() < 1e-9 { 0.0 } else { score })
                .collect(),
        }
    }
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
