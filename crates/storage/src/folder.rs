//! Folders registered in place as read-only buckets.
//!
//! Nothing is copied. The scan notes each file's path, size and time; a read opens the noted path
//! one component at a time, follows no link, and refuses a file that is no longer the one noted.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use cairn_sqlite::rusqlite::{Connection, Row, params};
use cairn_sqlite::{all, execute, first, rusqlite};
use rustix::fs::{Mode, OFlags};

use crate::embedded::{
    Failure, Index, Outcome, Write, blocking, describe_index_error, now_ms, read_file,
};
use crate::error::{StoreError, StoreResult};
use crate::list::{self, Start};
use crate::name::check_bucket_name;
use crate::object::{
    Blob, BucketInfo, ByteRange, ListPage, ListQuery, ObjectHeaders, ObjectInfo, span_of,
};
use crate::scan::{ScanReport, Walk, modified_at_ns};

/// Files written to the index at once.
const SCAN_BATCH: usize = 1_000;
/// The registered folders.
#[derive(Clone)]
pub struct FolderStore {
    index: Index,
}

struct Noted {
    root: PathBuf,
    size: u64,
    modified_at_ns: i64,
}

impl FolderStore {
    pub(crate) fn new(index: Index) -> FolderStore {
        FolderStore { index }
    }

    /// Registers the folder `root` as the bucket `bucket` and scans it, or scans it again. A bucket
    /// keeps its folder for good.
    pub async fn register(&self, bucket: &str, root: &Path) -> StoreResult<ScanReport> {
        check_bucket_name(bucket)?;
        let failed = |error: io::Error| StoreError::Io {
            attempt: format!("scanning {}", root.display()),
            reason: error.to_string(),
        };
        let path = root.to_owned();
        let canonical = blocking(move || {
            let canonical = fs::canonicalize(path)?;
            fs::read_dir(&canonical)?;
            Ok(canonical)
        })
        .await
        .map_err(failed)?;
        let Some(root_text) = canonical.to_str() else {
            return Err(StoreError::InvalidArgument {
                reason: format!("the path of folder {} is not UTF-8", root.display()),
            });
        };
        let begin = Write::FolderBegin {
            name: bucket.to_owned(),
            root: root_text.to_owned(),
            at_ms: now_ms(),
        };
        let scan = self.index.write(begin).await?.count as i64;
        let mut walk = Walk::new(canonical);
        loop {
            let (files, walked) = blocking(move || {
                let files = walk.next_files(SCAN_BATCH)?;
                Ok((files, walk))
            })
            .await
            .map_err(failed)?;
            walk = walked;
            if files.is_empty() && walk.is_over() {
                break;
            }
            let name = bucket.to_owned();
            self.index
                .write(Write::FolderFiles { name, scan, files })
                .await?;
        }
        let name = bucket.to_owned();
        self.index.write(Write::FolderEnd { name, scan }).await?;
        Ok(walk.report)
    }

    /// Whether a folder is registered under this name.
    pub async fn bucket_exists(&self, bucket: &str) -> StoreResult<bool> {
        Ok(self.root(bucket).await?.is_some())
    }

    /// The folder behind a bucket.
    pub async fn root(&self, bucket: &str) -> StoreResult<Option<PathBuf>> {
        let sql = "select root from folder where name = ?1";
        let mut reader = self.index.reader().await?;
        let root: Option<String> = reader
            .quick(|conn| first(conn, sql, params![bucket], |row| row.get(0)))
            .map_err(|error| describe_index_error(&error, (bucket, "")))?;
        Ok(root.map(PathBuf::from))
    }

    /// All registered folders by name.
    pub async fn list_buckets(&self) -> StoreResult<Vec<BucketInfo>> {
        let sql = "select name, registered_at_ms from folder order by name";
        let mut reader = self.index.reader().await?;
        reader
            .slow(|conn| {
                all(conn, sql, [], |row| {
                    Ok(BucketInfo {
                        name: row.get(0)?,
                        created_at_ms: row.get(1)?,
                        is_read_only: true,
                    })
                })
            })
            .map_err(|error| describe_index_error(&error, ("", "")))
    }

    /// What is known of a file; it is looked at, so that a missing or changed one is noticed.
    pub async fn head(&self, bucket: &str, key: &str) -> StoreResult<ObjectInfo> {
        let (info, _) = self.open(bucket, key).await?;
        Ok(info)
    }

    /// Reads a file, or a range of it. `version`, where given, must be that of the file.
    pub async fn get(
        &self,
        bucket: &str,
        key: &str,
        range: Option<ByteRange>,
        version: Option<&str>,
    ) -> StoreResult<Blob> {
        let (info, file) = self.open(bucket, key).await?;
        if version.is_some_and(|version| version != info.version) {
            return Err(changed(bucket, key, "its size or time differs"));
        }
        let span = span_of(bucket, key, info.size, range)?;
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        let describe = move |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => changed(&bucket, &key, "it became shorter"),
            _ => StoreError::io(&bucket, &key, "reading", &error),
        };
        Ok(Blob {
            info,
            span: span.clone(),
            body: read_file(file, span, (), describe),
        })
    }

    async fn open(&self, bucket: &str, key: &str) -> StoreResult<(ObjectInfo, File)> {
        let noted = self.noted(bucket, key).await?;
        let (root, path) = (noted.root, key.to_owned());
        let opened = blocking(move || {
            let file = open_beneath(&root, &path)?;
            let metadata = file.metadata()?;
            Ok((file, metadata))
        })
        .await;
        let (file, metadata) = opened.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => changed(bucket, key, "it is gone"),
            io::ErrorKind::PermissionDenied => StoreError::AccessDenied {
                target: format!("`{key}` in bucket `{bucket}`"),
                reason: error.to_string(),
            },
            _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
                || error.kind() == io::ErrorKind::NotADirectory =>
            {
                changed(bucket, key, "a link stands in its path")
            }
            _ => StoreError::io(bucket, key, "opening", &error),
        })?;
        if !metadata.is_file() {
            return Err(changed(bucket, key, "it is no longer a file"));
        }
        if metadata.len() != noted.size {
            return Err(changed(bucket, key, "its size differs from the scan's"));
        }
        if modified_at_ns(&metadata) != noted.modified_at_ns {
            return Err(changed(bucket, key, "its time differs from the scan's"));
        }
        let mut info = object_info(key, noted.size, noted.modified_at_ns);
        info.headers = content_type_of(key)
            .map(ObjectHeaders::of_type)
            .unwrap_or_default();
        Ok((info, file))
    }

    async fn noted(&self, bucket: &str, key: &str) -> StoreResult<Noted> {
        let sql = "select d.root, f.size, f.modified_at_ns from folder d
             left join folder_file f on f.folder_id = d.folder_id and f.key = ?2
             where d.name = ?1";
        let from_row = |row: &Row<'_>| {
            let Some(size) = row.get::<_, Option<i64>>(1)? else {
                return Ok(None);
            };
            let root: String = row.get(0)?;
            Ok(Some(Noted {
                root: PathBuf::from(root),
                size: size as u64,
                modified_at_ns: row.get(2)?,
            }))
        };
        let mut reader = self.index.reader().await?;
        reader
            .quick(|conn| first(conn, sql, params![bucket, key], from_row))
            .map_err(|error| describe_index_error(&error, (bucket, key)))?
            .ok_or_else(|| StoreError::no_such_bucket(bucket))?
            .ok_or_else(|| StoreError::no_such_key(bucket, key))
    }

    /// One page of the keys of a folder.
    pub async fn list(&self, bucket: &str, query: &ListQuery) -> StoreResult<ListPage> {
        let folder_id = "select folder_id from folder where name = ?1";
        let mut reader = self.index.reader().await?;
        let page: rusqlite::Result<Option<ListPage>> = reader.slow(|conn| {
            let folder_id: Option<i64> = first(conn, folder_id, params![bucket], |row| row.get(0))?;
            let Some(folder_id) = folder_id else {
                return Ok(None);
            };
            let page = list::page(query, |start, end, count| {
                let (sql, from) = match start {
                    Start::At(key) => (SCAN_AT, key),
                    Start::After(key) => (SCAN_AFTER, key),
                };
                let params = params![folder_id, from, end, count as i64];
                all(conn, sql, params, info_from_row)
            });
            page.map(Some)
        });
        page.map_err(|error| describe_index_error(&error, (bucket, &query.prefix)))?
            .ok_or_else(|| StoreError::no_such_bucket(bucket))
    }
}

const SCAN_AT: &str = "select key, size, modified_at_ns from folder_file
  where folder_id = ?1 and key >= ?2 and (?3 is null or key < ?3) order by key limit ?4";
const SCAN_AFTER: &str = "select key, size, modified_at_ns from folder_file
  where folder_id = ?1 and key > ?2 and (?3 is null or key < ?3) order by key limit ?4";

fn info_from_row(row: &Row<'_>) -> rusqlite::Result<ObjectInfo> {
    let key = row.get_ref(0)?.as_str()?;
    let size: i64 = row.get(1)?;
    Ok(object_info(key, size as u64, row.get(2)?))
}

/// A file's etag is made of its size and time: its content is never read as a whole.
fn object_info(key: &str, size: u64, modified_at_ns: i64) -> ObjectInfo {
    let etag = format!("{size:x}-{modified_at_ns:x}");
    ObjectInfo {
        key: key.to_owned(),
        size,
        version: etag.clone(),
        etag,
        modified_at_ms: modified_at_ns / 1_000_000,
        headers: ObjectHeaders::default(),
        checksums: Default::default(),
        part_count: None,
    }
}

fn changed(bucket: &str, key: &str, change: &str) -> StoreError {
    StoreError::Changed {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        change: change.to_owned(),
    }
}

/// Opens `root/key` without following a link in any component of `key`. Blocks.
fn open_beneath(root: &Path, key: &str) -> io::Result<File> {
    let common = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let mut folder: OwnedFd = rustix::fs::open(root, common | OFlags::DIRECTORY, Mode::empty())?;
    let mut components = key.split('/').peekable();
    while let Some(component) = components.next() {
        if matches!(component, "" | "." | "..") {
            return Err(io::ErrorKind::NotFound.into());
        }
        // Not blocking, so that a pipe put in a file's place does not hold the reader.
        let kind = match components.peek() {
            Some(_) => OFlags::DIRECTORY,
            None => OFlags::NONBLOCK,
        };
        folder = rustix::fs::openat(&folder, component, common | kind, Mode::empty())?;
    }
    Ok(File::from(folder))
}

/// Content type by the ending of a name, for what people label; browsers need it for pictures.
pub fn content_type_of(key: &str) -> Option<&'static str> {
    let (_, ending) = key.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "bmp" => "image/bmp",
        "svg" => "image/svg+xml",
        "avif" => "image/avif",
        "tif" | "tiff" => "image/tiff",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "txt" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "json" => "application/json",
        "jsonl" | "manifest" => "application/jsonlines",
        "pdf" => "application/pdf",
        _ => return None,
    })
}

// The folder tables, as the writer of the index changes them.

fn folder_id(txn: &Connection, name: &str) -> Result<i64, Failure> {
    let sql = "select folder_id from folder where name = ?1";
    first(txn, sql, params![name], |row| row.get(0))?
        .ok_or_else(|| StoreError::no_such_bucket(name).into())
}

pub(crate) fn begin(
    txn: &Connection,
    name: &str,
    root: &str,
    at_ms: i64,
) -> Result<Outcome, Failure> {
    let other = first(
        txn,
        "select 1 from bucket where name = ?1
         union all select 1 from folder where name = ?1 and root <> ?2",
        params![name, root],
        |_| Ok(()),
    )?;
    if other.is_some() {
        let bucket = name.to_owned();
        return Err(StoreError::BucketExists { bucket }.into());
    }
    let scan: Option<i64> = first(
        txn,
        "insert into folder (name, root, registered_at_ms, scan) values (?1, ?2, ?3, 1)
         on conflict (name) do update set scan = scan + 1 returning scan",
        params![name, root, at_ms],
        |row| row.get(0),
    )?;
    Ok(Outcome {
        count: scan.unwrap_or_default() as usize,
        ..Outcome::default()
    })
}

pub(crate) fn add_files(
    txn: &Connection,
    name: &str,
    scan: i64,
    files: &[(String, u64, i64)],
) -> Result<Outcome, Failure> {
    let folder_id = folder_id(txn, name)?;
    let mut note = txn.prepare_cached(
        "insert into folder_file (folder_id, key, size, modified_at_ns, scan)
         values (?1, ?2, ?3, ?4, ?5)
         on conflict (folder_id, key) do update set size = ?3, modified_at_ns = ?4, scan = ?5",
    )?;
    for (key, size, modified_at_ns) in files {
        note.execute(params![folder_id, key, *size as i64, modified_at_ns, scan])?;
    }
    Ok(Outcome::default())
}

pub(crate) fn end(txn: &Connection, name: &str, scan: i64) -> Result<Outcome, Failure> {
    let folder_id = folder_id(txn, name)?;
    let sql = "delete from folder_file where folder_id = ?1 and scan <> ?2";
    Ok(Outcome {
        count: execute(txn, sql, params![folder_id, scan])?,
        ..Outcome::default()
    })
}
