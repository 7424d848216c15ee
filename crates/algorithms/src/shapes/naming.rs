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
/// Chances of which only the ratios count are kept below this.
const LARGE: f64 = 1e100;

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
    /// The accuracy over the probability of each wrong label.
    gains: Vec<f64>,
    /// By label.
    frequencies: Vec<f64>,
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
            .map(|count: f64| count / total)
            .collect();
        let mut naming = Naming {
            accuracies: vec![ACCURACY; workers],
            gains: Vec::new(),
            frequencies,
        };
        naming.take_gains();
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
            naming.take_gains();
        }
        naming
    }

    /// Estimated share of right labels of a worker.
    pub(crate) fn accuracy(&self, worker: usize) -> f64 {
        self.accuracies[worker]
    }

    fn take_gains(&mut self) {
        let others = (self.frequencies.len().max(2) - 1) as f64;
        let gain = |accuracy: &f64| accuracy * others / (1.0 - accuracy);
        self.gains = self.accuracies.iter().map(gain).collect();
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
        for (_, label) in votes {
            // Few labels are given to one thing.
            let at = labels.iter().position(|one| one >= label);
            let at = at.unwrap_or(labels.len());
            if labels.get(at) != Some(label) {
                labels.insert(at, *label);
            }
        }
        // Over the probability that all workers are wrong.
        of.clear();
        of.extend(labels.iter().map(|label| self.frequencies[*label as usize]));
        let left = 1.0 - of.iter().sum::<f64>();
        of.push(left.max(1e-12));
        for (worker, label) in votes {
            let at = labels.binary_search(label).unwrap_or(0);
            of[at] *= self.gains[*worker as usize];
            if of[at] > LARGE {
                for chance in of.iter_mut() {
                    *chance /= LARGE;
                }
            }
        }
        let total: f64 = of.iter().sum();
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
