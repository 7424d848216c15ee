//! What is learnt of workers outlives the fit, and what is known before goes into it.

use cairn_algorithms::classification::cairn::{
    self, Earlier, FitError, Fitted, Given, Model, Parameters, ParametersError,
};
use cairn_algorithms::{Answer, Answers};
use proptest::prelude::*;

const OBJECTS: usize = 8;
const WORKERS: usize = 6;

fn answers(labels: usize, list: &[(u32, u32, u32)]) -> Answers {
    let list: Vec<Answer> = list
        .iter()
        .map(|(object, worker, label)| Answer {
            object: *object,
            worker: *worker,
            label: *label,
        })
        .collect();
    Answers::new(OBJECTS, WORKERS, labels, &list).unwrap()
}

fn of(answers: &Answers, object: usize) -> Vec<(u32, u32)> {
    let of_object = answers.of(object).iter();
    of_object
        .map(|answer| (answer.worker, answer.label))
        .collect()
}

/// Six workers, three labels, object o is label o modulo 3: worker 5 always says 0, the others are
/// right but for worker 4 at times.
fn plain() -> Answers {
    let mut list = Vec::new();
    for object in 0..OBJECTS as u32 {
        for worker in 0..4 {
            list.push((object, worker, object % 3));
        }
        list.push((object, 4, (object + u32::from(object > 4)) % 3));
        list.push((object, 5, 0));
    }
    answers(3, &list)
}

fn fitted(answers: &Answers, given: &Given<'_>) -> Fitted {
    cairn::fit(answers, given).unwrap()
}

#[test]
fn a_worker_who_was_never_seen_is_taken_for_the_crowd() {
    let all = plain();
    let parameters = fitted(&all, &Given::default()).parameters;
    let stranger = parameters.posterior(&[(4_000_000, 2)]);
    let good = parameters.posterior(&[(0, 2)]);
    let bad = parameters.posterior(&[(4, 2)]);
    assert!(
        bad[2] < stranger[2] && stranger[2] < good[2],
        "{bad:?} {stranger:?} {good:?}"
    );
    // A label that a worker never gave.
    let new = parameters.posterior(&[(5, 2)]);
    assert!(new.iter().all(|chance| *chance > 0.0), "{new:?}");
    // Without answers there is the prior, and a label that is none is no answer.
    assert_eq!(parameters.posterior(&[]), parameters.posterior(&[(0, 3)]));
}

#[test]
fn known_labels_are_published_and_teach_who_is_right() {
    // Three say 0 and two say 1, always.
    let mut list = Vec::new();
    for object in 0..OBJECTS as u32 {
        list.extend((0..5).map(|worker| (object, worker, u32::from(worker > 2))));
    }
    let all = answers(2, &list);
    let alone = fitted(&all, &Given::default());
    assert!(alone.posterior(7)[0] > 0.5);
    let known: Vec<(u32, u32)> = (0..7).map(|object| (object, 1)).collect();
    let given = Given {
        known: &known,
        ..Given::default()
    };
    let taught = fitted(&all, &given);
    assert_eq!(taught.posterior(0), [0.0, 1.0]);
    assert!(taught.posterior(7)[1] > 0.5, "{:?}", taught.posterior(7));
    assert!(taught.workers[4].accuracy > 0.9 && taught.workers[0].accuracy < 0.2);
}

#[test]
fn earlier_answers_tell_who_is_right() {
    // Two against one, about one object.
    let all = answers(2, &[(0, 0, 0), (0, 1, 0), (0, 2, 1)]);
    let earlier = |worker, truth, given, count| Earlier {
        worker,
        truth,
        given,
        count,
    };
    let history = [
        earlier(0, 0, 0, 20.0),
        earlier(0, 1, 0, 20.0),
        earlier(1, 0, 0, 20.0),
        earlier(1, 1, 0, 20.0),
        earlier(2, 0, 0, 40.0),
        earlier(2, 1, 1, 40.0),
    ];
    let given = Given {
        history: &history,
        ..Given::default()
    };
    let known = fitted(&all, &given);
    assert!(known.posterior(0)[1] > 0.5, "{:?}", known.posterior(0));
    assert!(fitted(&all, &Given::default()).posterior(0)[1] < 0.5);
    // Skills are of the answers here.
    assert_eq!(known.workers[2].answers, 1);
    assert_eq!(known.workers[2].confusion.given, [1]);
    // More than HISTORY_MAX changes nothing.
    let scaled = |times: f64| {
        history.map(|one| Earlier {
            count: one.count * times,
            ..one
        })
    };
    let posterior = |history: &[Earlier]| {
        let given = Given {
            history,
            ..Given::default()
        };
        fitted(&all, &given).posterior(0).to_vec()
    };
    assert_eq!(posterior(&scaled(16.0)), posterior(&scaled(1024.0)));
}

#[test]
fn a_confusion_is_a_history() {
    let skill = &fitted(&plain(), &Given::default()).workers[4];
    let history: Vec<Earlier> = Earlier::of(3, &skill.confusion).collect();
    let all: f64 = history.iter().map(|one| one.count).sum();
    assert!((all - OBJECTS as f64).abs() < 1e-9);
    let right = history.iter().filter(|one| one.truth == one.given);
    let right: f64 = right.map(|one| one.count).sum();
    assert!((right / all - skill.accuracy).abs() < 1e-9);
    assert!(history.iter().all(|one| one.worker == 3));
}

#[test]
fn what_names_nothing_is_refused() {
    let all = plain();
    let known = |known: &[(u32, u32)]| {
        let given = Given {
            known,
            ..Given::default()
        };
        cairn::fit(&all, &given).unwrap_err().to_string()
    };
    assert_eq!(
        known(&[(0, 1), (9, 1)]),
        "known label 1: object 9 or label 1 is outside the batch"
    );
    assert_eq!(
        known(&[(2, 1), (3, 0), (2, 0)]),
        "object 2 is known to be label 0 and label 1"
    );
    let one = Earlier {
        worker: 0,
        truth: 0,
        given: 0,
        count: 1.0,
    };
    for bad in [
        Earlier { worker: 6, ..one },
        Earlier { truth: 3, ..one },
        Earlier { given: 3, ..one },
        Earlier { count: -1.0, ..one },
        Earlier {
            count: f64::NAN,
            ..one
        },
    ] {
        let given = Given {
            history: &[one, bad],
            ..Given::default()
        };
        assert_eq!(
            cairn::fit(&all, &given).unwrap_err(),
            FitError::History { at: 1 }
        );
    }
}

#[test]
fn damage_to_the_bytes_is_noticed() {
    let bytes = fitted(&plain(), &Given::default()).parameters.to_bytes();
    assert_eq!(Parameters::from_bytes(&[]), Err(ParametersError::Mark));
    let mut newer = bytes.clone();
    newer[8] = 3;
    assert_eq!(
        Parameters::from_bytes(&newer),
        Err(ParametersError::Version(3))
    );
    for end in 0..bytes.len() {
        assert!(Parameters::from_bytes(&bytes[..end]).is_err(), "{end}");
        let mut changed = bytes.clone();
        changed[end] ^= 0x10;
        assert!(Parameters::from_bytes(&changed).is_err(), "{end}");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(Parameters::from_bytes(&longer).is_err());
}

/// Written before votes had weights, by a fit of [`plain`].
#[test]
fn parameters_of_version_1_still_give_the_posteriors_they_gave() {
    let old = Parameters::from_bytes(include_bytes!("parameters_v1.bin")).unwrap();
    let known = old.posterior(&[(0, 1), (4, 2), (5, 0)]);
    assert_eq!(
        known,
        [0.10785776907618963, 0.7731212985637249, 0.11902093236008557]
    );
    let with_a_stranger = old.posterior(&[(0, 1), (9, 2)]);
    assert_eq!(
        with_a_stranger,
        [0.05247093520416633, 0.7575127582499969, 0.19001630654583684]
    );
    assert_eq!(Parameters::from_bytes(&old.to_bytes()), Ok(old));
}

#[test]
fn a_crowd_of_nobody_is_written_and_read() {
    let nobody = Answers::new(2, 0, 3, &[]).unwrap();
    let parameters = fitted(&nobody, &Given::default()).parameters;
    let read = Parameters::from_bytes(&parameters.to_bytes()).unwrap();
    assert_eq!(read, parameters);
    let posterior = read.posterior(&[(0, 2)]);
    assert!(posterior[2] > posterior[0], "{posterior:?}");
}

#[test]
fn somebody_who_guesses_has_no_vote() {
    let parameters = fitted(&plain(), &Given::default()).parameters;
    // Worker 5 always says 0. Had they a vote, label 0 would have more than a sixth.
    let posterior = parameters.posterior(&[(0, 1), (5, 0)]);
    assert!(posterior[1] > 0.8, "{posterior:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_object_alone_has_the_posterior_of_the_fit(
        labels in 1usize..14,
        list in prop::collection::vec((0u32..8, 0u32..6, 0u32..15), 0..80),
        many in 0usize..150,
        known in prop::collection::vec(0u32..8, 0..3),
        earlier in prop::collection::vec((0u32..6, 0u32..15, 0u32..15, 0.0f64..300.0), 0..6),
    ) {
        let labels_here = labels as u32;
        let mut list = list;
        list.extend((0..many).map(|at| (7, at as u32, at as u32 % 5)));
        let list: Vec<Answer> = list
            .into_iter()
            .map(|(object, worker, label)| Answer { object, worker, label })
            .collect();
        let all = Answers::new(OBJECTS, WORKERS.max(many), labels, &list).unwrap();
        let known: Vec<(u32, u32)> = known.into_iter().map(|object| (object, object % labels_here)).collect();
        let history: Vec<Earlier> = earlier
            .into_iter()
            .map(|(worker, truth, given, count)| Earlier {
                worker,
                truth: truth % labels_here,
                given: given % labels_here,
                count,
            })
            .collect();
        let given = Given { known: &known, history: &history };
        let fitted = cairn::fit(&all, &given).unwrap();
        let bytes = fitted.parameters.to_bytes();
        let read = Parameters::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&read, &fitted.parameters);
        for object in 0..OBJECTS {
            let posterior = fitted.posterior(object);
            prop_assert!((posterior.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            if let Some((_, truth)) = known.iter().find(|(at, _)| *at as usize == object) {
                prop_assert_eq!(posterior[*truth as usize], 1.0);
                continue;
            }
            let mut own = of(&all, object);
            prop_assert_eq!(posterior, read.posterior(&own));
            own.reverse();
            prop_assert_eq!(posterior, read.posterior(&own));
        }
    }

    #[test]
    fn the_order_of_answers_changes_nothing(
        list in prop::collection::btree_map((0u32..8, 0u32..6), 0u32..4, 0..48),
    ) {
        let mut list: Vec<(u32, u32, u32)> = list.into_iter().map(|((object, worker), label)| (object, worker, label)).collect();
        let forward = fitted(&answers(4, &list), &Given::default());
        list.reverse();
        prop_assert_eq!(forward, fitted(&answers(4, &list), &Given::default()));
    }

    #[test]
    fn one_model_alone_is_a_fit_too(
        labels in 1usize..5,
        list in prop::collection::vec((0u32..8, 0u32..6, 0u32..5), 0..60),
    ) {
        let all = answers(labels, &list);
        for model in Model::ALL {
            let fitted = cairn::fit_one(&all, &Given::default(), model).unwrap();
            for object in 0..OBJECTS {
                let posterior = fitted.posterior(object);
                prop_assert!((posterior.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                prop_assert_eq!(posterior, fitted.parameters.posterior(&of(&all, object)));
            }
        }
    }

    #[test]
    fn bytes_from_anywhere_are_read_or_refused(
        answers in prop::collection::vec((0u32..8, 0u32..3), 0..4),
        changes in prop::collection::vec((0usize..4_000, 0u8..=255), 1..8),
    ) {
        let mut bytes = fitted(&plain(), &Given::default()).parameters.to_bytes();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        if let Ok(parameters) = Parameters::from_bytes(&bytes) {
            parameters.posterior(&answers);
        }
        let _ = Parameters::from_bytes(&bytes[bytes.len() / 2..]);
    }
}
