//! Each pixel's most given class.
//!
//! - Model: every pixel is an object of its own, and background is a class like any other.
//! - Steps: the share of the answers that gave each class, pattern by pattern.
//! - Source: plurality vote.
//! - Complexity: O(runs × answers).
//! - Ties: the class with the lowest index wins, so background before anything else. Single answers:
//!   the label is the answer. Missing workers: not counted.

use super::patterns::Patterns;

/// Share of the answers that gave each candidate of each pattern.
pub(super) fn equal_shares(patterns: &Patterns) -> Vec<f64> {
    shares(patterns, &vec![1.0; patterns.answers()])
}

/// Share of the weight behind each candidate of each pattern; `weights` by answer.
pub(super) fn shares(patterns: &Patterns, weights: &[f64]) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    let mut shares = vec![0.0; patterns.candidates.len()];
    for pattern in 0..patterns.len() {
        let range = patterns.range(pattern);
        let candidates = &patterns.candidates[range.clone()];
        let shares = &mut shares[range];
        for (class, weight) in patterns.given(pattern).iter().zip(weights) {
            // Few classes compete for a pixel.
            if let Some(at) = candidates.iter().position(|candidate| candidate == class) {
                shares[at] += weight / total;
            }
        }
    }
    shares
}
