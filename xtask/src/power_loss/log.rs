//! The log of the recording layer, as its C source lays it out.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

const MAGIC: u32 = 0x314c_5043;
const HEADER_BYTES: usize = 48;

/// A log, read whole.
pub struct Log {
    pub(super) bytes: Vec<u8>,
}

/// One change, in the order in which the changes happened.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event<'a> {
    Open {
        name: &'a str,
        inode: u64,
        folder: bool,
    },
    Create {
        name: &'a str,
        inode: u64,
    },
    Write {
        inode: u64,
        offset: u64,
        data: Range<usize>,
    },
    Truncate {
        inode: u64,
        size: u64,
    },
    Extend {
        inode: u64,
        size: u64,
    },
    SyncBegin {
        inode: u64,
        sync: u64,
    },
    SyncEnd {
        sync: u64,
    },
    Rename {
        from: &'a str,
        to: &'a str,
    },
    Unlink {
        name: &'a str,
    },
    Mkdir {
        name: &'a str,
        inode: u64,
    },
    Rmdir {
        name: &'a str,
    },
    Link {
        from: &'a str,
        to: &'a str,
    },
}

impl Log {
    /// Reads the log at `path`. A last record that is cut off, as by a killed process, is left out.
    pub fn read(path: &Path) -> Result<Log> {
        let bytes = std::fs::read(path).with_context(|| format!("read {}", path.display()))?;
        Ok(Log { bytes })
    }

    /// Length in bytes; any number up to it is a moment of the record.
    pub fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The record that starts at `at` and the place after it; none at the end.
    pub(super) fn event(&self, at: usize) -> Result<Option<(Event<'_>, usize)>> {
        let rest = &self.bytes[at..];
        if rest.len() < HEADER_BYTES {
            return Ok(None);
        }
        let word = |from: usize| u32::from_le_bytes(array(&rest[from..]));
        let long = |from: usize| u64::from_le_bytes(array(&rest[from..]));
        ensure!(
            word(0) == MAGIC,
            "byte {at} of the log is not the start of a record"
        );
        let (inode, other, offset) = (long(8), long(16), long(24));
        let data_bytes = long(32) as usize;
        let (name_bytes, to_bytes) = (word(40) as usize, word(44) as usize);
        let name_at = at + HEADER_BYTES;
        let to_at = name_at + name_bytes;
        let data_at = to_at + to_bytes;
        let end = data_at + data_bytes;
        if end > self.bytes.len() {
            return Ok(None);
        }
        let text = |range: Range<usize>| {
            std::str::from_utf8(&self.bytes[range]).context("a file name that is not UTF-8")
        };
        let name = text(name_at..to_at)?;
        let to = text(to_at..data_at)?;
        let event = match word(4) {
            1 => Event::Open {
                name,
                inode,
                folder: other != 0,
            },
            2 => Event::Create { name, inode },
            3 => Event::Write {
                inode,
                offset,
                data: data_at..end,
            },
            4 => Event::Truncate {
                inode,
                size: offset,
            },
            5 => Event::Extend {
                inode,
                size: offset,
            },
            6 => Event::SyncBegin { inode, sync: other },
            7 => Event::SyncEnd { sync: other },
            8 => Event::Rename { from: name, to },
            9 => Event::Unlink { name },
            10 => Event::Mkdir { name, inode },
            11 => Event::Rmdir { name },
            12 => Event::Link { from: name, to },
            13 => bail!("the program did what the recording layer cannot tell: {name}"),
            operation => bail!("byte {at} of the log: operation {operation} is unknown"),
        };
        Ok(Some((event, end)))
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[..N]);
    array
}
