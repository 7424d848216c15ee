//! Opening a file.

use cairn_sqlite::rusqlite::Error;
use cairn_sqlite::{Durability, Readers};

use crate::support::TempDir;

#[test]
fn a_file_that_cannot_be_opened_is_an_error() {
    let dir = TempDir::new();
    let open = |name: &str| cairn_sqlite::open(&dir.file(name), Durability::Disk, 1_000, 1_000);
    open("missing/rows").unwrap_err();
    std::fs::write(
        dir.file("text"),
        "not a database, and long enough to be seen".repeat(99),
    )
    .unwrap();
    open("text").unwrap_err();
}

#[tokio::test]
async fn a_reader_does_not_make_a_missing_file() {
    let dir = TempDir::new();
    let readers = Readers::new(dir.file("rows"), 1, 1_000);
    for _ in 0..2 {
        let mut reader = readers.reader().await.unwrap();
        reader.quick(|_| Ok::<_, Error>(())).unwrap_err();
    }
    assert!(!dir.file("rows").exists());
}

#[test]
fn the_file_keeps_a_log_and_waits_for_the_disk_when_told() {
    let dir = TempDir::new();
    for (durability, synchronous) in [(Durability::Disk, 2), (Durability::None, 0)] {
        let conn = cairn_sqlite::open(&dir.file("rows"), durability, 1_000, 77).unwrap();
        let text = |name| conn.pragma_query_value(None, name, |row| row.get::<_, String>(0));
        let number = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        assert_eq!(text("journal_mode").unwrap(), "wal");
        assert_eq!(number("synchronous").unwrap(), synchronous);
        assert_eq!(number("wal_autocheckpoint").unwrap(), 77);
        assert_eq!(number("cache_size").unwrap(), -1_000);
    }
}
