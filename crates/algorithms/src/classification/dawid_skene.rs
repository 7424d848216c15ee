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
//!   whose matrix is known to be good. Missing workers: their rows are the made-up answers alone.

use super::expectation_maximisation::{Pairs, WorkerModel};

const RIGHT: f64 = 1.0;
const WRONG: f64 = 0.25;
const CROWD: f64 = 4.0;
const CROWD_EVEN: f64 = 0.01;

/// What a worker is taken for who has answered little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smoothing {
    /// Right more often than wrong, errors spread evenly.
    Plain,
    /// Like everybody else.
    Crowd,
}

impl WorkerModel for Smoothing {
    fn learn(&mut self, pairs: &Pairs<'_>, counts: &[f64], chances: &mut [f64]) {
        let labels = pairs.labels();
        let crowd = match self {
            Smoothing::Plain => None,
            Smoothing::Crowd => Some(crowd(pairs, counts)),
        };
        let made_up = |given: usize, truth: usize| match &crowd {
            None if given == truth => RIGHT,
            None => WRONG,
            Some(crowd) => CROWD * crowd[given * labels + truth] + CROWD_EVEN,
        };
        let made_up_row = match self {
            Smoothing::Plain => RIGHT + WRONG * (labels as f64 - 1.0),
            Smoothing::Crowd => CROWD + CROWD_EVEN * labels as f64,
        };
        let mut rows = vec![0.0; labels];
        for worker in 0..pairs.workers() {
            let own = pairs.starts[worker]..pairs.starts[worker + 1];
            rows.fill(made_up_row);
            for pair in own.clone() {
                for (row, count) in rows.iter_mut().zip(&counts[pair * labels..]) {
                    *row += count;
                }
            }
            for pair in own {
                let given = pairs.given[pair] as usize;
                for (truth, row) in rows.iter().enumerate() {
                    let at = pair * labels + truth;
                    chances[at] = (counts[at] + made_up(given, truth)) / row;
                }
            }
        }
    }
}

/// Everybody's matrix: label given × true label, normalised over the labels given.
pub(crate) fn crowd(pairs: &Pairs<'_>, counts: &[f64]) -> Vec<f64> {
    let labels = pairs.labels();
    let mut crowd = vec![WRONG; labels * labels];
    for label in 0..labels {
        crowd[label * labels + label] = RIGHT;
    }
    for (pair, given) in pairs.given.iter().enumerate() {
        let sums = &mut crowd[*given as usize * labels..(*given as usize + 1) * labels];
        for (sum, count) in sums.iter_mut().zip(&counts[pair * labels..]) {
            *sum += count;
        }
    }
    for truth in 0..labels {
        let row: f64 = (0..labels).map(|given| crowd[given * labels + truth]).sum();
        for given in 0..labels {
            crowd[given * labels + truth] /= row;
        }
    }
    crowd
}
