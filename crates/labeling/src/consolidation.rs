//! From the answers of a batch to what is concluded about each object.
//!
//! A batch is what one consolidation file holds. A label is a function of the batch's answers, the
//! task type, the categories and the algorithm, and for [`Algorithm::Cairn`] of a version of the
//! job's worker parameters: apart from these nothing is remembered between batches.

use std::collections::HashMap;

use cairn_algorithms::classification::{Consolidation, Decision, ground_truth, majority};
use cairn_algorithms::multi_label::{self, MultiAnswer, MultiConsolidation, MultiDecision};
use cairn_algorithms::{Answer, Answers, AnswersError};

use crate::answer::Choice;
use crate::ids::{Line, WorkerId};
use crate::task_type::{Shape, TaskType};
use crate::worker_parameters::WorkerParameters;

/// How answers become labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Algorithm {
    /// Labels each object by what is known of the workers of its job: [`crate::worker_parameters`].
    #[default]
    Cairn,
    /// Follows Ground Truth's own numbers.
    GroundTruth,
    /// Counts votes.
    Majority,
    /// Asks a program of the requester's own: [`crate::consolidation_hook`].
    Hook,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Algorithm; 4] = [
        Algorithm::Cairn,
        Algorithm::GroundTruth,
        Algorithm::Majority,
        Algorithm::Hook,
    ];

    /// The name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Cairn => "cairn",
            Algorithm::GroundTruth => "ground-truth",
            Algorithm::Majority => "majority",
            Algorithm::Hook => "hook",
        }
    }

    /// The algorithm of a name.
    pub fn from_name(name: &str) -> Option<Algorithm> {
        Algorithm::ALL
            .into_iter()
            .find(|known| known.name() == name)
    }
}

/// One object of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectAnswers {
    /// Which object.
    pub line: Line,
    /// Who chose what, in order of submission. A worker's last answer stands.
    pub answers: Vec<(WorkerId, Choice)>,
}

/// What is concluded about an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Label {
    /// One label.
    Single {
        /// Index of the category.
        index: u32,
        /// 0 to 1, two decimals.
        confidence: f64,
    },
    /// Several labels, or none, each with its confidence; highest first.
    Multi(Vec<(u32, f64)>),
}

/// The algorithm, with what it needs.
#[derive(Clone, Copy, Debug)]
pub enum Method<'a> {
    /// [`Algorithm::Cairn`], with what is known of the workers.
    Cairn(&'a WorkerParameters),
    /// [`Algorithm::GroundTruth`].
    GroundTruth,
    /// [`Algorithm::Majority`].
    Majority,
}

/// Consolidates a batch: the label of each object, in the order given; none where no answer counts.
/// `labels` is the number of categories.
///
/// Answers of the wrong shape for the task type do not count: a single choice is not an answer to a
/// multi-label task.
pub fn consolidate(
    method: Method<'_>,
    task_type: &TaskType,
    labels: usize,
    objects: &[ObjectAnswers],
) -> Result<Vec<(Line, Option<Label>)>, AnswersError> {
    let none = |object: &ObjectAnswers| (object.line, None);
    match (method, task_type.shape) {
        (_, Shape::Other) => Ok(objects.iter().map(none).collect()),
        (Method::Cairn(workers), _) => {
            let label = |object: &ObjectAnswers| {
                let label = workers.label(object.line, &object.answers);
                (object.line, label)
            };
            Ok(objects.iter().map(label).collect())
        }
        (Method::GroundTruth, Shape::SingleLabel) => {
            single(objects, labels, ground_truth::consolidate)
        }
        (Method::Majority, Shape::SingleLabel) => single(objects, labels, majority::consolidate),
        (Method::GroundTruth, Shape::MultiLabel) => {
            multi(objects, labels, multi_label::ground_truth)
        }
        (Method::Majority, Shape::MultiLabel) => multi(objects, labels, multi_label::majority),
    }
}

/// Who chose what of which object of the batch.
fn given(objects: &[ObjectAnswers]) -> impl Iterator<Item = (u32, WorkerId, &Choice)> {
    objects.iter().zip(0..).flat_map(|(object, index)| {
        let answers = object.answers.iter();
        answers.map(move |(worker, choice)| (index, *worker, choice))
    })
}

fn single(
    objects: &[ObjectAnswers],
    labels: usize,
    run: impl Fn(&Answers) -> Consolidation,
) -> Result<Vec<(Line, Option<Label>)>, AnswersError> {
    let mut workers = Workers::default();
    let answers: Vec<Answer> = given(objects)
        .filter_map(|(object, worker, choice)| match choice {
            Choice::Single(label) => Some(Answer {
                object,
                worker: workers.index(worker),
                label: *label,
            }),
            Choice::Multi(_) => None,
        })
        .collect();
    let result = run(&Answers::new(
        objects.len(),
        workers.count(),
        labels,
        &answers,
    )?);
    let label = |(object, decision): (&ObjectAnswers, &Option<Decision>)| {
        let label = decision.map(|decision| Label::Single {
            index: decision.label,
            confidence: decision.confidence,
        });
        (object.line, label)
    };
    Ok(objects.iter().zip(&result.objects).map(label).collect())
}

fn multi(
    objects: &[ObjectAnswers],
    labels: usize,
    run: impl Fn(usize, usize, usize, &[MultiAnswer]) -> Result<MultiConsolidation, AnswersError>,
) -> Result<Vec<(Line, Option<Label>)>, AnswersError> {
    let mut workers = Workers::default();
    let answers: Vec<MultiAnswer> = given(objects)
        .filter_map(|(object, worker, choice)| match choice {
            Choice::Multi(labels) => Some(MultiAnswer {
                object,
                worker: workers.index(worker),
                labels: labels.clone(),
            }),
            Choice::Single(_) => None,
        })
        .collect();
    let result = run(objects.len(), workers.count(), labels, &answers)?;
    let label = |(object, decision): (&ObjectAnswers, &Option<MultiDecision>)| {
        let label = decision.as_ref().map(|decision| {
            let kept = decision.labels.iter();
            Label::Multi(kept.map(|kept| (kept.label, kept.confidence)).collect())
        });
        (object.line, label)
    };
    Ok(objects.iter().zip(&result.objects).map(label).collect())
}

/// Numbers workers in order of their first answer.
#[derive(Default)]
struct Workers {
    indices: HashMap<WorkerId, u32>,
}

impl Workers {
    fn index(&mut self, worker: WorkerId) -> u32 {
        let next = self.indices.len() as u32;
        *self.indices.entry(worker).or_insert(next)
    }

    fn count(&self) -> usize {
        self.indices.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task_type::task_type;

    fn object(line: i64, answers: &[(i64, Choice)]) -> ObjectAnswers {
        let answers = answers
            .iter()
            .map(|(worker, choice)| (WorkerId(*worker), choice.clone()))
            .collect();
        ObjectAnswers {
            line: Line(line),
            answers,
        }
    }

    fn one(label: u32) -> Choice {
        Choice::Single(label)
    }

    fn some(labels: &[u32]) -> Choice {
        Choice::Multi(labels.to_vec())
    }

    #[test]
    fn single_labels_keep_the_order_of_objects() {
        let objects = [
            object(7, &[(3, one(1)), (9, one(1)), (4, one(0))]),
            object(2, &[]),
            object(5, &[(9, one(0))]),
            object(6, &[(9, some(&[0]))]),
        ];
        let row = task_type("TextMultiClass").unwrap();
        let batch = consolidate(Method::Majority, row, 2, &objects).unwrap();
        let label = |index, confidence| Some(Label::Single { index, confidence });
        let expected = [
            (Line(7), label(1, 0.67)),
            (Line(2), None),
            (Line(5), label(0, 0.0)),
            (Line(6), None),
        ];
        assert_eq!(batch, expected);
        let batch = consolidate(Method::GroundTruth, row, 2, &objects).unwrap();
        assert!(matches!(batch[0].1, Some(Label::Single { index: 1, .. })));
    }

    #[test]
    fn multi_labels_may_be_none() {
        let objects = [
            object(0, &[(1, some(&[2])), (2, some(&[2, 0])), (3, some(&[2]))]),
            object(1, &[(1, some(&[])), (2, some(&[]))]),
            object(2, &[(1, one(0))]),
        ];
        let row = task_type("ImageMultiClassMultiLabel").unwrap();
        let batch = consolidate(Method::Majority, row, 3, &objects).unwrap();
        let expected = [
            (Line(0), Some(Label::Multi(vec![(2, 1.0)]))),
            (Line(1), Some(Label::Multi(vec![]))),
            (Line(2), None),
        ];
        assert_eq!(batch, expected);
        let batch = consolidate(Method::GroundTruth, row, 3, &objects).unwrap();
        let Some(Label::Multi(labels)) = &batch[0].1 else {
            panic!("an object with answers has a label");
        };
        assert_eq!(
            labels.iter().map(|(label, _)| *label).collect::<Vec<_>>(),
            [2, 0]
        );
    }

    #[test]
    fn names_read_back() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
        }
        assert_eq!(Algorithm::from_name("best"), None);
    }
}
