//! Any number of labeled shapes per answer, any number per object: bounding boxes and their like.
//!
//! All shapes are consolidated alike: shapes of different workers that show the same thing are
//! matched ([`grouping`]), how probable it is that the thing is there is found from who drew it and
//! who did not ([`presence`]), its label from who said what ([`naming`]), and its place from who
//! draws how exactly and how generously ([`position`]). What differs is in the file of each shape.
//!
//! To add a shape, add a file that looks like [`bounding_box`] and implements [`Shape`].

pub mod agreement;
pub mod bounding_box;
pub mod cairn;
pub(crate) mod counts;
pub mod geometry;
pub(crate) mod grouping;
pub mod keypoint;
pub mod line;
pub(crate) mod naming;
pub mod plain;
pub mod polygon;
pub mod polyline;
pub(crate) mod position;
pub(crate) mod prepare;
pub(crate) mod presence;
pub(crate) mod reach;
pub mod rotated_box;
pub(crate) mod sample;

use std::cmp::Ordering;

use thiserror::Error;

pub use bounding_box::BoundingBox;
pub use geometry::{POINTS_MAX, Point};
pub use keypoint::Keypoint;
pub use line::Line;
pub use polygon::Polygon;
pub use polyline::Polyline;
pub use rotated_box::RotatedBox;

/// Shapes that all answers to one object may have together: every two of them are compared.
pub const SHAPES_MAX: usize = 4_096;

/// Width and height of an object in pixels, both above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
}

/// A shape and what it shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Labeled<S> {
    /// Index of the label category.
    pub label: u32,
    /// Where it is.
    pub shape: S,
}

/// One worker's answer to an object.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeAnswer<S> {
    /// Which worker.
    pub worker: u32,
    /// What the worker drew; empty says that there is nothing, which is an answer.
    pub shapes: Vec<Labeled<S>>,
}

/// The answers to one object.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectShapes<S> {
    /// The object's size: shapes are clipped to it. Without one they are taken as they are.
    pub size: Option<Size>,
    /// In order of submission: when a worker answered twice, the last answer stands.
    pub answers: Vec<ShapeAnswer<S>>,
}

/// How shapes become labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Method {
    /// Workers weighted by what all of their answers tell of them: see [`cairn`].
    #[default]
    Cairn,
    /// Follows what Ground Truth documents: see [`plain`].
    GroundTruth,
    /// Averages that favour smaller shapes, with unmatched shapes rejected: see [`plain`].
    Smaller,
}

/// How to consolidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How shapes become labels.
    pub method: Method,
    /// The probability at which a thing counts as there, in 0..=1 ([`Method::Cairn`] only).
    pub keep_min: f64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            method: Method::Cairn,
            keep_min: 0.5,
        }
    }
}

/// A shape that is concluded.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsolidatedShape<S> {
    /// Index of the label category.
    pub label: u32,
    /// Where it is.
    pub shape: S,
    /// How probable it is that the thing is there, has this label, and that the shape matches it
    /// (for shapes with an area: with an intersection over union of at least one half); in 0..=1.
    /// For the methods in [`plain`] a figure of their own.
    pub confidence: f64,
    /// The workers who drew it, ascending.
    pub supporters: Vec<u32>,
}

/// What the answers to one object amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeDecision<S> {
    /// What is there, highest confidence first. May be empty.
    pub shapes: Vec<ConsolidatedShape<S>>,
    /// How probable it is that nothing is there: the mean of what the model says, of what somebody drew and
    /// of what all who answered may miss, and of the share of workers who drew nothing; for the methods in
    /// [`plain`] that share alone.
    pub nothing: f64,
    /// How many answers counted, at most one a worker.
    pub answers: u32,
    /// Shapes that could not count.
    pub ignored: Vec<Ignored>,
}

impl<S> ShapeDecision<S> {
    /// The confidence of the shapes together: their mean, and where there are none that nothing is there.
    pub fn confidence(&self) -> f64 {
        if self.shapes.is_empty() {
            return self.nothing;
        }
        let sum: f64 = self.shapes.iter().map(|shape| shape.confidence).sum();
        sum / self.shapes.len() as f64
    }
}

/// A shape that does not count. Its answer does, with its other shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Position of the answer in its object.
    pub answer: u32,
    /// Position of the shape in the answer.
    pub shape: u32,
    /// Why.
    pub reason: Reason,
}

/// Why a shape does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has no extent: no width or no height, or too few points.
    NoArea,
    /// It lies outside the object.
    Outside,
}

/// How well one worker draws.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ShapeSkill {
    /// How many of the worker's answers counted.
    pub answers: u32,
    /// How many shapes they had that counted.
    pub shapes: u32,
    /// Estimated share of the things there that the worker does not draw.
    pub miss_rate: f64,
    /// Estimated share of the worker's shapes that show nothing.
    pub false_alarm_rate: f64,
    /// Estimated share of right labels.
    pub label_accuracy: f64,
    /// How far the worker draws outward, by kind of offset of the shape, in units of [`Self::noise`]
    /// of the crowd; empty where the method does not estimate it.
    pub bias: Vec<f64>,
    /// Standard deviation of the worker's offsets over that of the crowd; 0 where not estimated.
    pub noise: f64,
}

/// The result for a whole batch.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeConsolidation<S> {
    /// By object; `None` where nobody answered.
    pub objects: Vec<Option<ShapeDecision<S>>>,
    /// By worker.
    pub workers: Vec<ShapeSkill>,
}

/// Why answers cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum ShapesError {
    /// The worker index is not below the number of workers.
    #[error(
        "object {object}, answer {answer}: worker {worker} is outside the list of {workers} workers"
    )]
    Worker {
        /// Which object.
        object: usize,
        /// Position of the answer.
        answer: usize,
        /// The index found.
        worker: u32,
        /// How many workers there are.
        workers: usize,
    },
    /// The label index is not below the number of labels.
    #[error(
        "object {object}, answer {answer}, shape {shape}: label {label} is outside the list of {labels} labels"
    )]
    Label {
        /// Which object.
        object: usize,
        /// Position of the answer.
        answer: usize,
        /// Position of the shape.
        shape: usize,
        /// The index found.
        label: u32,
        /// How many labels there are.
        labels: usize,
    },
    /// A coordinate is not a number, or beyond [`COORDINATE_MAX`]; or there are more than [`POINTS_MAX`] points.
    #[error(
        "object {object}, answer {answer}, shape {shape}: a coordinate is not a number of at most {COORDINATE_MAX:e}, or there are more than {POINTS_MAX} points"
    )]
    Coordinate {
        /// Which object.
        object: usize,
        /// Position of the answer.
        answer: usize,
        /// Position of the shape.
        shape: usize,
    },
    /// The object has no size.
    #[error("object {object}: {width} x {height} is not the size of an object")]
    Size {
        /// Which object.
        object: usize,
        /// The width found.
        width: f64,
        /// The height found.
        height: f64,
    },
    /// The answers to an object have more than [`SHAPES_MAX`] shapes.
    #[error("object {object}: its answers have {shapes} shapes, more than {SHAPES_MAX}")]
    TooMany {
        /// Which object.
        object: usize,
        /// How many there are.
        shapes: usize,
    },
    /// The least probability is not one.
    #[error("{0} is not a probability to keep a shape at")]
    KeepMin(f64),
}

/// The largest coordinate, in pixels: products of four of them are still numbers.
pub const COORDINATE_MAX: f64 = 1e9;

/// What consolidation must know of a kind of shape. Its methods are given shapes that passed
/// [`Shape::is_sound`] and [`Shape::has_extent`].
pub trait Shape: Clone {
    /// Kinds of offsets in which a worker has a bias, such as the four edges of a box.
    const BIASES: usize;
    /// Kinds of offsets in which a worker has a noise.
    const NOISES: usize;
    /// How much less alike two shapes are for having different labels: 1 is not at all, 0 never the same.
    const OTHER_LABEL: f64 = 0.75;
    /// Shapes on which the workers' parameters are found; fewer where one takes long.
    const FITTED_MAX: usize = 60_000;

    /// Whether all coordinates are numbers of at most [`COORDINATE_MAX`].
    fn is_sound(&self) -> bool;
    /// Whether there is anything to match.
    fn has_extent(&self) -> bool;
    /// The part of it within the object; none when it lies outside.
    fn clipped(&self, size: Size) -> Option<Self>;
    /// An order by content, so that the order of the answers changes nothing.
    fn order(&self, other: &Self) -> Ordering;
    /// Where it begins and ends, where that tells which shapes are not alike at all: shapes come in the order of
    /// where they begin, and those that begin at the end of another or beyond are not compared with it.
    #[inline]
    fn span(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
    /// How alike they are, in 0..=1. `reach` is the distance that is usual between two workers'
    /// shapes of the same thing, for shapes that are compared by distance.
    fn likeness(&self, other: &Self, reach: f64) -> f64;
    /// Distance of two shapes, for shapes whose likeness needs a reach; none for others.
    fn distance(&self, _other: &Self) -> Option<f64> {
        None
    }
    /// The corners of the smallest upright box around it, and the same shape with the middle of that box
    /// elsewhere, for shapes whose likeness needs a reach; none for others.
    fn bounds(&self) -> Option<(Point, Point)> {
        None
    }
    /// See [`Shape::bounds`].
    fn placed(&self, _at: Point) -> Option<Self> {
        None
    }
    /// How large it is in pixels, above 0: workers' noise grows with it.
    fn extent(&self) -> f64;
    /// What favouring smaller shapes weighs: an area, or what comes next to it; above 0.
    fn area(&self) -> f64;
    /// A robust middle to start from. There is at least one member.
    fn middle(members: &[&Self]) -> Self;
    /// How far `member` is from this shape, one number an offset, outward being positive where there
    /// is an outward; always as many for one shape. Appended to `offsets`.
    fn offsets(&self, member: &Self, offsets: &mut Vec<f64>);
    /// The kinds of bias and of noise of an offset; no bias where one would mean nothing.
    fn kinds(offset: usize) -> (Option<usize>, usize);
    /// The kind of noise that goes with a kind of bias.
    fn noise_of_bias(bias: usize) -> usize;
    /// This shape with its offsets moved; itself where the result would have no extent.
    fn moved(&self, by: &[f64]) -> Self;
    /// The probability that the shape matches the true one when its offsets have these standard
    /// deviations.
    fn match_chance(&self, deviations: &[f64]) -> f64;
    /// The shape to publish: without what only consolidation needed.
    fn finished(self) -> Self {
        self
    }
}

/// Decides each object.
///
/// `workers` and `labels` are how many of each there are.
pub fn consolidate<S: Shape>(
    objects: &[ObjectShapes<S>],
    workers: usize,
    labels: usize,
    options: Options,
) -> Result<ShapeConsolidation<S>, ShapesError> {
    if !(0.0..=1.0).contains(&options.keep_min) {
        return Err(ShapesError::KeepMin(options.keep_min));
    }
    let rule = match options.method {
        Method::Cairn => return cairn::consolidate(objects, workers, labels, options.keep_min),
        Method::GroundTruth => plain::Rule::GroundTruth,
        Method::Smaller => plain::Rule::Smaller,
    };
    prepare::check(objects, workers, labels)?;
    Ok(plain::consolidate(objects, workers, labels, rule))
}
