//! A database: opened by URL, read through a pool, written through [`crate::writer`].

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use cairn_sqlite::{Durability, Readers};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool, Postgres};

use crate::sql::Conn;
use crate::task::Hints;
use crate::writer::{self, Operation, Writer};
use crate::{DbError, Result, migrate, planner};

/// How long a caller waits for a connection before it is told that the database is away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// Statements kept prepared on each connection.
const STATEMENTS_KEPT: usize = 256;
/// Pages of SQLite kept in memory by the writer, and by each reader.
const WRITER_CACHE_KIB: u32 = 16_384;
const READER_CACHE_KIB: u32 = 4_096;
/// Pages of SQLite's log before it is folded back. A longer log means fewer stops; it stays below 32 MiB.
const CHECKPOINT_PAGES: u32 = 8_000;

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
    Sqlite { readers: Readers, writer: Writer },
    Postgres { pool: PgPool },
}

/// A connection for reading, given back when dropped.
pub enum Reader {
    /// To SQLite.
    Sqlite(cairn_sqlite::Reader),
    /// To PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

impl Reader {
    /// The connection.
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Reader::Sqlite(reader) => Conn::SqliteReader(reader),
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
            Engine::Sqlite { readers, .. } => {
                let reader = tokio::time::timeout(ACQUIRE_TIMEOUT, readers.reader()).await;
                let busy = || DbError::Unavailable("all connections are in use".to_owned());
                Reader::Sqlite(reader.ok().and_then(Result::ok).ok_or_else(busy)?)
            }
            Engine::Postgres { pool } => Reader::Postgres(pool.acquire().await?),
        })
    }
}

async fn open_sqlite(url: &str, options: &Options) -> Result<Engine> {
    let path = PathBuf::from(url.strip_prefix("sqlite:").unwrap_or(url));
    let opened = path.clone();
    let open = move || {
        cairn_sqlite::open(
            &opened,
            Durability::Disk,
            WRITER_CACHE_KIB,
            CHECKPOINT_PAGES,
        )
    };
    let mut conn = tokio::task::spawn_blocking(open)
        .await
        .map_err(|error| DbError::Unavailable(format!("opening {}: {error}", path.display())))??;
    migrate::run(&mut Conn::Sqlite(&mut conn)).await?;
    planner::inform(&mut conn)?;
    Ok(Engine::Sqlite {
        readers: Readers::new(path, options.connections_max, READER_CACHE_KIB),
        writer: Writer::start(conn)?,
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
