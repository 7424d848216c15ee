//! Ground Truth's own consolidation of classifications, as far as it is known.
//!
//! - Model: Dawid and Skene's. Each worker has a confusion matrix C (rows: true label, columns:
//!   label given), each label a prior; the true labels are hidden. The matrices are smoothed towards
//!   "right with the worker's own accuracy" and "right with everybody's accuracy", errors spread
//!   evenly over the other labels.
//! - Steps: start from uniform posteriors and matrices with 0.7 on the diagonal; then two rounds of
//!   1. posterior of an object = prior (sum of the posteriors before, normalised) times the product
//!      of `C[worker][label][given]` over its answers, normalised;
//!   2. expected counts `N[worker][label][given]`; accuracy of a worker = trace(N) / n, with n the
//!      worker's number of answers; `C = N + n·I(accuracy) + (n/2)·I(a)`, rows normalised, where
//!      `I(x)` has x on the diagonal and `(1-x)/(K-1)` elsewhere, and `a`, at first 0.7, is the mean
//!      accuracy of the round before.
//!
//!   The label is the largest posterior p of the second round; its confidence `0.05 + 0.9·p` to two
//!   decimals, so unanimous objects show 0.95.
//! - Source: Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM
//!   algorithm", 1979, in the modified form published with the service's consolidation sample. That
//!   form watches the likelihood and in effect always stops after its second round; two rounds are
//!   fixed here. The rescaling of the confidence is an inference from few published outputs, not a
//!   documented formula.
//! - Complexity: O(answers × labels) time and memory; a matrix is kept only for the labels a worker
//!   used, since the rest of it follows from the smoothing.
//! - Ties: the label with the lowest index wins.
//! - Single answers: the label is the posterior's, the confidence is 0. One label to choose from
//!   (K = 1): it is the label, with posterior 1.
//! - Missing workers: objects without answers get no decision and do not move the prior; workers
//!   without answers do not move the mean accuracy.
//!
//! Run it per batch of at most 50 objects to follow the service; nothing is remembered between
//! batches. An answer's product is rescaled when it grows tiny, so hundreds of answers to an object
//! do not underflow.

use super::given::Given;
use super::pairs::number;
use super::{Confusion, Consolidation, Decision, Skill, first_largest, two_decimals};
use crate::answers::{Answer, Answers};

/// Accuracy that everybody is given before anything is known.
const FIRST_ACCURACY: f64 = 0.7;
const ROUNDS: usize = 2;

/// Decides each object by two rounds of the smoothed Dawid-Skene model.
pub fn consolidate(answers: &Answers) -> Consolidation {
    let model = run(answers);
    let labels = answers.labels();
    let objects = (0..answers.objects())
        .map(|object| {
            let count = answers.of(object).len();
            if count == 0 {
                return None;
            }
            let posteriors = &model.posteriors[object * labels..(object + 1) * labels];
            let label = first_largest(posteriors);
            let posterior = posteriors[label];
            Some(Decision {
                label: label as u32,
                posterior,
                confidence: confidence(posterior, count),
                answers: count as u32,
            })
        })
        .collect();
    Consolidation {
        objects,
        workers: model.skills(),
    }
}

/// The confidence to publish for a posterior that `answers` workers led to.
pub fn confidence(posterior: f64, answers: usize) -> f64 {
    if answers <= 1 {
        return 0.0;
    }
    two_decimals(0.05 + 0.9 * posterior)
}

/// What the rounds end with.
pub(crate) struct Model {
    labels: usize,
    /// Objects × labels, by object.
    pub(crate) posteriors: Vec<f64>,
    workers: Vec<Worker>,
    columns: Vec<Column>,
}

/// A worker's share of the answers, and where the columns of its matrix lie.
struct Worker {
    answers: u32,
    accuracy: f64,
    columns: std::ops::Range<usize>,
}

/// One column of a worker's matrix: a label that the worker used.
struct Column {
    given: u32,
    /// Expected counts by true label.
    counts: Vec<f64>,
    /// Probability of saying `given`, by true label.
    rates: Vec<f64>,
}

impl Model {
    pub(crate) fn skills(self) -> Vec<Skill> {
        let mut columns = self.columns.into_iter();
        let skill = |worker: &Worker| {
            let mut confusion = Confusion::default();
            for column in columns.by_ref().take(worker.columns.len()) {
                confusion.push(column.given, &column.counts);
            }
            Skill {
                answers: worker.answers,
                accuracy: worker.accuracy,
                confusion,
            }
        };
        self.workers.iter().map(skill).collect()
    }
}

/// Runs the rounds. Used by the multi-label algorithm too, once per label.
pub(crate) fn run(answers: &Answers) -> Model {
    let labels = answers.labels();
    let (workers, columns, column_of) = layout(answers);
    let mut model = Model {
        labels,
        posteriors: vec![1.0 / labels.max(1) as f64; answers.objects() * labels],
        workers,
        columns,
    };
    if labels == 0 {
        return model;
    }
    for column in &mut model.columns {
        let given = column.given as usize;
        for (truth, rate) in column.rates.iter_mut().enumerate() {
            *rate = smoothed(FIRST_ACCURACY, truth == given, labels);
        }
    }
    let mut everybody = FIRST_ACCURACY;
    for _ in 0..ROUNDS {
        estimate_labels(answers, &column_of, &mut model);
        everybody = estimate_workers(answers, &column_of, &mut model, everybody);
    }
    model
}

/// `I(accuracy)` at one place: on the diagonal or off it.
fn smoothed(accuracy: f64, on_diagonal: bool, labels: usize) -> f64 {
    match (on_diagonal, labels) {
        (_, 1) => 1.0,
        (true, _) => accuracy,
        (false, _) => (1.0 - accuracy) / (labels - 1) as f64,
    }
}

/// Workers with their columns, and for each answer the column that it falls into.
fn layout(answers: &Answers) -> (Vec<Worker>, Vec<Column>, Vec<u32>) {
    let (pairs, _) = number(answers, &Given::default());
    let find = |answer: &Answer| pairs.find(answer.worker as usize, answer.label);
    // Every answer has a pair.
    let column_of = answers.all().iter().filter_map(find);
    let column_of = column_of.map(|pair| pair as u32).collect();
    let mut workers: Vec<Worker> = pairs
        .starts
        .windows(2)
        .map(|own| Worker {
            answers: 0,
            accuracy: 0.0,
            columns: own[0] as usize..own[1] as usize,
        })
        .collect();
    for answer in answers.all() {
        workers[answer.worker as usize].answers += 1;
    }
    let columns = pairs
        .given
        .into_iter()
        .map(|given| Column {
            given,
            counts: vec![0.0; answers.labels()],
            rates: vec![0.0; answers.labels()],
        })
        .collect();
    (workers, columns, column_of)
}

/// Step 1: posteriors from the matrices.
fn estimate_labels(answers: &Answers, column_of: &[u32], model: &mut Model) {
    let labels = model.labels;
    let mut prior = vec![0.0; labels];
    for object in 0..answers.objects() {
        if answers.of(object).is_empty() {
            continue;
        }
        let posteriors = &model.posteriors[object * labels..(object + 1) * labels];
        for (sum, posterior) in prior.iter_mut().zip(posteriors) {
            *sum += posterior;
        }
    }
    normalise(&mut prior);

    let mut at = 0;
    for object in 0..answers.objects() {
        let count = answers.of(object).len();
        if count == 0 {
            continue;
        }
        let posteriors = &mut model.posteriors[object * labels..(object + 1) * labels];
        posteriors.copy_from_slice(&prior);
        for column in &column_of[at..at + count] {
            let rates = &model.columns[*column as usize].rates;
            let mut largest = 0.0f64;
            for (posterior, rate) in posteriors.iter_mut().zip(rates) {
                *posterior *= rate;
                largest = largest.max(*posterior);
            }
            // A power of two, so that rescaling changes no digit of the ratios.
            if largest < f64::MIN_POSITIVE * 2f64.powi(300) {
                for posterior in posteriors.iter_mut() {
                    *posterior *= 2f64.powi(600);
                }
            }
        }
        normalise(posteriors);
        at += count;
    }
}

/// Step 2: matrices from the posteriors. Gives the mean accuracy for the round after.
fn estimate_workers(
    answers: &Answers,
    column_of: &[u32],
    model: &mut Model,
    everybody: f64,
) -> f64 {
    let labels = model.labels;
    for column in &mut model.columns {
        column.counts.fill(0.0);
    }
    for (answer, column) in answers.all().iter().zip(column_of) {
        let object = answer.object as usize;
        let posteriors = &model.posteriors[object * labels..(object + 1) * labels];
        let counts = &mut model.columns[*column as usize].counts;
        for (count, posterior) in counts.iter_mut().zip(posteriors) {
            *count += posterior;
        }
    }

    let (mut sum, mut seen) = (0.0, 0u32);
    let mut row_sums = vec![0.0; labels];
    for worker in &mut model.workers {
        if worker.answers == 0 {
            continue;
        }
        let columns = &mut model.columns[worker.columns.clone()];
        let weight = f64::from(worker.answers);
        let trace: f64 = columns
            .iter()
            .map(|column| column.counts[column.given as usize])
            .sum();
        // Summed in another order than the answers, the trace may pass n by a rounding error.
        worker.accuracy = (trace / weight).min(1.0);
        sum += worker.accuracy;
        seen += 1;

        // The rows of both smoothing matrices sum to 1.
        row_sums.fill(1.5 * weight);
        for column in columns.iter() {
            for (row_sum, count) in row_sums.iter_mut().zip(&column.counts) {
                *row_sum += count;
            }
        }
        for column in columns {
            let given = column.given as usize;
            for (truth, row_sum) in row_sums.iter().enumerate() {
                let own = weight * smoothed(worker.accuracy, truth == given, labels);
                let shared = 0.5 * weight * smoothed(everybody, truth == given, labels);
                column.rates[truth] = (column.counts[truth] + own + shared) / row_sum;
            }
        }
    }
    if seen == 0 {
        return everybody;
    }
    sum / f64::from(seen)
}

fn normalise(values: &mut [f64]) {
    let sum: f64 = values.iter().sum();
    if sum > 0.0 {
        for value in values.iter_mut() {
            *value /= sum;
        }
    } else {
        let even = 1.0 / values.len().max(1) as f64;
        values.fill(even);
    }
}
