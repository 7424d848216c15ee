//! The way of a label without HTTP: a manifest in a bucket, answers into the database, files out.

// A helper that cannot go on should stop where it stands, as a test does.
#![allow(clippy::unwrap_used)]

mod hooks;
mod learning;
mod life;
mod world;
