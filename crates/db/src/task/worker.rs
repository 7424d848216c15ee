//! What one worker has to do with a job, for the worker's own pages.

use crate::{Db, Result, args};

/// One worker in one job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobOfWorker {
    /// Answers given.
    pub answered: i64,
    /// Those of them whose object is settled.
    pub settled: i64,
    /// Objects declined that are not settled yet.
    pub declined_open: i64,
    /// Whether a task was begun and waits to be taken up again.
    pub unfinished: bool,
}

impl Db {
    /// All workers in one job: answers given by all of them, and how many of them answered at `since`
    /// or later, or hold a task now.
    pub async fn job_of_all_workers(&self, job_id: i64, since: i64) -> Result<(i64, i64)> {
        self.reader()
            .await?
            .conn()
            .one(
                "SELECT (SELECT CAST(COALESCE(SUM(answered), 0) AS BIGINT) FROM job_worker WHERE job_id = $1),
                   (SELECT COUNT(*) FROM (
                      SELECT worker_id FROM job_worker WHERE job_id = $1 AND last_at >= $2
                      UNION SELECT worker_id FROM assignment WHERE job_id = $1 AND state = 0) AS active)",
                args![job_id, since],
                |row| Ok((row.int(0)?, row.int(1)?)),
            )
            .await
    }

    /// One worker in one job.
    pub async fn job_of_worker(&self, job_id: i64, worker_id: i64) -> Result<JobOfWorker> {
        let mut reader = self.reader().await?;
        let (answered, settled, declined) = reader
            .conn()
            .opt(
                "SELECT answered, settled, declined FROM job_worker WHERE job_id = $1 AND worker_id = $2",
                args![job_id, worker_id],
                |row| Ok((row.int(0)?, row.int(1)?, row.int(2)?)),
            )
            .await?
            .unwrap_or_default();
        let held = reader
            .conn()
            .one(
                "SELECT COUNT(*) FROM assignment
                 WHERE job_id = $1 AND worker_id = $2 AND state = 0 AND accepted_at IS NOT NULL",
                args![job_id, worker_id],
                |row| row.int(0),
            )
            .await?;
        let lapsed = reader
            .conn()
            .one(
                "SELECT COUNT(*) FROM assignment a
                 JOIN draft d ON d.job_id = a.job_id AND d.line = a.line AND d.worker_id = a.worker_id
                 JOIN task t ON t.job_id = a.job_id AND t.line = a.line
                 WHERE a.job_id = $1 AND a.worker_id = $2 AND a.state IN (2, 3) AND t.queue IS NOT NULL",
                args![job_id, worker_id],
                |row| row.int(0),
            )
            .await?;
        drop(reader);
        let declined_open = match declined {
            0 => 0,
            _ => self.declined_open(job_id, worker_id).await?,
        };
        Ok(JobOfWorker {
            answered,
            settled,
            declined_open,
            unfinished: held + lapsed > 0,
        })
    }

    /// How many objects a worker declined that are not settled yet. Looks at open tasks only.
    pub async fn declined_open(&self, job_id: i64, worker_id: i64) -> Result<i64> {
        self.reader()
            .await?
            .conn()
            .one(
                "SELECT COUNT(*) FROM task t JOIN assignment a ON a.job_id = t.job_id AND a.line = t.line
                 WHERE t.job_id = $1 AND t.state IN (0, 1) AND a.worker_id = $2 AND a.state = 4",
                args![job_id, worker_id],
                |row| row.int(0),
            )
            .await
    }

    /// Whether a task still takes answers.
    pub async fn task_is_open(&self, job_id: i64, line: i64) -> Result<bool> {
        self.reader()
            .await?
            .conn()
            .opt(
                "SELECT state FROM task WHERE job_id = $1 AND line = $2",
                args![job_id, line],
                |row| Ok(row.int(0)? == 0),
            )
            .await
            .map(|open| open.unwrap_or(false))
    }

    /// How many answers a worker gave in all jobs since `since`.
    pub async fn answered_in_all(&self, worker_id: i64, since: i64) -> Result<i64> {
        self.reader()
            .await?
            .conn()
            .one(
                "SELECT COUNT(*) FROM job_worker w
                 JOIN assignment a ON a.job_id = w.job_id AND a.worker_id = w.worker_id
                 WHERE w.worker_id = $1 AND w.last_at >= $2 AND a.state = 1 AND a.answered_at >= $2",
                args![worker_id, since],
                |row| row.int(0),
            )
            .await
    }
}
