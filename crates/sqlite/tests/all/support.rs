//! What the tests share.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use cairn_sqlite::rusqlite::Connection;
use cairn_sqlite::{Durability, execute, first};

/// A folder of a test's own, removed when it ends.
pub struct TempDir(PathBuf);

impl TempDir {
    pub fn new() -> TempDir {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sqlite-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        TempDir(path)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Opens the file `rows` of a folder, with a table of the same name.
pub fn open_rows(dir: &TempDir) -> Connection {
    let conn = cairn_sqlite::open(&dir.file("rows"), Durability::Disk, 1_000, 1_000).unwrap();
    let table = "create table if not exists rows (id integer primary key)";
    execute(&conn, table, []).unwrap();
    conn
}

pub fn insert(conn: &Connection, id: i64) {
    execute(conn, "insert into rows (id) values (?1)", [id]).unwrap();
}

pub fn count(conn: &Connection) -> i64 {
    let count = first(conn, "select count(*) from rows", [], |row| row.get(0));
    count.unwrap().unwrap()
}
