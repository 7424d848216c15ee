//! What is known of a job besides its answers.

use super::Confusion;
use super::cairn::CELLS_MAX;
use crate::answers::Answers;

/// What a fit may use besides the answers; by default nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Given<'a> {
    /// True labels: (object, label). The posteriors of these objects are the truth from the start, so
    /// that workers are judged by them; an object that is here twice must have the same label.
    pub known: &'a [(u32, u32)],
    /// What workers said in earlier jobs with the same labels. It is added to their counts; of each
    /// worker [`super::cairn::HISTORY_MAX`] answers count at most, so that a new job can show that a
    /// worker has changed.
    pub history: &'a [Earlier],
}

/// How often a worker said a label of objects with one true label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Earlier {
    /// Which worker.
    pub worker: u32,
    /// The true label.
    pub truth: u32,
    /// The label that the worker gave.
    pub given: u32,
    /// How often; finite, not negative, whole or not.
    pub count: f64,
}

impl Earlier {
    /// All that a confusion of an earlier job says of a worker.
    pub fn of(worker: u32, confusion: &Confusion) -> impl Iterator<Item = Earlier> {
        let columns = confusion.given.iter().zip(&confusion.counts);
        columns.flat_map(move |(given, counts)| {
            counts.iter().map(move |(truth, count)| Earlier {
                worker,
                truth: *truth,
                given: *given,
                count: *count,
            })
        })
    }
}

/// Why nothing can be fitted.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum FitError {
    /// The tables take more room than they are given.
    #[error(
        "tables with {rows} rows for objects, workers, labels, and pairs of worker and label, each with {labels} labels, are more than the {CELLS_MAX} cells that all tables together may have"
    )]
    TooLarge {
        /// Rows of all tables, as long as numbers of eight bytes make them.
        rows: usize,
        /// Labels, one cell each.
        labels: usize,
    },
    /// There are more answers than can be numbered.
    #[error("{0} answers are more than the 4294967295 that one job may have")]
    TooMany(usize),
    /// A known label has an index that names nothing.
    #[error("known label {at}: object {object} or label {label} is outside the batch")]
    Known {
        /// Position in the list.
        at: usize,
        /// The object's index.
        object: u32,
        /// The label's index.
        label: u32,
    },
    /// An object is known to have two labels.
    #[error("object {object} is known to be label {first} and label {second}")]
    Contradiction {
        /// The object's index.
        object: u32,
        /// One label.
        first: u32,
        /// Another.
        second: u32,
    },
    /// An earlier answer has an index that names nothing, or a count that is none.
    #[error(
        "earlier answer {at}: its worker or one of its labels is outside the batch, or its count is not a finite number from 0 up"
    )]
    History {
        /// Position in the list.
        at: usize,
    },
}

/// Whether the tables fit, and all indices name something.
pub(crate) fn check(answers: &Answers, given: &Given<'_>) -> Result<(), FitError> {
    let (workers, labels) = (answers.workers(), answers.labels());
    if answers.all().len() >= u32::MAX as usize {
        return Err(FitError::TooMany(answers.all().len()));
    }
    check_size(answers.objects().max(labels), labels)?;
    for (at, (object, label)) in given.known.iter().enumerate() {
        if *object as usize >= answers.objects() || *label as usize >= labels {
            let (object, label) = (*object, *label);
            return Err(FitError::Known { at, object, label });
        }
    }
    let mut known = given.known.to_vec();
    known.sort_unstable();
    for two in known.windows(2) {
        if two[0].0 == two[1].0 && two[0].1 != two[1].1 {
            return Err(FitError::Contradiction {
                object: two[0].0,
                first: two[0].1,
                second: two[1].1,
            });
        }
    }
    for (at, one) in given.history.iter().enumerate() {
        let is_here = (one.worker as usize) < workers
            && (one.truth.max(one.given) as usize) < labels
            && one.count.is_finite()
            && one.count >= 0.0;
        if !is_here {
            return Err(FitError::History { at });
        }
    }
    Ok(())
}

/// Whether tables that have so many rows together fit. Numbers of four bytes are half a cell.
pub(crate) fn check_size(rows: usize, labels: usize) -> Result<(), FitError> {
    match rows.checked_mul(labels) {
        Some(cells) if cells <= CELLS_MAX => Ok(()),
        _ => Err(FitError::TooLarge { rows, labels }),
    }
}
