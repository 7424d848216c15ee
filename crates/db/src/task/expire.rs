//! What time does: leases lapse, tasks close.

use super::{Change, task_change_in_txn};
use crate::sql::Conn;
use crate::writer::Operation;
use crate::{Db, Result, args, skip_locked};

/// Rows that one step looks at.
const STEP_ROWS: i64 = 500;

/// Lapses leases whose time is over, a bounded number. Gives how many, and the jobs they were in.
pub struct LeasesExpire {
    /// Now.
    pub now_ms: i64,
}

impl Operation for LeasesExpire {
    type Output = Vec<i64>;
    const DURABLE: bool = false;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<Vec<i64>> {
        let sql = skip_locked!(
            conn,
            "a",
            "SELECT a.job_id, a.line, a.worker_id FROM assignment a
             WHERE a.state = 0 AND a.expires_at <= $1 ORDER BY a.expires_at LIMIT $2"
        );
        let lapsed = conn
            .all(sql, args![self.now_ms, STEP_ROWS], |row| {
                Ok((row.int(0)?, row.int(1)?, row.int(2)?))
            })
            .await?;
        let mut jobs = Vec::with_capacity(lapsed.len());
        for (job_id, line, worker_id) in lapsed {
            let ended = conn
                .execute(
                    "UPDATE assignment SET state = 2
                     WHERE job_id = $1 AND line = $2 AND worker_id = $3 AND state = 0 AND expires_at <= $4",
                    args![job_id, line, worker_id, self.now_ms],
                )
                .await?;
            if ended == 1 {
                let change = Change {
                    live: -1,
                    ..Change::default()
                };
                task_change_in_txn(conn, job_id, line, change, self.now_ms).await?;
                jobs.push(job_id);
            }
        }
        Ok(jobs)
    }
}

/// What becomes of a closed task that nobody answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// It goes to consolidation, which fails it for want of answers.
    Fail,
    /// It stays unlabeled, as when its job is stopped.
    Leave,
}

/// Closes open tasks that were published at or before a time, a bounded number, and the leases on
/// them. Those with answers go to consolidation. Gives how many were closed.
pub struct TasksClose {
    /// The job.
    pub job_id: i64,
    /// Published at or before.
    pub published_until: i64,
    /// What becomes of those without answers.
    pub unanswered: Unanswered,
    /// Now.
    pub now_ms: i64,
}

impl Operation for TasksClose {
    type Output = i64;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<i64> {
        let lines = conn
            .all(
                "SELECT line FROM task WHERE job_id = $1 AND state = 0 AND published_at <= $2
                 ORDER BY published_at, line LIMIT $3",
                args![self.job_id, self.published_until, STEP_ROWS],
                |row| row.int(0),
            )
            .await?;
        let leave = self.unanswered == Unanswered::Leave;
        for line in &lines {
            conn.execute(
                "UPDATE assignment SET state = 5 WHERE job_id = $1 AND line = $2 AND state = 0",
                args![self.job_id, *line],
            )
            .await?;
            // State 4 is neither labeled nor failed: the object stays as it was.
            conn.execute(
                "UPDATE task SET queue = NULL, live = 0, most = 0, ready_at = $3,
                   state = CASE WHEN answered = 0 AND $4 = 1 THEN 4 ELSE 1 END
                 WHERE job_id = $1 AND line = $2 AND state = 0",
                args![self.job_id, *line, self.now_ms, leave],
            )
            .await?;
        }
        Ok(lines.len() as i64)
    }
}

/// Tasks of one iteration that wait for consolidation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// The iteration.
    pub iteration: i64,
    /// How many.
    pub count: i64,
    /// Since when the first of them does.
    pub since: i64,
}

impl Db {
    /// When the next lease ends, if any is held.
    pub async fn lease_next_expiry(&self) -> Result<Option<i64>> {
        self.reader()
            .await?
            .conn()
            .one(
                "SELECT MIN(expires_at) FROM assignment WHERE state = 0",
                &[],
                |row| row.opt_int(0),
            )
            .await
    }
}

impl Db {
    /// How many tasks of a job are open or may be open again, counted up to `most`.
    pub async fn task_open_count(&self, job_id: i64, most: i64) -> Result<i64> {
        self.reader()
            .await?
            .conn()
            .one(
                "SELECT COUNT(*) FROM (
                   SELECT line FROM task WHERE job_id = $1 AND state = 0
                   UNION ALL
                   SELECT line FROM task WHERE job_id = $1 AND state = 1 AND batch = 0 AND wanted < most
                   LIMIT $2) AS open",
                args![job_id, most],
                |row| row.int(0),
            )
            .await
    }

    /// Whether a task that was published at or before `published_until` is still open.
    pub async fn task_open_since(&self, job_id: i64, published_until: i64) -> Result<bool> {
        self.reader()
            .await?
            .conn()
            .opt(
                "SELECT line FROM task WHERE job_id = $1 AND state = 0 AND published_at <= $2 LIMIT 1",
                args![job_id, published_until],
                |row| row.int(0),
            )
            .await
            .map(|found| found.is_some())
    }

    /// Tasks that wait for consolidation, by iteration, the earliest first; at most `most` are counted.
    pub async fn task_ready(&self, job_id: i64, most: i64) -> Result<Vec<Ready>> {
        self.reader()
            .await?
            .conn()
            .all(
                "SELECT iteration, COUNT(*), MIN(ready_at) FROM (
                   SELECT iteration, ready_at FROM task WHERE job_id = $1 AND state = 1 AND batch = 0 AND wanted >= most
                   ORDER BY iteration, line LIMIT $2) AS ready
                 GROUP BY iteration ORDER BY iteration",
                args![job_id, most],
                |row| {
                    Ok(Ready {
                        iteration: row.int(0)?,
                        count: row.int(1)?,
                        since: row.opt_int(2)?.unwrap_or_default(),
                    })
                },
            )
            .await
    }

    /// Why workers declined an object, in their order.
    pub async fn decline_reasons(&self, job_id: i64, line: i64) -> Result<Vec<String>> {
        self.reader()
            .await?
            .conn()
            .all(
                "SELECT reason FROM assignment
                 WHERE job_id = $1 AND line = $2 AND state = 4 AND reason IS NOT NULL ORDER BY answered_at",
                args![job_id, line],
                |row| row.text(0),
            )
            .await
    }
}
