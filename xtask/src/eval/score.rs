//! How good labels and their probabilities are, against gold truth.

use cairn_algorithms::classification::Consolidation;

use super::sets::Set;

/// A probability of the true label is taken for at least this much, or one sure mistake would decide the log loss.
const LEAST: f64 = 1e-6;
/// Bins of the calibration error, equally wide.
const BINS: usize = 10;

/// Figures of one set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Share of right labels. Labels that tie for the first place share their credit.
    pub accuracy: f64,
    /// Mean of −ln of the true label's probability.
    pub log_loss: f64,
    /// Expected calibration error: how far accuracy is from the label's probability, over the bins.
    pub calibration_error: f64,
}

impl Score {
    /// Scores probabilities.
    pub fn of_posteriors(set: &Set, posterior: impl Fn(usize) -> Vec<f64>) -> Score {
        let (mut right, mut loss) = (0.0, 0.0);
        let mut bins = [(0.0, 0.0, 0.0); BINS];
        for (object, truth) in &set.gold {
            let posterior = posterior(*object);
            let truth = *truth as usize;
            let most = posterior.iter().copied().fold(0.0, f64::max);
            let credit = credit(&posterior, truth);
            right += credit;
            loss -= posterior[truth].max(LEAST).ln();
            let bin = &mut bins[((most * BINS as f64) as usize).min(BINS - 1)];
            *bin = (bin.0 + 1.0, bin.1 + most, bin.2 + credit);
        }
        let count = set.gold.len() as f64;
        let gaps = bins.iter().map(|(_, sure, right)| (sure - right).abs());
        Score {
            accuracy: right / count,
            log_loss: loss / count,
            calibration_error: gaps.sum::<f64>() / count,
        }
    }

    /// Scores labels alone: each is taken for certain.
    pub fn of_labels(set: &Set, labels: &Consolidation) -> Score {
        let count = set.answers.labels();
        Score::of_posteriors(set, |object| {
            let mut posterior = vec![0.0; count];
            match &labels.objects[object] {
                Some(decision) => posterior[decision.label as usize] = 1.0,
                None => posterior.fill(1.0 / count as f64),
            }
            posterior
        })
    }
}

/// What a posterior is given for its most probable label: 1 when that is right; labels that tie share it.
pub fn credit(posterior: &[f64], truth: usize) -> f64 {
    let most = posterior.iter().copied().fold(0.0, f64::max);
    let first: Vec<usize> = (0..posterior.len())
        .filter(|at| posterior[*at] >= most * (1.0 - 1e-9))
        .collect();
    f64::from(u8::from(first.contains(&truth))) / first.len() as f64
}

/// The mean; 0 of nothing.
pub fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len().max(1);
    values.sum::<f64>() / count as f64
}

#[cfg(test)]
mod tests {
    use cairn_algorithms::Answers;

    use super::*;

    #[test]
    fn scores_are_those_of_the_definitions() {
        let set = Set {
            name: String::new(),
            answers: Answers::new(3, 1, 2, &[]).unwrap(),
            gold: vec![(0, 0), (1, 0), (2, 1)],
        };
        let posteriors = [[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]];
        let score = Score::of_posteriors(&set, |object| posteriors[object].to_vec());
        assert!((score.accuracy - 0.5).abs() < 1e-12);
        let loss = -(0.9f64.ln() + 0.2f64.ln() + 0.5f64.ln()) / 3.0;
        assert!((score.log_loss - loss).abs() < 1e-12);
        // Bins 0.9 (0.9 sure, right), 0.8 (0.8 sure, wrong) and 0.5 (half right).
        let gap = (0.1 + 0.8 + 0.0) / 3.0;
        assert!((score.calibration_error - gap).abs() < 1e-12);
        assert_eq!(mean([].into_iter()), 0.0);
    }
}
