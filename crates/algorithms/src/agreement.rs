//! How far the answers of different workers to one object agree.
//!
//! - [`Agreement::raw`]: of all pairs of answers to one object, the share that agree; the mean over
//!   objects with at least two answers.
//! - [`krippendorff`]: alpha, for any number of workers, with any answers missing, and for labels
//!   that differ, are ordered, or stand for numbers. [`cohen`]: kappa of two workers. [`fleiss`]:
//!   kappa of a crowd.
//! - [`comparisons`], [`label_sets`], [`spans`] and [`texts`] measure answers that are not one label.
//! - [`report`] gives all that a report shows.
//! - Complexity: O(answers × log of an object's answers) time for the raw share and Fleiss' kappa;
//!   the others say their own.

pub mod cohen;
pub mod comparisons;
pub mod fleiss;
pub mod krippendorff;
pub mod label_sets;
pub mod spans;
pub mod texts;

use crate::answers::Answers;
use cohen::Cohen;
use krippendorff::{Difference, Units};

/// Agreement of a set of answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Share of agreeing pairs, in 0..=1.
    pub raw: f64,
    /// 1 where all agree, 0 where they agree as often as by chance, below where less often. 1 when
    /// only one label was ever given.
    pub alpha: f64,
    /// Objects with at least two answers.
    pub objects: usize,
}

/// Measures the agreement; none where no object has two answers.
pub fn agreement(answers: &Answers) -> Option<Agreement> {
    let alpha = krippendorff::alpha(&Units::of_labels(answers), Difference::Nominal)?;
    let shares: Vec<f64> = agreeing(answers).collect();
    Some(Agreement {
        raw: shares.iter().sum::<f64>() / shares.len() as f64,
        alpha,
        objects: shares.len(),
    })
}

/// What a report asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReportOptions<'a> {
    /// Whether the labels have an order, which is that of their indices.
    pub is_ordered: bool,
    /// The number that each label stands for, if they do; one a label.
    pub values: Option<&'a [f64]>,
    /// Common objects that two workers need for a kappa of theirs.
    pub common_min: usize,
    /// Pairs of workers to list, those with the most common objects.
    pub listed_max: usize,
}

impl Default for ReportOptions<'_> {
    fn default() -> Self {
        ReportOptions {
            is_ordered: false,
            values: None,
            common_min: 10,
            listed_max: 100,
        }
    }
}

/// All that a report shows of agreement.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Objects with at least two answers.
    pub objects: usize,
    /// Share of agreeing pairs, in 0..=1.
    pub raw: f64,
    /// Of pairs of workers.
    pub cohen: Cohen,
    /// Fleiss' kappa.
    pub fleiss: f64,
    /// Krippendorff's alpha for labels that merely differ.
    pub alpha: f64,
    /// The same for ordered labels, where they are.
    pub alpha_ordinal: Option<f64>,
    /// The same for differences of the labels' numbers, where they are finite.
    pub alpha_interval: Option<f64>,
    /// The same for ratios of the labels' numbers, where none of them is below 0.
    pub alpha_ratio: Option<f64>,
}

/// Measures all of them; none where no object has two answers.
pub fn report(answers: &Answers, options: ReportOptions<'_>) -> Option<Report> {
    let Agreement {
        raw,
        alpha,
        objects,
    } = agreement(answers)?;
    let labels = options.is_ordered.then(|| Units::of_labels(answers));
    let numbers = options
        .values
        .and_then(|values| Units::of_values(answers, values));
    let numbers = numbers.as_ref();
    Some(Report {
        objects,
        raw,
        cohen: cohen::kappas(answers, options.common_min, options.listed_max),
        fleiss: fleiss::kappa(answers)?,
        alpha,
        alpha_ordinal: labels.and_then(|units| krippendorff::alpha(&units, Difference::Ordinal)),
        alpha_interval: numbers.and_then(|units| krippendorff::alpha(units, Difference::Interval)),
        alpha_ratio: numbers.and_then(|units| krippendorff::alpha(units, Difference::Ratio)),
    })
}

/// Of each object with two answers, the share of pairs that agree.
fn agreeing(answers: &Answers) -> impl Iterator<Item = f64> {
    let mut given = Vec::new();
    (0..answers.objects()).filter_map(move |object| {
        let of_object = answers.of(object);
        if of_object.len() < 2 {
            return None;
        }
        given.clear();
        given.extend(of_object.iter().map(|answer| answer.label));
        given.sort_unstable();
        let same = given.chunk_by(|one, other| one == other);
        let together: f64 = same
            .map(|votes| votes.len() as f64 * (votes.len() as f64 - 1.0))
            .sum();
        let count = given.len() as f64;
        Some(together / (count * (count - 1.0)))
    })
}

/// What is 0 but for the noise of rounding as 0, and never as −0.
fn no_noise(value: f64) -> f64 {
    if value.abs() < 1e-12 { 0.0 } else { value }
}

/// How alike two answers to one object are: the mean over its pairs, then over objects with at least
/// two answers, and how many of those there are; none without any.
fn mean_of_pairs<T>(
    objects: impl Iterator<Item = Vec<T>>,
    alike: impl Fn(&T, &T) -> f64,
) -> Option<(f64, usize)> {
    let (mut sum, mut count) = (0.0, 0);
    for answers in objects.filter(|answers| answers.len() > 1) {
        let mut of_object = 0.0;
        for (at, one) in answers.iter().enumerate() {
            let others = answers[at + 1..].iter();
            of_object += others.map(|other| alike(one, other)).sum::<f64>();
        }
        let pairs = answers.len() as f64 * (answers.len() as f64 - 1.0) / 2.0;
        sum += of_object / pairs;
        count += 1;
    }
    (count > 0).then(|| (sum / count as f64, count))
}
