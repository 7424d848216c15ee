//! The shapes of one object that count, in an order of their content.

use super::{Ignored, ObjectShapes, Reason, SHAPES_MAX, Shape, ShapesError};

/// A shape of a worker.
#[derive(Clone, Debug)]
pub(crate) struct Item<S> {
    pub worker: u32,
    pub label: u32,
    pub shape: S,
}

/// One object's answers.
#[derive(Clone, Debug)]
pub(crate) struct Prepared<S> {
    /// Ordered by their content, so that neither the order of the answers nor the numbers of the
    /// workers decide anything.
    pub items: Vec<Item<S>>,
    /// Workers whose answers count, ascending.
    pub answered: Vec<u32>,
    pub ignored: Vec<Ignored>,
    /// Workers with the positions of their answers from the end.
    last: Vec<(u32, usize)>,
}

impl<S> Default for Prepared<S> {
    fn default() -> Self {
        Prepared {
            items: Vec::new(),
            answered: Vec::new(),
            ignored: Vec::new(),
            last: Vec::new(),
        }
    }
}

/// Refuses answers that name nothing or have coordinates that are no numbers.
pub(crate) fn check<S: Shape>(
    objects: &[ObjectShapes<S>],
    workers: usize,
    labels: usize,
) -> Result<(), ShapesError> {
    for (object, answers) in objects.iter().enumerate() {
        check_one(object, answers, workers, labels)?;
    }
    Ok(())
}

/// Like [`check`], for one object.
pub(crate) fn check_one<S: Shape>(
    object: usize,
    answers: &ObjectShapes<S>,
    workers: usize,
    labels: usize,
) -> Result<(), ShapesError> {
    if let Some(size) = answers.size {
        let is_size = |side: f64| side > 0.0 && side <= super::COORDINATE_MAX;
        if !is_size(size.width) || !is_size(size.height) {
            return Err(ShapesError::Size {
                object,
                width: size.width,
                height: size.height,
            });
        }
    }
    let shapes: usize = answers.answers.iter().map(|one| one.shapes.len()).sum();
    if shapes > SHAPES_MAX {
        return Err(ShapesError::TooMany { object, shapes });
    }
    for (answer, given) in answers.answers.iter().enumerate() {
        if given.worker as usize >= workers {
            return Err(ShapesError::Worker {
                object,
                answer,
                worker: given.worker,
                workers,
            });
        }
        for (shape, labeled) in given.shapes.iter().enumerate() {
            if labeled.label as usize >= labels {
                return Err(ShapesError::Label {
                    object,
                    answer,
                    shape,
                    label: labeled.label,
                    labels,
                });
            }
            if !labeled.shape.is_sound() {
                return Err(ShapesError::Coordinate {
                    object,
                    answer,
                    shape,
                });
            }
        }
    }
    Ok(())
}

impl<S: Shape> Prepared<S> {
    /// Takes an object's answers: each worker's last, clipped to the object.
    pub(crate) fn fill(&mut self, object: &ObjectShapes<S>) {
        self.items.clear();
        self.answered.clear();
        self.ignored.clear();
        let answers = &object.answers;
        // Who answered last comes first among a worker's answers.
        let all = answers.iter().enumerate();
        self.last.clear();
        self.last
            .extend(all.map(|(at, answer)| (answer.worker, usize::MAX - at)));
        self.last.sort_unstable();
        self.last.dedup_by_key(|(worker, _)| *worker);
        for (worker, from_end) in self.last.iter().copied() {
            self.answered.push(worker);
            let answer = usize::MAX - from_end;
            for (at, labeled) in answers[answer].shapes.iter().enumerate() {
                match sound(&labeled.shape, object) {
                    Ok(shape) => self.items.push(Item {
                        worker,
                        label: labeled.label,
                        shape,
                    }),
                    Err(reason) => self.ignored.push(Ignored {
                        answer: answer as u32,
                        shape: at as u32,
                        reason,
                    }),
                }
            }
        }
        self.items.sort_by(|one, other| {
            one.shape
                .order(&other.shape)
                .then(one.label.cmp(&other.label))
        });
        self.ignored
            .sort_unstable_by_key(|ignored| (ignored.answer, ignored.shape));
    }
}

fn sound<S: Shape>(shape: &S, object: &ObjectShapes<S>) -> Result<S, Reason> {
    if !shape.has_extent() {
        return Err(Reason::NoArea);
    }
    match object.size {
        None => Ok(shape.clone()),
        Some(size) => shape
            .clipped(size)
            .filter(Shape::has_extent)
            .ok_or(Reason::Outside),
    }
}
