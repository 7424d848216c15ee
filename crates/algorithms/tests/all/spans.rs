//! Spans: tables with known results, what always holds, and a crowd whose truth is known.

use cairn_algorithms::spans::{
    Consolidation, Method, Options, Span, SpanAnswer, SpanLabel, SpansError, consolidate,
};
use proptest::prelude::*;

const METHODS: [Method; 4] = [
    Method::Cairn,
    Method::Tokens,
    Method::Majority,
    Method::GroundTruth,
];

fn options(method: Method) -> Options {
    Options { method }
}

fn span(start: u64, end: u64, label: u32) -> Span {
    Span { start, end, label }
}

/// Reads `0-3:1 5-6:0` as two spans of one answer; `-` is an answer without spans.
fn spans(text: &str) -> Vec<Span> {
    text.split_whitespace()
        .filter(|word| *word != "-")
        .map(|word| {
            let numbers: Vec<u64> = word.split(['-', ':']).map(|n| n.parse().unwrap()).collect();
            span(numbers[0], numbers[1], numbers[2] as u32)
        })
        .collect()
}

/// Objects apart by `;`, answers of workers 0, 1, … by `|`; nothing between is no answer.
fn read(text: &str) -> (usize, Vec<SpanAnswer>) {
    let mut answers = Vec::new();
    let objects = text.split(';').enumerate().map(|(object, of_object)| {
        for (worker, answer) in of_object.split('|').enumerate() {
            if !answer.trim().is_empty() {
                answers.push(SpanAnswer {
                    object: object as u32,
                    worker: worker as u32,
                    spans: spans(answer),
                });
            }
        }
    });
    (objects.count(), answers)
}

fn show(result: &Consolidation) -> String {
    let objects = result.objects.iter().map(|decision| match decision {
        None => "none".to_owned(),
        Some(decision) if decision.spans.is_empty() => "-".to_owned(),
        Some(decision) => {
            let words = decision.spans.iter().map(|label| {
                let Span { start, end, label } = label.span;
                format!("{start}-{end}:{label}")
            });
            words.collect::<Vec<_>>().join(" ")
        }
    });
    objects.collect::<Vec<_>>().join("; ")
}

fn run(text: &str, options: Options) -> Consolidation {
    let (objects, answers) = read(text);
    consolidate(&vec![Some(100); objects], 9, 4, &answers, &options).unwrap()
}

fn check(method: Method, text: &str, expected: &str) {
    let result = run(text, options(method));
    assert_eq!(show(&result), expected, "{method:?} of {text}");
}

#[test]
fn what_all_say_is_the_label_by_every_method() {
    for method in METHODS {
        check(
            method,
            "0-3:1 5-8:0|0-3:1 5-8:0|0-3:1 5-8:0; -|-|-; ; 4-5:2|4-5:2",
            "0-3:1 5-8:0; -; none; 4-5:2",
        );
    }
}

#[test]
fn a_single_answer_stands_with_confidence_zero() {
    for method in METHODS {
        let result = run("2-4:0 7-9:1; 1-2:0|1-2:0|1-2:0|5-6:1", options(method));
        assert!(show(&result).starts_with("2-4:0 7-9:1; "), "{method:?}");
        let decision = result.objects[0].as_ref().unwrap();
        assert!(decision.spans.iter().all(|label| label.confidence == 0.0));
        // Spans of it that lie over each other are what the worker saw.
        check(method, "0-4:0 2-6:0 6-8:0", "0-4:0 2-6:0 6-8:0");
    }
}

#[test]
fn majority_counts_whole_spans() {
    check(
        Method::Majority,
        "0-3:1|0-3:1|0-3:0; 0-3:1|0-4:1; 0-3:1|0-3:1|-",
        "0-3:1; -; 0-3:1",
    );
}

#[test]
fn clusters_take_mode_or_median_of_the_boundaries() {
    // The start is the mode, the ends are all different: their median.
    check(Method::GroundTruth, "0-9:1|0-10:1|2-11:2", "0-10:1");
    // Too little in common; a cluster of one in three is dropped, one in two is kept.
    check(Method::GroundTruth, "0-4:1|3-9:1|20-24:0", "-");
    check(Method::GroundTruth, "0-4:1|20-24:0", "0-4:1 20-24:0");
    // Label conflict: most, then the first label.
    check(
        Method::GroundTruth,
        "0-4:2|0-4:2|0-4:1; 0-4:2|0-4:1",
        "0-4:2; 0-4:1",
    );
    let result = run("0-4:2|0-4:2|0-4:2|20-24:0", options(Method::GroundTruth));
    let label = result.objects[0].as_ref().unwrap().spans[0];
    assert!((label.posterior - (0.05 + 0.9 * 0.75)).abs() < 1e-12);
    assert_eq!((label.confidence, label.votes), (0.73, 3));
}

#[test]
fn the_default_settles_conflicts_of_labels_and_boundaries() {
    let agreed = "0-3:1 5-8:0|0-3:1 5-8:0|0-3:1 5-8:0;".repeat(5);
    let text = format!("{agreed} 0-3:1|0-3:1|0-3:0; 0-3:1|0-4:1|0-3:1; 0-3:1|0-3:1|-");
    let result = show(&run(&text, options(Method::Cairn)));
    assert!(
        result.ends_with("0-3:1 5-8:0; 0-3:1; 0-3:1; 0-3:1"),
        "{result}"
    );
}

#[test]
fn spans_that_workers_mark_over_each_other_all_stand() {
    // Nested, crossing, the same range, one label within itself; once one of two was written.
    for text in [
        "0-10:0 4-8:1",
        "0-10:0 5-15:1",
        "0-10:0 0-10:1",
        "0-10:0 4-8:0",
        "0-30:0 4-20:1 6-8:2 7-15:3",
    ] {
        for method in METHODS {
            let result = run(&[text; 5].join("|"), options(method));
            assert_eq!(show(&result), text, "{method:?}");
            let spans = &result.objects[0].as_ref().unwrap().spans;
            let is_sure = |label: &SpanLabel| label.votes == 5 && label.confidence > 0.8;
            assert!(spans.iter().all(is_sure), "{method:?}: {spans:?}");
        }
    }
    // Somebody misses one of two, and ends differ.
    for method in METHODS {
        check(
            method,
            "0-10:0 4-8:1|0-10:0 4-8:1|0-10:0 4-8:1|0-10:0|0-10:0 5-8:1",
            "0-10:0 4-8:1",
        );
    }
}

#[test]
fn spans_of_different_workers_over_each_other_are_opinions_of_which_one_stands() {
    for method in METHODS {
        check(method, "0-10:0|0-10:0|0-10:0|4-10:1|4-10:1", "0-10:0");
        // A few who give a mention two labels do not make it two.
        let apart = "0-5:0|0-5:0|0-5:0|0-5:0|1-5:0;".repeat(9);
        let text = format!("{apart} 0-5:0 0-5:1|0-5:0 0-5:1|0-5:0|0-5:0|0-5:0");
        let result = show(&run(&text, options(method)));
        assert!(result.ends_with("; 0-5:0"), "{method:?}: {result}");
    }
    // Whoever marks one of the two does not mark the other, though most mark overlaps there.
    let text = "0-10:0 3-6:1|0-10:0 3-6:1|0-10:0 3-6:1|0-9:0 3-6:1|0-9:0 3-6:1";
    for method in METHODS {
        check(method, text, "0-10:0 3-6:1");
    }
}

#[test]
fn bad_spans_are_refused_and_empty_ones_counted() {
    let answer = |spans: &[Span]| SpanAnswer {
        object: 0,
        worker: 0,
        spans: spans.to_vec(),
    };
    let refused = |spans: &[Span]| {
        let answers = [answer(&[]), answer(spans)];
        consolidate(&[Some(10)], 1, 2, &answers, &Options::default()).unwrap_err()
    };
    assert_eq!(
        refused(&[span(0, 10, 0), span(4, 11, 0)]).to_string(),
        "answer 1: span 1 ends at 11, and the text has length 10"
    );
    assert_eq!(
        refused(&[span(5, 4, 0)]).to_string(),
        "answer 1: span 0 ends at 4, before its start at 5"
    );
    assert_eq!(
        refused(&[span(5, 6, 2)]).to_string(),
        "answer 1: span 0 has label 2, and there are 2 labels"
    );
    let nobody = SpanAnswer {
        worker: 3,
        ..answer(&[])
    };
    let error = consolidate(&[None], 1, 2, &[nobody], &Options::default()).unwrap_err();
    assert!(matches!(error, SpansError::Answers(_)), "{error}");
    let doubled = answer(&[span(1, 2, 0), span(3, 3, 0), span(1, 2, 0)]);
    let result = consolidate(&[None], 1, 2, &[doubled], &Options::default()).unwrap();
    assert_eq!((show(&result).as_str(), result.ignored), ("1-2:0", 2));
}

#[test]
fn labels_beyond_memory_are_refused_by_the_methods_that_need_tables() {
    let answers: Vec<SpanAnswer> = (0..20_000)
        .map(|label| SpanAnswer {
            object: 0,
            worker: label % 3,
            spans: vec![span(u64::from(label), u64::from(label) + 1, label)],
        })
        .collect();
    // Of each worker the last answer stands, so that objects of their own are needed.
    let apart: Vec<SpanAnswer> = answers
        .into_iter()
        .map(|answer| SpanAnswer {
            object: answer.spans[0].label,
            ..answer
        })
        .collect();
    let lengths = vec![None; 20_000];
    let error = consolidate(&lengths, 3, 20_000, &apart, &Options::default()).unwrap_err();
    assert!(matches!(error, SpansError::TooLarge { .. }), "{error}");
    assert!(consolidate(&lengths, 3, 20_000, &apart, &options(Method::Majority)).is_ok());
}

/// Numbers in 0..1, the same ones every time.
fn chances() -> impl FnMut() -> f64 {
    let mut state = 7u64;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    }
}

/// A crowd that marks spans of four offsets at every tenth: worker w misses and errs as `errors` says.
fn crowd(objects: u32, errors: &[f64]) -> Vec<SpanAnswer> {
    let mut chance = chances();
    let mut answers = Vec::new();
    for object in 0..objects {
        for (worker, error) in errors.iter().enumerate() {
            let mut spans = Vec::new();
            for (number, start) in (0..60).step_by(10).enumerate() {
                let truth = (number as u32 + object) % 3;
                if chance() < *error {
                    match (chance() * 3.0) as u32 {
                        0 => {}
                        1 => spans.push(span(start, start + 4, (truth + 1) % 3)),
                        _ => spans.push(span(start, start + 2, truth)),
                    }
                } else {
                    spans.push(span(start, start + 4, truth));
                }
                if chance() < 0.3 * error {
                    spans.push(span(start + 6, start + 8, truth));
                }
            }
            answers.push(SpanAnswer {
                object,
                worker: worker as u32,
                spans,
            });
        }
    }
    answers
}

fn right(result: &Consolidation) -> f64 {
    let (mut right, mut given, mut all) = (0.0, 0.0, 0.0);
    for (object, decision) in result.objects.iter().enumerate() {
        let spans = &decision.as_ref().unwrap().spans;
        given += spans.len() as f64;
        all += 6.0;
        right += spans
            .iter()
            .filter(|label| {
                let Span { start, end, label } = label.span;
                let number = (start / 10) as u32;
                start % 10 == 0 && end == start + 4 && label == (number + object as u32) % 3
            })
            .count() as f64;
    }
    2.0 * right / (given + all)
}

#[test]
fn careful_workers_outweigh_careless_ones() {
    let errors = [0.05, 0.1, 0.7, 0.75, 0.8];
    let answers = crowd(60, &errors);
    let of = |method| consolidate(&vec![Some(64); 60], 5, 3, &answers, &options(method)).unwrap();
    let (ours, votes) = (of(Method::Cairn), of(Method::Majority));
    let (found, counted) = (right(&ours), right(&votes));
    assert!(
        found > 0.95 && found > counted + 0.1,
        "{found} and {counted}"
    );
    let recall: Vec<f64> = ours.workers.iter().map(|skill| skill.recall).collect();
    assert!(recall[0] > 0.9 && recall[4] < 0.4, "{recall:?}");
}

#[test]
fn mentions_within_others_are_found_though_workers_miss_them_and_cut_them_short() {
    // Every tenth offset begins a span, every second of them holds another.
    let truth: Vec<Span> = (0..200)
        .step_by(10)
        .flat_map(|at| [span(at, at + 8, 0), span(at + 2, at + 6, 1)])
        .enumerate()
        .filter(|(number, _)| number % 4 != 3)
        .map(|(_, span)| span)
        .collect();
    let mut chance = chances();
    let mut answers = Vec::new();
    for object in 0..20 {
        for worker in 0..5 {
            let mut spans: Vec<Span> = truth.clone();
            spans.retain(|_| chance() > 0.15);
            for span in &mut spans {
                span.end -= u64::from(chance() < 0.15);
            }
            answers.push(SpanAnswer {
                object,
                worker,
                spans,
            });
        }
    }
    for method in [Method::Cairn, Method::Majority] {
        let result = consolidate(&[Some(200); 20], 5, 2, &answers, &options(method)).unwrap();
        let (mut right, mut given) = (0, 0);
        for decision in result.objects.iter().flatten() {
            given += decision.spans.len();
            let is_true = |label: &&SpanLabel| truth.contains(&label.span);
            right += decision.spans.iter().filter(is_true).count();
        }
        let f1 = 2.0 * right as f64 / (given + 20 * truth.len()) as f64;
        assert!(f1 > 0.9, "{method:?}: {f1}");
    }
}

#[test]
fn agreeing_on_nothing_is_not_disagreeing_on_everything() {
    for method in METHODS {
        let text = "-|-|-|-; 0-3:0|10-13:0|20-23:1|-; -";
        let result = run(text, options(method));
        let confidence = |object: usize| result.objects[object].as_ref().unwrap().confidence();
        assert_eq!((confidence(0), confidence(2)), (1.0, 0.0), "{method:?}");
        assert!(confidence(1) < 0.5, "{method:?}");
    }
}

fn any_answers() -> impl Strategy<Value = Vec<SpanAnswer>> {
    let spans = prop::collection::vec((0u64..14, 0u64..6, 0u32..3), 0..6);
    prop::collection::vec((0u32..4, 0u32..4, spans), 0..14).prop_map(|answers| {
        let answer = |(object, worker, spans): (u32, u32, Vec<(u64, u64, u32)>)| SpanAnswer {
            object,
            worker,
            spans: spans
                .into_iter()
                .map(|(start, length, label)| span(start, start + length, label))
                .collect(),
        };
        answers.into_iter().map(answer).collect()
    })
}

proptest! {
    #[test]
    fn results_are_spans_with_probabilities_apart_unless_workers_overlap(answers in any_answers()) {
        let overlap = answers.iter().any(|answer| {
            let spans = &answer.spans;
            let over = |(at, one): (usize, &Span)| spans[..at].iter().any(|two| one != two && one.overlaps(two));
            spans.iter().enumerate().any(over)
        });
        for method in METHODS {
            let options = options(method);
            let result = consolidate(&[Some(20); 4], 4, 3, &answers, &options).unwrap();
            for decision in result.objects.iter().flatten() {
                for (at, label) in decision.spans.iter().enumerate() {
                    prop_assert!(label.span.start < label.span.end && label.span.end <= 20);
                    prop_assert!((0.0..=1.0).contains(&label.posterior), "{}", label.posterior);
                    prop_assert!((0.0..=1.0).contains(&label.confidence));
                    for other in &decision.spans[at + 1..] {
                        prop_assert!(overlap || !label.span.overlaps(&other.span));
                        prop_assert!(label.span != other.span);
                    }
                }
            }
            for skill in &result.workers {
                prop_assert!((0.0..=1.0).contains(&skill.precision) && (0.0..=1.0).contains(&skill.recall));
            }
            prop_assert_eq!(&result, &consolidate(&[Some(20); 4], 4, 3, &answers, &options).unwrap());
        }
    }

    #[test]
    fn the_order_of_answers_and_the_names_of_workers_change_nothing(answers in any_answers()) {
        // One answer for each object and worker, or which is the last would change.
        let mut once = std::collections::BTreeMap::new();
        for answer in answers {
            once.insert((answer.object, answer.worker), answer);
        }
        let answers: Vec<SpanAnswer> = once.into_values().collect();
        let mut reversed = answers.clone();
        reversed.reverse();
        for answer in &mut reversed {
            answer.spans.reverse();
        }
        let mut renamed = answers.clone();
        for answer in &mut renamed {
            answer.worker = 3 - answer.worker;
        }
        for method in METHODS {
            let of = |answers: &[SpanAnswer]| {
                consolidate(&[None; 4], 4, 3, answers, &options(method)).unwrap()
            };
            let result = of(&answers);
            prop_assert_eq!(&result.objects, &of(&reversed).objects);
            prop_assert_eq!(show(&result), show(&of(&renamed)));
        }
    }

    #[test]
    fn unanimous_answers_stand(lists in prop::collection::vec(prop::collection::vec((0u64..9, 1u64..10, 0u32..3), 0..4), 1..5), workers in 2u32..5) {
        let mut answers = Vec::new();
        let mut expected = Vec::new();
        for (object, list) in lists.iter().enumerate() {
            // Spans in tens of their own, so that none overlap.
            let spans: Vec<Span> = list.iter().enumerate().map(|(at, (start, length, label))| {
                let start = 10 * at as u64 + start;
                span(start, (start + length).min(10 * at as u64 + 10), *label)
            }).collect();
            expected.push(spans.clone());
            for worker in 0..workers {
                answers.push(SpanAnswer { object: object as u32, worker, spans: spans.clone() });
            }
        }
        for method in METHODS {
            let result = consolidate(&vec![None; lists.len()], 4, 3, &answers, &options(method)).unwrap();
            for (decision, expected) in result.objects.iter().zip(&expected) {
                let found: Vec<Span> = decision.as_ref().unwrap().spans.iter().map(|label| label.span).collect();
                prop_assert_eq!(&found, expected, "{:?}", method);
            }
        }
    }
}
