//! The JSON operations, asked as a script asks.

mod coverage;
mod human_task_uis;
mod labeling_jobs;
mod operations;
mod render_ui_template;
mod tags;
mod workteams;
