//! From the answers of a batch to what is concluded about each object.
//!
//! A batch is what one consolidation file holds. Nothing is remembered between batches, so a label
//! is a function of the batch's answers, the task type, the categories and the algorithm alone.

use std::collections::HashMap;

use cairn_algorithms::classification::{Consolidation, ground_truth, majority};
use cairn_algorithms::multi_label::{self, MultiAnswer, MultiConsolidation};
use cairn_algorithms::{Answer, Answers, AnswersError};

use crate::answer::Choice;
use crate::ids::{Line, WorkerId};
use crate::task_type::{Shape, TaskType};

/// How answers become labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Algorithm {
    /// Follows Ground Truth's own numbers.
    #[default]
    GroundTruth,
    /// Counts votes.
    Majority,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Algorithm; 2] = [Algorithm::GroundTruth, Algorithm::Majority];

    /// The name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::GroundTruth => "ground-truth",
            Algorithm::Majority => "majority",
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

/// The result for a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// By object, in the order given; `None` where no answer counts.
    pub labels: Vec<(Line, Option<Label>)>,
    /// What was learnt about the workers of the batch, in order of their first answer.
    pub workers: Vec<WorkerSkill>,
}

/// How a worker's answers in a batch fit its labels.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerSkill {
    /// Who.
    pub worker: WorkerId,
    /// How many answers counted.
    pub answers: u32,
    /// Estimated share of right answers.
    pub accuracy: f64,
}

/// Consolidates a batch. `labels` is the number of categories.
///
/// Answers of the wrong shape for the task type do not count: a single choice is not an answer to a
/// multi-label task.
pub fn consolidate(
    algorithm: Algorithm,
    task_type: &TaskType,
    labels: usize,
    objects: &[ObjectAnswers],
) -> Result<Batch, AnswersError> {
    let mut workers = Workers::default();
    let given = objects.iter().enumerate().flat_map(|(object, answers)| {
        let of_object = answers.answers.iter();
        of_object.map(move |(worker, choice)| (object as u32, *worker, choice))
    });
    match task_type.shape {
        Shape::SingleLabel => {
            let answers: Vec<Answer> = given
                .filter_map(|(object, worker, choice)| match choice {
                    Choice::Single(label) => Some(Answer {
                        object,
                        worker: workers.index(worker),
                        label: *label,
                    }),
                    Choice::Multi(_) => None,
                })
                .collect();
            let answers = Answers::new(objects.len(), workers.list.len(), labels, &answers)?;
            let result = match algorithm {
                Algorithm::GroundTruth => ground_truth::consolidate(&answers),
                Algorithm::Majority => majority::consolidate(&answers),
            };
            Ok(single(objects, &workers, &result))
        }
        Shape::MultiLabel => {
            let answers: Vec<MultiAnswer> = given
                .filter_map(|(object, worker, choice)| match choice {
                    Choice::Multi(labels) => Some(MultiAnswer {
                        object,
                        worker: workers.index(worker),
                        labels: labels.clone(),
                    }),
                    Choice::Single(_) => None,
                })
                .collect();
            let run = match algorithm {
                Algorithm::GroundTruth => multi_label::ground_truth,
                Algorithm::Majority => multi_label::majority,
            };
            let result = run(objects.len(), workers.list.len(), labels, &answers)?;
            Ok(multi(objects, &workers, &result))
        }
        Shape::Other => Ok(Batch {
            labels: objects.iter().map(|object| (object.line, None)).collect(),
            workers: Vec::new(),
        }),
    }
}

fn single(objects: &[ObjectAnswers], workers: &Workers, result: &Consolidation) -> Batch {
    let label = |(object, decision): (&ObjectAnswers, &Option<_>)| {
        let decision: &Option<cairn_algorithms::classification::Decision> = decision;
        let label = decision.map(|decision| Label::Single {
            index: decision.label,
            confidence: decision.confidence,
        });
        (object.line, label)
    };
    let skill =
        |(worker, skill): (&WorkerId, &cairn_algorithms::classification::Skill)| WorkerSkill {
            worker: *worker,
            answers: skill.answers,
            accuracy: skill.accuracy,
        };
    Batch {
        labels: objects.iter().zip(&result.objects).map(label).collect(),
        workers: workers
            .list
            .iter()
            .zip(&result.workers)
            .map(skill)
            .collect(),
    }
}

fn multi(objects: &[ObjectAnswers], workers: &Workers, result: &MultiConsolidation) -> Batch {
    let label = |(object, decision): (&ObjectAnswers, &Option<multi_label::MultiDecision>)| {
        let label = decision.as_ref().map(|decision| {
            let kept = decision.labels.iter();
            Label::Multi(kept.map(|kept| (kept.label, kept.confidence)).collect())
        });
        (object.line, label)
    };
    let skill = |(worker, skill): (&WorkerId, &multi_label::MultiSkill)| WorkerSkill {
        worker: *worker,
        answers: skill.answers,
        accuracy: skill.accuracy,
    };
    Batch {
        labels: objects.iter().zip(&result.objects).map(label).collect(),
        workers: workers
            .list
            .iter()
            .zip(&result.workers)
            .map(skill)
            .collect(),
    }
}

/// Numbers workers in order of their first answer.
#[derive(Default)]
struct Workers {
    list: Vec<WorkerId>,
    indices: HashMap<WorkerId, u32>,
}

impl Workers {
    fn index(&mut self, worker: WorkerId) -> u32 {
        let next = self.list.len() as u32;
        *self.indices.entry(worker).or_insert_with(|| {
            self.list.push(worker);
            next
        })
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
        let batch = consolidate(Algorithm::Majority, row, 2, &objects).unwrap();
        let label = |index, confidence| Some(Label::Single { index, confidence });
        let expected = [
            (Line(7), label(1, 0.67)),
            (Line(2), None),
            (Line(5), label(0, 0.0)),
            (Line(6), None),
        ];
        assert_eq!(batch.labels, expected);
        let workers: Vec<(i64, u32)> = batch
            .workers
            .iter()
            .map(|skill| (skill.worker.0, skill.answers))
            .collect();
        assert_eq!(workers, [(3, 1), (9, 2), (4, 1)]);
        let batch = consolidate(Algorithm::GroundTruth, row, 2, &objects).unwrap();
        assert!(matches!(
            batch.labels[0].1,
            Some(Label::Single { index: 1, .. })
        ));
    }

    #[test]
    fn multi_labels_may_be_none() {
        let objects = [
            object(0, &[(1, some(&[2])), (2, some(&[2, 0])), (3, some(&[2]))]),
            object(1, &[(1, some(&[])), (2, some(&[]))]),
            object(2, &[(1, one(0))]),
        ];
        let row = task_type("ImageMultiClassMultiLabel").unwrap();
        let batch = consolidate(Algorithm::Majority, row, 3, &objects).unwrap();
        let expected = [
            (Line(0), Some(Label::Multi(vec![(2, 1.0)]))),
            (Line(1), Some(Label::Multi(vec![]))),
            (Line(2), None),
        ];
        assert_eq!(batch.labels, expected);
        let batch = consolidate(Algorithm::GroundTruth, row, 3, &objects).unwrap();
        let Some(Label::Multi(labels)) = &batch.labels[0].1 else {
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
