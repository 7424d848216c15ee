//! Every way the index is written: what each operation checks, then what it changes.

use std::collections::BTreeMap;

use sqlx::{Row, SqliteConnection};

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
    Broken(sqlx::Error),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Refused(error)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Failure {
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
    pub(crate) async fn apply(&self, txn: &mut SqliteConnection) -> Result<Outcome, Failure> {
        match self {
            Write::BucketCreate {
                name,
                created_at_ms,
            } => bucket_create(txn, name, *created_at_ms).await,
            Write::BucketDelete { name } => bucket_delete(txn, name).await,
            Write::BucketCors { name, cors } => bucket_cors(txn, name, cors.as_deref()).await,
            Write::Put(puts) => put(txn, puts).await,
            Write::Link(link) => put_link(txn, link).await,
            Write::Delete { bucket, keys } => delete(txn, bucket, keys).await,
            Write::Tags { bucket, key, tags } => set_tags(txn, bucket, key, tags).await,
            Write::FolderBegin { name, root, at_ms } => {
                crate::folder::begin(txn, name, root, *at_ms).await
            }
            Write::FolderFiles { name, scan, files } => {
                crate::folder::add_files(txn, name, *scan, files).await
            }
            Write::FolderEnd { name, scan } => crate::folder::end(txn, name, *scan).await,
            Write::Barrier => Ok(Outcome::default()),
            upload => multipart::apply(txn, upload).await,
        }
    }
}

/// The row id of a bucket, or the refusal that there is none.
pub(crate) async fn bucket_id(txn: &mut SqliteConnection, name: &str) -> Result<i64, Failure> {
    sqlx::query_scalar("select bucket_id from bucket where name = $1")
        .bind(name)
        .fetch_optional(txn)
        .await?
        .ok_or_else(|| StoreError::no_such_bucket(name).into())
}

async fn bucket_create(
    txn: &mut SqliteConnection,
    name: &str,
    created_at_ms: i64,
) -> Result<Outcome, Failure> {
    let taken: Option<i64> = sqlx::query_scalar(
        "select 1 from bucket where name = $1 union all select 1 from folder where name = $1",
    )
    .bind(name)
    .fetch_optional(&mut *txn)
    .await?;
    if taken.is_some() {
        let bucket = name.to_owned();
        return Err(StoreError::BucketExists { bucket }.into());
    }
    sqlx::query("insert into bucket (name, created_at_ms) values ($1, $2)")
        .bind(name)
        .bind(created_at_ms)
        .execute(txn)
        .await?;
    Ok(Outcome::default())
}

async fn bucket_delete(txn: &mut SqliteConnection, name: &str) -> Result<Outcome, Failure> {
    let bucket_id = bucket_id(txn, name).await?;
    let used: Option<i64> = sqlx::query_scalar("select 1 from object where bucket_id = $1 limit 1")
        .bind(bucket_id)
        .fetch_optional(&mut *txn)
        .await?;
    if used.is_some() {
        let bucket = name.to_owned();
        return Err(StoreError::BucketNotEmpty { bucket }.into());
    }
    // Uploads that were never completed do not keep a bucket.
    let freed = multipart::forget_uploads(txn, bucket_id).await?;
    sqlx::query("delete from bucket where bucket_id = $1")
        .bind(bucket_id)
        .execute(txn)
        .await?;
    Ok(Outcome {
        freed,
        ..Outcome::default()
    })
}

async fn bucket_cors(
    txn: &mut SqliteConnection,
    name: &str,
    cors: Option<&str>,
) -> Result<Outcome, Failure> {
    let bucket_id = bucket_id(txn, name).await?;
    sqlx::query("update bucket set cors = $2 where bucket_id = $1")
        .bind(bucket_id)
        .bind(cors)
        .execute(txn)
        .await?;
    Ok(Outcome::default())
}

/// Where a put goes and what it replaces.
pub(crate) struct Place {
    bucket_id: i64,
    replaced: Option<i64>,
}

/// Checks that a put may take place.
pub(crate) async fn check_place(
    txn: &mut SqliteConnection,
    bucket: &str,
    key: &str,
    condition: &PutCondition,
) -> Result<Place, Failure> {
    let row = sqlx::query(
        "select b.bucket_id, o.blob_id, o.etag from bucket b
         left join object o on o.bucket_id = b.bucket_id and o.key = $2 where b.name = $1",
    )
    .bind(bucket)
    .bind(key)
    .fetch_optional(txn)
    .await?
    .ok_or_else(|| StoreError::no_such_bucket(bucket))?;
    let etag: Option<String> = row.try_get(2)?;
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
        bucket_id: row.try_get(0)?,
        replaced: row.try_get(1)?,
    })
}

/// Writes the row of an object whose body is in place already; frees what it replaces.
pub(crate) async fn write_object(
    txn: &mut SqliteConnection,
    place: &Place,
    blob_id: i64,
    info: &ObjectInfo,
    freed: &mut Vec<(i64, Vec<FileId>)>,
) -> Result<(), Failure> {
    if let Some(replaced) = place.replaced {
        freed.push((replaced, free_blob(txn, replaced).await?));
    }
    sqlx::query(
        "insert into object
           (bucket_id, key, blob_id, size, etag, modified_at_ms, part_count, headers, checksums)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (bucket_id, key) do update set blob_id = $3, size = $4, etag = $5,
           modified_at_ms = $6, part_count = $7, headers = $8, checksums = $9",
    )
    .bind(place.bucket_id)
    .bind(&info.key)
    .bind(blob_id)
    .bind(info.size as i64)
    .bind(&info.etag)
    .bind(info.modified_at_ms)
    .bind(info.part_count.map(i64::from))
    .bind(to_json(&info.headers))
    .bind(to_json(&info.checksums))
    .execute(txn)
    .await?;
    Ok(())
}

/// Forgets the body of a blob; gives the files it had.
async fn free_blob(txn: &mut SqliteConnection, blob_id: i64) -> Result<Vec<FileId>, sqlx::Error> {
    let inline = sqlx::query("delete from inline_body where blob_id = $1")
        .bind(blob_id)
        .execute(&mut *txn)
        .await?;
    if inline.rows_affected() > 0 {
        return Ok(Vec::new());
    }
    sqlx::query_scalar("delete from piece where blob_id = $1 returning file_id")
        .bind(blob_id)
        .fetch_all(txn)
        .await
}

async fn write_piece(
    txn: &mut SqliteConnection,
    blob_id: i64,
    number: usize,
    file_id: FileId,
    size: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query("insert into piece (blob_id, number, file_id, size) values ($1, $2, $3, $4)")
        .bind(blob_id)
        .bind(number as i64)
        .bind(file_id)
        .bind(size as i64)
        .execute(txn)
        .await?;
    Ok(())
}

async fn put(txn: &mut SqliteConnection, puts: &[ObjectPut]) -> Result<Outcome, Failure> {
    for put in puts {
        check_place(txn, &put.bucket, &put.key, &put.condition).await?;
    }
    let mut outcome = Outcome::default();
    for put in puts {
        // Asked for again: one of these puts may replace another.
        let place = check_place(txn, &put.bucket, &put.key, &PutCondition::Always).await?;
        let Received {
            stored,
            size,
            digests,
        } = &put.received;
        match stored {
            Stored::Inline(body) => {
                sqlx::query("insert into inline_body (blob_id, body) values ($1, $2)")
                    .bind(put.blob_id)
                    .bind(&body[..])
                    .execute(&mut *txn)
                    .await?;
            }
            Stored::File(file) => write_piece(txn, put.blob_id, 0, file.id, *size).await?,
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
        write_object(txn, &place, put.blob_id, &info, &mut outcome.freed).await?;
        outcome.count += 1;
        outcome.info = Some(info);
    }
    Ok(outcome)
}

async fn put_link(txn: &mut SqliteConnection, link: &ObjectLink) -> Result<Outcome, Failure> {
    let place = check_place(txn, &link.bucket, &link.info.key, &link.condition).await?;
    let mut outcome = Outcome::default();
    for (number, (file, size)) in link.files.iter().enumerate() {
        write_piece(txn, link.blob_id, number, file.id, *size).await?;
    }
    write_object(txn, &place, link.blob_id, &link.info, &mut outcome.freed).await?;
    outcome.info = Some(link.info.clone());
    Ok(outcome)
}

async fn delete(
    txn: &mut SqliteConnection,
    bucket: &str,
    keys: &[String],
) -> Result<Outcome, Failure> {
    let bucket_id = bucket_id(txn, bucket).await?;
    let mut outcome = Outcome::default();
    for key in keys {
        let blob_id: Option<i64> = sqlx::query_scalar(
            "delete from object where bucket_id = $1 and key = $2 returning blob_id",
        )
        .bind(bucket_id)
        .bind(key)
        .fetch_optional(&mut *txn)
        .await?;
        if let Some(blob_id) = blob_id {
            outcome.count += 1;
            outcome
                .freed
                .push((blob_id, free_blob(txn, blob_id).await?));
        }
    }
    Ok(outcome)
}

async fn set_tags(
    txn: &mut SqliteConnection,
    bucket: &str,
    key: &str,
    tags: &BTreeMap<String, String>,
) -> Result<Outcome, Failure> {
    let bucket_id = bucket_id(txn, bucket).await?;
    let headers: String =
        sqlx::query_scalar("select headers from object where bucket_id = $1 and key = $2")
            .bind(bucket_id)
            .bind(key)
            .fetch_optional(&mut *txn)
            .await?
            .ok_or_else(|| StoreError::no_such_key(bucket, key))?;
    let mut headers: ObjectHeaders = from_json(&headers);
    headers.tags = tags.clone();
    sqlx::query("update object set headers = $3 where bucket_id = $1 and key = $2")
        .bind(bucket_id)
        .bind(key)
        .bind(to_json(&headers))
        .execute(txn)
        .await?;
    Ok(Outcome::default())
}

pub(crate) fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("maps of texts always serialise")
}

/// What [`to_json`] wrote; fields that a later version adds are left at their defaults.
pub(crate) fn from_json<T: serde::de::DeserializeOwned + Default>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}
