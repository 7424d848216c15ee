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

use super::expectation_maximisation::WorkerModel;
use super::fixed::{fixed, log2};
use super::lanes;
use super::pairs::{Pairs, Seen};
use super::parameters::{Place, Table};

const LIKE_ALL: f64 = 2.0;
const ERROR: f64 = 0.25;

/// Logarithms. What an answer says of a true label is the error's shape, or, of the label given, how
/// much more often the worker is right than wrong; that they are wrong at all is the same for all
/// labels, and left out.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Coins {
    /// By pair, which is its worker's.
    pub(crate) pairs: Vec<i32>,
    /// By worker: right over wrong.
    pub(crate) workers: Vec<i32>,
    /// Everybody's.
    pub(crate) crowd: i32,
    /// Label given × lanes of true labels, 0 on the diagonal: what everybody says who is wrong.
    pub(crate) shape: Vec<i32>,
}

impl Coins {
    #[inline(always)]
    fn add(&self, label: usize, right: i32, sums: &mut [i32]) {
        let width = sums.len();
        lanes::add(sums, &self.shape[label * width..][..width]);
        sums[label] += right;
    }

    /// Every pair has its worker's value.
    pub(crate) fn spread(&mut self, pairs: &Pairs) {
        self.pairs.clear();
        for (worker, right) in self.workers.iter().enumerate() {
            self.pairs
                .extend(std::iter::repeat_n(*right, pairs.of(worker).len()));
        }
    }
}

impl Table for Coins {
    #[inline(always)]
    fn add_pair(&self, pairs: &Pairs, pair: usize, sums: &mut [i32]) {
        self.add(pairs.given[pair] as usize, self.pairs[pair], sums);
    }

    fn add_unseen(&self, place: Place, sums: &mut [i32]) {
        match place {
            Place::Label { worker, label } => {
                self.add(label as usize, self.workers[worker as usize], sums);
            }
            Place::Worker { label } => self.add(label as usize, self.crowd, sums),
            Place::Pair(_) => {}
        }
    }
}

/// The model while it is fitted.
pub(crate) struct OneCoin {
    coins: Coins,
    /// By worker.
    accuracies: Vec<f64>,
    /// Label given × lanes of true labels: P(label given | true label, wrong).
    shape: Vec<f64>,
    /// By pair: expected right answers; after them label given × lanes of true labels.
    counts: Vec<f32>,
    /// The same, of all blocks.
    sums: Vec<f64>,
}

impl OneCoin {
    pub(crate) fn new(pairs: &Pairs) -> OneCoin {
        let square = pairs.labels * pairs.stride;
        let cells = pairs.given.len() + square;
        OneCoin {
            coins: Coins {
                shape: vec![0; square],
                ..Coins::default()
            },
            accuracies: Vec::new(),
            shape: Vec::new(),
            counts: vec![0.0; cells],
            sums: vec![0.0; cells],
        }
    }

    pub(crate) fn finish(self) -> Coins {
        self.coins
    }
}

impl WorkerModel for OneCoin {
    fn cells(&self) -> usize {
        self.counts.len()
    }

    #[inline(always)]
    fn count(&mut self, pairs: &Pairs, pair: usize, posterior: &[f32]) {
        let (given, width) = (pairs.given[pair] as usize, posterior.len());
        let (right, shape) = self.counts.split_at_mut(pairs.given.len());
        right[pair] += posterior[given];
        lanes::add(&mut shape[given * width..][..width], posterior);
    }

    fn flush(&mut self) {
        for (sum, count) in self.sums.iter_mut().zip(&mut self.counts) {
            *sum += f64::from(*count);
            *count = 0.0;
        }
    }

    fn learn(&mut self, pairs: &Pairs, seen: &Seen) {
        let (labels, width) = (pairs.labels, pairs.stride);
        let (rights, shape) = self.sums.split_at_mut(pairs.given.len());
        for (pair, truth, count) in &seen.history {
            let given = pairs.given[*pair as usize];
            shape[given as usize * width + *truth as usize] += count;
            if given == *truth {
                rights[*pair as usize] += count;
            }
        }
        let (mut right, mut all) = (ERROR * labels as f64, ERROR * (labels * labels) as f64);
        for label in 0..labels {
            let row = &mut shape[label * width..][..labels];
            right += row[label];
            all += row.iter().sum::<f64>();
            for cell in row.iter_mut() {
                *cell += ERROR;
            }
            row[label] = 0.0;
        }
        for truth in 0..labels {
            // With one label nobody can be wrong.
            let column = (0..labels).map(|given| shape[given * width + truth]);
            let wrong = column.sum::<f64>().max(f64::MIN_POSITIVE);
            for given in (0..labels).filter(|given| *given != truth) {
                let at = given * width + truth;
                shape[at] /= wrong;
                self.coins.shape[at] = fixed(log2(shape[at]));
            }
        }
        self.shape = shape.to_vec();
        let everybody = right / all;
        self.coins.crowd = right_over_wrong(everybody);
        self.accuracies.clear();
        self.coins.workers.clear();
        for worker in 0..pairs.workers() {
            let own = pairs.of(worker);
            let right = LIKE_ALL * everybody + rights[own.clone()].iter().sum::<f64>();
            let answers = LIKE_ALL + seen.said[own].iter().sum::<f64>();
            let accuracy = right / answers;
            self.accuracies.push(accuracy);
            self.coins.workers.push(right_over_wrong(accuracy));
        }
        self.coins.spread(pairs);
        self.sums.fill(0.0);
    }

    #[inline(always)]
    fn add(&self, pairs: &Pairs, pair: usize, sums: &mut [i32]) {
        self.coins.add_pair(pairs, pair, sums);
    }

    fn predicted(&self, pairs: &Pairs, pair: usize, posterior: &[f64]) -> f64 {
        let worker = pairs
            .starts
            .partition_point(|start| *start as usize <= pair)
            - 1;
        let given = pairs.given[pair] as usize;
        let accuracy = self.accuracies[worker];
        let shape = &self.shape[given * pairs.stride..];
        // The diagonal of the shape is 0.
        let wrong: f64 = posterior
            .iter()
            .zip(shape)
            .map(|(one, cell)| one * cell)
            .sum();
        accuracy * posterior[given] + (1.0 - accuracy) * wrong
    }
}

fn right_over_wrong(accuracy: f64) -> i32 {
    fixed(log2(accuracy) - log2(1.0 - accuracy))
}
