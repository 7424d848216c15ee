//! The steps of the bench.

pub mod buckets;
pub mod consolidation;
pub mod export;
pub mod floor;
pub mod import;
pub mod label;
pub mod millions;
pub mod next;
pub mod pages;
pub mod start;
