//! A robust mean that knows each worker's bias and spread.
//!
//! - Model: answer = true number + the worker's bias + an error of Student's t-distribution with the
//!   worker's spread; if asked for, the worker also stretches or shrinks the scale around the mean
//!   of all objects. True numbers have no prior: a lone worker's answer is its own consensus. Biases
//!   (and stretches) are normal around 0 (around 1) with a variance learnt from the crowd; the crowd
//!   as a whole is taken for unbiased within each part that answers connect. Spreads are drawn
//!   towards everybody's by made-up answers, the more of them the less spreads differ.
//! - Steps: start from the medians; at most [`ROUNDS`] rounds until no number moves by [`STILL`] of
//!   the range, the [`FIRST_ROUNDS`] with equal weights and spreads and without stretches:
//!   1. the weight of an answer, (ν + 1)/(ν + squared error/spread²): an outlier weighs little;
//!   2. each number: the weighted mean of its answers without their workers' biases, with its variance;
//!   3. biases, stretches and spreads, each from the expected errors, variances of numbers included;
//!   4. now and then ν, out of [`FREEDOM`]: the one under which each answer is best foretold by the
//!      others.
//! - Source: Lange, Little and Taylor, "Robust statistical modeling using the t distribution", 1989;
//!   biases and spreads of workers as in Raykar et al., "Learning from crowds", 2010, section 5 (one
//!   variance for each worker); how many made-up answers: Smyth, "Linear models and empirical Bayes
//!   methods for assessing differential expression", 2004, section 6.2. Joining them is ours.
//! - Complexity: O(answers) a round; O(answers + objects + workers) memory.
//! - Outliers: by the weights. Slips beyond all measure ([`gross`]) have none. Ties: none.
//! - Single answers: the answer less what is known of its worker's bias, with the worker's spread as
//!   its error. When no object has two answers there is nothing known: no error, no interval.
//! - Bounds: numbers and intervals are cut to them; that answers pile up there is not modelled.
//! - Answers that differ by more orders of magnitude than a sum can hold: the medians, with the same
//!   spread for all.
//! - Missing workers: an object without answers gets none; a worker without answers is like all.

mod fit;
mod gamma;
mod gross;

use super::{Estimate, Numbers};
use fit::Fit;

/// Rounds at most.
pub const ROUNDS: usize = 300;
/// Rounds in which all have the same spread, and every answer the same weight: else a biased worker
/// may be taken for a careless one.
pub const FIRST_ROUNDS: usize = 10;
/// A change that does not matter, as a part of the range of all answers.
pub const STILL: f64 = 1e-7;
/// Rounds from one choice of ν to the next.
const FREEDOM_EVERY: usize = 5;
/// Degrees of freedom among which the crowd's errors choose; the last is nearly normal.
pub const FREEDOM: [f64; 6] = [1.5, 2.5, 4.0, 8.0, 20.0, 1_000.0];
/// Made-up answers with everybody's spread, of each worker: at least, and at most.
pub const LIKE_ALL: (f64, f64) = (1.0, 100.0);

/// Options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether workers may stretch or shrink the scale.
    pub stretches: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { stretches: true }
    }
}

/// How one worker's numbers differ from the truth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberSkill {
    /// How many of the worker's answers counted.
    pub answers: u32,
    /// How much higher the worker's answers are, in the unit of the answers.
    pub bias: f64,
    /// How the worker stretches distances from the middle; 1 is not at all.
    pub stretch: f64,
    /// Scale of the worker's errors, outliers apart, in the unit of the answers.
    pub spread: f64,
    /// Mean weight of the worker's answers; well below 1 when many are outliers.
    pub weight: f64,
}

/// The result for a whole batch.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberConsolidation {
    /// By object; `None` where nobody answered.
    pub objects: Vec<Option<Estimate>>,
    /// By worker.
    pub workers: Vec<NumberSkill>,
    /// Degrees of freedom of the errors: few when there are outliers.
    pub freedom: f64,
}

/// Finds the numbers.
pub fn consolidate(numbers: &Numbers, options: Options) -> NumberConsolidation {
    let mut fit = Fit::new(numbers);
    for round in 0..ROUNDS {
        let is_first = round < FIRST_ROUNDS;
        if !is_first {
            fit.weigh();
        }
        let moved = fit.learn_numbers();
        fit.learn_biases();
        if options.stretches && !is_first {
            fit.learn_stretches();
        }
        if is_first {
            fit.learn_common_spread();
        } else {
            fit.learn_spreads();
            if round % FREEDOM_EVERY == 0 {
                fit.learn_freedom();
            }
            if moved < STILL {
                break;
            }
        }
    }
    fit.weigh();
    fit.learn_numbers();
    if !fit.is_finite() {
        fit = Fit::new(numbers);
    }
    fit.finish(numbers)
}
