//! Labels with an order, which is that of their indices.
//!
//! - Model: a mixture of three. The crowd's matrix with odds for each worker ([`super::odds`]) and
//!   groups of workers who err alike ([`super::groups`]) learn from the answers that neighbours are
//!   confused. The third knows of the order: every true label has a place on a line; a worker sees it
//!   shifted by a bias and blurred by a spread of their own (logistic), and says the label between whose
//!   thresholds they see it; once in [`LAPSES`] answers they say anything. Places and thresholds are
//!   the crowd's. The worker's matrix is their expected answers with [`LIKE_MODEL`] more for each true
//!   label, spread as the line says.
//! - Steps: weights by left-out answers (`stacking.rs`); the rounds of `soft.rs` for each model. On the
//!   line places and thresholds by everybody's answers, then bias and spread of each worker, all by steps
//!   along one of them at a time that are taken when answers become more likely. Biases have the prior
//!   N(0, ½), logarithms of spreads N(crowd's mean, ½), in units of labels. One part in four of the
//!   posterior is the shares of the votes, as in [`super::cairn`] and for its reason.
//! - Source: the line is Samejima's graded responses ("Estimation of latent ability using a response
//!   pattern of graded scores", 1969), for workers as in Lakshminarayanan and Teh, "Inferring ground
//!   truth from multi-annotator ordinal data", 2013; drawing the matrix towards it is ours.
//! - Complexity: 18 fits, each O(answers × labels + workers × labels²) a round; memory O((objects +
//!   workers × labels) × labels).
//! - Ties: as [`Rule`] says: the mode is right most often, the median is least far off.
//! - Single answers: both priors decide. Missing workers: like the crowd.

use super::given::FitError;
use super::groups::{GROUPS, Groups};
use super::odds::Odds;
pub use super::soft::Rule;
use super::soft::{Model, Posteriors, check, counts, fit, shares, skills};
use super::stacking::weigh;
use crate::answers::{Answer, Answers};

/// One in so many answers is any label.
pub const LAPSES: f64 = 33.0;
/// Answers for each true label that the line adds to a worker's matrix.
pub const LIKE_MODEL: f64 = 4.0;
/// Part of the shares of the votes in the posterior, as in [`super::cairn`].
const SHARES: f64 = 0.25;
/// Variance of biases and of logarithms of spreads.
const VARIANCE: f64 = 0.5;
/// Thresholds and places are not nearer to each other.
const APART: f64 = 0.02;

/// Finds the posteriors.
pub fn estimate(answers: &Answers) -> Result<Posteriors, FitError> {
    // Matrices of several models that are there at one time.
    let matrices = answers.workers().saturating_mul(answers.labels());
    check(answers, matrices.saturating_mul(4))?;
    let weights = weigh(answers, models);
    let mut cells = vec![0.0; answers.objects() * answers.labels()];
    for (model, weight) in models(answers).iter_mut().zip(&weights) {
        for (cell, chance) in cells.iter_mut().zip(fit(answers, model.as_mut())) {
            *cell += weight * chance;
        }
    }
    // Before the shares come in, which make good workers look worse and bad ones better.
    let workers = skills(answers, &cells);
    for (cell, share) in cells.iter_mut().zip(shares(answers)) {
        *cell = (1.0 - SHARES) * *cell + SHARES * share;
    }
    Ok(Posteriors::with_workers(answers, cells, workers))
}

fn models(answers: &Answers) -> Vec<Box<dyn Model>> {
    vec![
        Box::new(Odds::new(answers)),
        Box::new(Line::new(answers)),
        Box::new(Groups::new(answers, GROUPS)),
    ]
}

/// Where a worker sees the labels.
#[derive(Clone, Copy, Default)]
struct Sight {
    bias: f64,
    log_spread: f64,
}

/// The model that knows of the order.
pub(crate) struct Line {
    labels: usize,
    /// Of the true labels; ascending, the first and last stay at their index.
    places: Vec<f64>,
    /// Between the labels given; ascending.
    thresholds: Vec<f64>,
    crowd: Sight,
    /// By worker.
    sights: Vec<Sight>,
    /// Worker × true label × label given.
    matrices: Vec<f64>,
}

impl Line {
    pub(crate) fn new(answers: &Answers) -> Line {
        let labels = answers.labels();
        Line {
            labels,
            places: (0..labels).map(|label| label as f64).collect(),
            thresholds: (1..labels).map(|label| label as f64 - 0.5).collect(),
            crowd: Sight::default(),
            sights: vec![Sight::default(); answers.workers()],
            matrices: Vec::new(),
        }
    }

    /// P(label given | true label), by true label, for who sees so.
    fn matrix(&self, sight: Sight, matrix: &mut [f64]) {
        let spread = sight.log_spread.exp();
        let any = 1.0 / LAPSES;
        for (row, place) in matrix.chunks_exact_mut(self.labels).zip(&self.places) {
            let mut below = 0.0;
            for (given, chance) in row.iter_mut().enumerate() {
                let upto = match self.thresholds.get(given) {
                    // 1.7 makes the logistic distribution nearly the normal one.
                    Some(threshold) => {
                        let distance = (threshold - place - sight.bias) / spread;
                        1.0 / (1.0 + (-1.7 * distance).exp())
                    }
                    None => 1.0,
                };
                *chance = (1.0 - any) * (upto - below) + any / self.labels as f64;
                below = upto;
            }
        }
    }

    /// How likely the expected answers are for who sees so, in logarithms, prior included.
    fn likelihood(&self, counts: &[f64], sight: Sight, scratch: &mut [f64]) -> f64 {
        self.matrix(sight, scratch);
        let answers = counts.iter().zip(scratch.iter());
        let likelihood: f64 = answers
            .filter(|(count, _)| **count > 0.0)
            .map(|(count, chance)| count * chance.ln())
            .sum();
        let wider = sight.log_spread - self.crowd.log_spread;
        likelihood - (sight.bias * sight.bias + wider * wider) / (2.0 * VARIANCE)
    }

    fn learn_crowd(&mut self, all: &[f64], scratch: &mut [f64]) {
        for step in [0.2, 0.05] {
            for at in 1..self.places.len().saturating_sub(1) {
                self.try_crowd(all, scratch, step, |line| &mut line.places, at);
            }
            for at in 0..self.thresholds.len() {
                self.try_crowd(all, scratch, step, |line| &mut line.thresholds, at);
            }
        }
    }

    /// Moves one place or threshold by a step if that makes everybody's answers more likely.
    fn try_crowd(
        &mut self,
        all: &[f64],
        scratch: &mut [f64],
        step: f64,
        list: fn(&mut Line) -> &mut Vec<f64>,
        at: usize,
    ) {
        let crowd = self.crowd;
        let before = list(self)[at];
        let (mut best, mut most) = (before, self.likelihood(all, crowd, scratch));
        for next in [before - step, before + step] {
            let list_here = list(self);
            let is_above = at == 0 || next > list_here[at - 1] + APART;
            let is_below = at + 1 == list_here.len() || next < list_here[at + 1] - APART;
            if is_above && is_below {
                list_here[at] = next;
                let likelihood = self.likelihood(all, crowd, scratch);
                if likelihood > most {
                    (best, most) = (next, likelihood);
                }
            }
        }
        list(self)[at] = best;
    }

    /// What makes the answers most likely, near what it was before.
    fn sight(&self, counts: &[f64], before: Sight, scratch: &mut [f64]) -> Sight {
        let mut best = before;
        let mut most = self.likelihood(counts, best, scratch);
        for step in [0.3, 0.05] {
            for along in [(step, 0.0), (0.0, step)] {
                let from = best;
                for times in [-2.0, -1.0, 1.0, 2.0] {
                    let next = Sight {
                        bias: from.bias + times * along.0,
                        log_spread: (from.log_spread + times * along.1).clamp(-3.0, 3.0),
                    };
                    let likelihood = self.likelihood(counts, next, scratch);
                    if likelihood > most {
                        (best, most) = (next, likelihood);
                    }
                }
            }
        }
        best
    }
}

impl Model for Line {
    fn learn(&mut self, answers: &Answers, posteriors: &[f64]) {
        let cells = self.labels * self.labels;
        let mut matrices = counts(answers, posteriors);
        let mut all = vec![0.0; cells];
        for own in matrices.chunks_exact(cells) {
            for (sum, count) in all.iter_mut().zip(own) {
                *sum += count;
            }
        }
        let mut scratch = vec![0.0; cells];
        self.learn_crowd(&all, &mut scratch);
        let (mut spreads, mut weights) = (0.0, 0.0);
        for (worker, own) in matrices.chunks_exact(cells).enumerate() {
            self.sights[worker] = self.sight(own, self.sights[worker], &mut scratch);
            let weight: f64 = own.iter().sum();
            spreads += weight * self.sights[worker].log_spread;
            weights += weight;
        }
        if weights > 0.0 {
            self.crowd.log_spread = spreads / weights;
        }
        for (own, sight) in matrices.chunks_exact_mut(cells).zip(&self.sights) {
            self.matrix(*sight, &mut scratch);
            for (row, line) in own
                .chunks_exact_mut(self.labels)
                .zip(scratch.chunks_exact(self.labels))
            {
                let met: f64 = row.iter().sum();
                for (cell, chance) in row.iter_mut().zip(line) {
                    *cell = (*cell + LIKE_MODEL * chance) / (met + LIKE_MODEL);
                }
            }
        }
        self.matrices = matrices;
    }

    fn chances(&self, answer: &Answer, chances: &mut [f64]) {
        let own = answer.worker as usize * self.labels * self.labels + answer.label as usize;
        for (truth, chance) in chances.iter_mut().enumerate() {
            *chance = self.matrices[own + truth * self.labels];
        }
    }
}
