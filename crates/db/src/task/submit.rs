//! Taking an answer, and giving the next task in the same commit.

use super::{AssignmentState, Change, NextOutcome, TaskNext, task_change_in_txn};
use crate::sql::Conn;
use crate::writer::Operation;
use crate::{Result, args};

/// How far past its time limit an answer may come in: what a request takes on a slow way.
const LIMIT_GRACE_MS: i64 = 5_000;

/// Stores an answer, once per idempotency key. An answer to a task that the worker has answered
/// already is a correction, taken within its time.
#[derive(Clone)]
pub struct Submit {
    /// The job.
    pub job_id: i64,
    /// Line of the object.
    pub line: i64,
    /// Who answers.
    pub worker_id: i64,
    /// Names this answer: sent again with the same key it changes nothing.
    pub key: String,
    /// The answer as JSON.
    pub content: String,
    /// Active time.
    pub time_spent_ms: i64,
    /// How long after the first answer it may be corrected.
    pub correction_ms: i64,
    /// Line of the task that is now before the worker, if it was held ahead.
    pub showing: Option<i64>,
    /// The time limit of that task.
    pub limit_ms: i64,
    /// Asks for the next task too.
    pub next: Option<TaskNext>,
    /// Now.
    pub now_ms: i64,
}

/// Why an answer was taken or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmitOutcome {
    /// It is stored.
    Accepted {
        /// Revision, from 1.
        revision: i64,
        /// Until when it may be corrected.
        correctable_until: i64,
    },
    /// The worker never held this task.
    NotHeld,
    /// The time limit had passed.
    LimitPassed,
    /// The lease had lapsed and others have filled the place.
    LeaseLost,
    /// The worker declined this task.
    Declined,
    /// The task was closed: its time of availability ended, or its job did.
    Closed,
    /// The time for corrections is over.
    CorrectionOver,
}

/// What came of a submit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// The answer's fate.
    pub outcome: SubmitOutcome,
    /// The next task, when it was asked for.
    pub next: Option<NextOutcome>,
    /// Answers of this worker in this job.
    pub answered: i64,
    /// Those of them whose object has its label.
    pub settled: i64,
    /// Objects that this worker declined in this job.
    pub declined: i64,
}

struct Held {
    state: AssignmentState,
    started_at: i64,
    limit_at: i64,
    revision: i64,
    key: Option<String>,
    answered_at: Option<i64>,
    has_draft: bool,
}

/// One worker in one job: answers, those of them that are settled, objects declined.
type Figures = (i64, i64, i64);

impl Operation for Submit {
    type Output = Submitted;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<Submitted> {
        let (outcome, figures) = self.answer(conn).await?;
        if let Some(line) = self.showing {
            self.show(conn, line).await?;
        }
        // A refused answer brings no task: its reply is an error, which could not carry one.
        let accepted = matches!(outcome, SubmitOutcome::Accepted { .. });
        let next = match &self.next {
            Some(next) if accepted => Some(next.run(conn).await?),
            _ => None,
        };
        let (answered, settled, declined) = match figures {
            Some(figures) => figures,
            None => self.figures(conn).await?,
        };
        Ok(Submitted {
            outcome,
            next,
            answered,
            settled,
            declined,
        })
    }
}

impl Submit {
    /// Takes the answer or refuses it. The figures are told where they were just written.
    async fn answer(&self, conn: &mut Conn<'_>) -> Result<(SubmitOutcome, Option<Figures>)> {
        let held = conn
            .opt(
                "SELECT s.state, COALESCE(s.accepted_at, s.leased_at), s.limit_at, s.revision, s.idempotency_key,
                   s.answered_at, (SELECT COUNT(*) FROM draft d
                     WHERE d.job_id = s.job_id AND d.line = s.line AND d.worker_id = s.worker_id)
                 FROM assignment s WHERE s.job_id = $1 AND s.line = $2 AND s.worker_id = $3",
                args![self.job_id, self.line, self.worker_id],
                |row| {
                    Ok(Held {
                        state: AssignmentState::from_number(row.int(0)?),
                        started_at: row.int(1)?,
                        limit_at: row.int(2)?,
                        revision: row.int(3)?,
                        key: row.opt_text(4)?,
                        answered_at: row.opt_int(5)?,
                        has_draft: row.int(6)? > 0,
                    })
                },
            )
            .await?;
        let Some(held) = held else {
            return Ok((SubmitOutcome::NotHeld, None));
        };
        let first_at = held.answered_at.unwrap_or(self.now_ms);
        let accepted = |revision| SubmitOutcome::Accepted {
            revision,
            correctable_until: first_at + self.correction_ms,
        };
        if held.state == AssignmentState::Answered {
            // The same answer once more: its first acknowledgement was lost on the way.
            if held.key.as_deref() == Some(&self.key) || self.known(conn).await? {
                return Ok((accepted(held.revision), None));
            }
            return match self.correct(conn, &held, first_at).await? {
                Some(refusal) => Ok((refusal, None)),
                None => Ok((accepted(held.revision + 1), None)),
            };
        }
        match held.state {
            AssignmentState::Declined => return Ok((SubmitOutcome::Declined, None)),
            AssignmentState::Closed => return Ok((SubmitOutcome::Closed, None)),
            _ if self.now_ms > held.limit_at + LIMIT_GRACE_MS => {
                return Ok((SubmitOutcome::LimitPassed, None));
            }
            _ => {}
        }
        let live = held.state == AssignmentState::Live;
        if !live && !self.has_room(conn).await? {
            return Ok((SubmitOutcome::LeaseLost, None));
        }
        let change = Change {
            live: -i64::from(live),
            answered: 1,
            ..Change::default()
        };
        let open = task_change_in_txn(conn, self.job_id, self.line, change, self.now_ms).await?;
        if open.is_none() {
            return Ok((SubmitOutcome::Closed, None));
        }
        conn.execute(
            "UPDATE assignment SET state = 1, revision = 1, idempotency_key = $4, answered_at = $5
             WHERE job_id = $1 AND line = $2 AND worker_id = $3",
            args![
                self.job_id,
                self.line,
                self.worker_id,
                &self.key,
                self.now_ms
            ],
        )
        .await?;
        self.store(conn, 1, held.started_at).await?;
        if held.has_draft {
            conn.execute(
                "DELETE FROM draft WHERE job_id = $1 AND line = $2 AND worker_id = $3",
                args![self.job_id, self.line, self.worker_id],
            )
            .await?;
        }
        let figures = conn
            .one(
                "INSERT INTO job_worker (job_id, worker_id, answered, time_spent_ms, last_at) VALUES ($1, $2, 1, $3, $4)
                 ON CONFLICT (job_id, worker_id) DO UPDATE SET answered = job_worker.answered + 1,
                   time_spent_ms = job_worker.time_spent_ms + excluded.time_spent_ms, last_at = excluded.last_at
                 RETURNING answered, settled, declined",
                args![
                    self.job_id,
                    self.worker_id,
                    self.time_spent_ms,
                    self.now_ms
                ],
                |row| Ok((row.int(0)?, row.int(1)?, row.int(2)?)),
            )
            .await?;
        Ok((accepted(1), Some(figures)))
    }

    async fn figures(&self, conn: &mut Conn<'_>) -> Result<Figures> {
        conn.opt(
            "SELECT answered, settled, declined FROM job_worker WHERE job_id = $1 AND worker_id = $2",
            args![self.job_id, self.worker_id],
            |row| Ok((row.int(0)?, row.int(1)?, row.int(2)?)),
        )
        .await
        .map(Option::unwrap_or_default)
    }

    /// Whether an earlier revision carries this key: an old answer replayed after its correction.
    async fn known(&self, conn: &mut Conn<'_>) -> Result<bool> {
        conn.opt(
            "SELECT revision FROM annotation
             WHERE job_id = $1 AND line = $2 AND worker_id = $3 AND idempotency_key = $4",
            args![self.job_id, self.line, self.worker_id, &self.key],
            |row| row.int(0),
        )
        .await
        .map(|found| found.is_some())
    }

    /// Whether a lapsed hold can still be answered: the task is open and short of somebody.
    async fn has_room(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let sql = if conn.is_postgres() {
            "SELECT line FROM task WHERE job_id = $1 AND line = $2 AND state = 0 AND live + answered < wanted FOR UPDATE"
        } else {
            "SELECT line FROM task WHERE job_id = $1 AND line = $2 AND state = 0 AND live + answered < wanted"
        };
        conn.opt(sql, args![self.job_id, self.line], |row| row.int(0))
            .await
            .map(|found| found.is_some())
    }

    /// Adds a revision, and sends the object to consolidation again when it had been there.
    async fn correct(
        &self,
        conn: &mut Conn<'_>,
        held: &Held,
        first_at: i64,
    ) -> Result<Option<SubmitOutcome>> {
        if self.now_ms > first_at + self.correction_ms {
            return Ok(Some(SubmitOutcome::CorrectionOver));
        }
        // With the share lock the job cannot end between this look and the commit.
        let sql = if conn.is_postgres() {
            "SELECT state FROM labeling_job WHERE job_id = $1 FOR SHARE"
        } else {
            "SELECT state FROM labeling_job WHERE job_id = $1"
        };
        let state = conn.opt(sql, args![self.job_id], |row| row.text(0)).await?;
        if state.as_deref() != Some("InProgress") {
            return Ok(Some(SubmitOutcome::Closed));
        }
        let revision = held.revision + 1;
        conn.execute(
            "UPDATE assignment SET revision = $4, idempotency_key = $5
             WHERE job_id = $1 AND line = $2 AND worker_id = $3 AND state = 1",
            args![self.job_id, self.line, self.worker_id, revision, &self.key],
        )
        .await?;
        conn.execute(
            "UPDATE task SET state = 1, batch = 0, ready_at = $3
             WHERE job_id = $1 AND line = $2 AND state IN (1, 2)",
            args![self.job_id, self.line, self.now_ms],
        )
        .await?;
        self.store(conn, revision, held.started_at).await?;
        conn.execute(
            "UPDATE job_worker SET corrected = corrected + 1 WHERE job_id = $1 AND worker_id = $2",
            args![self.job_id, self.worker_id],
        )
        .await?;
        Ok(None)
    }

    async fn store(&self, conn: &mut Conn<'_>, revision: i64, started_at: i64) -> Result<()> {
        conn.execute(
            "INSERT INTO annotation (job_id, line, worker_id, revision, idempotency_key, accepted_at, submitted_at,
               time_spent_ms, content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![
                self.job_id,
                self.line,
                self.worker_id,
                revision,
                &self.key,
                started_at,
                self.now_ms,
                self.time_spent_ms,
                &self.content,
            ],
        )
        .await
        .map(drop)
    }

    /// Starts the clock of a task that was held ahead and is now before the worker.
    async fn show(&self, conn: &mut Conn<'_>, line: i64) -> Result<()> {
        conn.execute(
            "UPDATE assignment SET accepted_at = $4, limit_at = $5
             WHERE job_id = $1 AND line = $2 AND worker_id = $3 AND state = 0 AND accepted_at IS NULL",
            args![
                self.job_id,
                line,
                self.worker_id,
                self.now_ms,
                self.now_ms + self.limit_ms
            ],
        )
        .await
        .map(drop)
    }
}
