//! The stores from outside: one suite on every backend, and what only one of them promises.

#![allow(clippy::unwrap_used)]

mod embedded;
mod folder;
mod remote;
mod suite;
mod support;
