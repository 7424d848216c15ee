//! A disk that is full for a while: a layer between a program and its folder (`tests/disk_full/shim.c`) refuses whatever
//! would take room, for as long as a flag is set.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::process;

/// The layer, compiled, and its flag.
#[derive(Clone)]
pub struct FullDisk {
    library: PathBuf,
    flag: PathBuf,
}

impl FullDisk {
    /// Compiles the layer into `folder`, which must not be the one that fills; the disk has room yet.
    pub fn build(folder: &Path) -> Result<FullDisk> {
        let library = folder.join("disk_full.so");
        process::compile_layer("tests/disk_full/shim.c", &library)?;
        Ok(FullDisk {
            library,
            flag: folder.join("disk-is-full"),
        })
    }

    /// Puts the layer between `command` and `folder`, which must exist.
    pub fn below<'a>(&self, command: &'a mut Command, folder: &Path) -> Result<&'a mut Command> {
        Ok(command
            .env("LD_PRELOAD", &self.library)
            .env("CAIRN_DISK_FULL_DIR", folder.canonicalize()?)
            .env("CAIRN_DISK_FULL", &self.flag))
    }

    /// From now on nothing that takes room succeeds.
    pub fn fill(&self) -> Result<()> {
        Ok(std::fs::write(&self.flag, "")?)
    }

    /// There is room again.
    pub fn free(&self) -> Result<()> {
        Ok(std::fs::remove_file(&self.flag)?)
    }
}
