//! What can go wrong below the rules: the database itself. Refusals of an operation are values of
//! its output, never errors.

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

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> DbError {
        let text = error.to_string();
        let code = match &error {
            sqlx::Error::Database(database) => database.code().map(|code| code.into_owned()),
            sqlx::Error::Io(io) if io.raw_os_error() == Some(28) => return DbError::Full(text),
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_) => return DbError::Unavailable(text),
            _ => None,
        };
        match code.as_deref() {
            // SQLITE_FULL; disk_full of PostgreSQL.
            Some("13" | "53100") => DbError::Full(text),
            // Busy, locked, and what a disk that is failing or full gives a write (SQLITE_IOERR…).
            Some("5" | "6" | "261" | "517" | "10" | "778" | "1034" | "14") => {
                DbError::Unavailable(text)
            }
            // serialization_failure, deadlock_detected, and a unique key taken since it was looked for.
            Some("40001" | "40P01" | "23505") => DbError::Conflict(text),
            // Connection exceptions, too many connections, shutdown, crash, recovery.
            Some(code)
                if code.len() == 5
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
}
