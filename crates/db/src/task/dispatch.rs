//! Putting objects before workers.

use super::queue_place;
use crate::label::{Label, LabelKind, label_upsert_in_txn};
use crate::sql::Conn;
use crate::writer::Operation;
use crate::{Result, args};

/// An object that is dispatched.
#[derive(Clone, Debug, PartialEq)]
pub struct DispatchedTask {
    /// Its line.
    pub line: i64,
    /// The iteration it belongs to.
    pub iteration: i64,
    /// Why it fails at once, when it does: its label of kind [`LabelKind::Failed`].
    pub failure: Option<Label>,
}

/// Dispatches the next lines of a job. Gives false when another has dispatched them, or the job no
/// longer runs.
pub struct TasksDispatch {
    /// The job.
    pub job_id: i64,
    /// The line that the job had looked at last when this was decided.
    pub next_line_before: i64,
    /// The line to look at next.
    pub next_line: i64,
    /// The objects, in order of their lines.
    pub tasks: Vec<DispatchedTask>,
    /// How many answers each wants.
    pub wanted: i64,
    /// How many answers each may have; 0 when none gets more than it wants.
    pub most: i64,
    /// Iterations that are complete with these, so that no more objects will carry their name.
    pub closes: Vec<i64>,
    /// Now.
    pub now_ms: i64,
}

impl Operation for TasksDispatch {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let failed = self
            .tasks
            .iter()
            .filter(|task| task.failure.is_some())
            .count() as i64;
        let changed = conn
            .execute(
                "UPDATE labeling_job SET next_line = $3, dispatched = dispatched + $4, failed = failed + $5,
                   label_version = label_version + CASE WHEN $5 > 0 THEN 1 ELSE 0 END,
                   modified_at = CASE WHEN $5 > 0 THEN $6 ELSE modified_at END
                 WHERE job_id = $1 AND next_line = $2 AND state = 'InProgress'",
                args![
                    self.job_id,
                    self.next_line_before,
                    self.next_line,
                    self.tasks.len() as i64,
                    failed,
                    self.now_ms,
                ],
            )
            .await?;
        if changed == 0 {
            return Ok(false);
        }
        for (index, task) in self.tasks.iter().enumerate() {
            let place = task
                .failure
                .is_none()
                .then(|| queue_place(self.now_ms, index as i64));
            conn.execute(
                "INSERT INTO task (job_id, line, iteration, wanted, state, queue, published_at, most)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                args![
                    self.job_id,
                    task.line,
                    task.iteration,
                    self.wanted,
                    if task.failure.is_some() { 3_i64 } else { 0 },
                    place,
                    self.now_ms,
                    self.most,
                ],
            )
            .await?;
            if let Some(label) = &task.failure {
                label_upsert_in_txn(conn, self.job_id, label).await?;
            }
        }
        let mut iterations: Vec<(i64, i64, i64)> = Vec::new();
        for task in &self.tasks {
            let settled = i64::from(task.failure.is_some());
            match iterations.last_mut() {
                Some(last) if last.0 == task.iteration => {
                    last.1 += 1;
                    last.2 += settled;
                }
                _ => iterations.push((task.iteration, 1, settled)),
            }
        }
        for (iteration, dispatched, settled) in iterations {
            conn.execute(
                "INSERT INTO iteration (job_id, iteration, dispatched, settled, failed, started_at, settled_at)
                 VALUES ($1, $2, $3, $4, $4, $5, CASE WHEN $4 > 0 THEN $5 END)
                 ON CONFLICT (job_id, iteration) DO UPDATE SET dispatched = iteration.dispatched + excluded.dispatched,
                   settled = iteration.settled + excluded.settled, failed = iteration.failed + excluded.failed,
                   settled_at = COALESCE(excluded.settled_at, iteration.settled_at)",
                args![self.job_id, iteration, dispatched, settled, self.now_ms],
            )
            .await?;
        }
        for iteration in &self.closes {
            conn.execute(
                "UPDATE iteration SET closed = 1 WHERE job_id = $1 AND iteration = $2",
                args![self.job_id, *iteration],
            )
            .await?;
        }
        Ok(true)
    }
}

/// Puts a failed object before workers again. Gives false when it has not failed, or its job is
/// neither running nor completed. A completed job runs again.
pub struct TaskReopen {
    /// The job.
    pub job_id: i64,
    /// Line of the object.
    pub line: i64,
    /// Now.
    pub now_ms: i64,
}

impl Operation for TaskReopen {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let running = conn
            .execute(
                "UPDATE labeling_job SET state = 'InProgress', finished_at = NULL, modified_at = $2
                 WHERE job_id = $1 AND state IN ('InProgress', 'Completed')",
                args![self.job_id, self.now_ms],
            )
            .await?;
        if running == 0 {
            return Ok(false);
        }
        let reopened = conn
            .opt(
                "UPDATE task SET state = 0, live = 0, declined = 0, batch = 0, ready_at = NULL,
                   queue = CASE WHEN answered >= wanted THEN NULL ELSE $3 END, published_at = $4
                 WHERE job_id = $1 AND line = $2 AND state = 3 RETURNING iteration",
                args![
                    self.job_id,
                    self.line,
                    queue_place(self.now_ms, self.line),
                    self.now_ms
                ],
                |row| row.int(0),
            )
            .await?;
        let Some(iteration) = reopened else {
            return Ok(false);
        };
        // Everyone may try again, those who declined it too.
        conn.execute(
            "DELETE FROM assignment WHERE job_id = $1 AND line = $2 AND state IN (2, 3, 4, 5)",
            args![self.job_id, self.line],
        )
        .await?;
        conn.execute(
            "INSERT INTO label_replaced (job_id, line, batch, replaced_by, kind, labeled_at, summary, content, metadata)
             SELECT job_id, line, batch, -1, kind, labeled_at, summary, content, metadata FROM label
             WHERE job_id = $1 AND line = $2 ON CONFLICT DO NOTHING",
            args![self.job_id, self.line],
        )
        .await?;
        conn.execute(
            "DELETE FROM label WHERE job_id = $1 AND line = $2 AND kind = $3",
            args![self.job_id, self.line, LabelKind::Failed.number()],
        )
        .await?;
        conn.execute(
            "UPDATE labeling_job SET failed = failed - 1, label_version = label_version + 1 WHERE job_id = $1",
            args![self.job_id],
        )
        .await?;
        conn.execute(
            "UPDATE iteration SET settled = settled - 1, failed = failed - 1 WHERE job_id = $1 AND iteration = $2",
            args![self.job_id, iteration],
        )
        .await?;
        Ok(true)
    }
}
