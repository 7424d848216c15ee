//! The algorithms from outside: tables, properties, a plain second implementation, published numbers.

// Tests stop where they stand, and published numbers come from files beside the project.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod agreement;
mod anchors;
mod bounding_boxes;
mod cairn;
mod classification;
mod many_labels;
mod masks;
mod methods;
mod multi_label;
mod next_answer;
mod numbers;
mod parameters;
mod ranking;
mod shapes;
mod spans;
mod text;
