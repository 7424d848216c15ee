//! Pages of the input manifest: at most 1,000 lines or 256 KiB each, compressed.

use crate::sql::Conn;
use crate::writer::Operation;
use crate::{Db, DbError, Result, args};

/// Lines in a page, at most.
pub const PAGE_LINES_MAX: usize = 1_000;
/// Bytes in a page before compression, unless a single line is longer.
pub const PAGE_BYTES_MAX: usize = 256 * 1024;
/// Level 1 packs manifests to a fifth at some hundred MB/s.
const ZSTD_LEVEL: i32 = 1;

/// A page as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestPage {
    /// Number of its first line, from 0.
    pub first_line: i64,
    /// Lines in it.
    pub line_count: i64,
    /// Lines in it that carried the label attribute already.
    pub labeled_count: i64,
    /// Where it begins in the manifest file.
    pub byte_offset: i64,
    /// Bytes it takes in the manifest file.
    pub byte_length: i64,
    /// Its lines, each ended by a line feed, compressed.
    pub body: Vec<u8>,
}

impl ManifestPage {
    /// Compresses `lines`, each ended by a line feed.
    pub fn compress(lines: &[u8]) -> Result<Vec<u8>> {
        zstd::bulk::compress(lines, ZSTD_LEVEL).map_err(DbError::stored)
    }

    /// The lines, each ended by a line feed.
    pub fn lines(&self) -> Result<Vec<u8>> {
        // A page holds at most one over-long line beyond its size; lines are limited at ingest.
        zstd::bulk::decompress(&self.body, 4 * PAGE_BYTES_MAX + 1_024 * 1_024)
            .map_err(|error| DbError::stored(format!("manifest page {}: {error}", self.first_line)))
    }
}

/// Adds pages, in order, and counts their lines. Gives false when another has added them already, or
/// the job is no longer being read.
pub struct ManifestPagesInsert {
    /// The job.
    pub job_id: i64,
    /// Lines the job had before; the first page begins there.
    pub total_before: i64,
    /// The pages.
    pub pages: Vec<ManifestPage>,
}

impl Operation for ManifestPagesInsert {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let sum = |field: fn(&ManifestPage) -> i64| self.pages.iter().map(field).sum::<i64>();
        let changed = conn
            .execute(
                "UPDATE labeling_job SET total = total + $3, labeled_before = labeled_before + $4,
                   ingested_bytes = ingested_bytes + $5
                 WHERE job_id = $1 AND total = $2 AND state = 'Initializing'",
                args![
                    self.job_id,
                    self.total_before,
                    sum(|page| page.line_count),
                    sum(|page| page.labeled_count),
                    sum(|page| page.byte_length),
                ],
            )
            .await?;
        if changed == 0 {
            return Ok(false);
        }
        for page in &self.pages {
            conn.execute(
                "INSERT INTO manifest_page (job_id, first_line, line_count, labeled_count, byte_offset, byte_length, body)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                args![
                    self.job_id,
                    page.first_line,
                    page.line_count,
                    page.labeled_count,
                    page.byte_offset,
                    page.byte_length,
                    page.body.as_slice(),
                ],
            )
            .await?;
        }
        Ok(true)
    }
}

impl Db {
    /// The page that holds `line`.
    pub async fn manifest_page_of(&self, job_id: i64, line: i64) -> Result<Option<ManifestPage>> {
        self.reader()
            .await?
            .conn()
            .opt(
                "SELECT first_line, line_count, labeled_count, byte_offset, byte_length, body FROM manifest_page
                 WHERE job_id = $1 AND first_line <= $2 ORDER BY first_line DESC LIMIT 1",
                args![job_id, line],
                |row| {
                    Ok(ManifestPage {
                        first_line: row.int(0)?,
                        line_count: row.int(1)?,
                        labeled_count: row.int(2)?,
                        byte_offset: row.int(3)?,
                        byte_length: row.int(4)?,
                        body: row.bytes(5)?,
                    })
                },
            )
            .await
            .map(|page| page.filter(|page| line < page.first_line + page.line_count))
    }
}
