//! How many workers to ask about an object, when that may depend on their answers.
//!
//! - Model: an object is worth another answer while its label is less probable than a threshold. The
//!   requester names the threshold, or the number of answers that objects may have on average: then
//!   [`Budget`] finds the threshold that keeps to it.
//! - Steps ([`Budget`]): the logarithm of the threshold's odds starts at [`FIRST`] and moves by
//!   [`STEP`] for every answer that a decided object has less than the average, and back for every
//!   one that it has more.
//! - Source: stochastic approximation, Robbins and Monro, 1951, with a step that does not shrink, so
//!   that it follows a job whose objects become harder or whose workers change.
//! - Complexity: constant.
//! - Ties: an object exactly as probable as the threshold has enough. Single answers: an object may
//!   have enough with one.

/// Log odds of the first threshold: 0.85.
const FIRST: f64 = 1.735;
/// How far one answer too many or too few moves the log odds.
const STEP: f64 = 0.03;
/// The log odds stay within: 0.27 to 0.9991.
const WITHIN: (f64, f64) = (-1.0, 7.0);

/// A first fit of the workers is worth it from so many answers on.
const FIRST_FIT: u64 = 20;
/// A fit follows when answers have grown by one in so many.
const GROWTH: u64 = 4;

/// Whether workers are to be judged anew, `fitted` being the answers by which they were judged last, 0
/// when they never were. Over the life of a job all fits together look at five times its answers.
pub fn is_fit_due(answers: u64, fitted: u64) -> bool {
    answers >= (fitted + fitted / GROWTH).max(fitted + FIRST_FIT)
}

/// Keeps the number of answers an object has on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    mean: f64,
    log_odds: f64,
}

impl Budget {
    /// A budget of `mean` answers an object.
    pub fn new(mean: f64) -> Budget {
        Budget {
            mean,
            log_odds: FIRST,
        }
    }

    /// Objects whose label is less probable than this are worth another answer.
    pub fn threshold(&self) -> f64 {
        1.0 / (1.0 + (-self.log_odds).exp())
    }

    /// An object was found to have enough with so many answers.
    pub fn settled(&mut self, answers: u32) {
        let moved = self.log_odds + STEP * (self.mean - f64::from(answers));
        self.log_odds = moved.clamp(WITHIN.0, WITHIN.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_finds_its_threshold() {
        // Each answer makes a label one step more probable; how many it needs is by chance.
        let mut budget = Budget::new(3.5);
        let (mut total, mut counted) = (0u32, 0u32);
        for object in 0..4_000u32 {
            let ease = f64::from(object.wrapping_mul(2_654_435_761) >> 16) / 65_536.0;
            let mut answers = 1;
            let probable = |answers: u32| 1.0 - (1.0 - ease) * 0.7f64.powi(answers as i32);
            while answers < 9 && probable(answers) < budget.threshold() {
                answers += 1;
            }
            budget.settled(answers);
            if object >= 500 {
                total += answers;
                counted += 1;
            }
        }
        let mean = f64::from(total) / f64::from(counted);
        assert!((mean - 3.5).abs() < 0.1, "{mean}");
    }

    #[test]
    fn the_threshold_stays_within_its_bounds() {
        let mut budget = Budget::new(9.0);
        (0..10_000).for_each(|_| budget.settled(1));
        assert!(budget.threshold() < 0.9992);
        let mut budget = Budget::new(1.0);
        (0..10_000).for_each(|_| budget.settled(9));
        assert!(budget.threshold() > 0.25);
    }

    #[test]
    fn fits_become_rarer_as_answers_grow() {
        let mut fitted = 0;
        let due: Vec<u64> = (0..1_000)
            .filter(|answers| {
                let due = is_fit_due(*answers, fitted);
                if due {
                    fitted = *answers;
                }
                due
            })
            .collect();
        assert_eq!(due[..5], [20, 40, 60, 80, 100]);
        assert!(due.len() < 20, "{due:?}");
    }
}
