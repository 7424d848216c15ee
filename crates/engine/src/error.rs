//! What can stop a reconciler.

use cairn_db::DbError;
use cairn_storage::StoreError;

/// Why a piece of work could not be done.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The job cannot go on: its own files or settings are at fault. The text becomes its
    /// `FailureReason`.
    #[error("{0}")]
    Job(String),
    /// A stored value is not what this program writes: a fault of ours.
    #[error("unexpected stored value: {0}")]
    Stored(String),
}

impl EngineError {
    /// Whether the same work may succeed later without a change.
    pub fn is_passing(&self) -> bool {
        match self {
            EngineError::Db(error) => error.is_passing(),
            EngineError::Store(error) => error.is_transient(),
            EngineError::Job(_) | EngineError::Stored(_) => false,
        }
    }
}
