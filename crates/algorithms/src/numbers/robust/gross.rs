//! Answers that are slips: so far from all others that no error of a worker explains them, such as
//! a decimal point in the wrong place.
//!
//! One of them would widen everything that is learnt from all answers together, the range, the common
//! spread and the tails of the errors, and so spoil the intervals of objects it says nothing of.
//!
//! - Steps: the usual distance of an answer from its object's median, over all answers; an answer is a
//!   slip if it is [`FAR`] times as far from the median of the object's other answers, and as many
//!   times their own usual distance. There must be two others at least, for of two answers far apart
//!   nobody knows which is wrong.
//! - A worker more than half of whose answers are slips means something by them: none of them is one.
//! - Source: the median absolute deviation as a scale, Hampel, "The influence curve and its role in
//!   robust estimation", 1974.
//! - Complexity: O(answers × log of an object's answers), with an object's first hundred squared.

use crate::numbers::plain::median;

/// Usual distances. Answers from anywhere on a slider are within 20 as a rule: those are for the
/// tails of the errors to explain.
const FAR: f64 = 30.0;

/// Answers of an object from which on one more or less makes no difference.
const ALL_FROM: usize = 100;

/// By answer, whether it is a slip. `all` has workers and values, each object's from `starts` on.
pub(super) fn slips(all: &[(usize, f64)], starts: &[usize], workers: usize) -> Vec<bool> {
    let mut slips = vec![false; all.len()];
    let mut apart = Vec::new();
    for range in starts.windows(2).filter(|range| range[1] - range[0] > 2) {
        let mut own: Vec<f64> = values(&all[range[0]..range[1]]).collect();
        let middle = median(&mut own);
        apart.extend(own.iter().map(|value| (value - middle).abs()));
    }
    if apart.is_empty() {
        return slips;
    }
    let half = median(&mut apart);
    // Where most say just the same, the half is nothing. `apart` is sorted by now.
    let four_fifths = apart[(apart.len() - 1) * 4 / 5];
    let usual = f64::max(half, four_fifths / 2.0);
    if usual == 0.0 {
        return slips;
    }
    let mut of_worker = vec![0u32; workers];
    for range in starts.windows(2).filter(|range| range[1] - range[0] > 2) {
        let own = &all[range[0]..range[1]];
        let (middle, of_all) = middle_and_apart(values(own).collect());
        for (at, (worker, value)) in own.iter().enumerate() {
            // Leaving one out moves the median by no more than this answer is from it.
            if (value - middle).abs() < FAR / 2.0 * usual {
                continue;
            }
            let (middle, apart) = if own.len() > ALL_FROM {
                (middle, of_all)
            } else {
                let others = own.iter().enumerate().filter(|(other, _)| *other != at);
                middle_and_apart(others.map(|(_, other)| other.1).collect())
            };
            if (value - middle).abs() > FAR * usual.max(apart) {
                slips[range[0] + at] = true;
                of_worker[*worker] += 1;
            }
        }
    }
    let mut answers = vec![0u32; workers];
    for (worker, _) in all {
        answers[*worker] += 1;
    }
    for (slip, (worker, _)) in slips.iter_mut().zip(all) {
        let (slipped, answers) = (of_worker[*worker], answers[*worker]);
        *slip &= answers < 3 || 2 * slipped <= answers;
    }
    slips
}

/// The median, and the usual distance from it.
fn middle_and_apart(mut values: Vec<f64>) -> (f64, f64) {
    let middle = median(&mut values);
    for value in &mut values {
        *value = (*value - middle).abs();
    }
    (middle, median(&mut values))
}

fn values(own: &[(usize, f64)]) -> impl Iterator<Item = f64> {
    own.iter().map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_far_from_others_that_are_near_each_other() {
        let found = |values: &[&[f64]]| -> Vec<bool> {
            let mut starts = vec![0];
            let mut all = Vec::new();
            for own in values {
                all.extend(own.iter().copied().enumerate());
                starts.push(all.len());
            }
            slips(&all, &starts, 5)
        };
        assert_eq!(found(&[&[1.0, 1.1, 1e15]]), [false, false, true]);
        // Nobody knows which of two is wrong, nor whether others who differ as much are.
        assert_eq!(found(&[&[1.0, 1e15]]), [false; 2]);
        assert_eq!(found(&[&[1.0, 500.0, 1e3], &[1.0, 1.1, 1.2]]), [false; 6]);
        // Objects may be of different sizes.
        let sizes: [&[f64]; 3] = [&[1.0, 1.1, 1.2], &[2.0, 2.1, 2.2], &[8e6, 9e6, 7e6]];
        assert_eq!(found(&sizes), [false; 9]);
        // The last worker gives everything in another unit.
        let unit: [&[f64]; 3] = [&[1.0, 1.1, 1e3], &[2.0, 2.1, 2e3], &[3.0, 3.1, 3e3]];
        assert_eq!(found(&unit), [false; 9]);
    }
}
