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
pub(crate) mod posterior;
pub(crate) mod votes;
pub mod win_share;

use thiserror::Error;
use votes::{Said, Votes};

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

/// Answers about items, checked once.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparisons {
    items: usize,
    workers: usize,
    said: Said,
    votes: Votes,
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
        let mut said = Said::default();
        let mut answers = vec![0u32; workers];
        for (at, one) in comparisons.iter().enumerate() {
            known_worker(at, one.worker)?;
            known_item(at, one.left)?;
            known_item(at, one.right)?;
            if one.left == one.right {
                return Err(ComparisonsError::Itself { at, item: one.left });
            }
            let (left, right) = match one.preferred {
                Preferred::Left => (0, 1),
                Preferred::Right => (1, 0),
                Preferred::Neither => (0, 0),
            };
            let placed = [(one.left, left), (one.right, right)];
            said.push(one.worker, placed.into_iter());
            answers[one.worker as usize] += 1;
        }
        for (at, order) in orders.iter().enumerate() {
            let at = comparisons.len() + at;
            known_worker(at, order.worker)?;
            let placed = (0..).zip(&order.places);
            let placed: Vec<(u32, u32)> = placed
                .flat_map(|(place, items)| items.iter().map(move |item| (*item, place)))
                .collect();
            if placed.len() > ORDER_MAX {
                let found = placed.len();
                return Err(ComparisonsError::Long { at, found });
            }
            let mut named: Vec<u32> = placed.iter().map(|(item, _)| *item).collect();
            named.sort_unstable();
            for item in &named {
                known_item(at, *item)?;
            }
            if let Some(twice) = named.windows(2).find(|two| two[0] == two[1]) {
                return Err(ComparisonsError::Itself { at, item: twice[0] });
            }
            said.push(order.worker, placed.into_iter());
            answers[order.worker as usize] += 1;
        }
        let said = said.sorted();
        Ok(Comparisons {
            items,
            workers,
            votes: said.votes(items),
            said,
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

    /// All pairs of all answers.
    pub(crate) fn votes(&self) -> &Votes {
        &self.votes
    }

    /// Fewer pairs of long orders; none where all pairs are few enough, or no order is long.
    pub(crate) fn thinned(&self) -> Option<Votes> {
        let is_much = self.votes.len() > votes::WHOLE_VOTES && self.said.is_long();
        let by_share = || order_of(&win_share::shares(self));
        is_much.then(|| self.said.thinned(self.items, &by_share()))
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
