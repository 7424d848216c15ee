//! The workspace's own tests, with the services they ask for by environment.

use anyhow::Result;

use super::python;
use super::summary::Counts;
use crate::postgres::Postgres;
use crate::{process, workspace};

/// Tests of every crate, then the examples in the documentation.
pub fn run(filter: Option<&str>) -> Result<Counts> {
    let postgres = Postgres::start()?;
    if postgres.is_none() {
        let missing = "PostgreSQL is not installed (Debian: apt-get install postgresql)";
        anyhow::ensure!(!workspace::is_ci(), "{missing}");
        println!("!!! {missing}: the tests on PostgreSQL are SKIPPED");
    }
    let moto = python::venv()?.join("bin/moto_server");

    let nextest = process::is_there("cargo-nextest");
    let mut tests = workspace::cargo();
    if nextest {
        tests.args([
            "nextest",
            "run",
            "--workspace",
            "--no-fail-fast",
            "--no-tests=warn",
        ]);
        tests.args([
            "--status-level=fail",
            "--final-status-level=slow",
            "--cargo-quiet",
        ]);
    } else {
        tests.args(["test", "--workspace", "--no-fail-fast", "--quiet"]);
        tests.args(["--lib", "--bins", "--tests"]);
    }
    tests.args(filter);
    tests
        .env("CAIRN_SHARED", workspace::shared())
        .env("CAIRN_MOTO", moto)
        .env("RUST_BACKTRACE", "0")
        .env_remove("CAIRN_TEST_POSTGRES");
    if let Some(postgres) = &postgres {
        tests.env("CAIRN_TEST_POSTGRES", postgres.url());
    }
    let mut counts = Counts::default();
    count(&mut tests, &mut counts)?;
    if filter.is_none() {
        // Nextest leaves the examples in the documentation to cargo.
        let mut examples = workspace::cargo();
        examples.args(["test", "--workspace", "--doc", "--no-fail-fast", "--quiet"]);
        count(&mut examples, &mut counts)?;
    }
    Ok(counts)
}

/// Runs one test command; failing without a failed test (a crate that does not build) counts as one.
fn count(command: &mut std::process::Command, counts: &mut Counts) -> Result<()> {
    let failed_before = counts.failed;
    let good = process::run_lines(command, |line| {
        counts.read(line);
        let noise = ["running 0 tests", "test result: ok. 0 passed"];
        !line.is_empty() && !noise.iter().any(|start| line.starts_with(start))
    })?;
    if !good && counts.failed == failed_before {
        counts.failed += 1;
    }
    Ok(())
}
