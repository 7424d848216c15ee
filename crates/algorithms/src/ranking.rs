//! Items compared by workers, and the order of the items that follows.
//!
//! An answer is either a [`Comparison`] of two items or an [`Order`] of several. An order is taken
//! apart into all of its pairs (full rank breaking, consistent for Plackett-Luce orders: Azari
//! Soufiani et al., "Generalized method-of-moments for rank aggregation", 2013). The pairs of one
//! order hang together, so each weighs 2/n: an order of n items weighs as n − 1 comparisons, which
//! is how many free choices it holds.
//!
//! Every comparison counts, also where a worker judges the same pair again: whether a later answer
//! replaces an earlier one is known by the caller, who knows what was asked.

pub mod bradley_terry;
pub(crate) mod curvature;
pub mod win_share;

use thiserror::Error;

/// Items that one order may have: it is taken apart into all of its pairs.
pub const ORDER_MAX: usize = 1_000;

/// What a worker says of two items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preferred {
    /// The left one is the better.
    Left,
    /// The right one is the better.
    Right,
    /// They are equal. Counts as half an answer for either.
    Neither,
}

/// One worker's answer about two items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Which worker.
    pub worker: u32,
    /// Which item.
    pub left: u32,
    /// Which other item.
    pub right: u32,
    /// Which of them is the better.
    pub preferred: Preferred,
}

/// One worker's order of several items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which worker.
    pub worker: u32,
    /// The items, best first; those of one place are equal.
    pub places: Vec<Vec<u32>>,
}

/// Why comparisons cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ComparisonsError {
    /// The item index is not below the number of items.
    #[error("answer {at}: item {item} is outside the list of {items} items")]
    Item {
        /// Position in the list given; orders are counted after the comparisons.
        at: usize,
        /// The index found.
        item: u32,
        /// How many items there are.
        items: usize,
    },
    /// The worker index is not below the number of workers.
    #[error("answer {at}: worker {worker} is outside the list of {workers} workers")]
    Worker {
        /// Position in the list given; orders are counted after the comparisons.
        at: usize,
        /// The index found.
        worker: u32,
        /// How many workers there are.
        workers: usize,
    },
    /// An order is longer than the pairs of it could be kept.
    #[error("answer {at}: an order of {found} items is longer than {ORDER_MAX}")]
    Long {
        /// Position in the list given; orders are counted after the comparisons.
        at: usize,
        /// How many items it has.
        found: usize,
    },
    /// An item is compared with itself.
    #[error("answer {at}: item {item} is compared with itself")]
    Itself {
        /// Position in the list given; orders are counted after the comparisons.
        at: usize,
        /// The item.
        item: u32,
    },
}

/// A pair as it counts: `left` is the smaller index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pair {
    pub(crate) worker: u32,
    pub(crate) left: u32,
    pub(crate) right: u32,
    /// 1 when the left item was preferred, 0 when the right one, a half when neither.
    pub(crate) for_left: f64,
    /// 1 of a comparison, less of a pair of an order.
    pub(crate) weight: f64,
}

/// Answers about items, checked once.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparisons {
    items: usize,
    workers: usize,
    /// Sorted, so that sums come out the same in whatever order the answers were given.
    pairs: Vec<Pair>,
    /// By worker: comparisons and orders.
    answers: Vec<u32>,
}

impl Comparisons {
    /// Takes the answers of `workers` workers about `items` items.
    pub fn new(
        items: usize,
        workers: usize,
        comparisons: &[Comparison],
        orders: &[Order],
    ) -> Result<Comparisons, ComparisonsError> {
        let known_worker = |at: usize, worker: u32| match (worker as usize) < workers {
            true => Ok(()),
            false => Err(ComparisonsError::Worker {
                at,
                worker,
                workers,
            }),
        };
        let known_item = |at: usize, item: u32| match (item as usize) < items {
            true => Ok(()),
            false => Err(ComparisonsError::Item { at, item, items }),
        };
        let mut pairs = Vec::with_capacity(comparisons.len());
        let mut answers = vec![0u32; workers];
        for (at, one) in comparisons.iter().enumerate() {
            known_worker(at, one.worker)?;
            known_item(at, one.left)?;
            known_item(at, one.right)?;
            if one.left == one.right {
                return Err(ComparisonsError::Itself { at, item: one.left });
            }
            let for_left = match one.preferred {
                Preferred::Left => 1.0,
                Preferred::Right => 0.0,
                Preferred::Neither => 0.5,
            };
            pairs.push(Pair::new(one.worker, one.left, one.right, for_left, 1.0));
            answers[one.worker as usize] += 1;
        }
        for (at, order) in orders.iter().enumerate() {
            let at = comparisons.len() + at;
            known_worker(at, order.worker)?;
            let placed: Vec<(usize, u32)> = order
                .places
                .iter()
                .enumerate()
                .flat_map(|(place, items)| items.iter().map(move |item| (place, *item)))
                .collect();
            if placed.len() > ORDER_MAX {
                let found = placed.len();
                return Err(ComparisonsError::Long { at, found });
            }
            let mut named: Vec<u32> = placed.iter().map(|(_, item)| *item).collect();
            named.sort_unstable();
            for item in &named {
                known_item(at, *item)?;
            }
            if let Some(twice) = named.windows(2).find(|two| two[0] == two[1]) {
                return Err(ComparisonsError::Itself { at, item: twice[0] });
            }
            let weight = 2.0 / placed.len().max(2) as f64;
            for (before, (place, left)) in placed.iter().enumerate() {
                for (other, right) in &placed[before + 1..] {
                    let for_left = if place == other { 0.5 } else { 1.0 };
                    pairs.push(Pair::new(order.worker, *left, *right, for_left, weight));
                }
            }
            answers[order.worker as usize] += 1;
        }
        pairs.sort_by(|one, other| {
            (one.left, one.right, one.worker)
                .cmp(&(other.left, other.right, other.worker))
                .then(one.for_left.total_cmp(&other.for_left))
                .then(one.weight.total_cmp(&other.weight))
        });
        Ok(Comparisons {
            items,
            workers,
            pairs,
            answers,
        })
    }

    /// How many items there are, compared or not.
    pub fn items(&self) -> usize {
        self.items
    }

    /// How many workers there are, including those without an answer.
    pub fn workers(&self) -> usize {
        self.workers
    }

    /// How many comparisons and orders a worker gave.
    pub fn answers_of(&self, worker: usize) -> u32 {
        self.answers[worker]
    }

    pub(crate) fn pairs(&self) -> &[Pair] {
        &self.pairs
    }
}

impl Pair {
    fn new(worker: u32, left: u32, right: u32, for_left: f64, weight: f64) -> Pair {
        let (left, right, for_left) = if left < right {
            (left, right, for_left)
        } else {
            (right, left, 1.0 - for_left)
        };
        Pair {
            worker,
            left,
            right,
            for_left,
            weight,
        }
    }
}

/// Items by score, highest first. Scores that differ only by the noise of adding in another order
/// are equal, and equal ones come by index.
pub fn order_of(scores: &[f64]) -> Vec<u32> {
    let rounded: Vec<f64> = scores
        .iter()
        .map(|score| (score * 1e9).round() + 0.0)
        .collect();
    let mut order: Vec<u32> = (0..scores.len() as u32).collect();
    order.sort_by(|one, other| rounded[*other as usize].total_cmp(&rounded[*one as usize]));
    order
}
