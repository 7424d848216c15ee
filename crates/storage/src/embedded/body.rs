//! Moving bytes between streams and files, in constant memory and off the async threads.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use tokio::task::JoinHandle;

use super::files::{FileId, Files, NewFile, Pin};
use crate::checksum::{ChecksumRequest, Digests, Hasher};
use crate::error::{StoreError, StoreResult};
use crate::object::{ByteStream, PutOptions};

/// Bodies up to this size live in the index: one commit stores many of them, where a file costs
/// syncs of its own.
pub(crate) const INLINE_MAX: usize = 16 * 1024;
/// Bytes gathered before they are hashed and written.
const WRITE_BYTES: usize = 1024 * 1024;
/// Bytes read at once; one such piece is read ahead.
const READ_BYTES: usize = 512 * 1024;

/// Where a body went.
pub(crate) enum Stored {
    /// Small: still in memory, for the index to keep.
    Inline(Bytes),
    /// Large: in a file that is durable under its name.
    File(NewFile),
}

/// A body that has been taken in and found to be what was announced.
pub(crate) struct Received {
    pub(crate) stored: Stored,
    pub(crate) size: u64,
    pub(crate) digests: Digests,
}

/// Limits and expectations for a body.
pub(crate) struct Expectation {
    pub(crate) size: Option<u64>,
    pub(crate) bytes_max: Option<u64>,
    pub(crate) checksums: ChecksumRequest,
    /// Whether a small body may stay in memory.
    pub(crate) may_inline: bool,
}

impl Expectation {
    pub(crate) fn of(options: &mut PutOptions) -> Expectation {
        Expectation {
            size: options.size,
            bytes_max: options.bytes_max,
            checksums: std::mem::take(&mut options.checksums),
            may_inline: true,
        }
    }
}

/// Takes `body` in. Nothing is left behind when it fails or when the future is dropped.
pub(crate) async fn receive(
    files: &Arc<Files>,
    id: FileId,
    bucket: &str,
    key: &str,
    mut body: ByteStream,
    expectation: Expectation,
) -> StoreResult<Received> {
    let mut intake = Intake {
        files,
        id,
        bucket,
        key,
        size: 0,
        expectation: &expectation,
    };
    intake.check_announced()?;
    let mut hasher = expectation.checksums.hasher();
    // First into memory: most bodies are small and end here.
    let mut gathered = Gathered::default();
    let mut fits = false;
    while expectation.may_inline && !fits && gathered.size <= INLINE_MAX {
        match intake.next(&mut body).await? {
            Some(bytes) => gathered.push(bytes),
            None => fits = true,
        }
    }
    let (stored, digests) = if fits {
        let bytes = gathered.into_bytes();
        hasher.update(&bytes);
        (Stored::Inline(bytes), hasher.finish())
    } else {
        let (new_file, digests) = intake.write_file(gathered, body, hasher).await?;
        (Stored::File(new_file), digests)
    };
    let size = intake.size;
    if let Some(announced) = expectation.size.filter(|announced| *announced != size) {
        return Err(StoreError::IncompleteBody {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            announced,
            received: size,
        });
    }
    expectation
        .checksums
        .verify(&digests)
        .map_err(|algorithm| StoreError::BadDigest {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            algorithm,
        })?;
    Ok(Received {
        stored,
        size,
        digests,
    })
}

struct Intake<'a> {
    files: &'a Arc<Files>,
    id: FileId,
    bucket: &'a str,
    key: &'a str,
    size: u64,
    expectation: &'a Expectation,
}

impl Intake<'_> {
    fn too_large(&self) -> StoreError {
        StoreError::TooLarge {
            bucket: self.bucket.to_owned(),
            key: self.key.to_owned(),
            bytes_max: self.expectation.bytes_max.unwrap_or(u64::MAX),
        }
    }

    /// Refuses before the first byte what says of itself that it is too large.
    fn check_announced(&self) -> StoreResult<()> {
        match (self.expectation.size, self.expectation.bytes_max) {
            (Some(size), Some(max)) if size > max => Err(self.too_large()),
            _ => Ok(()),
        }
    }

    async fn next(&mut self, body: &mut ByteStream) -> StoreResult<Option<Bytes>> {
        let Some(bytes) = body.next().await.transpose()? else {
            return Ok(None);
        };
        self.size += bytes.len() as u64;
        let max = self.expectation.bytes_max.unwrap_or(u64::MAX);
        if self.size > max {
            return Err(self.too_large());
        }
        Ok(Some(bytes))
    }

    /// Hashes and writes what is gathered while the next bytes arrive.
    async fn write_file(
        &mut self,
        mut gathered: Gathered,
        mut body: ByteStream,
        hasher: Hasher,
    ) -> StoreResult<(NewFile, Digests)> {
        let (files, id) = (self.files.clone(), self.id);
        let (bucket, key) = (self.bucket, self.key);
        let failed = |error: io::Error| StoreError::io(bucket, key, "writing", &error);
        // The file travels with whoever writes it. When this future is dropped, the last write
        // ends by itself and then removes the file.
        let mut writing = tokio::task::spawn_blocking(move || {
            let (file, new_file) = files.create(id)?;
            Ok(Sink {
                file,
                new_file,
                hasher,
            })
        });
        loop {
            let is_over = self.fill(&mut gathered, &mut body).await?;
            let mut sink: Sink = joined(writing).await.map_err(failed)?;
            let pieces = std::mem::take(&mut gathered).pieces;
            if is_over {
                let files = self.files.clone();
                let finish = move || {
                    sink.write(&pieces)?;
                    sink.file.sync_all()?;
                    files.sync_folder(id)?;
                    Ok((sink.new_file, sink.hasher.finish()))
                };
                return blocking(finish).await.map_err(failed);
            }
            writing = tokio::task::spawn_blocking(move || {
                sink.write(&pieces)?;
                Ok(sink)
            });
        }
    }

    /// Gathers the next [`WRITE_BYTES`]; true when the body has ended.
    async fn fill(&mut self, gathered: &mut Gathered, body: &mut ByteStream) -> StoreResult<bool> {
        while gathered.size < WRITE_BYTES {
            match self.next(body).await? {
                Some(bytes) => gathered.push(bytes),
                None => return Ok(true),
            }
        }
        Ok(false)
    }
}

/// Bytes waiting to be written.
#[derive(Default)]
struct Gathered {
    pieces: Vec<Bytes>,
    size: usize,
}

impl Gathered {
    fn push(&mut self, bytes: Bytes) {
        self.size += bytes.len();
        self.pieces.push(bytes);
    }

    fn into_bytes(mut self) -> Bytes {
        if self.pieces.len() == 1 {
            return self.pieces.remove(0);
        }
        let mut all = BytesMut::with_capacity(self.size);
        for piece in &self.pieces {
            all.extend_from_slice(piece);
        }
        all.freeze()
    }
}

/// A file being written, with the hashes of what was.
struct Sink {
    file: File,
    new_file: NewFile,
    hasher: Hasher,
}

impl Sink {
    fn write(&mut self, pieces: &[Bytes]) -> io::Result<()> {
        for piece in pieces {
            self.hasher.update(piece);
            self.file.write_all(piece)?;
        }
        Ok(())
    }
}

/// One file of a blob and how many bytes of the blob it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) file_id: FileId,
    pub(crate) size: u64,
}

/// The bytes of a blob that lie within `span`. The pin is held until the stream is dropped.
pub(crate) fn read(
    files: Arc<Files>,
    pin: Pin,
    pieces: Vec<Piece>,
    span: Range<u64>,
    describe: impl Fn(io::Error) -> StoreError + Send + 'static,
) -> ByteStream {
    let mut windows = VecDeque::new();
    let mut start = 0;
    for piece in pieces {
        let end = start + piece.size;
        let (from, to) = (span.start.max(start), span.end.min(end));
        if from < to {
            windows.push_back((piece.file_id, from - start..to - start));
        }
        start = end;
    }
    let open = move |file_id| files.read(file_id);
    let chunks = Chunks {
        open,
        windows,
        current: None,
    };
    stream_chunks(chunks, pin, describe)
}

/// The bytes of one open file that lie within `span`; `held` is dropped after the last.
pub(crate) fn read_file<H: Send + 'static>(
    file: File,
    span: Range<u64>,
    held: H,
    describe: impl Fn(io::Error) -> StoreError + Send + 'static,
) -> ByteStream {
    let chunks = Chunks {
        open: |_| Err(io::Error::other("there is one file only")),
        windows: VecDeque::new(),
        current: Some((file, span)),
    };
    stream_chunks(chunks, held, describe)
}

fn stream_chunks<O, H>(
    chunks: Chunks<O>,
    held: H,
    describe: impl Fn(io::Error) -> StoreError + Send + 'static,
) -> ByteStream
where
    O: Fn(FileId) -> io::Result<File> + Send + 'static,
    H: Send + 'static,
{
    let step = |mut chunks: Chunks<O>| tokio::task::spawn_blocking(move || (chunks.next(), chunks));
    let start = (step(chunks), held, describe);
    let stream: std::pin::Pin<Box<dyn Stream<Item = _> + Send>> = Box::pin(
        futures::stream::unfold(Some(start), move |state| async move {
            let (reading, held, describe) = state?;
            match reading.await.map_err(io::Error::other) {
                Ok((Ok(Some(bytes)), chunks)) => {
                    // The next piece is read while this one is sent.
                    Some((Ok(bytes), Some((step(chunks), held, describe))))
                }
                Ok((Ok(None), _)) => None,
                Ok((Err(error), _)) | Err(error) => Some((Err(describe(error)), None)),
            }
        }),
    );
    stream
}

/// Reads windows of files one after the other.
struct Chunks<O> {
    open: O,
    windows: VecDeque<(FileId, Range<u64>)>,
    current: Option<(File, Range<u64>)>,
}

impl<O: Fn(FileId) -> io::Result<File>> Chunks<O> {
    fn next(&mut self) -> io::Result<Option<Bytes>> {
        use std::os::unix::fs::FileExt;
        loop {
            let Some((file, window)) = &mut self.current else {
                let Some((file_id, window)) = self.windows.pop_front() else {
                    return Ok(None);
                };
                self.current = Some(((self.open)(file_id)?, window));
                continue;
            };
            if window.is_empty() {
                self.current = None;
                continue;
            }
            let length = (window.end - window.start).min(READ_BYTES as u64) as usize;
            let mut bytes = BytesMut::zeroed(length);
            file.read_exact_at(&mut bytes, window.start)?;
            window.start += length as u64;
            return Ok(Some(bytes.freeze()));
        }
    }
}

/// Runs what blocks off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    joined(tokio::task::spawn_blocking(work)).await
}

async fn joined<T>(handle: JoinHandle<io::Result<T>>) -> io::Result<T> {
    handle.await.map_err(io::Error::other)?
}
