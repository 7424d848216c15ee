//! Tasks that may be given more answers, versions of worker parameters, and labels written anew.

use std::collections::BTreeMap;

use cairn_db::Db;
use cairn_db::consolidation::ConsolidationBegin;
use cairn_db::label::{Label, LabelKind, LabelsInsert};
use cairn_db::labeling_job::LabelingJobFinish;
use cairn_db::task::{NextOutcome, SubmitOutcome, TasksClose, TasksDecide, Unanswered, Undecided};
use cairn_db::worker_parameters::{RelabelBegin, RelabelWrite, WorkerParametersInsert};

use crate::databases::on_each;
use crate::hot_path::{JOB, next, running_job, running_job_with, submit};

/// The worker takes the next task and answers it; gives its line.
async fn answer(db: &Db, worker_id: i64, now_ms: i64) -> Option<i64> {
    match db.write(next(db, worker_id, &[], now_ms)).await.unwrap() {
        NextOutcome::Assigned(assigned) => {
            let submitted = db
                .write(submit(assigned.line, worker_id, "k", now_ms))
                .await
                .unwrap();
            assert!(matches!(submitted.outcome, SubmitOutcome::Accepted { .. }));
            Some(assigned.line)
        }
        _ => None,
    }
}

fn begin(now_ms: i64) -> ConsolidationBegin {
    ConsolidationBegin {
        job_id: JOB,
        iteration: 1,
        method: "cairn".to_owned(),
        parameters: 3,
        now_ms,
    }
}

#[test]
fn a_task_gets_more_answers_until_it_has_enough_or_the_most() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job_with(db, 2, 1, 3, 1_000).await;
        assert_eq!(answer(db, 1, 1_001).await, Some(0));
        assert_eq!(answer(db, 1, 1_002).await, Some(1));
        let undecided = db.task_undecided(JOB, 10).await.unwrap();
        let task = |line, wanted| Undecided {
            line,
            wanted,
            most: 3,
        };
        assert_eq!(undecided, [task(0, 1), task(1, 1)]);
        let answers = db.annotation_undecided(JOB, 10).await.unwrap();
        assert_eq!(answers.len(), 2);
        // Neither consolidated nor over while undecided.
        assert_eq!(db.task_open_count(JOB, 10).await.unwrap(), 2);
        assert!(db.task_ready(JOB, 10).await.unwrap().is_empty());
        assert!(db.write(begin(1_003)).await.unwrap().is_none());
        assert_eq!(answer(db, 2, 1_003).await, None);

        let decide = |more: &[Undecided], enough: &[Undecided]| TasksDecide {
            job_id: JOB,
            more: more.to_vec(),
            enough: enough.to_vec(),
            now_ms: 1_004,
        };
        let opened = db
            .write(decide(&[task(1, 1)], &[task(0, 1)]))
            .await
            .unwrap();
        assert_eq!(opened, 1);
        // Decided twice changes nothing.
        let opened = db
            .write(decide(&[task(1, 1)], &[task(0, 1)]))
            .await
            .unwrap();
        assert_eq!(opened, 0);
        assert_eq!(db.task_ready(JOB, 10).await.unwrap()[0].count, 1);
        // Who has answered it is not asked again.
        assert_eq!(answer(db, 1, 1_005).await, None);
        assert_eq!(answer(db, 2, 1_006).await, Some(1));
        assert_eq!(db.task_undecided(JOB, 10).await.unwrap(), [task(1, 2)]);
        db.write(decide(&[task(1, 2)], &[])).await.unwrap();
        assert_eq!(answer(db, 3, 1_007).await, Some(1));
        // With the most it may have there is nothing to decide.
        assert!(db.task_undecided(JOB, 10).await.unwrap().is_empty());
        let batch = db.write(begin(1_008)).await.unwrap().unwrap();
        assert_eq!((batch.objects, batch.parameters), (2, 3));
        let unfinished = db.consolidation_unfinished(JOB).await.unwrap().unwrap();
        assert_eq!(unfinished, batch);
    });
}

#[test]
fn a_closed_task_is_given_no_more_answers() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job_with(db, 1, 2, 5, 1_000).await;
        answer(db, 1, 1_001).await;
        let close = TasksClose {
            job_id: JOB,
            published_until: 1_000,
            unanswered: Unanswered::Fail,
            now_ms: 1_002,
        };
        assert_eq!(db.write(close).await.unwrap(), 1);
        assert!(db.task_undecided(JOB, 10).await.unwrap().is_empty());
        assert_eq!(db.write(begin(1_003)).await.unwrap().unwrap().objects, 1);
    });
}

#[test]
fn an_undecided_task_keeps_its_job_from_ending() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job_with(db, 1, 1, 2, 1_000).await;
        answer(db, 1, 1_001).await;
        let finish = LabelingJobFinish {
            job_id: JOB,
            arn: "arn".to_owned(),
            now_ms: 1_002,
        };
        assert!(!db.write(finish).await.unwrap());
    });
}

fn label(line: i64, batch: i64, class: &str) -> Label {
    Label {
        line,
        kind: LabelKind::Human,
        batch,
        labeled_at: 5_000,
        answers: 1,
        confidence: Some(0.5),
        summary: class.to_owned(),
        content: "0".to_owned(),
        metadata: "{}".to_owned(),
    }
}

#[test]
fn labels_are_written_anew_once_and_the_old_ones_are_kept() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        running_job(db, 2, 1, 1_000).await;
        answer(db, 1, 1_001).await;
        answer(db, 1, 1_002).await;
        let labels = LabelsInsert {
            job_id: JOB,
            labels: vec![label(0, 1, "cat"), label(1, 1, "cat")],
            may_replace: false,
        };
        db.write(begin(1_500)).await.unwrap().unwrap();
        db.write(labels).await.unwrap();
        assert_eq!(db.answers_given(JOB).await.unwrap(), (2, 0));
        // A correction changes what a version is made of, though there are no more answers.
        db.write(submit(0, 1, "again", 1_003)).await.unwrap();
        assert_eq!(db.answers_given(JOB).await.unwrap(), (3, 0));

        assert_eq!(db.worker_parameters(JOB).await.unwrap(), None);
        let insert = |version, body: &[u8]| WorkerParametersInsert {
            job_id: JOB,
            version,
            now_ms: 2_000,
            answers: 3,
            objects: 2,
            body: body.to_vec(),
        };
        for version in 1..=3 {
            assert!(db.write(insert(version, &[7])).await.unwrap());
        }
        assert!(!db.write(insert(3, &[8])).await.unwrap());
        let body = async |version| db.worker_parameters_body(JOB, version).await.unwrap();
        assert_eq!(
            (body(1).await, body(2).await, body(3).await),
            (None, Some(vec![7]), Some(vec![7]))
        );

        let relabel = || RelabelBegin {
            job_id: JOB,
            version: 3,
            method: "cairn".to_owned(),
            now_ms: 3_000,
        };
        assert!(db.write(relabel()).await.unwrap());
        assert!(!db.write(relabel()).await.unwrap());
        let newest = db.worker_parameters(JOB).await.unwrap().unwrap();
        assert_eq!((newest.version, newest.next_line), (3, 0));
        let write = |from, to, labels| RelabelWrite {
            job_id: JOB,
            version: 3,
            next_line_before: from,
            next_line: to,
            labels,
            tally: BTreeMap::from([("cat".to_owned(), -1), ("dog".to_owned(), 1)]),
            now_ms: 3_001,
        };
        let new = vec![label(1, newest.batch, "dog")];
        assert!(db.write(write(0, -1, new.clone())).await.unwrap());
        // Done again after a crash.
        assert!(!db.write(write(0, -1, new)).await.unwrap());
        let classes: Vec<String> = db
            .label_range(JOB, 0, 2)
            .await
            .unwrap()
            .into_iter()
            .map(|label| label.summary)
            .collect();
        assert_eq!(classes, ["cat", "dog"]);
        let tally = db.label_tally(JOB, 10).await.unwrap();
        assert_eq!(tally, [("dog".to_owned(), 1)]);
        assert_eq!(
            db.worker_parameters(JOB).await.unwrap().unwrap().next_line,
            -1
        );
        // The consolidation that was under way still is; the new one never is.
        assert_eq!(
            db.consolidation_unfinished(JOB)
                .await
                .unwrap()
                .unwrap()
                .batch,
            1
        );
    });
}
