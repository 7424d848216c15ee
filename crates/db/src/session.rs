//! Sessions of people. A session is known by the hash of its token.

use crate::person::{COLUMNS, Person, person, select};
use crate::sql::Conn;
use crate::writer::Operation;
use crate::{Db, Result, args};

/// A session with its person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Who.
    pub person: Person,
    /// When they signed in.
    pub created_at: i64,
    /// When it was last used, at coarse grain.
    pub seen_at: i64,
    /// When it ends, used or not.
    pub expires_at: i64,
}

/// Begins a session.
pub struct SessionInsert {
    /// Hash of its token.
    pub token_hash: String,
    /// Who.
    pub person_id: i64,
    /// When it ends, used or not.
    pub expires_at: i64,
    /// Now.
    pub now_ms: i64,
}

impl Operation for SessionInsert {
    type Output = ();

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        conn.execute(
            "INSERT INTO session (token_hash, person_id, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $3, $4)",
            args![&self.token_hash, self.person_id, self.now_ms, self.expires_at],
        )
        .await?;
        conn.execute(
            "UPDATE person SET last_seen_at = $2 WHERE person_id = $1",
            args![self.person_id, self.now_ms],
        )
        .await
        .map(drop)
    }
}

/// Notes that a session is in use. Losing one costs nothing: the next use notes it again.
pub struct SessionSeen {
    /// Hash of its token.
    pub token_hash: String,
    /// Who.
    pub person_id: i64,
    /// Now.
    pub now_ms: i64,
}

impl Operation for SessionSeen {
    type Output = ();
    const DURABLE: bool = false;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        conn.execute(
            "UPDATE session SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2",
            args![&self.token_hash, self.now_ms],
        )
        .await?;
        conn.execute(
            "UPDATE person SET last_seen_at = $2 WHERE person_id = $1",
            args![self.person_id, self.now_ms],
        )
        .await
        .map(drop)
    }
}

/// Ends a session.
pub struct SessionDelete {
    /// Hash of its token.
    pub token_hash: String,
}

impl Operation for SessionDelete {
    type Output = ();

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        conn.execute(
            "DELETE FROM session WHERE token_hash = $1",
            args![&self.token_hash],
        )
        .await
        .map(drop)
    }
}

/// Clears away sessions and one-time links whose time is over.
pub struct SessionsExpire {
    /// Sessions not used since are over.
    pub seen_before: i64,
    /// Now.
    pub now_ms: i64,
}

impl Operation for SessionsExpire {
    type Output = i64;
    const DURABLE: bool = false;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<i64> {
        conn.execute(
            "DELETE FROM password_reset WHERE expires_at <= $1",
            args![self.now_ms],
        )
        .await?;
        conn.execute(
            "DELETE FROM session WHERE expires_at <= $1 OR seen_at <= $2",
            args![self.now_ms, self.seen_before],
        )
        .await
    }
}

impl Db {
    /// The session whose token has this hash, with its person; whether its time is over is for the
    /// caller to say.
    pub async fn session(&self, token_hash: &str) -> Result<Option<SessionRow>> {
        self.reader()
            .await?
            .conn()
            .opt(
                select!(
                    ", session.created_at, session.seen_at, session.expires_at FROM session
 JOIN person ON person.person_id = session.person_id WHERE session.token_hash = $1"
                ),
                args![token_hash],
                |row| {
                    Ok(SessionRow {
                        person: person(row)?,
                        created_at: row.int(COLUMNS)?,
                        seen_at: row.int(COLUMNS + 1)?,
                        expires_at: row.int(COLUMNS + 2)?,
                    })
                },
            )
            .await
    }
}
