//! What differs between SQLite and PostgreSQL, in one place: connections, parameters, rows.
//!
//! Everything above writes one SQL text with `$1` parameters and reads columns by position.

use cairn_sqlite::rusqlite::{CachedStatement, Connection};
use sqlx::{PgConnection, Postgres, Row as _};

use crate::{DbError, Result};

/// A parameter. Absent values keep their type, because PostgreSQL wants to know it.
#[derive(Clone, Copy, Debug)]
pub enum Arg<'a> {
    /// BIGINT.
    Int(Option<i64>),
    /// TEXT.
    Text(Option<&'a str>),
    /// BYTEA.
    Bytes(&'a [u8]),
    /// DOUBLE PRECISION.
    Real(Option<f64>),
}

impl From<i64> for Arg<'_> {
    fn from(value: i64) -> Self {
        Arg::Int(Some(value))
    }
}

impl From<Option<i64>> for Arg<'_> {
    fn from(value: Option<i64>) -> Self {
        Arg::Int(value)
    }
}

impl From<bool> for Arg<'_> {
    fn from(value: bool) -> Self {
        Arg::Int(Some(i64::from(value)))
    }
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(value: &'a str) -> Self {
        Arg::Text(Some(value))
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(value: &'a String) -> Self {
        Arg::Text(Some(value))
    }
}

impl<'a> From<Option<&'a str>> for Arg<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Arg::Text(value)
    }
}

impl<'a> From<&'a Option<String>> for Arg<'a> {
    fn from(value: &'a Option<String>) -> Self {
        Arg::Text(value.as_deref())
    }
}

impl<'a> From<&'a [u8]> for Arg<'a> {
    fn from(value: &'a [u8]) -> Self {
        Arg::Bytes(value)
    }
}

impl From<Option<f64>> for Arg<'_> {
    fn from(value: Option<f64>) -> Self {
        Arg::Real(value)
    }
}

/// The parameters of a statement: `args![job_id, line, name]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::sql::Arg::from($value)),*] };
}

/// A row, read by position.
pub enum Row<'r> {
    /// Of SQLite.
    Sqlite(&'r cairn_sqlite::rusqlite::Row<'r>),
    /// Of PostgreSQL.
    Postgres(&'r sqlx::postgres::PgRow),
}

macro_rules! getter {
    ($(#[$doc:meta])* $name:ident, $type:ty) => {
        $(#[$doc])*
        pub fn $name(&self, column: usize) -> Result<$type> {
            Ok(match self {
                Row::Sqlite(row) => row.get(column)?,
                Row::Postgres(row) => row.try_get(column)?,
            })
        }
    };
}

impl Row<'_> {
    getter!(/// A whole number.
        int, i64);
    getter!(/// A whole number, or nothing.
        opt_int, Option<i64>);
    getter!(/// A text.
        text, String);
    getter!(/// A text, or nothing.
        opt_text, Option<String>);
    getter!(/// Bytes.
        bytes, Vec<u8>);
    getter!(/// A number, or nothing.
        opt_real, Option<f64>);

    /// A truth value.
    pub fn truth(&self, column: usize) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }
}

/// A connection of either engine, inside a transaction or not.
///
/// On SQLite every statement runs at once on the thread that asks, so that the futures of this module
/// are ready when they are first polled.
pub enum Conn<'c> {
    /// To SQLite.
    Sqlite(&'c mut Connection),
    /// To SQLite, for reading: what may give many rows lets other tasks go on meanwhile.
    SqliteReader(&'c mut cairn_sqlite::Reader),
    /// To PostgreSQL.
    Postgres(&'c mut PgConnection),
}

/// A statement of PostgreSQL with its parameters.
macro_rules! bound {
    ($sql:expr, $args:expr) => {{
        let mut query = sqlx::query::<Postgres>($sql);
        for arg in $args {
            query = match *arg {
                Arg::Int(value) => query.bind(value),
                Arg::Text(value) => query.bind(value.map(str::to_owned)),
                Arg::Bytes(value) => query.bind(value.to_vec()),
                Arg::Real(value) => query.bind(value),
            };
        }
        query
    }};
}

/// A statement of SQLite with its parameters.
fn statement<'c>(conn: &'c Connection, sql: &str, args: &[Arg<'_>]) -> Result<CachedStatement<'c>> {
    let mut statement = conn.prepare_cached(sql)?;
    for place in 1..=statement.parameter_count() {
        // To SQLite `$2` is a name like any other, numbered by where it first stands in the text.
        let number = statement
            .parameter_name(place)
            .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let arg = number.and_then(|number| args.get(number.checked_sub(1)?));
        match *arg.ok_or_else(|| DbError::Statement(format!("no parameter {place} for: {sql}")))? {
            Arg::Int(value) => statement.raw_bind_parameter(place, value)?,
            Arg::Text(value) => statement.raw_bind_parameter(place, value)?,
            Arg::Bytes(value) => statement.raw_bind_parameter(place, value)?,
            Arg::Real(value) => statement.raw_bind_parameter(place, value)?,
        }
    }
    Ok(statement)
}

/// Runs a statement of SQLite; gives the number of rows it changed.
fn sqlite_execute(conn: &Connection, sql: &str, args: &[Arg<'_>]) -> Result<i64> {
    let mut statement = statement(conn, sql, args)?;
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(conn.changes() as i64)
}

/// At most `limit` rows of a statement of SQLite, mapped.
fn sqlite_rows<T>(
    conn: &Connection,
    sql: &str,
    args: &[Arg<'_>],
    limit: usize,
    map: impl Fn(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = statement(conn, sql, args)?;
    let writes = !statement.readonly();
    let mut rows = statement.raw_query();
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        if list.len() < limit {
            list.push(map(&Row::Sqlite(row))?);
        } else if !writes {
            break;
        }
    }
    Ok(list)
}

impl Conn<'_> {
    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Conn::Postgres(_))
    }

    /// Runs a statement; gives the number of rows it changed.
    pub async fn execute(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<i64> {
        match self {
            Conn::Sqlite(conn) => sqlite_execute(conn, sql, args),
            Conn::SqliteReader(reader) => reader.slow(|conn| sqlite_execute(conn, sql, args)),
            Conn::Postgres(conn) => {
                let done = bound!(sql, args).execute(&mut **conn).await?;
                Ok(done.rows_affected() as i64)
            }
        }
    }

    /// All rows of a statement, mapped.
    pub async fn all<T>(
        &mut self,
        sql: &'static str,
        args: &[Arg<'_>],
        map: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        match self {
            Conn::Sqlite(conn) => sqlite_rows(conn, sql, args, usize::MAX, map),
            Conn::SqliteReader(reader) => {
                reader.slow(|conn| sqlite_rows(conn, sql, args, usize::MAX, map))
            }
            Conn::Postgres(conn) => {
                let rows = bound!(sql, args).fetch_all(&mut **conn).await?;
                rows.iter().map(|row| map(&Row::Postgres(row))).collect()
            }
        }
    }

    /// The first row of a statement, mapped, if there is one.
    pub async fn opt<T>(
        &mut self,
        sql: &'static str,
        args: &[Arg<'_>],
        map: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        match self {
            Conn::Sqlite(conn) => Ok(sqlite_rows(conn, sql, args, 1, map)?.pop()),
            Conn::SqliteReader(reader) => Ok(reader
                .quick(|conn| sqlite_rows(conn, sql, args, 1, map))?
                .pop()),
            Conn::Postgres(conn) => {
                let row = bound!(sql, args).fetch_optional(&mut **conn).await?;
                row.map(|row| map(&Row::Postgres(&row))).transpose()
            }
        }
    }

    /// The one row of a statement that always has one, mapped.
    pub async fn one<T>(
        &mut self,
        sql: &'static str,
        args: &[Arg<'_>],
        map: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.opt(sql, args, map)
            .await?
            .ok_or_else(|| DbError::Statement(format!("no row came back from: {sql}")))
    }

    /// Runs a text of several statements without parameters.
    pub(crate) async fn script(&mut self, sql: String) -> Result<()> {
        match self {
            Conn::Sqlite(conn) => conn.execute_batch(&sql)?,
            Conn::SqliteReader(reader) => reader.slow(|conn| conn.execute_batch(&sql))?,
            Conn::Postgres(conn) => {
                sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
                    .execute(&mut **conn)
                    .await?;
            }
        }
        Ok(())
    }
}

/// A statement that locks the rows it reads on PostgreSQL, passing over rows that others hold.
/// SQLite has one writer and needs no locks.
#[macro_export]
macro_rules! skip_locked {
    ($conn:expr, $of:literal, $sql:literal) => {
        if $conn.is_postgres() {
            concat!($sql, " FOR UPDATE OF ", $of, " SKIP LOCKED")
        } else {
            $sql
        }
    };
}
