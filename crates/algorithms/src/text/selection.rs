//! The answer that another worker would most agree with.
//!
//! - Model: how much a new answer to an object will have in common with answer a is a straight line
//!   in two things: the mean similarity of a to the other answers of its object, and the advantage
//!   that the worker of a has in other objects, where an advantage is what a worker's mean similarity
//!   is above that of their object's answers.
//! - Steps: the similarity of every two answers to an object; advantages, with [`MORE_OBJECTS`]
//!   objects without one added to each worker; the line by least squares over all pairs of an answer
//!   and a judge: the similarity to the judge's answer, from the similarity to all the others and
//!   the worker's advantage elsewhere, both taken as differences between answers that have the same
//!   judge. Slopes below zero are taken for zero. The answer with the largest value on the line is
//!   chosen, and the value, together with the object's mean similarity, is the agreement expected.
//! - Source: selection for the least expected loss, Kumar and Byrne, "Minimum Bayes-risk decoding for
//!   statistical machine translation", 2004; reliability of workers beside it as in Li, "Crowdsourced
//!   text sequence aggregation based on hybrid reliability and representation", 2020. How far
//!   reliability counts is learnt here from the answers themselves.
//! - Complexity: O(n²) similarities for n answers of an object.
//! - Ties: the longer text, then the first in order of characters; so that names of workers do not
//!   matter. Single answers: stand. Two answers are equally like each other: the worker decides, and
//!   where no object has three answers a worker's advantage counts as much as similarity.
//! - Missing workers: an object without answers has no text.

use super::{Batch, Skill};

/// Objects without an advantage that are added to those of every worker.
const MORE_OBJECTS: f64 = 3.0;
/// What is smaller is 0 but for rounding.
const NOISE: f64 = 1e-9;

/// Similarities, and what they say about answers and workers.
pub(crate) struct Agreements {
    /// By object, answers × answers.
    similarities: Vec<Vec<f64>>,
    /// By object: the mean similarity of two different answers; 0 where there are no two.
    means: Vec<f64>,
    /// By worker: sum of advantages, objects, sum of mean similarities, objects answered.
    workers: Vec<Totals>,
    /// What a unit of similarity and of advantage are worth.
    slopes: [f64; 2],
    /// Mean similarity of two answers to an object.
    pub(crate) mean: f64,
}

#[derive(Clone, Copy, Default)]
struct Totals {
    advantage: f64,
    similarity: f64,
    /// Objects that others answered too.
    shared: f64,
    answers: u32,
}

impl Agreements {
    pub(crate) fn new(batch: &Batch<'_>) -> Agreements {
        let similarities: Vec<Vec<f64>> = (0..batch.objects())
            .map(|object| similarities(batch, object))
            .collect();
        let of_objects = similarities.iter().enumerate();
        let mut agreements = Agreements {
            means: of_objects
                .map(|(object, own)| mean_of_two(own, batch.of(object).len()))
                .collect(),
            similarities,
            workers: vec![Totals::default(); batch.workers],
            slopes: [1.0, 1.0],
            mean: 0.0,
        };
        let (mut sum, mut count) = (0.0, 0.0);
        for object in 0..batch.objects() {
            let texts = batch.of(object);
            let object_mean = agreements.means[object];
            for (at, text) in texts.iter().enumerate() {
                let totals = &mut agreements.workers[text.worker as usize];
                totals.answers += 1;
                if texts.len() > 1 {
                    let here = mean_but(&agreements.similarities[object], texts.len(), at, None);
                    totals.similarity += here;
                    totals.advantage += here - object_mean;
                    totals.shared += 1.0;
                    sum += here;
                    count += 1.0;
                }
            }
        }
        agreements.mean = sum / f64::max(count, 1.0);
        agreements.fit(batch);
        agreements
    }

    /// Least squares of two slopes, over differences between answers with the same judge.
    fn fit(&mut self, batch: &Batch<'_>) {
        // Sums of squares and products of the two, and of each with the similarity to the judge.
        let (mut aa, mut ab, mut bb, mut ay, mut by) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for object in 0..batch.objects() {
            let count = batch.of(object).len();
            if count < 3 {
                continue;
            }
            let similarities = &self.similarities[object];
            let elsewhere: Vec<f64> = (0..count)
                .map(|at| self.advantage_elsewhere(batch, object, at))
                .collect();
            for judge in 0..count {
                let rows: Vec<[f64; 3]> = (0..count)
                    .filter(|at| *at != judge)
                    .map(|at| {
                        [
                            mean_but(similarities, count, at, Some(judge)),
                            elsewhere[at],
                            similarities[at * count + judge],
                        ]
                    })
                    .collect();
                let mean = |column: usize| {
                    rows.iter().map(|row| row[column]).sum::<f64>() / rows.len() as f64
                };
                let means = [mean(0), mean(1), mean(2)];
                for row in &rows {
                    let [a, b, y] = std::array::from_fn(|column| row[column] - means[column]);
                    aa += a * a;
                    ab += a * b;
                    bb += b * b;
                    ay += a * y;
                    by += b * y;
                }
            }
        }
        let determinant = aa * bb - ab * ab;
        // Of what is 0 but for rounding nothing may follow: it depends on the order of the workers.
        if aa.min(bb) > NOISE && determinant > NOISE * aa * bb {
            let slopes = [
                (ay * bb - by * ab) / determinant,
                (by * aa - ay * ab) / determinant,
            ];
            self.slopes = slopes.map(slope_or_none);
        } else if aa > NOISE {
            self.slopes = [slope_or_none(ay / aa), 0.0];
        }
        if self.slopes == [0.0, 0.0] {
            // The crowd agrees on nothing that could be learnt: the plain mean similarity decides.
            self.slopes = [1.0, 0.0];
        }
    }

    /// Position of the best answer of an object, without one answer where that is left out; none
    /// where no answer is left.
    pub(crate) fn best(
        &self,
        batch: &Batch<'_>,
        object: usize,
        without: Option<usize>,
    ) -> Option<usize> {
        let texts = batch.of(object);
        let mut best: Option<(usize, f64)> = None;
        for (at, text) in texts.iter().enumerate() {
            if without == Some(at) {
                continue;
            }
            let value = self.value(batch, object, at, without);
            let is_better = best.is_none_or(|(other, most)| {
                let is_tie = (value - most).abs() <= NOISE;
                let other = texts[other].text;
                let first = (other.len(), text.text) < (text.text.len(), other);
                if is_tie { first } else { value > most }
            });
            if is_better {
                best = Some((at, value));
            }
        }
        best.map(|(at, _)| at)
    }

    fn value(&self, batch: &Batch<'_>, object: usize, at: usize, without: Option<usize>) -> f64 {
        let count = batch.of(object).len();
        let near = mean_but(&self.similarities[object], count, at, without);
        self.slopes[0] * near + self.slopes[1] * self.advantage_elsewhere(batch, object, at)
    }

    /// The agreement with one more answer that is expected of an answer of an object with several.
    pub(crate) fn expected(&self, batch: &Batch<'_>, object: usize, at: usize) -> f64 {
        let count = batch.of(object).len();
        let values = (0..count).map(|at| self.value(batch, object, at, None));
        let mean_value = values.sum::<f64>() / count as f64;
        self.means[object] + self.value(batch, object, at, None) - mean_value
    }

    pub(crate) fn similarity(&self, object: usize, count: usize, one: usize, other: usize) -> f64 {
        self.similarities[object][one * count + other]
    }

    /// What a worker's answers have in common with others, beside the mean of all, at least a tenth.
    pub(crate) fn weight(&self, batch: &Batch<'_>, object: usize, at: usize) -> f64 {
        if self.mean <= 0.0 {
            return 1.0;
        }
        (1.0 + self.advantage_elsewhere(batch, object, at) / self.mean).max(0.1)
    }

    pub(crate) fn skills(&self, batch: &Batch<'_>) -> Vec<Skill> {
        let of = |totals: &Totals| Skill {
            answers: totals.answers,
            agreement: (totals.similarity / totals.shared.max(1.0)).clamp(0.0, 1.0),
        };
        debug_assert_eq!(self.workers.len(), batch.workers);
        self.workers.iter().map(of).collect()
    }

    fn advantage_elsewhere(&self, batch: &Batch<'_>, object: usize, at: usize) -> f64 {
        let texts = batch.of(object);
        let totals = &self.workers[texts[at].worker as usize];
        if texts.len() < 2 {
            return totals.advantage / (totals.shared + MORE_OBJECTS);
        }
        let here = mean_but(&self.similarities[object], texts.len(), at, None) - self.means[object];
        (totals.advantage - here) / (totals.shared - 1.0 + MORE_OBJECTS)
    }
}

fn slope_or_none(slope: f64) -> f64 {
    if slope > NOISE { slope } else { 0.0 }
}

/// Mean similarity of an answer to the others, without one of them where that is left out.
fn mean_but(similarities: &[f64], count: usize, at: usize, without: Option<usize>) -> f64 {
    let row = &similarities[at * count..(at + 1) * count];
    let (mut sum, mut others) = (0.0, 0.0);
    for (other, similarity) in row.iter().enumerate() {
        if other != at && Some(other) != without {
            sum += similarity;
            others += 1.0;
        }
    }
    sum / f64::max(others, 1.0)
}

fn mean_of_two(similarities: &[f64], count: usize) -> f64 {
    let all: f64 = similarities.iter().sum();
    let pairs = (count * count).saturating_sub(count);
    // Every answer is wholly like itself.
    (all - count as f64) / pairs.max(1) as f64
}

fn similarities(batch: &Batch<'_>, object: usize) -> Vec<f64> {
    let texts = batch.of(object);
    let mut similarities = vec![1.0; texts.len() * texts.len()];
    for (one, text) in texts.iter().enumerate() {
        for (other, another) in texts.iter().enumerate().skip(one + 1) {
            let similarity = text.similarity(another);
            similarities[one * texts.len() + other] = similarity;
            similarities[other * texts.len() + one] = similarity;
        }
    }
    similarities
}
