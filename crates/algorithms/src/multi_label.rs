//! Several labels per answer, several labels per object.
//!
//! - Model: each label is a question of its own, "is it there?", answered yes or no by every worker
//!   who answered the object. [`ground_truth`] runs the two-label form of
//!   [`crate::classification::ground_truth`] once per label; [`majority`] counts.
//! - Steps ([`ground_truth`]): for every label that somebody chose somewhere in the batch, run the
//!   rounds with the labels "absent" and "present"; for an object keep each label that at least one
//!   of its workers chose, with the posterior of "present" and the same rescaling,
//!   `0.05 + 0.9·posterior`. A label that nobody chose for an object is not kept however probable.
//! - [`cairn`] shares what is known of workers among the labels; see there.
//! - Steps ([`majority`]): keep the labels that more than half of the object's workers chose; the
//!   confidence is their share.
//! - Source: what the service does here is not published; that minority labels stay, with a low
//!   confidence, is seen in its documented output.
//! - Complexity: O(answers × labels in use) time; O(answers + objects) memory.
//! - Ties: exactly half of the votes is not a majority. Labels come ordered by confidence, highest
//!   first, equal ones by index.
//! - Single answers: its labels are kept, each with confidence 0.
//! - Missing workers: an object without answers gets no decision. A worker who chose the exclusion
//!   category gave an answer with no labels; an object where all did so gets the empty list, which
//!   is a decision.

pub mod cairn;

use crate::answers::{Answer, Answers, AnswersError};
use crate::classification::ground_truth::{confidence, run};
use crate::classification::two_decimals;

/// One worker's labels for one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MultiAnswer {
    /// Which object of the batch.
    pub object: u32,
    /// Which worker.
    pub worker: u32,
    /// The labels chosen; empty when the worker says that none applies. Unknown ones are ignored,
    /// repeated ones count once.
    pub labels: Vec<u32>,
}

/// One label of an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MultiLabel {
    /// Index of the label.
    pub label: u32,
    /// How probable it is that the label applies, by the algorithm's own model.
    pub posterior: f64,
    /// The confidence to publish, as in [`crate::classification::Decision`].
    pub confidence: f64,
    /// How many workers chose it.
    pub votes: u32,
}

/// What the answers to one object amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct MultiDecision {
    /// The labels kept, highest confidence first. May be empty.
    pub labels: Vec<MultiLabel>,
    /// How probable it is that no label applies: 1 less the posterior of each label that somebody chose,
    /// multiplied; for [`majority`] the share of workers who chose none; for [`cairn`] the mean of the two.
    pub nothing: f64,
    /// The confidence to publish of the labels together: that of the least sure one, and where no label
    /// is kept that none applies.
    pub confidence: f64,
    /// How many answers counted.
    pub answers: u32,
}

/// How well one worker's answers fit the labels that were concluded.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct MultiSkill {
    /// How many of the worker's answers counted.
    pub answers: u32,
    /// Mean over the labels in use of the estimated share of right yes-or-no answers.
    pub accuracy: f64,
}

/// The result for a whole batch.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct MultiConsolidation {
    /// By object; `None` where nobody answered.
    pub objects: Vec<Option<MultiDecision>>,
    /// By worker.
    pub workers: Vec<MultiSkill>,
}

/// Keeps every label with a vote, with the confidence of the service's model.
pub fn ground_truth(
    objects: usize,
    workers: usize,
    labels: usize,
    answers: &[MultiAnswer],
) -> Result<MultiConsolidation, AnswersError> {
    let rule = Rule {
        judge: |yes_or_no| {
            let model = run(yes_or_no);
            Judgement {
                present: (model.decided.iter())
                    .map(|decided| match decided {
                        Some((1, posterior)) => *posterior,
                        Some((_, posterior)) => 1.0 - posterior,
                        None => 0.0,
                    })
                    .collect(),
                accuracies: model.skills.iter().map(|skill| skill.accuracy).collect(),
            }
        },
        keeps: |votes, _| votes > 0,
        nothing: |product, _| product,
        confidence,
    };
    consolidate(objects, workers, labels, answers, &rule)
}

/// Keeps the labels that more than half of the workers chose.
pub fn majority(
    objects: usize,
    workers: usize,
    labels: usize,
    answers: &[MultiAnswer],
) -> Result<MultiConsolidation, AnswersError> {
    let rule = Rule {
        judge: count_votes,
        keeps: |votes, answers| votes * 2 > answers,
        nothing: |_, share| share,
        confidence: |share, answers| {
            if answers <= 1 {
                return 0.0;
            }
            two_decimals(share)
        },
    };
    consolidate(objects, workers, labels, answers, &rule)
}

/// Where the two algorithms differ.
struct Rule {
    /// Judges one label over the batch, from answers of 0 (absent) and 1 (present).
    judge: fn(&Answers) -> Judgement,
    /// Whether a label with so many votes of so many answers is kept.
    keeps: fn(usize, usize) -> bool,
    /// How probable it is that no label applies, by the product over the labels chosen and the share of
    /// answers without labels.
    nothing: fn(f64, f64) -> f64,
    /// The confidence of a posterior that so many answers led to.
    confidence: fn(f64, usize) -> f64,
}

/// One label over the batch.
struct Judgement {
    /// By object, how probable it is that the label applies.
    present: Vec<f64>,
    /// By worker, the estimated share of right answers.
    accuracies: Vec<f64>,
}

fn count_votes(yes_or_no: &Answers) -> Judgement {
    let present: Vec<f64> = (0..yes_or_no.objects())
        .map(|object| {
            let of_object = yes_or_no.of(object);
            let votes = of_object.iter().filter(|answer| answer.label == 1).count();
            votes as f64 / of_object.len().max(1) as f64
        })
        .collect();
    let mut right = vec![0u32; yes_or_no.workers()];
    let mut given = vec![0u32; yes_or_no.workers()];
    for answer in yes_or_no.all() {
        given[answer.worker as usize] += 1;
        if (present[answer.object as usize] > 0.5) == (answer.label == 1) {
            right[answer.worker as usize] += 1;
        }
    }
    let accuracies = right
        .iter()
        .zip(&given)
        .map(|(right, given)| f64::from(*right) / f64::from((*given).max(1)))
        .collect();
    Judgement {
        present,
        accuracies,
    }
}

fn consolidate(
    objects: usize,
    workers: usize,
    labels: usize,
    answers: &[MultiAnswer],
    rule: &Rule,
) -> Result<MultiConsolidation, AnswersError> {
    let standing = standing(objects, workers, answers)?;
    let mut in_use: Vec<u32> = standing
        .all()
        .iter()
        .flat_map(|answer| &answers[answer.label as usize].labels)
        .copied()
        .filter(|label| (*label as usize) < labels)
        .collect();
    in_use.sort_unstable();
    in_use.dedup();

    let mut decisions: Vec<Option<MultiDecision>> = (0..objects)
        .map(|object| match standing.of(object).len() {
            0 => None,
            count => Some(MultiDecision {
                labels: Vec::new(),
                nothing: 1.0,
                confidence: 0.0,
                answers: count as u32,
            }),
        })
        .collect();
    let mut skills = vec![MultiSkill::default(); workers];
    for answer in standing.all() {
        skills[answer.worker as usize].answers += 1;
    }

    for label in &in_use {
        let yes_or_no: Vec<Answer> = standing
            .all()
            .iter()
            .map(|answer| Answer {
                label: u32::from(answers[answer.label as usize].labels.contains(label)),
                ..*answer
            })
            .collect();
        let yes_or_no = Answers::new(objects, workers, 2, &yes_or_no)?;
        let judgement = (rule.judge)(&yes_or_no);
        for (skill, accuracy) in skills.iter_mut().zip(&judgement.accuracies) {
            skill.accuracy += accuracy / in_use.len() as f64;
        }
        for (object, decision) in decisions.iter_mut().enumerate() {
            let Some(decision) = decision else { continue };
            let of_object = yes_or_no.of(object);
            let votes = of_object.iter().filter(|answer| answer.label == 1).count();
            if votes > 0 {
                decision.nothing *= 1.0 - judgement.present[object];
            }
            if (rule.keeps)(votes, of_object.len()) {
                let posterior = judgement.present[object];
                decision.labels.push(MultiLabel {
                    label: *label,
                    posterior,
                    confidence: (rule.confidence)(posterior, of_object.len()),
                    votes: votes as u32,
                });
            }
        }
    }
    let is_empty = |answer: &&Answer| {
        let chosen = &answers[answer.label as usize].labels;
        !chosen.iter().any(|label| (*label as usize) < labels)
    };
    for (object, decision) in decisions.iter_mut().enumerate() {
        let Some(decision) = decision else { continue };
        // Labels were visited in ascending order and the sort is stable.
        decision
            .labels
            .sort_by(|left, right| right.confidence.total_cmp(&left.confidence));
        let of_object = standing.of(object);
        let none = of_object.iter().filter(is_empty).count();
        decision.nothing = (rule.nothing)(decision.nothing, none as f64 / of_object.len() as f64);
        let of_nothing = (rule.confidence)(decision.nothing, of_object.len());
        decision.confidence = together(&decision.labels, of_nothing);
    }
    Ok(MultiConsolidation {
        objects: decisions,
        workers: skills,
    })
}

/// The confidence of labels together.
fn together(labels: &[MultiLabel], of_nothing: f64) -> f64 {
    let least = labels.iter().map(|label| label.confidence);
    least.min_by(f64::total_cmp).unwrap_or(of_nothing)
}

/// The answers that count, each with its position in `answers` in place of a label.
fn standing(
    objects: usize,
    workers: usize,
    answers: &[MultiAnswer],
) -> Result<Answers, AnswersError> {
    let given = answers.iter().map(|answer| (answer.object, answer.worker));
    Answers::standing(objects, workers, given)
}
