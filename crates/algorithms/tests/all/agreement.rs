//! Agreement: the worked examples of those who found the measures, and what always holds.

use cairn_algorithms::agreement::krippendorff::{Difference, Units, alpha};
use cairn_algorithms::agreement::{
    ReportOptions, agreement, cohen, comparisons, fleiss, label_sets, report, spans, texts,
};
use cairn_algorithms::multi_label::MultiAnswer;
use cairn_algorithms::numbers::{NumberAnswer, Numbers};
use cairn_algorithms::ranking::{Comparison, Comparisons, Order, Preferred};
use cairn_algorithms::spans::{Span, SpanAnswer};
use cairn_algorithms::text::{TextAnswer, Units as TextUnits};
use cairn_algorithms::{Answer, Answers};
use proptest::prelude::*;

/// One row a worker, one column an object; `.` is no answer.
fn of(rows: &[&str], labels: usize) -> Answers {
    let mut list = Vec::new();
    for (worker, row) in rows.iter().enumerate() {
        for (object, label) in row.split_whitespace().enumerate() {
            if let Ok(label) = label.parse() {
                list.push(Answer {
                    object: object as u32,
                    worker: worker as u32,
                    label,
                });
            }
        }
    }
    Answers::new(12, rows.len(), labels, &list).unwrap()
}

/// Section C of Krippendorff, 2011: four observers, twelve units, missing data.
const FOUR_OBSERVERS: [&str; 4] = [
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
];

#[test]
fn krippendorffs_own_examples() {
    let answers = of(&FOUR_OBSERVERS, 6);
    let values: Vec<f64> = (0..6).map(f64::from).collect();
    let found = report(
        &answers,
        ReportOptions {
            is_ordered: true,
            values: Some(&values),
            ..ReportOptions::default()
        },
    )
    .unwrap();
    assert!((found.alpha - 0.743).abs() < 0.0005, "{found:?}");
    assert!(
        (found.alpha_ordinal.unwrap() - 0.815).abs() < 0.0005,
        "{found:?}"
    );
    assert!(
        (found.alpha_interval.unwrap() - 0.849).abs() < 0.0005,
        "{found:?}"
    );
    assert!(
        (found.alpha_ratio.unwrap() - 0.797).abs() < 0.0005,
        "{found:?}"
    );
    assert_eq!(found.objects, 11);
    // Section A: binary data, two observers; alpha = 0.095.
    let binary = of(&["0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"], 2);
    let found = agreement(&binary).unwrap();
    assert!((found.alpha - 0.095).abs() < 0.0005, "{found:?}");
    assert!((found.raw - 0.6).abs() < 1e-12);
}

#[test]
fn cohens_kappa_of_the_textbook() {
    // Twenty times both yes, fifteen both no, five and ten times one alone: kappa = 0.40.
    let table = [(1, 1, 20), (1, 0, 5), (0, 1, 10), (0, 0, 15)];
    let mut list = Vec::new();
    for (one, other, times) in table {
        for _ in 0..times {
            let object = list.len() as u32 / 2;
            for (worker, label) in [(0, one), (1, other)] {
                list.push(Answer {
                    object,
                    worker,
                    label,
                });
            }
        }
    }
    let answers = Answers::new(50, 3, 2, &list).unwrap();
    let found = cohen::kappas(&answers, 10, 5);
    assert_eq!((found.pairs, found.listed.len()), (1, 1));
    let pair = found.listed[0];
    assert_eq!((pair.one, pair.other, pair.objects), (0, 1, 50));
    assert!((pair.raw - 0.7).abs() < 1e-12);
    assert!((pair.kappa - 0.4).abs() < 1e-12);
    assert!((found.mean.unwrap() - 0.4).abs() < 1e-12);
    assert_eq!(cohen::kappas(&answers, 51, 5).mean, None);
}

#[test]
fn kappas_are_listed_by_common_objects() {
    let answers = of(&["0 1 1 0", "0 1 0 .", ". 1 1 0", "0 . . ."], 2);
    let found = cohen::kappas(&answers, 2, 2);
    assert_eq!(found.pairs, 3);
    let pairs: Vec<(u32, u32, u32)> = found
        .listed
        .iter()
        .map(|pair| (pair.one, pair.other, pair.objects))
        .collect();
    assert_eq!(pairs, [(0, 1, 3), (0, 2, 3)]);
}

#[test]
fn fleiss_kappa_of_the_textbook() {
    // Fourteen raters, ten subjects, five categories: kappa = 0.210.
    let table = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ];
    let mut list = Vec::new();
    for (object, row) in table.iter().enumerate() {
        let mut worker = 0;
        for (label, times) in row.iter().enumerate() {
            for _ in 0..*times {
                list.push(Answer {
                    object: object as u32,
                    worker,
                    label: label as u32,
                });
                worker += 1;
            }
        }
    }
    let answers = Answers::new(10, 14, 5, &list).unwrap();
    assert!((fleiss::kappa(&answers).unwrap() - 0.210).abs() < 0.0005);
    assert!((agreement(&answers).unwrap().raw - 0.378).abs() < 0.0005);
}

#[test]
fn the_ends_of_the_scale() {
    let none = of(&["0 1", ". ."], 2);
    assert_eq!(agreement(&none), None);
    assert_eq!(report(&none, ReportOptions::default()), None);
    assert_eq!(fleiss::kappa(&none), None);
    let one_label = of(&["1 1", "1 1"], 2);
    let options = ReportOptions {
        is_ordered: true,
        values: Some(&[0.1, 0.3]),
        common_min: 1,
        listed_max: 1,
    };
    let found = report(&one_label, options).unwrap();
    assert_eq!((found.raw, found.alpha, found.fleiss), (1.0, 1.0, 1.0));
    assert_eq!(found.cohen.mean, Some(1.0));
    let all = [found.alpha_ordinal, found.alpha_interval, found.alpha_ratio];
    assert_eq!(all, [Some(1.0); 3]);
    assert!(agreement(&of(&["0 1", "1 0"], 2)).unwrap().alpha < 0.0);
    // Ratios want numbers from 0; all want one a label.
    let negative = ReportOptions {
        values: Some(&[-1.0, 1.0]),
        ..options
    };
    let found = report(&one_label, negative).unwrap();
    assert!(found.alpha_interval.is_some());
    assert_eq!(
        report(&of(&["0 1", "1 0"], 2), negative)
            .unwrap()
            .alpha_ratio,
        None
    );
    let too_few = ReportOptions {
        values: Some(&[1.0]),
        ..options
    };
    assert_eq!(report(&one_label, too_few).unwrap().alpha_interval, None);
}

#[test]
fn numbers_have_an_alpha_too() {
    let mut list = Vec::new();
    for (worker, row) in FOUR_OBSERVERS.iter().enumerate() {
        for (object, value) in row.split_whitespace().enumerate() {
            if let Ok(value) = value.parse() {
                list.push(NumberAnswer {
                    object: object as u32,
                    worker: worker as u32,
                    value,
                });
            }
        }
    }
    let units = Units::of_numbers(&Numbers::new(12, 4, &list, None).unwrap());
    assert!((alpha(&units, Difference::Interval).unwrap() - 0.849).abs() < 0.0005);
    assert!((alpha(&units, Difference::Ratio).unwrap() - 0.797).abs() < 0.0005);
    assert!((alpha(&units, Difference::Ordinal).unwrap() - 0.815).abs() < 0.0005);
}

/// Once each worker was held against all others of the object: minutes for this.
#[test]
fn a_hundred_thousand_workers_of_one_object_have_no_pairs() {
    const WORKERS: u32 = 100_000;
    let list: Vec<Answer> = (0..WORKERS)
        .map(|worker| Answer {
            object: 0,
            worker,
            label: worker % 2,
        })
        .collect();
    let answers = Answers::new(1, WORKERS as usize, 2, &list).unwrap();
    let found = report(&answers, ReportOptions::default()).unwrap();
    assert_eq!((found.cohen.pairs, found.cohen.mean), (0, None));
    assert!((found.raw - 0.5).abs() < 1e-4);
}

proptest! {
    #[test]
    fn names_of_workers_do_not_matter_and_nothing_exceeds_one(
        list in prop::collection::vec((0u32..6, 0u32..5, 0u32..4), 0..50),
        turn in 1u32..5,
    ) {
        let list: Vec<Answer> = list
            .into_iter()
            .map(|(object, worker, label)| Answer { object, worker, label })
            .collect();
        let renamed: Vec<Answer> = list
            .iter()
            .map(|one| Answer { worker: (one.worker + turn) % 5, ..*one })
            .collect();
        let options = ReportOptions {
            is_ordered: true,
            values: Some(&[0.0, 1.0, 2.5, 7.0]),
            common_min: 1,
            listed_max: 9,
        };
        let found = report(&Answers::new(6, 5, 4, &list).unwrap(), options);
        let again = report(&Answers::new(6, 5, 4, &renamed).unwrap(), options);
        prop_assert_eq!(found.is_some(), again.is_some());
        if let (Some(found), Some(again)) = (found, again) {
            for (one, other) in [
                (found.raw, again.raw),
                (found.fleiss, again.fleiss),
                (found.alpha, again.alpha),
                (found.cohen.mean.unwrap_or(0.0), again.cohen.mean.unwrap_or(0.0)),
                (found.alpha_ordinal.unwrap(), again.alpha_ordinal.unwrap()),
                (found.alpha_interval.unwrap(), again.alpha_interval.unwrap()),
                (found.alpha_ratio.unwrap(), again.alpha_ratio.unwrap()),
            ] {
                prop_assert!(one <= 1.0 + 1e-9 && (one - other).abs() < 1e-9, "{} {}", one, other);
            }
        }
    }
}

fn sets(by_object: &[[&[u32]; 3]]) -> Vec<MultiAnswer> {
    let objects = by_object.iter().zip(0..);
    objects
        .flat_map(|(sets, object)| {
            let sets = sets.iter().zip(0..);
            sets.map(move |(labels, worker)| MultiAnswer {
                object,
                worker,
                labels: labels.to_vec(),
            })
        })
        .collect()
}

#[test]
fn alpha_of_sets_is_that_of_another_program() {
    let answers = sets(&[
        [&[0, 1], &[1, 0], &[0]],
        [&[2], &[1, 2], &[2, 2, 9]],
        [&[0, 2], &[1, 2], &[0, 1, 2]],
        [&[3], &[3], &[0]],
        [&[], &[1], &[]],
    ]);
    let found = label_sets::agreement(6, 3, 4, &answers).unwrap().unwrap();
    // NLTK 3.9, AnnotationTask.alpha, with thirds for MASI's 0.67 and 0.33.
    assert!(
        (found.alpha.unwrap() - 0.321_739_130_434_782_75).abs() < 1e-9,
        "{found:?}"
    );
    assert_eq!(found.objects, 5);
    let same = label_sets::agreement(2, 3, 4, &sets(&[[&[1], &[1], &[1]]])).unwrap();
    let same = same.unwrap();
    assert_eq!(
        (same.jaccard, same.alpha, same.objects),
        (1.0, Some(1.0), 1)
    );
    assert_eq!(label_sets::agreement(6, 3, 4, &answers[..1]), Ok(None));
}

#[test]
fn spans_agree_by_f1_and_the_last_answer_of_a_worker_stands() {
    let answer = |object: u32, worker: u32, spans: &[(u64, u64, u32)]| SpanAnswer {
        object,
        worker,
        spans: spans
            .iter()
            .map(|(start, end, label)| Span {
                start: *start,
                end: *end,
                label: *label,
            })
            .collect(),
    };
    let answers = [
        answer(0, 0, &[(7, 9, 0)]),
        answer(0, 0, &[(0, 2, 0), (0, 2, 1), (3, 3, 0)]),
        answer(0, 1, &[(0, 2, 1)]),
        answer(1, 0, &[]),
        answer(1, 1, &[]),
        answer(2, 1, &[(0, 1, 0)]),
    ];
    let found = spans::agreement(&[None; 3], 2, 2, &answers).unwrap();
    let found = found.unwrap();
    assert!((found.f1 - (2.0 / 3.0 + 1.0) / 2.0).abs() < 1e-12);
    assert_eq!((found.f1_any_label, found.objects), (1.0, 2));
    assert_eq!(spans::agreement(&[None; 3], 2, 2, &answers[5..]), Ok(None));
}

#[test]
fn texts_agree_by_shared_runs_of_words() {
    let answer = |object: u32, worker: u32, text: &'static str| TextAnswer {
        object,
        worker,
        text,
    };
    let answers = [
        answer(0, 0, "a b"),
        answer(0, 1, "A c"),
        answer(1, 0, ""),
        answer(1, 1, " "),
        answer(2, 1, "alone"),
    ];
    let found = texts::agreement(3, 2, &answers, TextUnits::Words).unwrap();
    let found = found.unwrap();
    // One of three runs, then all of none.
    assert!((found.similarity - (1.0 / 3.0 + 1.0) / 2.0).abs() < 1e-12);
    assert_eq!((found.same, found.objects), (0.5, 2));
    let alone = texts::agreement(3, 2, &answers[4..], TextUnits::Words);
    assert_eq!(alone, Ok(None));
}

#[test]
fn workers_agree_about_items_that_they_prefer_alike() {
    let said = |worker: u32, left: u32, right: u32, preferred: Preferred| Comparison {
        worker,
        left,
        right,
        preferred,
    };
    let check = |pairs: &[Comparison], orders: &[&[u32]], expected: Option<(f64, usize)>| {
        let orders = orders.iter().zip(0..).map(|(items, worker)| Order {
            worker,
            places: items.iter().map(|item| vec![*item]).collect(),
        });
        let orders: Vec<Order> = orders.collect();
        let answers = Comparisons::new(5, 3, pairs, &orders).unwrap();
        let found = comparisons::agreement(&answers);
        assert_eq!(found.map(|it| it.items), expected.map(|it| it.1));
        if let (Some(found), Some((alike, _))) = (found, expected) {
            assert!((found.alike - alike).abs() < 1e-12, "{found:?}");
        }
    };
    use Preferred::{Left, Neither, Right};
    check(&[], &[], None);
    check(&[said(0, 0, 1, Left), said(0, 1, 0, Left)], &[], None);
    check(
        &[said(0, 0, 1, Left), said(1, 1, 0, Right)],
        &[],
        Some((1.0, 2)),
    );
    // Alike, opposite, opposite; and half alike.
    let three = [
        said(0, 0, 1, Left),
        said(1, 0, 1, Left),
        said(2, 0, 1, Right),
    ];
    check(&three, &[], Some((1.0 / 3.0, 2)));
    let with_tie = [
        said(0, 3, 4, Neither),
        said(1, 3, 4, Left),
        said(2, 1, 2, Left),
    ];
    check(&with_tie, &[], Some((0.5, 2)));
    // Two orders that differ in one of three pairs.
    check(&[], &[&[0, 1, 2], &[1, 0, 2]], Some((2.0 / 3.0, 3)));
}
