//! One number per answer, one number per object: ratings, counts, positions of a slider.

pub mod plain;
pub mod robust;

use thiserror::Error;

use crate::answers::{Answers, AnswersError};

/// Values must be closer to 0 than this, so that no square of a difference overflows.
pub const VALUE_MAX: f64 = 1e100;

/// One worker's number for one object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberAnswer {
    /// Which object of the batch.
    pub object: u32,
    /// Which worker.
    pub worker: u32,
    /// The number; finite, within the bounds, and closer to 0 than [`VALUE_MAX`].
    pub value: f64,
}

/// The least and the greatest value that workers could choose, as of a slider.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    low: f64,
    high: f64,
}

impl Bounds {
    /// Both included. None unless both are finite and `low` is below `high`.
    pub fn new(low: f64, high: f64) -> Option<Bounds> {
        (low.is_finite() && high.is_finite() && low < high).then_some(Bounds { low, high })
    }
}

/// Why numbers cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum NumbersError {
    /// An index names nothing.
    #[error(transparent)]
    Index(#[from] AnswersError),
    /// Not a number, or infinite, or beyond [`VALUE_MAX`].
    #[error("answer {at}: {value} is not a number within ±{VALUE_MAX:e}")]
    Value {
        /// Position in the list given.
        at: usize,
        /// The value found.
        value: f64,
    },
    /// Outside the bounds.
    #[error("answer {at}: {value} is not within {low} and {high}")]
    Outside {
        /// Position in the list given.
        at: usize,
        /// The value found.
        value: f64,
        /// The least allowed.
        low: f64,
        /// The greatest allowed.
        high: f64,
    },
}

/// Numbers grouped by object, checked once. At most one of a worker for an object: the last stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// In place of a label each has its position in `values`.
    positions: Answers,
    values: Vec<f64>,
    bounds: Option<Bounds>,
}

impl Numbers {
    /// Takes the answers of `workers` workers about `objects` objects. Give an object's answers in
    /// order of submission.
    pub fn new(
        objects: usize,
        workers: usize,
        answers: &[NumberAnswer],
        bounds: Option<Bounds>,
    ) -> Result<Numbers, NumbersError> {
        for (at, answer) in answers.iter().enumerate() {
            let value = answer.value;
            if value.is_nan() || value.abs() > VALUE_MAX {
                return Err(NumbersError::Value { at, value });
            }
            if let Some(Bounds { low, high }) = bounds
                && !(low..=high).contains(&value)
            {
                return Err(NumbersError::Outside {
                    at,
                    value,
                    low,
                    high,
                });
            }
        }
        let given = answers.iter().map(|answer| (answer.object, answer.worker));
        Ok(Numbers {
            positions: Answers::standing(objects, workers, given)?,
            values: answers.iter().map(|answer| answer.value).collect(),
            bounds,
        })
    }

    /// How many objects the batch has, answered or not.
    pub fn objects(&self) -> usize {
        self.positions.objects()
    }

    /// How many workers there are, including those without an answer here.
    pub fn workers(&self) -> usize {
        self.positions.workers()
    }

    /// The workers and values that count for one object, by worker: so sums come out the same in
    /// whatever order the answers were given.
    pub fn of(&self, object: usize) -> Vec<(u32, f64)> {
        let of_object = self.positions.of(object).iter();
        let mut all: Vec<(u32, f64)> = of_object
            .map(|answer| (answer.worker, self.values[answer.label as usize]))
            .collect();
        all.sort_by_key(|(worker, _)| *worker);
        all
    }

    pub(crate) fn within_bounds(&self, value: f64) -> f64 {
        match self.bounds {
            Some(Bounds { low, high }) => value.clamp(low, high),
            None => value,
        }
    }
}

/// What the answers to one object amount to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The number, within the bounds.
    pub value: f64,
    /// How far off it may be: one standard deviation. None where nothing tells, because no object
    /// has two answers.
    pub standard_error: Option<f64>,
    /// From and to between which the true number lies in 95 of 100 cases, within the bounds.
    pub interval: Option<(f64, f64)>,
    /// How many answers counted.
    pub answers: u32,
}

/// Standard deviations to either side of an interval.
pub(crate) const NORMAL_95: f64 = 1.959_964;
