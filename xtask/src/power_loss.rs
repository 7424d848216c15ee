//! What a folder would hold after the power failed: a program runs under a recording layer, and from its record the
//! folder is rebuilt as a disk would have kept it at any moment.
//!
//! The layer (`tests/power_loss/shim.c`) logs every change to the files below one folder. [`Disk`] reads the log and
//! keeps two views: what running programs see, and what the disk has promised to keep. A write is promised once a sync
//! of its file that began after it has succeeded; a new, renamed or deleted name once its folder was synced. What was
//! not promised may survive or not, in part and out of order: [`Fate`] decides.
//!
//! Three promises of real file systems are modelled besides: the names of one folder change in order, a rename never
//! loses the file, and a sector is written whole or not at all.

mod compare;
mod disk;
mod log;
pub mod probe;
mod survive;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::process;

pub use compare::differences;
pub use disk::Disk;
pub use log::Log;
pub use survive::Fate;

/// The recording layer, compiled.
pub struct Shim {
    library: PathBuf,
}

impl Shim {
    /// Compiles the layer into `folder` with the C compiler of this machine.
    pub fn build(folder: &Path) -> Result<Shim> {
        let library = folder.join("power_loss.so");
        process::compile_layer("tests/power_loss/shim.c", &library)?;
        Ok(Shim { library })
    }

    /// Makes `command` record its changes below `folder`, which must exist, into `log`.
    pub fn record<'a>(
        &self,
        command: &'a mut Command,
        folder: &Path,
        log: &Path,
    ) -> &'a mut Command {
        command
            .env("LD_PRELOAD", &self.library)
            .env("CAIRN_POWER_LOSS_DIR", folder)
            .env("CAIRN_POWER_LOSS_LOG", log)
    }
}
