//! Labeling jobs: creation, state, progress, lists.

use crate::audit::audit_insert_in_txn;
use crate::sql::{Conn, Row};
use crate::tag::tag_insert_in_txn;
use crate::writer::Operation;
use crate::{Db, Result, args};

/// A labeling job as stored, without its pinned files.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelingJob {
    /// Id; grows with time.
    pub job_id: i64,
    /// `LabelingJobName`, in the case it was given.
    pub name: String,
    /// `JobReferenceCode`.
    pub reference_code: String,
    /// `LabelingJobStatus`, by its wire name.
    pub state: String,
    /// `FailureReason`.
    pub failure_reason: Option<String>,
    /// Creation time.
    pub created_at: i64,
    /// Last change of state or labels.
    pub modified_at: i64,
    /// When it reached a final state.
    pub finished_at: Option<i64>,
    /// ARN of the team that works on it.
    pub workteam_arn: String,
    /// Name of the task type, as `ImageMultiClass`.
    pub task_type: String,
    /// The `CreateLabelingJob` request, as JSON.
    pub request: String,
    /// Cairn's own settings with defaults filled in, as JSON.
    pub settings: String,
    /// How far it is.
    pub progress: JobProgress,
    /// What keeps it from going on.
    pub held_up: Option<HeldUp>,
}

/// Passing trouble of a job, as of the last try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldUp {
    /// For people.
    pub reason: String,
    /// Since when there has been trouble, of whatever kind.
    pub since: i64,
}

/// Counters of a job, in dataset objects unless said otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobProgress {
    /// Lines read from the input manifest so far.
    pub total: i64,
    /// Bytes read from the input manifest so far.
    pub ingested_bytes: i64,
    /// Lines that carried the label attribute already.
    pub labeled_before: i64,
    /// Labeled by people.
    pub human_labeled: i64,
    /// Labeled by a model.
    pub machine_labeled: i64,
    /// Given up on.
    pub failed: i64,
    /// Put before workers, or failed on the way there.
    pub dispatched: i64,
    /// First line that has not been looked at for dispatch.
    pub next_line: i64,
    /// Grows with every change of a label.
    pub label_version: i64,
    /// The `label_version` that the output manifest shows; -1 before the first.
    pub output_version: i64,
    /// When the output manifest was last written.
    pub output_written_at: i64,
}

impl JobProgress {
    /// Objects without a label that have not failed.
    pub fn unlabeled(&self) -> i64 {
        (self.total - self.labeled_before - self.human_labeled - self.machine_labeled - self.failed)
            .max(0)
    }

    /// Dispatched objects that are neither labeled nor failed.
    pub fn in_flight(&self) -> i64 {
        (self.dispatched - self.human_labeled - self.failed).max(0)
    }
}

/// Files of a job as they were when it began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pinned {
    /// The worker task template.
    pub template: Option<String>,
    /// The label category file.
    pub categories: Option<String>,
    /// Version of the input manifest that is read.
    pub manifest_etag: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT job_id, name, reference_code, state, failure_reason, created_at, modified_at, finished_at,
 workteam_arn, task_type, request, settings, total, ingested_bytes, labeled_before, human_labeled,
 machine_labeled, failed, dispatched, next_line, label_version, output_version, output_written_at,
 held_up, held_up_since
 FROM labeling_job ",
            $rest
        )
    };
}

fn labeling_job(row: &Row<'_>) -> Result<LabelingJob> {
    Ok(LabelingJob {
        job_id: row.int(0)?,
        name: row.text(1)?,
        reference_code: row.text(2)?,
        state: row.text(3)?,
        failure_reason: row.opt_text(4)?,
        created_at: row.int(5)?,
        modified_at: row.int(6)?,
        finished_at: row.opt_int(7)?,
        workteam_arn: row.text(8)?,
        task_type: row.text(9)?,
        request: row.text(10)?,
        settings: row.text(11)?,
        progress: JobProgress {
            total: row.int(12)?,
            ingested_bytes: row.int(13)?,
            labeled_before: row.int(14)?,
            human_labeled: row.int(15)?,
            machine_labeled: row.int(16)?,
            failed: row.int(17)?,
            dispatched: row.int(18)?,
            next_line: row.int(19)?,
            label_version: row.int(20)?,
            output_version: row.int(21)?,
            output_written_at: row.int(22)?,
        },
        held_up: match (row.opt_text(23)?, row.opt_int(24)?) {
            (Some(reason), Some(since)) => Some(HeldUp { reason, since }),
            _ => None,
        },
    })
}

/// Creates a job in state `Initializing`. Gives false when the name is taken.
pub struct LabelingJobInsert {
    /// Id, from [`crate::time_id`].
    pub job_id: i64,
    /// Name.
    pub name: String,
    /// ARN, for tags and the audit log.
    pub arn: String,
    /// Unique code for whoever labels.
    pub reference_code: String,
    /// ARN of the team.
    pub workteam_arn: String,
    /// Name of the task type.
    pub task_type: String,
    /// The request as JSON.
    pub request: String,
    /// Effective settings as JSON.
    pub settings: String,
    /// Files that were read when it was checked, and that it keeps to from then on. What is not
    /// here is pinned when the job begins.
    pub pinned: Pinned,
    /// Tags in order.
    pub tags: Vec<(String, String)>,
    /// Who creates it.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for LabelingJobInsert {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let inserted = conn
            .execute(
                "INSERT INTO labeling_job (job_id, name, name_key, reference_code, state, created_at, modified_at,
                   workteam_arn, task_type, request, settings, template, categories, manifest_etag)
                 VALUES ($1, $2, $3, $4, 'Initializing', $5, $5, $6, $7, $8, $9, $10, $11, $12)
                 ON CONFLICT DO NOTHING",
                args![
                    self.job_id,
                    &self.name,
                    &self.name.to_ascii_lowercase(),
                    &self.reference_code,
                    self.now_ms,
                    &self.workteam_arn,
                    &self.task_type,
                    &self.request,
                    &self.settings,
                    &self.pinned.template,
                    &self.pinned.categories,
                    &self.pinned.manifest_etag,
                ],
            )
            .await?;
        if inserted == 0 {
            return Ok(false);
        }
        tag_insert_in_txn(conn, &self.arn, &self.tags).await?;
        audit_insert_in_txn(
            conn,
            self.now_ms,
            &self.actor,
            "labeling_job.create",
            &self.arn,
            "{}",
        )
        .await?;
        Ok(true)
    }
}

/// Says what keeps a job from going on, or that nothing does any more.
pub struct LabelingJobHeldUp {
    /// The job.
    pub job_id: i64,
    /// For people.
    pub reason: Option<String>,
    /// Now.
    pub now_ms: i64,
}

impl Operation for LabelingJobHeldUp {
    type Output = ();

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        match &self.reason {
            Some(reason) => {
                conn.execute(
                    "UPDATE labeling_job SET held_up = $2, held_up_since = COALESCE(held_up_since, $3)
                     WHERE job_id = $1",
                    args![self.job_id, reason, self.now_ms],
                )
                .await?
            }
            None => {
                conn.execute(
                    "UPDATE labeling_job SET held_up = NULL, held_up_since = NULL WHERE job_id = $1",
                    args![self.job_id],
                )
                .await?
            }
        };
        Ok(())
    }
}

/// Moves a job from one state to another. Gives false when it is in none of the states it may leave.
pub struct LabelingJobTransition {
    /// The job.
    pub job_id: i64,
    /// States it may be in, by wire name.
    pub from: &'static [&'static str],
    /// State it goes to.
    pub to: &'static str,
    /// Why, for `Failed`.
    pub failure_reason: Option<String>,
    /// Whether `to` is final.
    pub is_final: bool,
    /// Who, and on what, for the audit log.
    pub actor: String,
    /// ARN of the job.
    pub arn: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for LabelingJobTransition {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        for from in self.from {
            let changed = conn
                .execute(
                    "UPDATE labeling_job SET state = $3, failure_reason = $4, modified_at = $5,
                       finished_at = CASE WHEN $6 = 1 THEN $5 ELSE NULL END
                     WHERE job_id = $1 AND state = $2",
                    args![
                        self.job_id,
                        *from,
                        self.to,
                        &self.failure_reason,
                        self.now_ms,
                        self.is_final,
                    ],
                )
                .await?;
            if changed == 1 {
                let detail =
                    serde_json::json!({"from": from, "to": self.to, "reason": self.failure_reason});
                audit_insert_in_txn(
                    conn,
                    self.now_ms,
                    &self.actor,
                    "labeling_job.state",
                    &self.arn,
                    &detail.to_string(),
                )
                .await?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Ends a job whose objects are all settled: `Completed` from `InProgress`, `Stopped` from
/// `Stopping`. Gives false while a task is open or waits for consolidation, or lines are left that
/// nobody has looked at (unless it is stopping), or the state is another.
pub struct LabelingJobFinish {
    /// The job.
    pub job_id: i64,
    /// ARN, for the audit log.
    pub arn: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for LabelingJobFinish {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        // A correction takes the row's share lock first, so none can slip in between.
        let sql = if conn.is_postgres() {
            "SELECT state, next_line, total FROM labeling_job WHERE job_id = $1 FOR UPDATE"
        } else {
            "SELECT state, next_line, total FROM labeling_job WHERE job_id = $1"
        };
        let found = conn
            .opt(sql, args![self.job_id], |row| {
                Ok((row.text(0)?, row.int(1)?, row.int(2)?))
            })
            .await?;
        let (from, to) = match &found {
            Some((state, next_line, total)) if state == "InProgress" && next_line >= total => {
                ("InProgress", "Completed")
            }
            Some((state, ..)) if state == "Stopping" => ("Stopping", "Stopped"),
            _ => return Ok(false),
        };
        let busy = conn
            .one(
                "SELECT CAST(EXISTS (SELECT 1 FROM task WHERE job_id = $1 AND state = 0) AS INTEGER)
                      + CAST(EXISTS (SELECT 1 FROM task WHERE job_id = $1 AND state = 1) AS INTEGER) + CAST(0 AS BIGINT)",
                args![self.job_id],
                |row| row.int(0),
            )
            .await?;
        if busy > 0 {
            return Ok(false);
        }
        LabelingJobTransition {
            job_id: self.job_id,
            from: if from == "InProgress" {
                &["InProgress"]
            } else {
                &["Stopping"]
            },
            to,
            failure_reason: None,
            is_final: true,
            actor: "cairn".to_owned(),
            arn: self.arn.clone(),
            now_ms: self.now_ms,
        }
        .run(conn)
        .await
    }
}

/// Pins the files a job works with.
pub struct LabelingJobPin {
    /// The job.
    pub job_id: i64,
    /// The files.
    pub pinned: Pinned,
}

impl Operation for LabelingJobPin {
    type Output = ();

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        let Pinned {
            template,
            categories,
            manifest_etag,
        } = &self.pinned;
        conn.execute(
            "UPDATE labeling_job SET template = $2, categories = $3, manifest_etag = $4 WHERE job_id = $1",
            args![self.job_id, template, categories, manifest_etag],
        )
        .await
        .map(drop)
    }
}

/// Notes that the output manifest shows the labels up to `version`.
pub struct OutputWritten {
    /// The job.
    pub job_id: i64,
    /// The `label_version` it shows.
    pub version: i64,
    /// Now.
    pub now_ms: i64,
}

impl Operation for OutputWritten {
    type Output = ();

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        conn.execute(
            "UPDATE labeling_job SET output_version = $2, output_written_at = $3
             WHERE job_id = $1 AND output_version < $2",
            args![self.job_id, self.version, self.now_ms],
        )
        .await
        .map(drop)
    }
}

/// By what a list of jobs is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobSort {
    /// Name, without regard to case.
    Name,
    /// Creation time.
    CreationTime,
    /// State, by wire name.
    Status,
}

/// Which jobs a list shows. Absent conditions admit all.
#[derive(Clone, Debug)]
pub struct JobFilter {
    /// Part of the name, without regard to case.
    pub name_contains: Option<String>,
    /// State by wire name.
    pub state: Option<String>,
    /// ARN of the team.
    pub workteam_arn: Option<String>,
    /// Part of the reference code.
    pub reference_contains: Option<String>,
    /// Created after this time.
    pub created_after: Option<i64>,
    /// Created before this time.
    pub created_before: Option<i64>,
    /// Changed after this time.
    pub modified_after: Option<i64>,
    /// Changed before this time.
    pub modified_before: Option<i64>,
    /// Order.
    pub sort: JobSort,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// The last job of the page before: its sort value (times as decimal text) and id.
    pub after: Option<(String, i64)>,
    /// Rows at most.
    pub limit: i64,
}

impl Default for JobFilter {
    fn default() -> JobFilter {
        JobFilter {
            name_contains: None,
            state: None,
            workteam_arn: None,
            reference_contains: None,
            created_after: None,
            created_before: None,
            modified_after: None,
            modified_before: None,
            sort: JobSort::CreationTime,
            descending: true,
            after: None,
            limit: 10,
        }
    }
}

impl JobFilter {
    /// The cursor that continues after `job`.
    pub fn cursor(&self, job: &LabelingJob) -> (String, i64) {
        let value = match self.sort {
            JobSort::Name => job.name.to_ascii_lowercase(),
            JobSort::CreationTime => job.created_at.to_string(),
            JobSort::Status => job.state.clone(),
        };
        (value, job.job_id)
    }
}

/// A list in one order: `$10` is the sort value of the row before, `$11` its id, `$12` the limit.
macro_rules! list_sql {
    ($column:literal, $cursor:literal, $compare:literal, $direction:literal) => {
        concat!(
            select!(
                "WHERE ($1 IS NULL OR name_key LIKE $1 ESCAPE '!') AND ($2 IS NULL OR state = $2)
 AND ($3 IS NULL OR workteam_arn = $3) AND ($4 IS NULL OR reference_code LIKE $4 ESCAPE '!')
 AND ($5 IS NULL OR created_at > $5) AND ($6 IS NULL OR created_at < $6)
 AND ($7 IS NULL OR modified_at > $7) AND ($8 IS NULL OR modified_at < $8)
 AND ($9 = 0 OR ("
            ),
            $column,
            ", job_id) ",
            $compare,
            " (",
            $cursor,
            ", $11))
 ORDER BY ",
            $column,
            " ",
            $direction,
            ", job_id ",
            $direction,
            " LIMIT $12"
        )
    };
}

/// A `LIKE` pattern that matches `part` anywhere.
pub(crate) fn like(part: &str) -> String {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for character in part.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

impl Db {
    /// The job called `name`, without regard to case.
    pub async fn labeling_job_by_name(&self, name: &str) -> Result<Option<LabelingJob>> {
        self.reader()
            .await?
            .conn()
            .opt(
                select!("WHERE name_key = $1"),
                args![&name.to_ascii_lowercase()],
                labeling_job,
            )
            .await
    }

    /// How many jobs there are.
    pub async fn labeling_job_count(&self) -> Result<i64> {
        self.reader()
            .await?
            .conn()
            .one("SELECT COUNT(*) FROM labeling_job", &[], |row| row.int(0))
            .await
    }

    /// The job with id `job_id`.
    pub async fn labeling_job(&self, job_id: i64) -> Result<Option<LabelingJob>> {
        self.reader()
            .await?
            .conn()
            .opt(select!("WHERE job_id = $1"), args![job_id], labeling_job)
            .await
    }

    /// The pinned files of a job.
    pub async fn labeling_job_pinned(&self, job_id: i64) -> Result<Option<Pinned>> {
        self.reader()
            .await?
            .conn()
            .opt(
                "SELECT template, categories, manifest_etag FROM labeling_job WHERE job_id = $1",
                args![job_id],
                |row| {
                    Ok(Pinned {
                        template: row.opt_text(0)?,
                        categories: row.opt_text(1)?,
                        manifest_etag: row.opt_text(2)?,
                    })
                },
            )
            .await
    }

    /// Jobs that have work in the background, oldest first, at most `limit` after `after`.
    pub async fn labeling_job_active(&self, after: i64, limit: i64) -> Result<Vec<LabelingJob>> {
        self.reader()
            .await?
            .conn()
            .all(
                select!(
                    "WHERE job_id > $1 AND (state IN ('Initializing', 'InProgress', 'Stopping')
                       OR output_version < label_version) ORDER BY job_id LIMIT $2"
                ),
                args![after, limit],
                labeling_job,
            )
            .await
    }

    /// How many jobs are not over.
    pub async fn labeling_job_active_count(&self) -> Result<i64> {
        self.reader()
            .await?
            .conn()
            .one(
                "SELECT COUNT(*) FROM labeling_job WHERE state IN ('Initializing', 'InProgress', 'Stopping')",
                &[],
                |row| row.int(0),
            )
            .await
    }

    /// A page of jobs.
    pub async fn labeling_job_list(&self, filter: &JobFilter) -> Result<Vec<LabelingJob>> {
        let name = filter
            .name_contains
            .as_ref()
            .map(|part| like(&part.to_ascii_lowercase()));
        let reference = filter.reference_contains.as_deref().map(like);
        let (value, id) = filter.after.clone().unwrap_or_default();
        let sql = match (filter.sort, filter.descending) {
            (JobSort::Name, false) => list_sql!("name_key", "$10", ">", "ASC"),
            (JobSort::Name, true) => list_sql!("name_key", "$10", "<", "DESC"),
            (JobSort::Status, false) => list_sql!("state", "$10", ">", "ASC"),
            (JobSort::Status, true) => list_sql!("state", "$10", "<", "DESC"),
            (JobSort::CreationTime, false) => list_sql!("created_at", "$10", ">", "ASC"),
            (JobSort::CreationTime, true) => list_sql!("created_at", "$10", "<", "DESC"),
        };
        let time: i64 = value.parse().unwrap_or_default();
        let place = match filter.sort {
            JobSort::CreationTime => crate::sql::Arg::from(time),
            JobSort::Name | JobSort::Status => crate::sql::Arg::from(&value),
        };
        let args = [
            crate::sql::Arg::from(&name),
            (&filter.state).into(),
            (&filter.workteam_arn).into(),
            (&reference).into(),
            filter.created_after.into(),
            filter.created_before.into(),
            filter.modified_after.into(),
            filter.modified_before.into(),
            filter.after.is_some().into(),
            place,
            id.into(),
            filter.limit.into(),
        ];
        self.reader()
            .await?
            .conn()
            .all(sql, &args, labeling_job)
            .await
    }

    /// How many objects have each class, most frequent first, at most `limit` classes.
    pub async fn label_tally(&self, job_id: i64, limit: i64) -> Result<Vec<(String, i64)>> {
        self.reader()
            .await?
            .conn()
            .all(
                "SELECT class, objects FROM label_tally WHERE job_id = $1 AND objects > 0
                 ORDER BY objects DESC, class LIMIT $2",
                args![job_id, limit],
                |row| Ok((row.text(0)?, row.int(1)?)),
            )
            .await
    }
}
