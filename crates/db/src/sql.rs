//! What differs between SQLite and PostgreSQL, in one place: connections, parameters, rows.
//!
//! Everything above writes one SQL text with `$1` parameters and reads columns by position.

use sqlx::{PgConnection, Postgres, Row as _, Sqlite, SqliteConnection};

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
    Sqlite(&'r sqlx::sqlite::SqliteRow),
    /// Of PostgreSQL.
    Postgres(&'r sqlx::postgres::PgRow),
}

macro_rules! getter {
    ($(#[$doc:meta])* $name:ident, $type:ty) => {
        $(#[$doc])*
        pub fn $name(&self, column: usize) -> Result<$type> {
            Ok(match self {
                Row::Sqlite(row) => row.try_get(column)?,
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
pub enum Conn<'c> {
    /// To SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// To PostgreSQL.
    Postgres(&'c mut PgConnection),
}

/// A statement with its parameters, for one engine.
macro_rules! bound {
    ($engine:ty, $sql:expr, $args:expr) => {{
        let mut query = sqlx::query::<$engine>($sql);
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

impl Conn<'_> {
    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Conn::Postgres(_))
    }

    /// Runs a statement; gives the number of rows it changed.
    pub async fn execute(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<i64> {
        let changed = match self {
            Conn::Sqlite(conn) => bound!(Sqlite, sql, args)
                .execute(&mut **conn)
                .await?
                .rows_affected(),
            Conn::Postgres(conn) => bound!(Postgres, sql, args)
                .execute(&mut **conn)
                .await?
                .rows_affected(),
        };
        Ok(changed as i64)
    }

    /// All rows of a statement, mapped.
    pub async fn all<T>(
        &mut self,
        sql: &'static str,
        args: &[Arg<'_>],
        map: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        match self {
            Conn::Sqlite(conn) => {
                let rows = bound!(Sqlite, sql, args).fetch_all(&mut **conn).await?;
                rows.iter().map(|row| map(&Row::Sqlite(row))).collect()
            }
            Conn::Postgres(conn) => {
                let rows = bound!(Postgres, sql, args).fetch_all(&mut **conn).await?;
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
            Conn::Sqlite(conn) => {
                let row = bound!(Sqlite, sql, args)
                    .fetch_optional(&mut **conn)
                    .await?;
                row.map(|row| map(&Row::Sqlite(&row))).transpose()
            }
            Conn::Postgres(conn) => {
                let row = bound!(Postgres, sql, args)
                    .fetch_optional(&mut **conn)
                    .await?;
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
        let sql = sqlx::AssertSqlSafe(sql);
        match self {
            Conn::Sqlite(conn) => {
                sqlx::raw_sql(sql).execute(&mut **conn).await?;
            }
            Conn::Postgres(conn) => {
                sqlx::raw_sql(sql).execute(&mut **conn).await?;
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
