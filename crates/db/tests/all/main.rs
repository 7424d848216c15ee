//! The SQL layer on both engines: every test runs on SQLite, and on PostgreSQL where
//! `CAIRN_TEST_POSTGRES` gives the address of one.

// A helper that cannot go on should stop where it stands, as a test does.
#![allow(clippy::unwrap_used)]

mod databases;
mod hot_path;
mod invariants;
mod people;
mod redundancy;
mod tags;
mod worker_pages;
