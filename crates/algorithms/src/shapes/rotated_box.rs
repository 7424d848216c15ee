//! Rotated boxes: rectangles turned by an angle.
//!
//! - Alike: intersection over union.
//! - Offsets: the four edges outward, in the frame of the box, each with a bias of its own, and the turn, as the way
//!   that the ends of the longer side move, without one.
//! - The same rectangle has four angles, a quarter of a turn apart. Members are compared at the angle that is nearest, so that 1°
//!   and 179° are two degrees apart. The angle that comes out is that of the most central member, moved.
//! - Matches the true box as [`super::bounding_box`], with the turn's part of the shorter side as one more error.
//! - A box is not clipped: one with its centre outside the object is ignored.

use std::cmp::Ordering;
use std::f64::consts::FRAC_PI_2;

use super::bounding_box::half_overlap;
use super::geometry::{Point, iou, most_central};
use super::{COORDINATE_MAX, Shape, Size};

/// A box in pixels of the object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RotatedBox {
    /// Its centre.
    pub x: f64,
    /// Its centre.
    pub y: f64,
    /// Its side along the angle.
    pub width: f64,
    /// Its side across.
    pub height: f64,
    /// In radians, from x towards y.
    pub angle: f64,
}

impl RotatedBox {
    /// Its corners, in turn.
    pub fn corners(&self) -> [Point; 4] {
        let (along, across) = self.axes();
        let centre = self.centre();
        [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map(|(right, down)| {
            centre
                .plus(along, right * self.width)
                .plus(across, down * self.height)
        })
    }

    /// Intersection over union with another box, in 0..=1, to about one in a thousand.
    pub fn iou(&self, other: &RotatedBox) -> f64 {
        iou(&self.corners(), &other.corners())
    }

    fn centre(&self) -> Point {
        Point {
            x: self.x,
            y: self.y,
        }
    }

    fn axes(&self) -> (Point, Point) {
        let along = Point {
            x: self.angle.cos(),
            y: self.angle.sin(),
        };
        (along, along.turned())
    }

    /// The same rectangle with the angle that is nearest to another.
    fn turned_to(&self, angle: f64) -> RotatedBox {
        let quarters = ((angle - self.angle) / FRAC_PI_2).round();
        let is_swapped = quarters.rem_euclid(2.0) == 1.0;
        let (width, height) = if is_swapped {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        };
        RotatedBox {
            width,
            height,
            angle: self.angle + quarters * FRAC_PI_2,
            ..*self
        }
    }

    /// How far a turn by one radian moves the ends of the longer side.
    fn lever(&self) -> f64 {
        self.width.max(self.height) / 2.0
    }
}

impl Shape for RotatedBox {
    const BIASES: usize = 4;
    const NOISES: usize = 3;

    fn is_sound(&self) -> bool {
        [self.x, self.y, self.width, self.height]
            .iter()
            .all(|value| value.abs() <= COORDINATE_MAX)
            && self.angle.abs() <= 1e6
    }

    fn has_extent(&self) -> bool {
        self.width > 1e-6 && self.height > 1e-6
    }

    fn clipped(&self, size: Size) -> Option<Self> {
        self.centre().is_within(size).then_some(*self)
    }

    fn order(&self, other: &Self) -> Ordering {
        (self.x.total_cmp(&other.x))
            .then(self.y.total_cmp(&other.y))
            .then(self.width.total_cmp(&other.width))
            .then(self.height.total_cmp(&other.height))
            .then(self.angle.total_cmp(&other.angle))
    }

    fn likeness(&self, other: &Self, _reach: f64) -> f64 {
        self.iou(other)
    }

    fn extent(&self) -> f64 {
        self.area().sqrt()
    }

    fn area(&self) -> f64 {
        self.width * self.height
    }

    fn middle(members: &[&Self]) -> Self {
        *most_central(members, |one, other| 1.0 - one.iou(other))
    }

    fn offsets(&self, member: &Self, offsets: &mut Vec<f64>) {
        let member = member.turned_to(self.angle);
        let apart = member.centre().minus(self.centre());
        let (along, across) = self.axes();
        let (right, down) = (apart.dot(along), apart.dot(across));
        let wider = (member.width - self.width) / 2.0;
        let higher = (member.height - self.height) / 2.0;
        offsets.extend([
            wider - right,
            higher - down,
            wider + right,
            higher + down,
            (member.angle - self.angle) * self.lever(),
        ]);
    }

    fn kinds(offset: usize) -> (Option<usize>, usize) {
        match offset {
            4 => (None, 2),
            edge => (Some(edge), edge % 2),
        }
    }

    fn noise_of_bias(bias: usize) -> usize {
        bias % 2
    }

    fn moved(&self, by: &[f64]) -> Self {
        let (along, across) = self.axes();
        let centre = self
            .centre()
            .plus(along, (by[2] - by[0]) / 2.0)
            .plus(across, (by[3] - by[1]) / 2.0);
        let moved = RotatedBox {
            x: centre.x,
            y: centre.y,
            width: self.width + by[0] + by[2],
            height: self.height + by[1] + by[3],
            angle: self.angle + by[4] / self.lever(),
        };
        if moved.has_extent() { moved } else { *self }
    }

    fn match_chance(&self, deviations: &[f64]) -> f64 {
        let short = self.width.min(self.height);
        let sides = [
            self.width,
            self.height,
            self.width,
            self.height,
            2.0 * short,
        ];
        half_overlap(
            deviations
                .iter()
                .zip(sides)
                .map(|(deviation, side)| deviation / side),
        )
    }
}
