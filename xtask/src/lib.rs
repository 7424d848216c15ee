//! Development commands of Cairn: everything a contributor or CI does beyond `cargo build`.
//!
//! `cargo xtask help` lists them. One command is one module. This is a library only so that tests can reach it.

pub mod aws;
pub mod bench;
pub mod cairn;
pub mod crash;
pub mod crowd_kit;
pub mod disk_full;
pub mod eval;
pub mod http;
pub mod load;
pub mod postgres;
pub mod power_loss;
pub mod process;
pub mod random;
pub mod sigv4;
pub mod test;
pub mod workspace;
