//! Tasks that may be given more answers than they wanted at first: which of them need one more.

use super::queue_place;
use crate::consolidation::Annotation;
use crate::sql::Conn;
use crate::writer::Operation;
use crate::{Db, Result, args};

/// A task that has the answers it wanted, and may be given more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// Line of the object.
    pub line: i64,
    /// How many answers it wanted.
    pub wanted: i64,
    /// How many it may have.
    pub most: i64,
}

/// Decides undecided tasks. A task that was decided meanwhile, or is undecided again with other answers,
/// is passed over. Gives how many are open again.
pub struct TasksDecide {
    /// The job.
    pub job_id: i64,
    /// Those that get one more answer.
    pub more: Vec<Undecided>,
    /// Those that have enough.
    pub enough: Vec<Undecided>,
    /// Now.
    pub now_ms: i64,
}

impl Operation for TasksDecide {
    type Output = i64;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<i64> {
        let mut opened = 0;
        for task in &self.more {
            // Like any event of an open task: as many refusals as it wants answers end it too.
            opened += conn
                .execute(
                    "UPDATE task SET wanted = wanted + 1, ready_at = NULL, state = 0,
                       queue = CASE WHEN live + answered >= wanted + 1 THEN NULL ELSE $4 END
                     WHERE job_id = $1 AND line = $2 AND wanted = $3 AND wanted < most AND state = 1 AND batch = 0",
                    args![
                        self.job_id,
                        task.line,
                        task.wanted,
                        queue_place(self.now_ms, task.line)
                    ],
                )
                .await? as i64;
        }
        for task in &self.enough {
            conn.execute(
                "UPDATE task SET most = 0, ready_at = $4
                 WHERE job_id = $1 AND line = $2 AND wanted = $3 AND wanted < most AND state = 1 AND batch = 0",
                args![self.job_id, task.line, task.wanted, self.now_ms],
            )
            .await?;
        }
        Ok(opened)
    }
}

impl Db {
    /// Undecided tasks of a job, the first `limit` by line.
    pub async fn task_undecided(&self, job_id: i64, limit: i64) -> Result<Vec<Undecided>> {
        self.reader()
            .await?
            .conn()
            .all(
                "SELECT line, wanted, most FROM task
                 WHERE job_id = $1 AND state = 1 AND batch = 0 AND wanted < most ORDER BY line LIMIT $2",
                args![job_id, limit],
                |row| {
                    Ok(Undecided {
                        line: row.int(0)?,
                        wanted: row.int(1)?,
                        most: row.int(2)?,
                    })
                },
            )
            .await
    }

    /// How many tasks of a job still need somebody, counted up to `most`; and how many answers its tasks
    /// want that have no label yet.
    pub async fn task_queued(&self, job_id: i64, most: i64) -> Result<(i64, i64)> {
        self.reader()
            .await?
            .conn()
            .one(
                "SELECT (SELECT COUNT(*) FROM
                     (SELECT line FROM task WHERE job_id = $1 AND queue IS NOT NULL LIMIT $2) AS queued),
                   (SELECT CAST(COALESCE(SUM(wanted), 0) AS BIGINT) FROM (
                     SELECT wanted FROM task WHERE job_id = $1 AND state = 0
                     UNION ALL SELECT wanted FROM task WHERE job_id = $1 AND state = 1) AS unlabeled)",
                args![job_id, most],
                |row| Ok((row.int(0)?, row.int(1)?)),
            )
            .await
    }

    /// The answers that count of the first `limit` undecided tasks, ordered by line and time.
    pub async fn annotation_undecided(&self, job_id: i64, limit: i64) -> Result<Vec<Annotation>> {
        self.reader()
            .await?
            .conn()
            .all(
                "SELECT a.line, a.worker_id, a.revision, a.accepted_at, a.submitted_at, a.time_spent_ms, a.content
                 FROM (SELECT line FROM task
                   WHERE job_id = $1 AND state = 1 AND batch = 0 AND wanted < most ORDER BY line LIMIT $2) AS t
                 JOIN assignment s ON s.job_id = $1 AND s.line = t.line AND s.state = 1
                 JOIN annotation a ON a.job_id = $1 AND a.line = s.line AND a.worker_id = s.worker_id
                   AND a.revision = s.revision
                 ORDER BY a.line, a.submitted_at, a.worker_id",
                args![job_id, limit],
                crate::consolidation::annotation,
            )
            .await
    }
}
