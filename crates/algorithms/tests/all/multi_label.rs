use cairn_algorithms::multi_label::{MultiAnswer, MultiConsolidation, ground_truth, majority};
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
