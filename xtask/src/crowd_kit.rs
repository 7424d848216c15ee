//! crowd-kit, another program that consolidates, on the same answers: from PyPI, in an environment of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::test::python;
use crate::{process, workspace};

/// CPU seconds of a fit to the answers in a file, and the most memory in MB.
pub fn used(method: &str, answers: &Path) -> Result<(f64, f64)> {
    let printed = run(method, answers, None)?;
    let last = printed.lines().last().unwrap_or_default();
    let (cpu_s, memory_mb) = last.split_once(' ').context("no two figures")?;
    Ok((cpu_s.parse()?, memory_mb.parse()?))
}

/// The labels of answers that are given as CSV: lines of object and label.
pub fn labels(method: &str, answers: &str) -> Result<String> {
    let folder = workspace::cache().join(format!("crowd-kit-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (given, labels) = (folder.join("answers.csv"), folder.join("labels.csv"));
    std::fs::write(&given, answers)?;
    run(method, &given, Some(&labels))?;
    let read = std::fs::read_to_string(&labels)?;
    std::fs::remove_dir_all(&folder)?;
    Ok(read)
}

/// The Python of its environment, which is made when it is first asked for.
pub fn python() -> Result<PathBuf> {
    let requirements = workspace::root().join("xtask/crowd_kit/requirements.txt");
    Ok(python::environment(&requirements, None)?.join("bin/python"))
}

fn run(method: &str, answers: &Path, labels: Option<&PathBuf>) -> Result<String> {
    process::output(
        Command::new(python()?)
            .arg(workspace::root().join("xtask/crowd_kit/fit.py"))
            .arg(method)
            .arg(answers)
            .args(labels)
            // One thread, as ours.
            .env("OMP_NUM_THREADS", "1")
            .env("OPENBLAS_NUM_THREADS", "1"),
    )
}
