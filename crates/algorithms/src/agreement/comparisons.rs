//! How far workers agree about which of two items is the better.
//!
//! - Model: none; what two workers say of the same two items is compared.
//! - Steps: of each pair of items, two workers agree fully where they prefer the same one or both
//!   neither, half where one of them prefers neither, and not where they prefer opposite ones; the mean
//!   over pairs of workers, then over pairs of items that two workers compared. An order counts as all
//!   of its pairs. Workers who choose by chance agree about half.
//! - Source: the share of pairs ordered alike, of which Kendall's tau is twice that less one; Kendall
//!   and Babington Smith, "On the method of paired comparisons", 1940, for many workers.
//! - Complexity: O(pairs × log of a pair's workers) time.
//! - Ties: a worker who compared the same two items again says the mean of what they said.
//! - Single answers: a pair that one worker compared does not count. Missing workers: nor do they.

use crate::ranking::Comparisons;

/// Agreement of comparisons.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComparisonAgreement {
    /// How far two workers say the same of two items, in 0..=1; one half is chance.
    pub alike: f64,
    /// Items in pairs that two workers or more compared.
    pub items: usize,
}

/// Measures the agreement; none where no pair was compared by two workers.
pub fn agreement(comparisons: &Comparisons) -> Option<ComparisonAgreement> {
    let mut is_met = vec![false; comparisons.items()];
    let (mut sum, mut count) = (0.0, 0.0);
    let mut said: Vec<f64> = Vec::new();
    for ((left, right), votes) in comparisons.votes().each() {
        said.clear();
        said.extend(
            votes
                .chunk_by(|one, other| one.worker == other.worker)
                .map(|own| {
                    let (mut for_left, mut times) = (0.0, 0.0);
                    for vote in own {
                        for_left += f64::from(vote.times) * vote.for_left();
                        times += f64::from(vote.times);
                    }
                    for_left / times
                }),
        );
        if said.len() < 2 {
            continue;
        }
        sum += 1.0 - mean_apart(&mut said);
        count += 1.0;
        is_met[left as usize] = true;
        is_met[right as usize] = true;
    }
    (count > 0.0).then(|| ComparisonAgreement {
        alike: sum / count,
        items: is_met.iter().filter(|is_met| **is_met).count(),
    })
}

/// Mean distance of two of the values, of which there are two at least.
fn mean_apart(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let count = values.len() as f64;
    // In order, each value is added once for every smaller one and subtracted for every larger one.
    let signed = values.iter().zip(0..).map(|(value, at)| {
        let smaller = f64::from(at);
        value * (2.0 * smaller - count + 1.0)
    });
    signed.sum::<f64>() / (count * (count - 1.0) / 2.0)
}
