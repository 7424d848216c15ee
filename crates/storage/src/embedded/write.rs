//! Every way the index is written: what each operation checks, then what it changes.

use std::collections::{BTreeMap, HashMap};

use cairn_sqlite::rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use cairn_sqlite::{all, execute, first, rusqlite};

use super::body::{Received, Stored};
use super::files::{FileId, NewFile};
use super::multipart::{self, Completion};
use crate::checksum::{ChecksumAlgorithm, ChecksumKind};
use crate::error::StoreError;
use crate::object::{ObjectHeaders, ObjectInfo, PutCondition};

/// Why an operation did not take place.
pub(crate) enum Failure {
    /// It was refused before it wrote.
    Refused(StoreError),
    /// The index failed; the transaction is spoilt.
    Broken(rusqlite::Error),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Refused(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Failure {
        Failure::Broken(error)
    }
}

/// What an operation did.
#[derive(Default)]
pub(crate) struct Outcome {
    /// Files no row names any more, by the blob they belonged to.
    pub(crate) freed: Vec<(i64, Vec<FileId>)>,
    /// Rows it was about: objects deleted, say.
    pub(crate) count: usize,
    /// The object it made.
    pub(crate) info: Option<ObjectInfo>,
}

/// An object whose body has been received.
pub(crate) struct ObjectPut {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) blob_id: i64,
    pub(crate) received: Received,
    pub(crate) headers: ObjectHeaders,
    pub(crate) condition: PutCondition,
    pub(crate) modified_at_ms: i64,
}

/// An object made of the linked files of another.
pub(crate) struct ObjectLink {
    pub(crate) bucket: String,
    pub(crate) blob_id: i64,
    pub(crate) files: Vec<(NewFile, u64)>,
    pub(crate) info: ObjectInfo,
    pub(crate) condition: PutCondition,
}

/// One write.
pub(crate) enum Write {
    /// Makes a bucket.
    BucketCreate { name: String, created_at_ms: i64 },
    /// Removes an empty bucket.
    BucketDelete { name: String },
    /// Sets or removes what a bucket says of cross-origin requests.
    BucketCors { name: String, cors: Option<String> },
    /// Stores objects, all or none.
    Put(Vec<ObjectPut>),
    /// Stores a copy.
    Link(ObjectLink),
    /// Removes objects; keys that are not there are passed over.
    Delete { bucket: String, keys: Vec<String> },
    /// Replaces the tags of an object.
    Tags {
        bucket: String,
        key: String,
        tags: BTreeMap<String, String>,
    },
    /// Begins a multipart upload.
    UploadBegin {
        bucket: String,
        key: String,
        upload_id: String,
        started_at_ms: i64,
        headers: ObjectHeaders,
        checksum: Option<(ChecksumAlgorithm, ChecksumKind)>,
    },
    /// Adds or replaces a part.
    UploadPart {
        bucket: String,
        key: String,
        upload_id: String,
        number: u32,
        received: Received,
        modified_at_ms: i64,
    },
    /// Makes the object of an upload.
    UploadComplete {
        bucket: String,
        key: String,
        upload_id: String,
        completion: Completion,
        blob_id: i64,
        modified_at_ms: i64,
    },
    /// Forgets an upload.
    UploadAbort {
        bucket: String,
        key: String,
        upload_id: String,
    },
    /// Registers a folder as a bucket or begins another scan of it; `count` is the scan's number.
    FolderBegin {
        name: String,
        root: String,
        at_ms: i64,
    },
    /// Files found by a scan: key, size, time.
    FolderFiles {
        name: String,
        scan: i64,
        files: Vec<(String, u64, i64)>,
    },
    /// Forgets what the scan did not find.
    FolderEnd { name: String, scan: i64 },
    /// Does nothing: when it returns, everything given to the writer before is settled.
    Barrier,
}

impl Write {
    /// Bucket and key, for messages.
    pub(crate) fn subject(&self) -> (&str, &str) {
        match self {
            Write::BucketCreate { name, .. }
            | Write::BucketDelete { name }
            | Write::BucketCors { name, .. }
            | Write::FolderBegin { name, .. }
            | Write::FolderFiles { name, .. }
            | Write::FolderEnd { name, .. } => (name, ""),
            Write::Put(puts) => puts.first().map_or(("", ""), |put| (&put.bucket, &put.key)),
            Write::Link(link) => (&link.bucket, &link.info.key),
            Write::Delete { bucket, keys } => (bucket, keys.first().map_or("", |key| key.as_str())),
            Write::Tags { bucket, key, .. }
            | Write::UploadBegin { bucket, key, .. }
            | Write::UploadPart { bucket, key, .. }
            | Write::UploadComplete { bucket, key, .. }
            | Write::UploadAbort { bucket, key, .. } => (bucket, key),
            Write::Barrier => ("", ""),
        }
    }

    /// The index names the new files now: they stay.
    pub(crate) fn keep_files(&mut self) {
        let keep = |received: &mut Received| {
            if let Stored::File(file) = &mut received.stored {
                file.keep();
            }
        };
        match self {
            Write::Put(puts) => puts.iter_mut().for_each(|put| keep(&mut put.received)),
            Write::Link(link) => link.files.iter_mut().for_each(|(file, _)| file.keep()),
            Write::UploadPart { received, .. } => keep(received),
            _ => {}
        }
    }

    /// Runs it within the open transaction: first every check, then every change.
    pub(crate) fn apply(&self, txn: &Connection) -> Result<Outcome, Failure> {
        match self {
            Write::BucketCreate {
                name,
                created_at_ms,
            } => bucket_create(txn, name, *created_at_ms),
            Write::BucketDelete { name } => bucket_delete(txn, name),
            Write::BucketCors { name, cors } => bucket_cors(txn, name, cors.as_deref()),
            Write::Put(puts) => put(txn, puts),
            Write::Link(link) => put_link(txn, link),
            Write::Delete { bucket, keys } => delete(txn, bucket, keys),
            Write::Tags { bucket, key, tags } => set_tags(txn, bucket, key, tags),
            Write::FolderBegin { name, root, at_ms } => {
                crate::folder::begin(txn, name, root, *at_ms)
            }
            Write::FolderFiles { name, scan, files } => {
                crate::folder::add_files(txn, name, *scan, files)
            }
            Write::FolderEnd { name, scan } => crate::folder::end(txn, name, *scan),
            Write::Barrier => Ok(Outcome::default()),
            upload => multipart::apply(txn, upload),
        }
    }
}

/// The row id of a bucket, or the refusal that there is none.
pub(crate) fn bucket_id(txn: &Connection, name: &str) -> Result<i64, Failure> {
    let sql = "select bucket_id from bucket where name = ?1";
    first(txn, sql, params![name], |row| row.get(0))?
        .ok_or_else(|| StoreError::no_such_bucket(name).into())
}

fn bucket_create(txn: &Connection, name: &str, created_at_ms: i64) -> Result<Outcome, Failure> {
    let taken = first(
        txn,
        "select 1 from bucket where name = ?1 union all select 1 from folder where name = ?1",
        params![name],
        |_| Ok(()),
    )?;
    if taken.is_some() {
        let bucket = name.to_owned();
        return Err(StoreError::BucketExists { bucket }.into());
    }
    execute(
        txn,
        "insert into bucket (name, created_at_ms) values (?1, ?2)",
        params![name, created_at_ms],
    )?;
    Ok(Outcome::default())
}

fn bucket_delete(txn: &Connection, name: &str) -> Result<Outcome, Failure> {
    let bucket_id = bucket_id(txn, name)?;
    let used = first(
        txn,
        "select 1 from object where bucket_id = ?1 limit 1",
        params![bucket_id],
        |_| Ok(()),
    )?;
    if used.is_some() {
        let bucket = name.to_owned();
        return Err(StoreError::BucketNotEmpty { bucket }.into());
    }
    // Uploads that were never completed do not keep a bucket.
    let freed = multipart::forget_uploads(txn, bucket_id)?;
    let sql = "delete from bucket where bucket_id = ?1";
    execute(txn, sql, params![bucket_id])?;
    Ok(Outcome {
        freed,
        ..Outcome::default()
    })
}

fn bucket_cors(txn: &Connection, name: &str, cors: Option<&str>) -> Result<Outcome, Failure> {
    let bucket_id = bucket_id(txn, name)?;
    let sql = "update bucket set cors = ?2 where bucket_id = ?1";
    execute(txn, sql, params![bucket_id, cors])?;
    Ok(Outcome::default())
}

/// Where a put goes and what it replaces.
pub(crate) struct Place {
    bucket_id: i64,
    replaced: Option<i64>,
}

/// Stores the objects of one write, by statements that are prepared once for all of them.
pub(crate) struct ObjectWriter<'w> {
    txn: &'w Connection,
    find: CachedStatement<'w>,
    store: CachedStatement<'w>,
    /// The bucket asked for last: the puts of a write are mostly to one.
    bucket: Option<(&'w str, i64)>,
    /// Files of what was replaced, by the blob they belonged to.
    pub(crate) freed: Vec<(i64, Vec<FileId>)>,
}

impl<'w> ObjectWriter<'w> {
    pub(crate) fn new(txn: &'w Connection) -> rusqlite::Result<ObjectWriter<'w>> {
        let find = "select blob_id, etag from object where bucket_id = ?1 and key = ?2";
        let store = "insert into object
               (bucket_id, key, blob_id, size, etag, modified_at_ms, part_count, headers, checksums)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             on conflict (bucket_id, key) do update set blob_id = ?3, size = ?4, etag = ?5,
               modified_at_ms = ?6, part_count = ?7, headers = ?8, checksums = ?9";
        Ok(ObjectWriter {
            txn,
            find: txn.prepare_cached(find)?,
            store: txn.prepare_cached(store)?,
            bucket: None,
            freed: Vec::new(),
        })
    }

    /// Checks that a put may take place.
    pub(crate) fn check_place(
        &mut self,
        bucket: &'w str,
        key: &str,
        condition: &PutCondition,
    ) -> Result<Place, Failure> {
        let bucket_id = match self.bucket {
            Some((last, bucket_id)) if last == bucket => bucket_id,
            _ => bucket_id(self.txn, bucket)?,
        };
        self.bucket = Some((bucket, bucket_id));
        let found: Option<(i64, String)> = self
            .find
            .query_row(params![bucket_id, key], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let (replaced, etag) = found.unzip();
        if let (PutCondition::Etag(_), None) = (condition, &etag) {
            return Err(StoreError::no_such_key(bucket, key).into());
        }
        if !condition.holds(etag.as_deref()) {
            return Err(StoreError::PreconditionFailed {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                condition: condition.describe(),
            }
            .into());
        }
        Ok(Place {
            bucket_id,
            replaced,
        })
    }

    /// Writes the row of an object whose body is in place already; frees what it replaces.
    pub(crate) fn write(
        &mut self,
        place: &Place,
        blob_id: i64,
        info: &ObjectInfo,
    ) -> rusqlite::Result<()> {
        if let Some(replaced) = place.replaced {
            self.freed.push((replaced, free_blob(self.txn, replaced)?));
        }
        self.store.execute(params![
            place.bucket_id,
            info.key,
            blob_id,
            info.size as i64,
            info.etag,
            info.modified_at_ms,
            info.part_count,
            to_json(&info.headers),
            to_json(&info.checksums),
        ])?;
        Ok(())
    }
}

/// Forgets the body of a blob; gives the files it had.
fn free_blob(txn: &Connection, blob_id: i64) -> rusqlite::Result<Vec<FileId>> {
    let inline = "delete from inline_body where blob_id = ?1";
    if execute(txn, inline, params![blob_id])? > 0 {
        return Ok(Vec::new());
    }
    let pieces = "delete from piece where blob_id = ?1 returning file_id";
    all(txn, pieces, params![blob_id], |row| row.get(0))
}

fn write_piece(
    txn: &Connection,
    blob_id: i64,
    number: usize,
    file_id: FileId,
    size: u64,
) -> rusqlite::Result<()> {
    execute(
        txn,
        "insert into piece (blob_id, number, file_id, size) values (?1, ?2, ?3, ?4)",
        params![blob_id, number as i64, file_id, size as i64],
    )?;
    Ok(())
}

fn put(txn: &Connection, puts: &[ObjectPut]) -> Result<Outcome, Failure> {
    let mut objects = ObjectWriter::new(txn)?;
    let mut places = Vec::with_capacity(puts.len());
    for put in puts {
        places.push(objects.check_place(&put.bucket, &put.key, &put.condition)?);
    }
    let inline = "insert into inline_body (blob_id, body) values (?1, ?2)";
    let mut store_inline = txn.prepare_cached(inline)?;
    // One of these puts may replace another.
    let mut stored: HashMap<(i64, &str), i64> = HashMap::with_capacity(puts.len());
    let mut last = None;
    for (put, mut place) in puts.iter().zip(places) {
        if let Some(earlier) = stored.insert((place.bucket_id, &put.key), put.blob_id) {
            place.replaced = Some(earlier);
        }
        let Received {
            stored,
            size,
            digests,
        } = &put.received;
        match stored {
            Stored::Inline(body) => {
                store_inline.execute(params![put.blob_id, &body[..]])?;
            }
            Stored::File(file) => write_piece(txn, put.blob_id, 0, file.id, *size)?,
        }
        let info = ObjectInfo {
            key: put.key.clone(),
            size: *size,
            etag: digests.etag(),
            version: put.blob_id.to_string(),
            modified_at_ms: put.modified_at_ms,
            headers: put.headers.clone(),
            checksums: digests.checksums.clone(),
            part_count: None,
        };
        objects.write(&place, put.blob_id, &info)?;
        last = Some(info);
    }
    Ok(Outcome {
        freed: objects.freed,
        count: puts.len(),
        info: last,
    })
}

fn put_link(txn: &Connection, link: &ObjectLink) -> Result<Outcome, Failure> {
    let mut objects = ObjectWriter::new(txn)?;
    let place = objects.check_place(&link.bucket, &link.info.key, &link.condition)?;
    for (number, (file, size)) in link.files.iter().enumerate() {
        write_piece(txn, link.blob_id, number, file.id, *size)?;
    }
    objects.write(&place, link.blob_id, &link.info)?;
    Ok(Outcome {
        freed: objects.freed,
        info: Some(link.info.clone()),
        ..Outcome::default()
    })
}

fn delete(txn: &Connection, bucket: &str, keys: &[String]) -> Result<Outcome, Failure> {
    let bucket_id = bucket_id(txn, bucket)?;
    let mut outcome = Outcome::default();
    for key in keys {
        let blob_id: Option<i64> = first(
            txn,
            "delete from object where bucket_id = ?1 and key = ?2 returning blob_id",
            params![bucket_id, key],
            |row| row.get(0),
        )?;
        if let Some(blob_id) = blob_id {
            outcome.count += 1;
            outcome.freed.push((blob_id, free_blob(txn, blob_id)?));
        }
    }
    Ok(outcome)
}

fn set_tags(
    txn: &Connection,
    bucket: &str,
    key: &str,
    tags: &BTreeMap<String, String>,
) -> Result<Outcome, Failure> {
    let bucket_id = bucket_id(txn, bucket)?;
    let mut headers: ObjectHeaders = first(
        txn,
        "select headers from object where bucket_id = ?1 and key = ?2",
        params![bucket_id, key],
        |row| Ok(from_json(row.get_ref(0)?.as_str()?)),
    )?
    .ok_or_else(|| StoreError::no_such_key(bucket, key))?;
    headers.tags = tags.clone();
    execute(
        txn,
        "update object set headers = ?3 where bucket_id = ?1 and key = ?2",
        params![bucket_id, key, to_json(&headers)],
    )?;
    Ok(Outcome::default())
}

pub(crate) fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("maps of texts always serialise")
}

/// What [`to_json`] wrote; fields that a later version adds are left at their defaults.
pub(crate) fn from_json<T: serde::de::DeserializeOwned + Default>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}
