//! What can go wrong with a stored object, precise enough for a caller to branch on.

use std::io;

/// Short for a result of this crate.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why a store refused or failed. Every message names the bucket and, where there is one, the key.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No store has a bucket of this name.
    #[error("there is no bucket `{bucket}`")]
    NoSuchBucket {
        /// Bucket asked for.
        bucket: String,
    },
    /// The bucket has no object under this key.
    #[error("there is no object `{key}` in bucket `{bucket}`")]
    NoSuchKey {
        /// Bucket asked for.
        bucket: String,
        /// Key asked for.
        key: String,
    },
    /// The multipart upload does not exist: never begun, completed or aborted.
    #[error("there is no multipart upload `{upload_id}` of `{key}` in bucket `{bucket}`")]
    NoSuchUpload {
        /// Bucket asked for.
        bucket: String,
        /// Key asked for.
        key: String,
        /// Upload asked for.
        upload_id: String,
    },
    /// A bucket of this name is there already.
    #[error("bucket `{bucket}` exists already")]
    BucketExists {
        /// Bucket asked for.
        bucket: String,
    },
    /// A bucket is removed only once it is empty.
    #[error("bucket `{bucket}` is not empty")]
    BucketNotEmpty {
        /// Bucket asked for.
        bucket: String,
    },
    /// A name that no bucket or object can have.
    #[error("{what} `{name}` {rule}")]
    InvalidName {
        /// `bucket` or `key`.
        what: &'static str,
        /// The name, cut to a readable length.
        name: String,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// An argument that no store can act on.
    #[error("{reason}")]
    InvalidArgument {
        /// What is wrong with it.
        reason: String,
    },
    /// A condition of the request does not hold.
    #[error("`{key}` in bucket `{bucket}` does not meet the condition {condition}")]
    PreconditionFailed {
        /// Bucket asked for.
        bucket: String,
        /// Key asked for.
        key: String,
        /// The condition, as `if-none-match: *`.
        condition: String,
    },
    /// The range begins after the object's end.
    #[error("the range lies outside of the {size} bytes of `{key}` in bucket `{bucket}`")]
    InvalidRange {
        /// Bucket asked for.
        bucket: String,
        /// Key asked for.
        key: String,
        /// Size of the object.
        size: u64,
    },
    /// More bytes than the caller or the store allows.
    #[error("`{key}` in bucket `{bucket}` is larger than the {bytes_max} bytes allowed")]
    TooLarge {
        /// Bucket asked for.
        bucket: String,
        /// Key asked for.
        key: String,
        /// The limit.
        bytes_max: u64,
    },
    /// The bucket is a folder registered for reading only.
    #[error("bucket `{bucket}` can only be read")]
    ReadOnly {
        /// Bucket asked for.
        bucket: String,
    },
    /// No space is left on the disk; nothing was stored.
    #[error("no space is left to store `{key}` in bucket `{bucket}`")]
    Full {
        /// Bucket asked for.
        bucket: String,
        /// Key asked for.
        key: String,
    },
    /// The object is not the one that was seen before.
    #[error("`{key}` in bucket `{bucket}` has changed since it was read: {change}")]
    Changed {
        /// Bucket asked for.
        bucket: String,
        /// Key asked for.
        key: String,
        /// What differs.
        change: String,
    },
    /// The bytes that arrived are not those that were announced.
    #[error("the {algorithm} checksum of `{key}` in bucket `{bucket}` does not match its content")]
    BadDigest {
        /// Bucket asked for.
        bucket: String,
        /// Key asked for.
        key: String,
        /// Algorithm whose value differs.
        algorithm: &'static str,
    },
    /// The body ended before, or went on after, its announced length.
    #[error(
        "`{key}` in bucket `{bucket}` was announced with {announced} bytes but came with {received}"
    )]
    IncompleteBody {
        /// Bucket asked for.
        bucket: String,
        /// Key asked for.
        key: String,
        /// Length announced.
        announced: u64,
        /// Bytes that came.
        received: u64,
    },
    /// A part named when completing an upload was never uploaded, or has another etag.
    #[error("part {number} of `{key}` in bucket `{bucket}` {problem}")]
    InvalidPart {
        /// Bucket asked for.
        bucket: String,
        /// Key asked for.
        key: String,
        /// Number of the part.
        number: u32,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A part other than the last is below the smallest size of a part.
    #[error(
        "part {number} of `{key}` in bucket `{bucket}` has {size} bytes, below the smallest size of a part"
    )]
    PartTooSmall {
        /// Bucket asked for.
        bucket: String,
        /// Key asked for.
        key: String,
        /// Number of the part.
        number: u32,
        /// Its size.
        size: u64,
    },
    /// The remote store refuses our keys, or the file system our user.
    #[error("access to {target} is denied: {reason}")]
    AccessDenied {
        /// What was asked for.
        target: String,
        /// What the other side said.
        reason: String,
    },
    /// The store cannot be reached now; trying again later may work.
    #[error("{target} is not available: {reason}")]
    Unavailable {
        /// What was asked for.
        target: String,
        /// What happened.
        reason: String,
    },
    /// The operating system or the index failed.
    #[error("{attempt}: {reason}")]
    Io {
        /// What was being attempted, and on what.
        attempt: String,
        /// What happened.
        reason: String,
    },
    /// The stream to be stored failed; nothing was stored.
    #[error("the body to be stored failed: {0}")]
    Source(Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// No such bucket.
    pub fn no_such_bucket(bucket: &str) -> StoreError {
        StoreError::NoSuchBucket {
            bucket: bucket.to_owned(),
        }
    }

    /// No such object.
    pub fn no_such_key(bucket: &str, key: &str) -> StoreError {
        StoreError::NoSuchKey {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        }
    }

    /// A failure of the file system, where `attempt` says what was tried: `Full` when the disk is.
    pub(crate) fn io(bucket: &str, key: &str, attempt: &str, error: &io::Error) -> StoreError {
        if is_full(error) {
            return StoreError::Full {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
            };
        }
        StoreError::Io {
            attempt: format!("{attempt} `{key}` in bucket `{bucket}`"),
            reason: error.to_string(),
        }
    }

    /// Whether trying again later, unchanged, may succeed.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            StoreError::Full { .. } | StoreError::Unavailable { .. } | StoreError::Io { .. }
        )
    }

    /// Whether the object (or its bucket) is simply not there.
    pub fn is_missing(&self) -> bool {
        matches!(
            self,
            StoreError::NoSuchBucket { .. } | StoreError::NoSuchKey { .. }
        )
    }
}

/// Whether the cause is a disk, quota or file size limit that is reached.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
