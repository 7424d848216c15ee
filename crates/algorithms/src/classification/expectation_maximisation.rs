//! What all models of workers share: from answers to posteriors and back, until nothing moves.
//!
//! - Model: every object has one true label, drawn by the prior; every answer depends on that label
//!   and on its worker alone, as a [`WorkerModel`] says.
//! - Steps: start from the shares of the votes, each label with half a vote more; then, at most
//!   [`ROUNDS`] times or until posteriors move by less than [`STILL`] in the mean,
//!   1. expected counts: for every pair of worker and label given, how many of its objects have each
//!      true label;
//!   2. the model turns them into P(label given | true label, worker), and the posteriors, one
//!      object added to each label, into the prior;
//!   3. posterior of an object = prior times the product over its answers, in logarithms.
//! - Source: Dempster, Laird and Rubin, "Maximum likelihood from incomplete data via the EM
//!   algorithm", 1977; for labels of workers Dawid and Skene, 1979.
//! - Complexity: O(answers × labels) a round; memory O((objects + pairs) × labels).
//! - Single answers, missing workers: the smoothing of the models decides. An object without answers
//!   keeps the prior; it does not move it.

use crate::answers::Answers;

/// Rounds at most.
pub const ROUNDS: usize = 30;
/// A change of the posteriors that does not matter, in the mean over objects and labels.
const STILL: f64 = 1e-4;
/// Half a vote for every label at the start.
const FIRST_VOTES: f64 = 0.5;
/// No probability is smaller, so that no answer excludes a label for good.
const LEAST: f64 = 1e-12;

/// The answers with every pair of worker and label given numbered, sorted by worker, then label.
pub(crate) struct Pairs<'a> {
    pub(crate) answers: &'a Answers,
    /// By answer, in the order of [`Answers::all`].
    pub(crate) of_answer: Vec<u32>,
    /// By pair.
    pub(crate) given: Vec<u32>,
    /// Where each worker's pairs start; one more at the end.
    pub(crate) starts: Vec<usize>,
}

impl<'a> Pairs<'a> {
    pub(crate) fn new(answers: &'a Answers) -> Pairs<'a> {
        let mut keys: Vec<(u32, u32)> = answers
            .all()
            .iter()
            .map(|answer| (answer.worker, answer.label))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        let mut starts = vec![0; answers.workers() + 1];
        for (worker, _) in &keys {
            starts[*worker as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let of_answer = answers
            .all()
            .iter()
            .map(|answer| {
                let worker = answer.worker as usize;
                let own = &keys[starts[worker]..starts[worker + 1]];
                let within = own.partition_point(|(_, given)| *given < answer.label);
                (starts[worker] + within) as u32
            })
            .collect();
        Pairs {
            answers,
            of_answer,
            given: keys.into_iter().map(|(_, label)| label).collect(),
            starts,
        }
    }

    pub(crate) fn labels(&self) -> usize {
        self.answers.labels()
    }

    pub(crate) fn workers(&self) -> usize {
        self.starts.len() - 1
    }
}

/// How a worker's answers depend on the true label.
pub(crate) trait WorkerModel {
    /// From `counts` (pairs × labels: expected objects by true label) to `chances` (the same shape:
    /// probability of the label given when each label is the true one).
    fn learn(&mut self, pairs: &Pairs<'_>, counts: &[f64], chances: &mut [f64]);
}

/// What the rounds end with.
#[derive(Clone)]
pub(crate) struct Fit {
    /// Objects × labels.
    pub(crate) posteriors: Vec<f64>,
    /// Pairs × labels: probability of the label given by true label.
    pub(crate) chances: Vec<f64>,
}

/// Which answers count: all, or all but one part of them.
#[derive(Clone, Copy)]
pub(crate) struct Without<'a> {
    /// The part that each answer belongs to.
    pub(crate) parts: &'a [u8],
    /// The part left out; none when no answer is in it.
    pub(crate) part: u8,
}

/// Fits a model to the answers.
pub(crate) fn fit(
    pairs: &Pairs<'_>,
    model: &mut dyn WorkerModel,
    without: Option<Without<'_>>,
) -> Fit {
    let labels = pairs.labels();
    let counts_here = |at: usize| without.is_none_or(|it| it.parts[at] != it.part);
    let mut posteriors = shares(pairs.answers, FIRST_VOTES, counts_here);
    let mut counts = vec![0.0; pairs.given.len() * labels];
    let mut chances = vec![0.0; counts.len()];
    let mut logs = vec![0.0; counts.len()];
    let mut next = vec![0.0; labels];
    for _ in 0..ROUNDS {
        count(pairs, &posteriors, counts_here, &mut counts);
        model.learn(pairs, &counts, &mut chances);
        for (log, chance) in logs.iter_mut().zip(&chances) {
            *log = chance.max(LEAST).ln();
        }
        let prior = log_prior(pairs.answers, &posteriors, counts_here);
        let mut moved: f64 = 0.0;
        let mut at = 0;
        for object in 0..pairs.answers.objects() {
            next.copy_from_slice(&prior);
            for _ in pairs.answers.of(object) {
                if counts_here(at) {
                    let pair = pairs.of_answer[at] as usize * labels;
                    for (sum, log) in next.iter_mut().zip(&logs[pair..pair + labels]) {
                        *sum += log;
                    }
                }
                at += 1;
            }
            normalise_logs(&mut next);
            let old = &mut posteriors[object * labels..(object + 1) * labels];
            for (old, new) in old.iter_mut().zip(&next) {
                moved += (*old - new).abs();
                *old = *new;
            }
        }
        if moved < STILL * posteriors.len() as f64 {
            break;
        }
    }
    Fit {
        posteriors,
        chances,
    }
}

/// By object, the share of each label among the answers that count and `more` votes for every label.
pub(crate) fn shares(
    answers: &Answers,
    more: f64,
    counts_here: impl Fn(usize) -> bool,
) -> Vec<f64> {
    let labels = answers.labels();
    let mut shares = vec![more; answers.objects() * labels];
    for (at, answer) in answers.all().iter().enumerate() {
        if counts_here(at) {
            shares[answer.object as usize * labels + answer.label as usize] += 1.0;
        }
    }
    for of_object in shares.chunks_exact_mut(labels.max(1)) {
        let sum: f64 = of_object.iter().sum();
        for share in of_object {
            *share /= sum;
        }
    }
    shares
}

/// Expected number of objects with each true label, for every pair.
pub(crate) fn count(
    pairs: &Pairs<'_>,
    posteriors: &[f64],
    counts_here: impl Fn(usize) -> bool,
    counts: &mut [f64],
) {
    let labels = pairs.labels();
    counts.fill(0.0);
    for (at, answer) in pairs.answers.all().iter().enumerate() {
        if counts_here(at) {
            let (object, pair) = (answer.object as usize, pairs.of_answer[at] as usize);
            let posterior = &posteriors[object * labels..(object + 1) * labels];
            let sums = &mut counts[pair * labels..(pair + 1) * labels];
            for (sum, chance) in sums.iter_mut().zip(posterior) {
                *sum += chance;
            }
        }
    }
}

fn log_prior(
    answers: &Answers,
    posteriors: &[f64],
    counts_here: impl Fn(usize) -> bool,
) -> Vec<f64> {
    let labels = answers.labels();
    let mut sums = vec![1.0; labels];
    let mut at = 0;
    for object in 0..answers.objects() {
        let of_object = answers.of(object).len();
        if (at..at + of_object).any(&counts_here) {
            let posterior = &posteriors[object * labels..(object + 1) * labels];
            for (sum, chance) in sums.iter_mut().zip(posterior) {
                *sum += chance;
            }
        }
        at += of_object;
    }
    let total: f64 = sums.iter().sum();
    sums.iter().map(|sum| (sum / total).ln()).collect()
}

fn normalise_logs(values: &mut [f64]) {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for value in values.iter_mut() {
        *value = (*value - most).exp();
        sum += *value;
    }
    for value in values {
        *value /= sum;
    }
}
