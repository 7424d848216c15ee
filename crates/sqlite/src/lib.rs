//! SQLite as Cairn uses it: a file with a write-ahead log, one thread that writes, a pool of
//! connections that read.
//!
//! Every statement runs on the thread that asks for it. Handing each to a thread of the connection's
//! own, as asynchronous drivers do, cost more than the statement: a labeling loop has a dozen of them
//! (`docs/decisions/2026-11-24-sqlite-threads.md`).
//!
//! Knows nothing of what is stored: the database and the bucket index both stand on it.

mod open;
mod readers;
mod statement;
mod writer;

pub use open::{Durability, open};
pub use readers::{Reader, Readers, ReadersClosed};
pub use rusqlite;
pub use statement::{all, execute, first};
pub use writer::{Queue, Stopped};
