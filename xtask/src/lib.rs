//! Development commands of Cairn: everything a contributor or CI does beyond `cargo build`.
//!
//! `cargo xtask help` lists them. One command is one module. This is a library only so that tests can reach it.

pub mod postgres;
pub mod power_loss;
pub mod process;
pub mod random;
pub mod test;
pub mod workspace;
