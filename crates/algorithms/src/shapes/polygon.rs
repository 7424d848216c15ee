//! Polygons: areas within a ring of points.
//!
//! - Alike: intersection over union.
//! - Start: the most central member, with more points on its edges ([`SPACED`] in all, or twice as many as it has). However
//!   differently workers set their points, each of these has a nearest place on each of their edges. Its own points are
//!   among them, or corners would be cut; one of more than [`SPACED_MAX`] has so many evenly spaced ones instead.
//! - Offsets: at each point, how far outward the nearest place on the member's edges is, with one bias and one noise.
//! - What comes out has those of the points that a straight line between others would miss by more than [`STRAIGHT`] of the
//!   extent.
//! - Matches the true polygon as [`super::bounding_box`], a quarter of the edges being one edge.
//! - A polygon is clipped to the object. One of fewer than three points or without area is ignored.
//! - Complexity: O(points of the start × points of the member) an offset.

use std::cmp::Ordering;

use super::bounding_box::half_overlap;
use super::geometry::{
    Point, are_sound, clipped, iou, length, most_central, nearest, order, signed_area, simplified,
    spaced, subdivided, way,
};
use super::{Shape, Size};

/// Points on the edges of the start, at least.
const SPACED: usize = 64;
/// And at most.
const SPACED_MAX: usize = 512;
/// A point that lies this part of the extent or less off the straight line is left out.
const STRAIGHT: f64 = 2e-3;

/// A polygon in pixels of the object. It may turn either way.
#[derive(Clone, Debug, PartialEq)]
pub struct Polygon {
    /// Its corners, in turn; the last is joined to the first.
    pub points: Vec<Point>,
}

impl Polygon {
    /// Intersection over union with another, in 0..=1, to about one in a thousand. What the edges go around
    /// twice counts as outside.
    pub fn iou(&self, other: &Polygon) -> f64 {
        iou(&self.points, &other.points)
    }

    /// At each point, the way outward.
    fn outward(&self) -> Vec<Point> {
        let points = &self.points;
        let count = points.len();
        let side = if signed_area(points) > 0.0 { -1.0 } else { 1.0 };
        (0..count)
            .map(|at| {
                let (before, after) = (points[(at + count - 1) % count], points[(at + 1) % count]);
                let across = way(before, points[at], after).turned();
                Point {
                    x: side * across.x,
                    y: side * across.y,
                }
            })
            .collect()
    }
}

impl Shape for Polygon {
    const BIASES: usize = 1;
    const FITTED_MAX: usize = 5_000;
    const NOISES: usize = 1;

    fn is_sound(&self) -> bool {
        are_sound(&self.points)
    }

    fn has_extent(&self) -> bool {
        self.points.len() > 2 && self.area() > 1e-9
    }

    fn clipped(&self, size: Size) -> Option<Self> {
        if self.points.iter().all(|point| point.is_within(size)) {
            return Some(self.clone());
        }
        let points = clipped(&self.points, size);
        (points.len() > 2).then_some(Polygon { points })
    }

    fn order(&self, other: &Self) -> Ordering {
        order(&self.points, &other.points)
    }

    fn likeness(&self, other: &Self, _reach: f64) -> f64 {
        self.iou(other)
    }

    fn extent(&self) -> f64 {
        self.area().sqrt()
    }

    fn area(&self) -> f64 {
        signed_area(&self.points).abs()
    }

    fn middle(members: &[&Self]) -> Self {
        let start = most_central(members, |one, other| 1.0 - one.iou(other));
        let count = (2 * start.points.len()).clamp(SPACED, SPACED_MAX);
        let dense = Polygon {
            points: match start.points.len() <= SPACED_MAX {
                true => subdivided(&start.points, true, count),
                false => spaced(&start.points, true, SPACED_MAX),
            },
        };
        if dense.has_extent() {
            dense
        } else {
            start.clone()
        }
    }

    fn offsets(&self, member: &Self, offsets: &mut Vec<f64>) {
        let each = self.points.iter().zip(self.outward());
        offsets.extend(each.map(|(point, outward)| {
            let there = nearest(&member.points, true, *point);
            there.minus(*point).dot(outward)
        }));
    }

    fn kinds(_offset: usize) -> (Option<usize>, usize) {
        (Some(0), 0)
    }

    fn noise_of_bias(_bias: usize) -> usize {
        0
    }

    fn moved(&self, by: &[f64]) -> Self {
        let each = self.points.iter().zip(self.outward()).zip(by);
        let moved = Polygon {
            points: each
                .map(|((point, outward), by)| point.plus(outward, *by))
                .collect(),
        };
        if moved.has_extent() {
            moved
        } else {
            self.clone()
        }
    }

    fn match_chance(&self, deviations: &[f64]) -> f64 {
        let mean = deviations.iter().sum::<f64>() / deviations.len().max(1) as f64;
        let quarter = length(&self.points, true) / 4.0;
        half_overlap([mean * quarter / self.area(); 4].into_iter())
    }

    fn finished(self) -> Self {
        let mut ring = self.points.clone();
        ring.extend(self.points.first());
        let mut points = simplified(&ring, STRAIGHT * self.extent());
        points.pop();
        let simple = Polygon { points };
        if simple.has_extent() { simple } else { self }
    }
}
