//! How sure a difference between two methods is: a paired bootstrap over the objects of each set.

use super::score::mean;
use crate::random::Random;

/// Draws; the ends of the interval then hold to about a twentieth of its width.
const DRAWS: usize = 2_000;

/// A mean over sets, and the interval that 95 % of the draws lie in.
pub struct Interval {
    mean: f64,
    low: f64,
    high: f64,
}

/// By set, how much more credit one method has than the other for each object. Objects are drawn anew within their set;
/// the sets stay, so that the interval says nothing of sets that are not here.
pub fn paired(sets: &[Vec<f64>]) -> Interval {
    let mut random = Random::new(20_261_129);
    let mut draws: Vec<f64> = (0..DRAWS)
        .map(|_| {
            mean(sets.iter().map(|differences| {
                let again = (0..differences.len()).map(|_| *random.pick(differences));
                mean(again)
            }))
        })
        .collect();
    draws.sort_by(f64::total_cmp);
    Interval {
        mean: mean(sets.iter().map(|one| mean(one.iter().copied()))),
        low: draws[DRAWS / 40],
        high: draws[DRAWS - 1 - DRAWS / 40],
    }
}

impl std::fmt::Display for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:+.2} points, 95 % between {:+.2} and {:+.2}",
            100.0 * self.mean,
            100.0 * self.low,
            100.0 * self.high
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_lies_around_the_mean() {
        let half: Vec<f64> = (0..100).map(|at| f64::from(at % 2)).collect();
        let interval = paired(&[half, vec![0.0; 7]]);
        assert!((interval.mean - 0.25).abs() < 1e-12);
        // The mean of 100 coins has a deviation of 0.05; of two sets half of that counts.
        assert!((interval.low - 0.2).abs() < 0.01, "{interval}");
        assert!((interval.high - 0.3).abs() < 0.01, "{interval}");
        assert_eq!(
            paired(&[vec![1.0]]).to_string(),
            "+100.00 points, 95 % between +100.00 and +100.00"
        );
    }
}
