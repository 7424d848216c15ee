//! SQLite as Cairn uses it: what its writer, its readers and a file that cannot be opened promise.

// A helper that cannot go on should stop where it stands, as a test does.
#![allow(clippy::unwrap_used)]

mod open;
mod readers;
mod statement;
mod support;
mod writer;
