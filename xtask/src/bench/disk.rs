//! What the disk allows: the time of one sync, and a bare loop that commits to SQLite in groups.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{mpsc, oneshot};

use super::latency::Latencies;

/// Operations that one commit may take in.
const GROUP_MAX: usize = 256;

/// How long it takes to append 4 KiB to a file and have it on the disk.
pub fn fsync(folder: &Path, count: usize) -> Result<Latencies> {
    let path = folder.join("fsync-probe");
    let mut file = std::fs::File::create(&path).context("make a file to sync")?;
    let block = [7u8; 4096];
    let mut latencies = Latencies::default();
    for _ in 0..count {
        let started = Instant::now();
        file.write_all(&block)?;
        file.sync_data()?;
        latencies.push(started.elapsed());
    }
    std::fs::remove_file(path)?;
    Ok(latencies)
}

/// What a loop does that only commits: one row an operation, `producers` operations waiting at once, one writer that
/// takes what has queued up into one commit. No server is faster that promises as much.
pub struct GroupCommit {
    /// Operations a second.
    pub per_s: f64,
    /// How long each waited for its commit.
    pub latencies: Latencies,
}

/// Runs the bare loop in `folder`.
pub async fn group_commit(folder: &Path, producers: usize, time: Duration) -> Result<GroupCommit> {
    let path = folder.join("group-commit-probe.db");
    let mut connection = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    sqlx::query("CREATE TABLE answer (id INTEGER PRIMARY KEY, content TEXT NOT NULL)")
        .execute(&mut connection)
        .await?;
    let (queue, waiting) = mpsc::channel(producers);
    let writer = tokio::spawn(write(connection, waiting));
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..producers {
        let queue = queue.clone();
        tasks.spawn(async move {
            let mut latencies = Latencies::default();
            while started.elapsed() < time {
                let sent = Instant::now();
                let (done, committed) = oneshot::channel();
                queue.send(done).await.context("the writer is gone")?;
                committed.await.context("the writer is gone")?;
                latencies.push(sent.elapsed());
            }
            anyhow::Ok(latencies)
        });
    }
    drop(queue);
    let mut latencies = Latencies::default();
    while let Some(task) = tasks.join_next().await {
        latencies.extend(&task??);
    }
    let per_s = latencies.len() as f64 / started.elapsed().as_secs_f64();
    writer.await??;
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    Ok(GroupCommit { per_s, latencies })
}

async fn write(
    mut connection: SqliteConnection,
    mut waiting: mpsc::Receiver<oneshot::Sender<()>>,
) -> Result<()> {
    let content = r#"{"crowd-classifier":{"label":"sports"}}"#;
    let mut group = Vec::with_capacity(GROUP_MAX);
    while waiting.recv_many(&mut group, GROUP_MAX).await > 0 {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        for _ in &group {
            sqlx::query("INSERT INTO answer (content) VALUES ($1)")
                .bind(content)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        for done in group.drain(..) {
            let _ = done.send(());
        }
    }
    connection.close().await?;
    Ok(())
}
