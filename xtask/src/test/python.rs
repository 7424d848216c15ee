//! The vendor's own clients (boto3, the aws CLI) against a running server, by pytest.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::summary::Counts;
use crate::{process, workspace};

/// Runs `tests/python`.
pub fn run(filter: Option<&str>) -> Result<Counts> {
    let cairn = workspace::build_cairn(false)?;
    let venv = venv()?;
    let mut command = Command::new(venv.join("bin/python"));
    command
        .args([
            "-m",
            "pytest",
            "-q",
            "--color=no",
            "-p",
            "no:cacheprovider",
            "-ra",
        ])
        .current_dir(workspace::root().join("tests/python"))
        .env("CAIRN_BIN", cairn)
        .env("CAIRN_SHARED", workspace::shared())
        .env("CAIRN_MOTO", venv.join("bin/moto_server"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    if let Some(filter) = filter {
        command.args(["-k", filter]);
    }
    let mut counts = Counts::default();
    let good = process::run_lines(&mut command, |line| {
        counts.read(line);
        true
    })?;
    if !good && counts.failed == 0 {
        counts.failed += 1;
    }
    Ok(counts)
}

/// A Python environment with what `tests/python/requirements.txt` pins.
pub fn venv() -> Result<PathBuf> {
    let folder = workspace::root().join("tests/python");
    environment(
        &folder.join("requirements.txt"),
        Some(&folder.join("constraints.txt")),
    )
}

/// A Python environment with what a file asks for, made once for each content of it.
pub fn environment(requirements: &Path, constraints: Option<&Path>) -> Result<PathBuf> {
    let mut hash = Sha256::new();
    for file in [Some(requirements), constraints].into_iter().flatten() {
        hash.update(std::fs::read(file).with_context(|| format!("read {}", file.display()))?);
    }
    // Its programs name the folder they were made in: one that was moved is made anew.
    hash.update(workspace::cache().as_os_str().as_encoded_bytes());
    let name = format!("venv-{}", &hex::encode(hash.finalize())[..12]);
    let venv = workspace::cache().join(name);
    // Written last: a folder without it was left half done.
    let done = venv.join("complete");
    if done.is_file() {
        return Ok(venv);
    }
    println!("installing {} …", requirements.display());
    if venv.exists() {
        std::fs::remove_dir_all(&venv).context("remove a half-made Python environment")?;
    }
    std::fs::create_dir_all(workspace::cache())?;
    process::run_quiet(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    let mut install = Command::new(venv.join("bin/python"));
    install
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ])
        .arg(requirements);
    if let Some(constraints) = constraints {
        install.arg("-c").arg(constraints);
    }
    process::run_quiet(&mut install)?;
    std::fs::write(&done, "")?;
    Ok(venv)
}
