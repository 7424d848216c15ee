//! Consolidations: which objects are brought together, when, and that it happened once.
//!
//! A batch is begun (its objects and its stamp are fixed), its labels are written in bounded steps,
//! and it is finished. Whoever finds a batch begun and not finished does it again with the same
//! stamp, so its files and labels come out the same.

use std::collections::BTreeMap;

use crate::label::LabelKind;
use crate::sql::{Conn, Row};
use crate::writer::Operation;
use crate::{Db, Result, args};

/// Objects in a batch at most: the greatest `MaxConcurrentTaskCount`.
pub const BATCH_OBJECTS_MAX: i64 = 5_000;

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consolidation {
    /// Number within the job, from 1.
    pub batch: i64,
    /// Iteration its objects were dispatched in.
    pub iteration: i64,
    /// The time its files and labels carry.
    pub stamped_at: i64,
    /// Method, by name.
    pub method: String,
    /// Objects in it.
    pub objects: i64,
    /// Version of the worker parameters that it uses; 0 for none.
    pub parameters: i64,
}

fn consolidation(row: &Row<'_>) -> Result<Consolidation> {
    Ok(Consolidation {
        batch: row.int(0)?,
        iteration: row.int(1)?,
        stamped_at: row.int(2)?,
        method: row.text(3)?,
        objects: row.int(4)?,
        parameters: row.int(5)?,
    })
}

/// Begins a batch of the objects that are ready in one iteration. Gives none when none is.
pub struct ConsolidationBegin {
    /// The job.
    pub job_id: i64,
    /// The iteration.
    pub iteration: i64,
    /// Method, by name.
    pub method: String,
    /// Version of the worker parameters that it uses; 0 for none.
    pub parameters: i64,
    /// Now.
    pub now_ms: i64,
}

impl Operation for ConsolidationBegin {
    type Output = Option<Consolidation>;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<Option<Consolidation>> {
        let iteration = self.iteration;
        let (batch, last_stamp) = conn
            .one(
                "SELECT COALESCE(MAX(batch), 0) + 1,
                   COALESCE(MAX(CASE WHEN iteration = $2 THEN stamped_at END), -1000)
                 FROM (SELECT batch, iteration, stamped_at FROM consolidation WHERE job_id = $1 ORDER BY batch DESC LIMIT 50) AS latest",
                args![self.job_id, iteration],
                |row| Ok((row.int(0)?, row.int(1)?)),
            )
            .await?;
        // File names have whole seconds, and two files of one folder must not share one.
        let stamped_at = self.now_ms.max((last_stamp / 1_000 + 1) * 1_000);
        let objects = conn
            .execute(
                "UPDATE task SET batch = $3 WHERE job_id = $1 AND line IN (
                   SELECT line FROM task WHERE job_id = $1 AND state = 1 AND batch = 0 AND iteration = $2 AND wanted >= most
                   ORDER BY line LIMIT $4)",
                args![self.job_id, iteration, batch, BATCH_OBJECTS_MAX],
            )
            .await?;
        if objects == 0 {
            return Ok(None);
        }
        conn.execute(
            "INSERT INTO consolidation (job_id, batch, iteration, stamped_at, method, objects, state, parameters)
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7)",
            args![
                self.job_id,
                batch,
                iteration,
                stamped_at,
                &self.method,
                objects,
                self.parameters
            ],
        )
        .await?;
        Ok(Some(Consolidation {
            batch,
            iteration,
            stamped_at,
            method: self.method.clone(),
            objects,
            parameters: self.parameters,
        }))
    }
}

/// What a finished batch changes in the counters.
#[derive(Clone, Debug, Default)]
pub struct BatchOutcome {
    /// Lines that failed.
    pub failed_lines: Vec<i64>,
    /// Objects that had no label before and have one by people now.
    pub human: i64,
    /// Objects that had not failed before and have failed now.
    pub failed: i64,
    /// Objects settled for the first time.
    pub settled: i64,
    /// Change of the number of objects with each class.
    pub tally: BTreeMap<String, i64>,
    /// Answers that were settled for the first time, by worker.
    pub answers: BTreeMap<i64, i64>,
}

/// Finishes a batch. Gives false when it was finished before.
pub struct ConsolidationFinish {
    /// The job.
    pub job_id: i64,
    /// The batch.
    pub batch: i64,
    /// Its iteration.
    pub iteration: i64,
    /// What it changes.
    pub outcome: BatchOutcome,
    /// Now.
    pub now_ms: i64,
}

impl Operation for ConsolidationFinish {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let finished = conn
            .execute(
                "UPDATE consolidation SET state = 1 WHERE job_id = $1 AND batch = $2 AND state = 0",
                args![self.job_id, self.batch],
            )
            .await?;
        if finished == 0 {
            return Ok(false);
        }
        let outcome = &self.outcome;
        for line in &outcome.failed_lines {
            conn.execute(
                "UPDATE task SET state = 3, batch = 0 WHERE job_id = $1 AND line = $2 AND batch = $3 AND state = 1",
                args![self.job_id, *line, self.batch],
            )
            .await?;
        }
        // An object corrected meanwhile has left the batch and comes again in another.
        conn.execute(
            "UPDATE task SET state = 2 WHERE job_id = $1 AND batch = $2 AND state = 1",
            args![self.job_id, self.batch],
        )
        .await?;
        conn.execute(
            "UPDATE iteration SET settled = settled + $3, failed = failed + $4, settled_at = $5
             WHERE job_id = $1 AND iteration = $2",
            args![
                self.job_id,
                self.iteration,
                outcome.settled,
                outcome.failed,
                self.now_ms
            ],
        )
        .await?;
        for (class, objects) in &outcome.tally {
            conn.execute(
                "INSERT INTO label_tally (job_id, class, objects) VALUES ($1, $2, $3)
                 ON CONFLICT (job_id, class) DO UPDATE SET objects = label_tally.objects + excluded.objects",
                args![self.job_id, class, *objects],
            )
            .await?;
        }
        for (worker_id, answers) in &outcome.answers {
            conn.execute(
                "UPDATE job_worker SET settled = settled + $3 WHERE job_id = $1 AND worker_id = $2",
                args![self.job_id, *worker_id, *answers],
            )
            .await?;
        }
        conn.execute(
            "UPDATE labeling_job SET human_labeled = human_labeled + $2, failed = failed + $3,
               label_version = label_version + 1, modified_at = $4 WHERE job_id = $1",
            args![self.job_id, outcome.human, outcome.failed, self.now_ms],
        )
        .await?;
        Ok(true)
    }
}

/// An object of a batch, with what it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchObject {
    /// Its line.
    pub line: i64,
    /// How many answers its task wanted.
    pub wanted: i64,
    /// How many workers declined it.
    pub declined: i64,
    /// Kind and classes of the label it had from another batch.
    pub before: Option<(LabelKind, String)>,
}

/// An answer that counts: the newest revision of its worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Line of the object.
    pub line: i64,
    /// Who gave it.
    pub worker_id: i64,
    /// Revision, from 1.
    pub revision: i64,
    /// When the worker accepted the task.
    pub accepted_at: i64,
    /// When it was submitted.
    pub submitted_at: i64,
    /// Active time.
    pub time_spent_ms: i64,
    /// The answer as JSON.
    pub content: String,
}

impl Db {
    /// The batch that was begun and not finished, if there is one.
    pub async fn consolidation_unfinished(&self, job_id: i64) -> Result<Option<Consolidation>> {
        self.reader()
            .await?
            .conn()
            .opt(
                "SELECT batch, iteration, stamped_at, method, objects, parameters FROM consolidation
                 WHERE job_id = $1 AND state = 0 ORDER BY batch LIMIT 1",
                args![job_id],
                consolidation,
            )
            .await
    }

    /// The objects of a batch that are still in it, in order of their lines.
    pub async fn consolidation_objects(&self, job_id: i64, batch: i64) -> Result<Vec<BatchObject>> {
        self.reader()
            .await?
            .conn()
            .all(
                "SELECT t.line, t.wanted, t.declined, l.kind, l.summary FROM task t
                 LEFT JOIN label l ON l.job_id = t.job_id AND l.line = t.line AND l.batch <> $2
                 WHERE t.job_id = $1 AND t.batch = $2 AND t.state = 1 ORDER BY t.line",
                args![job_id, batch],
                |row| {
                    let kind = row.opt_int(3)?.map(LabelKind::from_number);
                    Ok(BatchObject {
                        line: row.int(0)?,
                        wanted: row.int(1)?,
                        declined: row.int(2)?,
                        before: kind.zip(row.opt_text(4)?),
                    })
                },
            )
            .await
    }

    /// The answers of a batch, ordered by line and time of submission.
    pub async fn consolidation_annotations(
        &self,
        job_id: i64,
        batch: i64,
    ) -> Result<Vec<Annotation>> {
        self.reader()
            .await?
            .conn()
            .all(
                "SELECT a.line, a.worker_id, a.revision, a.accepted_at, a.submitted_at, a.time_spent_ms, a.content
                 FROM task t
                 JOIN assignment s ON s.job_id = t.job_id AND s.line = t.line AND s.state = 1
                 JOIN annotation a ON a.job_id = s.job_id AND a.line = s.line AND a.worker_id = s.worker_id
                   AND a.revision = s.revision
                 WHERE t.job_id = $1 AND t.batch = $2 AND t.state = 1
                 ORDER BY a.line, a.submitted_at, a.worker_id",
                args![job_id, batch],
                annotation,
            )
            .await
    }

    /// The newest `limit` consolidations that are done, newest first: when each was begun, and how
    /// many objects were in it.
    pub async fn consolidation_pace(&self, job_id: i64, limit: i64) -> Result<Vec<(i64, i64)>> {
        self.reader()
            .await?
            .conn()
            .all(
                "SELECT stamped_at, objects FROM consolidation WHERE job_id = $1 AND state = 1
                 ORDER BY batch DESC LIMIT $2",
                args![job_id, limit],
                |row| Ok((row.int(0)?, row.int(1)?)),
            )
            .await
    }

    /// The answers that count of the newest `objects` labeled objects, as their line and content,
    /// ordered by line.
    pub async fn annotation_newest(&self, job_id: i64, objects: i64) -> Result<Vec<(i64, String)>> {
        self.reader()
            .await?
            .conn()
            .all(
                "SELECT a.line, a.content FROM
                   (SELECT line FROM label WHERE job_id = $1 AND kind <> 3
                    ORDER BY labeled_at DESC, line DESC LIMIT $2) AS newest
                 JOIN assignment s ON s.job_id = $1 AND s.line = newest.line AND s.state = 1
                 JOIN annotation a ON a.job_id = $1 AND a.line = s.line AND a.worker_id = s.worker_id
                   AND a.revision = s.revision
                 ORDER BY a.line",
                args![job_id, objects],
                |row| Ok((row.int(0)?, row.text(1)?)),
            )
            .await
    }

    /// All answers that count of the objects in lines `first..end`, ordered by line and time.
    pub async fn annotation_range(
        &self,
        job_id: i64,
        first: i64,
        end: i64,
    ) -> Result<Vec<Annotation>> {
        self.reader()
            .await?
            .conn()
            .all(
                "SELECT a.line, a.worker_id, a.revision, a.accepted_at, a.submitted_at, a.time_spent_ms, a.content
                 FROM assignment s
                 JOIN annotation a ON a.job_id = s.job_id AND a.line = s.line AND a.worker_id = s.worker_id
                   AND a.revision = s.revision
                 WHERE s.job_id = $1 AND s.line >= $2 AND s.line < $3 AND s.state = 1
                 ORDER BY a.line, a.submitted_at, a.worker_id",
                args![job_id, first, end],
                annotation,
            )
            .await
    }
}

pub(crate) fn annotation(row: &Row<'_>) -> Result<Annotation> {
    Ok(Annotation {
        line: row.int(0)?,
        worker_id: row.int(1)?,
        revision: row.int(2)?,
        accepted_at: row.int(3)?,
        submitted_at: row.int(4)?,
        time_spent_ms: row.int(5)?,
        content: row.text(6)?,
    })
}
