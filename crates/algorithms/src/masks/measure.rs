//! How far labels can be trusted, and how well workers fit them.

use super::Skill;
use super::mask::{Builder, Mask};
use super::patterns::Patterns;

/// Steps of an uncertainty map: class [`LEVELS`] of it would be a pixel whose class nobody gave.
pub const LEVELS: u16 = 20;

/// A label and how far it can be trusted.
pub(super) struct Measured {
    pub mask: Mask,
    pub uncertainty: Mask,
    /// Expected IoU.
    pub expected: f64,
}

/// Of a label that is the same wherever a pattern is.
pub(super) fn of_labels(
    patterns: &Patterns,
    shares: &[f64],
    labels: &[u16],
    classes: usize,
) -> Measured {
    let mut sums = Sums::new(classes);
    let levels: Vec<u16> = (0..patterns.len())
        .map(|pattern| {
            let pixels = patterns.pixels[pattern] as f64;
            sums.add(patterns, shares, pattern, labels[pattern], pixels)
        })
        .collect();
    Measured {
        mask: patterns.mask(labels),
        uncertainty: patterns.mask(&levels),
        expected: sums.expected(),
    }
}

/// Of a label that may be another from place to place.
pub(super) fn of_mask(patterns: &Patterns, shares: &[f64], mask: Mask, classes: usize) -> Measured {
    let mut sums = Sums::new(classes);
    let mut uncertainty = Builder::of_checked(mask.shape());
    let (mut run, mut start) = (0, 0);
    for (pattern, region_end) in patterns.regions.iter().zip(&patterns.ends) {
        while start < *region_end {
            let end = mask.ends()[run].min(*region_end);
            let (class, pixels) = (mask.classes()[run], f64::from(end - start));
            let level = sums.add(patterns, shares, *pattern as usize, class, pixels);
            uncertainty.push(level, end);
            start = end;
            run += usize::from(mask.ends()[run] == end);
        }
    }
    Measured {
        mask,
        uncertainty: uncertainty.finish(),
        expected: sums.expected(),
    }
}

/// What the expected IoU of each class is made of.
struct Sums {
    /// Pixels with the label.
    labeled: Vec<f64>,
    /// Expected pixels of the class among them.
    inside: Vec<f64>,
    /// Expected pixels of the class elsewhere.
    outside: Vec<f64>,
}

impl Sums {
    fn new(classes: usize) -> Sums {
        Sums {
            labeled: vec![0.0; classes],
            inside: vec![0.0; classes],
            outside: vec![0.0; classes],
        }
    }

    /// Adds pixels of a pattern that are labeled alike; the level of their uncertainty.
    fn add(
        &mut self,
        patterns: &Patterns,
        shares: &[f64],
        pattern: usize,
        label: u16,
        pixels: f64,
    ) -> u16 {
        self.labeled[usize::from(label)] += pixels;
        let mut uncertain = 1.0;
        for at in patterns.range(pattern) {
            let candidate = patterns.candidates[at];
            if candidate == label {
                uncertain = 1.0 - shares[at];
                self.inside[usize::from(candidate)] += pixels * shares[at];
            } else {
                self.outside[usize::from(candidate)] += pixels * shares[at];
            }
        }
        (uncertain * f64::from(LEVELS)).round() as u16
    }

    fn expected(&self) -> f64 {
        let iou = |class: usize| self.inside[class] / (self.labeled[class] + self.outside[class]);
        let (mut sum, mut count) = (0.0, 0.0);
        for class in (1..self.labeled.len()).filter(|class| self.labeled[*class] > 0.0) {
            sum += iou(class);
            count += 1.0;
        }
        let expected = if count > 0.0 { sum / count } else { iou(0) };
        // Shares of many answers sum to 1 but for the last bits.
        expected.clamp(0.0, 1.0)
    }
}

/// How each worker's answers fit what is believed.
pub(super) fn skills(
    objects: &[Patterns],
    beliefs: &[Vec<f64>],
    agreements: &[Vec<f64>],
    workers: usize,
    classes: usize,
) -> Vec<Skill> {
    let mut answers = vec![0u32; workers];
    let mut agreed = vec![(0.0, 0.0); workers];
    let mut right = vec![0.0; workers * classes];
    let mut met = vec![0.0; workers * classes];
    for ((patterns, beliefs), agreements) in objects.iter().zip(beliefs).zip(agreements) {
        for (worker, agreement) in patterns.workers.iter().zip(agreements) {
            let worker = *worker as usize;
            answers[worker] += 1;
            if patterns.answers() > 1 {
                agreed[worker].0 += agreement;
                agreed[worker].1 += 1.0;
            }
        }
        for pattern in 0..patterns.len() {
            for at in patterns.range(pattern) {
                let truth = patterns.candidates[at];
                let expected = beliefs[at] * patterns.pixels[pattern] as f64;
                for (worker, given) in patterns.workers.iter().zip(patterns.given(pattern)) {
                    let cell = *worker as usize * classes + usize::from(truth);
                    met[cell] += expected;
                    if *given == truth {
                        right[cell] += expected;
                    }
                }
            }
        }
    }
    (0..workers)
        .map(|worker| {
            let cells = worker * classes..(worker + 1) * classes;
            let (sum, count) = agreed[worker];
            Skill {
                answers: answers[worker],
                agreement: (count > 0.0).then(|| sum / count),
                accuracies: cells
                    .map(|cell| (met[cell] > 1e-9).then(|| right[cell] / met[cell]))
                    .collect(),
            }
        })
        .collect()
}
