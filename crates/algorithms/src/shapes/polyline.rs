//! Polylines: chains of straight lines between two ends that are alike.
//!
//! - Alike: by the mean distance of evenly spaced points on the one to the nearest places on the other, both ways, in units of
//!   what is usual between two workers' polylines with the same label.
//! - Start: the most central member, with [`SPACED`] points or twice as many as it has. Its own points are among them, or
//!   corners would be cut; one of more than [`SPACED_MAX`] has so many evenly spaced ones instead.
//! - Offsets: at each point, how far across the chain the nearest place on the member is, without a bias; and of
//!   both ends, how far along the chain the member's end is, outward, with one.
//! - What comes out has those of the points that a straight line between others would miss by more than [`STRAIGHT`] of the
//!   length.
//! - Points outside the object are moved to its border. A polyline without length, also after that, is ignored.
//! - Complexity: O([`SPACED`] × points of the member) a comparison.

use std::cmp::Ordering;

use super::geometry::{
    Point, are_sound, bounds, length, likeness_at, most_central, nearest, order, placed,
    simplified, spaced, subdivided, way,
};
use super::{Shape, Size};

/// Points on a chain where it is compared and moved.
const SPACED: usize = 32;
/// Points of a chain that is moved, at most.
const SPACED_MAX: usize = 256;
/// A point that lies this part of the length or less off the straight line is left out.
const STRAIGHT: f64 = 1e-3;

/// A polyline in pixels of the object.
#[derive(Clone, Debug, PartialEq)]
pub struct Polyline {
    /// Its points, from one end to the other.
    pub points: Vec<Point>,
}

impl Polyline {
    /// Mean distance of points on the one to the nearest places on the other, both ways.
    pub fn apart(&self, other: &Polyline) -> f64 {
        let one_way = |from: &Polyline, to: &Polyline| {
            let points = spaced(&from.points, false, SPACED);
            let apart = points
                .iter()
                .map(|point| point.minus(nearest(&to.points, false, *point)).length());
            apart.sum::<f64>() / SPACED as f64
        };
        (one_way(self, other) + one_way(other, self)) / 2.0
    }

    /// Ways outward along the chain at its ends.
    fn ends(&self) -> [(Point, Point); 2] {
        let points = &self.points;
        let last = points.len() - 1;
        [
            (points[0], points[0].minus(points[1]).unit()),
            (points[last], points[last].minus(points[last - 1]).unit()),
        ]
    }

    /// At each point, the way across.
    fn across(&self) -> Vec<Point> {
        let points = &self.points;
        let last = points.len() - 1;
        (0..=last)
            .map(|at| {
                let (before, after) = (points[at.saturating_sub(1)], points[(at + 1).min(last)]);
                way(before, points[at], after).turned()
            })
            .collect()
    }
}

impl Shape for Polyline {
    const BIASES: usize = 1;
    const FITTED_MAX: usize = 5_000;
    const NOISES: usize = 2;

    fn is_sound(&self) -> bool {
        are_sound(&self.points)
    }

    fn has_extent(&self) -> bool {
        self.points.len() > 1 && self.extent() > 1e-6
    }

    fn clipped(&self, size: Size) -> Option<Self> {
        let is_within = self.points.iter().any(|point| point.is_within(size));
        let points = self.points.iter().map(|point| Point {
            x: point.x.clamp(0.0, size.width),
            y: point.y.clamp(0.0, size.height),
        });
        is_within.then(|| Polyline {
            points: points.collect(),
        })
    }

    fn order(&self, other: &Self) -> Ordering {
        order(&self.points, &other.points)
    }

    fn likeness(&self, other: &Self, reach: f64) -> f64 {
        likeness_at(self.apart(other), reach)
    }

    fn distance(&self, other: &Self) -> Option<f64> {
        Some(self.apart(other))
    }

    fn bounds(&self) -> Option<(Point, Point)> {
        Some(bounds(&self.points))
    }

    fn placed(&self, at: Point) -> Option<Self> {
        Some(Polyline {
            points: placed(&self.points, at),
        })
    }

    fn extent(&self) -> f64 {
        length(&self.points, false)
    }

    fn area(&self) -> f64 {
        self.extent()
    }

    fn middle(members: &[&Self]) -> Self {
        let start = most_central(members, Polyline::apart);
        let count = (2 * start.points.len()).clamp(SPACED, SPACED_MAX);
        let dense = Polyline {
            points: match start.points.len() <= SPACED_MAX {
                true => subdivided(&start.points, false, count),
                false => spaced(&start.points, false, SPACED_MAX),
            },
        };
        if dense.has_extent() {
            dense
        } else {
            start.clone()
        }
    }

    fn offsets(&self, member: &Self, offsets: &mut Vec<f64>) {
        let [(from, before), (to, after)] = self.ends();
        let others = [member.points[0], member.points[member.points.len() - 1]];
        let apart = |one: Point, two: Point| one.minus(from).length() + two.minus(to).length();
        let [first, last] = if apart(others[0], others[1]) <= apart(others[1], others[0]) {
            others
        } else {
            [others[1], others[0]]
        };
        offsets.extend([first.minus(from).dot(before), last.minus(to).dot(after)]);
        let each = self.points.iter().zip(self.across());
        offsets.extend(each.map(|(point, across)| {
            let there = nearest(&member.points, false, *point);
            there.minus(*point).dot(across)
        }));
    }

    fn kinds(offset: usize) -> (Option<usize>, usize) {
        if offset < 2 { (Some(0), 0) } else { (None, 1) }
    }

    fn noise_of_bias(_bias: usize) -> usize {
        0
    }

    fn moved(&self, by: &[f64]) -> Self {
        let [(_, before), (_, after)] = self.ends();
        let each = self.points.iter().zip(self.across()).zip(&by[2..]);
        let mut points: Vec<Point> = each
            .map(|((point, across), by)| point.plus(across, *by))
            .collect();
        let last = points.len() - 1;
        points[0] = points[0].plus(before, by[0]);
        points[last] = points[last].plus(after, by[1]);
        let moved = Polyline { points };
        if moved.has_extent() {
            moved
        } else {
            self.clone()
        }
    }

    fn match_chance(&self, _deviations: &[f64]) -> f64 {
        1.0
    }

    fn finished(self) -> Self {
        let points = simplified(&self.points, STRAIGHT * self.extent());
        Polyline { points }
    }
}
