//! Bounding boxes from outside: small tables, what always holds, and hostile input.

use cairn_algorithms::shapes::agreement::agreement;
use cairn_algorithms::shapes::cairn::Crowd;
use cairn_algorithms::shapes::{
    BoundingBox, Ignored, Labeled, Method, ObjectShapes, Options, Reason, ShapeAnswer,
    ShapeConsolidation, ShapesError, Size, consolidate,
};
use proptest::prelude::*;

type Boxes = ObjectShapes<BoundingBox>;

const METHODS: [Method; 3] = [Method::Cairn, Method::GroundTruth, Method::Smaller];

/// Reads `0 10 10 20 20, 1 …` as a worker's boxes: label, left, top, width, height.
fn boxes(text: &str) -> Vec<Labeled<BoundingBox>> {
    text.split(',')
        .filter(|one| !one.trim().is_empty())
        .map(|one| {
            let numbers: Vec<f64> = one
                .split_whitespace()
                .map(|word| word.parse().unwrap())
                .collect();
            Labeled {
                label: numbers[0] as u32,
                shape: BoundingBox {
                    left: numbers[1],
                    top: numbers[2],
                    width: numbers[3],
                    height: numbers[4],
                },
            }
        })
        .collect()
}

/// An object of 1000 x 1000, one text a worker.
fn object(answers: &[&str]) -> Boxes {
    ObjectShapes {
        size: Some(Size {
            width: 1000.0,
            height: 1000.0,
        }),
        answers: answers
            .iter()
            .enumerate()
            .map(|(worker, text)| ShapeAnswer {
                worker: worker as u32,
                shapes: boxes(text),
            })
            .collect(),
    }
}

fn with(method: Method, objects: &[Boxes]) -> ShapeConsolidation<BoundingBox> {
    let options = Options {
        method,
        ..Options::default()
    };
    consolidate(objects, 20, 5, options).unwrap()
}

fn near(one: &BoundingBox, other: &BoundingBox) -> bool {
    let apart = [
        one.left - other.left,
        one.top - other.top,
        one.width - other.width,
        one.height - other.height,
    ];
    apart.iter().all(|value| value.abs() < 1e-6)
}

#[test]
fn unanimous_boxes_win() {
    let all = object(&["2 10 20 30 40, 1 500 500 90 80"; 4]);
    for method in METHODS {
        let result = with(method, std::slice::from_ref(&all));
        let decision = result.objects[0].as_ref().unwrap();
        assert_eq!(decision.shapes.len(), 2, "{method:?}");
        for found in &decision.shapes {
            let given = all.answers[0]
                .shapes
                .iter()
                .find(|one| one.label == found.label);
            assert!(near(&found.shape, &given.unwrap().shape), "{method:?}");
            assert_eq!(found.supporters, [0, 1, 2, 3]);
            assert!(found.confidence > 0.9, "{method:?} {}", found.confidence);
        }
    }
}

#[test]
fn one_answer_is_its_own_consensus() {
    let alone = object(&["2 10 20 30 40, 1 500 500 90 80"]);
    for method in METHODS {
        let result = with(method, std::slice::from_ref(&alone));
        let decision = result.objects[0].as_ref().unwrap();
        assert_eq!(
            (decision.shapes.len(), decision.answers),
            (2, 1),
            "{method:?}"
        );
        assert!(decision.shapes.iter().all(|found| {
            let given = &alone.answers[0].shapes;
            given
                .iter()
                .any(|one| one.label == found.label && near(&one.shape, &found.shape))
        }));
    }
    let ground_truth = with(Method::GroundTruth, &[alone]);
    let decision = ground_truth.objects[0].as_ref().unwrap();
    assert!(decision.shapes.iter().all(|found| found.confidence == 0.09));
}

#[test]
fn nothing_and_nobody_are_different() {
    for method in METHODS {
        let result = with(method, &[object(&["", ""]), object(&[])]);
        let empty = result.objects[0].as_ref().unwrap();
        assert_eq!((empty.shapes.len(), empty.answers), (0, 2));
        assert_eq!(result.objects[1], None);
    }
}

#[test]
fn a_worker_has_one_box_in_a_group() {
    // Two things that overlap by more than one half, each drawn by all: two boxes come out.
    let crowded = object(&["0 100 100 100 100, 0 125 100 100 100"; 5]);
    for method in METHODS {
        let result = with(method, std::slice::from_ref(&crowded));
        let mut lefts: Vec<f64> = (result.objects[0].iter().flat_map(|one| &one.shapes))
            .map(|one| one.shape.left)
            .collect();
        lefts.sort_by(f64::total_cmp);
        assert_eq!(lefts.len(), 2, "{method:?}");
        assert!((lefts[0] - 100.0).abs() < 1e-6 && (lefts[1] - 125.0).abs() < 1e-6);
    }
}

#[test]
fn few_of_many_are_outvoted_and_most_are_kept() {
    let given = [
        "0 100 100 50 50, 0 700 700 50 50",
        "0 100 100 50 50",
        "0 101 100 50 50",
        "0 100 101 50 50",
        "",
    ];
    let cairn = with(Method::Cairn, &[object(&given)]);
    let decision = cairn.objects[0].as_ref().unwrap();
    assert_eq!(decision.shapes.len(), 1, "{decision:?}");
    assert_eq!(decision.shapes[0].supporters, [0, 1, 2, 3]);
}

#[test]
fn the_label_is_that_of_most() {
    for method in [Method::Cairn, Method::Smaller] {
        let result = with(
            method,
            &[object(&[
                "1 100 100 50 50",
                "1 101 100 50 50",
                "3 100 101 50 50",
            ])],
        );
        let decision = result.objects[0].as_ref().unwrap();
        assert_eq!(decision.shapes.len(), 1);
        assert_eq!(decision.shapes[0].label, 1, "{method:?}");
    }
    // Ground Truth's boxes of other labels are other things, and one of three is no half.
    let result = with(
        Method::GroundTruth,
        &[object(&[
            "1 100 100 50 50",
            "1 101 100 50 50",
            "3 100 101 50 50",
        ])],
    );
    let decision = result.objects[0].as_ref().unwrap();
    assert_eq!(decision.shapes.len(), 1);
    assert_eq!(decision.shapes[0].supporters, [0, 1]);
}

#[test]
fn means_are_those_of_the_rules() {
    let given = object(&[
        "0 100 100 100 100",
        "0 104 100 100 100",
        "0 100 108 100 100",
    ]);
    let result = with(Method::GroundTruth, std::slice::from_ref(&given));
    let found = &result.objects[0].as_ref().unwrap().shapes[0];
    let mean = BoundingBox {
        left: 100.0 + 4.0 / 3.0,
        top: 100.0 + 8.0 / 3.0,
        width: 100.0,
        height: 100.0,
    };
    assert!(near(&found.shape, &mean), "{found:?}");
    // One over the area: the small box counts four times as much as the large one.
    let result = with(
        Method::Smaller,
        &[object(&["0 100 100 100 100", "0 100 100 200 200"])],
    );
    let decision = result.objects[0].as_ref().unwrap();
    // An intersection over union of one quarter is too little to match; both are rejected.
    assert!(decision.shapes.is_empty());
    let result = with(
        Method::Smaller,
        &[object(&["0 100 100 100 200", "0 100 100 200 200"])],
    );
    let found = &result.objects[0].as_ref().unwrap().shapes[0];
    assert!((found.shape.width - 400.0 / 3.0).abs() < 1e-9, "{found:?}");
}

#[test]
fn loose_workers_do_not_move_the_edges_of_exact_ones() {
    // Two exact workers, three who leave 10 to 22 pixels of room on each side.
    let objects: Vec<Boxes> = (0..60)
        .map(|at| {
            let (left, top) = (
                100.0 + f64::from(at * 7 % 50),
                100.0 + f64::from(at * 11 % 40),
            );
            let loose = |by: f64| {
                format!(
                    "0 {} {} {} {}",
                    left - by,
                    top - by,
                    100.0 + 2.0 * by,
                    120.0 + 2.0 * by
                )
            };
            let own = |worker: i32| 10.0 + f64::from((at * (worker + 3) * 5) % 13);
            let answers = [
                loose(0.4),
                loose(-0.4),
                loose(own(1)),
                loose(own(2)),
                loose(own(3)),
            ];
            object(&answers.iter().map(String::as_str).collect::<Vec<_>>())
        })
        .collect();
    let result = with(Method::Cairn, &objects);
    for (at, decision) in result.objects.iter().enumerate() {
        let found = &decision.as_ref().unwrap().shapes[0].shape;
        let (left, at) = (100.0 + (at * 7 % 50) as f64, at);
        assert!((found.left - left).abs() < 1.5, "object {at}: {found:?}");
        assert!((found.width - 100.0).abs() < 3.0, "object {at}: {found:?}");
    }
    assert!(
        result.workers[3].bias.iter().all(|bias| *bias > 0.3),
        "{:?}",
        result.workers[3]
    );
    assert!(result.workers[0].noise < result.workers[3].noise);
}

#[test]
fn who_misses_and_who_invents_is_known() {
    // Worker 3 draws nothing but in every fourth object; worker 4 adds a box that nobody else sees.
    let objects: Vec<Boxes> = (0..80)
        .map(|at| {
            let thing = format!("0 {} 100 80 80", 100 + at);
            let both = format!("{thing}, 0 {} 700 60 60", 500 + at % 7 * 30);
            let seldom = if at % 4 == 0 { thing.as_str() } else { "" };
            object(&[&thing, &thing, &thing, seldom, &both])
        })
        .collect();
    let result = with(Method::Cairn, &objects);
    let found: Vec<usize> = (result.objects.iter().flatten())
        .map(|one| one.shapes.len())
        .collect();
    assert_eq!(found, [1; 80]);
    assert!(
        (result.workers[3].miss_rate - 0.75).abs() < 0.02,
        "{:?}",
        result.workers[3]
    );
    assert!(
        (result.workers[4].false_alarm_rate - 0.5).abs() < 0.02,
        "{:?}",
        result.workers[4]
    );
    assert!(result.workers[0].miss_rate < 0.01 && result.workers[0].false_alarm_rate < 0.01);
}

#[test]
fn a_crowd_decides_one_object_as_it_does_all() {
    let objects: Vec<Boxes> = (0..30)
        .map(|at| {
            let shifted = |by: i32| format!("{} {} 100 80 90", at % 2, 100 + at + by);
            let answers = [shifted(0), shifted(2), shifted(-3)];
            object(&answers.iter().map(String::as_str).collect::<Vec<_>>())
        })
        .collect();
    let all = with(Method::Cairn, &objects);
    let crowd = Crowd::fit(&objects, 20, 5).unwrap();
    for (object, decision) in objects.iter().zip(&all.objects) {
        assert_eq!(&crowd.decide(object, 0.5).unwrap(), decision);
    }
}

#[test]
fn boxes_are_clipped_and_those_without_area_named() {
    let given = object(&[
        "0 -50 10 100 100, 0 300 300 0 10, 0 2000 10 5 5",
        "0 0 10 50 100",
    ]);
    for method in METHODS {
        let result = with(method, std::slice::from_ref(&given));
        let decision = result.objects[0].as_ref().unwrap();
        assert_eq!(decision.shapes.len(), 1);
        assert!((decision.shapes[0].shape.left).abs() < 1e-9);
        let ignored = |shape, reason| Ignored {
            answer: 0,
            shape,
            reason,
        };
        assert_eq!(
            decision.ignored,
            [ignored(1, Reason::NoArea), ignored(2, Reason::Outside)]
        );
    }
}

#[test]
fn the_last_answer_of_a_worker_stands() {
    let mut given = object(&["0 10 10 50 50", "0 500 500 50 50", "0 500 501 50 50"]);
    given.answers.push(ShapeAnswer {
        worker: 0,
        shapes: boxes("0 501 500 50 50"),
    });
    let result = with(Method::Cairn, &[given]);
    let decision = result.objects[0].as_ref().unwrap();
    assert_eq!((decision.shapes.len(), decision.answers), (1, 3));
    assert_eq!(decision.shapes[0].supporters, [0, 1, 2]);
}

#[test]
fn what_names_nothing_is_refused() {
    let refused = |object: Boxes| {
        consolidate(&[object], 2, 5, Options::default())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(object(&["", "", ""])),
        "object 0, answer 2: worker 2 is outside the list of 2 workers"
    );
    assert_eq!(
        refused(object(&["5 1 1 1 1"])),
        "object 0, answer 0, shape 0: label 5 is outside the list of 5 labels"
    );
    assert_eq!(
        refused(object(&["0 1 1 1 1, 0 NaN 1 1 1"])),
        "object 0, answer 0, shape 1: a coordinate is not a number of at most 1e9, or there are more than 4096 points"
    );
    let mut flat = object(&[]);
    flat.size = Some(Size {
        width: 0.0,
        height: 5.0,
    });
    assert_eq!(
        refused(flat),
        "object 0: 0 x 5 is not the size of an object"
    );
    let many = vec!["0 1 1 1 1"; 4_097].join(",");
    assert_eq!(
        refused(object(&[&many])),
        "object 0: its answers have 4097 shapes, more than 4096"
    );
    let options = Options {
        keep_min: f64::NAN,
        ..Options::default()
    };
    let error = consolidate::<BoundingBox>(&[], 0, 0, options).unwrap_err();
    assert!(matches!(error, ShapesError::KeepMin(_)));
}

#[test]
fn agreement_counts_shapes_left_over_as_nothing() {
    let of = |answers: &[&str]| agreement(&[object(answers)], 20, 5).unwrap().unwrap();
    assert_eq!(of(&["0 0 0 10 10", "0 0 0 10 10"]).iou, 1.0);
    assert_eq!(of(&["", ""]).iou, 1.0);
    assert_eq!(of(&["0 0 0 10 10", ""]).iou, 0.0);
    let half = of(&["0 0 0 10 10, 0 50 50 10 10", "0 0 0 10 10"]);
    assert!((half.iou - 0.5).abs() < 1e-12);
    let labels = of(&["0 0 0 10 10", "1 0 0 10 10"]);
    assert_eq!((labels.iou, labels.iou_any_label), (0.0, 1.0));
    let third = of(&["0 0 0 10 10", "0 5 0 10 10", "0 0 0 10 10"]);
    assert!((third.iou - (1.0 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
    assert_eq!(agreement(&[object(&["0 0 0 10 10"])], 20, 5).unwrap(), None);
}

/// Answers of up to five workers to up to four objects; some boxes without area, some outside, some
/// far too large.
fn hostile() -> impl Strategy<Value = Vec<Boxes>> {
    let side = prop_oneof![
        4 => (0u32..40).prop_map(f64::from),
        1 => Just(0.0),
        1 => Just(-5.0),
        1 => Just(1e9),
        1 => Just(1e-300),
    ];
    let one = (0u32..3, side.clone(), side.clone(), side.clone(), side);
    let shape = one.prop_map(|(label, left, top, width, height)| Labeled {
        label,
        shape: BoundingBox {
            left,
            top,
            width,
            height,
        },
    });
    let answer = (0u32..5, prop::collection::vec(shape, 0..5));
    let answer = answer.prop_map(|(worker, shapes)| ShapeAnswer { worker, shapes });
    let size = prop::option::of(Just(Size {
        width: 40.0,
        height: 30.0,
    }));
    let object = (size, prop::collection::vec(answer, 0..7));
    let object = object.prop_map(|(size, answers)| ObjectShapes { size, answers });
    prop::collection::vec(object, 0..4)
}

proptest! {
    #[test]
    fn boxes_are_boxes_and_confidences_probabilities(objects in hostile()) {
        for method in METHODS {
            let result = with(method, &objects);
            prop_assert_eq!(&result, &with(method, &objects));
            for (object, decision) in objects.iter().zip(&result.objects) {
                prop_assert_eq!(decision.is_some(), !object.answers.is_empty());
                for found in decision.iter().flat_map(|decision| &decision.shapes) {
                    let area = &found.shape;
                    prop_assert!((0.0..=1.0).contains(&found.confidence), "{found:?}");
                    prop_assert!(area.width > 0.0 && area.height > 0.0, "{found:?}");
                    prop_assert!(area.left.is_finite() && area.top.is_finite(), "{found:?}");
                    if let Some(size) = object.size {
                        prop_assert!(area.left >= -1e-9 && area.right() <= size.width + 1e-9, "{found:?}");
                    }
                    prop_assert!(!found.supporters.is_empty());
                    prop_assert!(found.supporters.windows(2).all(|two| two[0] < two[1]));
                }
            }
            for skill in &result.workers {
                for value in [skill.miss_rate, skill.false_alarm_rate, skill.label_accuracy] {
                    prop_assert!((0.0..=1.0).contains(&value), "{skill:?}");
                }
                prop_assert!(skill.noise.is_finite() && skill.bias.iter().all(|bias| bias.is_finite()));
            }
        }
    }

    #[test]
    fn neither_order_nor_names_of_workers_change_anything(mut objects in hostile(), turn in 0u32..5) {
        // A worker's last answer stands, so that only one of each may be turned about.
        for object in &mut objects {
            let mut seen = Vec::new();
            object.answers.retain(|answer| {
                let is_new = !seen.contains(&answer.worker);
                seen.push(answer.worker);
                is_new
            });
        }
        let mut turned = objects.clone();
        for object in &mut turned {
            object.answers.reverse();
            for answer in &mut object.answers {
                answer.worker = (answer.worker + turn) % 5;
                answer.shapes.reverse();
            }
        }
        for method in METHODS {
            let (one, other) = (with(method, &objects), with(method, &turned));
            for (one, other) in one.objects.iter().zip(&other.objects) {
                let shapes = |decision: &Option<cairn_algorithms::shapes::ShapeDecision<BoundingBox>>| {
                    decision.as_ref().map_or(0, |decision| decision.shapes.len())
                };
                prop_assert_eq!(shapes(one), shapes(other), "{:?}", method);
            }
        }
    }
}
