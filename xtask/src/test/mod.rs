//! `cargo xtask test`: sets up what the tests need, runs every part, and closes with one line a part.

mod crash;
mod layers;
mod lint;
pub(crate) mod python;
mod rust;
mod summary;
mod web;

use std::time::Instant;

use anyhow::{Result, bail};
use clap::ValueEnum;

use summary::Counts;

/// What to run.
#[derive(clap::Args)]
pub struct Arguments {
    /// Parts to run; all of them when none is named
    #[arg(value_enum)]
    parts: Vec<Part>,

    /// Only tests whose name contains this (Rust and Python)
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
}

/// One part of the tests.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Formatting, clippy, documentation, layers between crates
    Lint,
    /// Unit and integration tests of the workspace, on both databases
    Rust,
    /// boto3 and the aws CLI against a running server
    Python,
    /// Unit tests, type check and browser tests of the pages
    Web,
    /// Some rounds of `cargo xtask crash` in each of its ways
    Crash,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Lint => "lint",
            Part::Rust => "rust",
            Part::Python => "python",
            Part::Web => "web",
            Part::Crash => "crash",
        }
    }
}

/// Runs the parts asked for; an error when any test failed, or could not be run.
pub fn run(arguments: &Arguments) -> Result<()> {
    let parts = if arguments.parts.is_empty() {
        Part::value_variants().to_vec()
    } else {
        arguments.parts.clone()
    };
    let filter = arguments.filter.as_deref();
    let mut rows = Vec::new();
    for part in parts {
        println!("\n── {} ──", part.name());
        let started = Instant::now();
        let counts = match part {
            Part::Lint => lint::run(),
            Part::Rust => rust::run(filter),
            Part::Python => python::run(filter),
            Part::Web => web::run(),
            Part::Crash => crash::run(),
        };
        // One part that cannot run must not hide what the others have to say.
        let counts = counts.unwrap_or_else(|error| {
            println!("{}: {error:#}", part.name());
            Counts::one_failed()
        });
        println!(
            "{} took {:.0} s",
            part.name(),
            started.elapsed().as_secs_f64()
        );
        rows.push((part.name(), counts));
    }
    println!();
    let mut total = Counts::default();
    for (name, counts) in &rows {
        println!("{name}: {counts}");
        total.add(*counts);
    }
    if rows.len() > 1 {
        println!("total: {total}");
    }
    if total.failed > 0 {
        bail!("tests failed");
    }
    if total.passed == 0 {
        bail!("no test was run");
    }
    Ok(())
}
