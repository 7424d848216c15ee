use cairn_algorithms::classification::{Consolidation, Decision, ground_truth, majority};
use cairn_algorithms::{Answer, Answers};
use proptest::prelude::*;

/// Reads `o0: 1 1 2` as the answers of workers 0, 1, 2 to object 0; `-` is no answer.
fn read(text: &str) -> (usize, Vec<Answer>) {
    let mut answers = Vec::new();
    let mut objects = 0;
    for line in text.split(';') {
        for (worker, label) in line.split_whitespace().enumerate() {
            if let Ok(label) = label.parse() {
                answers.push(Answer {
                    object: objects,
                    worker: worker as u32,
                    label,
                });
            }
        }
        objects += 1;
    }
    (objects as usize, answers)
}

fn show(result: &Consolidation) -> String {
    let words: Vec<String> = result
        .objects
        .iter()
        .map(|decision| match decision {
            Some(decision) => format!("{}@{:.2}", decision.label, decision.confidence),
            None => "-".to_owned(),
        })
        .collect();
    words.join(" ")
}

fn check(algorithm: fn(&Answers) -> Consolidation, labels: usize, text: &str, expected: &str) {
    let (objects, answers) = read(text);
    let result = algorithm(&Answers::new(objects, 9, labels, &answers).unwrap());
    assert_eq!(show(&result), expected, "{text}");
}

#[test]
fn majority_counts_votes() {
    check(
        majority::consolidate,
        3,
        "1 1 2; 0 1 2; 2 2 2",
        "1@0.67 0@0.33 2@1.00",
    );
    // A tie goes to the first label, whoever answered first.
    check(majority::consolidate, 3, "2 1; 1 2", "1@0.50 1@0.50");
    // A single answer is a label without confidence; no answer, and an unknown label, are none.
    check(majority::consolidate, 3, "2; - -; 7", "2@0.00 - -");
    check(majority::consolidate, 1, "0 0; 0", "0@1.00 0@0.00");
    check(majority::consolidate, 0, "0 0", "-");
}

#[test]
fn ground_truth_rescales_between_five_and_ninety_five() {
    let unanimous = "0 0 0; 1 1 1; 0 0 0; 1 1 1";
    check(
        ground_truth::consolidate,
        2,
        unanimous,
        "0@0.95 1@0.95 0@0.95 1@0.95",
    );
    check(ground_truth::consolidate, 2, "1; - -; 5", "1@0.00 - -");
    check(ground_truth::consolidate, 1, "0 0; 0", "0@0.95 0@0.00");
    check(ground_truth::consolidate, 0, "0 0", "-");
    assert_eq!(ground_truth::confidence(1.0, 2), 0.95);
    assert_eq!(ground_truth::confidence(0.664, 5), 0.65);
    assert_eq!(ground_truth::confidence(0.976, 5), 0.93);
    assert_eq!(ground_truth::confidence(0.976, 1), 0.0);
}

#[test]
fn ground_truth_breaks_a_tie_by_the_first_label() {
    check(ground_truth::consolidate, 4, "3 1; 1 3", "1@0.48 1@0.48");
}

#[test]
fn ground_truth_follows_the_worker_who_agrees_with_others() {
    // Worker 2 contradicts everybody; on the last object only workers 0 and 2 answered.
    let text = "0 0 1; 1 1 0; 0 0 1; 1 1 0; 0 0 1; 1 1 0; 1 - 0";
    let (objects, answers) = read(text);
    let result = ground_truth::consolidate(&Answers::new(objects, 3, 2, &answers).unwrap());
    assert_eq!(result.objects[6].unwrap().label, 1);
    let accuracies: Vec<f64> = result.workers.iter().map(|skill| skill.accuracy).collect();
    assert!(accuracies[0] > 0.8, "{accuracies:?}");
    assert!(accuracies[2] < 0.2, "{accuracies:?}");
    assert!(result.workers[2].confusion.rate(0, 1).unwrap() > 0.75);
    assert_eq!(result.workers[2].answers, 7);
}

#[test]
fn hundreds_of_answers_do_not_underflow() {
    let labels = 50;
    let answers: Vec<Answer> = (0..2_000)
        .map(|worker| Answer {
            object: 0,
            worker,
            label: if worker % 3 == 0 { worker % 50 } else { 7 },
        })
        .collect();
    let result = ground_truth::consolidate(&Answers::new(1, 2_000, labels, &answers).unwrap());
    let decision = result.objects[0].unwrap();
    assert_eq!((decision.label, decision.confidence), (7, 0.95));
}

/// The description in the header of `ground_truth.rs`, word for word, with full matrices.
fn by_the_book(objects: usize, workers: usize, k: usize, answers: &[Answer]) -> Vec<Vec<f64>> {
    let identity = |diagonal: f64| -> Vec<Vec<f64>> {
        let off = (1.0 - diagonal) / (k as f64 - 1.0);
        let row = |t: usize| {
            (0..k)
                .map(|l| if t == l { diagonal } else { off })
                .collect()
        };
        (0..k).map(row).collect()
    };
    let mut p = vec![vec![1.0 / k as f64; k]; objects];
    let mut c = vec![identity(0.7); workers];
    let mut a = 0.7;
    for _ in 0..2 {
        let mut prior: Vec<f64> = (0..k).map(|t| p.iter().map(|row| row[t]).sum()).collect();
        let total: f64 = prior.iter().sum();
        prior.iter_mut().for_each(|value| *value /= total);
        for (i, row) in p.iter_mut().enumerate() {
            row.copy_from_slice(&prior);
            for answer in answers.iter().filter(|answer| answer.object as usize == i) {
                for (t, value) in row.iter_mut().enumerate() {
                    *value *= c[answer.worker as usize][t][answer.label as usize];
                }
            }
            let total: f64 = row.iter().sum();
            row.iter_mut().for_each(|value| *value /= total);
        }
        let mut accuracies = Vec::new();
        for (j, matrix) in c.iter_mut().enumerate() {
            let mut counts = vec![vec![0.0; k]; k];
            for answer in answers.iter().filter(|answer| answer.worker as usize == j) {
                for t in 0..k {
                    counts[t][answer.label as usize] += p[answer.object as usize][t];
                }
            }
            let n: f64 = counts.iter().flatten().sum();
            if n == 0.0 {
                continue;
            }
            let accuracy = (0..k).map(|t| counts[t][t]).sum::<f64>() / n;
            accuracies.push(accuracy);
            let (own, shared) = (identity(accuracy), identity(a));
            for t in 0..k {
                for l in 0..k {
                    matrix[t][l] = counts[t][l] + n * own[t][l] + n / 2.0 * shared[t][l];
                }
                let total: f64 = matrix[t].iter().sum();
                matrix[t].iter_mut().for_each(|value| *value /= total);
            }
        }
        a = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
    }
    p
}

/// Up to 12 objects, 6 workers and 5 labels; each worker answers an object at most once, and every
/// object has at least one answer.
fn batches() -> impl Strategy<Value = (usize, usize, usize, Vec<Answer>)> {
    (1..12usize, 1..6usize, 2..5usize).prop_flat_map(|(objects, workers, labels)| {
        let cell = prop_oneof![1 => Just(None), 4 => (0..labels as u32).prop_map(Some)];
        prop::collection::vec(prop::collection::vec(cell, workers), objects).prop_map(
            move |table| {
                let mut answers = Vec::new();
                for (object, row) in table.iter().enumerate() {
                    let nobody = row.iter().all(Option::is_none);
                    for (worker, label) in row.iter().enumerate() {
                        let label = if nobody && worker == 0 {
                            Some(0)
                        } else {
                            *label
                        };
                        if let Some(label) = label {
                            answers.push(Answer {
                                object: object as u32,
                                worker: worker as u32,
                                label,
                            });
                        }
                    }
                }
                (objects, workers, labels, answers)
            },
        )
    })
}

fn decisions(
    algorithm: fn(&Answers) -> Consolidation,
    (objects, workers, labels, answers): &(usize, usize, usize, Vec<Answer>),
) -> Vec<Decision> {
    let answers = Answers::new(*objects, *workers, *labels, answers).unwrap();
    algorithm(&answers)
        .objects
        .into_iter()
        .map(Option::unwrap)
        .collect()
}

/// Whether the best label leads by more than rounding noise, so that its index is not a tie-break.
fn clear(row: &[f64]) -> bool {
    let mut sorted = row.to_vec();
    sorted.sort_by(|left, right| right.total_cmp(left));
    sorted.len() < 2 || sorted[0] - sorted[1] > 1e-6
}

proptest! {
    #[test]
    fn ground_truth_agrees_with_full_matrices(batch in batches()) {
        let book = by_the_book(batch.0, batch.1, batch.2, &batch.3);
        for (decision, row) in decisions(ground_truth::consolidate, &batch).iter().zip(&book) {
            let largest = row.iter().copied().fold(0.0, f64::max);
            prop_assert!((decision.posterior - largest).abs() < 1e-9);
            prop_assert!(!clear(row) || row[decision.label as usize] == largest);
        }
    }

    #[test]
    fn majority_agrees_with_counting(batch in batches()) {
        for (object, decision) in decisions(majority::consolidate, &batch).iter().enumerate() {
            let votes = |label: u32| {
                let of = batch.3.iter().filter(|answer| answer.object as usize == object);
                of.filter(|answer| answer.label == label).count()
            };
            let all = (0..batch.2 as u32).map(votes).sum::<usize>();
            for label in 0..batch.2 as u32 {
                let behind = votes(label) < votes(decision.label);
                prop_assert!(behind || votes(label) == votes(decision.label) && label >= decision.label);
            }
            prop_assert_eq!(decision.posterior, votes(decision.label) as f64 / all as f64);
        }
    }

    #[test]
    fn names_of_workers_change_nothing(batch in batches(), turn in 0..6u32) {
        let mut renamed = batch.clone();
        for answer in &mut renamed.3 {
            answer.worker = (answer.worker + turn) % batch.1 as u32;
        }
        for algorithm in [majority::consolidate, ground_truth::consolidate] {
            for (left, right) in decisions(algorithm, &batch).iter().zip(decisions(algorithm, &renamed)) {
                prop_assert!((left.posterior - right.posterior).abs() < 1e-9);
                prop_assert_eq!(left.label, right.label);
            }
        }
    }

    #[test]
    fn the_order_of_objects_changes_nothing_beyond_ties(batch in batches(), turn in 0..12u32) {
        let mut turned = batch.clone();
        for answer in &mut turned.3 {
            answer.object = (answer.object + turn) % batch.0 as u32;
        }
        let book = by_the_book(batch.0, batch.1, batch.2, &batch.3);
        for algorithm in [majority::consolidate, ground_truth::consolidate] {
            let (left, right) = (decisions(algorithm, &batch), decisions(algorithm, &turned));
            for (object, left) in left.iter().enumerate() {
                let right = &right[(object + turn as usize) % batch.0];
                prop_assert!((left.posterior - right.posterior).abs() < 1e-9);
                prop_assert!(!clear(&book[object]) || left.label == right.label);
            }
        }
    }

    #[test]
    fn unanimity_wins(labels in 2..6usize, truths in prop::collection::vec(0..6u32, 1..20)) {
        let mut answers = Vec::new();
        for (object, truth) in truths.iter().enumerate() {
            for worker in 0..3 {
                answers.push(Answer { object: object as u32, worker, label: truth % labels as u32 });
            }
        }
        let batch = (truths.len(), 3, labels, answers);
        for algorithm in [majority::consolidate, ground_truth::consolidate] {
            for (decision, truth) in decisions(algorithm, &batch).iter().zip(&truths) {
                prop_assert_eq!(decision.label, truth % labels as u32);
                prop_assert!(decision.confidence >= 0.9, "{}", decision.confidence);
            }
        }
    }

    #[test]
    fn indices_of_any_kind_never_panic(
        objects in 0..4usize, workers in 0..4usize, labels in 0..4usize,
        answers in prop::collection::vec((0..5u32, 0..5u32, 0..5u32), 0..20),
    ) {
        let answers: Vec<Answer> = answers
            .into_iter()
            .map(|(object, worker, label)| Answer { object, worker, label })
            .collect();
        if let Ok(answers) = Answers::new(objects, workers, labels, &answers) {
            for algorithm in [majority::consolidate, ground_truth::consolidate] {
                let result = algorithm(&answers);
                prop_assert_eq!(result.objects.len(), objects);
                for decision in result.objects.into_iter().flatten() {
                    prop_assert!((decision.label as usize) < labels);
                    prop_assert!((0.0..=1.0).contains(&decision.confidence));
                }
            }
        }
    }
}
