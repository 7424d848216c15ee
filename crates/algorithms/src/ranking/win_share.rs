//! The share of its comparisons that an item won.
//!
//! - Model: every worker is as good as every other, and every opponent as strong.
//! - Steps: add up wins, half a win for an equal answer; divide by the comparisons.
//! - Source: folklore (the Copeland and Borda counts are its forms for complete data); the baseline
//!   of every comparison of rankings.
//! - Complexity: O(pairs) time, O(items) memory.
//! - Ties: equal shares come by index, see [`super::order_of`]. Single answers: shares of 1 and 0.
//!   An item that nobody compared has the share ½.

use super::Comparisons;

/// By item, the share won, in 0..=1.
pub fn shares(comparisons: &Comparisons) -> Vec<f64> {
    let mut won = vec![0.0; comparisons.items()];
    let mut all = vec![0.0; comparisons.items()];
    for ((left, right), votes) in comparisons.votes().each() {
        let (left, right) = (left as usize, right as usize);
        for vote in votes {
            let weight = f64::from(vote.times) * comparisons.votes().weight(vote);
            won[left] += weight * vote.for_left();
            won[right] += weight * (1.0 - vote.for_left());
            all[left] += weight;
            all[right] += weight;
        }
    }
    won.iter()
        .zip(&all)
        .map(|(won, all)| if *all > 0.0 { won / all } else { 0.5 })
        .collect()
}
