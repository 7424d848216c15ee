//! What the disk allows: the time of one sync, and a bare loop that commits to SQLite in groups.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use cairn_sqlite::rusqlite::Connection;
use cairn_sqlite::{Durability, Queue, execute, rusqlite};
use tokio::sync::oneshot;

use super::latency::Latencies;

/// Pages of the bare loop's database kept in memory, and those of its log before it is folded back: the server's.
const CACHE_KIB: u32 = 16_384;
const CHECKPOINT_PAGES: u32 = 8_000;

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
    let conn = cairn_sqlite::open(&path, Durability::Disk, CACHE_KIB, CHECKPOINT_PAGES)?;
    conn.execute_batch("CREATE TABLE answer (id INTEGER PRIMARY KEY, content TEXT NOT NULL)")?;
    let queue = Queue::start("bare-writer", conn, write)?;
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..producers {
        let queue = queue.clone();
        tasks.spawn(async move {
            let mut latencies = Latencies::default();
            while started.elapsed() < time {
                let sent = Instant::now();
                let (done, committed) = oneshot::channel();
                let gone = "the writer is gone";
                queue.send(done).await.map_err(|_| anyhow::anyhow!(gone))?;
                let committed = committed.await.context(gone)?;
                committed.map_err(anyhow::Error::msg)?;
                latencies.push(sent.elapsed());
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Latencies::default();
    while let Some(task) = tasks.join_next().await {
        latencies.extend(&task??);
    }
    let per_s = latencies.len() as f64 / started.elapsed().as_secs_f64();
    queue.close().await;
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    Ok(GroupCommit { per_s, latencies })
}

/// What became of a commit, for each that waited for it.
type Done = oneshot::Sender<Result<(), String>>;

fn write(conn: &mut Connection, group: Vec<Done>) {
    let committed = commit(conn, group.len()).map_err(|error| error.to_string());
    for done in group {
        // Whoever waited may have given up.
        let _ = done.send(committed.clone());
    }
}

fn commit(conn: &Connection, rows: usize) -> rusqlite::Result<()> {
    let content = r#"{"crowd-classifier":{"label":"sports"}}"#;
    execute(conn, "BEGIN IMMEDIATE", [])?;
    let mut insert = conn.prepare_cached("INSERT INTO answer (content) VALUES (?1)")?;
    for _ in 0..rows {
        insert.execute([content])?;
    }
    execute(conn, "COMMIT", [])?;
    Ok(())
}
