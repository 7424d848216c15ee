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
//! - Labels that nobody gave an object, or an object of the worker's, are all alike: their part of a
//!   posterior or of a matrix is one number ([`first::first`]), so that thousands of labels cost nothing.
//! - Complexity: O(answers × labels that the worker's objects were given) time, memory O(answers × labels
//!   that an object was given + labels).
//! - Ties: the label with the lowest index wins.
//! - Single answers: the label is the posterior's, the confidence is 0. One label to choose from
//!   (K = 1): it is the label, with posterior 1.
//! - Missing workers: objects without answers get no decision and do not move the prior; workers
//!   without answers do not move the mean accuracy.
//!
//! Run it per batch of at most 50 objects to follow the service; nothing is remembered between
//! batches. An answer's product is rescaled when it grows tiny, so hundreds of answers to an object
//! do not underflow.

mod counts;
mod first;

use self::counts::Counts;
use self::first::{Columns, Matrices, first};
use super::{COUNT_MIN, Confusion, Consolidation, Decision, Skill, count_of, two_decimals};
use crate::answers::Answers;

/// Values of which only the ratios count are brought back when they may be as large as this, or after so
/// many answers.
const LARGE: f64 = 1e100;
const MANY: usize = 64;
/// A label that nobody gave to an object, or to others of its workers, counts in their confusion from here.
const OTHERS_MIN: f64 = 1e-3;
/// Values that differ by less are a tie.
const TIE: f64 = 1.0 + 1e-9;

/// Decides each object by two rounds of the smoothed Dawid-Skene model.
pub fn consolidate(answers: &Answers) -> Consolidation {
    let model = run(answers);
    let decide = |(object, decided): (usize, Option<(u32, f64)>)| {
        let count = answers.of(object).len();
        decided.map(|(label, posterior)| Decision {
            label,
            posterior,
            confidence: confidence(posterior, count),
            answers: count as u32,
        })
    };
    Consolidation {
        objects: model.decided.into_iter().enumerate().map(decide).collect(),
        workers: model.skills,
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
    /// By object, the label with its posterior; none where nobody answered.
    pub(crate) decided: Vec<Option<(u32, f64)>>,
    /// By worker.
    pub(crate) skills: Vec<Skill>,
}

/// Runs the rounds. Used by the multi-label algorithm too, once per label.
pub(crate) fn run(answers: &Answers) -> Model {
    let columns = Columns::new(answers);
    let (prior, workers) = first(answers, &columns);
    second(answers, &columns, &prior, &workers)
}

/// The second round: decisions and skills.
fn second(answers: &Answers, columns: &Columns, prior: &[f64], matrices: &Matrices) -> Model {
    let labels = answers.labels();
    let mut by_prior: Vec<u32> = (0..labels as u32).collect();
    by_prior.sort_by(|one, two| prior[*two as usize].total_cmp(&prior[*one as usize]));
    let mut values = Values {
        list: vec![0.0; labels],
        differ: Vec::new(),
        is_different: vec![false; labels],
        others: 1.0,
    };
    let mut counts = Counts::new(columns.given.len(), labels);
    let mut decided = Vec::with_capacity(answers.objects());
    let mut at = 0;
    for object in 0..answers.objects() {
        let of_object = answers.of(object);
        let own = &columns.of_answer[at..at + of_object.len()];
        at += of_object.len();
        if of_object.is_empty() {
            decided.push(None);
            continue;
        }
        values.clear();
        let mut bound = 1.0;
        for (number, (answer, column)) in of_object.iter().zip(own).enumerate() {
            values.multiply(&matrices.rows[answer.worker as usize]);
            values.multiply(&matrices.ratios[*column as usize]);
            bound *= matrices.largest[*column as usize];
            if bound > LARGE || number % MANY == MANY - 1 {
                values.bring_back();
                bound = 1.0;
            }
        }
        let (mut total, mut rest, mut largest) = (0.0, 1.0, 0.0f64);
        for label in &values.differ {
            let value = &mut values.list[*label as usize];
            rest -= prior[*label as usize];
            *value *= prior[*label as usize];
            total += *value;
            largest = largest.max(*value);
        }
        total += rest.max(0.0) * values.others;
        let is_other = |label: &&u32| !values.is_different[**label as usize];
        let others = (by_prior.iter().filter(is_other))
            .map(|label| (*label, prior[*label as usize] * values.others));
        let other = others.clone().next();
        largest = largest.max(other.map_or(0.0, |(_, value)| value));
        let all = values.differ.iter();
        let all = all.map(|label| (*label, values.list[*label as usize]));
        let best = all.clone().chain(other);
        let best = best.filter(|(_, value)| *value * TIE >= largest);
        decided.push(
            best.min_by_key(|(label, _)| *label)
                .map(|(label, value)| (label, (value / total).min(1.0))),
        );
        let counted = all.filter(|(_, value)| *value >= COUNT_MIN * total);
        let others = others.take_while(|(_, value)| *value >= OTHERS_MIN * total);
        for (label, value) in counted.chain(others) {
            for column in own {
                counts.add(*column, label, value / total);
            }
        }
    }
    let counts = counts.columns(columns.given.len());
    Model {
        decided,
        skills: skills(columns, counts),
    }
}

/// Products by label, of which only the ratios count.
struct Values {
    /// By label, where it differs from those of the others.
    list: Vec<f64>,
    /// Labels where it does.
    differ: Vec<u32>,
    is_different: Vec<bool>,
    /// That of all other labels.
    others: f64,
}

impl Values {
    fn clear(&mut self) {
        for label in self.differ.drain(..) {
            self.is_different[label as usize] = false;
        }
        self.others = 1.0;
    }

    fn multiply(&mut self, by: &[(u32, f64)]) {
        for (label, factor) in by {
            let at = *label as usize;
            if !std::mem::replace(&mut self.is_different[at], true) {
                self.differ.push(*label);
                self.list[at] = self.others;
            }
            self.list[at] *= factor;
        }
    }

    fn bring_back(&mut self) {
        let values = self.differ.iter().map(|label| self.list[*label as usize]);
        let largest = values.fold(self.others, f64::max);
        for label in &self.differ {
            self.list[*label as usize] /= largest;
        }
        self.others /= largest;
    }
}

fn skills(columns: &Columns, counts: Vec<Vec<(u32, f64)>>) -> Vec<Skill> {
    let mut counts = counts.into_iter();
    let skill = |worker: usize| {
        let own = columns.of(worker);
        let given = columns.given[own.clone()].to_vec();
        let counts: Vec<_> = counts.by_ref().take(own.len()).collect();
        let right = given.iter().zip(&counts);
        let right: f64 = right.map(|(given, counts)| count_of(counts, *given)).sum();
        let answers = columns.answers[worker];
        Skill {
            answers,
            accuracy: (right / f64::from(answers.max(1))).min(1.0),
            confusion: Confusion { given, counts },
        }
    };
    (0..columns.answers.len()).map(skill).collect()
}
