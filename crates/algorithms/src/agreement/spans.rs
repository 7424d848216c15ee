//! How far the spans of different workers agree.
//!
//! - Model: none; what two workers marked in one text is compared, and nobody is right.
//! - Steps: F1 of two answers to an object: twice the spans that both have, over the spans of the one
//!   and of the other, where a span is its range with its label; the mean over pairs of answers, then
//!   over objects with at least two answers. F1 is the same whichever of the two is held against the
//!   other.
//! - Source: Hripcsak and Rothschild, "Agreement, the F-measure, and reliability in information
//!   retrieval", 2005, who show that kappa comes to F1 where what nobody marked cannot be counted.
//! - Complexity: O(answers of the object × its spans) time for each object.
//! - Ties: there are none to break. Two answers without a span agree fully, one without and one with
//!   spans not at all.
//! - Single answers: an object with one answer does not count. Missing workers: nor do they.

use super::mean_of_pairs;
use crate::spans::answers::Marked;
use crate::spans::{Span, SpanAnswer, SpansError};

/// Agreement of a set of answers with spans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpanAgreement {
    /// Mean F1 of two answers, in 0..=1.
    pub f1: f64,
    /// The same, of ranges whatever their labels.
    pub f1_any_label: f64,
    /// Objects with at least two answers.
    pub objects: usize,
}

/// Measures the agreement; none where no object has two answers.
///
/// `lengths`, `workers` and `labels` are those of [`crate::spans::consolidate`].
pub fn agreement(
    lengths: &[Option<u64>],
    workers: usize,
    labels: usize,
    answers: &[SpanAnswer],
) -> Result<Option<SpanAgreement>, SpansError> {
    let marked = Marked::new(lengths, workers, labels, answers)?;
    let mean_f1 = |same_label: bool| {
        let spans = (0..marked.objects()).map(|object| {
            let of_object = marked.of(object).iter();
            let spans = of_object.map(|answer| compared(&answer.spans, same_label));
            spans.collect::<Vec<_>>()
        });
        mean_of_pairs(spans, |one, other| f1(one, other))
    };
    let (Some((with_label, objects)), Some((any_label, _))) = (mean_f1(true), mean_f1(false))
    else {
        return Ok(None);
    };
    Ok(Some(SpanAgreement {
        f1: with_label,
        f1_any_label: any_label,
        objects,
    }))
}

/// Sorted spans, without their labels where those do not matter.
fn compared(spans: &[Span], same_label: bool) -> Vec<Span> {
    let label = |span: &Span| if same_label { span.label } else { 0 };
    let mut spans: Vec<Span> = spans
        .iter()
        .map(|span| Span {
            label: label(span),
            ..*span
        })
        .collect();
    spans.dedup();
    spans
}

fn f1(one: &[Span], other: &[Span]) -> f64 {
    let all = one.len() + other.len();
    if all == 0 {
        return 1.0;
    }
    let shared = one.iter().filter(|span| other.binary_search(span).is_ok());
    2.0 * shared.count() as f64 / all as f64
}
