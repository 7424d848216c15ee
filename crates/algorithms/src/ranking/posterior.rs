//! How probable scores are by what was said: see [`super::bradley_terry`].
//!
//! - Complexity: O(votes), with one exponential for each pair of items.

use super::votes::Votes;

/// No probability is smaller, so that a reliability of 0 or 1 excludes nothing for good.
pub(super) const LEAST: f64 = 1e-12;

/// What the posterior is like at some scores.
#[derive(Default)]
pub(super) struct Evaluation {
    /// Its logarithm, but for what does not depend on the scores.
    pub(super) posterior: f64,
    /// By item, of the logarithm.
    pub(super) slopes: Vec<f64>,
    /// Fisher information by pair of items.
    pub(super) weights: Vec<f64>,
}

impl Evaluation {
    /// `reliabilities` by worker, `variance` that of the scores' prior.
    pub(super) fn of(
        votes: &Votes,
        reliabilities: &[f64],
        variance: f64,
        scores: &[f64],
    ) -> Evaluation {
        let squares: f64 = scores.iter().map(|score| score * score).sum();
        let mut posterior = -squares / (2.0 * variance);
        let mut slopes: Vec<f64> = scores.iter().map(|s| -s / variance).collect();
        let mut weights = Vec::with_capacity(votes.edges().len());
        for ((left, right), of_edge) in votes.each() {
            let (left, right) = (left as usize, right as usize);
            let better = logistic(scores[left] - scores[right]);
            let steepest = better * (1.0 - better);
            let (mut pull, mut held) = (0.0, 0.0);
            let mut logarithms = Logarithms::default();
            for vote in of_edge {
                let reliability = reliabilities[vote.worker as usize];
                let said = said(reliability, better);
                let slope = (2.0 * reliability - 1.0) * steepest;
                let weight = f64::from(vote.times) * votes.weight(vote);
                let per_free = weight / (said * (1.0 - said)).max(LEAST);
                let for_left = vote.for_left();
                pull += per_free * slope * (for_left - said);
                held += per_free * slope * slope;
                if for_left != 0.0 {
                    logarithms.add(weight * for_left, said.max(LEAST));
                }
                if for_left != 1.0 {
                    logarithms.add(weight * (1.0 - for_left), (1.0 - said).max(LEAST));
                }
            }
            slopes[left] += pull;
            slopes[right] -= pull;
            weights.push(held);
            posterior += logarithms.sum();
        }
        Evaluation {
            posterior,
            slopes,
            weights,
        }
    }
}

/// Probability that a worker prefers an item that is better with the probability `better`.
pub(super) fn said(reliability: f64, better: f64) -> f64 {
    reliability * better + (1.0 - reliability) * (1.0 - better)
}

pub(super) fn logistic(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}

/// A sum of weighted logarithms. Those with equal weights become one logarithm of a product.
#[derive(Default)]
struct Logarithms {
    sum: f64,
    weight: f64,
    product: f64,
}

impl Logarithms {
    /// `value` is not below [`LEAST`].
    fn add(&mut self, weight: f64, value: f64) {
        // Ten factors of the least kind still are a normal number.
        if weight == self.weight && self.product > 1e-200 {
            self.product *= value;
        } else {
            self.sum = self.sum();
            self.weight = weight;
            self.product = value;
        }
    }

    fn sum(&self) -> f64 {
        match self.weight > 0.0 {
            true => self.sum + self.weight * self.product.ln(),
            false => self.sum,
        }
    }
}
