//! A model of the disk under one folder: what programs see, what is promised to survive, and what hangs in between.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::log::{Event, Log};

/// The disk at one moment of a log.
pub struct Disk {
    pub(super) files: Vec<Node>,
    /// The file that an inode number of the log stands for at this moment.
    numbers: HashMap<u64, usize>,
    /// Syncs under way: the file, and how many of its changes they cover.
    syncs: HashMap<u64, (usize, u64)>,
    at: usize,
    is_lying: bool,
}

pub(super) enum Node {
    File(File),
    Folder(Folder),
}

/// `promised` is what `done` changes have made of it; the rest of the changes wait in `waiting`.
pub(super) struct File {
    pub(super) promised: Vec<u8>,
    pub(super) waiting: Vec<FileChange>,
    pub(super) done: u64,
}

#[derive(Clone)]
pub(super) enum FileChange {
    Write { offset: u64, data: Range<usize> },
    Truncate(u64),
    Extend(u64),
}

pub(super) struct Folder {
    pub(super) names: BTreeMap<String, usize>,
    pub(super) promised: BTreeMap<String, usize>,
    pub(super) waiting: Vec<FolderChange>,
    pub(super) done: u64,
}

/// Names set or removed in one step.
#[derive(Clone)]
pub(super) struct FolderChange {
    pub(super) names: Vec<(String, Option<usize>)>,
    /// How many changes of another folder must survive if this one does: a file that is renamed from one folder to
    /// another is never in neither.
    pub(super) after: Option<(usize, u64)>,
}

/// The folder itself among the files.
pub(super) const ROOT: usize = 0;

impl Disk {
    /// The disk at the start of a log: all that lies in `base` is promised.
    pub fn load(base: &Path) -> Result<Disk> {
        let mut disk = Disk {
            files: Vec::new(),
            numbers: HashMap::new(),
            syncs: HashMap::new(),
            at: 0,
            is_lying: false,
        };
        disk.load_folder(base)?;
        Ok(disk)
    }

    fn load_folder(&mut self, path: &Path) -> Result<usize> {
        let id = self.add(Node::Folder(Folder::new()));
        let mut names = BTreeMap::new();
        for entry in std::fs::read_dir(path).with_context(|| format!("list {}", path.display()))? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let child = if kind.is_dir() {
                self.load_folder(&entry.path())?
            } else {
                ensure!(
                    kind.is_file(),
                    "{} is not a plain file",
                    entry.path().display()
                );
                let content = std::fs::read(entry.path())?;
                self.add(Node::File(File::new(content)))
            };
            names.insert(entry.file_name().to_string_lossy().into_owned(), child);
        }
        self.files[id] = Node::Folder(Folder {
            promised: names.clone(),
            names,
            ..Folder::new()
        });
        Ok(id)
    }

    /// From now on this disk says that it has synced and has not: whatever relies on it must be seen to fail.
    pub fn lie(&mut self) {
        self.is_lying = true;
    }

    /// Goes on in the log up to the moment `until` (a length of the log in bytes).
    pub fn advance(&mut self, log: &Log, until: u64) -> Result<()> {
        while let Some((event, next)) = log.event(self.at)? {
            if next as u64 > until {
                break;
            }
            self.apply(log, &event)
                .with_context(|| format!("byte {} of the log: {event:?}", self.at))?;
            self.at = next;
        }
        Ok(())
    }

    fn apply(&mut self, log: &Log, event: &Event<'_>) -> Result<()> {
        match *event {
            Event::Open {
                name,
                inode,
                folder,
            } => {
                let id = self.find(name)?;
                ensure!(
                    matches!(self.files[id], Node::Folder(_)) == folder,
                    "a file is taken for a folder"
                );
                self.numbers.insert(inode, id);
            }
            Event::Create { name, inode } => {
                let id = self.add(Node::File(File::new(Vec::new())));
                self.numbers.insert(inode, id);
                self.change_name(name, Some(id))?;
            }
            Event::Write {
                inode,
                offset,
                ref data,
            } => {
                let data = data.clone();
                self.change_file(inode, FileChange::Write { offset, data })?;
            }
            Event::Truncate { inode, size } => {
                self.change_file(inode, FileChange::Truncate(size))?
            }
            Event::Extend { inode, size } => self.change_file(inode, FileChange::Extend(size))?,
            Event::SyncBegin { inode, sync } => {
                let id = self.number(inode)?;
                let covered = match &self.files[id] {
                    Node::File(file) => file.done + file.waiting.len() as u64,
                    Node::Folder(folder) => folder.done + folder.waiting.len() as u64,
                };
                self.syncs.insert(sync, (id, covered));
            }
            Event::SyncEnd { sync } => {
                let (id, covered) = self
                    .syncs
                    .remove(&sync)
                    .context("a sync that never began")?;
                if !self.is_lying {
                    self.promise(log, id, covered);
                }
            }
            Event::Rename { from, to } => self.rename(from, to)?,
            Event::Unlink { name } | Event::Rmdir { name } => self.change_name(name, None)?,
            Event::Mkdir { name, inode } => {
                let id = self.add(Node::Folder(Folder::new()));
                self.numbers.insert(inode, id);
                self.change_name(name, Some(id))?;
            }
            Event::Link { from, to } => {
                let id = self.find(from)?;
                self.change_name(to, Some(id))?;
            }
        }
        Ok(())
    }

    /// Makes the first `covered` changes of a file or folder permanent.
    fn promise(&mut self, log: &Log, id: usize, covered: u64) {
        match &mut self.files[id] {
            Node::File(file) => {
                let count = covered.saturating_sub(file.done) as usize;
                for change in file.waiting.drain(..count) {
                    change.make(log, &mut file.promised);
                }
                file.done = file.done.max(covered);
            }
            Node::Folder(folder) => {
                let count = covered.saturating_sub(folder.done) as usize;
                let changes: Vec<FolderChange> = folder.waiting.drain(..count).collect();
                folder.done = folder.done.max(covered);
                for change in &changes {
                    change.make(&mut folder.promised);
                }
                for (other, needed) in changes.iter().filter_map(|change| change.after) {
                    self.promise(log, other, needed);
                }
            }
        }
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        let id = self.find(from)?;
        let (from_folder, from_name) = self.place(from)?;
        let (to_folder, to_name) = self.place(to)?;
        let (removed, set) = ((from_name, None), (to_name, Some(id)));
        if from_folder == to_folder {
            return self.change_folder(
                from_folder,
                FolderChange {
                    names: vec![removed, set],
                    after: None,
                },
            );
        }
        self.change_folder(
            to_folder,
            FolderChange {
                names: vec![set],
                after: None,
            },
        )?;
        let Node::Folder(folder) = &self.files[to_folder] else {
            bail!("`{to}` is in no folder");
        };
        let after = Some((to_folder, folder.done + folder.waiting.len() as u64));
        self.change_folder(
            from_folder,
            FolderChange {
                names: vec![removed],
                after,
            },
        )
    }

    fn change_name(&mut self, name: &str, to: Option<usize>) -> Result<()> {
        let (folder, name) = self.place(name)?;
        self.change_folder(
            folder,
            FolderChange {
                names: vec![(name, to)],
                after: None,
            },
        )
    }

    fn change_folder(&mut self, id: usize, change: FolderChange) -> Result<()> {
        let Node::Folder(folder) = &mut self.files[id] else {
            bail!("a file is taken for a folder");
        };
        change.make(&mut folder.names);
        folder.waiting.push(change);
        Ok(())
    }

    fn change_file(&mut self, inode: u64, change: FileChange) -> Result<()> {
        let id = self.number(inode)?;
        let Node::File(file) = &mut self.files[id] else {
            bail!("a folder is taken for a file");
        };
        file.waiting.push(change);
        Ok(())
    }

    fn add(&mut self, node: Node) -> usize {
        self.files.push(node);
        self.files.len() - 1
    }

    fn number(&self, inode: u64) -> Result<usize> {
        self.numbers
            .get(&inode)
            .copied()
            .with_context(|| format!("inode {inode} was never opened"))
    }

    /// The file that programs see under a name.
    fn find(&self, name: &str) -> Result<usize> {
        let mut id = ROOT;
        for part in name.split('/').filter(|part| !part.is_empty()) {
            let Node::Folder(folder) = &self.files[id] else {
                bail!("`{name}` leads through a file");
            };
            id = *folder
                .names
                .get(part)
                .with_context(|| format!("`{name}` is not there"))?;
        }
        Ok(id)
    }

    /// The folder of a name, and the name in it.
    fn place(&self, name: &str) -> Result<(usize, String)> {
        let (folder, name) = name.rsplit_once('/').unwrap_or(("", name));
        Ok((self.find(folder)?, name.to_owned()))
    }
}

impl File {
    fn new(promised: Vec<u8>) -> File {
        File {
            promised,
            waiting: Vec::new(),
            done: 0,
        }
    }
}

impl Folder {
    fn new() -> Folder {
        Folder {
            names: BTreeMap::new(),
            promised: BTreeMap::new(),
            waiting: Vec::new(),
            done: 0,
        }
    }
}

impl FileChange {
    pub(super) fn make(&self, log: &Log, content: &mut Vec<u8>) {
        match self {
            FileChange::Write { offset, data } => put(content, *offset, &log.bytes[data.clone()]),
            FileChange::Truncate(size) => content.resize(*size as usize, 0),
            FileChange::Extend(size) => content.resize(content.len().max(*size as usize), 0),
        }
    }
}

impl FolderChange {
    pub(super) fn make(&self, names: &mut BTreeMap<String, usize>) {
        for (name, to) in &self.names {
            match to {
                Some(id) => names.insert(name.clone(), *id),
                None => names.remove(name),
            };
        }
    }
}

/// Writes `data` at `offset`, over what is there or past the end, where a gap reads as zeros.
pub(super) fn put(content: &mut Vec<u8>, offset: u64, data: &[u8]) {
    let (start, end) = (offset as usize, offset as usize + data.len());
    if content.len() < end {
        content.resize(end, 0);
    }
    content[start..end].copy_from_slice(data);
}
