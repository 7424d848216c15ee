//! The algorithms from outside: tables, properties, a plain second implementation, published numbers.

#![allow(clippy::unwrap_used)]

mod anchors;
mod classification;
mod multi_label;
