//! How good labels are, against true ones.

use std::path::Path;

use anyhow::bail;

use super::outcome::Figure;

/// Probability that the true label is taken for at least, in the log loss.
const LEAST: f64 = 1e-6;
/// Bins of the calibration, equally wide.
pub(super) const BINS: usize = 10;

pub(super) struct Gold {
    /// Objects with gold and answers.
    pub(super) objects: usize,
    /// Objects with gold but no answers.
    pub(super) missing: usize,
    pub(super) figures: Vec<Figure>,
    /// By bins of confidence; empty where confidences are not probabilities of being right.
    pub(super) calibration: Vec<Bin>,
    /// Pairs of true label and label found, where there are labels to confuse.
    pub(super) confusion: Vec<(Option<u32>, u32)>,
}

impl Gold {
    /// Figures of objects with gold and answers; that there is none is an error of the file.
    pub(super) fn new(
        path: &Path,
        objects: usize,
        missing: usize,
        figures: impl FnOnce() -> Vec<Figure>,
    ) -> anyhow::Result<Gold> {
        if objects == 0 {
            bail!("{}: none of its objects has an answer", path.display());
        }
        Ok(Gold {
            objects,
            missing,
            figures: figures(),
            calibration: Vec::new(),
            confusion: Vec::new(),
        })
    }
}

/// The objects whose confidence lies within a tenth.
#[derive(Clone, Copy, Default)]
pub(super) struct Bin {
    pub(super) objects: usize,
    /// Sums over them.
    pub(super) confidence: f64,
    pub(super) right: f64,
}

/// Adds up how good probabilities are.
#[derive(Default)]
pub(super) struct Scores {
    objects: usize,
    pub(super) missing: usize,
    /// Objects whose true label was given beforehand: they tell nothing.
    pub(super) given: usize,
    right: usize,
    loss: f64,
    bins: [Bin; BINS],
    confusion: Vec<(Option<u32>, u32)>,
}

impl Scores {
    /// Takes an object: its true label, if it is one of the labels, the label found with its
    /// probability, and the probability of the true label.
    pub(super) fn add(&mut self, truth: Option<u32>, found: u32, confidence: f64, of_truth: f64) {
        let right = truth == Some(found);
        self.objects += 1;
        self.right += usize::from(right);
        self.loss -= of_truth.max(LEAST).ln();
        let bin = &mut self.bins[((confidence * BINS as f64) as usize).min(BINS - 1)];
        bin.objects += 1;
        bin.confidence += confidence;
        bin.right += f64::from(u8::from(right));
        self.confusion.push((truth, found));
    }

    pub(super) fn gold(self, path: &Path) -> anyhow::Result<Gold> {
        if self.objects == 0 && self.given > 0 {
            bail!(
                "{}: of all its objects with answers --known gives the label",
                path.display()
            );
        }
        let count = self.objects as f64;
        let gaps = self
            .bins
            .iter()
            .map(|bin| (bin.confidence - bin.right).abs());
        let gold = Gold::new(path, self.objects, self.missing, || {
            vec![
                Figure {
                    name: "accuracy",
                    value: self.right as f64 / count,
                    meaning: "share of objects whose label is the true one",
                },
                Figure {
                    name: "log loss",
                    value: self.loss / count,
                    meaning: "mean of −ln of the probability given to the true label; 0 is best",
                },
                Figure {
                    name: "calibration error",
                    value: gaps.sum::<f64>() / count,
                    meaning: "how far confidence and accuracy are apart, over ten bins; 0 is best",
                },
            ]
        })?;
        Ok(Gold {
            calibration: self.bins.to_vec(),
            confusion: self.confusion,
            ..gold
        })
    }
}
