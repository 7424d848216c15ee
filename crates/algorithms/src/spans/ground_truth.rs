//! Clusters of similar spans, as the service that jobs come from describes it.
//!
//! - Model: spans of different workers that mean the same thing have nearly the same range.
//! - Steps: the ranges of an object, whatever their labels, are merged into clusters: all pairs of
//!   ranges by their Jaccard index, largest first, down to [`ALIKE`]; two clusters join unless some
//!   worker has a span in both. A cluster that fewer than half of the object's workers have a span
//!   in is dropped. Start and end are each the value that most of its spans have, and their lower
//!   median where no value has most. The label is the one most often given. The confidence is
//!   0.05 + 0.9·s·j, where s is the share of the object's workers and j the mean Jaccard index of
//!   their ranges with the concluded one, the same scale as that of labels.
//! - Source: what the service documents: clusters by Jaccard similarity, mode or median of the
//!   boundaries, most assigned label. Which clusters it drops and what its confidence means is not
//!   documented: those are ours.
//! - Complexity: O(n² log n) for n ranges of an object.
//! - Ties: pairs alike go by the order of their ranges; labels by index. Of concluded spans that
//!   overlap the selection with the largest sum of confidences stays.
//! - Single answers: stand, with confidence 0. Missing workers: an object without answers has none.

use super::Span;
use super::answers::Marked;
use super::selection::heaviest;

/// Jaccard index from which two ranges may be in one cluster.
pub const ALIKE: f64 = 0.5;

/// By object.
pub(crate) fn conclude(marked: &Marked) -> Vec<Vec<(Span, f64)>> {
    (0..marked.objects())
        .map(|object| {
            let answers = marked.of(object).len();
            let found: Vec<(Span, f64)> = clusters(marked, object)
                .into_iter()
                .filter(|cluster| cluster.workers.len() * 2 >= answers)
                .map(|cluster| cluster.fuse(answers))
                .collect();
            let spans: Vec<Span> = found.iter().map(|(span, _)| *span).collect();
            let kept = heaviest(&spans, |at| found[at].1);
            kept.into_iter().map(|at| found[at]).collect()
        })
        .collect()
}

/// Spans that mean the same thing.
struct Cluster {
    spans: Vec<Span>,
    /// Who gave them, ascending. A worker who gave one range two labels is named once.
    workers: Vec<u32>,
}

fn clusters(marked: &Marked, object: usize) -> Vec<Cluster> {
    let mut given: Vec<(Span, u32)> = marked
        .of(object)
        .iter()
        .flat_map(|answer| answer.spans.iter().map(|span| (*span, answer.worker)))
        .collect();
    given.sort_unstable();
    let range = |span: &Span| (span.start, span.end);
    let mut clusters: Vec<Cluster> = given
        .chunk_by(|(one, _), (other, _)| range(one) == range(other))
        .map(|same| {
            let mut workers: Vec<u32> = same.iter().map(|(_, worker)| *worker).collect();
            workers.sort_unstable();
            workers.dedup();
            Cluster {
                spans: same.iter().map(|(span, _)| *span).collect(),
                workers,
            }
        })
        .collect();
    let mut pairs = Vec::new();
    for one in 0..clusters.len() {
        for other in one + 1..clusters.len() {
            let (left, right) = (clusters[one].spans[0], clusters[other].spans[0]);
            if right.start >= left.end {
                // Sorted by start: nothing further on overlaps.
                break;
            }
            let alike = jaccard(&left, &right);
            if alike >= ALIKE {
                pairs.push((alike, one, other));
            }
        }
    }
    // Stable: pairs alike stay in the order of their ranges.
    pairs.sort_by(|left, right| right.0.total_cmp(&left.0));
    let mut into: Vec<usize> = (0..clusters.len()).collect();
    for (_, one, other) in pairs {
        let (one, other) = (root(&into, one), root(&into, other));
        let (one, other) = (one.min(other), one.max(other));
        let apart = |worker: &u32| clusters[one].workers.binary_search(worker).is_err();
        if one != other && clusters[other].workers.iter().all(apart) {
            into[other] = one;
            let spans = std::mem::take(&mut clusters[other].spans);
            let workers = std::mem::take(&mut clusters[other].workers);
            clusters[one].spans.extend(spans);
            clusters[one].workers.extend(workers);
            clusters[one].workers.sort_unstable();
        }
    }
    clusters.retain(|cluster| !cluster.spans.is_empty());
    clusters
}

fn root(into: &[usize], mut at: usize) -> usize {
    while into[at] != at {
        at = into[at];
    }
    at
}

impl Cluster {
    fn fuse(&self, answers: usize) -> (Span, f64) {
        let start = middle(self.spans.iter().map(|span| span.start).collect());
        let end = middle(self.spans.iter().map(|span| span.end).collect());
        let mut span = Span {
            start,
            end,
            label: most(self.spans.iter().map(|span| span.label).collect()).0,
        };
        if start >= end {
            // Every range of a cluster overlaps another, but their modes need not be a range: then
            // the first range stands.
            (span.start, span.end) = (self.spans[0].start, self.spans[0].end);
        }
        let alike: f64 = self.spans.iter().map(|given| jaccard(given, &span)).sum();
        let share = self.workers.len() as f64 / answers as f64;
        (span, 0.05 + 0.9 * share * alike / self.spans.len() as f64)
    }
}

/// The value that is there most often, the lower median where several are.
fn middle(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    let (mode, is_alone) = most(values.clone());
    if is_alone {
        mode
    } else {
        values[(values.len() - 1) / 2]
    }
}

/// The value that is there most often, the least of them, and whether it is the only one. There is
/// at least one.
fn most<T: Ord + Copy>(mut values: Vec<T>) -> (T, bool) {
    values.sort_unstable();
    let mut best = (values[0], 0, true);
    for same in values.chunk_by(|one, other| one == other) {
        if same.len() > best.1 {
            best = (same[0], same.len(), true);
        } else if same.len() == best.1 {
            best.2 = false;
        }
    }
    (best.0, best.2)
}

pub(super) fn jaccard(one: &Span, other: &Span) -> f64 {
    let shared = one
        .end
        .min(other.end)
        .saturating_sub(one.start.max(other.start));
    let all = one.end.max(other.end) - one.start.min(other.start);
    shared as f64 / all.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_the_mode_or_else_the_median() {
        assert_eq!(middle(vec![5, 3, 5]), 5);
        assert_eq!(middle(vec![9, 1, 4]), 4);
        assert_eq!(middle(vec![1, 4]), 1);
        assert_eq!(middle(vec![1, 1, 4, 4, 9]), 4);
    }
}
