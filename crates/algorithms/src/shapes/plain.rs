//! Two rules for shapes that learn nothing of the workers.
//!
//! - Model: every worker alike.
//! - Steps ([`Rule::GroundTruth`]): shapes with the same label and an intersection over union of at least
//!   one half are grouped ([`super::grouping`]); groups of less than half of the workers who answered
//!   are dropped; the shape is the mean of its members' offsets; the confidence is
//!   `0.05 + 0.9 × share of the workers × mean likeness of two members`, rounded to two decimals, and
//!   0.09 when a single worker answered.
//! - Steps ([`Rule::Smaller`]): shapes are grouped by likeness of at least [`super::grouping::LINK`]
//!   with any label; those nobody matches are rejected, unless a single worker answered; the shape is the
//!   mean weighted by one over each member's area, because people leave room around a thing more often
//!   than they cut into it; the label is the most frequent; the confidence is the share of the workers.
//! - Source: what Ground Truth documents of itself, "groups the most similar boxes of different
//!   workers by Jaccard index, and averages them"; what it leaves open (the threshold, the fate of small
//!   groups, the confidence) is ours, with 0.09 as seen in its files.
//! - Complexity: that of the grouping.
//! - Ties: the label with the lowest index; exactly half of the workers keep a group. Single answers: all of their shapes are kept.
//! - Missing workers: an object without answers gets no decision.

use super::cairn::by_confidence;
use super::counts::Counts;
use super::grouping::{Grouping, LINK};
use super::prepare::Prepared;
use super::reach::Reach;
use super::{ConsolidatedShape, ObjectShapes, Shape, ShapeConsolidation, ShapeDecision};
use crate::classification::two_decimals;

/// Which rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    GroundTruth,
    Smaller,
}

/// Decides each object. The answers have passed [`super::prepare::check`].
pub(crate) fn consolidate<S: Shape>(
    objects: &[ObjectShapes<S>],
    workers: usize,
    labels: usize,
    rule: Rule,
) -> ShapeConsolidation<S> {
    let (link, other) = match rule {
        Rule::GroundTruth => (0.5, 0.0),
        Rule::Smaller => (LINK, S::OTHER_LABEL),
    };
    let mut counts = vec![Counts::default(); workers];
    let mut grouping = Grouping::default();
    let mut votes = vec![0u32; labels];
    let prepared: Vec<Prepared<S>> = objects
        .iter()
        .map(|object| {
            let mut prepared = Prepared::default();
            prepared.fill(object);
            prepared
        })
        .collect();
    let reach = Reach::of(&prepared).distance;
    let mut decide = |object: &ObjectShapes<S>, prepared: &Prepared<S>| {
        if prepared.answered.is_empty() {
            return None;
        }
        let (items, answered) = (&prepared.items, prepared.answered.len());
        grouping.group(items, link, other, reach);
        let mut shapes = Vec::new();
        for group in grouping.groups() {
            let is_kept = match rule {
                Rule::GroundTruth => group.len() * 2 >= answered,
                Rule::Smaller => group.len() > 1 || answered == 1,
            };
            if !is_kept {
                continue;
            }
            let own = || group.iter().map(|at| &items[*at as usize]);
            let members: Vec<(f64, &S)> = own()
                .map(|item| match rule {
                    Rule::GroundTruth => (1.0, &item.shape),
                    Rule::Smaller => (1.0 / item.shape.area(), &item.shape),
                })
                .collect();
            for item in own() {
                votes[item.label as usize] += 1;
            }
            let most = own().map(|item| (votes[item.label as usize], u32::MAX - item.label));
            let label = most.max().map_or(0, |(_, from_end)| u32::MAX - from_end);
            for item in own() {
                votes[item.label as usize] = 0;
                let count = &mut counts[item.worker as usize];
                count.drawn += 1.0;
                count.named += 1;
                count.named_right += u32::from(item.label == label);
            }
            let share = group.len() as f64 / answered as f64;
            let confidence = match rule {
                Rule::Smaller => share,
                Rule::GroundTruth if answered == 1 => 0.09,
                Rule::GroundTruth => {
                    let alike = if group.len() > 1 {
                        grouping.mean_alike(group)
                    } else {
                        0.0
                    };
                    two_decimals(0.05 + 0.9 * share * alike)
                }
            };
            let fused = mean(&members);
            let shape = match object.size {
                None => Some(fused),
                Some(size) => fused.clipped(size).filter(Shape::has_extent),
            };
            let mut supporters: Vec<u32> = own().map(|item| item.worker).collect();
            supporters.sort_unstable();
            shapes.push(ConsolidatedShape {
                label,
                shape: shape.unwrap_or_else(|| members[0].1.clone()).finished(),
                confidence,
                supporters,
            });
        }
        shapes.sort_by(by_confidence);
        let without = (prepared.answered.iter())
            .filter(|worker| !items.iter().any(|item| item.worker == **worker));
        let decision = ShapeDecision {
            shapes,
            nothing: without.count() as f64 / answered as f64,
            answers: answered as u32,
            ignored: prepared.ignored.clone(),
        };
        count(&mut counts, prepared, &decision);
        Some(decision)
    };
    let objects = objects.iter().zip(&prepared);
    ShapeConsolidation {
        objects: objects
            .map(|(object, prepared)| decide(object, prepared))
            .collect(),
        workers: counts.iter().map(Counts::skill).collect(),
    }
}

/// The mean of the members' offsets from one of them, by weight.
fn mean<S: Shape>(members: &[(f64, &S)]) -> S {
    let all: Vec<&S> = members.iter().map(|(_, shape)| *shape).collect();
    let middle = S::middle(&all);
    let (mut sums, mut total) = (Vec::new(), 0.0);
    let mut offsets = Vec::new();
    for (weight, member) in members {
        offsets.clear();
        middle.offsets(member, &mut offsets);
        sums.resize(offsets.len(), 0.0);
        for (sum, offset) in sums.iter_mut().zip(&offsets) {
            *sum += weight * offset;
        }
        total += weight;
    }
    for sum in &mut sums {
        *sum /= total;
    }
    middle.moved(&sums)
}

/// Adds what a decision says of its workers.
fn count<S: Shape>(counts: &mut [Counts], prepared: &Prepared<S>, decision: &ShapeDecision<S>) {
    for item in &prepared.items {
        counts[item.worker as usize].shapes += 1;
    }
    for worker in &prepared.answered {
        let count = &mut counts[*worker as usize];
        count.answers += 1;
        count.there += decision.shapes.len() as f64;
    }
}
