//! Groups of workers who err alike, by which the matrix of a worker who has answered little is filled up.
//!
//! - Model: every worker is of one of [`GROUPS`] groups, each with a confusion matrix.
//! - Steps, one for each round of the model that uses it ([`super`]): how likely a worker
//!   is of each group, by the group's size and matrix and the worker's expected answers; then a group's
//!   matrix out of its workers' expected answers, one right answer and a quarter of every wrong one
//!   added. At first workers are dealt out evenly in the order of how often they agree with the shares
//!   of the votes; those who agree as often are of the same group.
//! - Source: as [`super::super::groups`], which stands on its own: Venanzi et al., "Community-based Bayesian aggregation models for crowdsourcing", 2014, with
//!   smoothed point estimates in place of message passing.
//! - Complexity: O(pairs × labels × groups) a round. With more than [`LABELS_MAX`] labels all are of one
//!   group.
//! - Missing workers: the model's to say.

use super::super::fixed::{chance, fixed, log2, power_exact};
use super::super::groups::GROUPS;
use super::super::pairs::Pairs;

/// Labels with which workers have groups: with more, matrices of groups cost more than answers do.
pub(crate) const LABELS_MAX: usize = 100;
const RIGHT: f64 = 1.0;
const WRONG: f64 = 0.25;
/// A group less likely than this does not count.
const LEAST: f64 = 1e-9;
/// What [`GroupTables::likely`] has for certainty.
pub(crate) const FULL: u32 = 1 << 24;

/// What is known of the groups at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupTables {
    /// Worker × group: how likely the worker is of it, in parts of [`FULL`].
    pub(crate) likely: Vec<u32>,
    /// Group × label given × lanes of true labels: logarithms.
    pub(crate) matrices: Vec<i32>,
}

impl GroupTables {
    /// What a worker says, by true label, as far as their group tells.
    pub(crate) fn row(&self, worker: usize, workers: usize, given: usize, row: &mut [f64]) {
        row.fill(0.0);
        let count = self.likely.len() / workers;
        let size = self.matrices.len() / count;
        for (group, likely) in self.likely[worker * count..][..count].iter().enumerate() {
            let likely = f64::from(*likely) / f64::from(FULL);
            let matrix = &self.matrices[group * size + given * row.len()..][..row.len()];
            for (sum, log) in row.iter_mut().zip(matrix) {
                *sum += likely * chance(*log);
            }
        }
    }
}

/// The groups while a model is fitted.
#[derive(Default)]
pub(crate) struct Groups {
    count: usize,
    /// Worker × group: how likely the worker is of it.
    likely: Vec<f64>,
    /// Group × label given × lanes of true labels: P(label given | true label).
    matrices: Vec<f64>,
}

impl Groups {
    pub(crate) fn new(pairs: &Pairs) -> Groups {
        let count = if pairs.labels > LABELS_MAX { 1 } else { GROUPS };
        Groups {
            count,
            likely: vec![1.0 / count as f64; pairs.workers() * count],
            matrices: Vec::new(),
        }
    }

    /// By the expected answers of each pair.
    pub(crate) fn learn(&mut self, pairs: &Pairs, sums: &[f64]) {
        if self.matrices.is_empty() {
            self.deal_out(pairs, sums);
        } else if self.count > 1 {
            self.tell_apart(pairs, sums);
        }
        self.fill(pairs, sums);
    }

    /// What a worker says, by true label, as far as their group tells.
    pub(crate) fn row(&self, worker: usize, given: usize, row: &mut [f64]) {
        row.fill(0.0);
        let width = row.len();
        let size = self.matrices.len() / self.count;
        for (group, likely) in self.of(worker).iter().enumerate() {
            if *likely > LEAST {
                let matrix = &self.matrices[group * size + given * width..][..width];
                for (sum, chance) in row.iter_mut().zip(matrix) {
                    *sum += likely * chance;
                }
            }
        }
    }

    /// What is known at the end.
    pub(crate) fn finish(&self, pairs: &Pairs) -> GroupTables {
        let likely = self.likely.iter();
        let mut matrices = vec![0; self.matrices.len()];
        let rows = matrices.chunks_exact_mut(pairs.stride);
        for (logs, row) in rows.zip(self.matrices.chunks_exact(pairs.stride)) {
            for (log, chance) in logs.iter_mut().zip(&row[..pairs.labels]) {
                *log = fixed(log2(*chance));
            }
        }
        GroupTables {
            likely: likely.map(|one| (one * f64::from(FULL)) as u32).collect(),
            matrices,
        }
    }

    fn of(&self, worker: usize) -> &[f64] {
        &self.likely[worker * self.count..][..self.count]
    }

    fn deal_out(&mut self, pairs: &Pairs, sums: &[f64]) {
        let width = pairs.stride;
        let mut order: Vec<(f64, usize)> = Vec::with_capacity(pairs.workers());
        for worker in 0..pairs.workers() {
            let (mut right, mut all) = (0.0, 0.0);
            for pair in pairs.of(worker) {
                let own = &sums[pair * width..][..pairs.labels];
                right += own[pairs.given[pair] as usize];
                all += own.iter().sum::<f64>();
            }
            if all > 0.0 {
                order.push((right / all, worker));
            }
        }
        order.sort_by(|one, other| other.0.total_cmp(&one.0));
        let all = order.len();
        let mut before = 0;
        for alike in order.chunk_by(|one, other| one.0 == other.0) {
            // The middle of their places.
            let group = (2 * before + alike.len() - 1) * self.count / (2 * all);
            before += alike.len();
            for (_, worker) in alike {
                let likely = &mut self.likely[worker * self.count..][..self.count];
                likely.fill(0.0);
                likely[group] = 1.0;
            }
        }
    }

    fn tell_apart(&mut self, pairs: &Pairs, sums: &[f64]) {
        let width = pairs.stride;
        let mut sizes = vec![1.0; self.count];
        for likely in self.likely.chunks_exact(self.count) {
            for (size, likely) in sizes.iter_mut().zip(likely) {
                *size += likely;
            }
        }
        let logs: Vec<f64> = self.matrices.iter().map(|chance| log2(*chance)).collect();
        let size = logs.len() / self.count;
        for (worker, likely) in self.likely.chunks_exact_mut(self.count).enumerate() {
            for (group, likely) in likely.iter_mut().enumerate() {
                let matrix = &logs[group * size..][..size];
                let mut sum = log2(sizes[group]);
                for pair in pairs.of(worker) {
                    let row = &matrix[pairs.given[pair] as usize * width..][..width];
                    let own = &sums[pair * width..][..width];
                    sum += own.iter().zip(row).map(|(one, log)| one * log).sum::<f64>();
                }
                *likely = sum;
            }
            let most = likely.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut all = 0.0;
            for value in likely.iter_mut() {
                *value = power_exact(-fixed(*value - most));
                all += *value;
            }
            for value in likely {
                *value /= all;
            }
        }
    }

    fn fill(&mut self, pairs: &Pairs, sums: &[f64]) {
        let (labels, width) = (pairs.labels, pairs.stride);
        let size = labels * width;
        self.matrices.clear();
        self.matrices.resize(self.count * size, WRONG);
        for matrix in self.matrices.chunks_exact_mut(size.max(1)) {
            for label in 0..labels {
                matrix[label * width + label] = RIGHT;
            }
        }
        for worker in 0..pairs.workers() {
            for group in 0..self.count {
                let likely = self.likely[worker * self.count + group];
                if likely <= LEAST {
                    continue;
                }
                for pair in pairs.of(worker) {
                    let at = group * size + pairs.given[pair] as usize * width;
                    let row = &mut self.matrices[at..][..width];
                    for (sum, own) in row.iter_mut().zip(&sums[pair * width..][..width]) {
                        *sum += likely * own;
                    }
                }
            }
        }
        for matrix in self.matrices.chunks_exact_mut(size.max(1)) {
            let mut rows = vec![0.0; width];
            for row in matrix.chunks_exact(width) {
                for (sum, cell) in rows.iter_mut().zip(row) {
                    *sum += cell;
                }
            }
            for row in matrix.chunks_exact_mut(width) {
                for (cell, sum) in row.iter_mut().zip(&rows) {
                    *cell /= sum;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two labels. Of ten objects of each true label, how many the workers call right.
    fn learnt(right: &[f64], rounds: usize) -> (Pairs, Groups) {
        let workers = right.len() as u32;
        let given = (0..2 * workers).map(|pair| pair % 2).collect();
        let pairs = Pairs::new(2, given, (0..=workers).map(|one| 2 * one).collect());
        let mut sums = Vec::new();
        for right in right {
            sums.extend([*right, 10.0 - right, 0.0, 0.0]);
            sums.extend([10.0 - right, *right, 0.0, 0.0]);
        }
        let mut groups = Groups::new(&pairs);
        for _ in 0..rounds {
            groups.learn(&pairs, &sums);
        }
        (pairs, groups)
    }

    fn says_right(groups: &Groups, worker: usize) -> f64 {
        let mut row = [0.0; 4];
        groups.row(worker, 0, &mut row);
        row[0]
    }

    #[test]
    fn workers_are_filled_up_by_those_who_answer_alike() {
        let (_, groups) = learnt(&[10.0, 5.0, 1.0, 9.0, 6.0, 1.0, 10.0], 20);
        assert!(says_right(&groups, 0) > 0.9 && says_right(&groups, 3) > 0.9);
        assert!((says_right(&groups, 1) - 0.55).abs() < 0.1);
        assert!(says_right(&groups, 2) < 0.2);
    }

    #[test]
    fn who_agrees_as_often_is_of_the_same_kind_at_first() {
        let (_, groups) = learnt(&[9.0, 5.0, 5.0, 5.0, 1.0], 1);
        let first: Vec<&[f64]> = (0..5).map(|worker| groups.of(worker)).collect();
        assert_eq!(first[1], first[2]);
        assert_eq!(first[1], first[3]);
        assert!(first[0] != first[1] && first[4] != first[1]);
        // Nobody has answered.
        let (_, none) = learnt(&[], 2);
        assert!(none.likely.is_empty());
    }

    #[test]
    fn tables_say_the_same() {
        let (pairs, groups) = learnt(&[10.0, 5.0, 1.0, 9.0], 3);
        let tables = groups.finish(&pairs);
        let (mut row, mut same) = ([0.0; 4], [0.0; 4]);
        for worker in 0..4 {
            groups.row(worker, 1, &mut row);
            tables.row(worker, 4, 1, &mut same);
            assert!((row[0] - same[0]).abs() < 1e-5 && (row[1] - same[1]).abs() < 1e-5);
        }
    }
}
