//! `cargo xtask bench`.
pub mod disk;
pub mod floor;
pub mod latency;
pub mod meter;
pub mod workload;
