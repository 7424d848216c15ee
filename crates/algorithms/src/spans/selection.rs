//! Which of many possible spans to keep, so that none lies over another.
//!
//! - Model: each span of a list is right with a probability; of spans that overlap at most one may be
//!   kept.
//! - [`heaviest`]: the selection with the largest sum of weights, by dynamic programming over the
//!   ends (weighted interval scheduling). Only spans of positive weight are kept. Ties: the selection
//!   whose spans come first by end, then start, then label.
//! - [`best_f1`]: the selection with the largest expected F1 against a truth of which the
//!   probabilities are taken to be right: 2·Σ kept probability / (kept + Σ all probability). It is
//!   the heaviest selection under weights of probability minus half of that F1; the half is found by
//!   starting from ½ and repeating (Dinkelbach, "On nonlinear fractional programming", 1967). So the
//!   line above which a span is kept follows from the crowd, and nobody has to choose it.
//! - Complexity: O(n log n) a selection, a few selections.

use super::Span;

/// Repetitions of [`best_f1`] at most; each raises the F1, and three or four reach the end.
const ROUNDS: usize = 30;

/// Positions of the spans kept, ascending.
pub(crate) fn heaviest(spans: &[Span], weight: impl Fn(usize) -> f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..spans.len()).filter(|at| weight(*at) > 0.0).collect();
    order.sort_unstable_by_key(|at| (spans[*at].end, spans[*at].start, spans[*at].label));
    // best[n]: the largest weight of the first n; before[n]: how many of them end before span n starts.
    let mut best = vec![0.0; order.len() + 1];
    let mut before = vec![0; order.len()];
    for (number, at) in order.iter().enumerate() {
        before[number] =
            order[..number].partition_point(|other| spans[*other].end <= spans[*at].start);
        let with = best[before[number]] + weight(*at);
        best[number + 1] = if with > best[number] + 1e-12 {
            with
        } else {
            best[number]
        };
    }
    let mut kept = Vec::new();
    let mut number = order.len();
    while number > 0 {
        if best[number] > best[number - 1] {
            kept.push(order[number - 1]);
            number = before[number - 1];
        } else {
            number -= 1;
        }
    }
    kept.sort_unstable();
    kept
}

/// By object, the spans kept for the best expected F1 over all objects together.
pub(crate) fn best_f1(objects: &[Vec<(Span, f64)>]) -> Vec<Vec<(Span, f64)>> {
    let expected: f64 = objects.iter().flatten().map(|(_, chance)| chance).sum();
    let spans: Vec<Vec<Span>> = objects
        .iter()
        .map(|list| list.iter().map(|(span, _)| *span).collect())
        .collect();
    let mut line = 0.5;
    let mut kept = Vec::new();
    for _ in 0..ROUNDS {
        kept = objects
            .iter()
            .zip(&spans)
            .map(|(list, spans)| {
                let kept = heaviest(spans, |at| list[at].1 - line);
                kept.into_iter().map(|at| list[at]).collect()
            })
            .collect::<Vec<Vec<(Span, f64)>>>();
        let count = kept.iter().map(Vec::len).sum::<usize>() as f64;
        let right: f64 = kept.iter().flatten().map(|(_, chance)| chance).sum();
        let next = if count > 0.0 {
            right / (count + expected)
        } else {
            // Nothing is above the line: the F1 of the surest span alone is the next to beat.
            let surest = objects.iter().flatten().map(|(_, chance)| *chance);
            surest.fold(0.0, f64::max) / (1.0 + expected)
        };
        if (next - line).abs() < 1e-12 {
            break;
        }
        line = next;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u64, end: u64) -> Span {
        Span {
            start,
            end,
            label: 0,
        }
    }

    #[test]
    fn two_lighter_spans_may_outweigh_the_one_between() {
        let spans = [span(0, 4), span(3, 7), span(6, 9), span(9, 10)];
        let weights = [2.0, 3.0, 2.0, -1.0];
        assert_eq!(heaviest(&spans, |at| weights[at]), [0, 2]);
        assert_eq!(heaviest(&[], |_| 1.0), [0; 0]);
    }

    #[test]
    fn the_line_follows_the_probabilities() {
        // All that there is has 0.4: keeping all of it expects more than keeping nothing.
        let unsure = vec![vec![(span(0, 1), 0.4), (span(2, 3), 0.4)]];
        assert_eq!(best_f1(&unsure)[0].len(), 2);
        // Beside sure ones the same probability is below the line of almost ½.
        let mut sure: Vec<(Span, f64)> = (0..50).map(|at| (span(at, at + 1), 1.0)).collect();
        sure.push((span(60, 61), 0.4));
        assert_eq!(best_f1(&[sure])[0].len(), 50);
        assert_eq!(best_f1(&[Vec::new()])[0].len(), 0);
    }
}
