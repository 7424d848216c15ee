//! The shapes of one object that count, in an order of their content.

use super::{Ignored, ObjectShapes, Reason, SHAPES_MAX, Shape, ShapesError, Size};

/// A shape of a worker.
#[derive(Clone, Debug)]
pub(crate) struct Item<S> {
    pub worker: u32,
    pub label: u32,
    pub shape: S,
}

/// The bits of a position among the items of an object.
const PLACES: u64 = (1 << 12) - 1;
const _: () = assert!(SHAPES_MAX <= 1 << 12);

/// A number whose order is that of [`f64::total_cmp`].
fn ascending(value: f64) -> u64 {
    let bits = value.to_bits();
    let is_below = bits >> 63 == 1;
    if is_below { !bits } else { bits | 1 << 63 }
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
    pub size: Option<Size>,
    /// Workers with the positions of their answers from the end, as one number.
    last: Vec<u64>,
    /// The items as they come.
    given: Vec<Item<S>>,
    /// Where they begin, with their positions: what they are sorted by first.
    order: Vec<u64>,
}

impl<S> Default for Prepared<S> {
    fn default() -> Self {
        Prepared {
            items: Vec::new(),
            answered: Vec::new(),
            ignored: Vec::new(),
            size: None,
            last: Vec::new(),
            given: Vec::new(),
            order: Vec::new(),
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
        self.given.clear();
        self.answered.clear();
        self.ignored.clear();
        self.size = object.size;
        let answers = &object.answers;
        // Who answered last comes first among a worker's answers.
        let all = answers.iter().enumerate();
        self.last.clear();
        self.last.extend(
            all.map(|(at, answer)| {
                u64::from(answer.worker) << 32 | u64::from(u32::MAX - at as u32)
            }),
        );
        self.last.sort_unstable();
        self.last.dedup_by_key(|last| *last >> 32);
        for last in self.last.iter().copied() {
            let (worker, answer) = ((last >> 32) as u32, (u32::MAX - last as u32) as usize);
            self.answered.push(worker);
            for (at, labeled) in answers[answer].shapes.iter().enumerate() {
                match sound(&labeled.shape, object) {
                    Ok(shape) => self.given.push(Item {
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
        self.sort();
        self.ignored
            .sort_unstable_by_key(|ignored| (ignored.answer, ignored.shape));
    }

    /// Brings the items into order: by where they begin, then by all of their content. The first is
    /// sorted as one number with the position; few items begin so near to each other that more is asked of them.
    fn sort(&mut self) {
        let items = &self.given;
        self.order.clear();
        let begins = items.iter().map(|item| ascending(item.shape.span().0));
        self.order
            .extend(begins.zip(0..).map(|(begin, at)| begin & !PLACES | at));
        self.order.sort_unstable();
        let item = |place: &u64| &items[(place & PLACES) as usize];
        for near in self
            .order
            .chunk_by_mut(|one, two| one & !PLACES == two & !PLACES)
        {
            if near.len() > 1 {
                near.sort_by(|one, two| {
                    let (one, two) = (item(one), item(two));
                    let begins = one.shape.span().0.total_cmp(&two.shape.span().0);
                    begins
                        .then_with(|| one.shape.order(&two.shape))
                        .then(one.label.cmp(&two.label))
                });
            }
        }
        self.items.clear();
        self.items.extend(self.order.iter().map(item).cloned());
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
