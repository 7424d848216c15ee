//! A worker's own answers.

use crate::{Db, Result, args};

/// An answer as its worker sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryItem {
    /// Line of the object.
    pub line: i64,
    /// When it was first submitted.
    pub answered_at: i64,
    /// Newest revision.
    pub revision: i64,
    /// Newest content, as JSON.
    pub content: String,
}

impl Db {
    /// Answers of a worker in a job, newest first, before (`answered_at`, `line`) when given.
    pub async fn history(
        &self,
        job_id: i64,
        worker_id: i64,
        before: Option<(i64, i64)>,
        limit: i64,
    ) -> Result<Vec<HistoryItem>> {
        let (at, line) = before.unwrap_or((i64::MAX, i64::MAX));
        self.reader()
            .await?
            .conn()
            .all(
                "SELECT s.line, s.answered_at, s.revision, a.content FROM assignment s
                 JOIN annotation a ON a.job_id = s.job_id AND a.line = s.line AND a.worker_id = s.worker_id
                   AND a.revision = s.revision
                 WHERE s.job_id = $1 AND s.worker_id = $2 AND s.state = 1 AND (s.answered_at, s.line) < ($3, $4)
                 ORDER BY s.answered_at DESC, s.line DESC LIMIT $5",
                args![job_id, worker_id, at, line, limit],
                |row| {
                    Ok(HistoryItem {
                        line: row.int(0)?,
                        answered_at: row.int(1)?,
                        revision: row.int(2)?,
                        content: row.text(3)?,
                    })
                },
            )
            .await
    }

    /// State of a worker's assignment, with when it was first shown and when its limit ends.
    pub async fn assignment(
        &self,
        job_id: i64,
        line: i64,
        worker_id: i64,
    ) -> Result<Option<super::AssignmentState>> {
        self.reader()
            .await?
            .conn()
            .opt(
                "SELECT state FROM assignment WHERE job_id = $1 AND line = $2 AND worker_id = $3",
                args![job_id, line, worker_id],
                |row| Ok(super::AssignmentState::from_number(row.int(0)?)),
            )
            .await
    }

    /// How many tasks a worker holds in a job.
    pub async fn held(&self, job_id: i64, worker_id: i64) -> Result<i64> {
        self.reader()
            .await?
            .conn()
            .one(
                "SELECT COUNT(*) FROM assignment WHERE job_id = $1 AND worker_id = $2 AND state = 0",
                args![job_id, worker_id],
                |row| row.int(0),
            )
            .await
    }
}
