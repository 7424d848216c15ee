//! The SQL layer: SQLite and PostgreSQL from one text, and nothing but SQL.
//!
//! [`Db`] is a database. Reads are methods on it; writes are [`Operation`]s, small named structs that
//! [`Db::write`] runs in a transaction. On SQLite one writer drains its queue into one commit
//! ([`writer`]), so many operations share one fsync; on PostgreSQL each has its own transaction and
//! is run again when the server finds it in conflict with another.
//!
//! Rules for whoever adds an operation:
//! - It may be run more than once: what it needs is in the struct, what it decides is in its output.
//! - It looks before it writes. A refusal is a value of its output type; an `Err` is a failing
//!   database, and undoes the whole commit it was in.
//! - Every change of state names the state it leaves: zero rows means someone was faster.
//! - `$1` parameters, BIGINT for every whole number, time and truth value, TEXT for JSON, BYTEA for
//!   bytes. What differs between the engines is in [`sql`].
//!
//! One file per family of tables; `schema/` holds the numbered migrations, only ever added to.
//! Knows nothing of HTTP, buckets or the rules of labeling: those decide, this stores.

mod claim;
mod db;
mod error;
mod migrate;
mod planner;
pub mod sql;
mod writer;

pub mod access_key;
pub mod audit;
pub mod consolidation;
pub mod group;
pub mod human_task_ui;
pub mod iteration;
pub mod label;
pub mod labeling_job;
pub mod manifest_page;
pub mod password_reset;
pub mod person;
pub mod session;
pub mod tag;
pub mod task;
pub mod worker_parameters;
pub mod workforce;
pub mod workteam;

pub use claim::{Claim, ClaimRelease};
pub use db::{Backend, Db, Options, Reader};
pub use error::DbError;
pub use writer::Operation;

/// Result of everything here.
pub type Result<T, E = DbError> = std::result::Result<T, E>;

/// An id that grows with time and is unique without asking the database: milliseconds since 2020,
/// then 20 bits that differ between the calls of one millisecond and between replicas.
pub fn time_id(now_ms: i64, salt: u32) -> i64 {
    const EPOCH_2020_MS: i64 = 1_577_836_800_000;
    ((now_ms - EPOCH_2020_MS).max(0) << 20) | i64::from(salt & 0xF_FFFF)
}
