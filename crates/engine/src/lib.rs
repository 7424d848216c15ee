//! What happens without a request: manifests are read, objects dispatched, leases lapse, answers are
//! consolidated, output manifests written.
//!
//! [`Engine`] owns a set of reconcilers. Each looks at stored state, does one bounded unit of what is
//! missing, may be killed at any line and run again. A wake-up only saves waiting: what a lost one
//! would have started is found by the next look. A job is worked on by one replica at a time, which
//! holds a claim on it.
//!
//! To add a reconciler of a job: a file in `reconcilers/`, and its step in
//! [`reconcilers::job::step`]. The engine answers no requests; what it decides by rule it asks of
//! `cairn-labeling`.

mod engine;
mod error;
pub mod facts;
mod held_up;
mod hooks;
mod knowledge;
pub mod pages;
pub mod reconcilers;
pub mod request;

pub use engine::{Engine, EngineOptions};
pub use error::EngineError;
pub use facts::JobFacts;
pub use hooks::Hooks;
