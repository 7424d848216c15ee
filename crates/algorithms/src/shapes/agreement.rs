//! How far the shapes of different workers agree.
//!
//! - [`ShapeAgreement::iou`]: of two workers' answers to an object, their shapes are matched one to one
//!   ([`super::grouping`]); the mean likeness (intersection over union, for shapes with an area) over the
//!   pairs and, as 0, over the shapes left over is the agreement of the two answers, 1 where both are empty.
//!   The mean over pairs of answers, then over objects with at least two answers.
//! - Complexity: for an object with `n` shapes, O(n² log n) time.

use super::grouping::Grouping;
use super::prepare::{Item, Prepared, check};
use super::reach::Reach;
use super::{ObjectShapes, Shape, ShapesError};

/// Agreement of a set of answers with shapes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShapeAgreement {
    /// Mean likeness of matched shapes with those left over as 0, in 0..=1; shapes with different labels do not match.
    pub iou: f64,
    /// The same with any label matching any other.
    pub iou_any_label: f64,
    /// Objects with at least two answers.
    pub objects: usize,
}

/// Measures the agreement; none where no object has two answers.
///
/// `workers` and `labels` are how many of each there are.
pub fn agreement<S: Shape>(
    objects: &[ObjectShapes<S>],
    workers: usize,
    labels: usize,
) -> Result<Option<ShapeAgreement>, ShapesError> {
    check(objects, workers, labels)?;
    let prepared: Vec<Prepared<S>> = objects
        .iter()
        .map(|object| {
            let mut prepared = Prepared::default();
            prepared.fill(object);
            prepared
        })
        .filter(|prepared| prepared.answered.len() > 1)
        .collect();
    if prepared.is_empty() {
        return Ok(None);
    }
    let reach = Reach::of(&prepared).distance;
    let mut grouping = Grouping::default();
    let (mut same, mut any) = (0.0, 0.0);
    let mut pair: Vec<Item<S>> = Vec::new();
    for object in &prepared {
        let (mut of_same, mut of_any, mut pairs) = (0.0, 0.0, 0.0);
        for (at, one) in object.answered.iter().enumerate() {
            for two in &object.answered[at + 1..] {
                pair.clear();
                let of_both = object
                    .items
                    .iter()
                    .filter(|item| item.worker == *one || item.worker == *two);
                pair.extend(of_both.cloned());
                of_same += of_pair(&mut grouping, &pair, 0.0, reach);
                of_any += of_pair(&mut grouping, &pair, 1.0, reach);
                pairs += 1.0;
            }
        }
        same += of_same / pairs;
        any += of_any / pairs;
    }
    let count = prepared.len() as f64;
    Ok(Some(ShapeAgreement {
        iou: same / count,
        iou_any_label: any / count,
        objects: prepared.len(),
    }))
}

fn of_pair<S: Shape>(grouping: &mut Grouping, items: &[Item<S>], other: f64, reach: f64) -> f64 {
    if items.is_empty() {
        return 1.0;
    }
    // Any likeness above 0 is a match: what little two shapes share is what they agree on.
    grouping.group(items, f64::MIN_POSITIVE, other, reach);
    let (mut sum, mut count) = (0.0, 0.0);
    for group in grouping.groups() {
        if group.len() > 1 {
            sum += grouping.mean_alike(group);
        }
        count += 1.0;
    }
    sum / count
}
