//! How far workers agree who give any number of labels.
//!
//! - Model: none; the sets of labels that two workers gave to one object are compared.
//! - [`LabelSetAgreement::jaccard`]: labels that both gave over labels that either gave; the mean over
//!   pairs of answers, then over objects with at least two answers.
//! - [`LabelSetAgreement::alpha`]: Krippendorff's alpha with the MASI distance of two sets, which is
//!   1 − m × Jaccard, where m is 1 for equal sets, ⅔ where one is part of the other, ⅓ where they only
//!   overlap, and 0 where they share nothing.
//! - Source: Passonneau, "Measuring agreement on set-valued items (MASI) for semantic and pragmatic
//!   annotation", 2006.
//! - Complexity: O(Σ of the squared answers of an object × labels) time, and for alpha O(different
//!   sets² × labels).
//! - Ties: there are none to break. Two empty sets are the same; an empty one shares nothing with any
//!   other. When only one set was ever given alpha is 1, as all agree.
//! - Single answers: an object with one answer does not count. Missing workers: nor do they.

use std::collections::BTreeMap;

use super::mean_of_pairs;
use crate::answers::{Answers, AnswersError};
use crate::multi_label::MultiAnswer;

/// Different sets that alpha is measured for; the time grows with the square.
pub const SETS_MAX: usize = 5_000;

/// Agreement of a set of answers with any number of labels each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelSetAgreement {
    /// Mean Jaccard index of two answers, in 0..=1.
    pub jaccard: f64,
    /// 1 where all agree, 0 where they agree as often as by chance, below where less often; none where
    /// more than [`SETS_MAX`] different sets were given.
    pub alpha: Option<f64>,
    /// Objects with at least two answers.
    pub objects: usize,
}

/// Measures the agreement; none where no object has two answers.
///
/// `objects`, `workers` and `labels` are those of [`crate::multi_label`]: labels that are not below
/// `labels` are ignored.
pub fn agreement(
    objects: usize,
    workers: usize,
    labels: usize,
    answers: &[MultiAnswer],
) -> Result<Option<LabelSetAgreement>, AnswersError> {
    let given = answers.iter().map(|answer| (answer.object, answer.worker));
    let standing = Answers::standing(objects, workers, given)?;
    let mut numbers: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
    let units: Vec<Vec<usize>> = (0..objects)
        .map(|object| {
            let of_object = standing.of(object).iter();
            let sets = of_object.map(|answer| {
                let mut set = answers[answer.label as usize].labels.clone();
                set.retain(|label| (*label as usize) < labels);
                set.sort_unstable();
                set.dedup();
                let next = numbers.len();
                *numbers.entry(set).or_insert(next)
            });
            sets.collect()
        })
        .collect();
    let mut sets: Vec<&[u32]> = vec![&[]; numbers.len()];
    for (set, number) in &numbers {
        sets[*number] = set;
    }
    let mean = mean_of_pairs(units.iter().cloned(), |one, other| {
        jaccard(sets[*one], sets[*other])
    });
    Ok(mean.map(|(jaccard, objects)| LabelSetAgreement {
        jaccard,
        alpha: alpha(&units, &sets),
        objects,
    }))
}

fn alpha(units: &[Vec<usize>], sets: &[&[u32]]) -> Option<f64> {
    let mut often = vec![0.0; sets.len()];
    let (mut seen, mut count) = (0.0, 0.0);
    for unit in units.iter().filter(|unit| unit.len() > 1) {
        let mut apart = 0.0;
        for (at, one) in unit.iter().enumerate() {
            often[*one] += 1.0;
            for other in &unit[at + 1..] {
                apart += 2.0 * masi(sets[*one], sets[*other]);
            }
        }
        seen += apart / (unit.len() as f64 - 1.0);
        count += unit.len() as f64;
    }
    let met: Vec<usize> = (0..sets.len()).filter(|set| often[*set] > 0.0).collect();
    if met.len() > SETS_MAX {
        return None;
    }
    let mut by_chance = 0.0;
    for (at, one) in met.iter().enumerate() {
        for other in &met[at + 1..] {
            by_chance += 2.0 * often[*one] * often[*other] * masi(sets[*one], sets[*other]);
        }
    }
    Some(if by_chance > 0.0 {
        1.0 - (count - 1.0) * seen / by_chance
    } else {
        1.0
    })
}

fn shared(one: &[u32], other: &[u32]) -> usize {
    let both = one
        .iter()
        .filter(|label| other.binary_search(label).is_ok());
    both.count()
}

fn jaccard(one: &[u32], other: &[u32]) -> f64 {
    let shared = shared(one, other);
    match one.len() + other.len() - shared {
        0 => 1.0,
        either => shared as f64 / either as f64,
    }
}

/// The distance, in 0..=1.
fn masi(one: &[u32], other: &[u32]) -> f64 {
    let shared = shared(one, other);
    let part = if one.len() == other.len() && shared == one.len() {
        return 0.0;
    } else if shared == one.len() || shared == other.len() {
        2.0 / 3.0
    } else {
        1.0 / 3.0
    };
    1.0 - part * jaccard(one, other)
}
