//! What a fit knows of workers, in a form that outlives it: enough to give the posterior of one
//! object out of its answers, without the other objects.
//!
//! - The posterior is that of the fit, bit for bit: a fit publishes its objects by these very
//!   functions. The order of the answers does not matter.
//! - A worker the fit did not see is taken for the crowd: its matrix, its accuracy, how often all of
//!   it knows. For a label that a worker never gave, the model's smoothing stands in.
//! - Complexity: O(answers of the object × labels) for each model; about a microsecond.

mod bytes;

use super::cairn::Model;
use super::dawid_skene::Matrices;
use super::expectation_maximisation::sum_up;
use super::fixed::power_exact;
use super::guessing::Guesses;
use super::one_coin::Coins;
use super::pairs::Pairs;
use super::votes::Votes;

pub use bytes::ParametersError;

/// Where a table has an answer.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// The worker has given the label before.
    Pair(u32),
    /// The worker has never given the label.
    Label { worker: u32, label: u32 },
    /// The worker has never answered.
    Worker { label: u32 },
}

/// Logarithms of what answers say, with rows as wide as the sums.
pub(crate) trait Table {
    /// Adds what an answer says, which is at [`Place::Pair`].
    fn add_pair(&self, pairs: &Pairs, pair: usize, sums: &mut [i32]);
    /// The same for all other places.
    fn add_unseen(&self, place: Place, sums: &mut [i32]);
}

/// A model's tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tables {
    Matrices(Matrices),
    Coins(Coins),
    Guesses(Guesses),
}

/// One model of a mixture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) model: Model,
    pub(crate) weight: f64,
    /// Logarithms, in lanes.
    pub(crate) prior: Vec<i32>,
    pub(crate) tables: Tables,
}

/// What a fit knows of workers. See the head of this file.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    pub(crate) pairs: Pairs,
    pub(crate) votes: Votes,
    pub(crate) parts: Vec<Part>,
}

impl Parameters {
    /// How many labels there are.
    pub fn labels(&self) -> usize {
        self.pairs.labels
    }

    /// How many workers the fit knew of; one whose index is not below is taken for the crowd.
    pub fn workers(&self) -> usize {
        self.pairs.workers()
    }

    /// Probability of each label of an object with these answers, as (worker, label); sums to 1.
    /// When a worker is here twice, the last answer with a known label stands; a label that is not
    /// below the number of labels counts as not given. Without answers it is the prior.
    pub fn posterior(&self, answers: &[(u32, u32)]) -> Vec<f64> {
        let labels = self.pairs.labels;
        let known = answers
            .iter()
            .filter(|(_, label)| (*label as usize) < labels);
        let mut known: Vec<(u32, u32)> = known.rev().copied().collect();
        // Stable, and reversed: the last answer of each worker comes first.
        known.sort_by_key(|(worker, _)| *worker);
        known.dedup_by_key(|(worker, _)| *worker);
        let places: Vec<Place> = known
            .iter()
            .map(|(worker, label)| self.place(*worker, *label))
            .collect();
        let mut posterior = vec![0.0; labels];
        let mut scratch = Scratch::new(&self.pairs);
        self.mix(&places, &mut scratch, &mut posterior);
        let votes = known
            .iter()
            .map(|(worker, label)| (*label, self.votes.of(*worker)));
        self.votes.hold_back(votes, &mut posterior);
        posterior
    }

    fn place(&self, worker: u32, label: u32) -> Place {
        let at = worker as usize;
        if at >= self.pairs.workers() || self.pairs.of(at).is_empty() {
            return Place::Worker { label };
        }
        match self.pairs.find(at, label) {
            Some(pair) => Place::Pair(pair as u32),
            None => Place::Label { worker, label },
        }
    }

    /// The weighted mean of the models.
    pub(crate) fn mix(&self, places: &[Place], scratch: &mut Scratch, posterior: &mut [f64]) {
        posterior.fill(0.0);
        for part in &self.parts {
            match &part.tables {
                Tables::Matrices(table) => part.posterior(table, &self.pairs, places, scratch),
                Tables::Coins(table) => part.posterior(table, &self.pairs, places, scratch),
                Tables::Guesses(table) => part.posterior(table, &self.pairs, places, scratch),
            }
            for (sum, chance) in posterior.iter_mut().zip(&scratch.chances) {
                *sum += part.weight * chance;
            }
        }
    }
}

/// Room for one object, lent so that objects do not pay for it.
pub(crate) struct Scratch {
    sums: Vec<i32>,
    /// Posterior of the last model asked, in lanes.
    pub(crate) chances: Vec<f64>,
}

impl Scratch {
    pub(crate) fn new(pairs: &Pairs) -> Scratch {
        Scratch {
            sums: vec![0; pairs.stride],
            chances: vec![0.0; pairs.stride],
        }
    }
}

impl Part {
    fn posterior<T: Table>(
        &self,
        table: &T,
        pairs: &Pairs,
        places: &[Place],
        scratch: &mut Scratch,
    ) {
        let add = |at: usize, sums: &mut [i32]| match places[at] {
            Place::Pair(pair) => table.add_pair(pairs, pair as usize, sums),
            unseen => table.add_unseen(unseen, sums),
        };
        posterior(&self.prior, places.len(), add, pairs.labels, scratch);
    }
}

/// The posterior of an object, into the scratch: what every fit ends with.
pub(crate) fn posterior(
    prior: &[i32],
    count: usize,
    add: impl Fn(usize, &mut [i32]),
    labels: usize,
    scratch: &mut Scratch,
) {
    sum_up(prior, count, add, &mut scratch.sums);
    let most = scratch.sums.iter().copied().fold(i32::MIN, i32::max);
    for (chance, sum) in scratch.chances.iter_mut().zip(&scratch.sums) {
        *chance = power_exact(most - sum);
    }
    let all: f64 = scratch.chances[..labels].iter().sum();
    for chance in &mut scratch.chances {
        *chance /= all;
    }
}
