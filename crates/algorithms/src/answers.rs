//! The answers of one consolidation batch, checked once and grouped by object.

use thiserror::Error;

/// One worker's choice for one object, all three as indices from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which object of the batch.
    pub object: u32,
    /// Which worker.
    pub worker: u32,
    /// Which label category. One that is not below the number of labels counts as not given.
    pub label: u32,
}

/// Why a list of answers cannot be used: an index that names nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AnswersError {
    /// The object index is not below the number of objects.
    #[error("answer {at}: object {object} is outside the batch of {objects} objects")]
    Object {
        /// Position in the list given.
        at: usize,
        /// The index found.
        object: u32,
        /// How many objects there are.
        objects: usize,
    },
    /// The worker index is not below the number of workers.
    #[error("answer {at}: worker {worker} is outside the list of {workers} workers")]
    Worker {
        /// Position in the list given.
        at: usize,
        /// The index found.
        worker: u32,
        /// How many workers there are.
        workers: usize,
    },
}

/// Answers grouped by object. At most one of a worker for an object, none with an unknown label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    workers: usize,
    labels: usize,
    /// By object, each object's in the order given.
    list: Vec<Answer>,
    /// Where each object's answers start in `list`; one more at the end.
    starts: Vec<usize>,
}

impl Answers {
    /// Takes the answers of `objects` objects by `workers` workers, who chose among `labels` labels.
    ///
    /// Give an object's answers in order of submission: when a worker answered twice, the last answer
    /// with a known label stands.
    pub fn new(
        objects: usize,
        workers: usize,
        labels: usize,
        answers: &[Answer],
    ) -> Result<Answers, AnswersError> {
        // At first how many answers the object before has, then where each object's start.
        let mut starts = vec![0usize; objects + 1];
        for (at, answer) in answers.iter().enumerate() {
            let object = answer.object as usize;
            if object >= objects {
                let object = answer.object;
                return Err(AnswersError::Object {
                    at,
                    object,
                    objects,
                });
            }
            if answer.worker as usize >= workers {
                let worker = answer.worker;
                return Err(AnswersError::Worker {
                    at,
                    worker,
                    workers,
                });
            }
            if (answer.label as usize) < labels {
                starts[object + 1] += 1;
            }
        }

        // Stable counting sort: an object's answers keep the order in which they were given.
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut ends = starts[..objects].to_vec();
        let filler = Answer {
            object: 0,
            worker: 0,
            label: 0,
        };
        let mut list = vec![filler; starts[objects]];
        for answer in answers {
            if (answer.label as usize) < labels {
                let end = &mut ends[answer.object as usize];
                list[*end] = *answer;
                *end += 1;
            }
        }

        // Where a worker answered twice the list shrinks, in place: there may be many millions.
        let mut kept = 0;
        // `last_seen[worker]` is the object in which a later answer of that worker already stands.
        let mut last_seen = vec![u32::MAX; workers];
        for (object, end) in ends.iter().enumerate() {
            let mut first = *end;
            for at in (starts[object]..*end).rev() {
                let seen = &mut last_seen[list[at].worker as usize];
                if *seen != object as u32 {
                    *seen = object as u32;
                    first -= 1;
                    list[first] = list[at];
                }
            }
            starts[object] = kept;
            list.copy_within(first..*end, kept);
            kept += end - first;
        }
        starts[objects] = kept;
        list.truncate(kept);
        Ok(Answers {
            workers,
            labels,
            list,
            starts,
        })
    }

    /// Of answers that are more than a label, those that count: each with its position among those
    /// given, as (object, worker), in place of a label. Of two answers of a worker the last stands.
    pub(crate) fn standing(
        objects: usize,
        workers: usize,
        given: impl ExactSizeIterator<Item = (u32, u32)>,
    ) -> Result<Answers, AnswersError> {
        let count = given.len();
        let positions: Vec<Answer> = given
            .zip(0..)
            .map(|((object, worker), label)| Answer {
                object,
                worker,
                label,
            })
            .collect();
        Answers::new(objects, workers, count, &positions)
    }

    /// How many objects the batch has, answered or not.
    pub fn objects(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many workers there are, including those without an answer here.
    pub fn workers(&self) -> usize {
        self.workers
    }

    /// How many labels there are to choose from.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// All answers that count, by object.
    pub fn all(&self) -> &[Answer] {
        &self.list
    }

    /// The answers that count for one object, in order of submission.
    pub fn of(&self, object: usize) -> &[Answer] {
        &self.list[self.starts[object]..self.starts[object + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(object: u32, worker: u32, label: u32) -> Answer {
        Answer {
            object,
            worker,
            label,
        }
    }

    #[test]
    fn answers_are_grouped_and_keep_their_order() {
        let given = [answer(1, 0, 0), answer(0, 1, 1), answer(1, 2, 1)];
        let answers = Answers::new(3, 3, 2, &given).unwrap();
        assert_eq!(answers.of(0), [answer(0, 1, 1)]);
        assert_eq!(answers.of(1), [answer(1, 0, 0), answer(1, 2, 1)]);
        assert!(answers.of(2).is_empty());
        assert_eq!(answers.all().len(), 3);
    }

    #[test]
    fn the_last_known_answer_of_a_worker_stands() {
        let given = [
            answer(0, 0, 0),
            answer(0, 1, 0),
            answer(0, 0, 1),
            answer(0, 1, 9),
        ];
        let answers = Answers::new(1, 2, 2, &given).unwrap();
        assert_eq!(answers.of(0), [answer(0, 1, 0), answer(0, 0, 1)]);
    }

    #[test]
    fn indices_that_name_nothing_are_refused() {
        let outside = Answers::new(1, 1, 2, &[answer(0, 0, 0), answer(1, 0, 0)]).unwrap_err();
        assert_eq!(
            outside.to_string(),
            "answer 1: object 1 is outside the batch of 1 objects"
        );
        let nobody = Answers::new(1, 1, 2, &[answer(0, 7, 0)]).unwrap_err();
        assert_eq!(
            nobody.to_string(),
            "answer 0: worker 7 is outside the list of 1 workers"
        );
    }
}
