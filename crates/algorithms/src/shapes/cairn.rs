//! Cairn's own consolidation of shapes: workers are weighted by what all of their answers tell of them.
//!
//! - Model: that of [`super::grouping`], [`super::presence`], [`super::naming`] and [`super::position`].
//!   The confidence of a shape is the product of four probabilities: that the thing is there, that
//!   it has the label, that the shape matches it, given how far the members' noises leave its offsets open, and
//!   that not all of its members came together by chance ([`super::reach`]).
//! - Steps: [`Crowd::fit`] groups the shapes of every object and finds the workers' parameters; [`Crowd::decide`]
//!   groups those of one object again and decides it under these parameters, so that a
//!   new answer costs its own object only. A group is kept when its thing is there with a probability of
//!   at least `keep_min`.
//! - Source: see the parts; what was tried is in docs/decisions/2026-11-29-shapes.md.
//! - Complexity: that of the parts. Parameters are found on evenly spaced objects with about [`Shape::FITTED_MAX`] shapes.
//! - Ties: shapes come by confidence, highest first, equal ones by their content.
//! - Single answers: an object that one worker answered keeps all of the worker's shapes, because nobody else was asked;
//!   their confidence says how much that is worth.
//! - Missing workers: an object without answers gets no decision. Where all answers are empty, the empty list is one.

use std::cmp::Ordering;
use std::marker::PhantomData;

use super::counts::Counts;
use super::grouping::{Grouping, LINK};
use super::naming::{Chances, Names, Naming};
use super::position::{Buffers, Members, Positions};
use super::prepare::{Prepared, check, check_one};
use super::presence::{Presence, Votes};
use super::reach::Reach;
use super::{
    ConsolidatedShape, ObjectShapes, Shape, ShapeConsolidation, ShapeDecision, ShapeSkill,
    ShapesError,
};

/// Objects whose shapes are counted.
const COUNTED_MAX: usize = 10_000;
/// Members of a group that are fused without asking for memory.
const FEW: usize = 16;

/// What all answers tell of the workers.
#[derive(Clone, Debug)]
pub struct Crowd<S> {
    workers: usize,
    labels: usize,
    reach: Reach,
    presence: Presence,
    naming: Naming,
    positions: Positions,
    shape: PhantomData<fn(S)>,
}

impl<S: Shape> Crowd<S> {
    /// Finds the workers' parameters. `workers` and `labels` are how many of each there are.
    pub fn fit(
        objects: &[ObjectShapes<S>],
        workers: usize,
        labels: usize,
    ) -> Result<Crowd<S>, ShapesError> {
        check(objects, workers, labels)?;
        Ok(Crowd::fit_checked(objects, workers, labels))
    }

    fn fit_checked(objects: &[ObjectShapes<S>], workers: usize, labels: usize) -> Crowd<S> {
        let mut sample = Vec::new();
        for (_, object) in fitted(objects) {
            let mut prepared = Prepared::default();
            prepared.fill(object);
            sample.push(prepared);
        }
        let reach = Reach::of(&sample);
        let (mut votes, mut names) = (Votes::default(), Names::default());
        let mut members = Members {
            shapes: Vec::new(),
            ends: Vec::new(),
        };
        let mut grouping = Grouping::default();
        let mut given = Vec::new();
        for prepared in &sample {
            let items = &prepared.items;
            grouping.group(items, LINK, S::OTHER_LABEL, reach.distance);
            for group in grouping.groups() {
                let own = group.iter().map(|at| &items[*at as usize]);
                votes.add_group(own.clone().map(|item| item.worker));
                given.clear();
                given.extend(own.clone().map(|item| (item.worker, item.label)));
                names.add(&given);
                let shapes = own.map(|item| (item.worker, item.shape.clone()));
                members.shapes.extend(shapes);
                members.ends.push(members.shapes.len());
            }
            votes.end_object(&prepared.answered);
        }
        drop(sample);
        Crowd {
            workers,
            labels,
            reach,
            presence: Presence::fit(&votes, workers),
            naming: Naming::fit(&names, workers, labels),
            positions: Positions::fit(&members, workers),
            shape: PhantomData,
        }
    }

    /// Decides one object; none when nobody answered it. Errors name the object as 0.
    pub fn decide(
        &self,
        object: &ObjectShapes<S>,
        keep_min: f64,
    ) -> Result<Option<ShapeDecision<S>>, ShapesError> {
        check_one(0, object, self.workers, self.labels)?;
        let mut counts = vec![Counts::default(); self.workers];
        Ok(self.decide_checked(object, keep_min, &mut Scratch::default(), &mut counts))
    }

    fn decide_checked(
        &self,
        object: &ObjectShapes<S>,
        keep_min: f64,
        scratch: &mut Scratch<S>,
        counts: &mut [Counts],
    ) -> Option<ShapeDecision<S>> {
        let prepared = &mut scratch.prepared;
        prepared.fill(object);
        if prepared.answered.is_empty() {
            return None;
        }
        let items = &prepared.items;
        scratch
            .grouping
            .group(items, LINK, S::OTHER_LABEL, self.reach.distance);
        let answered = self.presence.answered(&prepared.answered);
        let is_alone = prepared.answered.len() == 1;
        let mut shapes = Vec::with_capacity(scratch.grouping.groups().len());
        let mut all_there = 0.0;
        let mut nothing = self.presence.seen_if_there(&prepared.answered);
        for group in scratch.grouping.groups() {
            let own = || group.iter().map(|at| &items[*at as usize]);
            scratch.supporters.clear();
            scratch.supporters.extend(own().map(|item| item.worker));
            scratch.supporters.sort_unstable();
            let there = self.presence.of(&answered, &scratch.supporters);
            all_there += there;
            nothing *= 1.0 - there;
            for worker in &scratch.supporters {
                let count = &mut counts[*worker as usize];
                count.shapes += 1;
                count.drawn += there;
            }
            // The noise of adding in another order decides nothing.
            if there < keep_min - 1e-9 && !is_alone {
                continue;
            }
            scratch.given.clear();
            scratch
                .given
                .extend(own().map(|item| (item.worker, item.label)));
            let (label, chance) = self.naming.of(&scratch.given, &mut scratch.chances);
            scratch.workers.clear();
            scratch.workers.extend(own().map(|item| item.worker));
            // Few members, as nearly always, need no memory of their own.
            let (mut few, many);
            let members = if group.len() <= FEW {
                few = [&items[group[0] as usize].shape; FEW];
                for (place, item) in few.iter_mut().zip(own()) {
                    *place = &item.shape;
                }
                &few[..group.len()]
            } else {
                many = own().map(|item| &item.shape).collect::<Vec<_>>();
                &many[..]
            };
            let fused = self
                .positions
                .fuse(&scratch.workers, members, &mut scratch.buffers);
            let fits = fused.match_chance(&scratch.buffers.deviations);
            // Each member after the first was linked, and might be so by chance.
            let linked = 1.0 - self.reach.chance.powi(group.len() as i32 - 1);
            let linked = if group.len() > 1 { linked } else { 1.0 };
            let within = match object.size {
                None => Some(fused),
                Some(size) => fused.clipped(size).filter(Shape::has_extent),
            };
            // A middle of shapes within the object is within it.
            let shape = within.unwrap_or_else(|| S::middle(members)).finished();
            shapes.push(ConsolidatedShape {
                label,
                shape,
                confidence: (there * chance * fits * linked).clamp(0.0, 1.0),
                supporters: scratch.supporters.clone(),
            });
        }
        for worker in &prepared.answered {
            let count = &mut counts[*worker as usize];
            count.answers += 1;
            count.there += all_there;
        }
        shapes.sort_by(by_confidence);
        // Who all drew something, each elsewhere, hardly meant that nothing is there, whatever the model says
        // of each shape alone.
        let answered = &prepared.answered;
        let without =
            (answered.iter()).filter(|worker| !items.iter().any(|item| item.worker == **worker));
        let share = without.count() as f64 / answered.len() as f64;
        Some(ShapeDecision {
            shapes,
            nothing: f64::midpoint(nothing, share),
            answers: prepared.answered.len() as u32,
            ignored: prepared.ignored.clone(),
        })
    }
}

/// Evenly spaced objects with about [`Shape::FITTED_MAX`] shapes, and where they are.
fn fitted<S: Shape>(
    objects: &[ObjectShapes<S>],
) -> impl Iterator<Item = (usize, &ObjectShapes<S>)> {
    // Where there are many objects, some of them tell how many shapes there are.
    let every = objects.len().div_ceil(COUNTED_MAX).max(1);
    let answers = (objects.iter().step_by(every)).flat_map(|object| &object.answers);
    let shapes: usize = answers.map(|answer| answer.shapes.len()).sum();
    let step = (shapes * every).div_ceil(S::FITTED_MAX).max(1);
    objects.iter().enumerate().step_by(step)
}

/// Buffers for one object after another.
struct Scratch<S> {
    prepared: Prepared<S>,
    grouping: Grouping,
    supporters: Vec<u32>,
    workers: Vec<u32>,
    given: Vec<(u32, u32)>,
    chances: Chances,
    buffers: Buffers,
}

impl<S> Default for Scratch<S> {
    fn default() -> Self {
        Scratch {
            prepared: Prepared::default(),
            grouping: Grouping::default(),
            supporters: Vec::new(),
            workers: Vec::new(),
            given: Vec::new(),
            chances: Chances::default(),
            buffers: Buffers::default(),
        }
    }
}

/// Highest confidence first; equal ones by content.
pub(crate) fn by_confidence<S: Shape>(
    one: &ConsolidatedShape<S>,
    other: &ConsolidatedShape<S>,
) -> Ordering {
    other
        .confidence
        .total_cmp(&one.confidence)
        .then_with(|| one.shape.order(&other.shape))
        .then_with(|| one.label.cmp(&other.label))
}

/// Decides each object.
pub(crate) fn consolidate<S: Shape>(
    objects: &[ObjectShapes<S>],
    workers: usize,
    labels: usize,
    keep_min: f64,
) -> Result<ShapeConsolidation<S>, ShapesError> {
    // Parameters are not found on what is wrong; the first object that is wrong is named.
    let mut sample = fitted(objects);
    if sample.any(|(at, object)| check_one(at, object, workers, labels).is_err()) {
        check(objects, workers, labels)?;
    }
    let crowd = Crowd::fit_checked(objects, workers, labels);
    let mut scratch = Scratch::default();
    let mut counts = vec![Counts::default(); workers];
    let mut decisions = Vec::with_capacity(objects.len());
    // Checked when its turn comes: to read all objects once more beforehand takes a tenth of the time.
    for (at, object) in objects.iter().enumerate() {
        check_one(at, object, workers, labels)?;
        decisions.push(crowd.decide_checked(object, keep_min, &mut scratch, &mut counts));
    }
    let workers = counts
        .iter()
        .enumerate()
        .map(|(worker, count)| ShapeSkill {
            label_accuracy: crowd.naming.accuracy(worker),
            bias: crowd.positions.bias::<S>(worker),
            noise: crowd.positions.noise(worker),
            ..count.skill()
        })
        .collect();
    Ok(ShapeConsolidation {
        objects: decisions,
        workers,
    })
}
