//! The append-only audit log.

use crate::sql::{Conn, Row};
use crate::{Db, Result, args, time_id};

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Id; grows with time.
    pub audit_id: i64,
    /// When, milliseconds since the epoch.
    pub at: i64,
    /// Who: a person's name, a role session, or `cairn` for the server itself.
    pub actor: String,
    /// What was done, as `labeling_job.stop`.
    pub action: String,
    /// To what, as an ARN or `person/<name>`.
    pub subject: String,
    /// More, as JSON; never a secret.
    pub detail: String,
}

/// Adds an entry within a transaction.
pub async fn audit_insert_in_txn(
    conn: &mut Conn<'_>,
    at: i64,
    actor: &str,
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<()> {
    let last = conn
        .one("SELECT COALESCE(MAX(audit_id), 0) FROM audit", &[], |row| {
            row.int(0)
        })
        .await?;
    conn.execute(
        "INSERT INTO audit (audit_id, at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        args![time_id(at, 0).max(last + 1), at, actor, action, subject, detail],
    )
    .await
    .map(drop)
}

fn entry(row: &Row<'_>) -> Result<AuditEntry> {
    Ok(AuditEntry {
        audit_id: row.int(0)?,
        at: row.int(1)?,
        actor: row.text(2)?,
        action: row.text(3)?,
        subject: row.text(4)?,
        detail: row.text(5)?,
    })
}

impl Db {
    /// Entries before `before` (all when none), newest first, at most `limit`.
    pub async fn audit_list(&self, before: Option<i64>, limit: i64) -> Result<Vec<AuditEntry>> {
        self.reader()
            .await?
            .conn()
            .all(
                "SELECT audit_id, at, actor, action, subject, detail FROM audit
                 WHERE audit_id < $1 ORDER BY audit_id DESC LIMIT $2",
                args![before.unwrap_or(i64::MAX), limit],
                entry,
            )
            .await
    }
}
