//! Connections that read.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cairn_sqlite::rusqlite::{Connection, Error, ErrorCode};
use cairn_sqlite::{Reader, Readers, ReadersClosed, execute};

use crate::support::{TempDir, count, insert, open_rows};

/// What a connection was told of its cache, by which it is known again.
fn cache_size(reader: &mut Reader) -> i64 {
    let read = |conn: &Connection| conn.pragma_query_value(None, "cache_size", |row| row.get(0));
    reader.quick(read).unwrap()
}

fn mark(reader: &mut Reader) {
    let set = |conn: &Connection| conn.pragma_update(None, "cache_size", -7);
    reader.quick(set).unwrap();
}

#[tokio::test]
async fn no_more_are_lent_than_the_greatest_number() {
    let dir = TempDir::new();
    let _conn = open_rows(&dir);
    let readers = Readers::new(dir.file("rows"), 2, 1_000);
    let first = readers.reader().await.unwrap();
    let _second = readers.reader().await.unwrap();
    let mut third = pin!(readers.reader());
    let mut context = Context::from_waker(Waker::noop());
    assert!(third.as_mut().poll(&mut context).is_pending());
    drop(first);
    assert!(matches!(
        third.as_mut().poll(&mut context),
        Poll::Ready(Ok(_))
    ));
}

#[tokio::test]
async fn a_connection_that_is_given_back_is_lent_again() {
    let dir = TempDir::new();
    let _conn = open_rows(&dir);
    let readers = Readers::new(dir.file("rows"), 2, 1_000);
    let mut first = readers.reader().await.unwrap();
    mark(&mut first);
    let mut other = readers.reader().await.unwrap();
    assert_eq!(cache_size(&mut other), -1_000, "it is another connection");
    drop(first);
    let mut again = readers.reader().await.unwrap();
    assert_eq!(cache_size(&mut again), -7, "it is the same connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_what_is_committed_and_nothing_else() {
    let dir = TempDir::new();
    let conn = open_rows(&dir);
    let readers = Readers::new(dir.file("rows"), 1, 1_000);
    insert(&conn, 1);
    execute(&conn, "begin immediate", []).unwrap();
    insert(&conn, 2);
    let mut reader = readers.reader().await.unwrap();
    let seen = |conn: &Connection| Ok::<_, Error>(count(conn));
    assert_eq!(reader.quick(seen).unwrap(), 1);
    execute(&conn, "commit", []).unwrap();
    assert_eq!(reader.slow(seen).unwrap(), 2);
    // One connection is all there is: what comes next shows that it did not keep its snapshot.
    drop(reader);
    insert(&conn, 3);
    let mut reader = readers.reader().await.unwrap();
    assert_eq!(reader.slow(seen).unwrap(), 3);
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let dir = TempDir::new();
    let conn = open_rows(&dir);
    let readers = Readers::new(dir.file("rows"), 1, 1_000);
    let mut reader = readers.reader().await.unwrap();
    for sql in [
        "insert into rows (id) values (1)",
        "create table other (id)",
    ] {
        let refused = reader.quick(|conn| execute(conn, sql, [])).unwrap_err();
        assert_eq!(refused.sqlite_error_code(), Some(ErrorCode::ReadOnly));
    }
    assert_eq!(count(&conn), 0);
}

#[tokio::test]
async fn a_closed_pool_lends_no_more_and_keeps_nothing_open() {
    let dir = TempDir::new();
    let conn = open_rows(&dir);
    let readers = Readers::new(dir.file("rows"), 2, 1_000);
    let (mut lent, mut back) = (
        readers.reader().await.unwrap(),
        readers.reader().await.unwrap(),
    );
    assert_eq!(
        (cache_size(&mut lent), cache_size(&mut back)),
        (-1_000, -1_000)
    );
    drop(back);
    readers.close();
    assert_eq!(readers.reader().await.err(), Some(ReadersClosed));
    // What is lent is not taken away.
    assert_eq!(cache_size(&mut lent), -1_000);
    drop(lent);
    // The last to close the file folds its log back, so nobody else has it open.
    conn.close().unwrap();
    assert!(!dir.file("rows-wal").exists());
}
