//! One label per answer, one label per object.

pub mod cairn;
pub mod dawid_skene;
pub(crate) mod expectation_maximisation;
pub(crate) mod fixed;
pub(crate) mod given;
pub mod glad;
pub mod ground_truth;
pub mod groups;
pub mod guessing;
pub(crate) mod lanes;
pub mod majority;
pub mod odds;
pub mod one_coin;
pub mod ordered;
pub(crate) mod pairs;
pub(crate) mod parameters;
pub(crate) mod soft;
pub(crate) mod stacking;
pub(crate) mod votes;
pub mod weighted_votes;
pub(crate) mod weights;

pub use soft::{Posteriors, Rule};

use crate::answers::Answers;

/// What the answers to one object amount to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// Index of the label chosen.
    pub label: u32,
    /// How probable that label is by the algorithm's own model, in 0..=1.
    pub posterior: f64,
    /// The confidence to publish: rounded to two decimals, and 0 when a single worker answered,
    /// because nobody agreed or disagreed.
    pub confidence: f64,
    /// How many answers counted.
    pub answers: u32,
}

/// How well one worker's answers fit the labels that were concluded.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Skill {
    /// How many of the worker's answers counted.
    pub answers: u32,
    /// Estimated share of right answers; 0 for a worker without answers.
    pub accuracy: f64,
    /// What the worker says when a label is the true one.
    pub confusion: Confusion,
}

/// Expected answers that a [`Confusion`] keeps: fewer tell nothing of a worker, and with thousands of
/// labels they would take up nearly all of it.
pub const COUNT_MIN: f64 = 1e-6;

/// A worker's confusion matrix, kept by the labels that the worker ever used: with thousands of
/// labels and a handful of answers a full matrix would be nearly all zeros.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Confusion {
    /// Labels used, ascending.
    pub given: Vec<u32>,
    /// For each label used, true labels with the expected number of answers, ascending; those with
    /// fewer than [`COUNT_MIN`] are left out.
    pub counts: Vec<Vec<(u32, f64)>>,
}

impl Confusion {
    /// Expected number of objects whose true label is `truth` and to which the worker said `given`.
    pub fn count(&self, truth: u32, given: u32) -> f64 {
        match self.given.binary_search(&given) {
            Ok(at) => count_of(&self.counts[at], truth),
            Err(_) => 0.0,
        }
    }

    /// How often, of the objects whose true label is `truth`, the worker said `given`. `None` when
    /// the worker met no such object.
    pub fn rate(&self, truth: u32, given: u32) -> Option<f64> {
        let columns = self.counts.iter();
        let met: f64 = columns.map(|column| count_of(column, truth)).sum();
        (met > 1e-9).then(|| self.count(truth, given) / met)
    }

    /// Adds a label used, greater than those before, with its counts by true label, one per label.
    pub(crate) fn push(&mut self, given: u32, counts: &[f64]) {
        let by_truth = (0..).zip(counts.iter().copied());
        self.given.push(given);
        self.counts
            .push(by_truth.filter(|(_, count)| *count >= COUNT_MIN).collect());
    }
}

fn count_of(column: &[(u32, f64)], truth: u32) -> f64 {
    match column.binary_search_by_key(&truth, |(truth, _)| *truth) {
        Ok(at) => column[at].1,
        Err(_) => 0.0,
    }
}

/// The result for a whole batch.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Consolidation {
    /// By object; `None` where nobody gave an answer that counts.
    pub objects: Vec<Option<Decision>>,
    /// By worker.
    pub workers: Vec<Skill>,
}

/// What each object comes to that has answers, `choose` naming the label by the posterior.
pub(crate) fn decisions<'a>(
    answers: &Answers,
    posterior: impl Fn(usize) -> &'a [f64],
    choose: impl Fn(&[f64]) -> usize,
) -> Vec<Option<Decision>> {
    (0..answers.objects())
        .map(|object| {
            let count = answers.of(object).len();
            if count == 0 {
                return None;
            }
            let posterior = posterior(object);
            let label = choose(posterior);
            Some(Decision {
                label: label as u32,
                posterior: posterior[label],
                confidence: two_decimals(posterior[label]),
                answers: count as u32,
            })
        })
        .collect()
}

/// A number that says nothing of the one it is made of, and is always the same.
pub(crate) fn mixed(at: u64) -> u64 {
    // SplitMix64 (Steele, Lea and Flood, 2014).
    let mut bits = at.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Two decimals, as confidences are published.
pub(crate) fn two_decimals(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// The first of the largest. Values that differ only by the noise of multiplying in another order
/// are equal, so that a tie goes to the first label whoever answered first.
pub fn first_largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (at, value) in values.iter().enumerate().skip(1) {
        if *value > values[best] * (1.0 + 1e-9) {
            best = at;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_does_not_break_a_tie() {
        assert_eq!(first_largest(&[0.1 * 3.0, 0.3]), 0);
        assert_eq!(first_largest(&[0.3, 0.1 * 3.0]), 0);
        assert_eq!(first_largest(&[0.2, 0.3, 0.3]), 1);
    }

    #[test]
    fn a_confusion_gives_rates_by_true_label() {
        let confusion = Confusion {
            given: vec![0, 2],
            counts: vec![vec![(0, 3.0), (1, 1.0)], vec![(0, 1.0), (1, 1.0)]],
        };
        assert_eq!(confusion.rate(0, 0), Some(0.75));
        assert_eq!(confusion.rate(1, 2), Some(0.5));
        assert_eq!(confusion.rate(1, 1), Some(0.0));
        assert_eq!(confusion.rate(2, 0), None);
    }
}
