//! Votes by how reliable each worker is on each class.
//!
//! - Model: Dawid and Skene's, pixel by pixel: of the pixels whose true class is t, a worker gives t
//!   with an accuracy of their own; what they give when wrong follows the crowd's errors for t. The
//!   true class is one that somebody gave.
//! - Steps: start from the shares of the votes; then by turns the prior of the classes, accuracies
//!   and the crowd's errors from the expected counts, and the posterior of each pattern from those,
//!   until posteriors move by less than 1e-4 a pixel in the mean, or [`ROUNDS`] rounds. Every
//!   accuracy is drawn to everybody's for that class as by [`LIKE_ALL`] pixels.
//! - Source: Dawid and Skene, 1979; with two classes and one object it is STAPLE (Warfield, Zou and
//!   Wells, 2004). One accuracy a class, and that pixels with equal answers are counted together, are
//!   ours.
//! - Complexity: O(patterns × answers × candidates) a round, whatever the number of pixels.
//! - Ties: the class with the lowest index. Single answers: the label is the answer. Missing
//!   workers: not counted. Where workers are not persons, each answer is of a worker of its own.

use super::patterns::Patterns;
use super::vote;

/// Rounds at most.
pub const ROUNDS: usize = 50;
/// Pixels as which everybody's accuracy counts in a worker's.
const LIKE_ALL: f64 = 100.0;
/// Pixels as which every error counts beforehand.
const ERROR: f64 = 1.0;

/// Posterior of each candidate of each pattern of each object.
pub(super) fn posteriors(
    objects: &[Patterns],
    workers: usize,
    classes: usize,
    workers_are_persons: bool,
) -> Vec<Vec<f64>> {
    let mut posteriors: Vec<Vec<f64>> = objects.iter().map(vote::equal_shares).collect();
    if workers_are_persons {
        fit(objects, &mut posteriors, workers, classes);
    } else {
        for (patterns, posteriors) in objects.iter().zip(&mut posteriors) {
            let patterns = std::slice::from_ref(patterns);
            fit(patterns, std::slice::from_mut(posteriors), workers, classes);
        }
    }
    posteriors
}

fn fit(objects: &[Patterns], posteriors: &mut [Vec<f64>], workers: usize, classes: usize) {
    let pixels = objects.iter().flat_map(|patterns| &patterns.pixels);
    let total: u64 = pixels.sum();
    for _ in 0..ROUNDS {
        let model = Model::learn(objects, posteriors, workers, classes);
        let mut moved = 0.0;
        for (patterns, posteriors) in objects.iter().zip(posteriors.iter_mut()) {
            moved += model.judge(patterns, posteriors);
        }
        if moved < 1e-4 * total as f64 {
            return;
        }
    }
}

struct Model {
    classes: usize,
    /// Logarithm of the prior, by class.
    prior: Vec<f64>,
    /// Worker × true class.
    accuracies: Vec<f64>,
    /// True class × given class: what is given by those who are wrong.
    errors: Vec<f64>,
}

impl Model {
    fn learn(
        objects: &[Patterns],
        posteriors: &[Vec<f64>],
        workers: usize,
        classes: usize,
    ) -> Model {
        let mut prior = vec![1.0; classes];
        let mut right = vec![0.0; workers * classes];
        let mut met = vec![0.0; workers * classes];
        let mut errors = vec![ERROR; classes * classes];
        for (patterns, posteriors) in objects.iter().zip(posteriors) {
            for pattern in 0..patterns.len() {
                let pixels = patterns.pixels[pattern] as f64;
                for at in patterns.range(pattern) {
                    let truth = usize::from(patterns.candidates[at]);
                    let expected = pixels * posteriors[at];
                    prior[truth] += expected;
                    let answers = patterns.workers.iter().zip(patterns.given(pattern));
                    for (worker, given) in answers {
                        let cell = *worker as usize * classes + truth;
                        met[cell] += expected;
                        if usize::from(*given) == truth {
                            right[cell] += expected;
                        } else {
                            errors[truth * classes + usize::from(*given)] += expected;
                        }
                    }
                }
            }
        }
        let everything: f64 = prior.iter().sum();
        for truth in 0..classes {
            let of_class =
                |counts: &[f64]| -> f64 { counts.iter().skip(truth).step_by(classes).sum() };
            let everybody = (of_class(&right) + 1.0) / (of_class(&met) + 2.0);
            for worker in 0..workers {
                let cell = worker * classes + truth;
                right[cell] = (right[cell] + LIKE_ALL * everybody) / (met[cell] + LIKE_ALL);
            }
            errors[truth * classes + truth] = 0.0;
            let row = &mut errors[truth * classes..(truth + 1) * classes];
            let sum: f64 = row.iter().sum();
            for error in row {
                // With one class nobody can be wrong.
                *error /= sum.max(f64::MIN_POSITIVE);
            }
        }
        Model {
            classes,
            prior: prior
                .iter()
                .map(|count| (count / everything).ln())
                .collect(),
            accuracies: right,
            errors,
        }
    }

    /// Sets the posteriors; how far they moved, summed over pixels.
    fn judge(&self, patterns: &Patterns, posteriors: &mut [f64]) -> f64 {
        let classes = self.classes;
        let mut moved = 0.0;
        let mut logs = Vec::new();
        for pattern in 0..patterns.len() {
            let range = patterns.range(pattern);
            logs.clear();
            for truth in &patterns.candidates[range.clone()] {
                let truth = usize::from(*truth);
                let mut log = self.prior[truth];
                for (worker, given) in patterns.workers.iter().zip(patterns.given(pattern)) {
                    let accuracy = self.accuracies[*worker as usize * classes + truth];
                    let given = usize::from(*given);
                    let chance = if given == truth {
                        accuracy
                    } else {
                        (1.0 - accuracy) * self.errors[truth * classes + given]
                    };
                    log += chance.max(f64::MIN_POSITIVE).ln();
                }
                logs.push(log);
            }
            let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = logs.iter().map(|log| (log - most).exp()).sum();
            for (log, posterior) in logs.iter().zip(&mut posteriors[range]) {
                let now = (log - most).exp() / sum;
                moved += (now - *posterior).abs() * patterns.pixels[pattern] as f64;
                *posterior = now;
            }
        }
        moved
    }
}
