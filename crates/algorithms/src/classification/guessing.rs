//! Workers who know, and workers who guess.
//!
//! - Model: at every answer a worker knows the true label with a probability of their own, and else
//!   says a label from a distribution of their own, which does not depend on the object.
//! - Steps: the rounds of [`super::expectation_maximisation`]; of the expected right answers with
//!   one label, the part known / (known + guessed·P(label)) was known. Probability to know = (known
//!   answers + ½) / (answers + 1); guesses = the answers not known, ten added to every label,
//!   normalised. At first everybody knows with 0.7 and guesses evenly.
//! - Source: Hovy et al., "Learning whom to trust with MACE", 2013; its priors, with evenly spread
//!   guesses held more firmly.
//! - Complexity: O(answers + objects × labels) a round: of an object's labels, those that nobody gave
//!   are alike.
//! - Ties: whoever asks takes the first label. Single answers: the label given, as sure as its
//!   worker knows. Missing workers: know as often, and guess, as all do together.

use super::expectation_maximisation::WorkerModel;
use super::fixed::{fixed, log2};
use super::pairs::{Pairs, Seen};
use super::parameters::{Place, Table};

const FIRST_KNOWN: f64 = 0.7;
const KNOWN: f64 = 0.5;
const GUESSES: f64 = 10.0;

/// Logarithms of how much more probable the label given is when it is the true one.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Guesses {
    /// By pair.
    pub(crate) pairs: Vec<i32>,
    /// By worker, for a label never given.
    pub(crate) workers: Vec<i32>,
    /// By label, for a worker who is not known.
    pub(crate) crowd: Vec<i32>,
}

impl Table for Guesses {
    #[inline(always)]
    fn add_pair(&self, pairs: &Pairs, pair: usize, sums: &mut [i32]) {
        sums[pairs.given[pair] as usize] += self.pairs[pair];
    }

    fn add_unseen(&self, place: Place, sums: &mut [i32]) {
        match place {
            Place::Label { worker, label } => {
                sums[label as usize] += self.workers[worker as usize];
            }
            Place::Worker { label } => sums[label as usize] += self.crowd[label as usize],
            Place::Pair(_) => {}
        }
    }
}

/// The model while it is fitted.
pub(crate) struct Guessing {
    table: Guesses,
    /// By worker: probability to know.
    known: Vec<f64>,
    /// By pair: probability that a guess of the worker is this label.
    guesses: Vec<f64>,
    /// By pair: expected right answers.
    counts: Vec<f32>,
    /// The same, of all blocks.
    sums: Vec<f64>,
}

impl Guessing {
    pub(crate) fn new(pairs: &Pairs) -> Guessing {
        let count = pairs.given.len();
        Guessing {
            table: Guesses {
                pairs: vec![0; count],
                workers: vec![0; pairs.workers()],
                crowd: Vec::new(),
            },
            known: vec![FIRST_KNOWN; pairs.workers()],
            guesses: vec![1.0 / pairs.labels as f64; count],
            counts: vec![0.0; count],
            sums: vec![0.0; count],
        }
    }

    pub(crate) fn finish(mut self, pairs: &Pairs, seen: &Seen) -> Guesses {
        let labels = pairs.labels as f64;
        let (mut knows, mut answers) = (KNOWN, 2.0 * KNOWN);
        let mut guesses = vec![GUESSES; pairs.labels];
        let mut guessed = GUESSES * labels;
        for worker in 0..pairs.workers() {
            for pair in pairs.of(worker) {
                let (said, known) = (seen.said[pair], self.known[worker]);
                let here = said * known;
                knows += here;
                answers += said;
                guesses[pairs.given[pair] as usize] += said - here;
                guessed += said - here;
            }
        }
        let known = knows / answers;
        let crowd = guesses
            .iter()
            .map(|guess| more_probable(known, guess / guessed));
        self.table.crowd = crowd.collect();
        self.table
    }
}

impl WorkerModel for Guessing {
    fn cells(&self) -> usize {
        self.counts.len()
    }

    #[inline(always)]
    fn count(&mut self, pairs: &Pairs, pair: usize, posterior: &[f32]) {
        self.counts[pair] += posterior[pairs.given[pair] as usize];
    }

    fn flush(&mut self) {
        for (sum, count) in self.sums.iter_mut().zip(&mut self.counts) {
            *sum += f64::from(*count);
            *count = 0.0;
        }
    }

    fn learn(&mut self, pairs: &Pairs, seen: &Seen) {
        for (pair, truth, count) in &seen.history {
            if pairs.given[*pair as usize] == *truth {
                self.sums[*pair as usize] += count;
            }
        }
        for worker in 0..pairs.workers() {
            let before = self.known[worker];
            let (mut known, mut answers) = (KNOWN, 2.0 * KNOWN);
            let mut guessed = GUESSES * pairs.labels as f64;
            for pair in pairs.of(worker) {
                let part = before / (before + (1.0 - before) * self.guesses[pair]);
                // Counted in single precision it can be a little more than there is.
                let here = self.sums[pair].min(seen.said[pair]) * part;
                let not_known = seen.said[pair] - here;
                self.guesses[pair] = not_known + GUESSES;
                self.sums[pair] = 0.0;
                known += here;
                answers += seen.said[pair];
                guessed += not_known;
            }
            let known = known / answers;
            self.known[worker] = known;
            self.table.workers[worker] = more_probable(known, GUESSES / guessed);
            for pair in pairs.of(worker) {
                self.guesses[pair] /= guessed;
                self.table.pairs[pair] = more_probable(known, self.guesses[pair]);
            }
        }
    }

    #[inline(always)]
    fn add(&self, pairs: &Pairs, pair: usize, sums: &mut [i32]) {
        self.table.add_pair(pairs, pair, sums);
    }

    fn predicted(&self, pairs: &Pairs, pair: usize, posterior: &[f64]) -> f64 {
        let worker = pairs
            .starts
            .partition_point(|start| *start as usize <= pair)
            - 1;
        let known = self.known[worker];
        known * posterior[pairs.given[pair] as usize] + (1.0 - known) * self.guesses[pair]
    }
}

fn more_probable(known: f64, guess: f64) -> i32 {
    let by_guess = (1.0 - known) * guess;
    fixed(log2(by_guess + known) - log2(by_guess))
}
