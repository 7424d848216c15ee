//! What can go wrong below the rules: the database itself. Refusals of an operation are values of
//! its output, never errors.

use cairn_sqlite::rusqlite;

/// A failing database.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DbError {
    /// The database cannot be reached, or went away during the work; the same call may succeed later.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The disk is full; nothing was written.
    #[error("the database's disk is full: {0}")]
    Full(String),
    /// Two transactions stood in each other's way more often than is tried again.
    #[error("the database found a conflict between transactions: {0}")]
    Conflict(String),
    /// The database is of a newer version than this program.
    #[error(
        "the database has schema version {found}, and this version of cairn knows {known}: use a newer cairn"
    )]
    NewerSchema {
        /// Version in the database.
        found: i64,
        /// Newest version this program knows.
        known: i64,
    },
    /// A statement failed, or a stored value is not what it should be: a fault of ours.
    #[error("a statement failed: {0}")]
    Statement(String),
}

impl DbError {
    /// A stored value that is not what this program writes.
    pub fn stored(what: impl std::fmt::Display) -> DbError {
        DbError::Statement(format!("unexpected stored value: {what}"))
    }

    /// Whether the same call may succeed later without a change.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            DbError::Unavailable(_) | DbError::Full(_) | DbError::Conflict(_)
        )
    }
}

/// What a code of either engine means for the caller.
fn by_code(code: &str, text: String) -> DbError {
    match code {
        // SQLITE_FULL; disk_full of PostgreSQL.
        "13" | "53100" => DbError::Full(text),
        // Busy, locked, and what a disk that is failing or full gives a write (SQLITE_IOERR…).
        "5" | "6" | "261" | "517" | "10" | "778" | "1034" | "14" => DbError::Unavailable(text),
        // serialization_failure, deadlock_detected, and a unique key taken since it was looked for.
        "40001" | "40P01" | "23505" => DbError::Conflict(text),
        // Connection exceptions, too many connections, shutdown, crash, recovery.
        code if code.len() == 5
            && (code.starts_with("08")
                || code.starts_with("57P")
                || code.starts_with("53")
                || code == "25006") =>
        {
            DbError::Unavailable(text)
        }
        _ => DbError::Statement(text),
    }
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> DbError {
        let text = error.to_string();
        match error.sqlite_error() {
            Some(cause) => by_code(&cause.extended_code.to_string(), text),
            None => DbError::Statement(text),
        }
    }
}

impl From<std::io::Error> for DbError {
    fn from(error: std::io::Error) -> DbError {
        let text = error.to_string();
        if error.kind() == std::io::ErrorKind::StorageFull {
            DbError::Full(text)
        } else {
            DbError::Unavailable(text)
        }
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> DbError {
        let text = error.to_string();
        match error {
            sqlx::Error::Database(database) => match database.code() {
                Some(code) => by_code(&code, text),
                None => DbError::Statement(text),
            },
            sqlx::Error::Io(io) => io.into(),
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_) => DbError::Unavailable(text),
            _ => DbError::Statement(text),
        }
    }
}
