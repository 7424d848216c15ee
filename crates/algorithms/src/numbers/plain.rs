//! Plain mean and plain median.
//!
//! - Model: every worker is as good as every other, and none has a bias.
//! - Steps: the mean of an object's answers, or the middle one, or the mean of the two in the middle.
//! - Source: folklore; the baselines of every comparison.
//! - Complexity: O(answers × log of an object's answers) time.
//! - Ties: none. Single answers: the answer itself. An object without answers gets none.

use super::Numbers;

/// By object, the mean of its answers.
pub fn means(numbers: &Numbers) -> Vec<Option<f64>> {
    by_object(numbers, |values| {
        // Divided first, so that sums do not lose digits to their size.
        let count = values.len() as f64;
        values.iter().map(|value| value / count).sum()
    })
}

/// By object, the median of its answers.
pub fn medians(numbers: &Numbers) -> Vec<Option<f64>> {
    by_object(numbers, median)
}

fn by_object(numbers: &Numbers, of_values: fn(&mut [f64]) -> f64) -> Vec<Option<f64>> {
    (0..numbers.objects())
        .map(|object| {
            let mut values: Vec<f64> = numbers.of(object).iter().map(|(_, value)| *value).collect();
            (!values.is_empty()).then(|| of_values(&mut values))
        })
        .collect()
}

/// The median of values, which there are; they are sorted on the way.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        values[middle - 1] / 2.0 + values[middle] / 2.0
    }
}
