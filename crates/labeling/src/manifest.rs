//! Manifests: JSON Lines, one dataset object per line.
//!
//! [`LineSplitter`] cuts a stream into lines in constant memory, [`check_line`] says whether a line
//! is a dataset object and where its data lies, [`LineErrors`] gathers what is wrong, and
//! [`augment()`] makes a line of the output manifest out of a line of the input.

mod augment;
mod check;
mod errors;
mod members;
mod split;

pub use augment::{Outcome, augment};
pub use check::{LineInfo, LineRules, Source, check_line};
pub(crate) use errors::FAILURE_REASON_MAX;
pub use errors::{LineError, LineErrors, LineProblem};
pub use split::{LineSplitter, RawLine};
