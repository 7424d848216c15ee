//! Bounding boxes: rectangles along the axes of an object.
//!
//! - Alike: intersection over union.
//! - Offsets: the four edges, outward positive, each with a bias of its own; one noise for left and
//!   right and one for top and bottom.
//! - Extent: the root of the area: a tall box's left edge is as hard to place as its top.
//! - Matches the true box with the probability that the intersection over union is at least one
//!   half, by the normal approximation for the sum of the edges' relative errors.
//! - A box without width or height, also after clipping to the object, is ignored: such boxes come
//!   from a click without a drag.

use std::cmp::Ordering;

use super::{COORDINATE_MAX, Shape, Size};

/// Members whose edges are sorted all four at once.
const FEW: usize = 16;

/// A box in pixels of the object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundingBox {
    /// Its left edge; x grows to the right.
    pub left: f64,
    /// Its top edge; y grows downward.
    pub top: f64,
    /// From its left to its right edge.
    pub width: f64,
    /// From its top to its bottom edge.
    pub height: f64,
}

impl BoundingBox {
    /// The box between two corners.
    pub fn between(left: f64, top: f64, right: f64, bottom: f64) -> BoundingBox {
        BoundingBox {
            left,
            top,
            width: right - left,
            height: bottom - top,
        }
    }

    /// Its right edge.
    #[inline]
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Its bottom edge.
    #[inline]
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Intersection over union with another box, in 0..=1; 0 where neither has an area.
    #[inline]
    pub fn iou(&self, other: &BoundingBox) -> f64 {
        let wide = self.right().min(other.right()) - self.left.max(other.left);
        let high = self.bottom().min(other.bottom()) - self.top.max(other.top);
        if wide <= 0.0 || high <= 0.0 {
            return 0.0;
        }
        let shared = wide * high;
        let union = self.width * self.height + other.width * other.height - shared;
        (shared / union).min(1.0)
    }

    #[inline]
    fn edges(&self) -> [f64; 4] {
        [self.left, self.top, self.right(), self.bottom()]
    }
}

impl Shape for BoundingBox {
    const BIASES: usize = 4;
    const NOISES: usize = 2;

    #[inline]
    fn is_sound(&self) -> bool {
        [self.left, self.top, self.width, self.height]
            .iter()
            .all(|value| value.abs() <= COORDINATE_MAX)
    }

    #[inline]
    fn has_extent(&self) -> bool {
        // What is narrower than this is lost in the arithmetic of edges far from 0.
        self.width > 1e-6 && self.height > 1e-6
    }

    #[inline]
    fn clipped(&self, size: Size) -> Option<Self> {
        let left = self.left.max(0.0);
        let top = self.top.max(0.0);
        let right = self.right().min(size.width);
        let bottom = self.bottom().min(size.height);
        if left == self.left && top == self.top && right == self.right() && bottom == self.bottom()
        {
            return Some(*self);
        }
        (right > left && bottom > top).then(|| BoundingBox::between(left, top, right, bottom))
    }

    #[inline]
    fn order(&self, other: &Self) -> Ordering {
        (self.left.total_cmp(&other.left))
            .then(self.top.total_cmp(&other.top))
            .then(self.width.total_cmp(&other.width))
            .then(self.height.total_cmp(&other.height))
    }

    #[inline]
    fn span(&self) -> (f64, f64) {
        (self.left, self.right())
    }

    #[inline]
    fn likeness(&self, other: &Self, _reach: f64) -> f64 {
        self.iou(other)
    }

    #[inline]
    fn extent(&self) -> f64 {
        self.area().sqrt()
    }

    #[inline]
    fn area(&self) -> f64 {
        self.width * self.height
    }

    fn middle(members: &[&Self]) -> Self {
        let count = members.len();
        let [left, top, right, bottom] = if count <= FEW {
            let mut rows = [[0.0; 4]; FEW];
            for (row, member) in rows.iter_mut().zip(members) {
                *row = member.edges();
            }
            sort_columns(&mut rows[..count]);
            let (below, above) = (rows[(count - 1) / 2], rows[count / 2]);
            std::array::from_fn(|edge| f64::midpoint(below[edge], above[edge]))
        } else {
            std::array::from_fn(|edge| {
                let edges = members.iter().map(|member| member.edges()[edge]);
                median(&mut edges.collect::<Vec<f64>>())
            })
        };
        // The median of right edges is not left of that of left edges, but may be as near as rounding allows.
        let middle = BoundingBox::between(left, top, right, bottom);
        if middle.has_extent() {
            middle
        } else {
            *members[0]
        }
    }

    #[inline]
    fn offsets(&self, member: &Self, offsets: &mut Vec<f64>) {
        offsets.extend([
            self.left - member.left,
            self.top - member.top,
            member.right() - self.right(),
            member.bottom() - self.bottom(),
        ]);
    }

    #[inline]
    fn kinds(offset: usize) -> (Option<usize>, usize) {
        (Some(offset), offset % 2)
    }

    #[inline]
    fn noise_of_bias(bias: usize) -> usize {
        bias % 2
    }

    #[inline]
    fn moved(&self, by: &[f64]) -> Self {
        let [left, top, right, bottom] = self.edges();
        let moved = BoundingBox::between(left - by[0], top - by[1], right + by[2], bottom + by[3]);
        if moved.has_extent() { moved } else { *self }
    }

    fn match_chance(&self, deviations: &[f64]) -> f64 {
        let [wide, high] = [self.width, self.height];
        let relative = [wide, high, wide, high];
        half_overlap(
            deviations
                .iter()
                .zip(relative)
                .map(|(deviation, side)| deviation / side),
        )
    }
}

/// Sorts each column by itself. Values change places without a branch, which nobody could foresee.
fn sort_columns(rows: &mut [[f64; 4]]) {
    for at in 1..rows.len() {
        let (sorted, rest) = rows.split_at_mut(at);
        let mut carried = rest[0];
        for row in sorted {
            for (one, other) in row.iter_mut().zip(&mut carried) {
                let is_less = *other < *one;
                let (less, more) = if is_less {
                    (*other, *one)
                } else {
                    (*one, *other)
                };
                (*one, *other) = (less, more);
            }
        }
        rest[0] = carried;
    }
}

/// The probability that an intersection over union is at least one half where edges are off by these
/// standard deviations over the side: what is lost is about the sum of the absolute errors.
pub(crate) fn half_overlap(relative: impl Iterator<Item = f64>) -> f64 {
    let (mut mean, mut variance) = (0.0, 0.0);
    for deviation in relative {
        mean += deviation * std::f64::consts::FRAC_2_PI.sqrt();
        variance += deviation * deviation * (1.0 - std::f64::consts::FRAC_2_PI);
    }
    normal_below((0.5 - mean) / variance.sqrt().max(1e-9))
}

/// The probability that a standard normal number is below `z`, to about 1e-3 (Bowling et al., "A
/// logistic approximation to the cumulative normal distribution", 2009).
fn normal_below(z: f64) -> f64 {
    1.0 / (1.0 + (-(0.07056 * z * z * z + 1.5976 * z)).exp())
}

/// The median; the mean of the middle two. There is at least one value. Leaves them in order.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 {
        values[half]
    } else {
        f64::midpoint(values[half - 1], values[half])
    }
}
