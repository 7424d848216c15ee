//! Reads the input manifest into pages, in constant memory, and checks every line before anybody is
//! asked anything. A manifest with a bad line fails its job with the lines named; one that could not
//! be read to its end is taken up again where the stored pages end.

use bytes::Bytes;
use cairn_db::manifest_page::{ManifestPage, ManifestPagesInsert, PAGE_BYTES_MAX, PAGE_LINES_MAX};
use cairn_labeling::manifest::{LineErrors, LineRules, LineSplitter, RawLine};
use cairn_storage::{ByteRange, StoreError};
use futures::StreamExt;
use tokio::sync::mpsc;

use crate::EngineError;
use crate::engine::Inner;
use crate::facts::JobSetup;

/// Chunks that wait to be cut into lines.
const CHUNKS_MAX: usize = 8;
/// Pages that wait to be stored.
const PAGES_MAX: usize = 16;
/// Pages stored in one transaction.
const PAGES_A_WRITE: usize = 8;

/// What came of reading a manifest.
pub enum Ingested {
    /// All of it is stored.
    Complete,
    /// It has bad lines, or none at all: why the job fails.
    Refused(String),
    /// The job is no longer being read.
    Overtaken,
}

/// Reads the manifest of a job, from where the stored pages end.
pub async fn ingest(inner: &Inner, setup: &JobSetup) -> Result<Ingested, EngineError> {
    let progress = setup.job.progress;
    let (first_line, offset) = (progress.total, progress.ingested_bytes);
    let uri = &setup.manifest;
    let range = (offset > 0).then_some(ByteRange::From {
        first: offset as u64,
        last: None,
    });
    if offset > 0 {
        let info = inner.stores.head(&uri.bucket, &uri.key).await?;
        if info.size == offset as u64 {
            return Ok(Ingested::Complete);
        }
    }
    let version = setup.pinned.manifest_etag.as_deref().unwrap_or_default();
    let blob = match inner
        .stores
        .get_version(&uri.bucket, &uri.key, range, version)
        .await
    {
        Err(StoreError::Changed { .. }) => {
            return Ok(Ingested::Refused(format!(
                "ClientError: manifest {uri} was changed while it was read"
            )));
        }
        blob => blob?,
    };

    let (chunk_sender, chunks) = mpsc::channel::<Bytes>(CHUNKS_MAX);
    let (page_sender, mut pages) = mpsc::channel::<ManifestPage>(PAGES_MAX);
    let attribute = setup.request.label_attribute_name.clone();
    let cutter = tokio::task::spawn_blocking(move || {
        cut(first_line, offset, &attribute, chunks, page_sender)
    });

    let mut body = blob.body;
    let feed = async move {
        while let Some(chunk) = body.next().await {
            // The cutter ends early when its pages are no longer taken.
            if chunk_sender.send(chunk?).await.is_err() {
                break;
            }
        }
        drop(chunk_sender);
        Ok::<(), EngineError>(())
    };
    let store = async move {
        let mut total = first_line;
        let mut batch = Vec::with_capacity(PAGES_A_WRITE);
        while pages.recv_many(&mut batch, PAGES_A_WRITE).await > 0 {
            let lines: i64 = batch.iter().map(|page| page.line_count).sum();
            let insert = ManifestPagesInsert {
                job_id: setup.job.job_id,
                total_before: total,
                pages: std::mem::take(&mut batch),
            };
            if !inner.db.write(insert).await? {
                return Ok(None);
            }
            total += lines;
        }
        Ok::<Option<i64>, EngineError>(Some(total))
    };
    // Whoever ends first lets go of its end of the channels, and so the others end too.
    let (fed, stored) = tokio::join!(feed, store);
    let errors = cutter
        .await
        .map_err(|error| EngineError::Stored(format!("reading the manifest: {error}")))??;
    fed?;
    let Some(total) = stored? else {
        return Ok(Ingested::Overtaken);
    };
    if !errors.is_empty() {
        return Ok(Ingested::Refused(errors.failure_reason(&uri.to_string())));
    }
    if total == 0 {
        return Ok(Ingested::Refused(format!(
            "ClientError: manifest {uri} is empty: it needs at least one line"
        )));
    }
    Ok(Ingested::Complete)
}

/// Cuts chunks into lines, checks them, and packs pages. After the first bad line no more pages are
/// made, but the rest is still checked, so that all is named at once.
fn cut(
    first_line: i64,
    first_offset: i64,
    attribute: &str,
    mut chunks: mpsc::Receiver<Bytes>,
    pages: mpsc::Sender<ManifestPage>,
) -> Result<LineErrors, EngineError> {
    let rules = LineRules::new(attribute);
    let mut splitter = LineSplitter::new(rules.bytes_max());
    let mut packer = Packer {
        first_line,
        first_offset,
        rules,
        errors: LineErrors::new(),
        pages,
        text: Vec::with_capacity(PAGE_BYTES_MAX + 1_024),
        page_line: first_line,
        page_offset: first_offset,
        line_count: 0,
        labeled_count: 0,
    };
    let mut bytes_read = 0_i64;
    while let Some(chunk) = chunks.blocking_recv() {
        bytes_read += chunk.len() as i64;
        if let Err(stopped) = splitter.push(&chunk, |line| packer.take(line)) {
            return packer.stopped(stopped);
        }
    }
    if let Err(stopped) = splitter.finish(|line| packer.take(line)) {
        return packer.stopped(stopped);
    }
    packer.end(first_offset + bytes_read)
}

/// Why the packer stops: nobody takes its pages, or it failed itself.
enum Stopped {
    Receiver,
    Failed(EngineError),
}

struct Packer<'a> {
    first_line: i64,
    first_offset: i64,
    rules: LineRules<'a>,
    errors: LineErrors,
    pages: mpsc::Sender<ManifestPage>,
    text: Vec<u8>,
    page_line: i64,
    page_offset: i64,
    line_count: i64,
    labeled_count: i64,
}

impl Packer<'_> {
    fn take(&mut self, raw: RawLine<'_>) -> Result<(), Stopped> {
        // The splitter counts from where the reading was taken up.
        let line = RawLine {
            line: cairn_labeling::ids::Line(raw.line.0 + self.first_line),
            ..raw
        };
        let info = match line.check(&self.rules) {
            Ok(info) => info,
            Err(error) => {
                self.errors.push(error);
                return Ok(());
            }
        };
        if !self.errors.is_empty() {
            return Ok(());
        }
        let full = self.line_count as usize >= PAGE_LINES_MAX
            || (self.line_count > 0 && self.text.len() + raw.bytes.len() >= PAGE_BYTES_MAX);
        if full {
            self.close_page(self.first_offset + raw.byte_offset as i64)?;
        }
        self.text.extend_from_slice(raw.bytes);
        self.text.push(b'\n');
        self.line_count += 1;
        self.labeled_count += i64::from(info.already_labeled);
        Ok(())
    }

    fn close_page(&mut self, end_offset: i64) -> Result<(), Stopped> {
        let body =
            ManifestPage::compress(&self.text).map_err(|error| Stopped::Failed(error.into()))?;
        let page = ManifestPage {
            first_line: self.page_line,
            line_count: self.line_count,
            labeled_count: self.labeled_count,
            byte_offset: self.page_offset,
            byte_length: end_offset - self.page_offset,
            body,
        };
        self.page_line += self.line_count;
        self.page_offset = end_offset;
        self.line_count = 0;
        self.labeled_count = 0;
        self.text.clear();
        self.pages
            .blocking_send(page)
            .map_err(|_| Stopped::Receiver)
    }

    fn stopped(self, stopped: Stopped) -> Result<LineErrors, EngineError> {
        match stopped {
            Stopped::Receiver => Ok(self.errors),
            Stopped::Failed(error) => Err(error),
        }
    }

    fn end(mut self, end_offset: i64) -> Result<LineErrors, EngineError> {
        if self.errors.is_empty()
            && self.line_count > 0
            && let Err(stopped) = self.close_page(end_offset)
        {
            return self.stopped(stopped);
        }
        Ok(self.errors)
    }
}
