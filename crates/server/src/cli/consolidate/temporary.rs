//! Files that are gone when the run ends, however it ends.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

/// All that there are, for a run that is interrupted.
static FILES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A file that goes with this.
pub(super) struct Temporary(PathBuf);

impl Temporary {
    /// Makes the file.
    pub(super) fn create(path: PathBuf) -> io::Result<(Temporary, File)> {
        // Under the lock, so that none is made and not known.
        let mut files = files();
        let file = File::create(&path)?;
        files.insert(path.clone());
        Ok((Temporary(path), file))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // One that was moved to its place, or was never made, is no news.
        let _ = std::fs::remove_file(&self.0);
        files().remove(&self.0);
    }
}

/// Ends the program in the middle of its work, with the status of a program that a signal ended.
pub(super) fn stop(status: i32) -> ! {
    // Held to the end: no file is made any more.
    let files = files();
    for path in files.iter() {
        let _ = std::fs::remove_file(path);
    }
    std::process::exit(status)
}

fn files() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    FILES.lock().unwrap_or_else(|lock| lock.into_inner())
}
