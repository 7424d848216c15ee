//! Cairn's own consolidation of spans: a model of workers on pieces of the text, held back by the
//! shares of the votes, decided for the best expected F1.
//!
//! - Model: the posterior of a span (exactly this range with this label) is one half what the model
//!   of [`super::tokens`] says and one half its votes over the object's answers and one more. The
//!   model knows workers who are careful from those who are not, and finds spans whose ends nobody
//!   gave together; the shares know which ranges people give as a whole, and keep the model from
//!   being too sure, as workers err together more than it believes.
//! - Steps: the model's posteriors; the mixture; then of all selections of spans that do not overlap
//!   the one with the best expected F1 over all objects ([`super::selection::best_f1`]). The line
//!   above which a span is kept follows from the posteriors: where workers agree it is nearly one
//!   half, where everything is doubtful it is lower.
//! - Source: the model's is Dawid and Skene, "Maximum likelihood estimation of observer error-rates
//!   using the EM algorithm", 1979, on the marks of Nguyen et al., "Aggregating and predicting
//!   sequence labels from crowd annotations", 2017; deciding by expected F1 is Lewis, "Evaluating and
//!   optimizing autonomous text classification systems", 1995. The half is fixed, not fitted: see
//!   docs/decisions/2026-11-29-spans-and-texts.md.
//! - Complexity: that of the model, and O(n log n) for n possible spans.
//! - Ties: as in [`super::selection`]. Single answers: an object that one worker answered keeps that
//!   worker's spans, whatever their posterior; it takes no part in finding the line.
//! - Missing workers: an object without answers has no spans.

use super::answers::Marked;
use super::selection::{best_f1, heaviest};
use super::{Span, SpansError, tokens};
use crate::sums::add_equal;

/// Part of the shares of the votes in the posterior.
pub(crate) const SHARES: f64 = 0.5;
/// Answers added to those of an object in the shares, against spans.
const MORE_ANSWERS: f64 = 1.0;

/// By object. `shares` is the part of the shares of the votes in the posterior.
pub(crate) fn conclude(marked: &Marked, shares: f64) -> Result<Vec<Vec<(Span, f64)>>, SpansError> {
    let mut possible = tokens::posteriors(marked)?;
    for (object, list) in possible.iter_mut().enumerate() {
        mix(marked, object, shares, list);
    }
    let mut alone = Vec::new();
    for (object, list) in possible.iter_mut().enumerate() {
        if let [answer] = marked.of(object) {
            let chance = |span: &Span| match list.binary_search_by_key(span, |(span, _)| *span) {
                Ok(at) => list[at].1,
                Err(_) => 0.0,
            };
            let chances: Vec<f64> = answer.spans.iter().map(chance).collect();
            let kept = heaviest(&answer.spans, |at| chances[at] + f64::EPSILON);
            let kept = kept.into_iter().map(|at| (answer.spans[at], chances[at]));
            alone.push((object, kept.collect()));
            list.clear();
        }
    }
    let mut concluded = best_f1(&possible);
    for (object, spans) in alone {
        concluded[object] = spans;
    }
    Ok(concluded)
}

/// Mixes the shares into the model's posteriors, and leaves the list sorted by span.
fn mix(marked: &Marked, object: usize, shares: f64, list: &mut Vec<(Span, f64)>) {
    for (_, chance) in list.iter_mut() {
        *chance *= 1.0 - shares;
    }
    if shares > 0.0 {
        let answers = marked.of(object).len() as f64 + MORE_ANSWERS;
        let votes = marked.votes(object).into_iter();
        list.extend(votes.map(|(span, votes)| (span, shares * f64::from(votes) / answers)));
    }
    list.sort_unstable_by_key(|(span, _)| *span);
    add_equal(list);
    for (_, chance) in list.iter_mut() {
        *chance = chance.min(1.0);
    }
}
