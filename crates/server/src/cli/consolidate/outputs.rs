//! Where a run writes: all of its files whole, or none of them.
//!
//! A file is written beside its place and moved there at the very end, when nothing can go wrong any
//! more, so that an error leaves what was there before. What is no file (`-`, a pipe, a device) is
//! written through as it comes: it cannot be put in place of anything.

use std::cell::RefCell;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::temporary::Temporary;

/// Bytes that are written at once.
const BUFFER: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Outputs(RefCell<Vec<Part>>);

/// A file that was written beside its place; gone with this unless it was moved there.
struct Part {
    part: Temporary,
    place: PathBuf,
}

impl Outputs {
    /// Sees that every output, each with the option that names it, can be written and is nobody
    /// else's: neither an input nor another output.
    pub(super) fn check(
        outputs: &[(&'static str, PathBuf)],
        inputs: &[(&'static str, PathBuf)],
    ) -> anyhow::Result<()> {
        let mut places: Vec<(&str, PathBuf)> = Vec::new();
        for (option, path) in inputs {
            places.extend(place(path).ok().flatten().map(|place| (*option, place)));
        }
        for (option, path) in outputs {
            let here = || format!("{option} {}", path.display());
            let Some(place) = place(path).with_context(here)? else {
                continue;
            };
            if let Some((other, _)) = places.iter().find(|(_, other)| *other == place) {
                bail!("{other} and {option} are the same file, {}", path.display());
            }
            Part::create(place.clone()).with_context(here)?;
            places.push((option, place));
        }
        Ok(())
    }

    /// Writes one of them.
    pub(super) fn write(
        &self,
        path: &Path,
        write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let writing = || format!("write {}", path.display());
        let part = match place(path).with_context(writing)? {
            Some(place) => Some(Part::create(place).with_context(writing)?),
            None => None,
        };
        let file = match &part {
            Some((_, file)) => file.try_clone().with_context(writing)?,
            None => through(path).with_context(writing)?,
        };
        let mut out = BufWriter::with_capacity(BUFFER, file);
        write(&mut out).with_context(writing)?;
        out.flush().with_context(writing)?;
        if let Some((part, file)) = part {
            file.sync_all().with_context(writing)?;
            self.0.borrow_mut().push(part);
        }
        Ok(())
    }

    /// Moves all files to their places.
    pub(super) fn keep(self) -> anyhow::Result<()> {
        for part in self.0.into_inner() {
            let moved = std::fs::rename(part.part.path(), &part.place);
            moved.with_context(|| format!("write {}", part.place.display()))?;
        }
        Ok(())
    }
}

impl Part {
    fn create(place: PathBuf) -> anyhow::Result<(Part, File)> {
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let (part, file) = Temporary::create(place.with_file_name(name))?;
        let part = Part { part, place };
        if let Ok(about) = std::fs::metadata(&part.place) {
            file.set_permissions(about.permissions())?;
        }
        Ok((part, file))
    }
}

/// Where a file is, by whatever name, or will be; nothing for what is no file.
fn place(path: &Path) -> anyhow::Result<Option<PathBuf>> {
    if is_standard(path) {
        return Ok(None);
    }
    match std::fs::metadata(path) {
        Ok(about) if about.is_dir() => bail!("this is a folder"),
        Ok(about) if !about.is_file() => Ok(None),
        Ok(about) => {
            check_writable(&about)?;
            Ok(Some(path.canonicalize()?))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let name = path.file_name().context("this is no file name")?;
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            let found = folder.canonicalize();
            let found = found.with_context(|| format!("no folder {}", folder.display()))?;
            Ok(Some(found.join(name)))
        }
        Err(error) => Err(error.into()),
    }
}

fn check_writable(about: &Metadata) -> anyhow::Result<()> {
    if about.permissions().readonly() {
        bail!("this file may not be changed");
    }
    Ok(())
}

/// `-`: what the terminal, or the program after a `|`, reads.
pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

fn through(path: &Path) -> io::Result<File> {
    if is_standard(path) {
        return standard_output();
    }
    OpenOptions::new().write(true).open(path)
}

fn standard_output() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}
