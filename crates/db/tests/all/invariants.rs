//! The invariants of the engine as properties: any sequence of what workers and time can do leaves
//! them standing, on both engines, and with many workers at once.

use std::collections::{BTreeMap, BTreeSet};

use cairn_db::task::{Decline, LeasesExpire, NextOutcome, Release, SubmitOutcome, TaskNext};
use proptest::prelude::*;

use crate::databases::{Fresh, on_each};
use crate::hot_path::{JOB, LEASE_MS, line_for, next, running_job, submit};

#[derive(Clone, Debug)]
enum Step {
    Next {
        worker: i64,
        prefetch: bool,
    },
    Submit {
        worker: i64,
        pick: usize,
        key: u8,
        next: bool,
    },
    Release {
        worker: i64,
        pick: usize,
    },
    Decline {
        worker: i64,
        pick: usize,
    },
    Wait {
        ms: i64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let worker = 1..=4_i64;
    prop_oneof![
        4 => (worker.clone(), any::<bool>()).prop_map(|(worker, prefetch)| Step::Next { worker, prefetch }),
        6 => (worker.clone(), any::<usize>(), 0..4_u8, any::<bool>())
            .prop_map(|(worker, pick, key, next)| Step::Submit { worker, pick, key, next }),
        1 => (worker.clone(), any::<usize>()).prop_map(|(worker, pick)| Step::Release { worker, pick }),
        1 => (worker, any::<usize>()).prop_map(|(worker, pick)| Step::Decline { worker, pick }),
        2 => (0..2 * LEASE_MS).prop_map(|ms| Step::Wait { ms }),
    ]
}

/// Runs `steps` on a fresh job and checks, after each, what must always hold.
async fn walk(fresh: &Fresh, objects: i64, wanted: i64, steps: &[Step]) {
    let db = &fresh.db;
    let mut now = 1_000;
    running_job(db, objects, wanted, now).await;
    // What each worker was ever given, and the acknowledged answers: (line, worker) → revisions.
    let mut given: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    let mut acknowledged: BTreeMap<(i64, i64), BTreeMap<String, i64>> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Wait { ms } => {
                now += ms;
                db.write(LeasesExpire { now_ms: now }).await.unwrap();
            }
            Step::Next { worker, prefetch } => {
                let request = TaskNext {
                    prefetch: *prefetch,
                    ..next(db, *worker, &[], now)
                };
                if let NextOutcome::Assigned(assigned) = db.write(request).await.unwrap() {
                    given.entry(*worker).or_default().insert(assigned.line);
                    assert!(
                        !acknowledged.contains_key(&(assigned.line, *worker)),
                        "worker {worker} is offered {} again after answering it",
                        assigned.line
                    );
                }
            }
            Step::Submit {
                worker,
                pick,
                key,
                next: more,
            } => {
                let Some(line) = choose(&given, *worker, *pick) else {
                    continue;
                };
                let mut answer = submit(line, *worker, &format!("k{key}"), now);
                if *more {
                    answer.next = Some(next(db, *worker, &[], now));
                }
                let submitted = db.write(answer).await.unwrap();
                if let SubmitOutcome::Accepted { revision, .. } = submitted.outcome {
                    let keys = acknowledged.entry((line, *worker)).or_default();
                    let known = keys.contains_key(&format!("k{key}"));
                    assert!(
                        known || revision == keys.len() as i64 + 1,
                        "revision {revision} of {keys:?}"
                    );
                    keys.entry(format!("k{key}")).or_insert(revision);
                }
                if let Some(NextOutcome::Assigned(assigned)) = submitted.next {
                    given.entry(*worker).or_default().insert(assigned.line);
                    assert!(!acknowledged.contains_key(&(assigned.line, *worker)));
                }
            }
            Step::Release { worker, pick } => {
                if let Some(line) = choose(&given, *worker, *pick) {
                    let release = Release {
                        job_id: JOB,
                        line,
                        worker_id: *worker,
                        now_ms: now,
                    };
                    db.write(release).await.unwrap();
                }
            }
            Step::Decline { worker, pick } => {
                if let Some(line) = choose(&given, *worker, *pick) {
                    let decline = Decline {
                        job_id: JOB,
                        line,
                        worker_id: *worker,
                        reason: "no".to_owned(),
                        now_ms: now,
                    };
                    db.write(decline).await.unwrap();
                }
            }
        }
        check(fresh, wanted, &acknowledged).await;
    }
}

fn choose(given: &BTreeMap<i64, BTreeSet<i64>>, worker: i64, pick: usize) -> Option<i64> {
    let lines = given.get(&worker)?;
    lines.iter().nth(pick % lines.len().max(1)).copied()
}

async fn check(
    fresh: &Fresh,
    wanted: i64,
    acknowledged: &BTreeMap<(i64, i64), BTreeMap<String, i64>>,
) {
    let mut reader = fresh.db.reader().await.unwrap();
    let mut conn = reader.conn();
    // 1. Every acknowledged answer is there, each key once, and nothing else is.
    let stored = conn
        .all(
            "SELECT line, worker_id, idempotency_key, revision FROM annotation WHERE job_id = $1",
            cairn_db::args![JOB],
            |row| Ok(((row.int(0)?, row.int(1)?), row.text(2)?, row.int(3)?)),
        )
        .await
        .unwrap();
    let mut seen: BTreeMap<(i64, i64), BTreeMap<String, i64>> = BTreeMap::new();
    for (place, key, revision) in stored {
        assert!(
            seen.entry(place)
                .or_default()
                .insert(key, revision)
                .is_none()
        );
    }
    assert_eq!(&seen, acknowledged);
    // 2. The counts of a task are those of its assignments, and never more than wanted.
    let wrong = conn
        .all(
            "SELECT t.line FROM task t WHERE t.job_id = $1 AND (
               t.live + t.answered > t.wanted
               OR t.live <> (SELECT COUNT(*) FROM assignment a WHERE a.job_id = t.job_id AND a.line = t.line AND a.state = 0)
               OR t.answered <> (SELECT COUNT(*) FROM assignment a WHERE a.job_id = t.job_id AND a.line = t.line AND a.state = 1)
               OR (t.state = 0 AND (t.queue IS NULL) <> (t.live + t.answered >= t.wanted OR t.declined >= t.wanted))
               OR (t.state <> 0 AND t.queue IS NOT NULL)
               OR (t.state = 0 AND t.answered >= t.wanted))",
            cairn_db::args![JOB],
            |row| row.int(0),
        )
        .await
        .unwrap();
    assert_eq!(wrong, Vec::<i64>::new(), "wanted {wanted}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_breaks_the_counts(
        objects in 1..5_i64,
        wanted in 1..4_i64,
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        on_each(|fresh| {
            let steps = steps.clone();
            async move { walk(&fresh, objects, wanted, &steps).await }
        });
    }
}

/// Answers all that a worker is given, and says how many that were.
async fn drain(db: &cairn_db::Db, worker: i64) -> i64 {
    let mut answered = 0;
    let mut line = line_for(db, worker, &[], 1_000).await;
    while let Some(current) = line {
        let mut answer = submit(current, worker, &format!("{worker}-{current}"), 2_000);
        answer.next = Some(next(db, worker, &[], 2_000));
        let submitted = db.write(answer).await.unwrap();
        assert!(matches!(
            submitted.outcome,
            SubmitOutcome::Accepted { revision: 1, .. }
        ));
        answered += 1;
        line = match submitted.next {
            Some(NextOutcome::Assigned(assigned)) => Some(assigned.line),
            _ => line_for(db, worker, &[], 2_000).await,
        };
    }
    answered
}

#[test]
fn many_workers_at_once_give_each_object_exactly_its_answers() {
    on_each(|fresh| async move {
        const OBJECTS: i64 = 60;
        const WANTED: i64 = 3;
        let db = &fresh.db;
        running_job(db, OBJECTS, WANTED, 1_000).await;
        // A second handle on the same database stands for a second replica on PostgreSQL.
        let other = match db.backend() {
            cairn_db::Backend::Postgres => {
                cairn_db::Db::open(&fresh.url, &cairn_db::Options::default())
                    .await
                    .unwrap()
            }
            cairn_db::Backend::Sqlite => db.clone(),
        };
        let workers = (1..=8_i64).map(|worker| {
            let db = if worker % 2 == 0 {
                db.clone()
            } else {
                other.clone()
            };
            async move { drain(&db, worker).await }
        });
        let mut answered: Vec<i64> = futures::future::join_all(workers).await;
        // On PostgreSQL a task that another worker is just taking may be passed over: what is left then is
        // there for whoever asks again.
        for worker in 1..=8 {
            answered.push(drain(db, worker).await);
        }
        assert_eq!(
            answered.iter().sum::<i64>(),
            OBJECTS * WANTED,
            "{answered:?}"
        );
        let annotations = db.annotation_range(JOB, 0, OBJECTS).await.unwrap();
        let mut by_line: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        for annotation in &annotations {
            assert!(
                by_line
                    .entry(annotation.line)
                    .or_default()
                    .insert(annotation.worker_id)
            );
        }
        assert_eq!(by_line.len() as i64, OBJECTS);
        assert!(
            by_line
                .values()
                .all(|workers| workers.len() as i64 == WANTED)
        );
    });
}
