//! The server at its boundary: an app in process on an empty database, asked as pages and scripts ask.

mod api;
mod people;
mod support;
