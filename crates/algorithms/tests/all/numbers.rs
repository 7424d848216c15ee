//! One number an object: small tables with known results, what always holds, and crowds that were made.

use cairn_algorithms::numbers::robust::{NumberConsolidation, Options, consolidate};
use cairn_algorithms::numbers::{Bounds, NumberAnswer, Numbers, plain};
use proptest::prelude::*;

/// One row a worker, one column an object; not a number is no answer.
fn table(rows: &[&[f64]]) -> Numbers {
    let mut list = Vec::new();
    for (worker, row) in rows.iter().enumerate() {
        for (object, value) in row.iter().enumerate() {
            if !value.is_nan() {
                list.push(answer(object, worker, *value));
            }
        }
    }
    let objects = rows.first().map_or(0, |row| row.len());
    Numbers::new(objects, rows.len(), &list, None).unwrap()
}

fn answer(object: usize, worker: usize, value: f64) -> NumberAnswer {
    NumberAnswer {
        object: object as u32,
        worker: worker as u32,
        value,
    }
}

fn of(numbers: &Numbers) -> NumberConsolidation {
    consolidate(numbers, Options::default())
}

const NO: f64 = f64::NAN;

#[test]
fn mean_and_median_are_those_of_the_books() {
    let numbers = table(&[&[1.0, 5.0, NO], &[2.0, NO, NO], &[9.0, 7.0, NO]]);
    assert_eq!(plain::means(&numbers), [Some(4.0), Some(6.0), None]);
    assert_eq!(plain::medians(&numbers), [Some(2.0), Some(6.0), None]);
}

#[test]
fn an_outlier_hardly_matters_and_is_seen() {
    let rows: Vec<Vec<f64>> = (0..5)
        .map(|worker| {
            (0..30)
                .map(|object| f64::from(object * 3 + (worker * object) % 3))
                .collect()
        })
        .collect();
    let mut rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
    let clean = of(&table(&rows));
    let mut wild = rows[2].to_vec();
    wild[4] = 4_000.0;
    rows[2] = &wild;
    let found = of(&table(&rows));
    let (value, before) = (
        found.objects[4].unwrap().value,
        clean.objects[4].unwrap().value,
    );
    assert!((value - before).abs() < 1.0, "{value} after {before}");
    assert!(found.workers[2].weight < clean.workers[2].weight);
}

#[test]
fn biases_are_taken_off() {
    let truth: Vec<f64> = (0..40).map(|object| f64::from((object * 7) % 40)).collect();
    let by = |bias: f64, noise: f64| -> Vec<f64> {
        let noisy = truth.iter().enumerate();
        noisy
            .map(|(at, value)| value + bias + noise * (at as f64 * 1.7 + bias).sin())
            .collect()
    };
    let all = [by(-6.0, 1.0), by(1.0, 1.0), by(5.0, 1.0)];
    // Each object is seen by two of three, so that the plain mean shifts from object to object.
    let rows: Vec<Vec<f64>> = all
        .iter()
        .enumerate()
        .map(|(worker, row)| {
            let seen = row.iter().enumerate();
            seen.map(|(at, value)| if at % 3 == worker { NO } else { *value })
                .collect()
        })
        .collect();
    let numbers = table(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let found = of(&numbers);
    for (skill, bias) in found.workers.iter().zip([-6.0, 1.0, 5.0]) {
        assert!((skill.bias - bias).abs() < 0.7, "{skill:?} for {bias}");
    }
    for (object, truth) in found.objects.iter().zip(&truth) {
        let object = object.unwrap();
        assert!((object.value - truth).abs() < 2.0, "{object:?} for {truth}");
        let (low, high) = object.interval.unwrap();
        assert!(low < object.value && object.value < high);
    }
}

#[test]
fn one_answer_is_its_own_consensus_and_nothing_is_known_of_it() {
    let numbers = table(&[&[12.5, NO, -3.0]]);
    let found = of(&numbers);
    let first = found.objects[0].unwrap();
    assert!((first.value - 12.5).abs() < 1e-9);
    assert_eq!(
        (first.standard_error, first.interval, first.answers),
        (None, None, 1)
    );
    assert_eq!(found.objects[1], None);
    assert!((found.objects[2].unwrap().value + 3.0).abs() < 1e-9);
}

#[test]
fn what_all_say_is_the_number() {
    for value in [0.0, -7.25, 1e90, 1e-300, f64::MIN_POSITIVE / 8.0] {
        let found = of(&table(&[
            &[value, 2.0 * value],
            &[value, 2.0 * value],
            &[value, NO],
        ]));
        let first = found.objects[0].unwrap();
        assert!(
            (first.value - value).abs() <= 1e-6 * value.abs() + 1e-300,
            "{first:?}"
        );
        assert!(first.standard_error.unwrap().is_finite());
    }
}

#[test]
fn numbers_and_intervals_stay_within_the_bounds() {
    let list: Vec<NumberAnswer> = (0..20)
        .flat_map(|object| {
            let values = [1.0, 1.0, if object % 2 == 0 { 0.0 } else { 0.8 }];
            let all = values.into_iter().enumerate();
            all.map(move |(worker, value)| answer(object, worker, value))
        })
        .collect();
    let numbers = Numbers::new(20, 3, &list, Bounds::new(0.0, 1.0)).unwrap();
    for object in of(&numbers).objects.into_iter().flatten() {
        let (low, high) = object.interval.unwrap();
        assert!(0.0 <= low && low <= object.value && object.value <= high && high <= 1.0);
    }
}

#[test]
fn what_is_no_number_is_refused() {
    let error = |value: f64, bounds| {
        Numbers::new(1, 1, &[answer(0, 0, 1.0), answer(0, 0, value)], bounds)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error(NO, None),
        "answer 1: NaN is not a number within ±1e100"
    );
    assert_eq!(
        error(f64::INFINITY, None),
        "answer 1: inf is not a number within ±1e100"
    );
    assert_eq!(
        error(12.0, Bounds::new(0.0, 10.0)),
        "answer 1: 12 is not within 0 and 10"
    );
    assert_eq!(Bounds::new(1.0, 1.0), None);
    assert_eq!(Bounds::new(NO, 1.0), None);
    let outside = Numbers::new(1, 1, &[answer(1, 0, 1.0)], None).unwrap_err();
    assert_eq!(
        outside.to_string(),
        "answer 0: object 1 is outside the batch of 1 objects"
    );
    // The last answer of a worker stands.
    let again = Numbers::new(1, 1, &[answer(0, 0, 1.0), answer(0, 0, 2.0)], None).unwrap();
    assert_eq!(plain::means(&again), [Some(2.0)]);
}

#[test]
fn two_far_apart_meet_in_the_middle_whatever_the_workers_are_called() {
    let list = [
        (1, 3, 0.0),
        (2, 0, 0.0),
        (5, 1, 127_136.007),
        (1, 4, 0.0),
        (2, 3, -68.833),
        (5, 2, 0.0),
    ];
    for turn in 0..5 {
        let list: Vec<NumberAnswer> = list
            .iter()
            .map(|(object, worker, value)| answer(*object, (worker + turn) % 5, *value))
            .collect();
        let found = of(&Numbers::new(6, 5, &list, None).unwrap());
        let value = found.objects[5].unwrap().value;
        assert!((value - 63_568.0).abs() < 100.0, "{value}");
    }
}

/// Once a slip widened the range, the tails and the spreads of all: intervals no longer held.
#[test]
fn a_slip_spoils_nothing_but_its_own_weight() {
    let rows: Vec<Vec<f64>> = (0..5u32)
        .map(|worker| {
            let of_worker = (0..60u32).map(|object| {
                let noise = f64::from((object * 37 + worker * worker * 53 + 11) % 101) / 101.0;
                f64::from(20 + object) + 4.0 * (noise - 0.5)
            });
            of_worker.collect()
        })
        .collect();
    let clean = of(&table(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>()));
    for factor in [10.0, 1e4, 1e15, 1e60] {
        let mut rows = rows.clone();
        rows[2][40] *= factor;
        let found = of(&table(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>()));
        assert_eq!(found.freedom, clean.freedom);
        for (object, before) in found.objects.iter().zip(&clean.objects) {
            let (object, before) = (object.unwrap(), before.unwrap());
            assert!((object.value - before.value).abs() < 1.0);
            let wider = object.standard_error.unwrap() / before.standard_error.unwrap();
            assert!((0.9..1.25).contains(&wider), "{wider} with {factor}");
        }
        assert!(found.workers[2].weight < clean.workers[2].weight);
        assert_eq!(found.workers[2].answers, 60);
    }
    let few = of(&table(&[&[1.0, 2.0], &[1.1, 2.1], &[1e15, 1.9]]));
    let [first, other] = [0, 1].map(|object| few.objects[object].unwrap());
    assert!((first.value - 1.05).abs() < 0.1 && first.standard_error.unwrap() < 0.2);
    assert!((other.value - 2.0).abs() < 0.1 && other.standard_error.unwrap() < 0.2);
}

#[test]
fn numbers_have_no_noise_of_rounding_and_no_negative_zero() {
    for value in [1.5, 0.1, 2.7, 1e-3, 123_456.7] {
        let found = of(&table(&[&[value, 3.3], &[value, 3.3], &[value, 3.3]]));
        assert_eq!(found.objects[0].unwrap().value, value);
        assert_eq!(found.objects[1].unwrap().value, 3.3);
    }
    let found = of(&table(&[&[-0.0, 1.0], &[-0.0, 1.0], &[0.0, 1.0]]));
    assert!(found.objects[0].unwrap().value.is_sign_positive());
    assert!(found.workers.iter().all(|it| it.bias.is_sign_positive()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn all_is_finite_and_the_order_of_answers_changes_nothing(
        list in prop::collection::vec((0usize..6, 0usize..5, prop_oneof![-100.0..100.0, prop::num::f64::NORMAL]), 0..40),
        stretches: bool,
    ) {
        let mut list: Vec<NumberAnswer> = list
            .into_iter()
            .filter(|(_, _, value): &(usize, usize, f64)| value.abs() < 1e100)
            .map(|(object, worker, value)| answer(object, worker, value))
            .collect();
        list.sort_by_key(|one| (one.object, one.worker));
        list.dedup_by_key(|one| (one.object, one.worker));
        let options = Options { stretches };
        let found = consolidate(&Numbers::new(6, 5, &list, None).unwrap(), options);
        for object in found.objects.iter().flatten() {
            prop_assert!(object.value.is_finite(), "{:?}", object);
            prop_assert!(object.standard_error.is_none_or(|error| error.is_finite() && error >= 0.0));
        }
        for worker in &found.workers {
            let numbers = [worker.bias, worker.stretch, worker.spread, worker.weight];
            prop_assert!(numbers.iter().all(|number| number.is_finite()), "{:?}", worker);
        }
        let backwards: Vec<NumberAnswer> = list.iter().rev().copied().collect();
        prop_assert_eq!(&found, &consolidate(&Numbers::new(6, 5, &backwards, None).unwrap(), options));
    }
}
