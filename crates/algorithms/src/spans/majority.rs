//! Spans that more than half of the workers gave.
//!
//! - Model: every worker is as good as every other, and a span is one thing: another end or another
//!   label is another span.
//! - Steps: count who gave exactly each span; keep those with more than half of the object's workers.
//!   The posterior is the share.
//! - Source: folklore; the strictest baseline.
//! - Complexity: O(spans × log of an object's spans).
//! - Ties: exactly half is not a majority. Workers may give spans that overlap, so two that overlap
//!   can both have a majority: the selection with the larger sum of shares stays.
//! - Single answers: stand, with confidence 0. Missing workers: an object without answers has none.

use super::Span;
use super::answers::Marked;
use super::selection::heaviest;

/// By object.
pub(crate) fn conclude(marked: &Marked) -> Vec<Vec<(Span, f64)>> {
    (0..marked.objects())
        .map(|object| {
            let answers = marked.of(object).len() as u32;
            let votes = marked.votes(object);
            let most: Vec<(Span, u32)> = votes
                .into_iter()
                .filter(|(_, votes)| votes * 2 > answers)
                .collect();
            let spans: Vec<Span> = most.iter().map(|(span, _)| *span).collect();
            let share = |at: usize| f64::from(most[at].1) / f64::from(answers);
            let kept = heaviest(&spans, share);
            kept.into_iter().map(|at| (spans[at], share(at))).collect()
        })
        .collect()
}
