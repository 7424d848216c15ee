//! The crowd's confusion matrix, with odds to be right for each worker.
//!
//! - Model: for each true label everybody errs in the same directions, and some labels are harder for
//!   everybody. A worker multiplies the odds of being right by a factor of their own, the same for
//!   all labels.
//! - Steps: the rounds of `soft.rs`; the crowd's matrix is everybody's expected answers; the
//!   logarithm of a worker's factor is the most probable one under the normal prior with variance
//!   [`VARIANCE`], by Newton's steps.
//! - Source: ours; the factor is the ability of Rasch, "Probabilistic models for some intelligence and
//!   attainment tests", 1960, with true labels in place of questions. Between
//!   [`super::one_coin`], where all true labels are equally hard, and [`super::dawid_skene`], where
//!   each worker has a matrix, which few answers cannot fill.
//! - Complexity: O(answers × labels) a round; memory O((objects + workers + labels) × labels).
//! - Ties: the label with the lowest index wins. Single answers: the worker's odds and the prior
//!   decide. Missing workers: the factor 1.

use super::given::FitError;
use super::soft::{Model, Posteriors, check, crowd, fit};
use crate::answers::{Answer, Answers};

/// Variance of the logarithm of a worker's factor.
pub const VARIANCE: f64 = 2.0;
/// Newton's steps in a round; they start where the round before ended.
const STEPS: usize = 4;

/// Finds the posteriors.
pub fn estimate(answers: &Answers) -> Result<Posteriors, FitError> {
    check(answers, 0)?;
    let cells = fit(answers, &mut Odds::new(answers));
    Ok(Posteriors::new(answers, cells))
}

/// The model.
pub(crate) struct Odds {
    labels: usize,
    /// By true label: probability that everybody is right.
    right: Vec<f64>,
    /// True label × label given: which errors everybody makes when wrong.
    errors: Vec<f64>,
    /// By worker.
    log_factors: Vec<f64>,
    /// Worker × true label: probability to be right.
    own: Vec<f64>,
}

impl Odds {
    pub(crate) fn new(answers: &Answers) -> Odds {
        Odds {
            labels: answers.labels(),
            right: Vec::new(),
            errors: Vec::new(),
            log_factors: vec![0.0; answers.workers()],
            own: vec![0.0; answers.workers() * answers.labels()],
        }
    }
}

impl Model for Odds {
    fn learn(&mut self, answers: &Answers, posteriors: &[f64]) {
        let labels = self.labels;
        self.errors = crowd(answers, posteriors);
        self.right = (0..labels)
            .map(|label| std::mem::take(&mut self.errors[label * labels + label]))
            .collect();
        // Rows of what is left: with one label nobody can be wrong.
        for (row, right) in self.errors.chunks_exact_mut(labels).zip(&self.right) {
            for chance in row {
                *chance /= (1.0 - right).max(f64::MIN_POSITIVE);
            }
        }
        // Worker × true label: expected answers, and how many of them were right.
        let mut met = vec![(0.0, 0.0); self.own.len()];
        for answer in answers.all() {
            let (object, worker) = (answer.object as usize, answer.worker as usize);
            let posterior = &posteriors[object * labels..(object + 1) * labels];
            let own = &mut met[worker * labels..(worker + 1) * labels];
            for (met, chance) in own.iter_mut().zip(posterior) {
                met.0 += chance;
            }
            own[answer.label as usize].1 += posterior[answer.label as usize];
        }
        for (worker, log_factor) in self.log_factors.iter_mut().enumerate() {
            let met = &met[worker * labels..(worker + 1) * labels];
            for _ in 0..STEPS {
                let (mut slope, mut held) = (-*log_factor / VARIANCE, 1.0 / VARIANCE);
                for ((all, right), everybody) in met.iter().zip(&self.right) {
                    let chance = with_factor(*everybody, *log_factor);
                    slope += right - all * chance;
                    held += all * chance * (1.0 - chance);
                }
                // A step from far away may overshoot.
                *log_factor += (slope / held).clamp(-1.0, 1.0);
            }
            for (own, everybody) in self.own[worker * labels..].iter_mut().zip(&self.right) {
                *own = with_factor(*everybody, *log_factor);
            }
        }
    }

    fn chances(&self, answer: &Answer, chances: &mut [f64]) {
        let (worker, given) = (answer.worker as usize, answer.label as usize);
        let own = &self.own[worker * self.labels..(worker + 1) * self.labels];
        for (truth, (chance, right)) in chances.iter_mut().zip(own).enumerate() {
            *chance = if truth == given {
                *right
            } else {
                (1.0 - right) * self.errors[truth * self.labels + given]
            };
        }
    }
}

fn with_factor(chance: f64, log_factor: f64) -> f64 {
    let odds = chance * log_factor.exp();
    odds / (odds + 1.0 - chance)
}
