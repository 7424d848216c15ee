//! Claims on background work: one replica at a time does a named piece of it. A claim lapses by
//! itself, so that the work of a replica that died is taken over.

use crate::sql::Conn;
use crate::writer::Operation;
use crate::{Result, args};

/// Takes or renews a claim. Gives whether it is now the owner's.
pub struct Claim {
    /// What is claimed.
    pub name: String,
    /// Who claims it: unique to a process.
    pub owner: String,
    /// Now.
    pub now_ms: i64,
    /// Until when it is held if not renewed.
    pub expires_at: i64,
}

impl Operation for Claim {
    type Output = bool;
    const DURABLE: bool = false;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let taken = conn
            .execute(
                "INSERT INTO claim (name, owner, expires_at) VALUES ($1, $2, $3)
                 ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
                 WHERE claim.owner = excluded.owner OR claim.expires_at <= $4",
                args![&self.name, &self.owner, self.expires_at, self.now_ms],
            )
            .await?;
        Ok(taken == 1)
    }
}

/// Gives a claim back.
pub struct ClaimRelease {
    /// What was claimed.
    pub name: String,
    /// By whom.
    pub owner: String,
}

impl Operation for ClaimRelease {
    type Output = ();
    const DURABLE: bool = false;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        conn.execute(
            "DELETE FROM claim WHERE name = $1 AND owner = $2",
            args![&self.name, &self.owner],
        )
        .await
        .map(drop)
    }
}
