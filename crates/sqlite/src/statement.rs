//! Short ways to run one statement. It stays prepared on its connection for the next time.

use rusqlite::{Connection, Params, Result, Row};

/// Runs a statement that gives no rows; gives the number of rows it changed.
pub fn execute(conn: &Connection, sql: &str, params: impl Params) -> Result<usize> {
    conn.prepare_cached(sql)?.execute(params)
}

/// The first row of a statement, mapped, if there is one.
pub fn first<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    map: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let writes = !statement.readonly();
    let mut rows = statement.query(params)?;
    let first = rows.next()?.map(map).transpose()?;
    // What a write fails with may come after its rows, and would be lost with the rest of them.
    while writes && rows.next()?.is_some() {}
    Ok(first)
}

/// All rows of a statement, mapped.
pub fn all<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    map: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params, map)?;
    rows.collect()
}
