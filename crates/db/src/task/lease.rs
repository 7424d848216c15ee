//! What a worker does with a held task short of answering it: keep it, give it back, refuse it.

use super::{Change, task_change_in_txn};
use crate::sql::Conn;
use crate::writer::Operation;
use crate::{Result, args};

/// Keeps a lease alive, never past the time limit.
pub struct Heartbeat {
    /// The job.
    pub job_id: i64,
    /// Line of the object.
    pub line: i64,
    /// Who holds it.
    pub worker_id: i64,
    /// Whether it is before the worker's eyes; the first time starts its clock.
    pub showing: bool,
    /// How long the lease lasts without a sign of life.
    pub lease_ms: i64,
    /// How long the worker may take.
    pub limit_ms: i64,
    /// Now.
    pub now_ms: i64,
}

/// What came of a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeartbeatOutcome {
    /// Still held.
    Held {
        /// When the lease ends.
        expires_at: i64,
        /// When the time limit ends; none while it is only held ahead.
        limit_at: Option<i64>,
    },
    /// The time limit has passed.
    LimitPassed,
    /// It is no longer held.
    Lost,
}

impl Operation for Heartbeat {
    type Output = HeartbeatOutcome;
    const DURABLE: bool = false;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<HeartbeatOutcome> {
        let held = conn
            .opt(
                "SELECT accepted_at, limit_at FROM assignment
                 WHERE job_id = $1 AND line = $2 AND worker_id = $3 AND state = 0",
                args![self.job_id, self.line, self.worker_id],
                |row| Ok((row.opt_int(0)?, row.int(1)?)),
            )
            .await?;
        let Some((accepted_at, mut limit_at)) = held else {
            return Ok(HeartbeatOutcome::Lost);
        };
        if self.now_ms >= limit_at {
            return Ok(HeartbeatOutcome::LimitPassed);
        }
        let mut accepted_at = accepted_at;
        if self.showing && accepted_at.is_none() {
            accepted_at = Some(self.now_ms);
            limit_at = self.now_ms + self.limit_ms;
        }
        let expires_at = (self.now_ms + self.lease_ms).min(limit_at);
        let kept = conn
            .execute(
                "UPDATE assignment SET accepted_at = $4, expires_at = $5, limit_at = $6
                 WHERE job_id = $1 AND line = $2 AND worker_id = $3 AND state = 0",
                args![
                    self.job_id,
                    self.line,
                    self.worker_id,
                    accepted_at,
                    expires_at,
                    limit_at
                ],
            )
            .await?;
        Ok(if kept == 0 {
            HeartbeatOutcome::Lost
        } else {
            HeartbeatOutcome::Held {
                expires_at,
                limit_at: accepted_at.map(|_| limit_at),
            }
        })
    }
}

/// Gives a task back unanswered. Gives false when it was not held.
pub struct Release {
    /// The job.
    pub job_id: i64,
    /// Line of the object.
    pub line: i64,
    /// Who held it.
    pub worker_id: i64,
    /// Now.
    pub now_ms: i64,
}

impl Operation for Release {
    type Output = bool;
    const DURABLE: bool = false;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        // One that was never shown leaves no trace, so the worker may meet it again in its turn.
        let unseen = conn
            .execute(
                "DELETE FROM assignment WHERE job_id = $1 AND line = $2 AND worker_id = $3 AND state = 0
                   AND accepted_at IS NULL",
                args![self.job_id, self.line, self.worker_id],
            )
            .await?;
        let released = unseen == 1
            || conn
                .execute(
                    "UPDATE assignment SET state = 3 WHERE job_id = $1 AND line = $2 AND worker_id = $3 AND state = 0",
                    args![self.job_id, self.line, self.worker_id],
                )
                .await?
                == 1;
        if released {
            let change = Change {
                live: -1,
                ..Change::default()
            };
            task_change_in_txn(conn, self.job_id, self.line, change, self.now_ms).await?;
        }
        Ok(released)
    }
}

/// Notes that the object of a held task could not be shown to its worker. Gives false when it was not
/// held. A later [`Decline`] keeps the note beside its reason.
pub struct ObjectReport {
    /// The job.
    pub job_id: i64,
    /// Line of the object.
    pub line: i64,
    /// Who holds it.
    pub worker_id: i64,
    /// What went wrong.
    pub note: String,
}

impl Operation for ObjectReport {
    type Output = bool;
    const DURABLE: bool = false;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let noted = conn
            .execute(
                "UPDATE assignment SET reason = $4 WHERE job_id = $1 AND line = $2 AND worker_id = $3 AND state = 0",
                args![self.job_id, self.line, self.worker_id, &self.note],
            )
            .await?;
        Ok(noted > 0)
    }
}

/// Refuses a task for good. Gives false when it was not held.
pub struct Decline {
    /// The job.
    pub job_id: i64,
    /// Line of the object.
    pub line: i64,
    /// Who refuses it.
    pub worker_id: i64,
    /// Why, in the worker's words.
    pub reason: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for Decline {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let declined = conn
            .execute(
                "UPDATE assignment SET state = 4, answered_at = $5,
                   reason = CASE WHEN reason IS NULL THEN $4 ELSE $4 || ' (' || reason || ')' END
                 WHERE job_id = $1 AND line = $2 AND worker_id = $3 AND state = 0",
                args![
                    self.job_id,
                    self.line,
                    self.worker_id,
                    &self.reason,
                    self.now_ms
                ],
            )
            .await?;
        if declined == 0 {
            return Ok(false);
        }
        let change = Change {
            live: -1,
            declined: 1,
            ..Change::default()
        };
        task_change_in_txn(conn, self.job_id, self.line, change, self.now_ms).await?;
        conn.execute(
            "INSERT INTO job_worker (job_id, worker_id, declined, last_at) VALUES ($1, $2, 1, $3)
             ON CONFLICT (job_id, worker_id) DO UPDATE SET declined = job_worker.declined + 1, last_at = excluded.last_at",
            args![self.job_id, self.worker_id, self.now_ms],
        )
        .await?;
        Ok(true)
    }
}
