//! Files of the embedded store: one for each large object or part, named by id, never by key.
//!
//! A file counts from the moment the index has a row for it. Until then it is an orphan, which its
//! maker removes when it gives up and the sweep removes after a crash.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Number that names a file. Never used twice.
pub(crate) type FileId = i64;

/// The folder of files, two levels deep, fanned out by the low bits of the id.
pub(crate) struct Files {
    root: PathBuf,
    pins: Mutex<Pins>,
}

/// Which blobs are being read, and which files wait for their readers to end.
#[derive(Default)]
struct Pins {
    readers: HashMap<i64, usize>,
    doomed: HashMap<i64, Vec<FileId>>,
}

impl Files {
    pub(crate) fn open(root: PathBuf) -> io::Result<Files> {
        fs::create_dir_all(&root)?;
        Ok(Files {
            root,
            pins: Mutex::default(),
        })
    }

    /// A new, empty file, with its folders durable. Blocks.
    pub(crate) fn create(self: &Arc<Self>, id: FileId) -> io::Result<(File, NewFile)> {
        self.make_folder(id)?;
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(self.path(id))?;
        Ok((file, NewFile::new(self, id)))
    }

    /// A second name for the content of `from`; copies where the file system has no links. Blocks.
    pub(crate) fn link(self: &Arc<Self>, from: FileId, to: FileId) -> io::Result<NewFile> {
        self.make_folder(to)?;
        if fs::hard_link(self.path(from), self.path(to)).is_err() {
            fs::copy(self.path(from), self.path(to))?;
            File::open(self.path(to))?.sync_all()?;
        }
        let made = NewFile::new(self, to);
        self.sync_folder(to)?;
        Ok(made)
    }

    /// Opens a file to read. Blocks.
    pub(crate) fn read(&self, id: FileId) -> io::Result<File> {
        File::open(self.path(id))
    }

    /// Makes the name of a new file durable. Blocks.
    pub(crate) fn sync_folder(&self, id: FileId) -> io::Result<()> {
        File::open(self.folder(id))?.sync_all()
    }

    fn folder(&self, id: FileId) -> PathBuf {
        let level = |shift: u32| format!("{:02x}", (id >> shift) & 0xff);
        self.root.join(level(0)).join(level(8))
    }

    fn path(&self, id: FileId) -> PathBuf {
        self.folder(id).join(format!("{id:016x}"))
    }

    fn make_folder(&self, id: FileId) -> io::Result<()> {
        let folder = self.folder(id);
        if folder.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(&folder)?;
        // Both levels may be new: their names must outlive a crash as the file's must.
        for above in folder.ancestors().skip(1).take(2) {
            File::open(above)?.sync_all()?;
        }
        Ok(())
    }

    /// Keeps the files of `blob_id` until the pin is dropped, whatever the index says meanwhile.
    pub(crate) fn pin(self: &Arc<Self>, blob_id: i64) -> Pin {
        *self.pins().readers.entry(blob_id).or_default() += 1;
        Pin {
            files: self.clone(),
            blob_id,
        }
    }

    /// Removes files that the index no longer names, now or when the blob's last reader ends.
    pub(crate) fn free(self: &Arc<Self>, blob_id: i64, ids: Vec<FileId>) {
        if ids.is_empty() {
            return;
        }
        let mut pins = self.pins();
        if pins.readers.contains_key(&blob_id) {
            pins.doomed.entry(blob_id).or_default().extend(ids);
            return;
        }
        drop(pins);
        self.remove_soon(ids);
    }

    /// Removes files, off the async threads where there are any: removing a large file takes time.
    fn remove_soon(self: &Arc<Self>, ids: Vec<FileId>) {
        let files = self.clone();
        let remove = move || {
            for id in ids {
                files.remove(id);
            }
        };
        match tokio::runtime::Handle::try_current() {
            // Not waited for: what a sudden end leaves undone, the next sweep does.
            Ok(runtime) => drop(runtime.spawn_blocking(remove)),
            Err(_) => remove(),
        }
    }

    fn remove(&self, id: FileId) {
        match fs::remove_file(self.path(id)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(file.id = id, error.cause = %error, "removing a stored file failed");
            }
        }
    }

    /// Removes those of `ids` that no reader still needs; gives how many. Blocks.
    pub(crate) fn remove_orphans(&self, ids: Vec<FileId>) -> usize {
        let needed: HashSet<FileId> = self.pins().doomed.values().flatten().copied().collect();
        let orphans: Vec<FileId> = ids.into_iter().filter(|id| !needed.contains(id)).collect();
        for id in &orphans {
            self.remove(*id);
        }
        orphans.len()
    }

    /// The folders that hold files, for the sweep. Blocks.
    pub(crate) fn folders(&self) -> io::Result<Vec<PathBuf>> {
        let mut folders = Vec::new();
        for first in subfolders(&self.root)? {
            folders.extend(subfolders(&first)?);
        }
        Ok(folders)
    }

    fn pins(&self) -> std::sync::MutexGuard<'_, Pins> {
        self.pins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn subfolders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Ids of the files in one of [`Files::folders`] that are below `limit`. Blocks.
pub(crate) fn ids_in(folder: &Path, limit: FileId) -> io::Result<Vec<FileId>> {
    let mut ids = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let id = name
            .to_str()
            .and_then(|name| FileId::from_str_radix(name, 16).ok());
        ids.extend(id.filter(|id| *id < limit));
    }
    Ok(ids)
}

/// A file that the index does not name yet; removed again unless [`NewFile::keep`] is called.
pub(crate) struct NewFile {
    pub(crate) id: FileId,
    files: Option<Arc<Files>>,
}

impl NewFile {
    fn new(files: &Arc<Files>, id: FileId) -> NewFile {
        NewFile {
            id,
            files: Some(files.clone()),
        }
    }

    /// The index names it now.
    pub(crate) fn keep(&mut self) {
        self.files = None;
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some(files) = self.files.take() {
            files.remove_soon(vec![self.id]);
        }
    }
}

/// Holds the files of a blob; see [`Files::pin`].
pub(crate) struct Pin {
    files: Arc<Files>,
    blob_id: i64,
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut pins = self.files.pins();
        let Some(count) = pins.readers.get_mut(&self.blob_id) else {
            return;
        };
        *count -= 1;
        if *count > 0 {
            return;
        }
        pins.readers.remove(&self.blob_id);
        let doomed = pins.doomed.remove(&self.blob_id).unwrap_or_default();
        drop(pins);
        if !doomed.is_empty() {
            self.files.remove_soon(doomed);
        }
    }
}
