//! Lines on their way into a manifest, kept in a temporary file, so that any number of them takes the
//! same memory.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

/// A file of lines that goes when it is dropped.
pub(super) struct Spool {
    path: PathBuf,
    writer: BufWriter<File>,
    /// Lines in it.
    pub(super) lines: u64,
}

impl Spool {
    /// An empty one.
    pub(super) fn new() -> anyhow::Result<Spool> {
        let name = format!("cairn-manifest-{}", crate::secrets::random_base32(16));
        let path = std::env::temp_dir().join(name);
        let file = File::options()
            .create_new(true)
            .read(true)
            .write(true)
            .open(&path)
            .with_context(|| format!("making {}", path.display()))?;
        Ok(Spool {
            path,
            writer: BufWriter::with_capacity(1 << 20, file),
            lines: 0,
        })
    }

    /// Adds a line, which has no line end of its own.
    pub(super) fn push(&mut self, line: &[u8]) -> anyhow::Result<()> {
        self.writer.write_all(line)?;
        self.writer.write_all(b"\n")?;
        self.lines += 1;
        Ok(())
    }

    /// Adds bytes that are not a line of their own.
    pub(super) fn push_raw(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(self.writer.write_all(bytes)?)
    }

    /// The lines whose numbers are in `chosen`, which ascends.
    pub(super) fn choose(mut self, chosen: &[u64]) -> anyhow::Result<Spool> {
        self.writer.flush()?;
        let mut file = self.writer.get_ref().try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        let mut rest = Spool::new()?;
        let mut wanted = chosen.iter().copied().peekable();
        let mut reader = BufReader::with_capacity(1 << 20, file);
        let mut line = Vec::new();
        for number in 0..self.lines {
            line.clear();
            reader.read_until(b'\n', &mut line)?;
            if wanted.next_if_eq(&number).is_some() {
                rest.push(line.strip_suffix(b"\n").unwrap_or(&line))?;
            }
        }
        Ok(rest)
    }

    /// Everything on the disk, under this path.
    pub(super) fn finish(&mut self) -> anyhow::Result<&Path> {
        self.writer.flush()?;
        Ok(&self.path)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
