//! Dawid and Skene's model: a whole confusion matrix for each worker.
//!
//! - Model: a worker says label g of an object whose true label is t with a probability of their
//!   own for every t and g.
//! - Steps: the rounds of [`super::expectation_maximisation`]; a row of the matrix is the expected
//!   counts plus made-up answers, normalised. [`Smoothing::Plain`] adds one for the right label and
//!   a quarter for every other. [`Smoothing::Groups`] adds four that are spread as the answers of the
//!   worker's group are ([`groups`]), and a hundredth for every label, so that no cell is empty:
//!   who has answered little is taken for one of their group.
//! - Source: Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM
//!   algorithm", 1979; for the groups see there.
//! - Complexity: O(answers × labels) a round, and O(pairs × labels × groups) for the groups.
//! - Ties: whoever asks takes the first label. Single answers: a confident label only from a worker
//!   whose matrix is known to be good. Missing workers: the crowd's own matrix.

pub(crate) mod groups;

use self::groups::{GroupTables, Groups};
use super::expectation_maximisation::WorkerModel;
use super::fixed::{ENTRY_MAX, chance, fixed, log2};
use super::groups::LIKE_GROUP;
use super::lanes;
use super::pairs::{Pairs, Seen};
use super::parameters::{Place, Table};

const RIGHT: f64 = 1.0;
const WRONG: f64 = 0.25;
const LIKE_EVEN: f64 = 0.01;

/// What a worker is taken for who has answered little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Smoothing {
    /// Right more often than wrong, errors spread evenly.
    Plain,
    /// Like others of the same group.
    Groups,
}

/// Logarithms of the matrices, in rows by true label.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Matrices {
    /// By pair: P(label given | true label).
    pub(crate) cells: Vec<i32>,
    /// By worker: what a count is divided by.
    pub(crate) workers: Vec<i32>,
    /// What stands in for the count of a label that a worker never gave.
    pub(crate) made_up: MadeUp,
    /// By label given: P(label given | true label) of the crowd, for a worker who is not known.
    pub(crate) crowd: Vec<i32>,
}

/// Made-up answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MadeUp {
    /// The same for all workers: rows of logarithms by label given.
    Same(Vec<i32>),
    /// As the worker's group has them.
    Groups(GroupTables),
}

impl Default for MadeUp {
    fn default() -> MadeUp {
        MadeUp::Same(Vec::new())
    }
}

impl Matrices {
    /// The logarithms of made-up answers of a worker, by true label.
    fn made_up(&self, worker: usize, given: usize, width: usize) -> Vec<i32> {
        match &self.made_up {
            MadeUp::Same(rows) => rows[given * width..][..width].to_vec(),
            MadeUp::Groups(groups) => {
                let mut row = vec![0.0; width];
                groups.row(worker, self.workers.len() / width, given, &mut row);
                row.iter()
                    .map(|chance| fixed(log2(alike(*chance))))
                    .collect()
            }
        }
    }
}

/// Made-up answers with a label, which a worker's group gives with this probability.
fn alike(chance: f64) -> f64 {
    LIKE_GROUP * chance + LIKE_EVEN
}

impl Table for Matrices {
    #[inline(always)]
    fn add_pair(&self, _: &Pairs, pair: usize, sums: &mut [i32]) {
        let width = sums.len();
        lanes::add(sums, &self.cells[pair * width..][..width]);
    }

    fn add_unseen(&self, place: Place, sums: &mut [i32]) {
        let width = sums.len();
        match place {
            Place::Label { worker, label } => {
                let made_up = self.made_up(worker as usize, label as usize, width);
                let row = &self.workers[worker as usize * width..][..width];
                for ((sum, made_up), row) in sums.iter_mut().zip(made_up).zip(row) {
                    *sum += (made_up - row).clamp(-ENTRY_MAX, ENTRY_MAX);
                }
            }
            Place::Worker { label } => {
                let crowd = &self.crowd[label as usize * width..][..width];
                for (sum, cell) in sums.iter_mut().zip(crowd) {
                    *sum += cell;
                }
            }
            Place::Pair(_) => {}
        }
    }
}

/// The model while it is fitted.
pub(crate) struct DawidSkene {
    smoothing: Smoothing,
    matrices: Matrices,
    /// Pairs × lanes.
    counts: Vec<f32>,
    /// The same, of all blocks.
    sums: Vec<f64>,
    groups: Groups,
}

impl DawidSkene {
    pub(crate) fn new(pairs: &Pairs, smoothing: Smoothing) -> DawidSkene {
        let cells = pairs.given.len() * pairs.stride;
        DawidSkene {
            smoothing,
            matrices: Matrices {
                cells: vec![0; cells],
                workers: vec![0; pairs.workers() * pairs.stride],
                ..Matrices::default()
            },
            counts: vec![0.0; cells],
            sums: vec![0.0; cells],
            groups: match smoothing {
                Smoothing::Plain => Groups::default(),
                Smoothing::Groups => Groups::new(pairs),
            },
        }
    }

    /// What is known at the end; of the crowd, by the last posteriors.
    pub(crate) fn finish(mut self, pairs: &Pairs) -> Matrices {
        let (labels, width) = (pairs.labels, pairs.stride);
        let crowd = self.crowd(pairs);
        let mut logs = vec![0; labels * width];
        let mut made_up = logs.clone();
        for given in 0..labels {
            for truth in 0..labels {
                let at = given * width + truth;
                logs[at] = fixed(log2(crowd[at]));
                made_up[at] = fixed(log2(if given == truth { RIGHT } else { WRONG }));
            }
        }
        self.matrices.crowd = logs;
        self.matrices.made_up = match self.smoothing {
            Smoothing::Plain => MadeUp::Same(made_up),
            Smoothing::Groups => MadeUp::Groups(self.groups.finish(pairs)),
        };
        self.matrices
    }

    /// Everybody's matrix: label given × true label, normalised over the labels given.
    fn crowd(&self, pairs: &Pairs) -> Vec<f64> {
        let (labels, width) = (pairs.labels, pairs.stride);
        let mut crowd = vec![WRONG; labels * width];
        for label in 0..labels {
            crowd[label * width + label] = RIGHT;
        }
        for (given, counts) in pairs.given.iter().zip(self.sums.chunks_exact(width)) {
            let sums = &mut crowd[*given as usize * width..][..width];
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        let mut rows = vec![0.0; width];
        for row in crowd.chunks_exact(width) {
            for (sum, cell) in rows.iter_mut().zip(row) {
                *sum += cell;
            }
        }
        for row in crowd.chunks_exact_mut(width) {
            for (cell, sum) in row.iter_mut().zip(&rows) {
                *cell /= sum;
            }
        }
        crowd
    }
}

impl WorkerModel for DawidSkene {
    fn cells(&self) -> usize {
        self.counts.len()
    }

    #[inline(always)]
    fn count(&mut self, _: &Pairs, pair: usize, posterior: &[f32]) {
        let width = posterior.len();
        lanes::add(&mut self.counts[pair * width..][..width], posterior);
    }

    fn flush(&mut self) {
        for (sum, count) in self.sums.iter_mut().zip(&mut self.counts) {
            *sum += f64::from(*count);
            *count = 0.0;
        }
    }

    fn learn(&mut self, pairs: &Pairs, seen: &Seen) {
        let (labels, width) = (pairs.labels, pairs.stride);
        for (pair, truth, count) in &seen.history {
            self.sums[*pair as usize * width + *truth as usize] += count;
        }
        let made_up_row = match self.smoothing {
            Smoothing::Plain => RIGHT + WRONG * (labels as f64 - 1.0),
            Smoothing::Groups => {
                self.groups.learn(pairs, &self.sums);
                LIKE_GROUP + LIKE_EVEN * labels as f64
            }
        };
        let mut made_up = vec![WRONG; width];
        let mut rows = vec![0.0; width];
        for worker in 0..pairs.workers() {
            rows.fill(made_up_row);
            for pair in pairs.of(worker) {
                for (row, sum) in rows.iter_mut().zip(&self.sums[pair * width..][..width]) {
                    *row += sum;
                }
            }
            for row in &mut rows {
                *row = log2(*row);
            }
            let logs = &mut self.matrices.workers[worker * width..][..labels];
            for (log, row) in logs.iter_mut().zip(&rows) {
                *log = fixed(*row);
            }
            for pair in pairs.of(worker) {
                let given = pairs.given[pair] as usize;
                match self.smoothing {
                    Smoothing::Plain => made_up[given] = RIGHT,
                    Smoothing::Groups => {
                        self.groups.row(worker, given, &mut made_up);
                        for made_up in &mut made_up {
                            *made_up = alike(*made_up);
                        }
                    }
                }
                let sums = &mut self.sums[pair * width..][..labels];
                let cells = &mut self.matrices.cells[pair * width..][..labels];
                for (((cell, sum), made_up), row) in
                    cells.iter_mut().zip(sums).zip(&made_up).zip(&rows)
                {
                    *cell = fixed(log2(*sum + made_up) - row);
                    *sum = 0.0;
                }
                made_up[given] = WRONG;
            }
        }
    }

    #[inline(always)]
    fn add(&self, pairs: &Pairs, pair: usize, sums: &mut [i32]) {
        self.matrices.add_pair(pairs, pair, sums);
    }

    fn predicted(&self, pairs: &Pairs, pair: usize, posterior: &[f64]) -> f64 {
        let cells = &self.matrices.cells[pair * pairs.stride..];
        let products = posterior.iter().zip(cells);
        products.map(|(truth, cell)| truth * chance(*cell)).sum()
    }
}
