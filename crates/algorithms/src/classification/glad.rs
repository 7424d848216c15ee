//! GLAD: abilities of workers and difficulties of objects.
//!
//! - Model: a worker with ability α is right about an object with difficulty 1/β with the probability
//!   1/(1 + e^−αβ), and else says any other label. Ability 0 is a guess between right and wrong, below
//!   0 an adversary. Abilities have the prior N(1, 1), logarithms of β N(0, 1).
//! - Steps: the rounds of `soft.rs`; [`STEPS`] times in each a step of Newton's for the abilities
//!   with the difficulties held, then the other way round, none longer than 1.
//! - Source: Whitehill et al., "Whose vote should count more: optimal integration of labels from
//!   labelers of unknown expertise", 2009; steps of Newton's in place of its gradient ascent.
//! - Complexity: O(answers × (labels + steps)) a round; memory O(objects × labels).
//! - Ties: the label with the lowest index wins. Single answers: the prior says that a worker is right
//!   with 0.73. Missing workers: ability 1; an object without answers has difficulty 1.

use super::given::FitError;
use super::soft::{Model, Posteriors, check, fit};
use crate::answers::{Answer, Answers};

/// Steps of Newton's in a round.
pub const STEPS: usize = 3;

/// What the answers amount to, with abilities and difficulties.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// By object, and skills by worker.
    pub posteriors: Posteriors,
    /// By worker; 1 is usual, below 0 an adversary.
    pub abilities: Vec<f64>,
    /// By object; 1 is usual, above it harder. Positive.
    pub difficulties: Vec<f64>,
}

/// Finds the posteriors.
pub fn estimate(answers: &Answers) -> Result<Estimate, FitError> {
    check(answers, 0)?;
    let mut glad = Glad {
        abilities: vec![1.0; answers.workers()],
        log_ease: vec![0.0; answers.objects()],
        labels: answers.labels(),
    };
    let cells = fit(answers, &mut glad);
    Ok(Estimate {
        posteriors: Posteriors::new(answers, cells),
        difficulties: glad.log_ease.iter().map(|ease| (-ease).exp()).collect(),
        abilities: glad.abilities,
    })
}

struct Glad {
    abilities: Vec<f64>,
    /// Logarithm of β by object.
    log_ease: Vec<f64>,
    labels: usize,
}

impl Model for Glad {
    fn learn(&mut self, answers: &Answers, posteriors: &[f64]) {
        for _ in 0..STEPS {
            let mut slopes: Vec<f64> = self.abilities.iter().map(|ability| 1.0 - ability).collect();
            let mut held = vec![1.0; slopes.len()];
            for answer in answers.all() {
                let (worker, object) = (answer.worker as usize, answer.object as usize);
                let ease = self.log_ease[object].exp();
                let right = posteriors[object * self.labels + answer.label as usize];
                let chance = logistic(self.abilities[worker] * ease);
                slopes[worker] += ease * (right - chance);
                held[worker] += ease * ease * chance * (1.0 - chance);
            }
            for (ability, (slope, held)) in self.abilities.iter_mut().zip(slopes.iter().zip(&held))
            {
                *ability += (slope / held).clamp(-1.0, 1.0);
            }
            for (object, log_ease) in self.log_ease.iter_mut().enumerate() {
                let ease = log_ease.exp();
                let (mut slope, mut held) = (-*log_ease, 1.0);
                for answer in answers.of(object) {
                    let strength = self.abilities[answer.worker as usize] * ease;
                    let right = posteriors[object * self.labels + answer.label as usize];
                    let chance = logistic(strength);
                    slope += strength * (right - chance);
                    held += strength * strength * chance * (1.0 - chance);
                }
                *log_ease = (*log_ease + (slope / held).clamp(-1.0, 1.0)).clamp(-5.0, 5.0);
            }
        }
    }

    fn chances(&self, answer: &Answer, chances: &mut [f64]) {
        let strength =
            self.abilities[answer.worker as usize] * self.log_ease[answer.object as usize].exp();
        let right = logistic(strength);
        // With one label nobody can be wrong.
        chances.fill((1.0 - right) / (self.labels as f64 - 1.0).max(1.0));
        chances[answer.label as usize] = right;
    }
}

fn logistic(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}
