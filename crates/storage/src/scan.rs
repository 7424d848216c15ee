//! Looking through a folder for the files that become objects.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::name::check_key;

/// Skipped files named in a report; more are only counted.
const SKIPPED_NAMED: usize = 100;

/// What a scan found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanReport {
    /// Files that are objects now.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many entries are not objects.
    pub skipped: u64,
    /// The first of them, each with the reason.
    pub skipped_named: Vec<(String, &'static str)>,
}

impl ScanReport {
    fn skip(&mut self, path: &Path, reason: &'static str) {
        self.skipped += 1;
        if self.skipped_named.len() < SKIPPED_NAMED {
            let path = path.to_string_lossy().into_owned();
            self.skipped_named.push((path, reason));
        }
    }
}

/// A walk through a folder, a few files at a time, in the order of their keys within each folder.
pub(crate) struct Walk {
    root: PathBuf,
    /// Folders still to be read, relative to the root, with a closing slash.
    pending: Vec<String>,
    pub(crate) report: ScanReport,
}

impl Walk {
    pub(crate) fn new(root: PathBuf) -> Walk {
        Walk {
            root,
            pending: vec![String::new()],
            report: ScanReport::default(),
        }
    }

    /// Whether nothing is left to be read.
    pub(crate) fn is_over(&self) -> bool {
        self.pending.is_empty()
    }

    /// At least `count` more files, unless the walk is over. Blocks.
    pub(crate) fn next_files(&mut self, count: usize) -> io::Result<Vec<(String, u64, i64)>> {
        let mut files = Vec::new();
        while files.len() < count {
            let Some(folder) = self.pending.pop() else {
                break;
            };
            let mut folders = Vec::new();
            let found = files.len();
            for entry in fs::read_dir(self.root.join(&folder))? {
                self.note(&folder, &entry?, &mut files, &mut folders)?;
            }
            files[found..].sort();
            folders.sort_by(|a, b| b.cmp(a));
            self.pending.extend(folders);
        }
        Ok(files)
    }

    fn note(
        &mut self,
        folder: &str,
        entry: &fs::DirEntry,
        files: &mut Vec<(String, u64, i64)>,
        folders: &mut Vec<String>,
    ) -> io::Result<()> {
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            self.report.skip(&entry.path(), "its name is not UTF-8");
            return Ok(());
        };
        let key = format!("{folder}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            folders.push(format!("{key}/"));
        } else if kind.is_symlink() {
            self.report.skip(&entry.path(), "it is a link");
        } else if !kind.is_file() {
            self.report.skip(&entry.path(), "it is not a file");
        } else if check_key(&key).is_err() {
            self.report
                .skip(&entry.path(), "its path is longer than a key may be");
        } else {
            match entry.metadata() {
                Ok(metadata) => {
                    self.report.files += 1;
                    self.report.bytes += metadata.len();
                    files.push((key, metadata.len(), modified_at_ns(&metadata)));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.report
                        .skip(&entry.path(), "it went away during the scan");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Time of the last change, nanoseconds since the epoch.
pub(crate) fn modified_at_ns(metadata: &fs::Metadata) -> i64 {
    metadata
        .mtime()
        .saturating_mul(1_000_000_000)
        .saturating_add(metadata.mtime_nsec())
}
