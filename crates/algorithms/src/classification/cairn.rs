//! Cairn's own consolidation: several models of workers, weighted by how well each predicts answers
//! it has not seen, and held back by the plain shares of the votes.
//!
//! - Model: a mixture of four: Dawid and Skene's with plain and with the crowd's smoothing
//!   ([`super::dawid_skene`]), one accuracy a worker ([`super::one_coin`]), and knowing or guessing
//!   ([`super::guessing`]). No one of them is best for every crowd: whole matrices win where workers
//!   err in ways of their own, one accuracy where answers are few or most workers are wrong.
//! - Steps: the answers are cut into [`PARTS`] parts by their position. For each part every model is
//!   fitted to the others and asked for the probability of each answer left out: the posterior of
//!   its object times the worker's matrix. The weights are those that make the left-out answers most
//!   probable in the mixture (EM on the weights). Then every model is fitted to all answers; the
//!   posterior is three parts their weighted mean and one part the shares of the votes, each label
//!   with half a vote more. The shares are there because workers of a crowd err together more than
//!   any of the models believes, which makes all of them too sure of themselves.
//! - Source: stacking as in Wolpert, "Stacked generalization", 1992, and Yao et al., "Using stacking
//!   to average Bayesian predictive distributions", 2018; which models, and the one part in four, are
//!   ours: see docs/decisions/2026-11-29-consolidation-models.md for what was tried.
//! - Complexity: four models × (parts + 1) fits, O(answers × labels) a round. Above
//!   [`WEIGHED_MAX`] answers the weights are found on evenly spaced objects with about so many.
//! - Ties: the label with the lowest index wins. Single answers: a posterior like any other, from
//!   what is known of the worker; the shares keep it from being sure.
//! - Missing workers: an object without answers gets no decision.

use super::expectation_maximisation::{Fit, Pairs, Without, WorkerModel, count, fit, shares};
use super::{Confusion, Consolidation, Decision, Skill, first_largest, two_decimals};
use crate::answers::{Answer, Answers};
use crate::classification::dawid_skene::Smoothing;
use crate::classification::guessing::Guessing;
use crate::classification::one_coin::OneCoin;

/// Parts that the answers are cut into.
pub const PARTS: u8 = 5;
/// Answers on which the weights are found.
pub const WEIGHED_MAX: usize = 1_000_000;
/// Objects times labels, or pairs of worker and label times labels, that a table may have.
pub const CELLS_MAX: usize = 500_000_000;
/// Part of the shares of the votes in the posterior.
const SHARES: f64 = 0.25;
/// Votes that every label has more in the shares.
const MORE_VOTES: f64 = 0.5;
/// Rounds of EM on the weights.
const WEIGHT_ROUNDS: usize = 200;

/// Names of the models, in the order of [`Estimate::weights`].
pub const MODELS: [&str; 4] = ["dawid-skene", "dawid-skene-crowd", "one-coin", "guessing"];

/// What the answers amount to, with all of the posteriors.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    labels: usize,
    posteriors: Vec<f64>,
    /// How much each of [`MODELS`] weighs; they sum to 1.
    pub weights: [f64; 4],
    /// By worker.
    pub workers: Vec<Skill>,
}

impl Estimate {
    /// Probability of each label of an object; sums to 1.
    pub fn posterior(&self, object: usize) -> &[f64] {
        &self.posteriors[object * self.labels..(object + 1) * self.labels]
    }
}

/// The answers take more room than they are given: see [`CELLS_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{rows} objects or pairs of worker and label, each with {labels} labels, are more than the {CELLS_MAX} cells that a table may have"
)]
pub struct TooLarge {
    rows: usize,
    labels: usize,
}

/// Decides each object.
pub fn consolidate(answers: &Answers) -> Result<Consolidation, TooLarge> {
    let estimate = estimate(answers)?;
    Ok(decide(answers, estimate))
}

/// Takes the label with the largest posterior of each object that has answers.
pub fn decide(answers: &Answers, estimate: Estimate) -> Consolidation {
    let objects = (0..answers.objects())
        .map(|object| {
            let count = answers.of(object).len();
            if count == 0 {
                return None;
            }
            let posterior = estimate.posterior(object);
            let label = first_largest(posterior);
            Some(Decision {
                label: label as u32,
                posterior: posterior[label],
                confidence: two_decimals(posterior[label]),
                answers: count as u32,
            })
        })
        .collect();
    Consolidation {
        objects,
        workers: estimate.workers,
    }
}

/// Finds the posteriors.
pub fn estimate(answers: &Answers) -> Result<Estimate, TooLarge> {
    let labels = answers.labels();
    let pairs = Pairs::new(answers);
    let rows = answers.objects().max(pairs.given.len());
    if rows
        .checked_mul(labels)
        .is_none_or(|cells| cells > CELLS_MAX)
    {
        return Err(TooLarge { rows, labels });
    }
    if labels == 0 || answers.all().is_empty() {
        return Ok(Estimate {
            labels,
            posteriors: vec![1.0 / labels.max(1) as f64; answers.objects() * labels],
            weights: [1.0 / MODELS.len() as f64; 4],
            workers: vec![Skill::default(); answers.workers()],
        });
    }
    let weights = match sample(answers) {
        Some(sample) => weigh(&Pairs::new(&sample)),
        None => weigh(&pairs),
    };
    let mut posteriors = vec![0.0; answers.objects() * labels];
    for (model, weight) in models().iter_mut().zip(weights) {
        let fit = fit(&pairs, model.as_mut(), None);
        for (sum, posterior) in posteriors.iter_mut().zip(&fit.posteriors) {
            *sum += weight * posterior;
        }
    }
    // Before the shares come in, which make good workers look worse and bad ones better.
    let workers = skills(&pairs, &posteriors);
    let shares = shares(answers, MORE_VOTES, |_| true);
    for (posterior, share) in posteriors.iter_mut().zip(shares) {
        *posterior = (1.0 - SHARES) * *posterior + SHARES * share;
    }
    Ok(Estimate {
        labels,
        posteriors,
        weights,
        workers,
    })
}

fn models() -> [Box<dyn WorkerModel>; 4] {
    [
        Box::new(Smoothing::Plain),
        Box::new(Smoothing::Crowd),
        Box::new(OneCoin),
        Box::new(Guessing::default()),
    ]
}

/// Evenly spaced objects with about [`WEIGHED_MAX`] answers; none when there are no more than that.
fn sample(answers: &Answers) -> Option<Answers> {
    let step = answers.all().len().div_ceil(WEIGHED_MAX);
    if step <= 1 {
        return None;
    }
    let objects = answers.objects().div_ceil(step);
    let list: Vec<Answer> = (0..objects)
        .flat_map(|object| {
            let of_object = answers.of(object * step).iter();
            of_object.map(move |answer| Answer {
                object: object as u32,
                ..*answer
            })
        })
        .collect();
    // The indices were checked when `answers` was made.
    Answers::new(objects, answers.workers(), answers.labels(), &list).ok()
}

/// The weights under which the mixture predicts left-out answers best.
fn weigh(pairs: &Pairs<'_>) -> [f64; 4] {
    let count = pairs.answers.all().len();
    let parts: Vec<u8> = (0..count).map(|at| part(at as u64)).collect();
    let mut chances = vec![[0.0; 4]; count];
    for part in 0..PARTS {
        let without = Without {
            parts: &parts,
            part,
        };
        for (number, model) in models().iter_mut().enumerate() {
            let fit = fit(pairs, model.as_mut(), Some(without));
            for (at, answer) in pairs.answers.all().iter().enumerate() {
                if parts[at] == part {
                    chances[at][number] =
                        predicted(&fit, pairs, answer.object as usize, pairs.of_answer[at]);
                }
            }
        }
    }
    let mut weights = [1.0 / MODELS.len() as f64; 4];
    for _ in 0..WEIGHT_ROUNDS {
        let mut sums = [0.0; 4];
        for of_answer in &chances {
            let each: [f64; 4] = std::array::from_fn(|at| weights[at] * of_answer[at] + 1e-300);
            let total: f64 = each.iter().sum();
            for (sum, part) in sums.iter_mut().zip(each) {
                *sum += part / total;
            }
        }
        weights = sums.map(|sum| sum / count as f64);
    }
    weights
}

fn predicted(fit: &Fit, pairs: &Pairs<'_>, object: usize, pair: u32) -> f64 {
    let labels = pairs.labels();
    let posterior = &fit.posteriors[object * labels..(object + 1) * labels];
    let chances = &fit.chances[pair as usize * labels..(pair as usize + 1) * labels];
    let products = posterior.iter().zip(chances);
    products.map(|(truth, said)| truth * said).sum()
}

/// The part of an answer: by chance as far as answers are concerned, and always the same.
fn part(at: u64) -> u8 {
    // SplitMix64 (Steele, Lea and Flood, 2014).
    let mut bits = at.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) % u64::from(PARTS)) as u8
}

fn skills(pairs: &Pairs<'_>, posteriors: &[f64]) -> Vec<Skill> {
    let labels = pairs.labels();
    let mut counts = vec![0.0; pairs.given.len() * labels];
    count(pairs, posteriors, |_| true, &mut counts);
    let mut answers = vec![0u32; pairs.workers()];
    for answer in pairs.answers.all() {
        answers[answer.worker as usize] += 1;
    }
    (0..pairs.workers())
        .map(|worker| {
            let own = pairs.starts[worker]..pairs.starts[worker + 1];
            let right: f64 = own
                .clone()
                .map(|pair| counts[pair * labels + pairs.given[pair] as usize])
                .sum();
            Skill {
                answers: answers[worker],
                accuracy: right / f64::from(answers[worker].max(1)),
                confusion: Confusion {
                    given: pairs.given[own.clone()].to_vec(),
                    counts: own
                        .map(|pair| counts[pair * labels..(pair + 1) * labels].to_vec())
                        .collect(),
                },
            }
        })
        .collect()
}
