//! Shapes other than bounding boxes from outside: what always holds for each, and hostile input.

use std::fmt::Debug;

use cairn_algorithms::shapes::agreement::agreement;
use cairn_algorithms::shapes::{
    Keypoint, Labeled, Line, Method, ObjectShapes, Options, Point, Polygon, Polyline, RotatedBox,
    Shape, ShapeAnswer, ShapeConsolidation, Size, consolidate,
};
use proptest::prelude::*;

const METHODS: [Method; 3] = [Method::Cairn, Method::GroundTruth, Method::Smaller];

fn points(list: &[(f64, f64)]) -> Vec<Point> {
    list.iter().map(|(x, y)| Point { x: *x, y: *y }).collect()
}

fn object<S: Shape>(answers: &[&[(u32, S)]]) -> ObjectShapes<S> {
    let answers = answers
        .iter()
        .enumerate()
        .map(|(worker, shapes)| ShapeAnswer {
            worker: worker as u32,
            shapes: shapes
                .iter()
                .map(|(label, shape)| Labeled {
                    label: *label,
                    shape: shape.clone(),
                })
                .collect(),
        });
    ObjectShapes {
        size: Some(Size {
            width: 1000.0,
            height: 1000.0,
        }),
        answers: answers.collect(),
    }
}

fn with<S: Shape>(method: Method, objects: &[ObjectShapes<S>]) -> ShapeConsolidation<S> {
    let options = Options {
        method,
        ..Options::default()
    };
    consolidate(objects, 20, 5, options).unwrap()
}

/// Two things of different labels, drawn by four workers alike, by one, and by three among seven.
fn check<S: Shape + PartialEq + Debug>(one: S, two: S, near: impl Fn(&S, &S) -> bool) {
    let both = [(1, one.clone()), (2, two)];
    for method in METHODS {
        for count in [1, 4] {
            let answers = vec![both.as_slice(); count];
            let result = with(method, &[object(&answers)]);
            let decision = result.objects[0].as_ref().unwrap();
            assert_eq!(decision.shapes.len(), 2, "{method:?} {decision:?}");
            for found in &decision.shapes {
                let given = both.iter().find(|(label, _)| *label == found.label);
                assert!(
                    near(&found.shape, &given.unwrap().1),
                    "{method:?} {found:?}"
                );
                assert_eq!(found.supporters.len(), count);
            }
        }
        let empty = with(method, &[object::<S>(&[&[], &[]]), object(&[])]);
        assert_eq!(empty.objects[0].as_ref().unwrap().shapes.len(), 0);
        assert_eq!(empty.objects[1], None);
    }
    let single = [(1, one)];
    let few = object(&[&both, &single, &single, &single, &single]);
    let result = with(Method::Cairn, &[few]);
    let decision = result.objects[0].as_ref().unwrap();
    assert_eq!(decision.shapes.len(), 1, "{decision:?}");
    assert_eq!(decision.shapes[0].supporters.len(), 5);
    let measured = agreement(&[object(&[&both, &single])], 20, 5)
        .unwrap()
        .unwrap();
    assert!((measured.iou - 0.5).abs() < 1e-9, "{measured:?}");
}

#[test]
fn rotated_boxes() {
    let rotated = |x, angle| RotatedBox {
        x,
        y: 300.0,
        width: 80.0,
        height: 40.0,
        angle,
    };
    let near = |one: &RotatedBox, two: &RotatedBox| one.iou(two) > 0.999;
    check(rotated(200.0, 0.5), rotated(700.0, 2.0), near);
    // The same rectangle, named by four angles; 1° and 179° are two degrees apart.
    let degree = std::f64::consts::PI / 180.0;
    let across = RotatedBox {
        width: 40.0,
        height: 80.0,
        ..rotated(200.0, 90.0 * degree)
    };
    let answers = [
        rotated(200.0, degree),
        rotated(200.0, 179.0 * degree),
        rotated(200.0, 360.0 * degree),
        across,
    ];
    let answers = answers.map(|one| [(0, one)]);
    let answers: Vec<&[(u32, RotatedBox)]> = answers.iter().map(<[_; 1]>::as_slice).collect();
    for method in METHODS {
        let result = with(method, &[object(&answers)]);
        let found = &result.objects[0].as_ref().unwrap().shapes;
        assert_eq!(found.len(), 1);
        assert!(
            found[0].shape.iou(&rotated(200.0, 0.0)) > 0.99,
            "{method:?} {found:?}"
        );
    }
}

#[test]
fn keypoints() {
    let at = |x, y| Keypoint { x, y };
    let near = |one: &Keypoint, two: &Keypoint| (one.x - two.x).hypot(one.y - two.y) < 1e-6;
    check(at(100.0, 100.0), at(500.0, 200.0), near);
    // Two labels at one place are two keypoints.
    let both = [(0, at(10.0, 10.0)), (1, at(10.0, 10.0))];
    let result = with(Method::Cairn, &[object(&[&both, &both, &both])]);
    assert_eq!(result.objects[0].as_ref().unwrap().shapes.len(), 2);
}

#[test]
fn lines() {
    let line = |y| Line {
        from: Point { x: 100.0, y },
        to: Point {
            x: 400.0,
            y: y + 50.0,
        },
    };
    let near = |one: &Line, two: &Line| one.ends_apart(two) < 1e-6;
    check(line(100.0), line(600.0), near);
    // Drawn from either end.
    let back = Line {
        from: line(100.0).to,
        to: line(100.0).from,
    };
    let result = with(
        Method::Cairn,
        &[object(&[&[(0, line(100.0))], &[(0, back)], &[(0, back)]])],
    );
    let found = &result.objects[0].as_ref().unwrap().shapes;
    assert_eq!(found.len(), 1);
    assert!(found[0].shape.ends_apart(&line(100.0)) < 1e-6);
}

#[test]
fn polylines() {
    let chain = |y| Polyline {
        points: points(&[(100.0, y), (200.0, y + 40.0), (300.0, y), (420.0, y + 60.0)]),
    };
    let near = |one: &Polyline, two: &Polyline| one.apart(two) < 1.5;
    check(chain(100.0), chain(600.0), near);
    let mut back = chain(100.0);
    back.points.reverse();
    let result = with(
        Method::Cairn,
        &[object(&[
            &[(0, chain(100.0))],
            &[(0, back.clone())],
            &[(0, back)],
        ])],
    );
    let found = &result.objects[0].as_ref().unwrap().shapes;
    assert_eq!(found.len(), 1);
    assert!(near(&found[0].shape, &chain(100.0)));
}

#[test]
fn polygons() {
    let ring = |x| Polygon {
        points: points(&[
            (x, 100.0),
            (x + 90.0, 120.0),
            (x + 70.0, 200.0),
            (x + 30.0, 160.0),
        ]),
    };
    let near = |one: &Polygon, two: &Polygon| one.iou(two) > 0.97;
    check(ring(100.0), ring(600.0), near);
    // Points set differently, and the other way around.
    let square = |by: f64| Polygon {
        points: points(&[
            (100.0 - by, 100.0 - by),
            (200.0 + by, 100.0 - by),
            (200.0 + by, 200.0 + by),
            (100.0 - by, 200.0 + by),
        ]),
    };
    let mut more = square(0.0);
    more.points.insert(1, Point { x: 150.0, y: 100.0 });
    more.points.reverse();
    let (small, large) = (square(-2.0), square(2.0));
    let result = with(
        Method::Cairn,
        &[object(&[&[(0, small)], &[(0, more)], &[(0, large)]])],
    );
    let found = &result.objects[0].as_ref().unwrap().shapes;
    assert_eq!(found.len(), 1);
    assert!(found[0].shape.iou(&square(0.0)) > 0.97, "{found:?}");
    assert!(found[0].shape.points.len() < 20, "{found:?}");
}

/// Coordinates of which some are far away, some equal, some outside.
/// What workers agree on to the point comes out as it is, corners included, and so does what one worker alone says.
#[test]
fn corners_stay() {
    let ring = points(&[
        (0.0, 0.0),
        (100.0, 0.0),
        (100.0, 20.0),
        (20.0, 20.0),
        (20.0, 100.0),
        (0.0, 100.0),
    ]);
    let chain = points(&[(0.0, 0.0), (97.0, 3.0), (100.0, 40.0), (31.0, 20.0)]);
    fn of<S: Shape + Clone>(one: &S, workers: u32) -> S {
        let answers: Vec<Vec<(u32, S)>> = (0..workers).map(|_| vec![(0, one.clone())]).collect();
        let answers: Vec<&[(u32, S)]> = answers.iter().map(Vec::as_slice).collect();
        let objects = [object(&answers)];
        let decided = with(Method::Cairn, &objects).objects.remove(0).unwrap();
        decided.shapes[0].shape.clone()
    }
    let near = |one: &[Point], two: &[Point]| {
        let apart = |(one, two): (&Point, &Point)| (one.x - two.x).hypot(one.y - two.y);
        assert_eq!(one.len(), two.len(), "{one:?}");
        assert!(
            one.iter().zip(two).map(apart).all(|apart| apart < 1e-6),
            "{one:?}"
        );
    };
    for workers in [1, 3] {
        let polygon = Polygon {
            points: ring.clone(),
        };
        near(&of(&polygon, workers).points, &ring);
        let polyline = Polyline {
            points: chain.clone(),
        };
        near(&of(&polyline, workers).points, &chain);
    }
}

#[test]
fn agreeing_on_nothing_is_not_disagreeing_on_everything() {
    let at = |x: f64| [(1, Keypoint { x, y: 500.0 })];
    let agreed = object(&[&at(300.0), &at(300.0), &at(300.0), &at(300.0), &at(300.0)]);
    let nothing = object::<Keypoint>(&[&[], &[], &[], &[], &[]]);
    let apart = object(&[&at(100.0), &at(300.0), &at(500.0), &at(700.0), &at(900.0)]);
    let mut objects = vec![agreed; 8];
    objects.extend([nothing, apart]);
    for method in METHODS {
        let result = with(method, &objects);
        let confidence = |object: usize| result.objects[object].as_ref().unwrap().confidence();
        assert!(confidence(8) > 0.9 && confidence(0) > 0.9, "{method:?}");
        assert!(confidence(9) < 0.5, "{method:?}: {}", confidence(9));
    }
}

/// Numbers in 0..1, the same ones every time.
fn chances() -> impl FnMut() -> f64 {
    let mut state = 11u64;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    }
}

/// Twenty objects with a shape by each of three workers, with and without the objects' sizes: the
/// confidence that comes out for an object, and how far workers agree.
fn measured<S: Shape>(mut draw: impl FnMut(u32) -> S) -> Vec<(f64, f64)> {
    let drawn = |number| [0; 3].map(|_| [(1, draw(number))]);
    let answers: Vec<_> = (0..20).map(drawn).collect();
    let each = |size: Option<Size>| {
        let objects: Vec<ObjectShapes<S>> = (answers.iter())
            .map(|[one, two, three]| ObjectShapes {
                size,
                ..object(&[one, two, three])
            })
            .collect();
        let result = with(Method::Cairn, &objects);
        let shapes = (result.objects.iter().flatten()).flat_map(|decision| &decision.shapes);
        let confidence: f64 = shapes.map(|shape| shape.confidence).sum();
        (
            confidence / 20.0,
            agreement(&objects, 20, 5).unwrap().unwrap().iou,
        )
    };
    let size = object::<S>(&[]).size;
    vec![each(size), each(None)]
}

#[test]
fn shapes_drawn_blindly_neither_agree_nor_are_believed() {
    // The noise was taken to be as large as the frame: confidence 0.99998, likeness 0.875 and 0.894.
    let mut chance = chances();
    let mut point = move || Point {
        x: 1000.0 * chance(),
        y: 1000.0 * chance(),
    };
    let mut all = measured(|_| {
        let Point { x, y } = point();
        Keypoint { x, y }
    });
    all.extend(measured(|_| Line {
        from: point(),
        to: point(),
    }));
    all.extend(measured(|_| Polyline {
        points: vec![point(), point(), point()],
    }));
    for (confidence, alike) in &all {
        assert!(*confidence < 0.1 && *alike < 0.1, "{all:?}");
    }
    // Two points half a frame apart are two opinions.
    let far = |x: f64| [(1, Keypoint { x, y: 500.0 })];
    let result = with(Method::Cairn, &[object(&[&far(200.0), &far(700.0)])]);
    let decision = result.objects[0].as_ref().unwrap();
    let sure = decision.shapes.iter().map(|shape| shape.confidence);
    assert!(sure.fold(0.0, f64::max) < 0.7, "{decision:?}");
}

#[test]
fn shapes_that_are_near_for_their_frame_are_believed() {
    let mut chance = chances();
    // As careless as workers may be, at a place that changes or always the same.
    for noise in [3.0, 60.0] {
        for is_fixed in [true, false] {
            let mut places = chances();
            let places: Vec<(f64, f64)> = (0..20).map(|_| (places(), places())).collect();
            let mut near = |number: u32, more: f64| {
                let (x, y) = places[if is_fixed { 0 } else { number as usize }];
                Point {
                    x: 100.0 + 700.0 * x + more + noise * (chance() - 0.5),
                    y: 100.0 + 700.0 * y + more + noise * (chance() - 0.5),
                }
            };
            let mut all = measured(|number| {
                let Point { x, y } = near(number, 0.0);
                Keypoint { x, y }
            });
            all.extend(measured(|number| Line {
                from: near(number, 0.0),
                to: near(number, 100.0),
            }));
            for (confidence, alike) in &all {
                assert!(
                    *confidence > 0.9 && *alike > 0.7,
                    "{noise} {is_fixed} {all:?}"
                );
            }
        }
    }
}

fn coordinate() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (0u32..30).prop_map(f64::from),
        1 => Just(-3.0),
        1 => Just(1e9),
        1 => Just(1e-300),
    ]
}

fn hostile<S: Shape + Debug>(
    shape: impl Strategy<Value = S>,
) -> impl Strategy<Value = Vec<ObjectShapes<S>>> {
    let labeled = (0u32..3, shape).prop_map(|(label, shape)| Labeled { label, shape });
    let answer = (0u32..5, prop::collection::vec(labeled, 0..4));
    let answer = answer.prop_map(|(worker, shapes)| ShapeAnswer { worker, shapes });
    let size = prop::option::of(Just(Size {
        width: 30.0,
        height: 20.0,
    }));
    let object = (size, prop::collection::vec(answer, 0..6));
    let object = object.prop_map(|(size, answers)| ObjectShapes { size, answers });
    prop::collection::vec(object, 0..4)
}

fn chain() -> impl Strategy<Value = Vec<Point>> {
    let point = (coordinate(), coordinate()).prop_map(|(x, y)| Point { x, y });
    prop::collection::vec(point, 0..6)
}

fn holds<S: Shape + PartialEq + Debug>(objects: &[ObjectShapes<S>]) {
    for method in METHODS {
        let result = with(method, objects);
        assert_eq!(result, with(method, objects));
        for (object, decision) in objects.iter().zip(&result.objects) {
            assert_eq!(decision.is_some(), !object.answers.is_empty());
            for found in decision.iter().flat_map(|decision| &decision.shapes) {
                assert!((0.0..=1.0).contains(&found.confidence), "{found:?}");
                assert!(found.shape.has_extent(), "{method:?} {found:?}");
                assert!(found.shape.extent().is_finite(), "{found:?}");
                assert!(found.supporters.windows(2).all(|two| two[0] < two[1]));
            }
        }
        for skill in &result.workers {
            for value in [
                skill.miss_rate,
                skill.false_alarm_rate,
                skill.label_accuracy,
            ] {
                assert!((0.0..=1.0).contains(&value), "{skill:?}");
            }
            assert!(skill.noise.is_finite() && skill.bias.iter().all(|bias| bias.is_finite()));
        }
    }
    if let Some(measured) = agreement(objects, 5, 3).unwrap() {
        assert!((0.0..=1.0).contains(&measured.iou), "{measured:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn hostile_rotated_boxes(objects in hostile(
        (coordinate(), coordinate(), coordinate(), coordinate(), -10.0f64..10.0)
            .prop_map(|(x, y, width, height, angle)| RotatedBox { x, y, width, height, angle })
    )) {
        holds(&objects);
    }

    #[test]
    fn hostile_keypoints(objects in hostile((coordinate(), coordinate()).prop_map(|(x, y)| Keypoint { x, y }))) {
        holds(&objects);
    }

    #[test]
    fn hostile_lines(objects in hostile(
        (coordinate(), coordinate(), coordinate(), coordinate())
            .prop_map(|(x, y, to_x, to_y)| Line { from: Point { x, y }, to: Point { x: to_x, y: to_y } })
    )) {
        holds(&objects);
    }

    #[test]
    fn hostile_polylines(objects in hostile(chain().prop_map(|points| Polyline { points }))) {
        holds(&objects);
    }

    #[test]
    fn hostile_polygons(objects in hostile(chain().prop_map(|points| Polygon { points }))) {
        holds(&objects);
    }
}
