//! What a worker says when a mark is the true one: a confusion matrix for each, kept by the marks
//! that the worker ever gave.
//!
//! - Model and source: Dawid and Skene's, with the crowd's own matrix as the prior, as in
//!   [`crate::classification::dawid_skene`]. It is written anew here because marks are few and the
//!   truth of a piece is known to be one of very few of them.
//! - Steps: expected counts plus [`CROWD`] made-up answers spread as everybody's are, normalised by
//!   true mark; everybody's matrix has one right answer and a quarter of a wrong one added.
//! - Complexity: O(pairs of worker and mark × marks) a round.

use super::SpansError;

/// Cells that a table may have.
pub(super) const CELLS_MAX: usize = 100_000_000;
const RIGHT: f64 = 1.0;
const WRONG: f64 = 0.25;
const CROWD: f64 = 4.0;
const EVEN: f64 = 0.01;
/// No probability is smaller, so that no mark excludes another for good.
const LEAST: f64 = 1e-12;

/// The matrices of all workers.
pub(super) struct Matrices {
    marks: usize,
    /// Where each worker's pairs start; one more at the end.
    starts: Vec<usize>,
    /// By pair, the mark given.
    given: Vec<u32>,
    /// By pair and true mark, expected counts; all zero after [`Matrices::learn`].
    pub(super) counts: Vec<f64>,
    /// By pair and true mark, the logarithm of the probability of the mark given.
    pub(super) logs: Vec<f64>,
}

impl Matrices {
    /// For workers who gave these marks, in any order and more than once; the pair of each comes with
    /// it.
    pub(super) fn new(
        given: &[(u32, u32)],
        workers: usize,
        marks: usize,
    ) -> Result<(Matrices, Vec<u32>), SpansError> {
        let mut keys = given.to_vec();
        keys.sort_unstable();
        keys.dedup();
        too_large(keys.len().max(marks), marks)?;
        let mut starts = vec![0; workers + 1];
        for (worker, _) in &keys {
            starts[*worker as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let pair = |key: &(u32, u32)| keys.partition_point(|other| other < key) as u32;
        let pairs = given.iter().map(pair).collect();
        let matrices = Matrices {
            marks,
            starts,
            given: keys.iter().map(|(_, mark)| *mark).collect(),
            counts: vec![0.0; keys.len() * marks],
            logs: vec![0.0; keys.len() * marks],
        };
        Ok((matrices, pairs))
    }

    /// From the counts to the probabilities.
    pub(super) fn learn(&mut self) {
        let marks = self.marks;
        let crowd = self.crowd();
        let mut rows = vec![0.0; marks];
        for own in self.starts.windows(2) {
            rows.fill(CROWD + EVEN * marks as f64);
            for of_pair in self.counts[own[0] * marks..own[1] * marks].chunks_exact(marks) {
                for (row, count) in rows.iter_mut().zip(of_pair) {
                    *row += count;
                }
            }
            for pair in own[0]..own[1] {
                let everybody = &crowd[self.given[pair] as usize * marks..];
                for (truth, row) in rows.iter().enumerate() {
                    let at = pair * marks + truth;
                    let made_up = CROWD * everybody[truth] + EVEN;
                    self.logs[at] = ((self.counts[at] + made_up) / row).max(LEAST).ln();
                }
            }
        }
        self.counts.fill(0.0);
    }

    /// Mark given × true mark, normalised over the marks given.
    fn crowd(&self) -> Vec<f64> {
        let marks = self.marks;
        let mut crowd = vec![WRONG; marks * marks];
        for mark in 0..marks {
            crowd[mark * marks + mark] = RIGHT;
        }
        for (given, counts) in self.given.iter().zip(self.counts.chunks_exact(marks)) {
            let sums = &mut crowd[*given as usize * marks..];
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        let mut rows = vec![0.0; marks];
        for of_given in crowd.chunks_exact(marks) {
            for (row, count) in rows.iter_mut().zip(of_given) {
                *row += count;
            }
        }
        for of_given in crowd.chunks_exact_mut(marks) {
            for (count, row) in of_given.iter_mut().zip(&rows) {
                *count /= row;
            }
        }
        crowd
    }
}

/// An error when a table of so many rows and states would be too large.
pub(super) fn too_large(rows: usize, states: usize) -> Result<(), SpansError> {
    match rows.checked_mul(states) {
        Some(cells) if cells <= CELLS_MAX => Ok(()),
        _ => Err(SpansError::TooLarge {
            rows,
            states,
            max: CELLS_MAX,
        }),
    }
}
