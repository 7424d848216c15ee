//! The bytes of a source: a file, what comes out of a pipe, either of them compressed or not.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, bail};
use flate2::read::MultiGzDecoder;

use super::super::outputs::is_standard;
use super::super::progress::Progress;
use super::super::temporary::Temporary;

/// Bytes that are looked at to see what a file is.
const LOOKED_AT: u64 = 4096;
const GZIP: &[u8] = &[0x1f, 0x8b];

/// A file that can be read again from its beginning, whatever it came from.
pub(super) struct Input {
    /// The name that the user gave.
    named: PathBuf,
    file: PathBuf,
    /// What came out of a pipe, where the file is a copy of it.
    copy: Option<Temporary>,
    /// Its first bytes, uncompressed.
    start: Vec<u8>,
}

impl Input {
    /// A folder, whose files are opened one by one.
    pub(super) fn folder(path: &Path) -> Input {
        Input {
            named: path.to_owned(),
            file: path.to_owned(),
            copy: None,
            start: Vec::new(),
        }
    }

    /// Opens a file, or copies what a pipe gives: it can be read only once, and what it holds is looked
    /// at before it is read.
    pub(super) fn open(path: &Path) -> anyhow::Result<Input> {
        let opening = || format!("cannot open {}", path.display());
        let is_file =
            !is_standard(path) && std::fs::metadata(path).with_context(opening)?.is_file();
        let mut input = Input::folder(path);
        if !is_file {
            let name = format!("cairn-answers-{}-{}", std::process::id(), number());
            input.file = std::env::temp_dir().join(name);
            let (made, file) = Temporary::create(input.file.clone())
                .with_context(|| format!("cannot write {}", input.file.display()))?;
            input.copy = Some(made);
            let copied = if is_standard(path) {
                copy(io::stdin().lock(), file)
            } else {
                copy(File::open(path).with_context(opening)?, file)
            };
            copied.with_context(|| format!("cannot read {}", path.display()))?;
        }
        let file = File::open(&input.file).with_context(opening)?;
        let start = uncompressed(file).and_then(|read| {
            let mut start = Vec::new();
            read.take(LOOKED_AT).read_to_end(&mut start)?;
            Ok(start)
        });
        input.start = start.with_context(|| format!("cannot read {}", path.display()))?;
        if input.start.starts_with(&[0xff, 0xfe]) || input.start.starts_with(&[0xfe, 0xff]) {
            bail!("{} is text in UTF-16; only UTF-8 is read", path.display());
        }
        Ok(input)
    }

    pub(super) fn named(&self) -> &Path {
        &self.named
    }

    /// The file as it is, for a format that is not read from its beginning to its end.
    pub(super) fn file(&self) -> anyhow::Result<File> {
        File::open(&self.file).with_context(|| format!("cannot open {}", self.named.display()))
    }

    pub(super) fn start(&self) -> &[u8] {
        &self.start
    }

    /// Its bytes, uncompressed; what is read of them moves the bar.
    pub(super) fn read(&self, progress: &Progress) -> anyhow::Result<Box<dyn Read>> {
        let file = progress.open(&self.file, &self.named)?;
        let read = uncompressed(file);
        read.with_context(|| format!("cannot read {}", self.named.display()))
    }

    /// The same, beside the bar.
    pub(super) fn peek(&self) -> anyhow::Result<Box<dyn Read>> {
        let read = uncompressed(self.file()?);
        read.with_context(|| format!("cannot read {}", self.named.display()))
    }
}

fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn copy(mut from: impl Read, mut to: File) -> io::Result<()> {
    io::copy(&mut from, &mut to)?;
    Ok(())
}

fn uncompressed(bytes: impl Read + 'static) -> io::Result<Box<dyn Read>> {
    let mut bytes = BufReader::new(bytes);
    Ok(match bytes.fill_buf()?.starts_with(GZIP) {
        true => Box::new(MultiGzDecoder::new(bytes)),
        false => Box::new(bytes),
    })
}
