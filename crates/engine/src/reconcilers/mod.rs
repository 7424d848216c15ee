//! Reconcilers: each does one bounded unit of what is missing and may be run again at any time.
//!
//! [`job`] is the order of the steps of one job; the others are its steps, and [`leases`], which
//! looks after all jobs at once.

pub mod batch;
pub mod besides;
pub mod consolidate;
pub mod dispatch;
pub mod hook;
pub mod ingest;
pub mod job;
pub mod learn;
pub mod leases;
pub mod object_check;
pub mod output;
pub mod redundancy;
