//! Lines of input manifests, read through a small cache of unpacked pages.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use cairn_db::Db;

use crate::EngineError;

/// Bytes of unpacked pages kept. A page has a quarter of a mebibyte, and the open tasks of a job lie
/// close together.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// An unpacked page.
pub struct Page {
    /// Number of its first line.
    pub first_line: i64,
    /// How many of its lines carried the label attribute already.
    pub labeled_count: i64,
    text: Vec<u8>,
    lines: Vec<Range<usize>>,
}

impl Page {
    /// Number of the line after its last.
    pub fn end_line(&self) -> i64 {
        self.first_line + self.lines.len() as i64
    }

    /// A line of this page, without its line end.
    pub fn line(&self, line: i64) -> Option<&[u8]> {
        let index = usize::try_from(line - self.first_line).ok()?;
        self.lines.get(index).map(|span| &self.text[span.clone()])
    }

    /// All lines with their numbers.
    pub fn lines(&self) -> impl Iterator<Item = (i64, &[u8])> {
        (self.first_line..).zip(self.lines.iter().map(|span| &self.text[span.clone()]))
    }
}

#[derive(Default)]
struct Kept {
    pages: BTreeMap<(i64, i64), (Arc<Page>, u64)>,
    bytes: usize,
    uses: u64,
}

/// The cache.
#[derive(Default)]
pub struct Pages {
    kept: Mutex<Kept>,
}

impl Pages {
    /// The page of `job_id` that holds `line`; none past the end of the manifest.
    pub async fn page(
        &self,
        db: &Db,
        job_id: i64,
        line: i64,
    ) -> Result<Option<Arc<Page>>, EngineError> {
        if let Some(page) = self.find(job_id, line) {
            return Ok(Some(page));
        }
        let Some(page) = read(db, job_id, line).await? else {
            return Ok(None);
        };
        let page = Arc::new(page);
        self.keep(job_id, page.clone());
        Ok(Some(page))
    }

    /// A line of a job's manifest; none past its end.
    pub async fn line(
        &self,
        db: &Db,
        job_id: i64,
        line: i64,
    ) -> Result<Option<Vec<u8>>, EngineError> {
        let page = self.page(db, job_id, line).await?;
        Ok(page.and_then(|page| page.line(line).map(<[u8]>::to_vec)))
    }

    fn find(&self, job_id: i64, line: i64) -> Option<Arc<Page>> {
        let mut kept = self.kept.lock().unwrap_or_else(|lock| lock.into_inner());
        kept.uses += 1;
        let uses = kept.uses;
        let (_, (page, used)) = kept
            .pages
            .range_mut((job_id, i64::MIN)..=(job_id, line))
            .next_back()?;
        if line >= page.end_line() {
            return None;
        }
        *used = uses;
        Some(page.clone())
    }

    fn keep(&self, job_id: i64, page: Arc<Page>) {
        let mut kept = self.kept.lock().unwrap_or_else(|lock| lock.into_inner());
        kept.bytes += page.text.len();
        let uses = kept.uses;
        let key = (job_id, page.first_line);
        if let Some((before, _)) = kept.pages.insert(key, (page, uses)) {
            kept.bytes -= before.text.len();
        }
        while kept.bytes > BYTES_MAX && kept.pages.len() > 1 {
            let oldest = kept
                .pages
                .iter()
                .min_by_key(|(_, (_, used))| *used)
                .map(|(key, _)| *key);
            let Some((page, _)) = oldest.and_then(|key| kept.pages.remove(&key)) else {
                break;
            };
            kept.bytes -= page.text.len();
        }
    }
}

/// Reads and unpacks a page without keeping it.
pub async fn read(db: &Db, job_id: i64, line: i64) -> Result<Option<Page>, EngineError> {
    let Some(stored) = db.manifest_page_of(job_id, line).await? else {
        return Ok(None);
    };
    let text = stored.lines()?;
    let mut lines = Vec::with_capacity(stored.line_count as usize);
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', &text) {
        lines.push(start..end);
        start = end + 1;
    }
    if lines.len() as i64 != stored.line_count {
        return Err(EngineError::Stored(format!(
            "manifest page {} of job {job_id} has {} lines, not {}",
            stored.first_line,
            lines.len(),
            stored.line_count
        )));
    }
    Ok(Some(Page {
        first_line: stored.first_line,
        labeled_count: stored.labeled_count,
        text,
        lines,
    }))
}
