//! How much each model of a mixture weighs: as much as makes answers it has not seen most probable.
//!
//! - Steps: the answers are cut into [`PARTS`] parts. For each part every model is fitted to the
//!   others and asked for the probability of each answer left out: the posterior of its object (the
//!   truth, where it is known) times the worker's matrix. The weights are those under which the
//!   mixture makes the left-out answers most probable (EM on the weights). Of very many answers, or labels, two of
//!   the parts say enough.
//! - Source: stacking as in Wolpert, "Stacked generalization", 1992, and Yao et al., "Using stacking
//!   to average Bayesian predictive distributions", 2018.
//! - Complexity: models × parts fits on [`WEIGHED_MAX`] answers at most, those of evenly spaced
//!   objects.

use super::cairn::Model;
use super::dawid_skene::{DawidSkene, Smoothing};
use super::expectation_maximisation::{WorkerModel, fit};
use super::guessing::Guessing;
use super::mixed;
use super::one_coin::OneCoin;
use super::pairs::{Pairs, Seen};
use super::parameters::{Scratch, posterior};

/// Parts that the answers are cut into.
pub const PARTS: u8 = 5;
/// Of so many answers or more, this many parts are left out in turn, not all.
const MANY: (usize, u8) = (50_000, 2);
/// With so many cells of the workers' matrices too, whose rounds then take longer than those of the answers.
const CELLS_MANY: usize = 2_000_000;
/// Answers on which the weights are found.
pub const WEIGHED_MAX: usize = 200_000;
/// Rounds of EM on the weights.
const ROUNDS: usize = 200;

/// The weights; they sum to 1.
pub(crate) fn weigh(pairs: &Pairs, seen: &Seen) -> [f64; 4] {
    let even = [1.0 / Model::ALL.len() as f64; 4];
    if seen.len() == 0 {
        return even;
    }
    let step = seen.len().div_ceil(WEIGHED_MAX);
    if step > 1 {
        let mut sample = seen.part(step, |_| true);
        let pairs = sample.renumber(pairs);
        return weigh_all(&pairs, &sample, even);
    }
    weigh_all(pairs, seen, even)
}

fn weigh_all(pairs: &Pairs, seen: &Seen, mut weights: [f64; 4]) -> [f64; 4] {
    let mut chances = vec![[0.0; 4]; seen.len()];
    let cells = pairs.given.len() * pairs.stride;
    let is_much = seen.len() >= MANY.0 || cells >= CELLS_MANY;
    let parts = if is_much { MANY.1 } else { PARTS };
    for part in 0..parts {
        let others = seen.part(1, |at| part_of(at as u64) != part);
        for (number, model) in Model::ALL.into_iter().enumerate() {
            let mut keep = |at: usize, chance: f64| chances[at][number] = chance;
            match model {
                Model::DawidSkene => {
                    let model = DawidSkene::new(pairs, Smoothing::Plain);
                    ask(pairs, seen, &others, part, model, &mut keep);
                }
                Model::DawidSkeneGroups => {
                    let model = DawidSkene::new(pairs, Smoothing::Groups);
                    ask(pairs, seen, &others, part, model, &mut keep);
                }
                Model::OneCoin => {
                    ask(pairs, seen, &others, part, OneCoin::new(pairs), &mut keep);
                }
                Model::Guessing => {
                    ask(pairs, seen, &others, part, Guessing::new(pairs), &mut keep);
                }
            }
        }
    }
    let asked = chances.into_iter().zip(0..);
    let asked = asked.filter(|(_, at)| part_of(*at) < parts);
    let chances: Vec<[f64; 4]> = asked.map(|(of_answer, _)| of_answer).collect();
    for _ in 0..ROUNDS {
        let mut sums = [0.0; 4];
        for of_answer in &chances {
            let each: [f64; 4] = std::array::from_fn(|at| weights[at] * of_answer[at] + 1e-300);
            let total: f64 = each.iter().sum();
            for (sum, part) in sums.iter_mut().zip(each) {
                *sum += part / total;
            }
        }
        weights = sums.map(|sum| sum / chances.len() as f64);
    }
    weights
}

/// Fits a model to the other parts, and keeps the probability of each answer of this one.
fn ask<M: WorkerModel>(
    pairs: &Pairs,
    seen: &Seen,
    others: &Seen,
    part: u8,
    mut model: M,
    keep: &mut impl FnMut(usize, f64),
) {
    let prior = fit(pairs, others, &mut model);
    let mut known = seen.known.iter().peekable();
    let mut scratch = Scratch::new(pairs);
    for object in 0..seen.objects() {
        while known.next_if(|(at, _)| (*at as usize) < object).is_some() {}
        if let Some((_, truth)) = known.next_if(|(at, _)| *at as usize == object) {
            scratch.chances.fill(0.0);
            scratch.chances[*truth as usize] = 1.0;
        } else {
            let own = others.of(object);
            let add = |at: usize, sums: &mut [i32]| model.add(pairs, own[at] as usize, sums);
            posterior(&prior, own.len(), add, pairs.labels, &mut scratch);
        }
        for (within, pair) in seen.of(object).iter().enumerate() {
            let at = seen.start(object) + within;
            if part_of(at as u64) == part {
                let posterior = &scratch.chances[..pairs.labels];
                keep(at, model.predicted(pairs, *pair as usize, posterior));
            }
        }
    }
}

/// The part of an answer: by chance as far as answers are concerned, and always the same.
fn part_of(at: u64) -> u8 {
    (mixed(at) % u64::from(PARTS)) as u8
}
