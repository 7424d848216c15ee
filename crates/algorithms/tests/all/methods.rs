//! Weighted votes, GLAD, groups, odds and ordered labels: what always holds, and crowds that were made.

use cairn_algorithms::classification::{
    Posteriors, Rule, glad, groups, majority, odds, ordered, weighted_votes,
};
use cairn_algorithms::{Answer, Answers};
use proptest::prelude::*;

type Method = fn(&Answers) -> Posteriors;

const METHODS: [(&str, Method); 5] = [
    ("weighted votes", |answers| {
        weighted_votes::estimate(answers).unwrap()
    }),
    ("glad", |answers| {
        glad::estimate(answers).unwrap().posteriors
    }),
    ("groups", |answers| {
        groups::estimate(answers, groups::GROUPS)
            .unwrap()
            .posteriors
    }),
    ("odds", |answers| odds::estimate(answers).unwrap()),
    ("ordered", |answers| ordered::estimate(answers).unwrap()),
];

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

/// Workers with an accuracy each, whose errors are spread evenly. The truth of object o is o modulo
/// the labels.
fn crowd(objects: u32, accuracies: &[f64], labels: u32) -> Answers {
    let mut chance = chances(5);
    let mut list = Vec::new();
    for object in 0..objects {
        for (worker, accuracy) in accuracies.iter().enumerate() {
            let error = if chance() < *accuracy {
                0
            } else {
                1 + (chance() * f64::from(labels - 1)) as u32
            };
            list.push(Answer {
                object,
                worker: worker as u32,
                label: (object + error) % labels,
            });
        }
    }
    Answers::new(objects as usize, accuracies.len(), labels as usize, &list).unwrap()
}

fn right(answers: &Answers, label: impl Fn(usize) -> usize) -> usize {
    (0..answers.objects())
        .filter(|object| label(*object) == object % answers.labels())
        .count()
}

#[test]
fn who_knows_outweighs_who_guesses() {
    let answers = crowd(300, &[0.95, 0.9, 0.34, 0.33, 0.33, 0.32], 3);
    let votes = majority::consolidate(&answers);
    let voted = right(&answers, |object| {
        votes.objects[object].unwrap().label as usize
    });
    for (name, method) in METHODS {
        let found = method(&answers);
        let ours = right(&answers, |object| Rule::Mode.of(found.of(object)));
        assert!(
            ours >= 265 && ours > voted,
            "{name}: {ours}, majority {voted}"
        );
        let skills: Vec<f64> = found.workers.iter().map(|skill| skill.accuracy).collect();
        assert!(skills[0] > skills[3] + 0.25, "{name}: {skills:?}");
        let decided = found.clone().decide(&answers, Rule::Mode);
        assert_eq!(decided.objects[0].unwrap().answers, 6);
        assert_eq!(decided.workers, found.workers);
    }
}

#[test]
fn one_answer_and_none_and_one_label() {
    let one = Answer {
        object: 0,
        worker: 0,
        label: 1,
    };
    for (name, method) in METHODS {
        let alone = Answers::new(2, 2, 3, &[one]).unwrap();
        let found = method(&alone).decide(&alone, Rule::Mode);
        let decision = found.objects[0].unwrap();
        assert_eq!((decision.label, found.objects[1]), (1, None), "{name}");
        assert!(decision.posterior < 0.99, "{name}: {decision:?}");
        assert_eq!((found.workers[0].answers, found.workers[1].answers), (1, 0));
        let only = Answers::new(1, 1, 1, &[Answer { label: 0, ..one }]).unwrap();
        assert_eq!(method(&only).of(0), [1.0], "{name}");
        for empty in [
            Answers::new(0, 0, 0, &[]),
            Answers::new(2, 1, 0, &[]),
            Answers::new(2, 0, 2, &[]),
        ] {
            let empty = empty.unwrap();
            let found = method(&empty).decide(&empty, Rule::Median);
            assert!(found.objects.iter().all(Option::is_none), "{name}");
        }
    }
}

#[test]
fn tables_beyond_memory_are_refused() {
    let answers = Answers::new(10, 3, 100_000_000, &[]).unwrap();
    assert!(weighted_votes::estimate(&answers).is_err());
    assert!(glad::estimate(&answers).is_err());
    assert!(groups::estimate(&answers, 3).is_err());
    assert!(odds::estimate(&answers).is_err());
    assert!(ordered::estimate(&answers).is_err());
    let many = Answers::new(1, 1_000, 1_000, &[]).unwrap();
    assert!(groups::estimate(&many, usize::MAX).is_err());
}

#[test]
fn glad_tells_hard_objects_and_adversaries() {
    let mut list = Vec::new();
    for object in 0..60 {
        for worker in 0..5 {
            let truth = object % 2;
            // On each fourth object two of the five are wrong; the last is always.
            let is_wrong = worker == 4 || object % 4 == 0 && worker == (object / 4) % 4;
            list.push(Answer {
                object,
                worker,
                label: if is_wrong { 1 - truth } else { truth },
            });
        }
    }
    let answers = Answers::new(61, 5, 2, &list).unwrap();
    let found = glad::estimate(&answers).unwrap();
    assert!(
        found.abilities[4] < 0.0 && found.abilities[0] > 0.5,
        "{:?}",
        found.abilities
    );
    assert!(
        found.difficulties[0] > found.difficulties[1],
        "{:?}",
        found.difficulties
    );
    assert_eq!(found.difficulties[60], 1.0);
}

#[test]
fn groups_find_who_errs_alike() {
    // Four know; four say the first label for the second.
    let mut chance = chances(9);
    let mut list = Vec::new();
    for object in 0..200 {
        for worker in 0..8 {
            let truth = object % 3;
            let label = if worker >= 4 && truth == 1 && chance() < 0.8 {
                0
            } else if chance() < 0.05 {
                2
            } else {
                truth
            };
            list.push(Answer {
                object,
                worker,
                label,
            });
        }
    }
    let answers = Answers::new(200, 8, 3, &list).unwrap();
    let found = groups::estimate(&answers, 2).unwrap();
    for worker in 0..8 {
        let own = &found.memberships[worker * 2..(worker + 1) * 2];
        let first = usize::from(worker >= 4);
        assert!(own[first] > 0.9, "{worker}: {own:?}");
    }
    assert!(found.matrices[9 + 3] > 0.5, "{:?}", found.matrices);
    let ours = right(&answers, |object| {
        Rule::Mode.of(found.posteriors.of(object))
    });
    assert!(ours >= 195, "{ours} of 200");
}

#[test]
fn the_order_tells_a_bias() {
    // Two see everything one label higher where there is one, three see well.
    let mut chance = chances(3);
    let mut list = Vec::new();
    for object in 0..300u32 {
        for worker in 0..5 {
            let truth = f64::from(object % 5);
            let bias = if worker < 2 { 1.0 } else { 0.0 };
            let noise = (chance() + chance() + chance() - 1.5) * 0.9;
            list.push(Answer {
                object,
                worker,
                label: (truth + bias + noise).round().clamp(0.0, 4.0) as u32,
            });
        }
    }
    let answers = Answers::new(300, 5, 5, &list).unwrap();
    let found = ordered::estimate(&answers).unwrap();
    let votes = majority::consolidate(&answers);
    let off = |label: &dyn Fn(usize) -> usize| -> usize {
        (0..300)
            .map(|object| label(object).abs_diff(object % 5))
            .sum()
    };
    let (ours, voted) = (
        off(&|object| Rule::Median.of(found.of(object))),
        off(&|object| votes.objects[object].unwrap().label as usize),
    );
    assert!(ours < voted, "{ours} off, majority {voted}");
}

#[test]
fn rules_take_the_most_likely_or_the_middle() {
    let posterior = [0.4, 0.15, 0.15, 0.3];
    assert_eq!(
        (Rule::Mode.of(&posterior), Rule::Median.of(&posterior)),
        (0, 1)
    );
    assert_eq!(
        (Rule::Mode.of(&[0.5, 0.5]), Rule::Median.of(&[0.5, 0.5])),
        (0, 0)
    );
    assert_eq!((Rule::Mode.of(&[]), Rule::Median.of(&[])), (0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn posteriors_are_probabilities_and_names_do_not_matter(
        labels in 1usize..5,
        list in prop::collection::vec((0u32..6, 0u32..5, 0u32..6), 0..50),
        method in 0..METHODS.len(),
    ) {
        let mut list: Vec<Answer> = list
            .into_iter()
            .map(|(object, worker, label)| Answer { object, worker, label })
            .collect();
        list.sort_by_key(|one| (one.object, one.worker));
        list.dedup_by_key(|one| (one.object, one.worker));
        let (name, method) = METHODS[method];
        let answers = Answers::new(6, 5, labels, &list).unwrap();
        let found = method(&answers);
        for object in 0..6 {
            let posterior = found.of(object);
            prop_assert!(posterior.iter().all(|chance| (0.0..=1.0 + 1e-9).contains(chance)), "{} {:?}", name, posterior);
            prop_assert!((posterior.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{}", name);
        }
        for skill in &found.workers {
            prop_assert!((0.0..=1.0 + 1e-9).contains(&skill.accuracy));
        }
        prop_assert_eq!(&found, &method(&answers));
        // Groups are dealt out by agreement, and equal ones by index.
        if name != "groups" && name != "ordered" {
            let renamed: Vec<Answer> = list.iter().map(|one| Answer { worker: 4 - one.worker, ..*one }).collect();
            let renamed = method(&Answers::new(6, 5, labels, &renamed).unwrap());
            for object in 0..6 {
                for (one, other) in found.of(object).iter().zip(renamed.of(object)) {
                    prop_assert!((one - other).abs() < 1e-6, "{} {} {}", name, one, other);
                }
            }
        }
    }

    #[test]
    fn unanimous_objects_keep_their_label(objects in 1u32..12, workers in 2u32..5) {
        let list: Vec<Answer> = (0..objects)
            .flat_map(|object| (0..workers).map(move |worker| Answer { object, worker, label: object % 3 }))
            .collect();
        let answers = Answers::new(objects as usize, workers as usize, 3, &list).unwrap();
        for (name, method) in METHODS {
            for object in 0..objects as usize {
                prop_assert_eq!(Rule::Mode.of(method(&answers).of(object)), object % 3, "{}", name);
            }
        }
    }
}
