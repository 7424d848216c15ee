//! Giving a worker the next task.

use std::sync::Arc;

use super::Hints;
use crate::sql::Conn;
use crate::writer::Operation;
use crate::{Db, DbError, Result, args, skip_locked};

/// How often a candidate that another took first is looked past.
const RACES_MAX: usize = 64;

/// Gives a worker a task of a job: one they hold already and have lost sight of, else the next in
/// the queue that they have not seen, else one whose lease they let lapse.
#[derive(Clone)]
pub struct TaskNext {
    /// The job.
    pub job_id: i64,
    /// The worker.
    pub worker_id: i64,
    /// Lines whose assignments the worker has at hand: not given again.
    pub holding: Vec<i64>,
    /// Whether the task is only held ahead and not yet shown.
    pub prefetch: bool,
    /// How long the lease lasts without a sign of life.
    pub lease_ms: i64,
    /// How long the worker may take from acceptance to answer.
    pub limit_ms: i64,
    /// Tasks that one worker may hold at once in this job.
    pub held_max: usize,
    /// Now.
    pub now_ms: i64,
    /// Where workers last looked; set by [`TaskNext::new`].
    pub hints: Arc<Hints>,
}

/// An assignment that the worker now holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// Line of the object.
    pub line: i64,
    /// When it was first shown; none while it is held ahead.
    pub accepted_at: Option<i64>,
    /// When the lease ends without a sign of life.
    pub expires_at: i64,
    /// When the time limit ends.
    pub limit_at: i64,
    /// Whether the worker had held it before, so that there may be a draft.
    pub again: bool,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextOutcome {
    /// A task.
    Assigned(Assigned),
    /// The worker holds as many as one may.
    HoldsEnough,
    /// There is none for this worker now.
    Nothing,
}

impl TaskNext {
    /// A request for work.
    pub fn new(db: &Db, job_id: i64, worker_id: i64, now_ms: i64) -> TaskNext {
        TaskNext {
            job_id,
            worker_id,
            holding: Vec::new(),
            prefetch: false,
            lease_ms: 300_000,
            limit_ms: 3_600_000,
            held_max: 8,
            now_ms,
            hints: db.hints.clone(),
        }
    }

    fn assigned(&self, line: i64, again: bool) -> Assigned {
        let limit_at = self.now_ms + self.limit_ms;
        Assigned {
            line,
            again,
            accepted_at: (!self.prefetch).then_some(self.now_ms),
            expires_at: (self.now_ms + self.lease_ms).min(limit_at),
            limit_at,
        }
    }

    /// A task that the worker holds without having it at hand, as after a reload.
    async fn resume(&self, conn: &mut Conn<'_>) -> Result<Option<NextOutcome>> {
        let held = conn
            .all(
                "SELECT line, accepted_at, limit_at FROM assignment
                 WHERE job_id = $1 AND worker_id = $2 AND state = 0 ORDER BY line",
                args![self.job_id, self.worker_id],
                |row| Ok((row.int(0)?, row.opt_int(1)?, row.int(2)?)),
            )
            .await?;
        for (line, accepted_at, limit_at) in &held {
            if self.holding.contains(line) || *limit_at <= self.now_ms {
                continue;
            }
            let first_shown = accepted_at.is_none() && !self.prefetch;
            let limit_at = if first_shown {
                self.now_ms + self.limit_ms
            } else {
                *limit_at
            };
            let assigned = Assigned {
                line: *line,
                accepted_at: accepted_at.or((!self.prefetch).then_some(self.now_ms)),
                expires_at: (self.now_ms + self.lease_ms).min(limit_at),
                limit_at,
                again: true,
            };
            let kept = conn
                .execute(
                    "UPDATE assignment SET accepted_at = $4, expires_at = $5, limit_at = $6
                     WHERE job_id = $1 AND line = $2 AND worker_id = $3 AND state = 0",
                    args![
                        self.job_id,
                        *line,
                        self.worker_id,
                        assigned.accepted_at,
                        assigned.expires_at,
                        assigned.limit_at,
                    ],
                )
                .await?;
            if kept == 1 {
                return Ok(Some(NextOutcome::Assigned(assigned)));
            }
        }
        Ok((held.len() >= self.held_max).then_some(NextOutcome::HoldsEnough))
    }

    /// The first task behind `place` that the worker has not seen.
    async fn candidate(
        &self,
        conn: &mut Conn<'_>,
        place: (i64, i64),
    ) -> Result<Option<(i64, i64)>> {
        let sql = skip_locked!(
            conn,
            "t",
            "SELECT t.queue, t.line FROM task t
             WHERE t.job_id = $1 AND t.queue IS NOT NULL AND (t.queue, t.line) > ($3, $4)
               AND NOT EXISTS (SELECT 1 FROM assignment a
                 WHERE a.job_id = t.job_id AND a.line = t.line AND a.worker_id = $2)
             ORDER BY t.queue, t.line LIMIT 1"
        );
        conn.opt(
            sql,
            args![self.job_id, self.worker_id, place.0, place.1],
            |row| Ok((row.int(0)?, row.int(1)?)),
        )
        .await
    }

    /// A task whose lease the worker let lapse or gave back, and which still needs somebody.
    async fn lapsed(&self, conn: &mut Conn<'_>) -> Result<Option<i64>> {
        conn.opt(
            "SELECT a.line FROM assignment a JOIN task t ON t.job_id = a.job_id AND t.line = a.line
             WHERE a.job_id = $1 AND a.worker_id = $2 AND a.state IN (2, 3) AND t.queue IS NOT NULL
             ORDER BY a.expires_at, a.line LIMIT 1",
            args![self.job_id, self.worker_id],
            |row| row.int(0),
        )
        .await
    }

    /// Takes the task if it still has room. The predicate is repeated, so that a lost race yields
    /// no row.
    async fn take(&self, conn: &mut Conn<'_>, line: i64, again: bool) -> Result<Option<Assigned>> {
        let taken = conn
            .execute(
                "UPDATE task SET live = live + 1,
                   queue = CASE WHEN live + 1 + answered >= wanted THEN NULL ELSE queue END
                 WHERE job_id = $1 AND line = $2 AND state = 0 AND queue IS NOT NULL AND live + answered < wanted",
                args![self.job_id, line],
            )
            .await?;
        if taken == 0 {
            return Ok(None);
        }
        let assigned = self.assigned(line, again);
        let held = conn
            .execute(
                "INSERT INTO assignment (job_id, line, worker_id, state, accepted_at, leased_at, expires_at, limit_at)
                 VALUES ($1, $2, $3, 0, $4, $5, $6, $7)
                 ON CONFLICT (job_id, line, worker_id) DO UPDATE SET state = 0, accepted_at = excluded.accepted_at,
                   leased_at = excluded.leased_at, expires_at = excluded.expires_at, limit_at = excluded.limit_at
                 WHERE assignment.state IN (2, 3)",
                args![
                    self.job_id,
                    line,
                    self.worker_id,
                    assigned.accepted_at,
                    self.now_ms,
                    assigned.expires_at,
                    assigned.limit_at,
                ],
            )
            .await?;
        if held == 0 {
            // The same worker took it in another tab between our look and now: begin anew.
            return Err(DbError::Conflict(format!(
                "line {line} was taken twice by one worker"
            )));
        }
        Ok(Some(assigned))
    }
}

impl Operation for TaskNext {
    type Output = NextOutcome;
    const DURABLE: bool = false;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<NextOutcome> {
        if let Some(outcome) = self.resume(conn).await? {
            return Ok(outcome);
        }
        const HEAD: (i64, i64) = (i64::MIN, i64::MIN);
        let hint = self.hints.get(self.job_id, self.worker_id);
        // Behind the hint may be what was locked, or joined out of turn, when it was passed.
        let starts = if hint == HEAD {
            vec![HEAD]
        } else {
            vec![hint, HEAD]
        };
        for mut place in starts {
            for _ in 0..RACES_MAX {
                let Some((queue, line)) = self.candidate(conn, place).await? else {
                    break;
                };
                place = (queue, line);
                if let Some(assigned) = self.take(conn, line, false).await? {
                    self.hints.set(self.job_id, self.worker_id, place);
                    return Ok(NextOutcome::Assigned(assigned));
                }
            }
        }
        while let Some(line) = self.lapsed(conn).await? {
            if let Some(assigned) = self.take(conn, line, true).await? {
                return Ok(NextOutcome::Assigned(assigned));
            }
        }
        Ok(NextOutcome::Nothing)
    }
}
