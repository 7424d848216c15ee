//! The embedded store: buckets in one folder, indexed by one SQLite file.
//!
//! An object is a row. Its body is in the index when it is small and in one file, or one file for
//! each part, when it is not. A body is durable before its row is, and the row is what makes the
//! object: a crash loses nothing acknowledged and leaves at most orphan files, which are swept when
//! the store is opened next. One process owns a folder at a time.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use cairn_sqlite::rusqlite::{Connection, params};
use cairn_sqlite::{all, first, rusqlite};
use tokio::task::JoinHandle;

mod body;
mod files;
mod index;
mod multipart;
mod objects;
mod read;
mod uploads;
mod write;

pub(crate) use body::{blocking, read_file};
pub(crate) use index::{Index, describe as describe_index_error};
pub use multipart::{CompletedPart, Completion, PART_BYTES_MIN, PARTS_MAX, PartInfo, UploadInfo};
pub(crate) use write::{Failure, Outcome, Write};

use crate::error::{StoreError, StoreResult};
use crate::folder::FolderStore;
use crate::name::check_bucket_name;
use crate::object::BucketInfo;
use files::{FileId, Files};

/// Buckets in a folder of this machine.
#[derive(Clone)]
pub struct EmbeddedStore {
    inner: Arc<Inner>,
}

struct Inner {
    index: Index,
    files: Arc<Files>,
    next_id: AtomicI64,
    sweep: Mutex<Option<JoinHandle<()>>>,
    /// Held as long as the store is open.
    _lock: File,
}

/// Milliseconds since the epoch.
pub(crate) fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_millis() as i64)
}

impl EmbeddedStore {
    /// Opens the store in the folder `dir`, making it when missing, and begins to sweep what a
    /// crash may have left. Fails when another process has it open.
    pub async fn open(dir: &Path) -> StoreResult<EmbeddedStore> {
        let failed = |attempt: &str, reason: String| StoreError::Io {
            attempt: format!("{attempt} {}", dir.display()),
            reason,
        };
        let path = dir.to_owned();
        let opened = blocking(move || lock(&path)).await;
        let (lock, files) = opened.map_err(|error| failed("opening", error.to_string()))?;
        let files = Arc::new(files);
        let index = Index::open(&dir.join("index.sqlite"), files.clone())
            .await
            .map_err(|error| failed("opening the bucket index in", error.to_string()))?;
        let first_id = index
            .reader()
            .await?
            .slow(first_id)
            .map_err(|error| failed("reading the bucket index in", error.to_string()))?;
        let store = EmbeddedStore {
            inner: Arc::new(Inner {
                index,
                files,
                next_id: AtomicI64::new(first_id),
                sweep: Mutex::default(),
                _lock: lock,
            }),
        };
        let (index, files) = (store.inner.index.clone(), store.inner.files.clone());
        let sweep = tokio::spawn(async move {
            match sweep(&index, &files, first_id).await {
                Ok(0) => {}
                Ok(removed) => tracing::info!(files.removed = removed, "swept orphan files"),
                Err(error) => tracing::warn!(error.cause = %error, "sweeping orphan files failed"),
            }
        });
        *store.sweep_handle() = Some(sweep);
        Ok(store)
    }

    /// Folders registered in place share this store's index.
    pub fn folders(&self) -> FolderStore {
        FolderStore::new(self.inner.index.clone())
    }

    /// Ends the sweep and the writer, once everything given to it is durable, and closes the index.
    pub async fn close(&self) {
        let sweep = self.sweep_handle().take();
        if let Some(sweep) = sweep {
            sweep.abort();
            // An aborted future is as good as ended.
            let _ = sweep.await;
        }
        self.inner.index.close().await;
    }

    /// Waits until the sweep that [`EmbeddedStore::open`] began has ended.
    pub async fn swept(&self) {
        let sweep = self.sweep_handle().take();
        if let Some(sweep) = sweep
            && let Err(error) = sweep.await
        {
            tracing::warn!(error.cause = %error, "the sweep ended badly");
        }
    }

    fn sweep_handle(&self) -> std::sync::MutexGuard<'_, Option<JoinHandle<()>>> {
        self.inner
            .sweep
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn next_id(&self) -> i64 {
        self.inner.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// Makes a bucket.
    pub async fn create_bucket(&self, bucket: &str) -> StoreResult<()> {
        check_bucket_name(bucket)?;
        let write = Write::BucketCreate {
            name: bucket.to_owned(),
            created_at_ms: now_ms(),
        };
        self.inner.index.write(write).await.map(drop)
    }

    /// Removes an empty bucket.
    pub async fn delete_bucket(&self, bucket: &str) -> StoreResult<()> {
        let name = bucket.to_owned();
        let write = Write::BucketDelete { name };
        self.inner.index.write(write).await.map(drop)
    }

    /// Whether the bucket is there.
    pub async fn bucket_exists(&self, bucket: &str) -> StoreResult<bool> {
        let sql = "select 1 from bucket where name = ?1";
        let mut reader = self.inner.index.reader().await?;
        let found = reader
            .quick(|conn| first(conn, sql, params![bucket], |_| Ok(())))
            .map_err(|error| index::describe(&error, (bucket, "")))?;
        Ok(found.is_some())
    }

    /// All buckets by name.
    pub async fn list_buckets(&self) -> StoreResult<Vec<BucketInfo>> {
        let sql = "select name, created_at_ms from bucket order by name";
        let mut reader = self.inner.index.reader().await?;
        reader
            .slow(|conn| {
                all(conn, sql, [], |row| {
                    Ok(BucketInfo {
                        name: row.get(0)?,
                        created_at_ms: row.get(1)?,
                        is_read_only: false,
                    })
                })
            })
            .map_err(|error| index::describe(&error, ("", "")))
    }

    /// What [`EmbeddedStore::set_bucket_cors`] stored.
    pub async fn bucket_cors(&self, bucket: &str) -> StoreResult<Option<String>> {
        let sql = "select cors from bucket where name = ?1";
        let mut reader = self.inner.index.reader().await?;
        reader
            .quick(|conn| first(conn, sql, params![bucket], |row| row.get(0)))
            .map_err(|error| index::describe(&error, (bucket, "")))?
            .ok_or_else(|| StoreError::no_such_bucket(bucket))
    }

    /// Keeps what a bucket says of cross-origin requests; the store does not look into it.
    pub async fn set_bucket_cors(&self, bucket: &str, cors: Option<String>) -> StoreResult<()> {
        let name = bucket.to_owned();
        let write = Write::BucketCors { name, cors };
        self.inner.index.write(write).await.map(drop)
    }
}

/// Makes the folder and takes its lock. Blocks.
fn lock(dir: &Path) -> io::Result<(File, Files)> {
    std::fs::create_dir_all(dir)?;
    let lock = File::create(dir.join("lock"))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => {
            let reason = "another process has it open";
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, reason));
        }
        Err(std::fs::TryLockError::Error(error)) => return Err(error),
    }
    Ok((lock, Files::open(dir.join("files"))?))
}

/// The first id of this run: above every one in use, and above those of objects deleted since,
/// because the clock has moved on and ids are given out more slowly than microseconds pass.
fn first_id(conn: &Connection) -> rusqlite::Result<i64> {
    let used: Option<Option<i64>> = first(
        conn,
        "select max(id) from (select max(blob_id) id from inline_body
           union all select max(blob_id) from piece union all select max(file_id) from piece
           union all select max(file_id) from part)",
        [],
        |row| row.get(0),
    )?;
    Ok(used.flatten().unwrap_or_default().max(now_ms() * 1_000) + 1)
}

/// Removes files that no row names, made before this run. Gives how many.
async fn sweep(index: &Index, files: &Arc<Files>, first_id: FileId) -> StoreResult<usize> {
    let failed = |error: io::Error| StoreError::io("", "", "sweeping", &error);
    let listing = files.clone();
    let folders: Vec<PathBuf> = blocking(move || listing.folders()).await.map_err(failed)?;
    let mut removed = 0;
    for folder in folders {
        let ids = blocking(move || files::ids_in(&folder, first_id))
            .await
            .map_err(failed)?;
        if ids.is_empty() {
            continue;
        }
        let ids = write::to_json(&ids);
        let sql = "select value from json_each(?1)
             where not exists (select 1 from piece where file_id = value)
               and not exists (select 1 from part where file_id = value)";
        let orphans: Vec<FileId> = index
            .reader()
            .await?
            .slow(|conn| all(conn, sql, params![ids], |row| row.get(0)))
            .map_err(|error| index::describe(&error, ("", "")))?;
        if orphans.is_empty() {
            continue;
        }
        // A file whose row was deleted in this run may still have readers. After the barrier the
        // store knows of them.
        index.write(Write::Barrier).await?;
        let files = files.clone();
        removed += blocking(move || Ok(files.remove_orphans(orphans)))
            .await
            .map_err(failed)?;
    }
    Ok(removed)
}
