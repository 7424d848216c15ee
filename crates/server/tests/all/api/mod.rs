//! The JSON operations, asked as a script asks.

mod coverage;
mod human_task_uis;
mod operations;
mod tags;
mod workteams;
