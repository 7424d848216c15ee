//! What is known of a job's workers, version by version, and labels written anew when it has changed.
//!
//! A version is made of all answers that a job has at one time. Objects that settle later are labeled
//! with the newest version there is. When a job has no more to ask, its labels are written anew with a
//! version made of all its answers, line by line in bounded steps: killed anywhere, it goes on where
//! the last step ended.

use std::collections::BTreeMap;

use crate::label::{Label, LabelsInsert};
use crate::sql::{Conn, Row};
use crate::writer::Operation;
use crate::{Db, Result, args};

/// Versions whose parameters are kept; of older ones only what they were made of is.
const BODIES_KEPT: i64 = 2;

/// A version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerParameters {
    /// Number within the job, from 1.
    pub version: i64,
    /// When it was made.
    pub made_at: i64,
    /// How many answers and corrections the job had then.
    pub answers: i64,
    /// How many objects they were of.
    pub objects: i64,
    /// The consolidation under which labels are written anew with it; 0 when they are not.
    pub batch: i64,
    /// When they are: the line to go on with; -1 once all are done.
    pub next_line: i64,
}

fn worker_parameters(row: &Row<'_>) -> Result<WorkerParameters> {
    Ok(WorkerParameters {
        version: row.int(0)?,
        made_at: row.int(1)?,
        answers: row.int(2)?,
        objects: row.int(3)?,
        batch: row.int(4)?,
        next_line: row.int(5)?,
    })
}

/// Adds a version. Gives false when there is one with its number.
pub struct WorkerParametersInsert {
    /// The job.
    pub job_id: i64,
    /// Its number.
    pub version: i64,
    /// Now.
    pub now_ms: i64,
    /// How many answers and corrections the job had before its answers were read.
    pub answers: i64,
    /// How many objects they were of.
    pub objects: i64,
    /// The parameters.
    pub body: Vec<u8>,
}

impl Operation for WorkerParametersInsert {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let added = conn
            .execute(
                "INSERT INTO worker_parameters (job_id, version, made_at, answers, objects, body)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                args![
                    self.job_id,
                    self.version,
                    self.now_ms,
                    self.answers,
                    self.objects,
                    self.body.as_slice(),
                ],
            )
            .await?;
        conn.execute(
            "UPDATE worker_parameters SET body = $3 WHERE job_id = $1 AND version <= $2",
            args![self.job_id, self.version - BODIES_KEPT, &[] as &[u8]],
        )
        .await?;
        Ok(added == 1)
    }
}

/// Begins to write the labels of a job anew with a version. Gives false when that was begun before.
pub struct RelabelBegin {
    /// The job.
    pub job_id: i64,
    /// The version.
    pub version: i64,
    /// Method, by name.
    pub method: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for RelabelBegin {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let batch = conn
            .one(
                "SELECT COALESCE(MAX(batch), 0) + 1 FROM consolidation WHERE job_id = $1",
                args![self.job_id],
                |row| row.int(0),
            )
            .await?;
        let begun = conn
            .execute(
                "UPDATE worker_parameters SET batch = $3, next_line = 0
                 WHERE job_id = $1 AND version = $2 AND batch = 0",
                args![self.job_id, self.version, batch],
            )
            .await?;
        if begun == 0 {
            return Ok(false);
        }
        // It has no files, so it belongs to no iteration, and nothing takes it for one that is under way.
        conn.execute(
            "INSERT INTO consolidation (job_id, batch, iteration, stamped_at, method, objects, state, parameters)
             VALUES ($1, $2, 0, $3, $4, 0, 2, $5)",
            args![self.job_id, batch, self.now_ms, &self.method, self.version],
        )
        .await?;
        Ok(true)
    }
}

/// Writes the labels of some lines anew. Gives false when another has.
pub struct RelabelWrite {
    /// The job.
    pub job_id: i64,
    /// The version.
    pub version: i64,
    /// The line that was to come next.
    pub next_line_before: i64,
    /// The line that comes next now; -1 when there is none.
    pub next_line: i64,
    /// Labels that changed, all of the version's batch.
    pub labels: Vec<Label>,
    /// Change of the number of objects with each class.
    pub tally: BTreeMap<String, i64>,
    /// Now.
    pub now_ms: i64,
}

impl Operation for RelabelWrite {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let moved = conn
            .execute(
                "UPDATE worker_parameters SET next_line = $4
                 WHERE job_id = $1 AND version = $2 AND next_line = $3 AND batch > 0",
                args![
                    self.job_id,
                    self.version,
                    self.next_line_before,
                    self.next_line
                ],
            )
            .await?;
        if moved == 0 {
            return Ok(false);
        }
        if self.labels.is_empty() {
            return Ok(true);
        }
        LabelsInsert {
            job_id: self.job_id,
            labels: self.labels.clone(),
            may_replace: true,
        }
        .run(conn)
        .await?;
        conn.execute(
            "UPDATE consolidation SET objects = objects + $3 WHERE job_id = $1 AND batch = $2",
            args![self.job_id, self.labels[0].batch, self.labels.len() as i64],
        )
        .await?;
        for (class, change) in self.tally.iter().filter(|(_, change)| **change != 0) {
            conn.execute(
                "INSERT INTO label_tally (job_id, class, objects) VALUES ($1, $2, $3)
                 ON CONFLICT (job_id, class) DO UPDATE SET objects = label_tally.objects + excluded.objects",
                args![self.job_id, class, *change],
            )
            .await?;
        }
        conn.execute(
            "UPDATE labeling_job SET label_version = label_version + 1, modified_at = $2 WHERE job_id = $1",
            args![self.job_id, self.now_ms],
        )
        .await?;
        Ok(true)
    }
}

impl Db {
    /// The newest version of a job.
    pub async fn worker_parameters(&self, job_id: i64) -> Result<Option<WorkerParameters>> {
        self.reader()
            .await?
            .conn()
            .opt(
                "SELECT version, made_at, answers, objects, batch, next_line FROM worker_parameters
                 WHERE job_id = $1 ORDER BY version DESC LIMIT 1",
                args![job_id],
                worker_parameters,
            )
            .await
    }

    /// The parameters of a version; none when there is no such version, or they are not kept.
    pub async fn worker_parameters_body(
        &self,
        job_id: i64,
        version: i64,
    ) -> Result<Option<Vec<u8>>> {
        let body = self
            .reader()
            .await?
            .conn()
            .opt(
                "SELECT body FROM worker_parameters WHERE job_id = $1 AND version = $2",
                args![job_id, version],
                |row| row.bytes(0),
            )
            .await?;
        Ok(body.filter(|body| !body.is_empty()))
    }

    /// How many answers and corrections a job has, and how many answers went into its labels.
    pub async fn answers_given(&self, job_id: i64) -> Result<(i64, i64)> {
        self.reader()
            .await?
            .conn()
            .one(
                "SELECT CAST(COALESCE(SUM(answered + corrected), 0) AS BIGINT),
                   CAST(COALESCE(SUM(settled), 0) AS BIGINT) FROM job_worker WHERE job_id = $1",
                args![job_id],
                |row| Ok((row.int(0)?, row.int(1)?)),
            )
            .await
    }
}
