//! Unfinished answers, kept so that a reload or a lapsed lease loses nothing.

use crate::sql::Conn;
use crate::writer::Operation;
use crate::{Db, Result, args};

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// When it was saved.
    pub saved_at: i64,
    /// The answer so far, as JSON.
    pub content: String,
}

/// Keeps the draft of a task that the worker may still answer: one they hold, or whose lease lapsed or
/// was given back. Gives false for any other, as for a draft that comes in behind its answer.
pub struct DraftSave {
    /// The job.
    pub job_id: i64,
    /// Line of the object.
    pub line: i64,
    /// Whose draft.
    pub worker_id: i64,
    /// The answer so far, as JSON.
    pub content: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for DraftSave {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let saved = conn
            .execute(
                "INSERT INTO draft (job_id, line, worker_id, saved_at, content)
                 SELECT job_id, line, worker_id, $4, $5 FROM assignment
                 WHERE job_id = $1 AND line = $2 AND worker_id = $3 AND state IN (0, 2, 3)
                 ON CONFLICT (job_id, line, worker_id) DO UPDATE SET saved_at = excluded.saved_at, content = excluded.content",
                args![
                    self.job_id,
                    self.line,
                    self.worker_id,
                    self.now_ms,
                    &self.content
                ],
            )
            .await?;
        Ok(saved > 0)
    }
}

impl Db {
    /// The draft of a worker for a task.
    pub async fn draft(&self, job_id: i64, line: i64, worker_id: i64) -> Result<Option<Draft>> {
        self.reader()
            .await?
            .conn()
            .opt(
                "SELECT saved_at, content FROM draft WHERE job_id = $1 AND line = $2 AND worker_id = $3",
                args![job_id, line, worker_id],
                |row| {
                    Ok(Draft {
                        saved_at: row.int(0)?,
                        content: row.text(1)?,
                    })
                },
            )
            .await
    }
}
