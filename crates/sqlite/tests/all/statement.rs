//! Running one statement.

use cairn_sqlite::rusqlite::Result;
use cairn_sqlite::{all, execute, first};

use crate::support::{TempDir, insert, open_rows};

#[test]
fn rows_come_as_the_statement_gives_them() {
    let dir = TempDir::new();
    let conn = open_rows(&dir);
    (1..=3).for_each(|id| insert(&conn, id));
    let ids: Result<Vec<i64>> = all(&conn, "select id from rows order by id desc", [], |row| {
        row.get(0)
    });
    assert_eq!(ids.unwrap(), [3, 2, 1]);
    let below = |limit: i64| {
        let sql = "select id from rows where id < ?1 order by id";
        first(&conn, sql, [limit], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!((below(9), below(1)), (Some(1), None));
    assert_eq!(
        execute(&conn, "delete from rows where id > ?1", [1]).unwrap(),
        2
    );
}

/// A row that a write gives comes before its commit: that the commit failed was lost once the row was there.
#[test]
fn the_first_row_of_a_write_comes_only_when_the_write_is_done() {
    let dir = TempDir::new();
    let conn = open_rows(&dir);
    let child =
        "create table child (id integer references rows (id) deferrable initially deferred)";
    execute(&conn, child, []).unwrap();
    let insert_child = "insert into child (id) values (?1) returning id";
    let orphan: Result<Option<i64>> = first(&conn, insert_child, [1], |row| row.get(0));
    orphan.unwrap_err();
    insert(&conn, 1);
    let kept: Result<Option<i64>> = first(&conn, insert_child, [1], |row| row.get(0));
    assert_eq!(kept.unwrap(), Some(1));
}
