//! Dawid and Skene's model: a whole confusion matrix for each worker.
//!
//! - Model: a worker says label g of an object whose true label is t with a probability of their
//!   own for every t and g.
//! - Steps: the rounds of [`super::expectation_maximisation`]; a row of the matrix is the expected
//!   counts plus made-up answers, normalised. [`Smoothing::Plain`] adds one for the right label and
//!   a quarter for every other. [`Smoothing::Crowd`] adds four that are spread as the crowd's own
//!   answers are (with the plain ones, so that no cell is empty): who has answered little is taken
//!   for one of the crowd.
//! - Source: Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM
//!   algorithm", 1979. The crowd's matrix as the prior is the empirical Bayes form of the hierarchy
//!   in Paun et al., "Comparing Bayesian models of annotation", 2018.
//! - Complexity: O(answers × labels) a round, and O(labels²) for the crowd's matrix.
//! - Ties: whoever asks takes the first label. Single answers: a confident label only from a worker
//!   whose matrix is known to be good. Missing workers: the crowd's own matrix.

use super::expectation_maximisation::WorkerModel;
use super::fixed::{ENTRY_MAX, chance, fixed, log2};
use super::pairs::{Pairs, Seen};
use super::parameters::{Place, Table};

const RIGHT: f64 = 1.0;
const WRONG: f64 = 0.25;
const CROWD: f64 = 4.0;
const CROWD_EVEN: f64 = 0.01;

/// What a worker is taken for who has answered little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Smoothing {
    /// Right more often than wrong, errors spread evenly.
    Plain,
    /// Like everybody else.
    Crowd,
}

/// Logarithms of the matrices, in rows by true label.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Matrices {
    /// By pair: P(label given | true label).
    pub(crate) cells: Vec<i32>,
    /// By worker: what a count is divided by.
    pub(crate) workers: Vec<i32>,
    /// By label given that the worker never gave: what stands in for the count.
    pub(crate) made_up: Vec<i32>,
    /// By label given: P(label given | true label) of the crowd, for a worker who is not known.
    pub(crate) crowd: Vec<i32>,
}

impl Table for Matrices {
    #[inline(always)]
    fn add_pair(&self, _: &Pairs, pair: usize, sums: &mut [i32]) {
        let width = sums.len();
        for (sum, cell) in sums.iter_mut().zip(&self.cells[pair * width..][..width]) {
            *sum += cell;
        }
    }

    fn add_unseen(&self, place: Place, sums: &mut [i32]) {
        let width = sums.len();
        match place {
            Place::Label { worker, label } => {
                let made_up = &self.made_up[label as usize * width..][..width];
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
                made_up[at] = fixed(log2(self.made_up(&crowd, width, given, truth)));
            }
        }
        self.matrices.crowd = logs;
        self.matrices.made_up = made_up;
        self.matrices
    }

    fn made_up(&self, crowd: &[f64], width: usize, given: usize, truth: usize) -> f64 {
        match self.smoothing {
            Smoothing::Plain if given == truth => RIGHT,
            Smoothing::Plain => WRONG,
            Smoothing::Crowd => CROWD * crowd[given * width + truth] + CROWD_EVEN,
        }
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
        let counts = &mut self.counts[pair * width..][..width];
        for (count, chance) in counts.iter_mut().zip(posterior) {
            *count += chance;
        }
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
        let (crowd, made_up_row) = match self.smoothing {
            Smoothing::Plain => (Vec::new(), RIGHT + WRONG * (labels as f64 - 1.0)),
            Smoothing::Crowd => (self.crowd(pairs), CROWD + CROWD_EVEN * labels as f64),
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
                    Smoothing::Crowd => {
                        for (made_up, cell) in made_up.iter_mut().zip(&crowd[given * width..]) {
                            *made_up = CROWD * cell + CROWD_EVEN;
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
