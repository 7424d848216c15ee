//! What a disk holds once the power is back: which of the changes that hung in between have survived.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::disk::{Disk, File, FileChange, Folder, Node, ROOT, put};
use super::log::Log;
use crate::random::Random;

/// What becomes of changes that no sync has vouched for.
pub enum Fate {
    /// All of them are lost.
    Lost,
    /// Each survives or not as the seed decides, writes by sectors of 512 or 4,096 bytes.
    Chance(Random),
    /// All of them survive, as when the program alone is killed.
    Kept,
}

impl Disk {
    /// Writes the folder as it would be found after a loss of power at this moment. `target` must not exist.
    pub fn write_out(&self, log: &Log, fate: &mut Fate, target: &Path) -> Result<()> {
        let counts = self.surviving_counts(fate);
        self.write_folder(ROOT, &counts, log, fate, target)
    }

    /// For each folder, how many of its waiting changes survive. Names change in order, so a count says it all.
    fn surviving_counts(&self, fate: &mut Fate) -> Vec<u64> {
        let mut counts: Vec<u64> = Vec::with_capacity(self.files.len());
        for node in &self.files {
            let waiting = match node {
                Node::Folder(folder) => folder.waiting.len() as u64,
                Node::File(_) => 0,
            };
            counts.push(match fate {
                Fate::Lost => 0,
                Fate::Chance(random) => random.below(waiting + 1),
                Fate::Kept => waiting,
            });
        }
        // A removal whose other half did not survive takes with it what came after it in its folder.
        loop {
            let mut settled = true;
            for id in 0..self.files.len() {
                let Node::Folder(folder) = &self.files[id] else {
                    continue;
                };
                let kept = &folder.waiting[..counts[id] as usize];
                let broken = kept.iter().position(|change| {
                    change
                        .after
                        .is_some_and(|(other, needed)| self.done(other) + counts[other] < needed)
                });
                if let Some(first) = broken {
                    counts[id] = first as u64;
                    settled = false;
                }
            }
            if settled {
                return counts;
            }
        }
    }

    fn done(&self, id: usize) -> u64 {
        match &self.files[id] {
            Node::File(file) => file.done,
            Node::Folder(folder) => folder.done,
        }
    }

    fn write_folder(
        &self,
        id: usize,
        counts: &[u64],
        log: &Log,
        fate: &mut Fate,
        target: &Path,
    ) -> Result<()> {
        let Node::Folder(folder) = &self.files[id] else {
            bail!("a file is taken for a folder");
        };
        std::fs::create_dir(target).with_context(|| format!("make {}", target.display()))?;
        for (name, child) in folder.survivors(counts[id]) {
            let target = target.join(&name);
            match &self.files[child] {
                Node::Folder(_) => self.write_folder(child, counts, log, fate, &target)?,
                // SQLite makes this file anew at every start, and its changes are not in the log.
                Node::File(_) if name.ends_with("-shm") => {}
                Node::File(file) => std::fs::write(&target, file.survivors(log, fate))
                    .with_context(|| format!("write {}", target.display()))?,
            }
        }
        Ok(())
    }
}

impl Folder {
    fn survivors(&self, count: u64) -> BTreeMap<String, usize> {
        let mut names = self.promised.clone();
        for change in &self.waiting[..count as usize] {
            change.make(&mut names);
        }
        names
    }
}

impl File {
    fn survivors(&self, log: &Log, fate: &mut Fate) -> Vec<u8> {
        let mut content = self.promised.clone();
        match fate {
            Fate::Lost => {}
            Fate::Kept => self
                .waiting
                .iter()
                .for_each(|change| change.make(log, &mut content)),
            Fate::Chance(random) => {
                // Disks differ in what they have written already, so the odds differ as well.
                let odds = *random.pick(&[0.05, 0.5, 0.95]);
                let sector = *random.pick(&[512, 4096]);
                for change in &self.waiting {
                    match change {
                        FileChange::Write { offset, data } => {
                            let data = &log.bytes[data.clone()];
                            put_sectors(&mut content, *offset, data, sector, odds, random);
                        }
                        FileChange::Truncate(_) | FileChange::Extend(_) => {
                            if random.chance(odds) {
                                change.make(log, &mut content);
                            }
                        }
                    }
                }
            }
        }
        content
    }
}

/// Writes those sectors of `data` that chance lets survive.
fn put_sectors(
    content: &mut Vec<u8>,
    offset: u64,
    data: &[u8],
    sector: u64,
    odds: f64,
    random: &mut Random,
) {
    let end = offset + data.len() as u64;
    let mut at = offset;
    while at < end {
        let next = ((at / sector + 1) * sector).min(end);
        if random.chance(odds) {
            put(
                content,
                at,
                &data[(at - offset) as usize..(next - offset) as usize],
            );
        }
        at = next;
    }
}
