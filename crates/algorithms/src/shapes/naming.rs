//! Which label a group of shapes has.
//!
//! - Model: a worker names a thing rightly with a probability of the worker's own, and otherwise any
//!   other label alike; labels have frequencies. (The model of [`crate::classification::one_coin`]
//!   without its error shapes: a thing has few votes, and they mostly agree.)
//! - Steps: EM over the groups with two supporters or more; a worker's accuracy is drawn to the crowd's.
//! - Source: Dawid and Skene, 1979, with one parameter a worker.
//! - Complexity: O(votes) a round, [`ROUNDS`] rounds.
//! - Ties: the label with the lowest index. Single answers: the label given.

use crate::classification::first_largest;

const ROUNDS: usize = 10;
/// Accuracy to begin with; a crowd's is drawn to it by [`MORE_VOTES`] votes, and a worker's to the crowd's.
const ACCURACY: f64 = 0.9;
const MORE_VOTES: f64 = 4.0;
/// No accuracy is nearer to 0 or 1.
const ACCURACY_MIN: f64 = 1e-4;

/// The votes of all groups.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Worker and label, by group.
    votes: Vec<(u32, u32)>,
    /// Where each group ends.
    ends: Vec<usize>,
}

impl Names {
    /// Adds a group.
    pub(crate) fn add(&mut self, votes: &[(u32, u32)]) {
        self.votes.extend_from_slice(votes);
        self.ends.push(self.votes.len());
    }
}

/// How well workers name, and how frequent labels are.
#[derive(Clone, Debug)]
pub(crate) struct Naming {
    accuracies: Vec<f64>,
    /// ln of the accuracy, and of the probability of each wrong label.
    logs: Vec<(f64, f64)>,
    /// By label, and ln of it.
    frequencies: Vec<(f64, f64)>,
}

impl Naming {
    /// Finds the accuracies.
    pub(crate) fn fit(names: &Names, workers: usize, labels: usize) -> Naming {
        let mut frequencies = vec![1.0; labels];
        for (_, label) in &names.votes {
            frequencies[*label as usize] += 1.0;
        }
        let total = (names.votes.len() + labels).max(1) as f64;
        let frequencies = frequencies
            .into_iter()
            .map(|count: f64| (count / total, (count / total).ln()))
            .collect();
        let mut naming = Naming {
            accuracies: vec![ACCURACY; workers],
            logs: Vec::new(),
            frequencies,
        };
        naming.take_logs();
        if labels < 2 {
            naming.accuracies = vec![1.0; workers];
            return naming;
        }
        let mut chances = Chances::default();
        for _ in 0..ROUNDS {
            let (mut right, mut all) = (vec![0.0; workers], vec![0.0; workers]);
            let mut from = 0;
            for to in &names.ends {
                let votes = &names.votes[from..*to];
                from = *to;
                if votes.len() < 2 {
                    continue;
                }
                naming.chances(votes, &mut chances);
                for (worker, label) in votes {
                    let at = chances.labels.binary_search(label).unwrap_or(0);
                    right[*worker as usize] += chances.of[at];
                    all[*worker as usize] += 1.0;
                }
            }
            let crowd = (right.iter().sum::<f64>() + MORE_VOTES * ACCURACY)
                / (all.iter().sum::<f64>() + MORE_VOTES);
            for (worker, accuracy) in naming.accuracies.iter_mut().enumerate() {
                let mean = (right[worker] + MORE_VOTES * crowd) / (all[worker] + MORE_VOTES);
                *accuracy = mean.clamp(ACCURACY_MIN, 1.0 - ACCURACY_MIN);
            }
            naming.take_logs();
        }
        naming
    }

    /// Estimated share of right labels of a worker.
    pub(crate) fn accuracy(&self, worker: usize) -> f64 {
        self.accuracies[worker]
    }

    fn take_logs(&mut self) {
        let others = (self.frequencies.len().max(2) - 1) as f64;
        let both = |accuracy: &f64| (accuracy.ln(), ((1.0 - accuracy) / others).ln());
        self.logs = self.accuracies.iter().map(both).collect();
    }

    /// The label of a group, and its probability.
    pub(crate) fn of(&self, votes: &[(u32, u32)], chances: &mut Chances) -> (u32, f64) {
        let Some((_, first)) = votes.first() else {
            return (0, 0.0);
        };
        if self.frequencies.len() < 2 {
            return (*first, 1.0);
        }
        self.chances(votes, chances);
        let best = first_largest(&chances.of[..chances.labels.len()]);
        (chances.labels[best], chances.of[best])
    }

    fn chances(&self, votes: &[(u32, u32)], chances: &mut Chances) {
        let Chances { labels, of } = chances;
        labels.clear();
        labels.extend(votes.iter().map(|(_, label)| *label));
        labels.sort_unstable();
        labels.dedup();
        of.clear();
        let logs = |vote: &(u32, u32)| self.logs[vote.0 as usize];
        let wrong: f64 = votes.iter().map(|vote| logs(vote).1).sum();
        let mut left = 1.0;
        for label in labels.iter() {
            let (frequency, ln_frequency) = self.frequencies[*label as usize];
            left -= frequency;
            let gains = votes.iter().filter(|(_, given)| given == label);
            let right: f64 = gains.map(|vote| logs(vote).0 - logs(vote).1).sum();
            of.push(ln_frequency + right + wrong);
        }
        of.push(left.max(1e-12).ln() + wrong);
        let most = of.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut total = 0.0;
        for chance in of.iter_mut() {
            *chance = (*chance - most).exp();
            total += *chance;
        }
        for chance in of.iter_mut() {
            *chance /= total;
        }
    }
}

/// Labels given to a group, ascending, and the probability of each; the last is that of all labels not given.
#[derive(Debug, Default)]
pub(crate) struct Chances {
    labels: Vec<u32>,
    of: Vec<f64>,
}
