//! Leases, answers and their edges, one rule a test.

use cairn_db::Db;
use cairn_db::labeling_job::{LabelingJobInsert, LabelingJobTransition, Pinned};
use cairn_db::manifest_page::{ManifestPage, ManifestPagesInsert};
use cairn_db::task::{
    AssignmentState, Decline, DispatchedTask, DraftSave, Heartbeat, HeartbeatOutcome, LeasesExpire,
    NextOutcome, Release, Submit, SubmitOutcome, Submitted, TaskNext, TasksClose, TasksDispatch,
    Unanswered,
};

use crate::databases::on_each;

pub const JOB: i64 = 7;
pub const LEASE_MS: i64 = 60_000;
pub const LIMIT_MS: i64 = 600_000;

/// A running job of `lines` objects, all dispatched, each wanting `wanted` answers.
pub async fn running_job(db: &Db, lines: i64, wanted: i64, now_ms: i64) {
    running_job_with(db, lines, wanted, 0, now_ms).await;
}

/// The same; a task may be given up to `most` answers.
pub async fn running_job_with(db: &Db, lines: i64, wanted: i64, most: i64, now_ms: i64) {
    let insert = LabelingJobInsert {
        job_id: JOB,
        name: "Birds".to_owned(),
        arn: "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/birds".to_owned(),
        reference_code: "code".to_owned(),
        workteam_arn: "team".to_owned(),
        task_type: "TextMultiClass".to_owned(),
        request: "{}".to_owned(),
        settings: "{}".to_owned(),
        pinned: Pinned::default(),
        tags: vec![("a".to_owned(), "b".to_owned())],
        actor: "ada".to_owned(),
        now_ms,
    };
    assert!(db.write(insert).await.unwrap());
    let text: String = (0..lines)
        .map(|n| format!("{{\"source\":\"{n}\"}}\n"))
        .collect();
    let page = ManifestPage {
        first_line: 0,
        line_count: lines,
        labeled_count: 0,
        byte_offset: 0,
        byte_length: text.len() as i64,
        body: ManifestPage::compress(text.as_bytes()).unwrap(),
    };
    let pages = ManifestPagesInsert {
        job_id: JOB,
        total_before: 0,
        pages: vec![page],
    };
    assert!(db.write(pages).await.unwrap());
    assert!(
        db.write(transition("Initializing", "InProgress"))
            .await
            .unwrap()
    );
    let dispatch = TasksDispatch {
        job_id: JOB,
        next_line_before: 0,
        next_line: lines,
        tasks: (0..lines)
            .map(|line| DispatchedTask {
                line,
                iteration: 1,
                failure: None,
            })
            .collect(),
        wanted,
        most,
        closes: vec![1],
        now_ms,
    };
    assert!(db.write(dispatch).await.unwrap());
}

pub fn transition(from: &'static str, to: &'static str) -> LabelingJobTransition {
    let from: &'static [&'static str] = match from {
        "Initializing" => &["Initializing"],
        _ => &["InProgress"],
    };
    LabelingJobTransition {
        job_id: JOB,
        from,
        to,
        failure_reason: None,
        is_final: false,
        actor: "cairn".to_owned(),
        arn: "arn".to_owned(),
        now_ms: 1,
    }
}

pub fn next(db: &Db, worker_id: i64, holding: &[i64], now_ms: i64) -> TaskNext {
    TaskNext {
        holding: holding.to_vec(),
        lease_ms: LEASE_MS,
        limit_ms: LIMIT_MS,
        ..TaskNext::new(db, JOB, worker_id, now_ms)
    }
}

pub fn submit(line: i64, worker_id: i64, key: &str, now_ms: i64) -> Submit {
    Submit {
        job_id: JOB,
        line,
        worker_id,
        key: key.to_owned(),
        content: format!("{{\"by\":{worker_id}}}"),
        time_spent_ms: 100,
        correction_ms: 10_000,
        showing: None,
        limit_ms: LIMIT_MS,
        next: None,
        now_ms,
    }
}

/// The line of the task that `worker_id` gets, or none.
pub async fn line_for(db: &Db, worker_id: i64, holding: &[i64], now_ms: i64) -> Option<i64> {
    match db
        .write(next(db, worker_id, holding, now_ms))
        .await
        .unwrap()
    {
        NextOutcome::Assigned(assigned) => Some(assigned.line),
        NextOutcome::Nothing => None,
        NextOutcome::HoldsEnough => panic!("worker {worker_id} holds enough"),
    }
}

fn accepted(submitted: &Submitted) -> Option<i64> {
    match submitted.outcome {
        SubmitOutcome::Accepted { revision, .. } => Some(revision),
        _ => None,
    }
}

#[test]
fn objects_are_given_in_order_and_never_twice_to_one_worker() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 3, 2, 1_000).await;
        let mut held = Vec::new();
        while let Some(line) = line_for(db, 1, &held, 1_000).await {
            held.push(line);
        }
        assert_eq!(held, [0, 1, 2]);
        assert_eq!(line_for(db, 2, &[], 1_000).await, Some(0));
        assert_eq!(
            line_for(db, 3, &[], 1_000).await,
            Some(1),
            "object 0 has its two"
        );
    });
}

#[test]
fn a_task_lost_from_sight_is_given_again() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 2, 1, 1_000).await;
        assert_eq!(line_for(db, 1, &[], 1_000).await, Some(0));
        assert_eq!(line_for(db, 1, &[], 2_000).await, Some(0), "after a reload");
        assert_eq!(line_for(db, 1, &[0], 2_000).await, Some(1));
    });
}

#[test]
fn an_answer_is_stored_once_per_key() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 2, 1, 1_000).await;
        line_for(db, 1, &[], 1_000).await;
        let first = db.write(submit(0, 1, "k1", 2_000)).await.unwrap();
        let again = db.write(submit(0, 1, "k1", 2_500)).await.unwrap();
        assert_eq!(first.outcome, again.outcome);
        assert_eq!(first.answered, 1);
        assert_eq!(again.answered, 1);
        assert_eq!(db.annotation_range(JOB, 0, 9).await.unwrap().len(), 1);
    });
}

#[test]
fn a_correction_is_a_new_revision_until_its_time_is_over() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 1, 1, 1_000).await;
        line_for(db, 1, &[], 1_000).await;
        db.write(submit(0, 1, "k1", 2_000)).await.unwrap();
        let corrected = db.write(submit(0, 1, "k2", 12_000)).await.unwrap();
        assert_eq!(
            corrected.outcome,
            SubmitOutcome::Accepted {
                revision: 2,
                correctable_until: 12_000
            }
        );
        let old = db.write(submit(0, 1, "k1", 12_000)).await.unwrap();
        assert_eq!(
            accepted(&old),
            Some(2),
            "an old answer replayed changes nothing"
        );
        let late = db.write(submit(0, 1, "k3", 12_001)).await.unwrap();
        assert_eq!(late.outcome, SubmitOutcome::CorrectionOver);
        assert_eq!(late.answered, 1);
        let counted = db.annotation_range(JOB, 0, 1).await.unwrap();
        assert_eq!((counted.len(), counted[0].revision), (1, 2));
    });
}

#[test]
fn a_lapsed_lease_goes_to_others_and_back_only_when_nothing_else_is_left() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 2, 1, 1_000).await;
        assert_eq!(line_for(db, 1, &[], 1_000).await, Some(0));
        let later = 1_000 + LEASE_MS;
        assert_eq!(
            db.write(LeasesExpire { now_ms: later - 1 }).await.unwrap(),
            Vec::<i64>::new()
        );
        assert_eq!(
            db.write(LeasesExpire { now_ms: later }).await.unwrap(),
            [JOB]
        );
        assert_eq!(
            db.assignment(JOB, 0, 1).await.unwrap(),
            Some(AssignmentState::Lapsed)
        );
        assert_eq!(
            line_for(db, 1, &[], later).await,
            Some(1),
            "something else first"
        );
        assert_eq!(
            line_for(db, 1, &[1], later).await,
            Some(0),
            "then their own"
        );
        assert_eq!(line_for(db, 2, &[], later).await, None);
        db.write(LeasesExpire {
            now_ms: later + LEASE_MS,
        })
        .await
        .unwrap();
        let mut others = vec![
            line_for(db, 2, &[], later + LEASE_MS).await.unwrap(),
            line_for(db, 3, &[], later + LEASE_MS).await.unwrap(),
        ];
        others.sort_unstable();
        assert_eq!(others, [0, 1], "both came back to the queue");
    });
}

#[test]
fn an_answer_after_a_lapse_counts_while_there_is_room_and_only_then() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 1, 1, 1_000).await;
        line_for(db, 1, &[], 1_000).await;
        let later = 1_000 + LEASE_MS;
        db.write(LeasesExpire { now_ms: later }).await.unwrap();
        assert_eq!(line_for(db, 2, &[], later).await, Some(0));
        let lost = db.write(submit(0, 1, "k1", later)).await.unwrap();
        assert_eq!(lost.outcome, SubmitOutcome::LeaseLost);
        db.write(Release {
            job_id: JOB,
            line: 0,
            worker_id: 2,
            now_ms: later,
        })
        .await
        .unwrap();
        let kept = db.write(submit(0, 1, "k1", later)).await.unwrap();
        assert_eq!(accepted(&kept), Some(1));
        assert_eq!(line_for(db, 3, &[], later).await, None);
    });
}

#[test]
fn the_time_limit_refuses_the_answer_and_keeps_the_draft() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 1, 1, 1_000).await;
        line_for(db, 1, &[], 1_000).await;
        let draft = DraftSave {
            job_id: JOB,
            line: 0,
            worker_id: 1,
            content: "{\"a\":1}".to_owned(),
            now_ms: 2_000,
        };
        assert!(db.write(draft).await.unwrap());
        let limit_at = 1_000 + LIMIT_MS;
        let beat = |now_ms| Heartbeat {
            job_id: JOB,
            line: 0,
            worker_id: 1,
            showing: true,
            lease_ms: LEASE_MS,
            limit_ms: LIMIT_MS,
            now_ms,
        };
        assert_eq!(
            db.write(beat(limit_at - 10)).await.unwrap(),
            HeartbeatOutcome::Held {
                expires_at: limit_at,
                limit_at: Some(limit_at)
            },
            "a heartbeat renews up to the limit and no further"
        );
        assert_eq!(
            db.write(beat(limit_at)).await.unwrap(),
            HeartbeatOutcome::LimitPassed
        );
        let late = db
            .write(submit(0, 1, "k", limit_at + 10_000))
            .await
            .unwrap();
        assert_eq!(late.outcome, SubmitOutcome::LimitPassed);
        assert_eq!(
            db.draft(JOB, 0, 1).await.unwrap().unwrap().content,
            "{\"a\":1}"
        );
        let nobody = DraftSave {
            job_id: JOB,
            line: 0,
            worker_id: 9,
            content: "{}".to_owned(),
            now_ms: 1,
        };
        assert!(!db.write(nobody).await.unwrap(), "only of a task one held");
    });
}

#[test]
fn as_many_refusals_as_wanted_answers_end_a_task() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 1, 2, 1_000).await;
        for worker_id in [1, 2] {
            assert_eq!(line_for(db, worker_id, &[], 1_000).await, Some(0));
        }
        let decline = |worker_id| Decline {
            job_id: JOB,
            line: 0,
            worker_id,
            reason: "cannot read it".to_owned(),
            now_ms: 2_000,
        };
        assert!(db.write(decline(1)).await.unwrap());
        assert!(!db.write(decline(1)).await.unwrap());
        assert_eq!(
            line_for(db, 1, &[], 2_000).await,
            None,
            "never again to that worker"
        );
        assert_eq!(line_for(db, 3, &[], 2_000).await, Some(0));
        assert!(db.write(decline(3)).await.unwrap());
        assert_eq!(
            line_for(db, 4, &[], 2_000).await,
            None,
            "not offered further"
        );
        let kept = db.write(submit(0, 2, "k", 3_000)).await.unwrap();
        assert_eq!(accepted(&kept), Some(1), "who holds it may still answer");
        let late = db.write(submit(0, 1, "k", 3_000)).await.unwrap();
        assert_eq!(late.outcome, SubmitOutcome::Declined);
    });
}

#[test]
fn a_task_held_ahead_starts_its_clock_when_shown_and_leaves_no_trace_when_given_back() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 3, 1, 1_000).await;
        line_for(db, 1, &[], 1_000).await;
        let ahead = TaskNext {
            prefetch: true,
            ..next(db, 1, &[0], 1_000)
        };
        let NextOutcome::Assigned(ahead) = db.write(ahead).await.unwrap() else {
            panic!("nothing was given")
        };
        assert_eq!((ahead.line, ahead.accepted_at), (1, None));
        let mut answer = submit(0, 1, "k", 5_000);
        answer.showing = Some(1);
        answer.next = Some(TaskNext {
            prefetch: true,
            ..next(db, 1, &[1], 5_000)
        });
        let submitted = db.write(answer).await.unwrap();
        assert!(matches!(submitted.next, Some(NextOutcome::Assigned(ref a)) if a.line == 2));
        let release = |line| Release {
            job_id: JOB,
            line,
            worker_id: 1,
            now_ms: 6_000,
        };
        assert!(db.write(release(2)).await.unwrap());
        assert_eq!(db.assignment(JOB, 2, 1).await.unwrap(), None);
        assert!(db.write(release(1)).await.unwrap());
        assert_eq!(
            db.assignment(JOB, 1, 1).await.unwrap(),
            Some(AssignmentState::Released),
            "it had been shown by the submit"
        );
    });
}

#[test]
fn closing_sends_the_answered_to_consolidation_and_refuses_what_comes_late() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 2, 2, 1_000).await;
        line_for(db, 1, &[], 1_000).await;
        line_for(db, 1, &[0], 1_000).await;
        db.write(submit(0, 1, "k", 2_000)).await.unwrap();
        let close = |unanswered| TasksClose {
            job_id: JOB,
            published_until: 1_000,
            unanswered,
            now_ms: 3_000,
        };
        assert_eq!(db.write(close(Unanswered::Leave)).await.unwrap(), 2);
        assert_eq!(db.write(close(Unanswered::Leave)).await.unwrap(), 0);
        let late = db.write(submit(1, 1, "k", 3_000)).await.unwrap();
        assert_eq!(late.outcome, SubmitOutcome::Closed);
        let begun = db
            .write(cairn_db::consolidation::ConsolidationBegin {
                iteration: 1,
                job_id: JOB,
                method: "majority".to_owned(),
                parameters: 0,
                now_ms: 3_500,
            })
            .await
            .unwrap()
            .unwrap();
        assert_eq!((begun.objects, begun.iteration), (1, 1));
        let answers = db
            .consolidation_annotations(JOB, begun.batch)
            .await
            .unwrap();
        assert_eq!((answers.len(), answers[0].line), (1, 0));
    });
}

#[test]
fn why_there_is_nothing_counts_what_others_hold() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 2, 1, 1_000).await;
        line_for(db, 1, &[], 1_000).await;
        line_for(db, 2, &[], 2_000).await;
        let reason = db.waiting_reason(JOB, 3).await.unwrap();
        assert_eq!(
            (reason.held_by_others, reason.next_free_at),
            (2, Some(1_000 + LEASE_MS))
        );
        let own = db.waiting_reason(JOB, 1).await.unwrap();
        assert_eq!(own.held_by_others, 1);
    });
}

#[test]
fn two_consolidations_of_an_iteration_never_share_a_second() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 4, 1, 1_000).await;
        let mut stamps = Vec::new();
        // Within the second before, in the same second, and while the stamps run ahead of the clock.
        for now_ms in [10_900, 10_950, 11_000, 30_000] {
            let line = line_for(db, 1, &[], now_ms).await.unwrap();
            db.write(submit(line, 1, "k", now_ms)).await.unwrap();
            let begin = cairn_db::consolidation::ConsolidationBegin {
                iteration: 1,
                job_id: JOB,
                method: "majority".to_owned(),
                parameters: 0,
                now_ms,
            };
            stamps.push(db.write(begin).await.unwrap().unwrap().stamped_at);
        }
        assert_eq!(stamps, [10_900, 11_000, 12_000, 30_000]);
    });
}
