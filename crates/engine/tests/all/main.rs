//! The way of a label without HTTP: a manifest in a bucket, answers into the database, files out.

mod life;
mod world;
