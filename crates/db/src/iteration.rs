//! Iterations: names fixed at dispatch, whose manifests are written when their last object settles.

use crate::sql::Conn;
use crate::writer::Operation;
use crate::{Db, Result, args};

/// An iteration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iteration {
    /// Number, from 1.
    pub iteration: i64,
    /// Objects dispatched under it.
    pub dispatched: i64,
    /// Those of them that are labeled or have failed.
    pub settled: i64,
    /// Those of the settled that have failed.
    pub failed: i64,
    /// When its first object was dispatched.
    pub started_at: i64,
    /// When an object of it was last settled.
    pub settled_at: Option<i64>,
    /// Whether no more will be dispatched under it.
    pub closed: bool,
    /// When its manifest was written.
    pub written_at: Option<i64>,
}

/// Notes that the manifests of iterations are written.
pub struct IterationsWritten {
    /// The job.
    pub job_id: i64,
    /// The iterations.
    pub iterations: Vec<i64>,
    /// Now.
    pub now_ms: i64,
}

impl Operation for IterationsWritten {
    type Output = ();

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        for iteration in &self.iterations {
            conn.execute(
                "UPDATE iteration SET written_at = $3, closed = 1 WHERE job_id = $1 AND iteration = $2",
                args![self.job_id, *iteration, self.now_ms],
            )
            .await?;
        }
        Ok(())
    }
}

impl Db {
    /// The newest `limit` iterations of a job, in order.
    pub async fn iteration_newest(&self, job_id: i64, limit: i64) -> Result<Vec<Iteration>> {
        let newest = self
            .iterations(
                "SELECT iteration, dispatched, settled, closed, written_at, failed, started_at, settled_at FROM iteration
                 WHERE job_id = $1 AND iteration > $2 ORDER BY iteration DESC LIMIT $3",
                job_id,
                0,
                limit,
            )
            .await;
        newest.map(|mut iterations| {
            iterations.reverse();
            iterations
        })
    }

    /// Iterations whose objects are all settled and whose manifest is not written, in order.
    pub async fn iteration_unwritten(&self, job_id: i64, limit: i64) -> Result<Vec<Iteration>> {
        self.iterations(
            "SELECT iteration, dispatched, settled, closed, written_at, failed, started_at, settled_at FROM iteration
             WHERE job_id = $1 AND iteration > $2 AND written_at IS NULL AND closed = 1 AND settled >= dispatched
             ORDER BY iteration LIMIT $3",
            job_id,
            0,
            limit,
        )
        .await
    }

    async fn iterations(
        &self,
        sql: &'static str,
        job_id: i64,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Iteration>> {
        self.reader()
            .await?
            .conn()
            .all(sql, args![job_id, after, limit], |row| {
                Ok(Iteration {
                    iteration: row.int(0)?,
                    dispatched: row.int(1)?,
                    settled: row.int(2)?,
                    closed: row.truth(3)?,
                    written_at: row.opt_int(4)?,
                    failed: row.int(5)?,
                    started_at: row.int(6)?,
                    settled_at: row.opt_int(7)?,
                })
            })
            .await
    }
}
