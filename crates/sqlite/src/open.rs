//! Opening a file.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// Statements kept prepared on each connection.
const STATEMENTS_KEPT: usize = 256;
/// How long a connection waits for another program's lock.
const BUSY_MAX: Duration = Duration::from_secs(10);

/// What a commit waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Until the disk has it.
    Disk,
    /// Nothing: only for showing what a loss of power does then.
    None,
}

/// Opens the file at `path` for reading and writing, making it when missing. `cache_kib` bounds the
/// pages kept in memory, `checkpoint_pages` the log before it is folded back into the file.
pub fn open(
    path: &Path,
    durability: Durability,
    cache_kib: u32,
    checkpoint_pages: u32,
) -> rusqlite::Result<Connection> {
    let conn = connect(path, OpenFlags::SQLITE_OPEN_CREATE)?;
    conn.pragma_update(None, "journal_mode", "wal")?;
    let synchronous = match durability {
        Durability::Disk => "full",
        Durability::None => "off",
    };
    conn.pragma_update(None, "synchronous", synchronous)?;
    conn.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    conn.pragma_update(None, "temp_store", "memory")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "wal_autocheckpoint", checkpoint_pages)?;
    conn.pragma_update(None, "journal_size_limit", 64 << 20)?;
    Ok(conn)
}

/// Opens an existing file for reading alone.
pub(crate) fn open_reader(path: &Path, cache_kib: u32) -> rusqlite::Result<Connection> {
    let conn = connect(path, OpenFlags::empty())?;
    conn.pragma_update(None, "query_only", true)?;
    conn.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    conn.pragma_update(None, "temp_store", "memory")?;
    Ok(conn)
}

fn connect(path: &Path, more: OpenFlags) -> rusqlite::Result<Connection> {
    // Each connection stays with one thread at a time, so SQLite's own locks would only cost.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags | more)?;
    conn.busy_timeout(BUSY_MAX)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(conn)
}
