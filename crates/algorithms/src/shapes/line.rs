//! Straight lines between two ends that are alike.
//!
//! - Alike: by the mean distance of the ends, taken the way around that is shorter, in units of what is usual between two
//!   workers' lines with the same label.
//! - Offsets: of each end along the line, outward, with one bias, and across it, without one; a noise for each.
//! - A line is clipped to the object. One without length is ignored.

use std::cmp::Ordering;

use super::geometry::{Point, bounds, likeness_at, most_central, order};
use super::{Shape, Size};

/// A line in pixels of the object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// One end.
    pub from: Point,
    /// The other.
    pub to: Point,
}

impl Line {
    /// Mean distance of the ends.
    pub fn ends_apart(&self, other: &Line) -> f64 {
        let straight = self.mean_apart(other);
        straight.min(self.mean_apart(&other.reversed()))
    }

    fn mean_apart(&self, other: &Line) -> f64 {
        let (from, to) = (self.from.minus(other.from), self.to.minus(other.to));
        (from.length() + to.length()) / 2.0
    }

    fn reversed(&self) -> Line {
        Line {
            from: self.to,
            to: self.from,
        }
    }

    fn along(&self) -> Point {
        self.to.minus(self.from).unit()
    }
}

impl Shape for Line {
    const BIASES: usize = 1;
    const NOISES: usize = 2;

    fn is_sound(&self) -> bool {
        self.from.is_sound() && self.to.is_sound()
    }

    fn has_extent(&self) -> bool {
        self.extent() > 1e-6
    }

    fn clipped(&self, size: Size) -> Option<Self> {
        // Liang and Barsky, 1984: the part that is within each pair of sides.
        let along = self.to.minus(self.from);
        let (mut first, mut last) = (0.0f64, 1.0f64);
        let pairs = [
            (self.from.x, along.x, size.width),
            (self.from.y, along.y, size.height),
        ];
        for (start, step, end) in pairs {
            if step == 0.0 {
                if !(0.0..=end).contains(&start) {
                    return None;
                }
                continue;
            }
            let (one, two) = (-start / step, (end - start) / step);
            first = first.max(one.min(two));
            last = last.min(one.max(two));
        }
        if first == 0.0 && last == 1.0 {
            return Some(*self);
        }
        (first < last).then(|| Line {
            from: self.from.plus(along, first),
            to: self.from.plus(along, last),
        })
    }

    fn order(&self, other: &Self) -> Ordering {
        order(&[self.from, self.to], &[other.from, other.to])
    }

    fn likeness(&self, other: &Self, reach: f64) -> f64 {
        likeness_at(self.ends_apart(other), reach)
    }

    fn distance(&self, other: &Self) -> Option<f64> {
        Some(self.ends_apart(other))
    }

    fn bounds(&self) -> Option<(Point, Point)> {
        Some(bounds(&[self.from, self.to]))
    }

    fn placed(&self, at: Point) -> Option<Self> {
        let half = self.to.minus(self.from);
        Some(Line {
            from: at.plus(half, -0.5),
            to: at.plus(half, 0.5),
        })
    }

    fn extent(&self) -> f64 {
        self.to.minus(self.from).length()
    }

    fn area(&self) -> f64 {
        self.extent()
    }

    fn middle(members: &[&Self]) -> Self {
        *most_central(members, Line::ends_apart)
    }

    fn offsets(&self, member: &Self, offsets: &mut Vec<f64>) {
        let reversed = member.reversed();
        let is_straight = self.mean_apart(member) <= self.mean_apart(&reversed);
        let member = if is_straight { *member } else { reversed };
        let (along, from, to) = (
            self.along(),
            member.from.minus(self.from),
            member.to.minus(self.to),
        );
        offsets.extend([
            -from.dot(along),
            to.dot(along),
            from.dot(along.turned()),
            to.dot(along.turned()),
        ]);
    }

    fn kinds(offset: usize) -> (Option<usize>, usize) {
        if offset < 2 { (Some(0), 0) } else { (None, 1) }
    }

    fn noise_of_bias(_bias: usize) -> usize {
        0
    }

    fn moved(&self, by: &[f64]) -> Self {
        let (along, across) = (self.along(), self.along().turned());
        let moved = Line {
            from: self.from.plus(along, -by[0]).plus(across, by[2]),
            to: self.to.plus(along, by[1]).plus(across, by[3]),
        };
        if moved.has_extent() { moved } else { *self }
    }

    fn match_chance(&self, _deviations: &[f64]) -> f64 {
        1.0
    }
}
