//! A program for the recording layer to record: SQLite, as the server uses it, committing one row after another.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cairn_sqlite::rusqlite::{Connection, params};
use cairn_sqlite::{Durability, all, execute, first};

const CACHE_KIB: u32 = 2_000;
/// Few, so that a short run folds the log back many times.
const CHECKPOINT_PAGES: u32 = 50;

/// What to commit, and how safely.
#[derive(clap::Args)]
pub struct Arguments {
    /// The database file
    database: PathBuf,
    /// Rows to commit, each in a transaction of its own
    rows: i64,
    /// `full` waits for the disk at each commit, `off` never does
    #[arg(value_parser = durability)]
    synchronous: Durability,
    /// The log of the recording layer, whose length is printed after each commit
    log: PathBuf,
}

fn durability(synchronous: &str) -> Result<Durability, String> {
    match synchronous {
        "full" => Ok(Durability::Disk),
        "off" => Ok(Durability::None),
        _ => Err("neither `full` nor `off`".to_owned()),
    }
}

/// Prints one line a row once it is committed: its number, and the length of the log by then.
pub fn run(arguments: &Arguments) -> Result<()> {
    let conn = connect(&arguments.database, arguments.synchronous)?;
    let table = "CREATE TABLE row (id INTEGER PRIMARY KEY, body TEXT NOT NULL)";
    execute(&conn, table, [])?;
    for id in 1..=arguments.rows {
        let row = "INSERT INTO row (id, body) VALUES (?1, ?2)";
        execute(&conn, row, params![id, body(id)])?;
        let length = std::fs::metadata(&arguments.log)?.len();
        println!("{id} {length}");
    }
    close(conn)
}

/// The numbers of the rows in a database, after checking that it is sound and each row is whole. A missing file or
/// table is a database without rows.
pub fn rows(database: &Path) -> Result<Vec<i64>> {
    if !database.exists() {
        return Ok(Vec::new());
    }
    let conn = connect(database, Durability::Disk)?;
    let verdict: Option<String> = first(&conn, "PRAGMA integrity_check", [], |row| row.get(0))?;
    let verdict = verdict.unwrap_or_default();
    anyhow::ensure!(verdict == "ok", "the database is broken: {verdict}");
    let table = "SELECT 1 FROM sqlite_schema WHERE name = 'row'";
    if first(&conn, table, [], |_| Ok(()))?.is_none() {
        return Ok(Vec::new());
    }
    let rows = "SELECT id, body FROM row ORDER BY id";
    let rows: Vec<(i64, String)> = all(&conn, rows, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut ids = Vec::with_capacity(rows.len());
    for (id, text) in rows {
        anyhow::ensure!(text == body(id), "row {id} is not what was committed");
        ids.push(id);
    }
    close(conn)?;
    Ok(ids)
}

fn body(id: i64) -> String {
    format!("{id} ").repeat(40 + id as usize % 200)
}

fn connect(database: &Path, durability: Durability) -> Result<Connection> {
    cairn_sqlite::open(database, durability, CACHE_KIB, CHECKPOINT_PAGES)
        .with_context(|| format!("open {}", database.display()))
}

fn close(conn: Connection) -> Result<()> {
    conn.close().map_err(|(_, error)| error)?;
    Ok(())
}
