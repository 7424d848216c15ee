//! What answers a request: the doors of the server, its guards, its pages and its command line.
//!
//! One port carries everything. [`door`] says which door a request comes to; [`app::router`] is the
//! server as a function of its state, [`serve`] puts it on a socket.
//!
//! | door | module | guarded by |
//! | --- | --- | --- |
//! | SageMaker, JSON | [`api`] | SigV4, role table |
//! | STS and IAM, query protocol | [`api::query`] | SigV4, role table |
//! | portal and console, JSON | [`people`] | session, role table ([`auth::guard`]) |
//! | portal: labeling, JSON | [`portal`] | session, role table, team |
//! | page of one task | [`task_page`] | signed token |
//! | console's jobs, JSON | [`console`] | session, role table |
//! | files of the pages | [`assets`] | open |
//! | S3 | [`s3`] | SigV4 or SigV2, role table |
//! | one stored object | [`object`] | signed token |
//!
//! What the server does without being asked (ingest, dispatch, consolidate) lives in the engine.

pub mod api;
pub mod app;
pub mod assets;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod console;
pub mod door;
pub mod json;
pub mod mail;
pub mod metrics;
pub mod object;
pub mod origin;
pub mod page_error;
pub mod people;
pub mod portal;
pub mod replica;
pub mod request_scope;
pub mod s3;
pub mod secrets;
pub mod serve;
pub mod settings;
pub mod task_page;
