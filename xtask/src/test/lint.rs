//! What needs no test to be wrong: formatting, clippy, documentation, the layers between crates, and
//! words that must not be in the tree.

use std::process::Command;

use anyhow::Result;

use super::layers;
use super::summary::Counts;
use crate::{process, workspace};

/// Runs every check; each counts as one test.
pub fn run() -> Result<Counts> {
    let mut counts = Counts::default();
    let mut check = |name: &str, good: bool| {
        println!("{} {name}", if good { "ok    " } else { "FAILED" });
        if good {
            counts.passed += 1;
        } else {
            counts.failed += 1;
        }
    };

    let mut format = workspace::cargo();
    format.args(["fmt", "--all", "--check"]);
    check(
        "formatting (cargo fmt)",
        process::run_lines(&mut format, |_| true)?,
    );

    check(
        "layers between crates (design: all arrows point down)",
        show(&layers::check()?),
    );
    check(
        "no path of one machine in the tree",
        show(&machine_paths()?),
    );

    let mut clippy = workspace::cargo();
    clippy.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]);
    check("clippy", process::run_lines(&mut clippy, |_| true)?);

    let mut documentation = workspace::cargo();
    documentation
        .args([
            "doc",
            "--workspace",
            "--no-deps",
            "--quiet",
            "--document-private-items",
        ])
        // Help texts of the command line are doc comments too, and an address in them stays bare. The
        // pages are read by whoever works on Cairn, so they may lead to what is private.
        .env(
            "RUSTDOCFLAGS",
            "-D warnings -A rustdoc::bare-urls -A rustdoc::private-intra-doc-links",
        );
    check(
        "documentation (cargo doc)",
        process::run_lines(&mut documentation, |_| true)?,
    );
    Ok(counts)
}

fn show(complaints: &[String]) -> bool {
    for complaint in complaints {
        println!("{complaint}");
    }
    complaints.is_empty()
}

/// Lines that name a folder of somebody's machine.
fn machine_paths() -> Result<Vec<String>> {
    // Written in two pieces, or this file would find itself.
    let pattern = concat!("(^|[^A-Za-z0-9_.])/(work|root|home/[a-z]+)", "/");
    let output = Command::new("git")
        .args(["grep", "-nIE", pattern])
        .current_dir(workspace::root())
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect())
}
