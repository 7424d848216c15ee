//! What a labeling job is, as functions of data: names and addresses, manifests, rules for fields
//! and jobs, task types, answers and labels, and the files a job leaves behind.
//!
//! This crate has no clock, randomness, async, SQL, HTTP or file system; a time, a seed or a key is
//! an argument. It reads bytes and JSON and gives values, text and errors.
//!
//! - One more task type: a row in [`task_type`], its answer in [`answer`], its label in
//!   [`label_json`] and [`consolidation`].
//! - One more operation, or field of one: a row in [`api_rules`].
//! - One more setting of a job that no member of the API carries: a row in [`settings_tags`].

pub mod answer;
pub mod api_rules;
pub mod arn;
pub mod consolidation;
pub mod consolidation_hook;
pub mod consolidation_request;
pub mod consolidation_response;
pub mod ids;
pub mod job_rules;
pub mod known_labels;
pub mod label_category;
pub mod label_json;
pub mod labeling_job;
pub mod manifest;
pub mod s3_layout;
pub mod s3_uri;
pub mod sample;
pub mod settings_tags;
pub mod task_type;
pub mod template;
mod text;
pub mod time_format;
pub mod worker_parameters;
pub use cairn_algorithms::redundancy;
pub mod worker_response;
