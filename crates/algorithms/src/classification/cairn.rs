//! Cairn's own consolidation: several models of workers, weighted by how well each predicts answers
//! it has not seen, and held back by votes that weigh what their workers know.
//!
//! - Model: a mixture of four: Dawid and Skene's smoothed plainly and by groups of workers
//!   ([`super::dawid_skene`]), one accuracy a worker ([`super::one_coin`]), and knowing or guessing
//!   ([`super::guessing`]). No one of them is best for every crowd: whole matrices win where workers
//!   err in ways of their own, one accuracy where answers are few or most workers are wrong.
//! - Steps: weigh the models ([`super::weights`]), and fit each to all answers
//!   ([`super::expectation_maximisation`]). The posterior is two parts their weighted mean and three
//!   parts the shares of weighted votes ([`super::votes`]). The shares are there because
//!   workers of a crowd err together more than any of the models believes, which makes all of them
//!   too sure of themselves.
//! - Known truth: the posterior of an object whose label is given is that label, in every model and
//!   in the result. Earlier answers of workers are added to what is counted of them here.
//! - Source: stacking, see [`super::weights`]; which models, and the parts, are ours: see
//!   docs/decisions/2026-11-29-consolidation-models.md for what was tried.
//! - Complexity: four fits, O(answers × labels) a round, and the weights' on a sample.
//! - Ties: the label with the lowest index wins. Single answers: a posterior like any other, from
//!   what is known of the worker; the shares keep it from being sure.
//! - Missing workers: an object without answers gets no decision.

use super::dawid_skene::groups::LABELS_MAX;
use super::dawid_skene::{DawidSkene, Smoothing};
use super::expectation_maximisation::{WATCHED_MAX, fit as run};
use super::given::{check, check_size};
use super::groups::GROUPS;
use super::guessing::Guessing;
use super::one_coin::OneCoin;
use super::pairs::{Pairs, Seen, number};
use super::parameters::{Part, Place, Scratch, Tables};
use super::votes::Votes;
use super::weights::weigh;
use super::{Confusion, Consolidation, Skill, decisions, first_largest};
use crate::answers::Answers;

pub use super::given::{Earlier, FitError, Given};
pub use super::pairs::HISTORY_MAX;
pub use super::parameters::{Parameters, ParametersError};

/// Cells of eight bytes that all tables together may have, most of them with a row of labels for each
/// object, or each pair of worker and label given.
pub const CELLS_MAX: usize = 500_000_000;

/// A model of workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// A matrix for each worker, smoothed plainly.
    DawidSkene,
    /// A matrix for each worker, smoothed by those of their group.
    DawidSkeneGroups,
    /// One accuracy for each worker.
    OneCoin,
    /// Knowing or guessing.
    Guessing,
}

impl Model {
    /// All of them.
    pub const ALL: [Model; 4] = [
        Model::DawidSkene,
        Model::DawidSkeneGroups,
        Model::OneCoin,
        Model::Guessing,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Model::DawidSkene => "dawid-skene",
            Model::DawidSkeneGroups => "dawid-skene-groups",
            Model::OneCoin => "one-coin",
            Model::Guessing => "guessing",
        }
    }
}

/// Names of the models, in the order of [`Fitted::weights`].
pub const MODELS: [&str; 4] = ["dawid-skene", "dawid-skene-groups", "one-coin", "guessing"];

/// What the answers amount to, and what was learnt of the workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    posteriors: Vec<f64>,
    /// How much each of [`Model::ALL`] weighs; they sum to 1.
    pub weights: [f64; 4],
    /// By worker: how their answers here fit the posteriors; earlier answers are not among them.
    pub workers: Vec<Skill>,
    /// What gives the same posteriors, object by object, without the other objects.
    pub parameters: Parameters,
}

impl Fitted {
    /// Probability of each label of an object; sums to 1. The truth, where it is known; for all other
    /// objects [`Parameters::posterior`] gives the same, bit for bit.
    pub fn posterior(&self, object: usize) -> &[f64] {
        let labels = self.parameters.labels();
        &self.posteriors[object * labels..(object + 1) * labels]
    }
}

/// Decides each object.
pub fn consolidate(answers: &Answers) -> Result<Consolidation, FitError> {
    let fitted = estimate(answers)?;
    Ok(decide(answers, fitted))
}

/// Takes the label with the largest posterior of each object that has answers.
pub fn decide(answers: &Answers, fitted: Fitted) -> Consolidation {
    let objects = decisions(answers, |object| fitted.posterior(object), first_largest);
    Consolidation {
        objects,
        workers: fitted.workers,
    }
}

/// Finds the posteriors from the answers alone.
pub fn estimate(answers: &Answers) -> Result<Fitted, FitError> {
    fit(answers, &Given::default())
}

/// Fits the mixture to the answers and what is given besides.
pub fn fit(answers: &Answers, given: &Given<'_>) -> Result<Fitted, FitError> {
    mixture(answers, given, None)
}

/// Fits one model alone: its posteriors are the model's own, without the shares of the votes.
pub fn fit_one(answers: &Answers, given: &Given<'_>, model: Model) -> Result<Fitted, FitError> {
    mixture(answers, given, Some(model))
}

fn mixture(answers: &Answers, given: &Given<'_>, only: Option<Model>) -> Result<Fitted, FitError> {
    check(answers, given)?;
    let (pairs, seen) = number(answers, given);
    check_size(rows(&pairs, &seen), pairs.labels)?;
    let weights = match only {
        Some(only) => Model::ALL.map(|model| f64::from(u8::from(model == only))),
        None => weigh(&pairs, &seen),
    };
    let mut parts = Vec::new();
    // Without labels there is nothing to fit.
    if pairs.labels > 0 {
        for (model, weight) in Model::ALL.into_iter().zip(weights) {
            if only.is_none_or(|only| only == model) {
                parts.push(part(&pairs, &seen, model, weight));
            }
        }
    }
    let votes = Votes::none(pairs.workers());
    let mut parameters = Parameters {
        pairs,
        votes,
        parts,
    };
    let (posteriors, workers) = publish(&mut parameters, &seen, only.is_none());
    Ok(Fitted {
        posteriors,
        weights,
        workers,
        parameters,
    })
}

/// Rows of all tables that are there at one time.
fn rows(pairs: &Pairs, seen: &Seen) -> usize {
    // Of an object the posterior, and while a model is fitted the one before; of a pair what is counted,
    // what is learnt of it by two models, and what is published; of a worker what both models divide by;
    // of a label given the crowd's matrix and the groups', as numbers and as logarithms.
    let (objects, workers) = (seen.objects(), pairs.workers());
    let groups = if pairs.labels > LABELS_MAX { 1 } else { GROUPS };
    let each = [
        objects,
        objects.min(WATCHED_MAX) / 2,
        pairs.given.len().saturating_mul(4),
        workers,
        pairs.labels.saturating_mul(3 + 2 * groups),
    ];
    each.into_iter().fold(0, usize::saturating_add)
}

fn part(pairs: &Pairs, seen: &Seen, model: Model, weight: f64) -> Part {
    let dawid_skene = |smoothing: Smoothing| {
        let mut fitted = DawidSkene::new(pairs, smoothing);
        let prior = run(pairs, seen, &mut fitted);
        (prior, Tables::Matrices(fitted.finish(pairs)))
    };
    let (prior, tables) = match model {
        Model::DawidSkene => dawid_skene(Smoothing::Plain),
        Model::DawidSkeneGroups => dawid_skene(Smoothing::Groups),
        Model::OneCoin => {
            let mut fitted = OneCoin::new(pairs);
            let prior = run(pairs, seen, &mut fitted);
            (prior, Tables::Coins(fitted.finish()))
        }
        Model::Guessing => {
            let mut fitted = Guessing::new(pairs);
            let prior = run(pairs, seen, &mut fitted);
            (prior, Tables::Guesses(fitted.finish(pairs, seen)))
        }
    };
    Part {
        model,
        weight,
        prior,
        tables,
    }
}

/// Posteriors of all objects, with `is_held_back` by the votes, and the workers' skills by them.
fn publish(parameters: &mut Parameters, seen: &Seen, is_held_back: bool) -> (Vec<f64>, Vec<Skill>) {
    let pairs = &parameters.pairs;
    let labels = pairs.labels;
    let mut posteriors = vec![0.0; seen.objects() * labels];
    let mut counts = vec![0.0; pairs.given.len() * labels];
    let mut said = vec![0u32; pairs.given.len()];
    let mut scratch = Scratch::new(pairs);
    let mut known = seen.known.iter().peekable();
    let mut places = Vec::new();
    for (object, posterior) in posteriors.chunks_exact_mut(labels.max(1)).enumerate() {
        let own = seen.of(object);
        if let Some((_, truth)) = known.next_if(|(at, _)| *at as usize == object) {
            posterior[*truth as usize] = 1.0;
        } else {
            places.clear();
            places.extend(own.iter().map(|pair| Place::Pair(*pair)));
            parameters.mix(&places, &mut scratch, posterior);
        }
        // Before the votes come in, which make good workers look worse and bad ones better.
        for pair in own {
            let pair = *pair as usize;
            said[pair] += 1;
            let sums = &mut counts[pair * labels..(pair + 1) * labels];
            for (sum, chance) in sums.iter_mut().zip(posterior.iter()) {
                *sum += chance;
            }
        }
    }
    let workers = (0..pairs.workers())
        .map(|worker| skill(pairs, worker, &said, &counts))
        .collect();
    if is_held_back {
        let right: Vec<f64> = (pairs.given.iter().enumerate())
            .map(|(pair, given)| counts[pair * labels + *given as usize])
            .collect();
        parameters.votes = Votes::weigh(pairs, seen, &said, &right);
        hold_back(parameters, seen, &mut posteriors);
    }
    (posteriors, workers)
}

fn hold_back(parameters: &Parameters, seen: &Seen, posteriors: &mut [f64]) {
    let (pairs, votes) = (&parameters.pairs, &parameters.votes);
    let weights: Vec<u32> = (0..pairs.workers())
        .flat_map(|worker| std::iter::repeat_n(votes.workers[worker], pairs.of(worker).len()))
        .collect();
    let mut known = seen.known.iter().peekable();
    for (object, posterior) in posteriors.chunks_exact_mut(pairs.labels.max(1)).enumerate() {
        if known.next_if(|(at, _)| *at as usize == object).is_none() {
            let own = seen.of(object).iter().map(|pair| *pair as usize);
            let own = own.map(|pair| (pairs.given[pair], weights[pair]));
            votes.hold_back(own, posterior);
        }
    }
}

fn skill(pairs: &Pairs, worker: usize, said: &[u32], counts: &[f64]) -> Skill {
    let labels = pairs.labels;
    // Pairs of earlier answers alone are not the worker's here.
    let own = || pairs.of(worker).filter(|pair| said[*pair] > 0);
    let answers: u32 = own().map(|pair| said[pair]).sum();
    let right: f64 = own()
        .map(|pair| counts[pair * labels + pairs.given[pair] as usize])
        .sum();
    let mut confusion = Confusion::default();
    for pair in own() {
        confusion.push(pairs.given[pair], &counts[pair * labels..][..labels]);
    }
    Skill {
        answers,
        accuracy: right / f64::from(answers.max(1)),
        confusion,
    }
}
