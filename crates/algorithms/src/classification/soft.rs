//! Rounds between posteriors and what is known of workers, for models that need more than a table a
//! worker, and what they publish.
//!
//! - Steps: start from the shares of the votes, each label with half a vote more; then, at most
//!   [`ROUNDS`] times or until posteriors move by less than [`STILL`] in the mean, the model learns
//!   from the posteriors, and the posteriors are the prior (their own sums, one object more for each
//!   label) times what the model says of each answer.
//! - Source: Dempster, Laird and Rubin, "Maximum likelihood from incomplete data via the EM
//!   algorithm", 1977.
//! - Complexity: O(answers × labels) a round besides the model's own; memory O(objects × labels).

use super::given::{FitError, check_size};
use super::{Consolidation, Skill, decisions, first_largest};
use crate::answers::{Answer, Answers};

/// Rounds at most.
pub const ROUNDS: usize = 30;
/// A change of the posteriors that does not matter, in the mean over objects and labels.
pub const STILL: f64 = 1e-5;
/// Votes that every label has more at the start.
const MORE_VOTES: f64 = 0.5;
/// No probability is smaller, so that no answer excludes a label for good.
const LEAST: f64 = 1e-12;

/// Probabilities of all labels of all objects, and what they say of workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Posteriors {
    labels: usize,
    cells: Vec<f64>,
    /// By worker.
    pub workers: Vec<Skill>,
}

/// Which label a posterior decides for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Rule {
    /// The most probable; the lowest index of several. Right most often.
    #[default]
    Mode,
    /// The one in the middle of the probability, for labels with an order: the first at which half of
    /// it is reached. Least far off in the mean.
    Median,
}

impl Rule {
    /// The label.
    pub fn of(self, posterior: &[f64]) -> usize {
        match self {
            Rule::Mode => first_largest(posterior),
            Rule::Median => {
                let mut sum = 0.0;
                let reached = posterior.iter().position(|chance| {
                    sum += chance;
                    // Half is half whatever the noise of adding.
                    sum >= 0.5 - 1e-9
                });
                reached.unwrap_or(0)
            }
        }
    }
}

impl Posteriors {
    pub(crate) fn new(answers: &Answers, cells: Vec<f64>) -> Posteriors {
        let workers = skills(answers, &cells);
        Posteriors::with_workers(answers, cells, workers)
    }

    pub(crate) fn with_workers(
        answers: &Answers,
        cells: Vec<f64>,
        workers: Vec<Skill>,
    ) -> Posteriors {
        Posteriors {
            labels: answers.labels(),
            cells,
            workers,
        }
    }

    /// Probability of each label of an object; sums to 1.
    pub fn of(&self, object: usize) -> &[f64] {
        &self.cells[object * self.labels..(object + 1) * self.labels]
    }

    /// Decides each object that has answers.
    pub fn decide(self, answers: &Answers, rule: Rule) -> Consolidation {
        let objects = decisions(
            answers,
            |object| self.of(object),
            |chances| rule.of(chances),
        );
        Consolidation {
            objects,
            workers: self.workers,
        }
    }
}

/// How answers depend on the true label.
pub(crate) trait Model {
    /// Learns from the posteriors.
    fn learn(&mut self, answers: &Answers, posteriors: &[f64]);
    /// P(label given | true label) of an answer, by true label.
    fn chances(&self, answer: &Answer, chances: &mut [f64]);
}

/// Whether the tables fit: posteriors and those of a mixture, the crowd's matrix with its logarithms,
/// skills, and `rows` that the model has.
pub(crate) fn check(answers: &Answers, rows: usize) -> Result<(), FitError> {
    let labels = answers.labels();
    let pairs = answers.workers().saturating_mul(labels);
    let each = [
        answers.objects().saturating_mul(2),
        answers.workers(),
        labels.saturating_mul(2),
        pairs.min(answers.all().len()).saturating_mul(2),
        rows,
    ];
    check_size(each.into_iter().fold(0, usize::saturating_add), labels)
}

/// Fits a model; the posteriors by object.
pub(crate) fn fit(answers: &Answers, model: &mut dyn Model) -> Vec<f64> {
    let labels = answers.labels();
    let mut posteriors = shares(answers);
    if labels == 0 {
        return posteriors;
    }
    let mut chances = vec![0.0; labels];
    let mut next = vec![0.0; labels];
    for _ in 0..ROUNDS {
        model.learn(answers, &posteriors);
        let prior = log_prior(answers, &posteriors);
        let mut moved = 0.0;
        for (object, old) in posteriors.chunks_exact_mut(labels).enumerate() {
            next.copy_from_slice(&prior);
            for answer in answers.of(object) {
                model.chances(answer, &mut chances);
                for (sum, chance) in next.iter_mut().zip(&chances) {
                    *sum += chance.max(LEAST).ln();
                }
            }
            let most = next.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            for value in &mut next {
                *value = (*value - most).exp();
                sum += *value;
            }
            for (old, new) in old.iter_mut().zip(&next) {
                moved += (*old - new / sum).abs();
                *old = new / sum;
            }
        }
        if moved < STILL * posteriors.len() as f64 {
            break;
        }
    }
    posteriors
}

/// By object, the share of each label among the votes, each with half a vote more.
pub(crate) fn shares(answers: &Answers) -> Vec<f64> {
    let labels = answers.labels();
    let mut shares = vec![MORE_VOTES; answers.objects() * labels];
    for answer in answers.all() {
        shares[answer.object as usize * labels + answer.label as usize] += 1.0;
    }
    for of_object in shares.chunks_exact_mut(labels.max(1)) {
        let sum: f64 = of_object.iter().sum();
        for share in of_object {
            *share /= sum;
        }
    }
    shares
}

fn log_prior(answers: &Answers, posteriors: &[f64]) -> Vec<f64> {
    let labels = answers.labels();
    let mut sums = vec![1.0; labels];
    for (object, posterior) in posteriors.chunks_exact(labels).enumerate() {
        if !answers.of(object).is_empty() {
            for (sum, chance) in sums.iter_mut().zip(posterior) {
                *sum += chance;
            }
        }
    }
    let total: f64 = sums.iter().sum();
    sums.iter().map(|sum| (sum / total).ln()).collect()
}

/// What posteriors say of workers.
pub(crate) fn skills(answers: &Answers, posteriors: &[f64]) -> Vec<Skill> {
    let labels = answers.labels();
    let mut skills = vec![Skill::default(); answers.workers()];
    let mut by_worker: Vec<&Answer> = answers.all().iter().collect();
    by_worker.sort_by_key(|answer| (answer.worker, answer.label));
    for same in
        by_worker.chunk_by(|one, other| (one.worker, one.label) == (other.worker, other.label))
    {
        let skill = &mut skills[same[0].worker as usize];
        let mut counts = vec![0.0; labels];
        for answer in same {
            let object = answer.object as usize;
            let posterior = &posteriors[object * labels..(object + 1) * labels];
            for (count, chance) in counts.iter_mut().zip(posterior) {
                *count += chance;
            }
        }
        skill.answers += same.len() as u32;
        skill.accuracy += counts[same[0].label as usize];
        skill.confusion.push(same[0].label, &counts);
    }
    for skill in &mut skills {
        skill.accuracy /= f64::from(skill.answers.max(1));
    }
    skills
}

/// Everybody's matrix: true label × label given, each row normalised; one right answer and a quarter
/// of every wrong one added.
pub(crate) fn crowd(answers: &Answers, posteriors: &[f64]) -> Vec<f64> {
    let labels = answers.labels();
    let mut rows = vec![0.25; labels * labels];
    for label in 0..labels {
        rows[label * labels + label] = 1.0;
    }
    for answer in answers.all() {
        let object = answer.object as usize;
        let posterior = &posteriors[object * labels..(object + 1) * labels];
        for (truth, chance) in posterior.iter().enumerate() {
            rows[truth * labels + answer.label as usize] += chance;
        }
    }
    normalise(&mut rows, labels);
    rows
}

pub(crate) fn normalise(rows: &mut [f64], labels: usize) {
    for row in rows.chunks_exact_mut(labels.max(1)) {
        let sum: f64 = row.iter().sum();
        for chance in row {
            *chance /= sum;
        }
    }
}

/// Expected answers of each worker: worker × true label × label given.
pub(crate) fn counts(answers: &Answers, posteriors: &[f64]) -> Vec<f64> {
    let labels = answers.labels();
    let mut counts = vec![0.0; answers.workers() * labels * labels];
    for answer in answers.all() {
        let object = answer.object as usize;
        let own = answer.worker as usize * labels * labels + answer.label as usize;
        let posterior = &posteriors[object * labels..(object + 1) * labels];
        for (truth, chance) in posterior.iter().enumerate() {
            counts[own + truth * labels] += chance;
        }
    }
    counts
}
