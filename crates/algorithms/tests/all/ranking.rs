//! Items in order: small tables with known results, what always holds, and crowds that were made.

use cairn_algorithms::ranking::bradley_terry::{Options, Ranking, rank};
use cairn_algorithms::ranking::{Comparison, Comparisons, Order, Preferred, win_share};
use proptest::prelude::*;

/// `left` is the winner.
fn beats(worker: u32, left: u32, right: u32) -> Comparison {
    Comparison {
        worker,
        left,
        right,
        preferred: Preferred::Left,
    }
}

fn ranked(items: usize, workers: usize, comparisons: &[Comparison]) -> Ranking {
    rank(
        &Comparisons::new(items, workers, comparisons, &[]).unwrap(),
        Options::default(),
    )
}

/// Numbers in 0..1 that the seed decides.
fn chances(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    }
}

/// Every worker judges 60 pairs of 20 items, of which the higher index is the better, right as
/// often as their accuracy says.
fn crowd(accuracies: &[f64]) -> Vec<Comparison> {
    let mut chance = chances(11);
    let mut list = Vec::new();
    for (worker, accuracy) in accuracies.iter().enumerate() {
        for _ in 0..60 {
            let one = (chance() * 20.0) as u32;
            let other = (one + 1 + (chance() * 19.0) as u32) % 20;
            let (best, worst) = (one.max(other), one.min(other));
            list.push(if chance() < *accuracy {
                beats(worker as u32, best, worst)
            } else {
                beats(worker as u32, worst, best)
            });
        }
    }
    list
}

/// Pairs in the wrong order, of 190.
fn wrong(order: &[u32]) -> usize {
    (0..order.len())
        .map(|at| order[at..].iter().filter(|item| **item > order[at]).count())
        .sum()
}

#[test]
fn what_all_say_is_the_order() {
    let mut list = Vec::new();
    for worker in 0..4 {
        list.extend([
            beats(worker, 2, 0),
            beats(worker, 0, 1),
            beats(worker, 2, 1),
        ]);
    }
    let ranking = ranked(3, 4, &list);
    assert_eq!(ranking.order, [2, 0, 1]);
    assert!(ranking.confidences.iter().all(|sure| *sure > 0.8));
    assert!(ranking.scores.iter().sum::<f64>().abs() < 1e-6);
    assert_eq!(ranking.workers[0].answers, 3);
}

#[test]
fn items_never_beaten_or_compared_keep_finite_scores() {
    let mut list = vec![beats(0, 0, 1); 50];
    list.push(beats(0, 3, 4));
    let ranking = ranked(6, 2, &list);
    assert!(ranking.scores[0] > 1.0 && ranking.scores[0] < 10.0);
    assert_eq!(ranking.parts, [0, 0, 1, 2, 2, 3]);
    assert_eq!(ranking.scores[2], 0.0);
    assert!((ranking.standard_errors[2] - ranking.spread).abs() < 1e-9);
    assert!(ranking.standard_errors[3] < ranking.spread);
    // Nothing is known of the second worker.
    assert_eq!(ranking.workers[1].answers, 0);
    assert!(ranking.workers[1].reliability > 0.5);
}

#[test]
fn adversaries_are_read_the_other_way_round() {
    let accuracies = [0.95, 0.9, 0.95, 0.9, 0.9, 0.05, 0.1, 0.5, 0.5];
    let comparisons = Comparisons::new(20, 9, &crowd(&accuracies), &[]).unwrap();
    let ours = rank(&comparisons, Options::default());
    let plain = rank(
        &comparisons,
        Options {
            reliabilities: false,
        },
    );
    assert!(wrong(&ours.order) <= 15, "{:?}", ours.order);
    assert!(wrong(&ours.order) < wrong(&plain.order));
    for (worker, accuracy) in ours.workers.iter().zip(accuracies) {
        let reliability = worker.reliability;
        if accuracy >= 0.9 {
            assert!(reliability > 0.8, "{reliability} for {accuracy}");
        } else if accuracy <= 0.1 {
            assert!(reliability < 0.2, "{reliability} for {accuracy}");
        } else {
            assert!(
                (reliability - 0.5).abs() < 0.25,
                "{reliability} for {accuracy}"
            );
        }
    }
}

#[test]
fn an_order_is_all_of_its_pairs_and_equals_are_equal() {
    let orders = [
        Order {
            worker: 0,
            places: vec![vec![3], vec![1, 2], vec![0]],
        },
        Order {
            worker: 1,
            places: vec![vec![3], vec![2, 1], vec![0]],
        },
    ];
    let comparisons = Comparisons::new(4, 2, &[], &orders).unwrap();
    let ranking = rank(&comparisons, Options::default());
    assert_eq!(ranking.order, [3, 1, 2, 0]);
    assert!((ranking.scores[1] - ranking.scores[2]).abs() < 1e-9);
    assert!((ranking.confidences[1] - 0.5).abs() < 1e-6);
    let shares = win_share::shares(&comparisons);
    for (share, expected) in shares.iter().zip([0.0, 0.5, 0.5, 1.0]) {
        assert!((share - expected).abs() < 1e-12);
    }
    // Places without items, and orders of one item, say nothing.
    let nothing = Order {
        worker: 0,
        places: vec![vec![], vec![1], vec![]],
    };
    let comparisons = Comparisons::new(2, 1, &[], &[nothing]).unwrap();
    assert_eq!(rank(&comparisons, Options::default()).scores, [0.0, 0.0]);
}

#[test]
fn one_answer_is_its_own_order() {
    let ranking = ranked(2, 1, &[beats(0, 1, 0)]);
    assert_eq!(ranking.order, [1, 0]);
    assert!(ranking.confidences[0] > 0.5 && ranking.confidences[0] < 0.9);
    let even = Comparison {
        preferred: Preferred::Neither,
        ..beats(0, 1, 0)
    };
    assert_eq!(ranked(2, 1, &[even]).order, [0, 1]);
    let none = ranked(0, 0, &[]);
    assert!(none.order.is_empty() && none.confidences.is_empty());
}

#[test]
fn answers_that_name_nothing_are_refused() {
    let error = |comparisons: &[Comparison], orders: &[Order]| {
        Comparisons::new(2, 1, comparisons, orders)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error(&[beats(0, 0, 2)], &[]),
        "answer 0: item 2 is outside the list of 2 items"
    );
    assert_eq!(
        error(&[beats(3, 0, 1)], &[]),
        "answer 0: worker 3 is outside the list of 1 workers"
    );
    assert_eq!(
        error(&[beats(0, 0, 1), beats(0, 1, 1)], &[]),
        "answer 1: item 1 is compared with itself"
    );
    let twice = Order {
        worker: 0,
        places: vec![vec![0], vec![1, 0]],
    };
    assert_eq!(
        error(&[beats(0, 0, 1)], &[twice]),
        "answer 1: item 0 is compared with itself"
    );
    let long = Order {
        worker: 0,
        places: vec![vec![0; 1_001]],
    };
    assert_eq!(
        error(&[], &[long]),
        "answer 0: an order of 1001 items is longer than 1000"
    );
}

#[test]
fn many_items_are_ranked_without_the_whole_matrix() {
    // A chain: every item beats the one before it, thrice.
    let items = 1_200;
    let list: Vec<Comparison> = (0..items - 1)
        .flat_map(|item| (0..3).map(move |worker| beats(worker, item + 1, item)))
        .collect();
    let ranking = ranked(items as usize, 3, &list);
    assert!(
        ranking
            .standard_errors
            .iter()
            .all(|error| *error > 0.0 && error.is_finite())
    );
    assert!(
        ranking
            .confidences
            .iter()
            .all(|sure| (0.5..=1.0).contains(sure))
    );
}

#[test]
fn no_score_is_minus_zero() {
    let ranking = ranked(5, 2, &[beats(0, 0, 1), beats(1, 1, 0), beats(0, 2, 3)]);
    assert_eq!(ranking.scores[4], 0.0);
    let mut zeros = ranking.scores.iter().filter(|score| **score == 0.0);
    assert!(zeros.all(|score| score.is_sign_positive()));
}

/// Once every pair of long orders was gone through several times in each of up to 200 rounds: this
/// took minutes.
#[test]
fn long_orders_are_ranked_soon_and_their_workers_known() {
    const ITEMS: usize = 400;
    let mut chance = chances(5);
    let orders: Vec<Order> = (0..8)
        .map(|worker| {
            let mut keyed: Vec<(f64, u32)> = (0..ITEMS as u32)
                .map(|item| {
                    let noise = chance() + chance() - 1.0;
                    let truth = f64::from(item) / ITEMS as f64;
                    match worker {
                        // One says the opposite, one anything.
                        6 => (0.3 * noise - truth, item),
                        7 => (noise, item),
                        _ => (0.3 * noise + truth, item),
                    }
                })
                .collect();
            keyed.sort_by(|one, other| other.0.total_cmp(&one.0));
            let places = keyed.into_iter().map(|(_, item)| vec![item]).collect();
            Order { worker, places }
        })
        .collect();
    let ranking = rank(
        &Comparisons::new(ITEMS, 8, &[], &orders).unwrap(),
        Options::default(),
    );
    let pairs = ITEMS * (ITEMS - 1) / 2;
    assert!(wrong(&ranking.order) < pairs / 20, "{:?}", ranking.order);
    let reliabilities: Vec<f64> = ranking.workers.iter().map(|it| it.reliability).collect();
    assert!(reliabilities[..6].iter().all(|it| *it > 0.95));
    assert!(reliabilities[6] < 0.05, "{reliabilities:?}");
    assert!((reliabilities[7] - 0.5).abs() < 0.15, "{reliabilities:?}");
    let backwards: Vec<Order> = orders.into_iter().rev().collect();
    let again = rank(
        &Comparisons::new(ITEMS, 8, &[], &backwards).unwrap(),
        Options::default(),
    );
    assert_eq!(ranking, again);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn nothing_but_names_and_answers_matters(
        list in prop::collection::vec((0u32..5, 0u32..7, 1u32..7, 0u8..3), 0..60),
        turn in 1u32..5,
    ) {
        let list: Vec<Comparison> = list
            .into_iter()
            .map(|(worker, left, step, preferred)| Comparison {
                worker,
                left,
                right: (left + step) % 7,
                preferred: [Preferred::Left, Preferred::Right, Preferred::Neither][preferred as usize],
            })
            .collect();
        let ranking = ranked(7, 5, &list);
        let numbers = ranking.scores.iter().chain(&ranking.standard_errors).chain(&ranking.confidences);
        prop_assert!(numbers.clone().all(|number| number.is_finite()));
        prop_assert!(ranking.confidences.iter().all(|sure| (0.5..=1.0).contains(sure)));
        prop_assert!(ranking.workers.iter().all(|one| (0.0..=1.0).contains(&one.reliability)));
        prop_assert_eq!(&ranking, &ranked(7, 5, &list));
        // Backwards, with every pair turned round.
        let turned: Vec<Comparison> = list
            .iter()
            .rev()
            .map(|one| Comparison {
                left: one.right,
                right: one.left,
                preferred: match one.preferred {
                    Preferred::Left => Preferred::Right,
                    Preferred::Right => Preferred::Left,
                    Preferred::Neither => Preferred::Neither,
                },
                ..*one
            })
            .collect();
        prop_assert_eq!(&ranking, &ranked(7, 5, &turned));
        let renamed: Vec<Comparison> = list
            .iter()
            .map(|one| Comparison { worker: (one.worker + turn) % 5, ..*one })
            .collect();
        for (score, again) in ranking.scores.iter().zip(&ranked(7, 5, &renamed).scores) {
            prop_assert!((score - again).abs() < 1e-4, "{} {}", score, again);
        }
    }
}
