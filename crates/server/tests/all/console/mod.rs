//! The job half of the console's API.

mod create;
mod events;
mod jobs;
mod manifest_check;
mod objects;
mod preview;
mod world;
