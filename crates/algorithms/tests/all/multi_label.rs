use cairn_algorithms::multi_label::{
    MultiAnswer, MultiConsolidation, cairn, ground_truth, majority,
};
use proptest::prelude::*;

fn answer(object: u32, worker: u32, labels: &[u32]) -> MultiAnswer {
    MultiAnswer {
        object,
        worker,
        labels: labels.to_vec(),
    }
}

fn show(result: &MultiConsolidation) -> Vec<String> {
    let one = |decision: &Option<_>| match decision {
        None => "-".to_owned(),
        Some(cairn_algorithms::multi_label::MultiDecision { labels, .. }) => {
            let words: Vec<String> = labels
                .iter()
                .map(|kept| format!("{}@{:.2}", kept.label, kept.confidence))
                .collect();
            format!("[{}]", words.join(" "))
        }
    };
    result.objects.iter().map(one).collect()
}

#[test]
fn majority_keeps_what_more_than_half_chose() {
    let answers = [
        answer(0, 0, &[2, 0]),
        answer(0, 1, &[2]),
        answer(0, 2, &[1, 2]),
        answer(1, 0, &[0]),
        answer(1, 1, &[1]),
        answer(3, 2, &[1, 1, 9]),
    ];
    let result = majority(4, 3, 3, &answers).unwrap();
    assert_eq!(show(&result), ["[2@1.00]", "[]", "-", "[1@0.00]"]);
}

#[test]
fn agreeing_on_nothing_is_not_disagreeing_on_everything() {
    let mut answers = Vec::new();
    for worker in 0..3 {
        answers.push(answer(0, worker, &[]));
        answers.push(answer(1, worker, &[worker]));
        for object in 2..9 {
            answers.push(answer(object, worker, &[object % 3]));
        }
    }
    answers.push(answer(9, 0, &[]));
    let by_all = [
        majority(10, 3, 3, &answers).unwrap(),
        ground_truth(10, 3, 3, &answers).unwrap(),
        cairn::consolidate(10, 3, 3, &answers).unwrap(),
    ];
    for (method, result) in by_all.iter().enumerate() {
        let of = |object: usize| result.objects[object].as_ref().unwrap();
        assert!(of(0).labels.is_empty() && of(0).confidence > 0.9);
        assert!(of(1).confidence < 0.6, "{method}: {:?}", of(1));
        assert!(of(2).nothing < 0.1 && of(2).confidence == of(2).labels[0].confidence);
        // Nobody agreed with a single worker; the default knows the worker.
        assert_eq!(of(9).confidence > 0.0, method == 2, "{method}: {:?}", of(9));
    }
}

#[test]
fn ground_truth_keeps_every_label_with_a_vote() {
    let mut answers = Vec::new();
    for object in 0..6 {
        answers.push(answer(object, 0, &[0]));
        answers.push(answer(object, 1, &[0]));
        answers.push(answer(object, 2, if object == 5 { &[0, 2] } else { &[0] }));
    }
    let result = ground_truth(6, 3, 3, &answers).unwrap();
    let minority = result.objects[5].as_ref().unwrap();
    let kept: Vec<(u32, u32)> = minority
        .labels
        .iter()
        .map(|kept| (kept.label, kept.votes))
        .collect();
    assert_eq!(kept, [(0, 3), (2, 1)], "highest confidence first");
    assert_eq!(minority.labels[0].confidence, 0.95);
    assert!(minority.labels[1].confidence < 0.5);
    assert_eq!(show(&result)[0], "[0@0.95]");
    assert!(result.workers[0].accuracy > result.workers[2].accuracy);
}

#[test]
fn an_answer_without_labels_is_an_answer() {
    let answers = [answer(0, 0, &[]), answer(0, 1, &[])];
    for algorithm in [majority, ground_truth] {
        let result = algorithm(2, 2, 3, &answers).unwrap();
        assert_eq!(show(&result), ["[]", "-"]);
        assert_eq!(result.objects[0].as_ref().unwrap().answers, 2);
    }
}

#[test]
fn the_last_answer_of_a_worker_stands() {
    let answers = [answer(0, 0, &[1]), answer(0, 1, &[2]), answer(0, 0, &[2])];
    for algorithm in [majority, ground_truth] {
        let result = algorithm(1, 2, 3, &answers).unwrap();
        let kept: Vec<u32> = result.objects[0]
            .as_ref()
            .unwrap()
            .labels
            .iter()
            .map(|kept| kept.label)
            .collect();
        assert_eq!(kept, [2]);
    }
}

#[test]
fn a_single_answer_keeps_its_labels_without_confidence() {
    let result = ground_truth(1, 1, 9, &[answer(0, 0, &[8, 1])]).unwrap();
    assert_eq!(show(&result), ["[1@0.00 8@0.00]"]);
}

#[test]
fn indices_that_name_nothing_are_refused() {
    assert!(ground_truth(1, 1, 2, &[answer(1, 0, &[0])]).is_err());
    assert!(majority(1, 1, 2, &[answer(0, 1, &[0])]).is_err());
}

proptest! {
    #[test]
    fn kept_labels_are_those_with_votes(
        table in prop::collection::vec(prop::collection::vec(prop::collection::vec(0..6u32, 0..4), 3), 1..8)
    ) {
        let mut answers = Vec::new();
        for (object, row) in table.iter().enumerate() {
            for (worker, labels) in row.iter().enumerate() {
                answers.push(answer(object as u32, worker as u32, labels));
            }
        }
        let result = ground_truth(table.len(), 3, 5, &answers).unwrap();
        for (row, decision) in table.iter().zip(&result.objects) {
            let mut kept: Vec<u32> = decision.as_ref().unwrap().labels.iter().map(|kept| kept.label).collect();
            kept.sort_unstable();
            let mut chosen: Vec<u32> = row.iter().flatten().copied().filter(|label| *label < 5).collect();
            chosen.sort_unstable();
            chosen.dedup();
            prop_assert_eq!(kept, chosen);
        }
    }
}

/// Labels 0 and 1 of each object are there by its number; two workers know, one chooses by chance.
fn crowd(objects: u32) -> Vec<MultiAnswer> {
    let mut answers = Vec::new();
    for object in 0..objects {
        let truth: Vec<u32> = (0..2).filter(|label| (object >> label) % 2 == 1).collect();
        for worker in 0..3 {
            // Every seventh answer of those who know misses all.
            let labels = match worker {
                2 => (0..2)
                    .filter(|label| ((object * 7 / 3) >> label) % 2 == 0)
                    .collect(),
                _ if (object + worker * 3) % 7 == 0 => Vec::new(),
                _ => truth.clone(),
            };
            answers.push(MultiAnswer {
                object,
                worker,
                labels,
            });
        }
    }
    answers
}

#[test]
fn cairn_believes_those_who_know() {
    let answers = crowd(120);
    let found = cairn::consolidate(120, 3, 2, &answers).unwrap();
    let right = found
        .objects
        .iter()
        .enumerate()
        .filter(|(object, decision)| {
            let mut kept: Vec<u32> = decision
                .as_ref()
                .unwrap()
                .labels
                .iter()
                .map(|one| one.label)
                .collect();
            kept.sort_unstable();
            let truth: Vec<u32> = (0..2).filter(|label| (object >> label) % 2 == 1).collect();
            kept == truth
        })
        .count();
    assert!(right >= 115, "{right} of 120");
    let skill = |worker: usize| found.workers[worker].accuracy;
    assert!(
        skill(0) > 0.9 && skill(1) > 0.9 && skill(2) < 0.7,
        "{:?}",
        found.workers
    );
}

#[test]
fn cairn_says_how_likely_each_label_chosen_is() {
    let answers = [answer(0, 0, &[1, 5]), answer(0, 1, &[5]), answer(2, 1, &[])];
    let found = cairn::estimate(3, 2, 9, &answers).unwrap();
    let shown: Vec<(u32, u32)> = found
        .of(0)
        .iter()
        .map(|one| (one.label, one.votes))
        .collect();
    assert_eq!(shown, [(1, 1), (5, 2)]);
    assert!(found.of(0)[1].posterior > found.of(0)[0].posterior);
    assert!(found.of(1).is_empty() && found.of(2).is_empty());
    let kept = cairn::consolidate(3, 2, 9, &answers).unwrap();
    assert_eq!(kept.objects[1], None);
    assert!(kept.objects[2].as_ref().unwrap().labels.is_empty());
    assert!(cairn::consolidate(0, 0, 0, &[]).unwrap().objects.is_empty());
    let error = cairn::consolidate(1, 1, 2, &[answer(1, 0, &[0])]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "answer 0: object 1 is outside the batch of 1 objects"
    );
}

#[test]
fn many_labels_cost_nothing_where_nobody_chose_them() {
    let answers: Vec<MultiAnswer> = (0..400)
        .flat_map(|object| (0..3).map(move |worker| answer(object, worker, &[object * 10_000])))
        .collect();
    let found = cairn::consolidate(400, 3, 4_000_000, &answers).unwrap();
    for (object, decision) in found.objects.iter().enumerate() {
        let labels = &decision.as_ref().unwrap().labels;
        assert_eq!(
            (labels.len(), labels[0].label as usize),
            (1, object * 10_000)
        );
    }
}

proptest! {
    #[test]
    fn cairn_gives_probabilities_of_labels_chosen(
        list in prop::collection::vec((0u32..5, 0u32..4, prop::collection::vec(0..6u32, 0..5)), 0..40),
        turn in 1u32..4,
    ) {
        let answers: Vec<MultiAnswer> = list
            .into_iter()
            .map(|(object, worker, labels)| MultiAnswer { object, worker, labels })
            .collect();
        let found = cairn::estimate(5, 4, 5, &answers).unwrap();
        let renamed: Vec<MultiAnswer> = answers
            .iter()
            .map(|one| MultiAnswer { worker: (one.worker + turn) % 4, ..one.clone() })
            .collect();
        let again = cairn::estimate(5, 4, 5, &renamed).unwrap();
        for object in 0..5 {
            for (one, other) in found.of(object).iter().zip(again.of(object)) {
                prop_assert!(one.votes > 0 && one.label < 5);
                prop_assert!((0.0..=1.0).contains(&one.posterior));
                prop_assert!((one.posterior - other.posterior).abs() < 1e-9);
            }
        }
        for worker in &found.workers {
            prop_assert!((-1e-9..=1.0).contains(&worker.accuracy));
        }
        prop_assert_eq!(&found, &cairn::estimate(5, 4, 5, &answers).unwrap());
    }
}
