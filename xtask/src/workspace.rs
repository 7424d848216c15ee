//! Where things are: the repository, the build folder, the binary under test.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The root of the repository.
pub fn root() -> PathBuf {
    // Set at run time by `cargo run`, so that clones that share a build folder do not find each other.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest
        .parent()
        .map_or_else(|| manifest.clone(), Path::to_path_buf)
}

/// Cargo's build folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A folder of ours inside the build folder, for what is slow to make and safe to lose.
pub fn cache() -> PathBuf {
    target().join("xtask")
}

/// The folder beside the repository with data sets and figures that are too large for it.
pub fn shared() -> PathBuf {
    std::env::var_os("CAIRN_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from)
}

/// Whether this is the run that decides: there nothing is skipped for want of a program.
pub fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

/// The cargo that started us, else the one on the path.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Builds the `cairn` binary and says where it is. `CAIRN_BIN` names one that is built already.
pub fn build_cairn(release: bool) -> Result<PathBuf> {
    if let Some(built) = std::env::var_os("CAIRN_BIN") {
        let built = PathBuf::from(built);
        ensure!(
            built.is_file(),
            "CAIRN_BIN names no file: {}",
            built.display()
        );
        return Ok(built);
    }
    let mut command = cargo();
    command.args([
        "build",
        "--quiet",
        "--package",
        "cairn-server",
        "--bin",
        "cairn",
    ]);
    if release {
        command.arg("--release");
    }
    let status = command.status().context("start cargo build")?;
    ensure!(status.success(), "the cairn binary does not build");
    let profile = if release { "release" } else { "debug" };
    Ok(target().join(profile).join("cairn"))
}
