//! Weights of several models of `soft.rs`: those under which answers that were left out are most
//! probable in the mixture.
//!
//! - Steps: the answers are cut into [`PARTS`] parts by their position; each model is fitted without one
//!   part after another and asked for the probability of every answer of that part; EM on the weights.
//!   Of more than [`WEIGHED_MAX`] answers evenly spaced objects are taken.
//! - Source: Wolpert, "Stacked generalization", 1992; Yao et al., "Using stacking to average Bayesian
//!   predictive distributions", 2018.
//! - Complexity: as many fits as parts times models, each of four fifths of the answers.
//! - Without answers all weigh the same.

use super::mixed;
use super::soft::{Model, fit};
use crate::answers::{Answer, Answers};

/// Parts that the answers are cut into.
pub(crate) const PARTS: u64 = 5;
/// Answers on which the weights are found.
pub(crate) const WEIGHED_MAX: usize = 200_000;
/// Rounds of EM on the weights.
const ROUNDS: usize = 200;
/// No left-out answer is less probable.
const LEAST: f64 = 1e-12;

/// The weights of the models that `make` makes; they sum to 1.
pub(crate) fn weigh(answers: &Answers, make: fn(&Answers) -> Vec<Box<dyn Model>>) -> Vec<f64> {
    let count = make(answers).len();
    let mut weights = vec![1.0 / count.max(1) as f64; count];
    let labels = answers.labels();
    let step = answers.all().len().div_ceil(WEIGHED_MAX).max(1);
    let taken: Vec<Answer> = answers
        .all()
        .iter()
        .filter(|answer| (answer.object as usize).is_multiple_of(step))
        .copied()
        .collect();
    let mut chances = vec![LEAST; taken.len() * count];
    let mut row = vec![0.0; labels];
    for part in 0..PARTS {
        let is_here = |at: usize| part_of(at as u64) == part;
        let rest: Vec<Answer> = (0..taken.len())
            .filter(|at| !is_here(*at))
            .map(|at| taken[at])
            .collect();
        // The indices were checked when `answers` was made.
        let Ok(rest) = Answers::new(answers.objects(), answers.workers(), labels, &rest) else {
            continue;
        };
        for (number, model) in make(&rest).iter_mut().enumerate() {
            let cells = fit(&rest, model.as_mut());
            for (at, answer) in taken.iter().enumerate().filter(|(at, _)| is_here(*at)) {
                model.chances(answer, &mut row);
                let object = answer.object as usize;
                let posterior = &cells[object * labels..(object + 1) * labels];
                let both = row.iter().zip(posterior);
                let chance: f64 = both.map(|(said, truth)| said * truth).sum();
                chances[at * count + number] = chance.max(LEAST);
            }
        }
    }
    if taken.is_empty() {
        return weights;
    }
    let mut sums = vec![0.0; count];
    for _ in 0..ROUNDS {
        sums.fill(0.0);
        for of_answer in chances.chunks_exact(count) {
            let each = of_answer.iter().zip(&weights);
            let total: f64 = each.map(|(chance, weight)| chance * weight).sum();
            for ((sum, chance), weight) in sums.iter_mut().zip(of_answer).zip(&weights) {
                *sum += chance * weight / total;
            }
        }
        for (weight, sum) in weights.iter_mut().zip(&sums) {
            *weight = sum / taken.len() as f64;
        }
    }
    weights
}

/// The part of an answer: by chance as far as answers are concerned, and always the same.
fn part_of(at: u64) -> u64 {
    mixed(at) % PARTS
}
