//! One accuracy for each worker, and the crowd's way of being wrong for all.
//!
//! - Model: a worker is right with a probability of their own, whatever the true label is; when
//!   wrong, they say another label as often as everybody who is wrong about that true label does.
//! - Steps: the rounds of [`super::expectation_maximisation`]; accuracy of a worker = (expected right
//!   answers + 2·everybody's accuracy) / (answers + 2); the errors of a true label are everybody's
//!   expected counts off the diagonal, a quarter added to each, normalised.
//! - Source: the one-coin form of Dawid and Skene, 1979, as in Ghosh, Kale and McAfee, "Who moderates
//!   the moderators?", 2011, spreads errors evenly. That the errors of a crowd have a shape which all
//!   share is our own step: neighbouring classes of an order, or one tempting wrong answer of a
//!   quiz, are learnt from everybody where one worker's answers are far too few.
//! - Complexity: O(answers × labels) a round, and O(labels²) for the shape.
//! - Ties: whoever asks takes the first label. Single answers: the worker's accuracy is the
//!   posterior, but for the prior. Missing workers: everybody's accuracy.

use super::expectation_maximisation::{Pairs, WorkerModel};

const LIKE_ALL: f64 = 2.0;
const ERROR: f64 = 0.25;

/// The model; it has nothing to remember.
pub struct OneCoin;

impl WorkerModel for OneCoin {
    fn learn(&mut self, pairs: &Pairs<'_>, counts: &[f64], chances: &mut [f64]) {
        let labels = pairs.labels();
        // Label given × true label, off the diagonal.
        let mut shape = vec![ERROR; labels * labels];
        let (mut right, mut all) = (ERROR * labels as f64, ERROR * (labels * labels) as f64);
        for (pair, given) in pairs.given.iter().enumerate() {
            let given = *given as usize;
            for (truth, count) in counts[pair * labels..(pair + 1) * labels]
                .iter()
                .enumerate()
            {
                shape[given * labels + truth] += count;
                all += count;
                if given == truth {
                    right += count;
                }
            }
        }
        for truth in 0..labels {
            shape[truth * labels + truth] = 0.0;
            let row: f64 = (0..labels).map(|given| shape[given * labels + truth]).sum();
            for given in 0..labels {
                // With one label nobody can be wrong.
                shape[given * labels + truth] /= row.max(f64::MIN_POSITIVE);
            }
        }
        let everybody = right / all;
        for worker in 0..pairs.workers() {
            let own = pairs.starts[worker]..pairs.starts[worker + 1];
            let (mut right, mut answers) = (LIKE_ALL * everybody, LIKE_ALL);
            for pair in own.clone() {
                right += counts[pair * labels + pairs.given[pair] as usize];
                answers += counts[pair * labels..(pair + 1) * labels]
                    .iter()
                    .sum::<f64>();
            }
            let accuracy = right / answers;
            for pair in own {
                let given = pairs.given[pair] as usize;
                for truth in 0..labels {
                    chances[pair * labels + truth] = if truth == given {
                        accuracy
                    } else {
                        (1.0 - accuracy) * shape[given * labels + truth]
                    };
                }
            }
        }
    }
}
