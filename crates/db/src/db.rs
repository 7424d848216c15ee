//! A database: opened by URL, read through a pool, written through [`crate::writer`].

use std::str::FromStr;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, PgPool, Postgres, Sqlite, SqlitePool};

use crate::sql::Conn;
use crate::task::Hints;
use crate::writer::{self, Operation, Writer};
use crate::{Result, migrate};

/// How long a caller waits for a connection before it is told that the database is away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// Statements kept prepared on each connection.
const STATEMENTS_KEPT: usize = 256;

/// How a database is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections that read at once (SQLite), or that read and write at once (PostgreSQL).
    pub connections_max: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options { connections_max: 8 }
    }
}

/// Which engine a database runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// SQLite, embedded.
    Sqlite,
    /// PostgreSQL, by URL.
    Postgres,
}

/// A database.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    /// Where each worker last looked in each queue.
    pub(crate) hints: std::sync::Arc<Hints>,
}

#[derive(Clone)]
enum Engine {
    Sqlite { readers: SqlitePool, writer: Writer },
    Postgres { pool: PgPool },
}

/// A connection for reading, given back when dropped.
pub enum Reader {
    /// To SQLite.
    Sqlite(PoolConnection<Sqlite>),
    /// To PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

impl Reader {
    /// The connection.
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Reader::Sqlite(conn) => Conn::Sqlite(conn),
            Reader::Postgres(conn) => Conn::Postgres(conn),
        }
    }
}

impl Db {
    /// Opens the database at `url` (`sqlite:PATH` or `postgres://…`), making it and bringing its
    /// schema up to date as needed.
    pub async fn open(url: &str, options: &Options) -> Result<Db> {
        let engine = if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            open_postgres(url, options).await?
        } else {
            open_sqlite(url, options).await?
        };
        Ok(Db {
            engine,
            hints: std::sync::Arc::default(),
        })
    }

    /// Which engine this is.
    pub fn backend(&self) -> Backend {
        match &self.engine {
            Engine::Sqlite { .. } => Backend::Sqlite,
            Engine::Postgres { .. } => Backend::Postgres,
        }
    }

    /// Runs `operation` in a transaction; the answer comes after the commit.
    pub async fn write<O: Operation>(&self, operation: O) -> Result<O::Output> {
        match &self.engine {
            Engine::Sqlite { writer, .. } => writer.write(operation).await,
            Engine::Postgres { pool } => writer::write_postgres(pool, &operation).await,
        }
    }

    /// A connection for reading.
    pub async fn reader(&self) -> Result<Reader> {
        Ok(match &self.engine {
            Engine::Sqlite { readers, .. } => Reader::Sqlite(readers.acquire().await?),
            Engine::Postgres { pool } => Reader::Postgres(pool.acquire().await?),
        })
    }
}

async fn open_sqlite(url: &str, options: &Options) -> Result<Engine> {
    let base = SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(STATEMENTS_KEPT)
        .pragma("cache_size", "-16384")
        .pragma("temp_store", "memory")
        // A longer log means fewer stops to fold it back; it stays below 32 MiB.
        .pragma("wal_autocheckpoint", "8000")
        .disable_statement_logging();
    let mut conn = base.connect().await?;
    migrate::run(&mut Conn::Sqlite(&mut conn)).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(options.connections_max.max(1))
        .min_connections(0)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(Some(Duration::from_secs(60)))
        .connect_lazy_with(base.pragma("query_only", "1").pragma("cache_size", "-4096"));
    Ok(Engine::Sqlite {
        readers,
        writer: Writer::start(conn),
    })
}

async fn open_postgres(url: &str, options: &Options) -> Result<Engine> {
    let connect = PgConnectOptions::from_str(url)?
        .statement_cache_capacity(STATEMENTS_KEPT)
        .application_name("cairn")
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(options.connections_max.max(2))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(connect)
        .await?;
    let mut conn = pool.acquire().await?;
    migrate::run(&mut Conn::Postgres(&mut conn)).await?;
    drop(conn);
    Ok(Engine::Postgres { pool })
}
