//! The first round of [`super`]: what it tells of labels and workers.

use super::super::count_of;
use super::super::given::Given;
use super::super::pairs::number;
use super::counts::Counts;
use crate::answers::{Answer, Answers};
use crate::sums::add_equal;

/// Accuracy that everybody is given before anything is known.
const FIRST_ACCURACY: f64 = 0.7;

/// The columns of the workers' matrices: one for each label that a worker used.
pub(super) struct Columns {
    /// By column.
    pub(super) given: Vec<u32>,
    /// Where each worker's start; one more at the end.
    starts: Vec<u32>,
    /// By answer.
    pub(super) of_answer: Vec<u32>,
    /// By worker, the number of answers.
    pub(super) answers: Vec<u32>,
}

impl Columns {
    pub(super) fn new(answers: &Answers) -> Columns {
        let (pairs, _) = number(answers, &Given::default());
        let find = |answer: &Answer| pairs.find(answer.worker as usize, answer.label);
        // Every answer has a pair.
        let of_answer = answers.all().iter().filter_map(find);
        let of_answer = of_answer.map(|pair| pair as u32).collect();
        let mut counts = vec![0; answers.workers()];
        for answer in answers.all() {
            counts[answer.worker as usize] += 1;
        }
        Columns {
            given: pairs.given,
            starts: pairs.starts,
            of_answer,
            answers: counts,
        }
    }

    pub(super) fn of(&self, worker: usize) -> std::ops::Range<usize> {
        self.starts[worker] as usize..self.starts[worker + 1] as usize
    }
}

/// `I(accuracy)` at one place: on the diagonal or off it.
fn smoothed(accuracy: f64, on_diagonal: bool, labels: usize) -> f64 {
    match (on_diagonal, labels) {
        (_, 0 | 1) => 1.0,
        (true, _) => accuracy,
        (false, _) => (1.0 - accuracy) / (labels - 1) as f64,
    }
}

/// What the first round tells, as far as it differs from what all other labels have.
pub(super) struct Matrices {
    /// By column: true labels with P(given | true) over that of the others, apart from `rows`.
    pub(super) ratios: Vec<Vec<(u32, f64)>>,
    /// By column, the largest of these.
    pub(super) largest: Vec<f64>,
    /// By worker: true labels with what is due to their row being longer than those of the others.
    pub(super) rows: Vec<Vec<(u32, f64)>>,
}

/// The first round: the prior of the second by label, and the matrices. All priors and matrices are
/// alike as yet, so that the posterior of an object is one number for all labels that nobody gave it.
pub(super) fn first(answers: &Answers, columns: &Columns) -> (Vec<f64>, Matrices) {
    let labels = answers.labels();
    let right = smoothed(FIRST_ACCURACY, true, labels);
    let log_ratio = (right / smoothed(FIRST_ACCURACY, false, labels)).ln();
    let mut counts = Counts::new(columns.given.len(), labels);
    // By column, what each label without a count of its own has.
    let mut others = vec![0.0; columns.given.len()];
    let (mut prior, mut prior_of_others, mut answered) = (vec![0.0; labels], 0.0, 0u32);
    let mut votes: Vec<(u32, f64)> = Vec::new();
    let mut at = 0;
    for object in 0..answers.objects() {
        let of_object = answers.of(object);
        let own = &columns.of_answer[at..at + of_object.len()];
        at += of_object.len();
        if of_object.is_empty() {
            continue;
        }
        answered += 1;
        votes.clear();
        votes.extend(of_object.iter().map(|answer| (answer.label, 1.0)));
        votes.sort_unstable_by_key(|(label, _)| *label);
        add_equal(&mut votes);
        let most = votes.iter().map(|(_, votes)| *votes).fold(0.0, f64::max);
        let chance = |votes: f64| (log_ratio * (votes - most)).exp();
        let is_all = votes.len() == labels;
        let rest = if is_all { 0.0 } else { chance(0.0) };
        let given: f64 = votes.iter().map(|(_, votes)| chance(*votes)).sum();
        let total = given + rest * (labels - votes.len()) as f64;
        prior_of_others += rest / total;
        for (label, votes) in &votes {
            let more = (chance(*votes) - rest) / total;
            prior[*label as usize] += more;
            for column in own {
                counts.add(*column, *label, more);
            }
        }
        for column in own {
            others[*column as usize] += rest / total;
        }
    }
    for prior in &mut prior {
        *prior = (*prior + prior_of_others) / f64::from(answered.max(1));
    }
    let counts = counts.columns(columns.given.len());
    (prior, Matrices::new(columns, labels, counts, &others))
}

impl Matrices {
    fn new(
        columns: &Columns,
        labels: usize,
        mut counts: Vec<Vec<(u32, f64)>>,
        others: &[f64],
    ) -> Matrices {
        let mut rows = Vec::with_capacity(columns.answers.len());
        let mut largest = vec![1.0; counts.len()];
        for (worker, answers) in columns.answers.iter().enumerate() {
            let own = columns.of(worker);
            let weight = f64::from(*answers);
            // The rows of both smoothing matrices sum to 1.
            let row_of_others = 1.5 * weight + others[own.clone()].iter().sum::<f64>();
            let mut longer: Vec<(u32, f64)> = counts[own.clone()].concat();
            longer.sort_by_key(|(label, _)| *label);
            add_equal(&mut longer);
            for (_, more) in &mut longer {
                *more = row_of_others / (row_of_others + *more);
            }
            rows.push(longer);
            let mut trace = 0.0;
            for column in own.clone() {
                trace += others[column] + count_of(&counts[column], columns.given[column]);
            }
            // Summed in another order than the answers, the trace may pass n by a rounding error.
            let accuracy = (trace / weight).min(1.0);
            let smooth = |on_diagonal: bool| {
                let own = weight * smoothed(accuracy, on_diagonal, labels);
                own + 0.5 * weight * smoothed(FIRST_ACCURACY, on_diagonal, labels)
            };
            for column in own {
                let (given, base) = (columns.given[column], others[column] + smooth(false));
                let list = &mut counts[column];
                // So few that they are none, but smoothing has its diagonal.
                if let Err(at) = list.binary_search_by_key(&given, |(label, _)| *label) {
                    list.insert(at, (given, 0.0));
                }
                for (truth, count) in list.iter_mut() {
                    let on_diagonal = *truth == given;
                    *count = (others[column] + *count + smooth(on_diagonal)) / base;
                    largest[column] = f64::max(largest[column], *count);
                }
            }
        }
        Matrices {
            ratios: counts,
            largest,
            rows,
        }
    }
}
