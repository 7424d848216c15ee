//! The server at its boundary: an app in process on an empty database, asked as pages and scripts ask.

// A helper that cannot go on should stop where it stands, as a test does.
#![allow(clippy::unwrap_used)]

mod api;
mod command_line;
mod console;
mod object_route;
mod people;
mod portal;
mod support;
