//! Masks: small drawings with known results, properties, and hostile input.

use cairn_algorithms::masks::{
    Consolidation, LEVELS, Mask, MaskAnswer, MaskError, Method, Options, Order, Run, Shape,
    consolidate,
};
use proptest::prelude::*;

const METHODS: [Method; 4] = [
    Method::Cairn,
    Method::Vote,
    Method::Weighted,
    Method::Smoothed,
];

/// Rows of digits, `.` for background.
fn draw(rows: &str) -> Mask {
    let rows: Vec<&str> = rows.split_whitespace().collect();
    let bytes: Vec<u8> = rows
        .iter()
        .flat_map(|row| row.bytes())
        .map(|byte| if byte == b'.' { 0 } else { byte - b'0' })
        .collect();
    let shape = Shape {
        width: rows[0].len() as u32,
        height: rows.len() as u32,
        order: Order::Rows,
    };
    Mask::from_palette(shape, 10, &bytes).unwrap()
}

fn drawing(mask: &Mask) -> String {
    let mask = mask.in_order(Order::Rows);
    let mut text = String::new();
    for run in mask.runs() {
        for _ in 0..run.length {
            if text.len() as u32 % (mask.shape().width + 1) == mask.shape().width {
                text.push(' ');
            }
            text.push(match run.class {
                0 => '.',
                class => char::from(b'0' + class as u8),
            });
        }
    }
    text
}

fn answers(drawings: &[&str]) -> Vec<MaskAnswer> {
    (0..)
        .zip(drawings)
        .map(|(worker, rows)| MaskAnswer {
            worker,
            mask: draw(rows),
        })
        .collect()
}

fn by(method: Method, objects: &[Vec<MaskAnswer>]) -> Consolidation {
    let options = Options {
        method,
        ..Options::default()
    };
    consolidate(objects, 9, 10, &options).unwrap()
}

fn check(method: Method, drawings: &[&str], expected: &str) {
    let result = by(method, &[answers(drawings)]);
    let decision = result.objects[0].as_ref().unwrap();
    assert_eq!(drawing(&decision.mask), expected, "{method:?}");
}

#[test]
fn a_pixel_is_what_most_say_and_background_is_a_class() {
    let three = ["11.. 1122", "11.. 1.22", ".... 1.2."];
    for method in [Method::Vote, Method::Weighted, Method::Cairn] {
        check(method, &three, "11.. 1.22");
    }
}

#[test]
fn ties_go_to_the_lowest_class() {
    check(Method::Vote, &["1122", "11.."], "11..");
    check(Method::Vote, &["3322", "2233"], "2222");
    check(Method::Cairn, &["1122", "11.."], "11..");
}

#[test]
fn unanimity_wins_and_is_certain() {
    for method in METHODS {
        let rows = "....1 .2.1. 12.33";
        let result = by(method, &[answers(&[rows, rows, rows])]);
        let decision = result.objects[0].as_ref().unwrap();
        assert_eq!(drawing(&decision.mask), rows, "{method:?}");
        assert_eq!((decision.confidence, decision.agreement), (1.0, Some(1.0)));
        assert_eq!(drawing(&decision.uncertainty), "..... ..... .....");
    }
}

#[test]
fn one_answer_is_its_own_label_without_confidence() {
    for method in METHODS {
        let result = by(method, &[answers(&["1.2 .1. 2.1"]), Vec::new()]);
        let decision = result.objects[0].as_ref().unwrap();
        assert_eq!(drawing(&decision.mask), "1.2 .1. 2.1");
        assert_eq!((decision.confidence, decision.answers), (0.0, 1));
        assert_eq!(decision.agreement, None);
        assert_eq!(result.objects[1], None);
        assert_eq!(result.agreement, None);
    }
}

#[test]
fn figures_of_a_small_object_are_known() {
    let result = by(Method::Vote, &[answers(&["11..", "111.", "1..."])]);
    let decision = result.objects[0].as_ref().unwrap();
    assert_eq!(drawing(&decision.mask), "11..");
    // Votes for 1: 3, 2, 1, 0 of 3. Expected inside 5/3, labeled 2, expected outside 1/3.
    assert!((decision.confidence - (5.0 / 3.0) / (7.0 / 3.0)).abs() < 1e-12);
    // IoU of the pairs: 2/3, 1/2, 1/3.
    let agreement = decision.agreement.unwrap();
    assert!((agreement - 0.5).abs() < 1e-12);
    assert_eq!(result.agreement, Some(agreement));
    let levels: Vec<Run> = decision.uncertainty.runs().collect();
    let third = (f64::from(LEVELS) / 3.0).round() as u16;
    assert_eq!(
        levels.iter().map(|run| run.class).collect::<Vec<_>>(),
        [0, third, 0]
    );
    assert_eq!(result.workers[0].answers, 1);
    assert_eq!(result.workers[0].accuracies[3], None);
    assert_eq!(result.workers[8].answers, 0);
}

#[test]
fn somebody_who_draws_another_thing_weighs_less() {
    // Two of four agree on the bar to the left; the other two each drew a thing that nobody else saw.
    let four = ["1111....", "1111....", "...1111.", ".......1"];
    check(Method::Vote, &four, "...1....");
    check(Method::Cairn, &four, "1111....");
}

#[test]
fn reliable_workers_outvote_unreliable_ones_across_objects() {
    // Worker 0 is right everywhere; 1 and 2 miss class 2 in turns elsewhere, and together in the last.
    let mut objects = Vec::new();
    for at in 0..6 {
        let (one, two) = if at % 2 == 0 {
            ("1111....", "11112222")
        } else {
            ("11112222", "1111....")
        };
        objects.push(answers(&["11112222", one, two, "11112222"]));
    }
    objects.push(answers(&["11112222", "1111....", "1111...."]));
    let decide = |workers_are_persons| {
        let options = Options {
            method: Method::Weighted,
            workers_are_persons,
        };
        consolidate(&objects, 4, 3, &options).unwrap()
    };
    let (persons, positions) = (decide(true), decide(false));
    let last = |result: &Consolidation| drawing(&result.objects[6].as_ref().unwrap().mask);
    assert_eq!(last(&persons), "11112222");
    assert_eq!(last(&positions), "1111....");
    assert!(positions.workers.is_empty());
    assert!(persons.workers[0].accuracies[2] > persons.workers[1].accuracies[2]);
}

#[test]
fn neighbours_fill_a_narrow_vote() {
    let rows = "11111 11111 11111";
    let hole = "11111 11.11 11111";
    check(Method::Vote, &[rows, rows, hole, hole, hole], hole);
    check(Method::Smoothed, &[rows, rows, hole, hole, hole], rows);
    // Nobody gave the pixel another class.
    check(Method::Smoothed, &[hole, hole], hole);
}

#[test]
fn of_two_answers_of_a_worker_the_last_stands() {
    let mut given = answers(&["11..", "..11"]);
    given[1].worker = 0;
    let result = by(Method::Cairn, &[given]);
    let decision = result.objects[0].as_ref().unwrap();
    assert_eq!(
        (drawing(&decision.mask).as_str(), decision.answers),
        ("..11", 1)
    );
}

#[test]
fn runs_are_read_and_written() {
    let mask = Mask::from_binary_rle(3, 2, &[1, 2, 0, 1, 2]).unwrap();
    // Down the columns: . 1 | 1 1 | . .
    assert_eq!(drawing(&mask), ".1. 11.");
    assert_eq!(mask.to_binary_rle(), [1, 3, 2]);
    assert_eq!(mask.areas(2), [3, 3]);
    assert_eq!(mask.run_count(), 3);
    let rows = mask.in_order(Order::Rows);
    assert_eq!(rows.to_binary_rle(), [1, 1, 1, 2, 1]);
    assert_eq!(rows.in_order(Order::Columns), mask);
    assert_eq!(rows.to_palette().unwrap(), [0, 1, 0, 1, 1, 0]);
    let shape = rows.shape();
    let many = Mask::from_runs(
        shape,
        1000,
        [Run {
            class: 256,
            length: 6,
        }],
    );
    assert!(many.unwrap().to_palette().is_err());
    let starts_with_foreground = Mask::from_binary_rle(1, 2, &[0, 2]).unwrap();
    assert_eq!(starts_with_foreground.to_binary_rle(), [0, 2]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let shape = |width, height| Shape {
        width,
        height,
        order: Order::Columns,
    };
    let refused = |made: Result<Mask, MaskError>| made.unwrap_err().to_string();
    assert_eq!(
        refused(Mask::from_binary_rle(3, 2, &[1, 2])),
        "runs of 3 pixels in a mask of 6"
    );
    assert_eq!(
        refused(Mask::from_binary_rle(3, 2, &[u32::MAX, u32::MAX, 8])),
        "runs of 8589934598 pixels in a mask of 6"
    );
    assert_eq!(
        refused(Mask::from_palette(shape(2, 1), 2, &[0, 2])),
        "run or pixel 1: class 2 is outside the 2 classes"
    );
    assert_eq!(
        refused(Mask::from_palette(shape(2, 2), 2, &[0])),
        "runs of 1 pixels in a mask of 4"
    );
    assert_eq!(
        refused(Mask::from_binary_rle(0, 2, &[])),
        "a mask of 0 × 2 pixels: at least 1 and at most 4294967295 are possible"
    );
    assert!(Mask::from_binary_rle(u32::MAX, 2, &[]).is_err());

    let two = answers(&["11..", "11 .."]);
    let options = Options::default();
    let refused = |objects: &[Vec<MaskAnswer>], workers, classes| {
        consolidate(objects, workers, classes, &options)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(std::slice::from_ref(&two), 2, 2),
        "object 0, answer 1: a mask of 2 × 2 in Rows, not of 4 × 1 in Rows as the first"
    );
    let one = vec![Vec::new(), answers(&["1.3."])];
    assert_eq!(
        refused(&one, 1, 2),
        "object 1, answer 0: class 3 is outside the 2 classes"
    );
    assert_eq!(
        refused(&one, 0, 4),
        "object 1, answer 0: worker 0 is outside the list of 0 workers"
    );
    assert_eq!(
        refused(&[], 0, 0),
        "0 classes: at least 1 and at most 1024 are possible"
    );
}

/// Objects of up to four answers of one shape, of at most 40 pixels and five classes.
fn batches() -> impl Strategy<Value = Vec<Vec<MaskAnswer>>> {
    let object = (1u32..8, 1u32..6, any::<bool>()).prop_flat_map(|(width, height, by_rows)| {
        let shape = Shape {
            width,
            height,
            order: if by_rows { Order::Rows } else { Order::Columns },
        };
        let pixels = (width * height) as usize;
        let answer =
            (0u32..5, prop::collection::vec(0u8..5, pixels)).prop_map(move |(worker, bytes)| {
                MaskAnswer {
                    worker,
                    mask: Mask::from_palette(shape, 5, &bytes).unwrap(),
                }
            });
        prop::collection::vec(answer, 0..5)
    });
    prop::collection::vec(object, 0..4)
}

proptest! {
    #[test]
    fn labels_fill_the_image_with_classes_that_somebody_gave(
        objects in batches(), workers_are_persons in any::<bool>()
    ) {
        for method in METHODS {
            let options = Options { method, workers_are_persons };
            let result = consolidate(&objects, 5, 5, &options).unwrap();
            prop_assert_eq!(result.objects.len(), objects.len());
            for (answers, decision) in objects.iter().zip(&result.objects) {
                prop_assert_eq!(answers.is_empty(), decision.is_none());
                let Some(decision) = decision else { continue };
                prop_assert!((0.0..=1.0).contains(&decision.confidence));
                prop_assert!(decision.agreement.is_none_or(|share| (0.0..=1.0).contains(&share)));
                prop_assert_eq!(decision.mask.shape(), answers[0].mask.shape());
                prop_assert!(decision.uncertainty.runs().all(|run| run.class <= LEVELS));
                let pixels = |mask: &Mask| -> Vec<u16> {
                    mask.runs().flat_map(|run| vec![run.class; run.length as usize]).collect()
                };
                let given: Vec<Vec<u16>> = answers.iter().map(|one| pixels(&one.mask)).collect();
                for (at, class) in pixels(&decision.mask).iter().enumerate() {
                    prop_assert!(given.iter().any(|of_answer| of_answer[at] == *class));
                }
            }
            for skill in &result.workers {
                let accuracies = skill.accuracies.iter().flatten();
                prop_assert!(accuracies.clone().all(|share| (-1e-9..=1.0 + 1e-9).contains(share)));
            }
        }
    }

    #[test]
    fn the_order_of_answers_and_of_pixels_changes_nothing(objects in batches()) {
        let mut turned = objects.clone();
        for answers in &mut turned {
            // Of a worker's answers the last stands, so that only different workers may change places.
            let mut seen = [false; 5];
            answers.reverse();
            answers.retain(|answer| !std::mem::replace(&mut seen[answer.worker as usize], true));
            for answer in answers.iter_mut() {
                let order = match answer.mask.shape().order {
                    Order::Rows => Order::Columns,
                    Order::Columns => Order::Rows,
                };
                answer.mask = answer.mask.in_order(order);
            }
        }
        for method in [Method::Vote, Method::Smoothed] {
            let (one, other) = (by(method, &objects), by(method, &turned));
            for (one, other) in one.objects.iter().zip(&other.objects) {
                let Some((one, other)) = one.as_ref().zip(other.as_ref()) else { continue };
                prop_assert_eq!(&one.mask, &other.mask.in_order(one.mask.shape().order));
                prop_assert_eq!(one.answers, other.answers);
            }
        }
        for answers in &mut turned {
            for answer in answers.iter_mut() {
                answer.mask = answer.mask.in_order(Order::Columns);
            }
        }
        let mut again = turned.clone();
        again.iter_mut().for_each(|answers| answers.reverse());
        for method in METHODS {
            prop_assert_eq!(by(method, &turned), by(method, &again));
        }
    }

    #[test]
    fn bytes_and_runs_give_the_same_mask(bytes in prop::collection::vec(0u8..7, 0..30), width in 0u32..6, height in 0u32..6) {
        let shape = Shape { width, height, order: Order::Rows };
        let of_bytes = Mask::from_palette(shape, 5, &bytes);
        let runs = bytes.iter().map(|byte| Run { class: u16::from(*byte), length: 1 });
        let of_runs = Mask::from_runs(shape, 5, runs);
        prop_assert_eq!(of_bytes.is_ok(), of_runs.is_ok());
        if let (Ok(one), Ok(other)) = (of_bytes, of_runs) {
            prop_assert_eq!(&one, &other);
            prop_assert_eq!(&one.to_palette().unwrap(), &bytes);
            let back = one.in_order(Order::Columns).in_order(Order::Rows);
            prop_assert_eq!(one, back);
        }
    }

    #[test]
    fn run_lengths_of_strangers_never_panic(lengths in prop::collection::vec(any::<u32>(), 0..6), width in any::<u32>(), height in any::<u32>()) {
        let _ = Mask::from_binary_rle(width, height, &lengths);
    }
}
