//! Type check, unit tests and browser tests of the pages, with Node.js and Debian's Chromium.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::summary::Counts;
use crate::{process, workspace};

/// Debian's place for Chromium.
const CHROMIUM: &str = "/usr/bin/chromium";

/// Runs `tests/web`.
pub fn run() -> Result<Counts> {
    let folder = workspace::root().join("tests/web");
    let chromium = std::env::var("CAIRN_CHROMIUM").unwrap_or_else(|_| CHROMIUM.to_owned());
    ensure!(
        Path::new(&chromium).is_file(),
        "no Chromium at {chromium} (Debian: apt-get install chromium, or set CAIRN_CHROMIUM)"
    );
    let cairn = workspace::build_cairn(false)?;
    install(&folder)?;

    let mut counts = Counts::default();
    let mut types = Command::new("npm");
    types
        .args(["run", "--silent", "check"])
        .current_dir(&folder);
    if process::run_lines(&mut types, |_| true)? {
        counts.passed += 1;
    } else {
        println!("the type check failed");
        counts.failed += 1;
    }

    let files = test_files(&folder)?;
    ensure!(!files.is_empty(), "no test in {}", folder.display());
    let mut tests = Command::new("node");
    tests
        .args(["--test", "--test-concurrency=2", "--test-reporter=spec"])
        // A file that waits for something that never comes fails, rather than the whole run.
        .arg("--test-timeout=900000")
        .args(files)
        .current_dir(&folder)
        .env("CAIRN_BIN", cairn)
        .env("CAIRN_CHROMIUM", &chromium)
        .env("CHROMIUM", &chromium);
    let failed_before = counts.failed;
    let good = process::run_lines(&mut tests, |line| {
        counts.read(line);
        // What passed is a number at the end; what failed is told in full.
        !line.trim_start().starts_with(['✔', '▶']) && !line.is_empty()
    })?;
    if !good && counts.failed == failed_before {
        counts.failed += 1;
    }
    Ok(counts)
}

/// `npm ci`, unless the folder holds just what the lock file names.
fn install(folder: &Path) -> Result<()> {
    let lock = std::fs::read(folder.join("package-lock.json")).context("read package-lock.json")?;
    let installed = folder.join("node_modules/.installed-lock.json");
    if std::fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("installing what tests/web/package-lock.json pins …");
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(folder);
    process::run_quiet(&mut npm)?;
    std::fs::write(installed, lock)?;
    Ok(())
}

/// All `*.test.js` files, unit tests first.
fn test_files(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for kind in ["unit", "browser"] {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder.join(kind))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".test.js") {
                found.push(format!("{kind}/{name}"));
            }
        }
        found.sort();
        files.append(&mut found);
    }
    Ok(files)
}
