//! Krippendorff's alpha: 1 minus the disagreement seen over that of the same answers dealt out by
//! chance.
//!
//! - Differences of two answers, squared: nominal, 1 when they are not the same; ordinal, of their
//!   ranks among all answers, equal answers in the middle of theirs; interval, of the numbers; ratio,
//!   the difference of the numbers over their sum.
//! - Source: Krippendorff, "Computing Krippendorff's alpha-reliability", 2011. Any number of workers,
//!   any answers missing; an object with fewer than two answers does not count.
//! - Complexity: O(answers × log answers) time and O(answers) memory; ratios O(distinct values²) and
//!   O(Σ of the squared answers of an object) time.
//! - When only one value was ever given alpha is 1, as all agree.

use super::no_noise;
use crate::answers::Answers;
use crate::numbers::Numbers;

/// Different values that ratios are taken of; the time grows with the square.
pub const RATIO_VALUES_MAX: usize = 10_000;

/// What of two answers differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// That they are not the same.
    Nominal,
    /// Their ranks.
    Ordinal,
    /// The numbers.
    Interval,
    /// The numbers, relative to their size.
    Ratio,
}

/// Values of the objects with at least two answers; all are finite.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Units {
    values: Vec<f64>,
    /// Where each object's values start; one more at the end.
    starts: Vec<usize>,
}

impl Units {
    /// Labels, by index.
    pub fn of_labels(answers: &Answers) -> Units {
        Units::gather((0..answers.objects()).map(|object| {
            let of_object = answers.of(object).iter();
            of_object.map(|answer| f64::from(answer.label)).collect()
        }))
    }

    /// Labels that stand for numbers; none unless there is a number, finite and closer to 0 than
    /// [`crate::numbers::VALUE_MAX`], for each label.
    pub fn of_values(answers: &Answers, values: &[f64]) -> Option<Units> {
        let fits = |value: &f64| value.abs() <= crate::numbers::VALUE_MAX;
        if values.len() < answers.labels() || !values.iter().all(fits) {
            return None;
        }
        Some(Units::gather((0..answers.objects()).map(|object| {
            let of_object = answers.of(object).iter();
            of_object
                .map(|answer| values[answer.label as usize])
                .collect()
        })))
    }

    /// Numbers.
    pub fn of_numbers(numbers: &Numbers) -> Units {
        Units::gather((0..numbers.objects()).map(|object| {
            let of_object = numbers.of(object).into_iter();
            of_object.map(|(_, value)| value).collect()
        }))
    }

    fn gather(objects: impl Iterator<Item = Vec<f64>>) -> Units {
        let (mut values, mut starts) = (Vec::new(), vec![0]);
        for mut of_object in objects {
            if of_object.len() >= 2 {
                values.append(&mut of_object);
                starts.push(values.len());
            }
        }
        Units { values, starts }
    }

    fn each(&self) -> impl Iterator<Item = &[f64]> {
        let ranges = self.starts.windows(2);
        ranges.map(|range| &self.values[range[0]..range[1]])
    }
}

/// The alpha; none where no object has two answers, and for ratios where a value is below 0 or more
/// than [`RATIO_VALUES_MAX`] differ.
pub fn alpha(units: &Units, difference: Difference) -> Option<f64> {
    if units.values.is_empty() {
        return None;
    }
    let (seen, by_chance) = match difference {
        Difference::Nominal => nominal(units),
        Difference::Ordinal => squares(&ranked(units)),
        Difference::Interval => squares(units),
        Difference::Ratio => ratios(units)?,
    };
    Some(if by_chance > 0.0 {
        no_noise(1.0 - (units.values.len() as f64 - 1.0) * seen / by_chance)
    } else {
        1.0
    })
}

/// Differences within objects, each over the object's answers but one, and those among all answers.
type Sums = (f64, f64);

fn nominal(units: &Units) -> Sums {
    let apart = |values: &[f64]| {
        let mut values = values.to_vec();
        values.sort_unstable_by(f64::total_cmp);
        let same = values.chunk_by(|one, other| one == other);
        let together: f64 = same.map(|same| (same.len() as f64).powi(2)).sum();
        (values.len() as f64).powi(2) - together
    };
    let seen = units
        .each()
        .map(|values| apart(values) / (values.len() as f64 - 1.0));
    (seen.sum(), apart(&units.values))
}

/// Values as their ranks: half of those that are equal are below.
fn ranked(units: &Units) -> Units {
    let mut sorted = units.values.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let rank = |value: &f64| {
        let below = sorted.partition_point(|other| other < value);
        let upto = sorted.partition_point(|other| other <= value);
        (below + upto) as f64 / 2.0
    };
    Units {
        values: units.values.iter().map(rank).collect(),
        starts: units.starts.clone(),
    }
}

fn squares(units: &Units) -> Sums {
    // Σ over pairs of (c − k)² = 2·count·Σ(c − mean)².
    let apart = |values: &[f64]| {
        let count = values.len() as f64;
        let mean: f64 = values.iter().map(|value| value / count).sum();
        let around = values.iter().map(|value| (value - mean).powi(2));
        2.0 * count * around.sum::<f64>()
    };
    // Sums of equal values may leave the noise of rounding.
    if units.values.iter().all(|value| *value == units.values[0]) {
        return (0.0, 0.0);
    }
    let seen = units
        .each()
        .map(|values| apart(values) / (values.len() as f64 - 1.0));
    (seen.sum(), apart(&units.values))
}

fn ratios(units: &Units) -> Option<Sums> {
    let mut sorted = units.values.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let counted: Vec<(f64, f64)> = sorted
        .chunk_by(|one, other| one == other)
        .map(|same| (same[0], same.len() as f64))
        .collect();
    if sorted.iter().any(|value| *value < 0.0) || counted.len() > RATIO_VALUES_MAX {
        return None;
    }
    let apart = |one: f64, other: f64| {
        let sum = one + other;
        if sum > 0.0 {
            ((one - other) / sum).powi(2)
        } else {
            0.0
        }
    };
    let mut seen = 0.0;
    for values in units.each() {
        let mut here = 0.0;
        for one in values {
            for other in values {
                here += apart(*one, *other);
            }
        }
        seen += here / (values.len() as f64 - 1.0);
    }
    let mut by_chance = 0.0;
    for (one, often) in &counted {
        for (other, as_often) in &counted {
            by_chance += often * as_often * apart(*one, *other);
        }
    }
    Some((seen, by_chance))
}
