//! Majority vote.
//!
//! - Model: every worker is as good as every other; the label is what most of them said.
//! - Steps: count the votes of an object per label; take the label with the most.
//! - Source: folklore; the baseline of every comparison of label aggregation.
//! - Complexity: O(answers × log answers + objects + labels) time; memory O(answers + labels).
//! - Ties: the label with the lowest index wins, which is the order of the label category file.
//! - Single answers: that answer is the label, its posterior is 1, its confidence 0, because nobody
//!   agreed with it.
//! - Missing workers: an object without answers gets no decision; a worker without answers has
//!   accuracy 0 and an empty confusion.
//!
//! The posterior is the share of the votes, and so is the confidence, to two decimals. A worker's
//! accuracy is the share of answers equal to the majority, which flatters everybody a little, since
//! each answer is part of the majority that it is held against.

use super::{Consolidation, Decision, Skill, two_decimals};
use crate::answers::Answers;

/// Decides each object by the most votes.
pub fn consolidate(answers: &Answers) -> Consolidation {
    let mut votes = vec![0u32; answers.labels()];
    let objects: Vec<Option<Decision>> = (0..answers.objects())
        .map(|object| decide(answers, object, &mut votes))
        .collect();
    let workers = skills(answers, &objects);
    Consolidation { objects, workers }
}

/// `votes` is all zero before and after; it is lent so that no object pays for the number of labels.
fn decide(answers: &Answers, object: usize, votes: &mut [u32]) -> Option<Decision> {
    let of_object = answers.of(object);
    for answer in of_object {
        votes[answer.label as usize] += 1;
    }
    let most = of_object
        .iter()
        .map(|answer| (votes[answer.label as usize], answer.label))
        .max_by(|(left, first), (right, second)| left.cmp(right).then(second.cmp(first)));
    for answer in of_object {
        votes[answer.label as usize] = 0;
    }
    let (count, label) = most?;
    let posterior = f64::from(count) / of_object.len() as f64;
    let confidence = if of_object.len() == 1 {
        0.0
    } else {
        two_decimals(posterior)
    };
    Some(Decision {
        label,
        posterior,
        confidence,
        answers: of_object.len() as u32,
    })
}

fn skills(answers: &Answers, objects: &[Option<Decision>]) -> Vec<Skill> {
    let mut skills = vec![Skill::default(); answers.workers()];
    // Worker, label given, label decided.
    let mut said = Vec::with_capacity(answers.all().len());
    for answer in answers.all() {
        let Some(decision) = &objects[answer.object as usize] else {
            continue;
        };
        let skill = &mut skills[answer.worker as usize];
        skill.answers += 1;
        if answer.label == decision.label {
            skill.accuracy += 1.0;
        }
        said.push((answer.worker, answer.label, decision.label));
    }
    said.sort_unstable();
    for same in said.chunk_by(|one, other| one == other) {
        let (worker, given, truth) = same[0];
        let confusion = &mut skills[worker as usize].confusion;
        if confusion.given.last() != Some(&given) {
            confusion.given.push(given);
            confusion.counts.push(Vec::new());
        }
        if let Some(counts) = confusion.counts.last_mut() {
            counts.push((truth, same.len() as f64));
        }
    }
    for skill in &mut skills {
        if skill.answers > 0 {
            skill.accuracy /= f64::from(skill.answers);
        }
    }
    skills
}
