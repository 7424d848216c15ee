//! The SQL layer on both engines: every test runs on SQLite, and on PostgreSQL where
//! `CAIRN_TEST_POSTGRES` gives the address of one.

mod databases;
mod hot_path;
mod invariants;
mod people;
mod tags;
