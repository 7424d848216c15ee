//! Cairn's own consolidation of masks: votes by how far each answer agrees with the others, and fewer
//! or more of them needed by the shape that they outline.
//!
//! - Model: an answer that agrees with the others is more often right. Agreement of two masks is the
//!   mean IoU over the classes, background left out, that either has. And outlines cut corners: who
//!   draws with few clicks covers bays and the space between arms, and loses a little of what bulges.
//!   So a crowd's outlines are the more too large, the less of its convex hull a shape fills.
//! - Steps: weight of an answer = its mean agreement with the other answers to the object; where
//!   workers are persons, the mean of that and of the same over all of the worker's answers. Vote
//!   with these weights; measure how much of the hulls of its pieces each class of that label fills
//!   ([`super::solidity`]). Then, where background is among the classes given, the odds of a class
//!   against it are multiplied by (that share / [`EVEN`])², but never so far that one answer would
//!   be enough against all others, or that one would be missed.
//! - Source: weights as in locally weighted voting (Artaechevarria et al., 2009), with agreement in
//!   place of image likeness. The law of corners is ours, its two constants are from real crowds'
//!   outlines: see docs/decisions/2026-11-29-mask-consolidation.md.
//! - Complexity: O(runs × answers) to count patterns, O(patterns × answers²) for the agreement,
//!   O(runs of the label) for its shape.
//! - Ties: the class with the lowest index. Single answers: the label is the answer. Missing
//!   workers: not counted.

use super::patterns::Patterns;
use super::solidity::solidities;
use super::vote;

/// Least weight of an answer, so that answers which agree with nobody still decide where all do so.
const LEAST: f64 = 0.01;
/// Share of its hull that a shape fills when its outline is drawn neither too large nor too small.
const EVEN: f64 = 0.9;
/// Which power of the share the odds follow.
const POWER: f64 = 2.0;

/// Belief in each candidate of each pattern of each object; `agreements` by object and answer.
pub(super) fn beliefs(
    objects: &[Patterns],
    agreements: &[Vec<f64>],
    workers: usize,
    classes: usize,
    workers_are_persons: bool,
) -> Vec<Vec<f64>> {
    let weights = weights(objects, agreements, workers, workers_are_persons);
    let objects = objects.iter().zip(&weights);
    objects
        .map(|(patterns, weights)| {
            let mut shares = vote::shares(patterns, weights);
            reshape(patterns, &mut shares, classes);
            shares
        })
        .collect()
}

/// How far each answer agrees with the others to the object; 1 for the only one.
pub(super) fn agreements(patterns: &Patterns, classes: usize) -> Vec<f64> {
    let answers = patterns.answers();
    if answers < 2 {
        return vec![1.0; answers];
    }
    let mut areas = vec![0u64; answers * classes];
    for pattern in 0..patterns.len() {
        for (answer, class) in patterns.given(pattern).iter().enumerate() {
            areas[answer * classes + usize::from(*class)] += patterns.pixels[pattern];
        }
    }
    let mut sums = vec![0.0; answers];
    // Pixels that one answer and each of those before it give the same class, by class: a row at a
    // time, because there may be a thousand classes.
    let mut both = vec![0u64; answers * classes];
    for one in 1..answers {
        both[..one * classes].fill(0);
        for pattern in 0..patterns.len() {
            let given = patterns.given(pattern);
            let class = given[one];
            for (other, of_other) in given[..one].iter().enumerate() {
                if *of_other == class {
                    both[other * classes + usize::from(class)] += patterns.pixels[pattern];
                }
            }
        }
        for other in 0..one {
            let cells = other * classes..(other + 1) * classes;
            let iou = mean_iou(
                &areas[one * classes..(one + 1) * classes],
                &areas[cells.clone()],
                &both[cells],
            );
            sums[one] += iou;
            sums[other] += iou;
        }
    }
    sums.iter().map(|sum| sum / (answers - 1) as f64).collect()
}

/// Mean IoU over the classes but background that either has; 1 where both say there is nothing.
fn mean_iou(one: &[u64], other: &[u64], both: &[u64]) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for ((one, other), both) in one.iter().zip(other).zip(both).skip(1) {
        if one + other > 0 {
            sum += *both as f64 / (one + other - both) as f64;
            count += 1.0;
        }
    }
    if count > 0.0 { sum / count } else { 1.0 }
}

/// Weight of each answer of each object.
fn weights(
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

/// Makes of the shares of the votes what the shape that they outline says of them.
fn reshape(patterns: &Patterns, shares: &mut [f64], classes: usize) {
    // A single answer short of all of them stays enough, and a single one more than none too few.
    let edge = 1.5 / patterns.answers() as f64;
    if edge >= 0.5 {
        return;
    }
    let label = patterns.mask(&patterns.labels(shares));
    let odds: Vec<f64> = solidities(&label, classes)
        .iter()
        .map(|share| {
            let needed = 1.0 / (1.0 + (share / EVEN).powf(POWER));
            let needed = needed.clamp(edge, 1.0 - edge);
            (1.0 - needed) / needed
        })
        .collect();
    for pattern in 0..patterns.len() {
        let range = patterns.range(pattern);
        let candidates = &patterns.candidates[range.clone()];
        if candidates[0] != 0 || candidates.len() < 2 {
            continue;
        }
        let shares = &mut shares[range];
        for (class, share) in candidates.iter().zip(shares.iter_mut()).skip(1) {
            *share *= odds[usize::from(*class)];
        }
        let sum: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= sum);
    }
}
