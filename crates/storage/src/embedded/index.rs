//! The index of the embedded store: one SQLite file, one writer, a pool of readers.
//!
//! The writer drains its queue into one `BEGIN IMMEDIATE`, so that many small puts share one sync.
//! An operation refuses before it writes; when one fails all the same, the whole batch is rolled
//! back and its operations run again one by one, so that only the faulty one is refused.

use std::io;
use std::path::Path;
use std::sync::Arc;

use cairn_sqlite::rusqlite::{Connection, ErrorCode, TransactionBehavior};
use cairn_sqlite::{Durability, Queue, Reader, Readers, execute, rusqlite};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::body::blocking;
use super::files::Files;
use super::write::{Failure, Outcome, Write};
use crate::error::{StoreError, StoreResult};

/// Connections that read.
const READERS: u32 = 4;
/// Pages kept in memory by the writer, and by each reader.
const WRITER_CACHE_KIB: u32 = 8_192;
const READER_CACHE_KIB: u32 = 4_096;
/// Pages of SQLite's log before it is folded back; it stays below 16 MiB.
const CHECKPOINT_PAGES: u32 = 4_000;
/// Version of the tables below.
const SCHEMA_VERSION: i64 = 1;

const SCHEMA: &str = "
create table bucket (
  bucket_id integer primary key,
  name text not null unique,
  created_at_ms integer not null,
  cors text
);
create table object (
  bucket_id integer not null,
  key text not null,
  blob_id integer not null,
  size integer not null,
  etag text not null,
  modified_at_ms integer not null,
  part_count integer,
  headers text not null,
  checksums text not null,
  primary key (bucket_id, key)
) without rowid;
-- Small bodies, apart from the rows that listings walk over.
create table inline_body (blob_id integer primary key, body blob not null);
-- Files of large bodies, in order.
create table piece (
  blob_id integer not null,
  number integer not null,
  file_id integer not null unique,
  size integer not null,
  primary key (blob_id, number)
) without rowid;
create table upload (
  upload_id text primary key,
  bucket_id integer not null,
  key text not null,
  started_at_ms integer not null,
  headers text not null,
  checksum_algorithm text,
  checksum_kind text
) without rowid;
create index upload_key on upload (bucket_id, key, upload_id);
create table part (
  upload_id text not null,
  number integer not null,
  file_id integer not null unique,
  size integer not null,
  etag text not null,
  modified_at_ms integer not null,
  checksums text not null,
  primary key (upload_id, number)
) without rowid;
-- Folders registered in place.
create table folder (
  folder_id integer primary key,
  name text not null unique,
  root text not null,
  registered_at_ms integer not null,
  scan integer not null
);
create table folder_file (
  folder_id integer not null,
  key text not null,
  size integer not null,
  modified_at_ns integer not null,
  scan integer not null,
  primary key (folder_id, key)
) without rowid;
";

/// One write and where its outcome goes.
struct Job {
    write: Write,
    reply: oneshot::Sender<StoreResult<Outcome>>,
}

/// The index, shared by all who use the store.
#[derive(Clone)]
pub(crate) struct Index {
    readers: Readers,
    queue: Queue<Job>,
}

impl Index {
    /// Opens the index at `path`, making it when missing, and starts its writer.
    pub(crate) async fn open(path: &Path, files: Arc<Files>) -> io::Result<Index> {
        let opened = path.to_owned();
        let conn = blocking(move || open(&opened)).await?;
        let runtime = Handle::current();
        let queue = Queue::start("bucket-writer", conn, move |conn, batch| {
            // Files that are freed here are removed by threads of the runtime while this one goes on.
            let _runtime = runtime.enter();
            write_batch(conn, batch, &files);
        })?;
        Ok(Index {
            readers: Readers::new(path.to_owned(), READERS, READER_CACHE_KIB),
            queue,
        })
    }

    /// Lends a connection that reads.
    pub(crate) async fn reader(&self) -> StoreResult<Reader> {
        self.readers.reader().await.map_err(|_| closed())
    }

    /// Gives `write` to the writer; it is durable when this returns.
    pub(crate) async fn write(&self, write: Write) -> StoreResult<Outcome> {
        let (reply, outcome) = oneshot::channel();
        let job = Job { write, reply };
        self.queue.send(job).await.map_err(|_| closed())?;
        outcome.await.map_err(|_| closed())?
    }

    /// Lets the writer finish what it has and closes the file.
    pub(crate) async fn close(&self) {
        // First, so that the writer is the last to have the file open and folds the log back into it.
        self.readers.close();
        self.queue.close().await;
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable {
        target: "the bucket index".to_owned(),
        reason: "the store is closed".to_owned(),
    }
}

/// Opens the file and makes its tables. Blocks.
fn open(path: &Path) -> io::Result<Connection> {
    let failed = io::Error::other::<rusqlite::Error>;
    let opened = cairn_sqlite::open(path, Durability::Disk, WRITER_CACHE_KIB, CHECKPOINT_PAGES);
    let mut conn = opened.map_err(failed)?;
    let version: i64 = conn
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(failed)?;
    if version > SCHEMA_VERSION {
        return Err(io::Error::other(format!(
            "the bucket index has version {version}, which is newer than this program"
        )));
    }
    if version < SCHEMA_VERSION {
        make_tables(&mut conn).map_err(failed)?;
    }
    Ok(conn)
}

fn make_tables(conn: &mut Connection) -> rusqlite::Result<()> {
    let txn = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    txn.execute_batch(SCHEMA)?;
    txn.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    txn.commit()
}

/// Does what has queued up, and answers it.
fn write_batch(conn: &Connection, batch: Vec<Job>, files: &Arc<Files>) {
    match run_batch(conn, &batch) {
        Ok(outcomes) => {
            for (job, outcome) in batch.into_iter().zip(outcomes) {
                settle(job, outcome, files);
            }
        }
        Err(_) => {
            for job in batch {
                let outcome = match run_batch(conn, std::slice::from_ref(&job)) {
                    Ok(mut outcomes) => outcomes.remove(0),
                    Err(error) => Err(describe(&error, job.write.subject())),
                };
                settle(job, outcome, files);
            }
        }
    }
}

/// Answers one operation, after its commit.
fn settle(mut job: Job, outcome: StoreResult<Outcome>, files: &Arc<Files>) {
    if let Ok(outcome) = &outcome {
        job.write.keep_files();
        for (blob_id, ids) in &outcome.freed {
            files.free(*blob_id, ids.clone());
        }
    }
    // Whoever asked may be gone; what was written stays written.
    let _ = job.reply.send(outcome);
}

/// Runs all of `batch` in one commit. Refusals are outcomes; an error means nothing was written.
fn run_batch(conn: &Connection, batch: &[Job]) -> rusqlite::Result<Vec<StoreResult<Outcome>>> {
    execute(conn, "begin immediate", [])?;
    let outcomes = run_in_txn(conn, batch);
    if outcomes.is_err() {
        // SQLite may have rolled back by itself, as it does when the disk is full.
        let _ = execute(conn, "rollback", []);
    }
    outcomes
}

fn run_in_txn(conn: &Connection, batch: &[Job]) -> rusqlite::Result<Vec<StoreResult<Outcome>>> {
    let mut outcomes = Vec::with_capacity(batch.len());
    for job in batch {
        outcomes.push(match job.write.apply(conn) {
            Ok(outcome) => Ok(outcome),
            Err(Failure::Refused(refusal)) => Err(refusal),
            Err(Failure::Broken(error)) => return Err(error),
        });
    }
    execute(conn, "commit", [])?;
    Ok(outcomes)
}

/// An index error in the caller's terms: `Full` where SQLite says so.
pub(crate) fn describe(error: &rusqlite::Error, (bucket, key): (&str, &str)) -> StoreError {
    if error.sqlite_error_code() == Some(ErrorCode::DiskFull) {
        return StoreError::Full {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        };
    }
    StoreError::Io {
        attempt: format!("using the index for `{key}` in bucket `{bucket}`"),
        reason: error.to_string(),
    }
}
