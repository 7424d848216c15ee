//! Points, and areas and distances of chains of points.

use super::{COORDINATE_MAX, Size};

/// Points that a shape may have.
pub const POINTS_MAX: usize = 4_096;
/// Lines across two areas on which they are compared. An area between straight edges is found to about the
/// square of the lines' distance.
const LINES: usize = 128;

/// A point in pixels of the object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downward.
    pub y: f64,
}

impl Point {
    pub(crate) fn plus(self, other: Point, times: f64) -> Point {
        Point {
            x: self.x + times * other.x,
            y: self.y + times * other.y,
        }
    }

    pub(crate) fn minus(self, other: Point) -> Point {
        self.plus(other, -1.0)
    }

    pub(crate) fn dot(self, other: Point) -> f64 {
        self.x * other.x + self.y * other.y
    }

    pub(crate) fn length(self) -> f64 {
        self.x.hypot(self.y)
    }

    /// Turned by a quarter.
    pub(crate) fn turned(self) -> Point {
        Point {
            x: -self.y,
            y: self.x,
        }
    }

    /// With a length of 1; to the right where it has none.
    pub(crate) fn unit(self) -> Point {
        let length = self.length();
        if length > 0.0 {
            Point {
                x: self.x / length,
                y: self.y / length,
            }
        } else {
            Point { x: 1.0, y: 0.0 }
        }
    }

    pub(crate) fn is_sound(self) -> bool {
        self.x.abs() <= COORDINATE_MAX && self.y.abs() <= COORDINATE_MAX
    }

    pub(crate) fn is_within(self, size: Size) -> bool {
        (0.0..=size.width).contains(&self.x) && (0.0..=size.height).contains(&self.y)
    }
}

/// Whether all points are numbers, and not too many.
pub(crate) fn are_sound(points: &[Point]) -> bool {
    points.len() <= POINTS_MAX && points.iter().all(|point| point.is_sound())
}

/// An order by content.
pub(crate) fn order(one: &[Point], other: &[Point]) -> std::cmp::Ordering {
    one.len().cmp(&other.len()).then_with(|| {
        let pairs = one.iter().zip(other);
        pairs
            .map(|(a, b)| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)))
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    })
}

/// Pairs of neighbours; of a ring, the last and the first as well.
pub(crate) fn edges(points: &[Point], is_ring: bool) -> impl Iterator<Item = (Point, Point)> {
    let closing = match (points.first(), points.last()) {
        (Some(first), Some(last)) if is_ring => Some((*last, *first)),
        _ => None,
    };
    let inner = points.windows(2).map(|two| (two[0], two[1]));
    inner.chain(closing)
}

/// Length of the edges.
pub(crate) fn length(points: &[Point], is_ring: bool) -> f64 {
    edges(points, is_ring)
        .map(|(from, to)| to.minus(from).length())
        .sum()
}

/// Area of a ring, above 0 where it turns from x towards y.
pub(crate) fn signed_area(ring: &[Point]) -> f64 {
    // From the first point, or what is far from 0 loses its last digits.
    let Some(from) = ring.first() else { return 0.0 };
    let doubled: f64 = edges(ring, true)
        .map(|(one, two)| one.minus(*from).turned().dot(two.minus(*from)))
        .sum();
    doubled / 2.0
}

/// Evenly spaced points along the edges: on a ring from its first point, otherwise with both ends.
pub(crate) fn spaced(points: &[Point], is_ring: bool, count: usize) -> Vec<Point> {
    let step = length(points, is_ring) / (count - usize::from(!is_ring)) as f64;
    let mut spaced = Vec::with_capacity(count);
    let mut passed = 0.0;
    for (from, to) in edges(points, is_ring) {
        let along = to.minus(from);
        let length = along.length();
        while spaced.len() < count && spaced.len() as f64 * step < passed + length {
            let at = (spaced.len() as f64 * step - passed) / length;
            spaced.push(from.plus(along, at));
        }
        passed += length;
    }
    let end = if is_ring {
        points.first()
    } else {
        points.last()
    };
    while let (true, Some(end)) = (spaced.len() < count, end) {
        spaced.push(*end);
    }
    spaced
}

/// The corners, and between them evenly spaced points on each edge: together about `count`, and never fewer
/// than the corners.
pub(crate) fn subdivided(points: &[Point], is_ring: bool, count: usize) -> Vec<Point> {
    let step = length(points, is_ring) / count as f64;
    let mut divided = Vec::with_capacity(count + points.len());
    for (from, to) in edges(points, is_ring) {
        let along = to.minus(from);
        let pieces = (along.length() / step).round().max(1.0);
        divided.extend((0..pieces as usize).map(|at| from.plus(along, at as f64 / pieces)));
    }
    if !is_ring {
        divided.extend(points.last());
    }
    divided
}

/// The way along the edges at a point, in the middle between those to and from it, however long they are.
pub(crate) fn way(before: Point, at: Point, after: Point) -> Point {
    let ways = [at.minus(before), after.minus(at)].into_iter();
    let ways = ways.filter(|way| way.length() > 0.0);
    let none = Point { x: 0.0, y: 0.0 };
    ways.fold(none, |sum, way| sum.plus(way.unit(), 1.0)).unit()
}

/// The point of the edges that is nearest.
pub(crate) fn nearest(points: &[Point], is_ring: bool, to: Point) -> Point {
    let mut best = (f64::INFINITY, to);
    for (from, until) in edges(points, is_ring) {
        let (along, apart) = (until.minus(from), to.minus(from));
        let square = along.dot(along);
        let at = if square > 0.0 {
            (apart.dot(along) / square).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let found = from.plus(along, at);
        let distance = to.minus(found);
        let distance = distance.dot(distance);
        if distance < best.0 {
            best = (distance, found);
        }
    }
    best.1
}

/// Intersection over union of two rings, in 0..=1. What a ring goes around twice is outside of it.
pub(crate) fn iou(one: &[Point], other: &[Point]) -> f64 {
    let (low, high) = (bounds(one), bounds(other));
    let is_apart =
        low.1.x <= high.0.x || high.1.x <= low.0.x || low.1.y <= high.0.y || high.1.y <= low.0.y;
    if is_apart {
        return 0.0;
    }
    let top = low.0.y.min(high.0.y);
    let step = (low.1.y.max(high.1.y) - top) / LINES as f64;
    let (mut crossings, mut of_other) = (Vec::new(), Vec::new());
    let (mut shared, mut all) = (0.0, 0.0);
    for line in 0..LINES {
        let y = top + (line as f64 + 0.5) * step;
        cross(one, y, &mut crossings);
        cross(other, y, &mut of_other);
        let inside =
            |list: &[f64]| -> f64 { list.chunks_exact(2).map(|two| two[1] - two[0]).sum() };
        let both = both(&crossings, &of_other);
        shared += both;
        all += inside(&crossings) + inside(&of_other) - both;
    }
    if all > 0.0 {
        (shared / all).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

/// Where a horizontal line enters and leaves a ring, by turns.
fn cross(ring: &[Point], y: f64, crossings: &mut Vec<f64>) {
    crossings.clear();
    for (from, to) in edges(ring, true) {
        if (from.y <= y) != (to.y <= y) {
            crossings.push(from.x + (y - from.y) / (to.y - from.y) * (to.x - from.x));
        }
    }
    crossings.sort_unstable_by(f64::total_cmp);
}

/// Length that two lists of intervals share.
fn both(one: &[f64], other: &[f64]) -> f64 {
    let (mut at, mut with, mut shared) = (0, 0, 0.0);
    while at + 1 < one.len() && with + 1 < other.len() {
        let overlap = one[at + 1].min(other[with + 1]) - one[at].max(other[with]);
        shared += overlap.max(0.0);
        if one[at + 1] < other[with + 1] {
            at += 2;
        } else {
            with += 2;
        }
    }
    shared
}

/// The corners of the box around points.
pub(crate) fn bounds(points: &[Point]) -> (Point, Point) {
    let mut low = Point {
        x: f64::INFINITY,
        y: f64::INFINITY,
    };
    let mut high = Point {
        x: f64::NEG_INFINITY,
        y: f64::NEG_INFINITY,
    };
    for point in points {
        low = Point {
            x: low.x.min(point.x),
            y: low.y.min(point.y),
        };
        high = Point {
            x: high.x.max(point.x),
            y: high.y.max(point.y),
        };
    }
    (low, high)
}

/// The part of a ring within an object (Sutherland and Hodgman, "Reentrant polygon clipping", 1974).
pub(crate) fn clipped(ring: &[Point], size: Size) -> Vec<Point> {
    // How far a point is within each side.
    let sides: [fn(Point, Size) -> f64; 4] = [
        |point, _| point.x,
        |point, size| size.width - point.x,
        |point, _| point.y,
        |point, size| size.height - point.y,
    ];
    let mut kept = ring.to_vec();
    for within in sides {
        let mut next = Vec::with_capacity(kept.len() + 4);
        for (from, to) in edges(&kept, true) {
            let (start, end) = (within(from, size), within(to, size));
            if start >= 0.0 {
                next.push(from);
            }
            if (start < 0.0) != (end < 0.0) {
                next.push(from.plus(to.minus(from), start / (start - end)));
            }
        }
        kept = next;
    }
    kept
}

/// Leaves out points that are nearer than `tolerance` to the straight line between those kept (Ramer,
/// 1972; Douglas and Peucker, 1973). The first and the last are kept.
pub(crate) fn simplified(points: &[Point], tolerance: f64) -> Vec<Point> {
    let mut keep = vec![false; points.len()];
    let Some(last) = points.len().checked_sub(1) else {
        return Vec::new();
    };
    (keep[0], keep[last]) = (true, true);
    let mut open = vec![(0, last)];
    while let Some((from, to)) = open.pop() {
        let line = [points[from], points[to]];
        let mut furthest = (tolerance, 0);
        for (at, point) in points.iter().enumerate().take(to).skip(from + 1) {
            let distance = point.minus(nearest(&line, false, *point)).length();
            if distance > furthest.0 {
                furthest = (distance, at);
            }
        }
        if furthest.1 > 0 {
            keep[furthest.1] = true;
            open.push((from, furthest.1));
            open.push((furthest.1, to));
        }
    }
    let kept = points.iter().zip(keep).filter(|(_, keep)| *keep);
    kept.map(|(point, _)| *point).collect()
}

/// The member that is nearest to all; of many, evenly spaced ones are compared.
pub(crate) fn most_central<'a, S>(members: &[&'a S], apart: impl Fn(&S, &S) -> f64) -> &'a S {
    let step = members.len().div_ceil(16);
    let mut best = (f64::INFINITY, members[0]);
    for one in members.iter().step_by(step) {
        let others = members.iter().step_by(step);
        let sum: f64 = others.map(|other| apart(one, other)).sum();
        if sum < best.0 - 1e-12 {
            best = (sum, one);
        }
    }
    best.1
}

/// How alike two shapes are at a distance, where `reach` is usual: [`super::grouping::LINK`] at six times that.
pub(crate) fn likeness_at(distance: f64, reach: f64) -> f64 {
    let times = distance / (4.0 * reach);
    1.0 / (1.0 + times * times)
}

/// The distance at which shapes are so much alike, in reaches.
pub(crate) fn reaches(likeness: f64) -> f64 {
    4.0 * (1.0 / likeness - 1.0).sqrt()
}

/// The points moved so that the middle of their bounds is at a place.
pub(crate) fn placed(points: &[Point], at: Point) -> Vec<Point> {
    let (from, to) = bounds(points);
    let by = at.minus(from.plus(to.minus(from), 0.5));
    points.iter().map(|point| point.plus(by, 1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(list: &[(f64, f64)]) -> Vec<Point> {
        list.iter().map(|(x, y)| Point { x: *x, y: *y }).collect()
    }

    #[test]
    fn areas_and_overlaps_of_known_rings() {
        let square = ring(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]);
        let moved = ring(&[(5.0, 0.0), (15.0, 0.0), (15.0, 10.0), (5.0, 10.0)]);
        let triangle = ring(&[(0.0, 0.0), (10.0, 0.0), (0.0, 10.0)]);
        assert_eq!(signed_area(&square), 100.0);
        assert_eq!(signed_area(&triangle), 50.0);
        assert_eq!(iou(&square, &square), 1.0);
        assert!((iou(&square, &moved) - 1.0 / 3.0).abs() < 1e-9);
        assert!((iou(&square, &triangle) - 0.5).abs() < 1e-3);
        // A U and the bar that closes it share nothing.
        let u = ring(&[
            (0.0, 0.0),
            (3.0, 0.0),
            (3.0, 8.0),
            (7.0, 8.0),
            (7.0, 0.0),
            (10.0, 0.0),
            (10.0, 10.0),
            (0.0, 10.0),
        ]);
        let bar = ring(&[(3.0, 0.0), (7.0, 0.0), (7.0, 8.0), (3.0, 8.0)]);
        assert!(iou(&u, &bar) < 1e-9);
        assert!((iou(&u, &square) - 0.68).abs() < 0.01);
    }

    #[test]
    fn points_along_edges() {
        let line = ring(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0)]);
        assert_eq!(
            spaced(&line, false, 5),
            ring(&[(0.0, 0.0), (2.0, 0.0), (4.0, 0.0), (4.0, 2.0), (4.0, 4.0)])
        );
        let square = ring(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]);
        assert_eq!(spaced(&square, true, 4), square);
        let near = nearest(&square, true, Point { x: 1.0, y: 9.0 });
        assert_eq!(near, Point { x: 1.0, y: 4.0 });
        assert_eq!(simplified(&spaced(&line, false, 5), 0.1), line);
        assert_eq!(simplified(&subdivided(&line, false, 7), 0.1), line);
        assert_eq!(subdivided(&square, true, 8).len(), 8);
    }

    #[test]
    fn rings_are_clipped_to_the_object() {
        let size = Size {
            width: 4.0,
            height: 4.0,
        };
        let over = ring(&[(-2.0, 1.0), (2.0, 1.0), (2.0, 3.0), (-2.0, 3.0)]);
        assert_eq!(signed_area(&clipped(&over, size)), 4.0);
        assert!(clipped(&ring(&[(5.0, 5.0), (6.0, 5.0), (6.0, 6.0)]), size).is_empty());
    }
}
