//! Which objects most deserve one more answer.
//!
//! - Model: one more answer comes from a typical worker, who is right as often as the crowd is
//!   ([`Crowd`]). For each label that they may say the posterior would change by Bayes' rule.
//! - Steps: [`Worth::gain`] is how much the probability of the most likely label is expected to rise,
//!   which is how much the expected error falls. Where one answer cannot change the label it is 0; so
//!   objects with equal gains come by [`Worth::information`], which is how much the answer and the
//!   truth tell of each other.
//! - Source: value of information as in Roy and McCallum, "Toward optimal active learning through
//!   sampling estimation of error reduction", 2001; for crowds Sheng, Provost and Ipeirotis, "Get
//!   another label?", 2008.
//! - Complexity: O(labels) an object with an accuracy, O(labels²) with a confusion; O(objects × log
//!   objects) to order them.
//! - Ties: by the object's index. Objects without answers have the prior as their posterior and come
//!   where that puts them.

use thiserror::Error;

use crate::classification::Skill;

/// How far the sum of a row of probabilities may be from 1.
const NOISE: f64 = 1e-6;
/// Gains that differ by less are equal: they come from sums in another order.
const SAME: f64 = 1e-12;

/// How a typical worker answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Crowd<'a> {
    /// Right with this probability, else any other label.
    Accuracy(f64),
    /// Labels × labels, by true label: the probability of each label given. See [`mean_confusion`].
    Confusion(&'a [f64]),
}

/// Why objects cannot be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NextAnswerError {
    /// The accuracy is not a number from 0 to 1.
    #[error("the crowd's accuracy is not a number from 0 to 1")]
    Accuracy,
    /// The confusion is not a row of probabilities for each label.
    #[error("the crowd's confusion is not {labels} rows of {labels} probabilities")]
    Confusion {
        /// Labels of the first object.
        labels: usize,
    },
    /// An object's posterior is not as many probabilities as there are labels.
    #[error("the posterior of object {object} is not {labels} probabilities")]
    Posterior {
        /// The object's index.
        object: usize,
        /// Labels of the first object.
        labels: usize,
    },
}

/// What one more answer is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worth {
    /// Which object.
    pub object: u32,
    /// Expected rise of the probability of the most likely label, in 0..=1.
    pub gain: f64,
    /// Expected fall of the posterior's entropy, in nats; not negative.
    pub information: f64,
}

/// Orders objects by what one more answer is worth, and gives the first `count_max` of them.
pub fn order<'a>(
    posteriors: impl IntoIterator<Item = &'a [f64]>,
    crowd: Crowd<'_>,
    count_max: usize,
) -> Result<Vec<Worth>, NextAnswerError> {
    let mut labels = None;
    let mut all = Vec::new();
    for (object, posterior) in posteriors.into_iter().enumerate() {
        let labels = match labels {
            Some(labels) => labels,
            None => {
                check(crowd, posterior.len())?;
                *labels.insert(posterior.len())
            }
        };
        if posterior.len() != labels || !are_probabilities(posterior) {
            return Err(NextAnswerError::Posterior { object, labels });
        }
        let (gain, information) = worth(posterior, crowd);
        all.push(Worth {
            object: object as u32,
            gain,
            information,
        });
    }
    let steps = |value: f64| (value / SAME).round();
    all.sort_by(|one, other| {
        steps(other.gain)
            .total_cmp(&steps(one.gain))
            .then(steps(other.information).total_cmp(&steps(one.information)))
    });
    all.truncate(count_max);
    Ok(all)
}

/// Everybody's accuracy: the mean over answers, with one right and one wrong answer more. Pass it to
/// [`Crowd::Accuracy`].
pub fn mean_accuracy(workers: &[Skill]) -> f64 {
    let (mut right, mut answers) = (1.0, 2.0);
    for worker in workers {
        right += worker.accuracy * f64::from(worker.answers);
        answers += f64::from(worker.answers);
    }
    (right / answers).clamp(0.0, 1.0)
}

/// Everybody's confusion, with one more right answer for each label and a quarter of an answer for
/// every other. Pass it to [`Crowd::Confusion`].
pub fn mean_confusion(workers: &[Skill], labels: usize) -> Vec<f64> {
    let mut rows = vec![0.25; labels * labels];
    for label in 0..labels {
        rows[label * labels + label] = 1.0;
    }
    for confusion in workers.iter().map(|worker| &worker.confusion) {
        for (given, counts) in confusion.given.iter().zip(&confusion.counts) {
            for (truth, count) in counts {
                let truth = *truth as usize;
                if truth < labels && (*given as usize) < labels {
                    rows[truth * labels + *given as usize] += count;
                }
            }
        }
    }
    for row in rows.chunks_exact_mut(labels.max(1)) {
        let sum: f64 = row.iter().sum();
        for chance in row {
            *chance /= sum;
        }
    }
    rows
}

fn check(crowd: Crowd<'_>, labels: usize) -> Result<(), NextAnswerError> {
    match crowd {
        Crowd::Accuracy(accuracy) if (0.0..=1.0).contains(&accuracy) => Ok(()),
        Crowd::Accuracy(_) => Err(NextAnswerError::Accuracy),
        Crowd::Confusion(rows) => {
            let fits = rows.len() == labels * labels
                && rows.chunks_exact(labels.max(1)).all(are_probabilities);
            fits.then_some(())
                .ok_or(NextAnswerError::Confusion { labels })
        }
    }
}

fn are_probabilities(row: &[f64]) -> bool {
    let is_chance = |value: &f64| (-NOISE..=1.0 + NOISE).contains(value);
    row.iter().all(is_chance) && (row.iter().sum::<f64>() - 1.0).abs() < NOISE
}

/// Gain and information. Of the joint probabilities of truth and answer, the largest for each answer
/// add up to the probability of the label that would be most likely then.
fn worth(posterior: &[f64], crowd: Crowd<'_>) -> (f64, f64) {
    let labels = posterior.len();
    let before = posterior.iter().copied().fold(0.0, f64::max);
    let (mut after, mut information) = (0.0, 0.0);
    match crowd {
        Crowd::Accuracy(accuracy) => {
            let wrong = if labels > 1 {
                (1.0 - accuracy) / (labels as f64 - 1.0)
            } else {
                return (0.0, 0.0);
            };
            // The largest two: the best of the other labels is one of them.
            let first = crate::classification::first_largest(posterior);
            let others = posterior.iter().enumerate();
            let second = others
                .filter(|(label, _)| *label != first)
                .map(|(_, chance)| *chance)
                .fold(0.0, f64::max);
            for (given, chance) in posterior.iter().enumerate() {
                let other = if given == first { second } else { before };
                after += f64::max(accuracy * chance, wrong * other);
                let said = accuracy * chance + wrong * (1.0 - chance);
                information += entropy(said);
            }
            information -= entropy(accuracy) + (labels as f64 - 1.0) * entropy(wrong);
        }
        Crowd::Confusion(rows) => {
            for given in 0..labels {
                let (mut most, mut said) = (0.0, 0.0);
                for (truth, chance) in posterior.iter().enumerate() {
                    let both = chance * rows[truth * labels + given];
                    most = f64::max(most, both);
                    said += both;
                }
                after += most;
                information += entropy(said);
            }
            for (row, chance) in rows.chunks_exact(labels.max(1)).zip(posterior) {
                information -= chance * row.iter().map(|given| entropy(*given)).sum::<f64>();
            }
        }
    }
    ((after - before).max(0.0), information.max(0.0))
}

/// A term of the entropy.
fn entropy(chance: f64) -> f64 {
    if chance > 0.0 {
        -chance * chance.ln()
    } else {
        0.0
    }
}
