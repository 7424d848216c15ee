//! Consolidation: from the answers of several people to one label with a confidence.
//!
//! This crate knows indices and numbers only. It has no clock, no randomness, no files and no JSON;
//! what an index stands for (a dataset object, a worker, a label category) is the caller's business.
//! The same answers in the same order always give the same result, bit for bit.
//!
//! To add an algorithm, add one file beside its kind (`classification/`, or a new folder for a new
//! shape of answer) whose header states model, steps, source, complexity, and what happens on ties,
//! single answers and missing workers; then name it where `cairn-labeling` chooses between them
//! (`consolidation.rs`).

pub mod agreement;
pub mod answers;
pub mod classification;
pub(crate) mod connected;
pub mod masks;
pub mod multi_label;
pub mod next_answer;
pub mod numbers;
pub mod ranking;
pub mod redundancy;
pub mod shapes;
pub mod spans;
pub(crate) mod sums;
pub mod text;

pub use answers::{Answer, Answers, AnswersError};
