//! How near to each other shapes of the same thing are, for shapes that are compared by distance, and
//! how many come as near by chance.
//!
//! - Model: two workers' shapes of one thing are usually a *reach* apart. A worker who looks at nothing
//!   draws the same shapes anywhere in the frame: the object's size, or where that is unknown what holds
//!   all shapes of the batch and the origin. Without the second the reach has no bounds: points drawn
//!   blindly are half a frame apart, that becomes what is usual, and all of them agree.
//! - Steps: the reach is the median, over shapes, of the distance to the nearest shape with the same
//!   label of another worker. Then, of a shape and each other worker, the distance to that worker's
//!   nearest shape, as drawn and with that worker's shapes placed elsewhere ([`Shape::placed`]). The reach
//!   is made so small that of the links it allows at most one in [`CHANCE`] is to be had by chance;
//!   links so near that one of a hundred blind shapes has them are always allowed. [`Reach::chance`] is
//!   the share of links that chance would give.
//! - Source: ours; the share is the false discovery rate of Benjamini and Hochberg, 1995. That likeness
//!   must be held against chance is Cohen's, 1960.
//! - Complexity: O(n²) distances for the n shapes of an object, and [`Shape::FITTED_MAX`] ÷ [`PARTS`] shapes, at
//!   most [`SHAPES_FEW`] of an object, that are compared with [`PLACES`] times the others or more.
//! - Ties: none. Single answers: nothing is compared; the reach is 1.

use super::Shape;
use super::geometry::{Point, reaches};
use super::grouping::LINK;
use super::prepare::Prepared;

/// One link in so many may be due to chance.
const CHANCE: f64 = 10.0;
/// The share of shapes that counts as linked where fewer are.
const LINKED_MIN: f64 = 0.1;
/// Shapes far from all others that are added to those compared, so that few do not say much.
const MORE: f64 = 2.0;
/// Of the shapes on which workers' parameters are found, one in so many is held against chance.
const PARTS: usize = 12;
/// Shapes of one object that are held against chance, and other workers of each, at most.
const SHAPES_FEW: usize = 64;
const WORKERS_FEW: usize = 16;
/// Places at which each worker's shapes are tried, at least and at most, and distances that are enough.
const PLACES: usize = 4;
const PLACES_MAX: usize = 64;
const DISTANCES: usize = 2_000;
/// No reach is smaller, in pixels.
const REACH_MIN: f64 = 1e-3;

/// What is usual.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reach {
    /// The distance that is usual between two workers' shapes of the same thing. 1 where nothing can be
    /// compared, and never 0.
    pub distance: f64,
    /// The share of links between two workers' shapes that chance would give as well, in 0..=1.
    pub chance: f64,
}

impl Reach {
    /// Finds it from the answers of a batch.
    pub(crate) fn of<S: Shape>(objects: &[Prepared<S>]) -> Reach {
        let mut nearest = Vec::new();
        for object in objects {
            for one in &object.items {
                let others = (object.items.iter())
                    .filter(|two| two.worker != one.worker && two.label == one.label);
                let distance = others
                    .filter_map(|two| one.shape.distance(&two.shape))
                    .min_by(f64::total_cmp);
                nearest.extend(distance);
            }
        }
        if nearest.is_empty() {
            return Reach {
                distance: 1.0,
                chance: 0.0,
            };
        }
        let middle = nearest.len() / 2;
        let (_, median, _) = nearest.select_nth_unstable_by(middle, f64::total_cmp);
        let distance = median.max(REACH_MIN);
        Distances::of(objects).bound(distance)
    }
}

/// Distances from a shape to the nearest of another worker, ascending.
#[derive(Default)]
struct Distances {
    drawn: Vec<f64>,
    /// With that worker's shapes placed elsewhere.
    placed: Vec<f64>,
}

impl Distances {
    fn of<S: Shape>(objects: &[Prepared<S>]) -> Distances {
        let mut distances = Distances::default();
        let unsized_ones = objects.iter().filter(|object| object.size.is_none());
        let items = unsized_ones.flat_map(|object| &object.items);
        let far = items.filter_map(|item| item.shape.bounds());
        let batch = far.fold([0.0; 4], |[left, top, right, bottom], (from, to)| {
            [
                from.x.min(left),
                from.y.min(top),
                to.x.max(right),
                to.y.max(bottom),
            ]
        });
        let shapes: usize = objects.iter().map(|object| object.items.len()).sum();
        let step = (PARTS * shapes).div_ceil(S::FITTED_MAX).max(1);
        let places = (DISTANCES * step / shapes.max(1)).clamp(PLACES, PLACES_MAX);
        for object in objects.iter().step_by(step) {
            let frame = match object.size {
                Some(size) => [0.0, 0.0, size.width, size.height],
                None => batch,
            };
            distances.add(object, frame, places);
        }
        distances.drawn.sort_unstable_by(f64::total_cmp);
        distances.placed.sort_unstable_by(f64::total_cmp);
        distances
    }

    fn add<S: Shape>(&mut self, object: &Prepared<S>, frame: [f64; 4], places: usize) {
        let items = &object.items;
        let mut place = 0u32;
        for one in items
            .iter()
            .step_by(items.len().div_ceil(SHAPES_FEW).max(1))
        {
            let workers = &object.answered;
            for worker in workers.iter().step_by(workers.len().div_ceil(WORKERS_FEW)) {
                if *worker == one.worker {
                    continue;
                }
                let others =
                    (items.iter()).filter(|two| two.worker == *worker && two.label == one.label);
                let drawn = others
                    .clone()
                    .filter_map(|two| one.shape.distance(&two.shape));
                let Some(drawn) = drawn.min_by(f64::total_cmp) else {
                    continue;
                };
                self.drawn.push(drawn);
                for _ in 0..places {
                    let placed = others.clone().filter_map(|two| {
                        place += 1;
                        one.shape.distance(&two.shape.placed(spread(place, frame))?)
                    });
                    self.placed.extend(placed.min_by(f64::total_cmp));
                }
            }
        }
    }

    /// A reach that is not more than chance allows.
    fn bound(&self, distance: f64) -> Reach {
        let within = |of: &[f64], link: f64| of.partition_point(|distance| *distance <= link);
        let blind = self.placed.len().max(1) as f64;
        let few = |link: f64, by_chance: usize| {
            let linked = within(&self.drawn, link) as f64 / (self.drawn.len() as f64 + MORE);
            CHANCE * by_chance as f64 <= blind * linked.max(LINKED_MIN)
        };
        let mut link = distance * reaches(LINK);
        let mut by_chance = within(&self.placed, link);
        while by_chance > 0 && !few(link, by_chance) {
            // Just below the furthest place that is linked.
            by_chance -= 1;
            link = self.placed[by_chance] * (1.0 - f64::EPSILON);
        }
        let linked = within(&self.drawn, link) as f64 / self.drawn.len().max(1) as f64;
        let chance = match by_chance {
            0 => 0.0,
            by_chance => (by_chance as f64 / blind / linked).min(1.0),
        };
        Reach {
            distance: (link / reaches(LINK)).max(REACH_MIN),
            chance,
        }
    }
}

/// Places spread evenly over a frame, the next one far from those before (Roberts' R2 sequence).
fn spread(number: u32, frame: [f64; 4]) -> Point {
    let [left, top, right, bottom] = frame;
    let part = |step: f64| (f64::from(number) * step).fract();
    Point {
        x: left + (right - left) * part(0.754_877_666_246_693),
        y: top + (bottom - top) * part(0.569_840_290_998_053),
    }
}
