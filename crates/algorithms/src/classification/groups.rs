//! Groups of workers who err alike.
//!
//! - Model: every worker belongs to one of a few groups, each with a confusion matrix; a worker's own
//!   matrix is drawn towards that of the group.
//! - Steps: workers are first dealt out evenly to the groups in the order of how often they agree with
//!   the shares of the votes. Then the rounds of `soft.rs`: how likely each group is for a worker,
//!   by the group's size and matrix and the worker's expected answers; a group's matrix out of its
//!   workers' expected answers, one right answer and a quarter of every wrong one added; a worker's
//!   matrix out of their own expected answers with [`LIKE_GROUP`] more, spread as the groups' are.
//! - Source: Venanzi et al., "Community-based Bayesian aggregation models for crowdsourcing", 2014, with
//!   smoothed point estimates in place of message passing.
//! - Complexity: O(answers × labels + workers × groups × labels²) a round; memory O(workers × labels²).
//! - Ties: the label with the lowest index wins. Single answers: the worker's group decides, of which
//!   little is known. Missing workers: each group as likely as it is large.

use super::given::FitError;
use super::soft::{Model, Posteriors, check, counts, fit, normalise, shares, skills};
use crate::answers::{Answer, Answers};

/// Groups, if the caller has no opinion: who knows, who knows less, and who does not.
pub const GROUPS: usize = 3;
/// Made-up answers for each true label that a worker has of the groups.
pub const LIKE_GROUP: f64 = 4.0;
/// No probability in a group's matrix is smaller.
const LEAST: f64 = 1e-12;

/// What the answers amount to, with the groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// By object, and skills by worker.
    pub posteriors: Posteriors,
    /// Worker × group: how likely the worker belongs to it.
    pub memberships: Vec<f64>,
    /// Group × true label × label given: probabilities, rows of one true label sum to 1. Empty without
    /// labels.
    pub matrices: Vec<f64>,
}

/// Finds the posteriors with `groups` groups, or one if that is 0.
pub fn estimate(answers: &Answers, groups: usize) -> Result<Estimate, FitError> {
    let groups = groups.max(1);
    // Workers' matrices of this round and the one before; groups' and their logarithms.
    let matrices = (answers.workers().saturating_add(groups)).saturating_mul(2);
    let rows = matrices.saturating_mul(answers.labels());
    check(answers, rows)?;
    check(answers, answers.workers().saturating_mul(groups))?;
    let mut model = Groups::new(answers, groups);
    let cells = fit(answers, &mut model);
    Ok(Estimate {
        posteriors: Posteriors::new(answers, cells),
        memberships: model.memberships,
        matrices: model.matrices,
    })
}

pub(crate) struct Groups {
    labels: usize,
    groups: usize,
    memberships: Vec<f64>,
    matrices: Vec<f64>,
    /// Worker × true label × label given.
    own: Vec<f64>,
}

impl Groups {
    pub(crate) fn new(answers: &Answers, groups: usize) -> Groups {
        let agreement = skills(answers, &shares(answers));
        let mut order: Vec<usize> = (0..answers.workers()).collect();
        order.retain(|worker| agreement[*worker].answers > 0);
        order.sort_by(|one, other| {
            agreement[*other]
                .accuracy
                .total_cmp(&agreement[*one].accuracy)
        });
        let mut memberships = vec![1.0 / groups as f64; answers.workers() * groups];
        for (at, worker) in order.iter().enumerate() {
            let own = &mut memberships[worker * groups..(worker + 1) * groups];
            own.fill(0.0);
            own[at * groups / order.len()] = 1.0;
        }
        Groups {
            labels: answers.labels(),
            groups,
            memberships,
            matrices: Vec::new(),
            own: Vec::new(),
        }
    }

    fn learn_matrices(&mut self, counts: &[f64]) {
        let cells = self.labels * self.labels;
        self.matrices = vec![0.25; self.groups * cells];
        for matrix in self.matrices.chunks_exact_mut(cells) {
            for label in 0..self.labels {
                matrix[label * self.labels + label] = 1.0;
            }
        }
        for (own, likely) in counts
            .chunks_exact(cells)
            .zip(self.memberships.chunks_exact(self.groups))
        {
            for (matrix, likely) in self.matrices.chunks_exact_mut(cells).zip(likely) {
                if *likely > 0.0 {
                    for (sum, count) in matrix.iter_mut().zip(own) {
                        *sum += likely * count;
                    }
                }
            }
        }
        normalise(&mut self.matrices, self.labels);
    }

    fn learn_memberships(&mut self, counts: &[f64]) {
        let cells = self.labels * self.labels;
        let mut sizes = vec![1.0; self.groups];
        for likely in self.memberships.chunks_exact(self.groups) {
            for (size, likely) in sizes.iter_mut().zip(likely) {
                *size += likely;
            }
        }
        let logs: Vec<f64> = self
            .matrices
            .iter()
            .map(|chance| chance.max(LEAST).ln())
            .collect();
        for (own, likely) in counts
            .chunks_exact(cells)
            .zip(self.memberships.chunks_exact_mut(self.groups))
        {
            for ((likely, matrix), size) in
                likely.iter_mut().zip(logs.chunks_exact(cells)).zip(&sizes)
            {
                let said = own.iter().zip(matrix);
                *likely = size.ln() + said.map(|(count, log)| count * log).sum::<f64>();
            }
            let most = likely.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            for value in likely.iter_mut() {
                *value = (*value - most).exp();
                sum += *value;
            }
            for value in likely {
                *value /= sum;
            }
        }
    }
}

impl Model for Groups {
    fn learn(&mut self, answers: &Answers, posteriors: &[f64]) {
        let cells = self.labels * self.labels;
        let mut own = counts(answers, posteriors);
        if !self.matrices.is_empty() {
            self.learn_memberships(&own);
        }
        self.learn_matrices(&own);
        for (own, likely) in own
            .chunks_exact_mut(cells)
            .zip(self.memberships.chunks_exact(self.groups))
        {
            for (at, row) in own.chunks_exact_mut(self.labels).enumerate() {
                let met: f64 = row.iter().sum();
                for (given, cell) in row.iter_mut().enumerate() {
                    let alike = likely.iter().enumerate().map(|(group, likely)| {
                        likely * self.matrices[group * cells + at * self.labels + given]
                    });
                    *cell = (*cell + LIKE_GROUP * alike.sum::<f64>()) / (met + LIKE_GROUP);
                }
            }
        }
        self.own = own;
    }

    fn chances(&self, answer: &Answer, chances: &mut [f64]) {
        let own = answer.worker as usize * self.labels * self.labels + answer.label as usize;
        for (truth, chance) in chances.iter_mut().enumerate() {
            *chance = self.own[own + truth * self.labels];
        }
    }
}
