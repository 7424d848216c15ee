//! What a worker's pages read, and what a submit leaves behind for them.

use cairn_db::task::{
    Decline, DraftSave, JobOfWorker, LeasesExpire, NextOutcome, ObjectReport, SubmitOutcome,
};

use crate::databases::on_each;
use crate::hot_path::{JOB, LEASE_MS, line_for, next, running_job, submit};

fn draft(line: i64, worker_id: i64, now_ms: i64) -> DraftSave {
    DraftSave {
        job_id: JOB,
        line,
        worker_id,
        content: "{}".to_owned(),
        now_ms,
    }
}

#[test]
fn a_draft_goes_with_its_answer_and_does_not_come_back() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 2, 1, 1_000).await;
        line_for(db, 1, &[], 1_000).await;
        assert!(db.write(draft(0, 1, 1_100)).await.unwrap());
        let mut answer = submit(0, 1, "k", 1_200);
        answer.next = Some(next(db, 1, &[], 1_200));
        let taken = db.write(answer).await.unwrap();
        assert_eq!((taken.answered, taken.settled, taken.declined), (1, 0, 0));
        assert_eq!(db.draft(JOB, 0, 1).await.unwrap(), None);
        assert!(!db.write(draft(0, 1, 1_300)).await.unwrap());
        match taken.next {
            Some(NextOutcome::Assigned(given)) => assert!(given.line == 1 && !given.again),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_refused_answer_brings_no_task() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 2, 1, 1_000).await;
        let mut answer = submit(0, 1, "k", 1_200);
        answer.next = Some(next(db, 1, &[], 1_200));
        let refused = db.write(answer).await.unwrap();
        assert_eq!(refused.outcome, SubmitOutcome::NotHeld);
        assert_eq!(refused.next, None);
        assert_eq!(db.held(JOB, 1).await.unwrap(), 0);
    });
}

#[test]
fn what_a_worker_has_in_a_job_is_told() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 4, 2, 1_000).await;
        let none = JobOfWorker::default();
        assert_eq!(db.job_of_worker(JOB, 1).await.unwrap(), none);

        // One answered, one declined with what its browser had said before.
        assert_eq!(line_for(db, 1, &[], 1_000).await, Some(0));
        db.write(submit(0, 1, "k", 1_100)).await.unwrap();
        assert_eq!(line_for(db, 1, &[], 1_200).await, Some(1));
        let report = |line| ObjectReport {
            job_id: JOB,
            line,
            worker_id: 1,
            note: "object: not loaded".to_owned(),
        };
        assert!(db.write(report(1)).await.unwrap());
        assert!(!db.write(report(3)).await.unwrap(), "only of a held task");
        let decline = Decline {
            job_id: JOB,
            line: 1,
            worker_id: 1,
            reason: "not shown".to_owned(),
            now_ms: 1_300,
        };
        assert!(db.write(decline).await.unwrap());
        assert_eq!(
            db.decline_reasons(JOB, 1).await.unwrap(),
            ["not shown (object: not loaded)"]
        );
        let done = JobOfWorker {
            answered: 1,
            declined_open: 1,
            ..none
        };
        assert_eq!(db.job_of_worker(JOB, 1).await.unwrap(), done);

        // One held is unfinished; lapsed, it is so only with a draft.
        assert_eq!(line_for(db, 1, &[], 1_400).await, Some(2));
        let unfinished = JobOfWorker {
            unfinished: true,
            ..done
        };
        assert_eq!(db.job_of_worker(JOB, 1).await.unwrap(), unfinished);
        let later = 1_400 + LEASE_MS;
        db.write(LeasesExpire { now_ms: later }).await.unwrap();
        assert_eq!(db.job_of_worker(JOB, 1).await.unwrap(), done);
        assert!(db.write(draft(2, 1, later)).await.unwrap());
        assert_eq!(db.job_of_worker(JOB, 1).await.unwrap(), unfinished);

        assert!(db.task_is_open(JOB, 0).await.unwrap());
        assert!(!db.task_is_open(JOB, 99).await.unwrap());
        assert_eq!(db.answered_in_all(1, 1_100).await.unwrap(), 1);
        assert_eq!(db.answered_in_all(1, 1_101).await.unwrap(), 0);
    });
}
