//! Semantic segmentation: a class for each pixel.
//!
//! Masks are run-length coded ([`Mask`]) and stay so: the work follows the number of runs, not of
//! pixels. [`consolidate`] does everything; what it may do differently is in [`Options`].
//!
//! Each method's file says what it assumes. All of them choose among the classes that somebody gave a
//! pixel, and all share one measure of confidence, [`Decision::confidence`].

mod cairn;
mod mask;
mod measure;
mod patterns;
mod smoothed;
mod solidity;
mod vote;
mod weighted;

pub use mask::{Mask, Order, Run, Shape};
pub use measure::LEVELS;

use patterns::Patterns;

/// Classes that there may be.
pub const CLASSES_MAX: usize = 1024;

/// One worker's answer to one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskAnswer {
    /// Index of the worker.
    pub worker: u32,
    /// What they drew.
    pub mask: Mask,
}

/// How masks are consolidated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Method {
    /// Votes weighted by agreement with the others: see `masks/cairn.rs`.
    #[default]
    Cairn,
    /// Each pixel's most given class: see `masks/vote.rs`.
    Vote,
    /// Votes by reliability, worker by worker and class by class: see `masks/weighted.rs`.
    Weighted,
    /// Votes, where neighbouring pixels count too: see `masks/smoothed.rs`.
    Smoothed,
}

/// What [`consolidate`] may do differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Which method.
    pub method: Method,
    /// Whether the same worker index on two objects is the same person. Where it is only a position,
    /// nothing is learnt about it from one object to another.
    pub workers_are_persons: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            method: Method::default(),
            workers_are_persons: true,
        }
    }
}

/// What the answers to one object amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The class concluded for each pixel.
    pub mask: Mask,
    /// How unsure each pixel's class is, in steps of 1 / [`LEVELS`]: the class of this mask is
    /// [`LEVELS`] times the part of the (weighted) votes that went to other classes, rounded.
    pub uncertainty: Mask,
    /// IoU with the truth that is to be expected if a pixel is of a class as often as the (weighted)
    /// share of votes says: the mean over the label's classes but the background, or of the
    /// background where there is nothing else. In 0..=1; 0 when a single worker answered, because
    /// nobody agreed or disagreed.
    pub confidence: f64,
    /// Mean IoU of all pairs of answers, each over the classes but background that either has;
    /// `None` for a single answer.
    pub agreement: Option<f64>,
    /// How many answers counted.
    pub answers: u32,
}

/// How one worker's answers fit the labels that were concluded.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Skill {
    /// How many of the worker's answers counted.
    pub answers: u32,
    /// Mean IoU with others' answers to the same objects; `None` without others.
    pub agreement: Option<f64>,
    /// By class, the share of its expected pixels to which the worker gave it; `None` where it was
    /// not met.
    pub accuracies: Vec<Option<f64>>,
}

/// The result for a whole batch.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Consolidation {
    /// By object; `None` where nobody answered.
    pub objects: Vec<Option<Decision>>,
    /// By worker; empty where workers are not persons.
    pub workers: Vec<Skill>,
    /// Mean of the objects' agreement; `None` where no object has two answers.
    pub agreement: Option<f64>,
}

/// Why masks cannot be made or consolidated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// No pixels, or more than can be counted.
    #[error("a mask of {width} × {height} pixels: at least 1 and at most 4294967295 are possible")]
    Size {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// Runs or bytes do not fill the mask exactly.
    #[error("runs of {sum} pixels in a mask of {pixels}")]
    Sum {
        /// Pixels that there are runs for.
        sum: u64,
        /// Pixels of the mask.
        pixels: u64,
    },
    /// A class that is not below the number of classes.
    #[error("run or pixel {at}: class {class} is outside the {classes} classes")]
    Class {
        /// Position in what was given.
        at: usize,
        /// The class found.
        class: usize,
        /// How many classes there are.
        classes: usize,
    },
    /// No classes, or more than [`CLASSES_MAX`].
    #[error("{classes} classes: at least 1 and at most {CLASSES_MAX} are possible")]
    Classes {
        /// How many were asked for.
        classes: usize,
    },
    /// An answer's mask has a class that is not below the number of classes.
    #[error("object {object}, answer {at}: class {class} is outside the {classes} classes")]
    AnswerClass {
        /// Index of the object.
        object: usize,
        /// Position among its answers.
        at: usize,
        /// The class found.
        class: usize,
        /// How many classes there are.
        classes: usize,
    },
    /// A worker index that is not below the number of workers.
    #[error(
        "object {object}, answer {at}: worker {worker} is outside the list of {workers} workers"
    )]
    Worker {
        /// Index of the object.
        object: usize,
        /// Position among its answers.
        at: usize,
        /// The index found.
        worker: u32,
        /// How many workers there are.
        workers: usize,
    },
    /// An answer's mask has another size, or another order of pixels, than the object's first one.
    #[error(
        "object {object}, answer {at}: a mask of {} × {} in {:?}, not of {} × {} in {:?} as the first",
        found.width, found.height, found.order, first.width, first.height, first.order
    )]
    Shape {
        /// Index of the object.
        object: usize,
        /// Position among its answers.
        at: usize,
        /// The shape found.
        found: Shape,
        /// The shape of the object's first answer.
        first: Shape,
    },
}

/// Concludes a mask for each object from its answers, given in order of submission: of two answers of
/// one worker to an object the last stands. Classes are below `classes`, 0 is the background; workers
/// are below `workers`.
///
/// Memory: 8 bytes for each place where any answer's class changes, and the patterns of classes that
/// occur together (mostly some hundreds an object, never more than such places).
pub fn consolidate(
    objects: &[Vec<MaskAnswer>],
    workers: usize,
    classes: usize,
    options: &Options,
) -> Result<Consolidation, MaskError> {
    if classes == 0 || classes > CLASSES_MAX {
        return Err(MaskError::Classes { classes });
    }
    let mut standing = Vec::with_capacity(objects.len());
    for (object, answers) in objects.iter().enumerate() {
        check(object, answers, workers, classes)?;
        standing.push(Standing::of(answers, options.workers_are_persons));
    }
    let workers = if options.workers_are_persons {
        workers
    } else {
        let answers = standing.iter().map(|standing| standing.masks.len());
        answers.max().unwrap_or(0)
    };
    let patterns: Vec<Patterns> = standing
        .into_iter()
        .map(|standing| Patterns::count(standing.workers, &standing.masks, classes))
        .collect();
    let agreements: Vec<Vec<f64>> = patterns
        .iter()
        .map(|patterns| cairn::agreements(patterns, classes))
        .collect();
    let beliefs = match options.method {
        Method::Cairn => cairn::beliefs(
            &patterns,
            &agreements,
            workers,
            classes,
            options.workers_are_persons,
        ),
        Method::Weighted => {
            weighted::posteriors(&patterns, workers, classes, options.workers_are_persons)
        }
        Method::Vote | Method::Smoothed => patterns.iter().map(vote::equal_shares).collect(),
    };

    let mut consolidation = Consolidation::default();
    for ((patterns, beliefs), agreements) in patterns.iter().zip(&beliefs).zip(&agreements) {
        if patterns.answers() == 0 {
            consolidation.objects.push(None);
            continue;
        }
        let labels = patterns.labels(beliefs);
        let measured = match options.method {
            Method::Cairn | Method::Vote => measure::of_labels(patterns, beliefs, &labels, classes),
            // These posteriors are far too sure: the model has every pixel's errors independent.
            Method::Weighted => {
                let shares = vote::equal_shares(patterns);
                measure::of_labels(patterns, &shares, &labels, classes)
            }
            Method::Smoothed => {
                let mask = smoothed::label(patterns, beliefs, &labels);
                measure::of_mask(patterns, beliefs, mask, classes)
            }
        };
        let is_single = patterns.answers() < 2;
        consolidation.objects.push(Some(Decision {
            mask: measured.mask,
            uncertainty: measured.uncertainty,
            confidence: if is_single { 0.0 } else { measured.expected },
            agreement: (!is_single).then(|| mean(agreements)),
            answers: patterns.answers() as u32,
        }));
    }
    if options.workers_are_persons {
        consolidation.workers = measure::skills(&patterns, &beliefs, &agreements, workers, classes);
    }
    let decisions = consolidation.objects.iter().flatten();
    let known: Vec<f64> = decisions
        .filter_map(|decision| decision.agreement)
        .collect();
    consolidation.agreement = (!known.is_empty()).then(|| mean(&known));
    Ok(consolidation)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn check(
    object: usize,
    answers: &[MaskAnswer],
    workers: usize,
    classes: usize,
) -> Result<(), MaskError> {
    for (at, answer) in answers.iter().enumerate() {
        let (first, found) = (answers[0].mask.shape(), answer.mask.shape());
        if found != first {
            return Err(MaskError::Shape {
                object,
                at,
                found,
                first,
            });
        }
        let worker = answer.worker;
        if worker as usize >= workers {
            return Err(MaskError::Worker {
                object,
                at,
                worker,
                workers,
            });
        }
        let class = answer.mask.classes().iter().copied().fold(0, u16::max);
        if usize::from(class) >= classes {
            let class = usize::from(class);
            return Err(MaskError::AnswerClass {
                object,
                at,
                class,
                classes,
            });
        }
    }
    Ok(())
}

/// The answers to one object that count, by worker, so that the order of others does not matter.
struct Standing<'a> {
    workers: Vec<u32>,
    masks: Vec<&'a Mask>,
}

impl<'a> Standing<'a> {
    /// Where workers are not persons, they are numbered within the object.
    fn of(answers: &'a [MaskAnswer], workers_are_persons: bool) -> Standing<'a> {
        let mut sorted: Vec<&MaskAnswer> = answers.iter().rev().collect();
        // Stable: a worker's last answer comes first, and stays.
        sorted.sort_by_key(|answer| answer.worker);
        sorted.dedup_by_key(|answer| answer.worker);
        let numbers = (0..).zip(&sorted);
        Standing {
            workers: numbers
                .map(|(at, answer)| {
                    if workers_are_persons {
                        answer.worker
                    } else {
                        at
                    }
                })
                .collect(),
            masks: sorted.iter().map(|answer| &answer.mask).collect(),
        }
    }
}
