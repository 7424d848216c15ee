//! Why a worker is given nothing.

use crate::{Db, Result, args};

/// What stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingReason {
    /// Open tasks that this worker has not answered or declined, all held by others.
    pub held_by_others: i64,
    /// When the first of those leases ends if nobody renews it.
    pub next_free_at: Option<i64>,
}

impl Db {
    /// What stands between a worker and a task. Looks at open tasks only, whose number is bounded by
    /// `MaxConcurrentTaskCount`.
    pub async fn waiting_reason(&self, job_id: i64, worker_id: i64) -> Result<WaitingReason> {
        let mut reader = self.reader().await?;
        let mut conn = reader.conn();
        let (held_by_others, next_free_at) = conn
            .one(
                "SELECT COUNT(*), MIN(free_at) FROM (
                   SELECT t.line, (SELECT MIN(o.expires_at) FROM assignment o
                     WHERE o.job_id = t.job_id AND o.line = t.line AND o.state = 0) AS free_at
                   FROM task t WHERE t.job_id = $1 AND t.state = 0 AND t.live > 0
                     AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.job_id = t.job_id AND a.line = t.line
                       AND a.worker_id = $2 AND a.state IN (0, 1, 4))) AS others",
                args![job_id, worker_id],
                |row| Ok((row.int(0)?, row.opt_int(1)?)),
            )
            .await?;
        Ok(WaitingReason {
            held_by_others,
            next_free_at,
        })
    }
}
