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
//! - Complexity: O(answers × labels) a round.
//! - Ties: whoever asks takes the first label. Single answers: the label given, as sure as its
//!   worker knows. Missing workers: knows with ½.

use super::expectation_maximisation::{Pairs, WorkerModel};

const FIRST_KNOWN: f64 = 0.7;
const KNOWN: f64 = 0.5;
const GUESSES: f64 = 10.0;

/// The model, and what it took each worker for in the round before.
#[derive(Default)]
pub struct Guessing {
    /// By worker; empty before the first round.
    known: Vec<f64>,
    /// By pair: probability that a guess of the worker is this label.
    guesses: Vec<f64>,
}

impl WorkerModel for Guessing {
    fn learn(&mut self, pairs: &Pairs<'_>, counts: &[f64], chances: &mut [f64]) {
        let labels = pairs.labels();
        if self.known.is_empty() {
            self.known = vec![FIRST_KNOWN; pairs.workers()];
            self.guesses = vec![1.0 / labels as f64; pairs.given.len()];
        }
        for worker in 0..pairs.workers() {
            let own = pairs.starts[worker]..pairs.starts[worker + 1];
            let before = self.known[worker];
            let (mut known, mut answers) = (KNOWN, 2.0 * KNOWN);
            let mut guessed = GUESSES * labels as f64;
            for pair in own.clone() {
                let of_pair = &counts[pair * labels..(pair + 1) * labels];
                let said: f64 = of_pair.iter().sum();
                let part = before / (before + (1.0 - before) * self.guesses[pair]);
                let here = of_pair[pairs.given[pair] as usize] * part;
                self.guesses[pair] = said - here + GUESSES;
                known += here;
                answers += said;
                guessed += said - here;
            }
            let known = known / answers;
            self.known[worker] = known;
            for pair in own {
                self.guesses[pair] /= guessed;
                let by_guess = (1.0 - known) * self.guesses[pair];
                let of_pair = &mut chances[pair * labels..(pair + 1) * labels];
                of_pair.fill(by_guess);
                of_pair[pairs.given[pair] as usize] += known;
            }
        }
    }
}
