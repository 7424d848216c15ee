//! Cairn's own consolidation: what always holds, and crowds whose truth is known because it was made.

use cairn_algorithms::classification::{cairn, majority};
use cairn_algorithms::{Answer, Answers};
use proptest::prelude::*;

/// A crowd of workers with an accuracy each, whose errors are spread evenly. The truth of object o
/// is o modulo the labels.
fn crowd(objects: u32, accuracies: &[f64], labels: u32, seed: u64) -> Vec<Answer> {
    let mut state = seed;
    let mut chance = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    };
    let mut answers = Vec::new();
    for object in 0..objects {
        for (worker, accuracy) in accuracies.iter().enumerate() {
            let truth = object % labels;
            let is_right = chance() < *accuracy;
            let error = 1 + (chance() * f64::from(labels - 1)) as u32;
            answers.push(Answer {
                object,
                worker: worker as u32,
                label: if is_right {
                    truth
                } else {
                    (truth + error) % labels
                },
            });
        }
    }
    answers
}

fn right(labels: impl Iterator<Item = u32>, count: u32) -> usize {
    labels
        .enumerate()
        .filter(|(object, label)| *object as u32 % count == *label)
        .count()
}

fn check(accuracies: &[f64], labels: u32, at_least: usize) {
    let list = crowd(300, accuracies, labels, 7);
    let answers = Answers::new(300, accuracies.len(), labels as usize, &list).unwrap();
    let ours = cairn::consolidate(&answers).unwrap();
    let votes = majority::consolidate(&answers);
    let of = |result: &cairn_algorithms::classification::Consolidation| {
        right(result.objects.iter().map(|one| one.unwrap().label), labels)
    };
    let (ours, votes) = (of(&ours), of(&votes));
    assert!(
        ours >= at_least && ours >= votes,
        "{accuracies:?}: {ours} of 300 right, majority {votes}"
    );
}

#[test]
fn good_workers_outweigh_spammers_and_adversaries() {
    check(&[0.9, 0.9, 0.9], 2, 280);
    // Two who know among five who guess.
    check(&[0.95, 0.95, 0.33, 0.33, 0.33, 0.33, 0.33], 3, 270);
    // Adversaries tell the truth by avoiding it.
    check(&[0.9, 0.9, 0.85, 0.8, 0.1, 0.1], 2, 290);
}

#[test]
fn skills_are_those_of_the_crowd() {
    let accuracies = [0.95, 0.8, 0.6, 0.9, 0.7];
    let list = crowd(2_000, &accuracies, 4, 3);
    let answers = Answers::new(2_000, 5, 4, &list).unwrap();
    let workers = cairn::consolidate(&answers).unwrap().workers;
    for (skill, accuracy) in workers.iter().zip(accuracies) {
        assert!(
            (skill.accuracy - accuracy).abs() < 0.06,
            "{} for {accuracy}",
            skill.accuracy
        );
        assert_eq!(skill.answers, 2_000);
    }
}

#[test]
fn what_is_hardly_there_still_has_an_answer() {
    let none = Answers::new(2, 0, 3, &[]).unwrap();
    assert_eq!(cairn::consolidate(&none).unwrap().objects, [None, None]);
    let no_labels = Answers::new(1, 1, 0, &[]).unwrap();
    assert_eq!(cairn::consolidate(&no_labels).unwrap().objects, [None]);
    let one = Answer {
        object: 0,
        worker: 0,
        label: 1,
    };
    // One answer is believed, but not for certain.
    let alone = Answers::new(2, 1, 2, &[one]).unwrap();
    let result = cairn::consolidate(&alone).unwrap();
    let decision = result.objects[0].unwrap();
    assert_eq!(decision.label, 1);
    assert!(
        decision.posterior > 0.5 && decision.posterior < 0.95,
        "{decision:?}"
    );
    assert_eq!(result.objects[1], None);
    // With one label there is nothing else to say.
    let only = Answers::new(1, 1, 1, &[Answer { label: 0, ..one }]).unwrap();
    assert_eq!(
        cairn::consolidate(&only).unwrap().objects[0]
            .unwrap()
            .posterior,
        1.0
    );
}

#[test]
fn tables_beyond_memory_are_refused() {
    let labels = 1_000_000;
    let list: Vec<Answer> = (0..1_000)
        .map(|object| Answer {
            object,
            worker: 0,
            label: object,
        })
        .collect();
    let answers = Answers::new(1_000, 1, labels, &list).unwrap();
    assert_eq!(
        cairn::estimate(&answers).unwrap_err().to_string(),
        "tables with 1000000 rows for objects, workers, labels, and pairs of worker and label, each with 1000000 labels, are more than the 500000000 cells that all tables together may have"
    );
}

proptest! {
    #[test]
    fn posteriors_are_probabilities_and_the_same_again(
        labels in 1usize..5,
        list in prop::collection::vec((0u32..6, 0u32..5, 0u32..6), 0..60),
    ) {
        let list: Vec<Answer> = list
            .into_iter()
            .map(|(object, worker, label)| Answer { object, worker, label })
            .collect();
        let answers = Answers::new(6, 5, labels, &list).unwrap();
        let estimate = cairn::estimate(&answers).unwrap();
        for object in 0..6 {
            let posterior = estimate.posterior(object);
            prop_assert!(posterior.iter().all(|chance| (0.0..=1.0 + 1e-9).contains(chance)), "{posterior:?}");
            prop_assert!((posterior.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
        prop_assert!((estimate.weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        for skill in &estimate.workers {
            prop_assert!((0.0..=1.0 + 1e-9).contains(&skill.accuracy));
        }
        prop_assert_eq!(&estimate, &cairn::estimate(&answers).unwrap());
    }

    #[test]
    fn unanimous_objects_keep_their_label(objects in 1u32..20, workers in 2u32..5) {
        let list: Vec<Answer> = (0..objects)
            .flat_map(|object| (0..workers).map(move |worker| Answer { object, worker, label: object % 3 }))
            .collect();
        let answers = Answers::new(objects as usize, workers as usize, 3, &list).unwrap();
        for (object, decision) in cairn::consolidate(&answers).unwrap().objects.iter().enumerate() {
            prop_assert_eq!(decision.unwrap().label as usize, object % 3);
        }
    }
}
