//! A program for the recording layer to record: SQLite, as the server uses it, committing one row after another.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row};

/// What to commit, and how safely.
#[derive(clap::Args)]
pub struct Arguments {
    /// The database file
    database: PathBuf,
    /// Rows to commit, each in a transaction of its own
    rows: i64,
    /// `full` waits for the disk at each commit, `off` never does
    synchronous: SqliteSynchronous,
    /// The log of the recording layer, whose length is printed after each commit
    log: PathBuf,
}

/// Prints one line a row once it is committed: its number, and the length of the log by then.
pub fn run(arguments: &Arguments) -> Result<()> {
    block_on(async {
        let mut connection = connect(&arguments.database, arguments.synchronous).await?;
        sqlx::query("CREATE TABLE row (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
            .execute(&mut connection)
            .await?;
        for id in 1..=arguments.rows {
            sqlx::query("INSERT INTO row (id, body) VALUES ($1, $2)")
                .bind(id)
                .bind(body(id))
                .execute(&mut connection)
                .await?;
            let length = std::fs::metadata(&arguments.log)?.len();
            println!("{id} {length}");
        }
        connection.close().await?;
        Ok(())
    })
}

/// The numbers of the rows in a database, after checking that it is sound and each row is whole. A missing file or
/// table is a database without rows.
pub fn rows(database: &Path) -> Result<Vec<i64>> {
    if !database.exists() {
        return Ok(Vec::new());
    }
    block_on(async {
        let mut connection = connect(database, SqliteSynchronous::Full).await?;
        let verdict: String = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_one(&mut connection)
            .await?;
        anyhow::ensure!(verdict == "ok", "the database is broken: {verdict}");
        let tables: i64 =
            sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'row'")
                .fetch_one(&mut connection)
                .await?;
        if tables == 0 {
            return Ok(Vec::new());
        }
        let mut ids = Vec::new();
        for row in sqlx::query("SELECT id, body FROM row ORDER BY id")
            .fetch_all(&mut connection)
            .await?
        {
            let (id, text): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
            anyhow::ensure!(text == body(id), "row {id} is not what was committed");
            ids.push(id);
        }
        connection.close().await?;
        Ok(ids)
    })
}

fn body(id: i64) -> String {
    format!("{id} ").repeat(40 + id as usize % 200)
}

async fn connect(database: &Path, synchronous: SqliteSynchronous) -> Result<SqliteConnection> {
    SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .pragma("wal_autocheckpoint", "50")
        .connect()
        .await
        .with_context(|| format!("open {}", database.display()))
}

fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(future)
}
