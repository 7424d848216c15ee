//! The votes for an object, each as heavy as its worker tells of the truth, mixed into a posterior so
//! that it is not too sure.
//!
//! - Model: none of how answers come about. The models of workers take the errors of workers to be
//!   independent; in a crowd they are not, so that every further answer makes a posterior surer than
//!   it should. Shares of votes do not grow surer with their number.
//! - Steps: a worker's accuracy is that by the mixture's posteriors, earlier answers included, with
//!   [`LIKE_ALL`] answers more of everybody's accuracy; how far it is above chance, in 0..=1 and
//!   squared, is what their vote weighs: somebody who guesses has none. An object's shares are its
//!   weighted votes, scaled to as many as there are answers, with [`EVEN`] more that is spread over
//!   all labels. [`PART`] of the posterior is the shares.
//! - Source: Li and Yu, "Error rate bounds and iterative weighted majority voting for crowdsourcing",
//!   2014, has votes that weigh accuracy above chance. The square is ours: for a worker near
//!   chance, what an answer tells (its mutual information with the truth) grows as that.
//! - Complexity: O(answers + objects × labels).
//! - Ties: nothing is decided here. Single answers: the label given has a share of 5/6 with two labels,
//!   and of at least 2/3 with more, whoever gave it. Missing workers: everybody's accuracy; an object without answers
//!   keeps its posterior.

use super::pairs::{Pairs, Seen};
use crate::sums::add_equal;

/// Part of the shares in the posterior of a mixture.
pub(crate) const PART: f64 = 0.6;
/// Votes that are spread evenly over all labels.
const EVEN: f64 = 0.5;
/// Made-up answers of every worker, as often right as everybody is.
const LIKE_ALL: f64 = 2.0;
/// Nobody is less above chance, so that votes of bad workers alone still have shares.
const LEAST: f64 = 0.01;
/// What the vote of a worker weighs who is always right. Whole numbers have the same sum in any order.
pub(crate) const FULL: u32 = 1 << 24;

/// What votes weigh, and how much of a posterior they are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Votes {
    /// Part of the shares in the posterior.
    pub(crate) part: f64,
    /// Votes that are spread evenly over all labels.
    pub(crate) even: f64,
    /// By worker; none is 0.
    pub(crate) workers: Vec<u32>,
    /// Of a worker who is not known.
    pub(crate) everybody: u32,
}

impl Votes {
    /// Posteriors stay as they are, and every vote weighs the same.
    pub(crate) fn none(workers: usize) -> Votes {
        Votes {
            part: 0.0,
            even: EVEN,
            workers: vec![FULL; workers],
            everybody: FULL,
        }
    }

    /// Weighs the workers by `right`, how many answers of each pair are expected to be right, and
    /// `said`, how many there are; earlier answers come on top.
    pub(crate) fn weigh(pairs: &Pairs, seen: &Seen, said: &[u32], right: &[f64]) -> Votes {
        let mut all = vec![(0.0, 0.0); pairs.workers()];
        let mut of_pair = vec![(0.0, 0.0); pairs.given.len()];
        for (sums, (said, right)) in of_pair.iter_mut().zip(said.iter().zip(right)) {
            *sums = (f64::from(*said), *right);
        }
        for (pair, truth, count) in &seen.history {
            let sums = &mut of_pair[*pair as usize];
            sums.0 += count;
            if pairs.given[*pair as usize] == *truth {
                sums.1 += count;
            }
        }
        let mut everybody = (0.0, 0.0);
        for (worker, sums) in all.iter_mut().enumerate() {
            for (said, right) in &of_pair[pairs.of(worker)] {
                *sums = (sums.0 + said, sums.1 + right);
            }
            everybody = (everybody.0 + sums.0, everybody.1 + sums.1);
        }
        let accuracy = everybody.1 / everybody.0.max(1.0);
        let own = all.iter().map(|(said, right)| {
            weight(
                (right + LIKE_ALL * accuracy) / (said + LIKE_ALL),
                pairs.labels,
            )
        });
        Votes {
            part: PART,
            even: EVEN,
            workers: own.collect(),
            everybody: weight(accuracy, pairs.labels),
        }
    }

    /// What the vote of a worker weighs, known or not.
    pub(crate) fn of(&self, worker: u32) -> u32 {
        let known = self.workers.get(worker as usize);
        known.copied().unwrap_or(self.everybody)
    }

    /// Mixes the shares of these votes, as label and weight, into a posterior.
    pub(crate) fn hold_back(
        &self,
        votes: impl ExactSizeIterator<Item = (u32, u32)>,
        posterior: &mut [f64],
    ) {
        let count = votes.len() as f64;
        if self.part == 0.0 || count == 0.0 {
            return;
        }
        let mut votes: Vec<(u32, u64)> = votes
            .map(|(label, weight)| (label, u64::from(weight)))
            .collect();
        let total: u64 = votes.iter().map(|(_, weight)| weight).sum();
        votes.sort_unstable_by_key(|(label, _)| *label);
        add_equal(&mut votes);
        let vote = self.part / (count + self.even);
        let even = self.even / posterior.len() as f64 * vote;
        for chance in posterior.iter_mut() {
            *chance = (1.0 - self.part) * *chance + even;
        }
        for (label, weight) in votes {
            posterior[label as usize] += count * weight as f64 / total as f64 * vote;
        }
    }
}

fn weight(accuracy: f64, labels: usize) -> u32 {
    let chance = 1.0 / labels as f64;
    let above = if labels > 1 {
        ((accuracy - chance) / (1.0 - chance)).clamp(LEAST, 1.0)
    } else {
        1.0
    };
    (above * above * f64::from(FULL)).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vote_weighs_what_its_worker_is_above_chance() {
        assert_eq!(weight(1.0, 4), FULL);
        assert_eq!(weight(0.625, 4), FULL / 4);
        assert_eq!(weight(0.25, 4), weight(0.0, 4));
        assert!(weight(0.0, 4) > 0);
        assert_eq!((weight(0.3, 1), weight(0.5, 0)), (FULL, FULL));
    }

    #[test]
    fn shares_hold_a_posterior_back() {
        let votes = Votes {
            part: 0.5,
            even: 0.5,
            workers: vec![3, 1],
            everybody: 1,
        };
        // Three answers scaled: worker 0 has 1.8 votes, the others 0.6 each.
        let given = [(0, votes.of(0)), (1, votes.of(1)), (1, votes.of(7))];
        let mut posterior = [1.0, 0.0];
        votes.hold_back(given.into_iter(), &mut posterior);
        let share = (1.8 + 0.25) / 3.5;
        assert!((posterior[0] - (0.5 + 0.5 * share)).abs() < 1e-12);
        assert!((posterior[0] + posterior[1] - 1.0).abs() < 1e-12);
        let mut alone = [0.3, 0.7];
        votes.hold_back([].into_iter(), &mut alone);
        assert_eq!(alone, [0.3, 0.7], "nobody voted");
    }
}
