//! The index of the embedded store: one SQLite file, one writer, a pool of readers.
//!
//! The writer drains its queue into one `BEGIN IMMEDIATE`, so that many small puts share one sync.
//! An operation refuses before it writes; when one fails all the same, the whole batch is rolled
//! back and its operations run again one by one, so that only the faulty one is refused.

use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::files::Files;
use super::write::{Failure, Outcome, Write};
use crate::error::{StoreError, StoreResult};

/// Operations waiting for the writer; more wait outside.
const QUEUE_MAX: usize = 1_024;
/// Operations in one commit.
const BATCH_MAX: usize = 256;
/// Connections that read.
const READERS: u32 = 4;
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
    /// Connections that only read.
    pub(crate) readers: SqlitePool,
    queue: mpsc::Sender<Job>,
    closing: CancellationToken,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Index {
    /// Opens the index at `path`, making it when missing, and starts its writer.
    pub(crate) async fn open(path: &Path, files: Arc<Files>) -> Result<Index, sqlx::Error> {
        let options = SqliteConnectOptions::from_str("sqlite:")?
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .pragma("journal_size_limit", "67108864");
        let mut connection = SqliteConnection::connect_with(&options).await?;
        prepare(&mut connection).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let closing = CancellationToken::new();
        let writer = tokio::spawn(write_all(connection, jobs, files, closing.clone()));
        Ok(Index {
            readers,
            queue,
            closing,
            writer: Arc::new(Mutex::new(Some(writer))),
        })
    }

    /// Gives `write` to the writer; it is durable when this returns.
    pub(crate) async fn write(&self, write: Write) -> StoreResult<Outcome> {
        let closed = || StoreError::Unavailable {
            target: "the bucket index".to_owned(),
            reason: "the store is closed".to_owned(),
        };
        let (reply, outcome) = oneshot::channel();
        let job = Job { write, reply };
        self.queue.send(job).await.map_err(|_| closed())?;
        outcome.await.map_err(|_| closed())?
    }

    /// Lets the writer finish what it has and closes the file.
    pub(crate) async fn close(&self) {
        self.closing.cancel();
        let writer = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        self.readers.close().await;
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(error.cause = %error, "the writer of the bucket index ended badly");
        }
    }
}

async fn prepare(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let version: i64 = sqlx::query_scalar("pragma user_version")
        .fetch_one(&mut *connection)
        .await?;
    if version == SCHEMA_VERSION {
        return Ok(());
    }
    if version > SCHEMA_VERSION {
        return Err(sqlx::Error::Configuration(
            format!("the bucket index has version {version}, which is newer than this program")
                .into(),
        ));
    }
    sqlx::raw_sql("begin immediate")
        .execute(&mut *connection)
        .await?;
    sqlx::raw_sql(SCHEMA).execute(&mut *connection).await?;
    sqlx::raw_sql("pragma user_version = 1")
        .execute(&mut *connection)
        .await?;
    sqlx::raw_sql("commit").execute(&mut *connection).await?;
    Ok(())
}

/// The writer: ends when the store is closed or every sender is gone, and does what it was given.
async fn write_all(
    mut connection: SqliteConnection,
    mut jobs: mpsc::Receiver<Job>,
    files: Arc<Files>,
    closing: CancellationToken,
) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    loop {
        let count = tokio::select! {
            biased;
            () = closing.cancelled(), if !jobs.is_closed() => {
                jobs.close();
                continue;
            }
            count = jobs.recv_many(&mut batch, BATCH_MAX) => count,
        };
        if count == 0 {
            break;
        }
        match run_batch(&mut connection, &batch).await {
            Ok(outcomes) => {
                for (job, outcome) in batch.drain(..).zip(outcomes) {
                    settle(job, outcome, &files);
                }
            }
            Err(_) => {
                for job in batch.drain(..) {
                    let outcome = match run_batch(&mut connection, std::slice::from_ref(&job)).await
                    {
                        Ok(mut outcomes) => outcomes.remove(0),
                        Err(error) => Err(describe(&error, job.write.subject())),
                    };
                    settle(job, outcome, &files);
                }
            }
        }
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(error.cause = %error, "closing the bucket index failed");
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
async fn run_batch(
    connection: &mut SqliteConnection,
    batch: &[Job],
) -> Result<Vec<StoreResult<Outcome>>, sqlx::Error> {
    sqlx::raw_sql("begin immediate")
        .execute(&mut *connection)
        .await?;
    match run_in_txn(connection, batch).await {
        Ok(outcomes) => Ok(outcomes),
        Err(error) => {
            // SQLite may have rolled back by itself, as it does when the disk is full.
            let _ = sqlx::raw_sql("rollback").execute(&mut *connection).await;
            Err(error)
        }
    }
}

async fn run_in_txn(
    connection: &mut SqliteConnection,
    batch: &[Job],
) -> Result<Vec<StoreResult<Outcome>>, sqlx::Error> {
    let mut outcomes = Vec::with_capacity(batch.len());
    for job in batch {
        outcomes.push(match job.write.apply(connection).await {
            Ok(outcome) => Ok(outcome),
            Err(Failure::Refused(refusal)) => Err(refusal),
            Err(Failure::Broken(error)) => return Err(error),
        });
    }
    sqlx::raw_sql("commit").execute(&mut *connection).await?;
    Ok(outcomes)
}

/// An index error in the caller's terms: `Full` where SQLite says so.
pub(crate) fn describe(error: &sqlx::Error, (bucket, key): (&str, &str)) -> StoreError {
    const SQLITE_FULL: &str = "13";
    let code = error
        .as_database_error()
        .and_then(|error| error.code().map(|code| code.into_owned()));
    if code.as_deref() == Some(SQLITE_FULL) {
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
