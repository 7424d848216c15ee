//! Keypoints: places that have a name.
//!
//! - Alike: by distance, in units of what is usual between two workers' keypoints with the same label. Keypoints with
//!   different labels are different things.
//! - Offsets: to the right and downward, each with a bias, both with one noise.
//! - A keypoint has no extent, so that its noise is in pixels, and the confidence does not say how near it is to the true one.
//! - A keypoint outside the object is ignored.

use std::cmp::Ordering;

use super::bounding_box::median;
use super::geometry::{Point, likeness_at};
use super::{Shape, Size};

/// A place in pixels of the object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keypoint {
    /// To the right.
    pub x: f64,
    /// Downward.
    pub y: f64,
}

impl Keypoint {
    fn point(&self) -> Point {
        Point {
            x: self.x,
            y: self.y,
        }
    }
}

impl Shape for Keypoint {
    const BIASES: usize = 2;
    const NOISES: usize = 1;
    const OTHER_LABEL: f64 = 0.0;

    fn is_sound(&self) -> bool {
        self.point().is_sound()
    }

    fn has_extent(&self) -> bool {
        true
    }

    fn clipped(&self, size: Size) -> Option<Self> {
        self.point().is_within(size).then_some(*self)
    }

    fn order(&self, other: &Self) -> Ordering {
        self.x.total_cmp(&other.x).then(self.y.total_cmp(&other.y))
    }

    fn likeness(&self, other: &Self, reach: f64) -> f64 {
        likeness_at(self.point().minus(other.point()).length(), reach)
    }

    fn distance(&self, other: &Self) -> Option<f64> {
        Some(self.point().minus(other.point()).length())
    }

    fn bounds(&self) -> Option<(Point, Point)> {
        Some((self.point(), self.point()))
    }

    fn placed(&self, at: Point) -> Option<Self> {
        Some(Keypoint { x: at.x, y: at.y })
    }

    fn extent(&self) -> f64 {
        1.0
    }

    fn area(&self) -> f64 {
        1.0
    }

    fn middle(members: &[&Self]) -> Self {
        let mut values: Vec<f64> = members.iter().map(|member| member.x).collect();
        let x = median(&mut values);
        values.clear();
        values.extend(members.iter().map(|member| member.y));
        Keypoint {
            x,
            y: median(&mut values),
        }
    }

    fn offsets(&self, member: &Self, offsets: &mut Vec<f64>) {
        offsets.extend([member.x - self.x, member.y - self.y]);
    }

    fn kinds(offset: usize) -> (Option<usize>, usize) {
        (Some(offset), 0)
    }

    fn noise_of_bias(_bias: usize) -> usize {
        0
    }

    fn moved(&self, by: &[f64]) -> Self {
        Keypoint {
            x: self.x + by[0],
            y: self.y + by[1],
        }
    }

    fn match_chance(&self, _deviations: &[f64]) -> f64 {
        1.0
    }
}
