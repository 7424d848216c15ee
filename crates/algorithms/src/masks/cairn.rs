//! Cairn's own consolidation of masks: votes by how far each answer agrees with the others.
//!
//! - Model: an answer that agrees with the others is more often right. Agreement of two masks is the
//!   mean IoU over the classes, background left out, that either has.
//! - Steps: weight of an answer = its mean agreement with the other answers to the object; where
//!   workers are persons, the mean of that and of the same over all of the worker's answers. Then
//!   the vote with these weights.
//! - Source: as locally weighted voting (Artaechevarria et al., 2009), with agreement among workers
//!   in place of image likeness; see docs/decisions/2026-11-29-mask-consolidation.md for what was tried.
//! - Complexity: O(runs × answers) to count patterns, O(patterns × answers²) for the agreement.
//! - Ties: the class with the lowest index. Single answers: the label is the answer. Missing
//!   workers: not counted.

use super::patterns::Patterns;

/// Least weight of an answer, so that answers which agree with nobody still decide where all do so.
const LEAST: f64 = 0.01;

/// Mean IoU of each pair of answers, row by row.
pub(super) fn pairs(patterns: &Patterns, classes: usize) -> Vec<f64> {
    let answers = patterns.answers();
    // Pixels of each answer and class; and of each pair of answers and class that both give.
    let mut areas = vec![0u64; answers * classes];
    let mut both = vec![0u64; answers * answers * classes];
    for pattern in 0..patterns.len() {
        let pixels = patterns.pixels[pattern];
        let given = patterns.given(pattern);
        for (one, class) in given.iter().enumerate() {
            let class = usize::from(*class);
            areas[one * classes + class] += pixels;
            for (other, _) in given[..one]
                .iter()
                .enumerate()
                .filter(|(_, other)| usize::from(**other) == class)
            {
                both[(one * answers + other) * classes + class] += pixels;
            }
        }
    }
    let mut pairs = vec![1.0; answers * answers];
    for one in 0..answers {
        for other in 0..one {
            let (mut sum, mut count) = (0.0, 0.0);
            for class in 1..classes {
                let either = areas[one * classes + class] + areas[other * classes + class];
                let both = both[(one * answers + other) * classes + class];
                if either > 0 {
                    sum += both as f64 / (either - both) as f64;
                    count += 1.0;
                }
            }
            // Both say that there is nothing.
            let iou = if count > 0.0 { sum / count } else { 1.0 };
            pairs[one * answers + other] = iou;
            pairs[other * answers + one] = iou;
        }
    }
    pairs
}

/// How far each answer agrees with the others; 1 for the only one.
pub(super) fn agreements(pairs: &[f64], answers: usize) -> Vec<f64> {
    if answers < 2 {
        return vec![1.0; answers];
    }
    pairs
        .chunks(answers)
        .map(|row| (row.iter().sum::<f64>() - 1.0) / (answers - 1) as f64)
        .collect()
}

/// Weight of each answer of each object; `agreements` by object and answer.
pub(super) fn weights(
    objects: &[Patterns],
    agreements: &[Vec<f64>],
    workers: usize,
    workers_are_persons: bool,
) -> Vec<Vec<f64>> {
    let (mut sums, mut counts) = (vec![0.0; workers], vec![0.0; workers]);
    for (patterns, agreements) in objects.iter().zip(agreements) {
        for (worker, agreement) in patterns.workers.iter().zip(agreements) {
            sums[*worker as usize] += agreement;
            counts[*worker as usize] += 1.0;
        }
    }
    objects
        .iter()
        .zip(agreements)
        .map(|(patterns, agreements)| {
            let answers = patterns.workers.iter().zip(agreements);
            answers
                .map(|(worker, agreement)| {
                    let worker = *worker as usize;
                    let weight = if workers_are_persons {
                        (agreement + sums[worker] / counts[worker]) / 2.0
                    } else {
                        *agreement
                    };
                    weight.max(LEAST)
                })
                .collect()
        })
        .collect()
}
