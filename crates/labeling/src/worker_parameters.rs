//! What is known of a job's workers at one time, and the labels that follow from it.
//!
//! [`Gathered`] takes the answers of a job; [`WorkerParameters::fit`] finds out how each worker answers;
//! [`WorkerParameters::label`] then labels an object from its own answers alone, so that a new answer
//! costs the same in a job of ten objects and of a million. Both are functions of the answers: fitted
//! again on the same they are the same, byte for byte.
//!
//! Where several labels may be chosen, every label that somebody chose for an object is a question of
//! its own, answered yes or no by each of its workers; all labels share what is known of a worker.
//!
//! A fit looks at [`FIT_ANSWERS_MAX`] answers at most: of larger jobs at every second, fourth, eighth …
//! object by a hash of its line.

use std::collections::{BTreeMap, HashMap};

use cairn_algorithms::classification::cairn::{Earlier, Given, Parameters, fit};
use cairn_algorithms::{Answer, Answers};
use thiserror::Error;

use crate::answer::Choice;
use crate::consolidation::Label;
use crate::ids::{Line, WorkerId};
use crate::task_type::Shape;

/// Answers that a fit looks at; of a larger job it takes some of the objects.
pub const FIT_ANSWERS_MAX: usize = 5_000_000;
/// Of ten answers of somebody of whom nothing is known yet, how many are right.
const RIGHT_AT_FIRST: f64 = 7.0;
/// Form of the bytes.
const FORMAT: u8 = 1;
/// "No" and "yes" are the labels of a question whether a label applies.
const YES: u32 = 1;

/// Why parameters cannot be had.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ParametersError {
    /// The answers cannot be fitted.
    #[error("worker parameters: {0}")]
    Fit(String),
    /// The bytes are not those of parameters.
    #[error("worker parameters are damaged: {0}")]
    Damaged(String),
}

/// How often a worker of an earlier job gave a label to objects with a true label; labels by index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarlierAnswers {
    /// Who.
    pub worker: WorkerId,
    /// The true label, as it was concluded there.
    pub truth: u32,
    /// The label given.
    pub given: u32,
    /// How often.
    pub count: f64,
}

/// What the requester says besides the answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Besides {
    /// True labels of some objects.
    pub known: Vec<(Line, Choice)>,
    /// What the workers said in earlier jobs.
    pub history: Vec<EarlierAnswers>,
}

/// The answers of a job, as a fit takes them.
pub struct Gathered {
    shape: Shape,
    labels: usize,
    workers: HashMap<WorkerId, u32>,
    /// Object, then for several labels the label asked about; each a question of its own.
    questions: Vec<(Line, u32)>,
    list: Vec<Answer>,
    /// Objects are taken when so many low bits of their hash are 0.
    bits: u32,
    objects: u64,
}

impl Gathered {
    /// No answers yet. `labels` is the number of label categories.
    pub fn new(shape: Shape, labels: usize) -> Gathered {
        Gathered {
            shape,
            labels,
            workers: HashMap::new(),
            questions: Vec::new(),
            list: Vec::new(),
            bits: 0,
            objects: 0,
        }
    }

    /// How many objects were added.
    pub fn objects(&self) -> u64 {
        self.objects
    }

    /// Adds an object with its answers, in order of submission. Objects come in the order of their lines.
    pub fn add(&mut self, line: Line, answers: &[(WorkerId, Choice)]) {
        self.objects += 1;
        if answers.is_empty() || !self.is_taken(line) {
            return;
        }
        for (_, label) in questions(self.shape, answers) {
            let object = self.questions.len() as u32;
            self.questions.push((line, label));
            for (worker, choice) in answers {
                let next = self.workers.len() as u32;
                let worker = *self.workers.entry(*worker).or_insert(next);
                if let Some(given) = given(choice, label) {
                    self.list.push(Answer {
                        object,
                        worker,
                        label: given,
                    });
                }
            }
        }
        while self.list.len() > FIT_ANSWERS_MAX {
            self.thin();
        }
    }

    fn is_taken(&self, line: Line) -> bool {
        hash(line) & ((1 << self.bits) - 1) == 0
    }

    /// Leaves out every second object of those that are there.
    fn thin(&mut self) {
        self.bits += 1;
        let mut kept = Vec::with_capacity(self.questions.len() / 2);
        let mut new = vec![u32::MAX; self.questions.len()];
        for (at, question) in self.questions.iter().enumerate() {
            if self.is_taken(question.0) {
                new[at] = kept.len() as u32;
                kept.push(*question);
            }
        }
        self.list.retain_mut(|answer| {
            answer.object = new[answer.object as usize];
            answer.object != u32::MAX
        });
        self.questions = kept;
    }
}

/// What is known of the workers.
#[derive(Clone, Debug)]
pub struct WorkerParameters {
    shape: Shape,
    workers: HashMap<WorkerId, u32>,
    /// True labels that the requester gave.
    known: HashMap<Line, Choice>,
    /// What the workers said here, for later jobs.
    said: Vec<EarlierAnswers>,
    /// Whether anything is known at all.
    is_informed: bool,
    parameters: Parameters,
}

impl WorkerParameters {
    /// What is known before any answer: nothing, so that everybody is taken to be right in
    /// [`RIGHT_AT_FIRST`] of ten answers, as Ground Truth does, and wrong in any way alike.
    pub fn none(shape: Shape, labels: usize) -> Result<WorkerParameters, ParametersError> {
        let labels = match shape {
            Shape::MultiLabel => 2,
            _ => labels,
        };
        let mut history = Vec::new();
        let nobody = WorkerId(i64::MIN);
        let wrong = (10.0 - RIGHT_AT_FIRST) / (labels.max(2) - 1) as f64;
        for truth in 0..labels as u32 {
            // Of very many labels the wrong ones are left to the smoothing.
            let others = if labels <= 100 {
                0..labels as u32
            } else {
                truth..truth + 1
            };
            history.extend(others.map(|given| EarlierAnswers {
                worker: nobody,
                truth,
                given,
                count: if truth == given {
                    RIGHT_AT_FIRST
                } else {
                    wrong
                },
            }));
        }
        let besides = Besides {
            history,
            ..Besides::default()
        };
        let mut none = WorkerParameters::fit(Gathered::new(shape, labels), &besides)?;
        none.is_informed = false;
        Ok(none)
    }

    /// Finds out how the workers answer.
    pub fn fit(
        mut gathered: Gathered,
        besides: &Besides,
    ) -> Result<WorkerParameters, ParametersError> {
        let failed = |error: &dyn std::fmt::Display| ParametersError::Fit(error.to_string());
        let labels = match gathered.shape {
            Shape::MultiLabel => 2,
            _ => gathered.labels,
        };
        let mut history = Vec::with_capacity(besides.history.len());
        for earlier in &besides.history {
            let next = gathered.workers.len() as u32;
            let worker = *gathered.workers.entry(earlier.worker).or_insert(next);
            history.push(Earlier {
                worker,
                truth: earlier.truth,
                given: earlier.given,
                count: earlier.count,
            });
        }
        let answers = Answers::new(
            gathered.questions.len(),
            gathered.workers.len(),
            labels,
            &gathered.list,
        )
        .map_err(|error| failed(&error))?;
        drop(std::mem::take(&mut gathered.list));
        let truths: HashMap<Line, &Choice> = besides
            .known
            .iter()
            .map(|(line, choice)| (*line, choice))
            .collect();
        let known: Vec<(u32, u32)> = gathered
            .questions
            .iter()
            .zip(0..)
            .filter_map(|((line, label), object)| Some((object, given(truths.get(line)?, *label)?)))
            .collect();
        let given = Given {
            known: &known,
            history: &history,
        };
        let fitted = fit(&answers, &given).map_err(|error| failed(&error))?;
        let mut ids: Vec<(WorkerId, u32)> =
            gathered.workers.iter().map(|(id, at)| (*id, *at)).collect();
        ids.sort_unstable_by_key(|(_, at)| *at);
        let said = ids
            .iter()
            .flat_map(|(id, at)| {
                let confusion = &fitted.workers[*at as usize].confusion;
                Earlier::of(*at, confusion).map(|earlier| EarlierAnswers {
                    worker: *id,
                    truth: earlier.truth,
                    given: earlier.given,
                    count: earlier.count,
                })
            })
            .collect();
        Ok(WorkerParameters {
            shape: gathered.shape,
            is_informed: !answers.all().is_empty() || !history.is_empty(),
            workers: gathered.workers,
            known: besides.known.iter().cloned().collect(),
            said,
            parameters: fitted.parameters,
        })
    }

    /// What the workers said of objects with each true label, for a later job with the same labels.
    pub fn said(&self) -> &[EarlierAnswers] {
        &self.said
    }

    /// Each worker with the share of answers that the labels make right, in order of their rows. Where
    /// several labels may be chosen, of answers yes or no to labels that somebody chose.
    pub fn skills(&self) -> Vec<(WorkerId, f64)> {
        let mut sums: BTreeMap<WorkerId, (f64, f64)> = BTreeMap::new();
        for said in &self.said {
            let (right, all) = sums.entry(said.worker).or_default();
            *all += said.count;
            if said.truth == said.given {
                *right += said.count;
            }
        }
        let sums = sums.into_iter();
        sums.filter(|(_, (_, all))| *all > 0.0)
            .map(|(worker, (right, all))| (worker, right / all))
            .collect()
    }

    /// True labels that the requester gave, by line.
    pub fn known(&self) -> Vec<(Line, Choice)> {
        let mut known: Vec<(Line, Choice)> = self
            .known
            .iter()
            .map(|(line, choice)| (*line, choice.clone()))
            .collect();
        known.sort_unstable_by_key(|(line, _)| *line);
        known
    }

    /// The label of an object by its answers; none without an answer that counts. The order of the
    /// answers matters only where a worker gave two: the last stands.
    ///
    /// The confidence of a single answer is 0 while nothing is known of anybody: nobody agreed or
    /// disagreed.
    pub fn label(&self, line: Line, answers: &[(WorkerId, Choice)]) -> Option<Label> {
        let mut answered: Vec<WorkerId> = answers
            .iter()
            .filter(|(_, choice)| self.counts(choice))
            .map(|(worker, _)| *worker)
            .collect();
        answered.sort_unstable();
        answered.dedup();
        if answered.is_empty() {
            return None;
        }
        let published = |probability: f64| match answered.len() {
            1 if !self.is_informed => 0.0,
            _ => two_decimals(probability),
        };
        match self.shape {
            Shape::SingleLabel => {
                if let Some(Choice::Single(index)) = self.known.get(&line) {
                    let (index, confidence) = (*index, 1.0);
                    return Some(Label::Single { index, confidence });
                }
                let posterior = self.posterior(answers, 0);
                let index = cairn_algorithms::classification::first_largest(&posterior);
                Some(Label::Single {
                    index: index as u32,
                    confidence: published(posterior[index]),
                })
            }
            Shape::MultiLabel => {
                if let Some(Choice::Multi(labels)) = self.known.get(&line) {
                    let labels = labels.iter().map(|label| (*label, 1.0));
                    return Some(Label::Multi(labels.collect()));
                }
                let mut kept: Vec<(u32, f64)> = questions(self.shape, answers)
                    .map(|(_, label)| (label, self.posterior(answers, label)[YES as usize]))
                    .filter(|(_, yes)| *yes > 0.5)
                    .collect();
                kept.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
                let kept = kept.into_iter();
                Some(Label::Multi(
                    kept.map(|(label, yes)| (label, published(yes))).collect(),
                ))
            }
            Shape::Other => None,
        }
    }

    /// How probable it is that the label of an object is right, 0 to 1; where several labels may be
    /// chosen, that the least sure of those that anybody chose is right to be there or not. 0 without
    /// answers.
    pub fn assurance(&self, line: Line, answers: &[(WorkerId, Choice)]) -> f64 {
        if !answers.iter().any(|(_, choice)| self.counts(choice)) {
            return 0.0;
        }
        if self.known.contains_key(&line) {
            return 1.0;
        }
        match self.shape {
            Shape::SingleLabel => most(&self.posterior(answers, 0)),
            Shape::MultiLabel => {
                let asked: Vec<u32> = questions(self.shape, answers)
                    .map(|(_, label)| label)
                    .collect();
                if asked.is_empty() {
                    // Nobody chose anything: as sure as of a label that nobody chose.
                    return most(&self.posterior(answers, u32::MAX));
                }
                asked
                    .into_iter()
                    .map(|label| most(&self.posterior(answers, label)))
                    .fold(1.0, f64::min)
            }
            Shape::Other => 0.0,
        }
    }

    fn counts(&self, choice: &Choice) -> bool {
        matches!(
            (self.shape, choice),
            (Shape::SingleLabel, Choice::Single(_)) | (Shape::MultiLabel, Choice::Multi(_))
        )
    }

    fn posterior(&self, answers: &[(WorkerId, Choice)], label: u32) -> Vec<f64> {
        // Workers of whom nothing is known have numbers of their own past all others: each counts.
        let mut strangers: Vec<WorkerId> = Vec::new();
        let answers: Vec<(u32, u32)> = answers
            .iter()
            .filter_map(|(worker, choice)| {
                let number = self.workers.get(worker).copied().unwrap_or_else(|| {
                    let known = strangers.iter().position(|stranger| stranger == worker);
                    let at = known.unwrap_or_else(|| {
                        strangers.push(*worker);
                        strangers.len() - 1
                    });
                    u32::MAX - at as u32
                });
                Some((number, given(choice, label)?))
            })
            .collect();
        self.parameters.posterior(&answers)
    }

    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![
            FORMAT,
            match self.shape {
                Shape::SingleLabel => 0,
                Shape::MultiLabel => 1,
                Shape::Other => 2,
            },
            u8::from(self.is_informed),
        ];
        let mut workers: Vec<(u32, WorkerId)> =
            self.workers.iter().map(|(id, at)| (*at, *id)).collect();
        workers.sort_unstable();
        put(&mut bytes, workers.len() as u64);
        for (_, id) in &workers {
            put(&mut bytes, id.0 as u64);
        }
        put(&mut bytes, self.known.len() as u64);
        for (line, choice) in self.known() {
            put(&mut bytes, line.0 as u64);
            let labels = match &choice {
                Choice::Single(label) => std::slice::from_ref(label),
                Choice::Multi(labels) => labels.as_slice(),
            };
            put(&mut bytes, labels.len() as u64);
            for label in labels {
                put(&mut bytes, u64::from(*label));
            }
        }
        put(&mut bytes, self.said.len() as u64);
        for said in &self.said {
            put(&mut bytes, said.worker.0 as u64);
            put(
                &mut bytes,
                u64::from(said.truth) << 32 | u64::from(said.given),
            );
            put(&mut bytes, said.count.to_bits());
        }
        bytes.extend(self.parameters.to_bytes());
        bytes
    }

    /// Back from bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<WorkerParameters, ParametersError> {
        let damaged = |what: &str| ParametersError::Damaged(what.to_owned());
        let [format, shape, informed, rest @ ..] = bytes else {
            return Err(damaged("too short"));
        };
        if *format != FORMAT {
            return Err(damaged("of another format"));
        }
        let shape = match shape {
            0 => Shape::SingleLabel,
            1 => Shape::MultiLabel,
            _ => return Err(damaged("of no known shape")),
        };
        let mut rest = Rest(rest);
        let count = rest.count(8)?;
        let mut workers = HashMap::with_capacity(count);
        for at in 0..count {
            workers.insert(WorkerId(rest.number()? as i64), at as u32);
        }
        let count = rest.count(16)?;
        let mut known = HashMap::with_capacity(count);
        for _ in 0..count {
            let line = Line(rest.number()? as i64);
            let labels = (0..rest.count(8)?)
                .map(|_| Ok(rest.number()? as u32))
                .collect::<Result<Vec<u32>, ParametersError>>()?;
            let choice = match (shape, labels.first()) {
                (Shape::SingleLabel, Some(label)) => Choice::Single(*label),
                (Shape::SingleLabel, None) => return Err(damaged("a known label is missing")),
                _ => Choice::Multi(labels),
            };
            known.insert(line, choice);
        }
        let count = rest.count(24)?;
        let mut said = Vec::with_capacity(count);
        for _ in 0..count {
            let worker = WorkerId(rest.number()? as i64);
            let labels = rest.number()?;
            said.push(EarlierAnswers {
                worker,
                truth: (labels >> 32) as u32,
                given: labels as u32,
                count: f64::from_bits(rest.number()?),
            });
        }
        let parameters =
            Parameters::from_bytes(rest.0).map_err(|error| damaged(&error.to_string()))?;
        Ok(WorkerParameters {
            shape,
            workers,
            known,
            said,
            is_informed: *informed == 1,
            parameters,
        })
    }
}

/// The questions that the answers to an object ask: the object itself, or each label chosen, ascending.
fn questions(
    shape: Shape,
    answers: &[(WorkerId, Choice)],
) -> impl Iterator<Item = (usize, u32)> + use<> {
    let mut labels: Vec<u32> = match shape {
        Shape::SingleLabel => vec![0],
        _ => answers
            .iter()
            .flat_map(|(_, choice)| match choice {
                Choice::Multi(labels) => labels.as_slice(),
                Choice::Single(_) => &[],
            })
            .copied()
            .collect(),
    };
    labels.sort_unstable();
    labels.dedup();
    labels.into_iter().enumerate()
}

/// What a choice says to a question.
fn given(choice: &Choice, label: u32) -> Option<u32> {
    match choice {
        Choice::Single(given) => Some(*given),
        Choice::Multi(labels) => Some(u32::from(labels.contains(&label))),
    }
}

fn most(posterior: &[f64]) -> f64 {
    posterior.iter().copied().fold(0.0, f64::max)
}

fn two_decimals(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
fn hash(line: Line) -> u64 {
    let mut bits = (line.0 as u64)
        .wrapping_add(1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn put(bytes: &mut Vec<u8>, number: u64) {
    bytes.extend(number.to_le_bytes());
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn number(&mut self) -> Result<u64, ParametersError> {
        let (number, rest) = self
            .0
            .split_first_chunk::<8>()
            .ok_or_else(|| ParametersError::Damaged("cut short".to_owned()))?;
        self.0 = rest;
        Ok(u64::from_le_bytes(*number))
    }

    /// How many things follow, each of at least so many bytes: never more than there is room for.
    fn count(&mut self, bytes: usize) -> Result<usize, ParametersError> {
        let count = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        if count > self.0.len() / bytes {
            return Err(ParametersError::Damaged("cut short".to_owned()));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By chance as far as anybody can tell, and always the same.
    fn chance(seed: i64, below: u64) -> u64 {
        hash(Line(seed)) % below
    }

    /// Worker 1 is right, 2 mostly, 3 and 4 rarely.
    fn answers(line: i64, labels: u64) -> Vec<(WorkerId, Choice)> {
        (1..=4)
            .map(|worker| {
                let truth = chance(line, labels);
                let right = [100, 85, 30, 30][(worker - 1) as usize];
                let said = match chance(line * 7 + worker, 100) < right {
                    true => truth,
                    false => chance(line * 11 + worker, labels),
                };
                (WorkerId(worker), Choice::Single(said as u32))
            })
            .collect()
    }

    fn fitted(lines: i64) -> WorkerParameters {
        let mut gathered = Gathered::new(Shape::SingleLabel, 3);
        for line in 0..lines {
            gathered.add(Line(line), &answers(line, 3));
        }
        WorkerParameters::fit(gathered, &Besides::default()).unwrap()
    }

    fn index(label: Option<Label>) -> u32 {
        match label {
            Some(Label::Single { index, .. }) => index,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn who_is_reliable_outweighs_those_who_are_not() {
        let workers = fitted(300);
        let says = |choices: [u32; 4]| {
            let answers = (1..).zip(choices);
            let answers: Vec<_> = answers
                .map(|(worker, label)| (WorkerId(worker), Choice::Single(label)))
                .collect();
            index(workers.label(Line(9_999), &answers))
        };
        assert_eq!(says([2, 2, 0, 0]), 2);
        assert_eq!(says([1, 0, 0, 2]), 1);
    }

    #[test]
    fn bytes_keep_everything() {
        let mut gathered = Gathered::new(Shape::SingleLabel, 3);
        for line in 0..60 {
            gathered.add(Line(line), &answers(line, 3));
        }
        let besides = Besides {
            known: vec![(Line(7), Choice::Single(1))],
            history: vec![EarlierAnswers {
                worker: WorkerId(77),
                truth: 0,
                given: 2,
                count: 2.5,
            }],
        };
        let workers = WorkerParameters::fit(gathered, &besides).unwrap();
        let bytes = workers.to_bytes();
        let back = WorkerParameters::from_bytes(&bytes).unwrap();
        assert_eq!(back.to_bytes(), bytes);
        assert_eq!(
            (back.known(), back.said()),
            (workers.known(), workers.said())
        );
        for line in 0..80 {
            let answers = answers(line, 3);
            let label = workers.label(Line(line), &answers);
            assert_eq!(back.label(Line(line), &answers), label);
            let assured = workers.assurance(Line(line), &answers);
            assert_eq!(back.assurance(Line(line), &answers), assured);
        }
        assert_eq!(index(back.label(Line(7), &answers(7, 3))), 1);
        for end in 0..bytes.len() {
            assert!(
                WorkerParameters::from_bytes(&bytes[..end]).is_err(),
                "{end}"
            );
        }
    }

    #[test]
    fn a_single_answer_is_its_own_label() {
        let workers = WorkerParameters::none(Shape::SingleLabel, 3).unwrap();
        let answers = [(WorkerId(1), Choice::Single(2))];
        assert_eq!(
            workers.label(Line(0), &answers),
            Some(Label::Single {
                index: 2,
                confidence: 0.0
            })
        );
        assert_eq!(workers.label(Line(0), &[]), None);
        assert_eq!(workers.assurance(Line(0), &[]), 0.0);
        let agreed = [answers[0].clone(), (WorkerId(2), Choice::Single(2))];
        assert!(workers.assurance(Line(0), &agreed) > workers.assurance(Line(0), &answers));
    }

    #[test]
    fn several_labels_are_judged_each_by_itself() {
        let some = |labels: &[u32]| Choice::Multi(labels.to_vec());
        let mut gathered = Gathered::new(Shape::MultiLabel, 5);
        for line in 0..100 {
            let truth = (chance(line, 5) as u32, chance(line + 500, 5) as u32);
            let noise = chance(line * 3, 5) as u32;
            gathered.add(
                Line(line),
                &[
                    (WorkerId(1), some(&[truth.0, truth.1])),
                    (WorkerId(2), some(&[truth.0, truth.1])),
                    (WorkerId(3), some(&[noise])),
                ],
            );
        }
        let workers = WorkerParameters::fit(gathered, &Besides::default()).unwrap();
        let label = workers.label(
            Line(1_000),
            &[
                (WorkerId(1), some(&[4, 2])),
                (WorkerId(2), some(&[2, 4])),
                (WorkerId(3), some(&[0])),
            ],
        );
        let Some(Label::Multi(kept)) = label else {
            panic!("{label:?}");
        };
        let kept: Vec<u32> = kept.into_iter().map(|(label, _)| label).collect();
        assert_eq!(kept, [2, 4]);
        // That nothing applies is an answer too.
        let none = [(WorkerId(1), some(&[])), (WorkerId(2), some(&[]))];
        assert_eq!(workers.label(Line(1), &none), Some(Label::Multi(vec![])));
        assert!(workers.assurance(Line(1), &none) > 0.5);
    }

    #[test]
    fn answers_of_the_wrong_shape_do_not_count() {
        let workers = WorkerParameters::none(Shape::SingleLabel, 3).unwrap();
        let answers = [(WorkerId(1), Choice::Multi(vec![1]))];
        assert_eq!(workers.label(Line(0), &answers), None);
    }

    #[test]
    fn a_large_job_is_fitted_to_some_of_its_objects() {
        let mut gathered = Gathered::new(Shape::SingleLabel, 3);
        for line in 0..1_000 {
            gathered.add(Line(line), &answers(line, 3));
        }
        let all = gathered.list.len();
        gathered.thin();
        let half = gathered.list.len();
        assert!((all / 3..2 * all / 3).contains(&half), "{half} of {all}");
        assert_eq!(gathered.questions.len() * 4, half);
        // What comes later is thinned by the same rule.
        let lines: Vec<Line> = gathered.questions.iter().map(|(line, _)| *line).collect();
        let mut again = Gathered::new(Shape::SingleLabel, 3);
        again.bits = 1;
        for line in 0..1_000 {
            again.add(Line(line), &answers(line, 3));
        }
        let same: Vec<Line> = again.questions.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, same);
        assert_eq!(again.objects(), 1_000);
    }
}
