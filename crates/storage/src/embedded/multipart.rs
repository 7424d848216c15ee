//! Multipart uploads. A part is a file of its own; completing an upload makes the parts' files the
//! object's, so that no byte is copied.

use cairn_sqlite::rusqlite::{Connection, Row, params};
use cairn_sqlite::{all, execute, first, rusqlite};

use super::body::{Received, Stored};
use super::files::FileId;
use super::write::{Failure, ObjectWriter, Outcome, Write, bucket_id, from_json, to_json};
use crate::checksum::{ChecksumAlgorithm, ChecksumKind, Checksums, combine_parts, multipart_etag};
use crate::error::StoreError;
use crate::object::{ObjectHeaders, ObjectInfo, PutCondition};

/// Most parts an upload may have.
pub const PARTS_MAX: u32 = 10_000;
/// Smallest size of a part, the last one apart.
pub const PART_BYTES_MIN: u64 = 5 * 1024 * 1024;

/// A part as the client lists it when completing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletedPart {
    /// Number, 1 to [`PARTS_MAX`].
    pub number: u32,
    /// Etag, without quotes.
    pub etag: String,
}

/// How an upload is completed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The parts, by ascending number.
    pub parts: Vec<CompletedPart>,
    /// What must hold for the object that is replaced.
    pub condition: PutCondition,
    /// Bytes of the whole, as announced.
    pub size: Option<u64>,
    /// Most bytes the whole may have.
    pub bytes_max: Option<u64>,
    /// Checksums of the whole, as announced, in base64.
    pub expected: Vec<(ChecksumAlgorithm, String)>,
}

/// A multipart upload under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadInfo {
    /// Its id.
    pub upload_id: String,
    /// Key of the object to be.
    pub key: String,
    /// When it began, milliseconds since the epoch.
    pub started_at_ms: i64,
    /// The checksum its object will have.
    pub checksum: Option<(ChecksumAlgorithm, ChecksumKind)>,
}

/// A part that has been uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartInfo {
    /// Number.
    pub number: u32,
    /// Bytes.
    pub size: u64,
    /// Etag, without quotes.
    pub etag: String,
    /// When it arrived, milliseconds since the epoch.
    pub modified_at_ms: i64,
    /// Its checksums.
    pub checksums: Checksums,
}

impl PartInfo {
    /// Columns `number, size, etag, modified_at_ms, checksums`.
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<PartInfo> {
        let size: i64 = row.get(1)?;
        Ok(PartInfo {
            number: row.get(0)?,
            size: size as u64,
            etag: row.get(2)?,
            modified_at_ms: row.get(3)?,
            checksums: from_json(row.get_ref(4)?.as_str()?),
        })
    }
}

impl UploadInfo {
    /// Columns `upload_id, key, started_at_ms, checksum_algorithm, checksum_kind`.
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<UploadInfo> {
        let algorithm = row.get_ref(3)?.as_str_or_null()?;
        let kind = row.get_ref(4)?.as_str_or_null()?;
        Ok(UploadInfo {
            upload_id: row.get(0)?,
            key: row.get(1)?,
            started_at_ms: row.get(2)?,
            checksum: algorithm
                .and_then(ChecksumAlgorithm::from_name)
                .map(|algorithm| (algorithm, kind_from_name(kind))),
        })
    }
}

fn kind_name(kind: ChecksumKind) -> &'static str {
    match kind {
        ChecksumKind::Composite => "COMPOSITE",
        ChecksumKind::FullObject => "FULL_OBJECT",
    }
}

fn kind_from_name(name: Option<&str>) -> ChecksumKind {
    match name {
        Some("FULL_OBJECT") => ChecksumKind::FullObject,
        _ => ChecksumKind::Composite,
    }
}

/// Runs the writes that are about uploads.
pub(super) fn apply(txn: &Connection, write: &Write) -> Result<Outcome, Failure> {
    match write {
        Write::UploadBegin {
            bucket,
            key,
            upload_id,
            started_at_ms,
            headers,
            checksum,
        } => {
            let bucket_id = bucket_id(txn, bucket)?;
            execute(
                txn,
                "insert into upload (upload_id, bucket_id, key, started_at_ms, headers,
                   checksum_algorithm, checksum_kind) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    upload_id,
                    bucket_id,
                    key,
                    started_at_ms,
                    to_json(headers),
                    checksum.map(|(algorithm, _)| algorithm.name()),
                    checksum.map(|(_, kind)| kind_name(kind)),
                ],
            )?;
            Ok(Outcome::default())
        }
        Write::UploadPart {
            bucket,
            key,
            upload_id,
            number,
            received,
            modified_at_ms,
        } => {
            let upload = Upload::find(txn, bucket, key, upload_id)?;
            add_part(txn, &upload, *number, received, *modified_at_ms)
        }
        Write::UploadComplete {
            bucket,
            key,
            upload_id,
            completion,
            blob_id,
            modified_at_ms,
        } => {
            let completion = Completing {
                bucket,
                key,
                completion,
                blob_id: *blob_id,
                modified_at_ms: *modified_at_ms,
            };
            match Upload::find(txn, bucket, key, upload_id) {
                Ok(upload) => completion.run(txn, &upload),
                Err(Failure::Refused(refusal)) => completion.find_done(txn, refusal),
                Err(broken) => Err(broken),
            }
        }
        Write::UploadAbort {
            bucket,
            key,
            upload_id,
        } => {
            let upload = Upload::find(txn, bucket, key, upload_id)?;
            Ok(Outcome {
                freed: vec![(0, upload.forget(txn)?)],
                ..Outcome::default()
            })
        }
        _ => Ok(Outcome::default()),
    }
}

/// Forgets all uploads of a bucket.
pub(super) fn forget_uploads(
    txn: &Connection,
    bucket_id: i64,
) -> rusqlite::Result<Vec<(i64, Vec<FileId>)>> {
    let files = all(
        txn,
        "delete from part where upload_id in (select upload_id from upload where bucket_id = ?1)
         returning file_id",
        params![bucket_id],
        |row| row.get(0),
    )?;
    let sql = "delete from upload where bucket_id = ?1";
    execute(txn, sql, params![bucket_id])?;
    Ok(vec![(0, files)])
}

fn add_part(
    txn: &Connection,
    upload: &Upload,
    number: u32,
    received: &Received,
    modified_at_ms: i64,
) -> Result<Outcome, Failure> {
    let Stored::File(file) = &received.stored else {
        return Err(StoreError::InvalidArgument {
            reason: "a part is always stored in a file".to_owned(),
        }
        .into());
    };
    let replaced = all(
        txn,
        "select file_id from part where upload_id = ?1 and number = ?2",
        params![upload.upload_id, number],
        |row| row.get(0),
    )?;
    execute(
        txn,
        "insert or replace into part (upload_id, number, file_id, size, etag, modified_at_ms, checksums)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            upload.upload_id,
            number,
            file.id,
            received.size as i64,
            received.digests.etag(),
            modified_at_ms,
            to_json(&received.digests.checksums),
        ],
    )?;
    Ok(Outcome {
        freed: vec![(0, replaced)],
        ..Outcome::default()
    })
}

struct Upload {
    upload_id: String,
    headers: ObjectHeaders,
    checksum: Option<(ChecksumAlgorithm, ChecksumKind)>,
}

impl Upload {
    fn find(txn: &Connection, bucket: &str, key: &str, upload_id: &str) -> Result<Upload, Failure> {
        let bucket_id = bucket_id(txn, bucket)?;
        let found = first(
            txn,
            "select upload_id, key, started_at_ms, checksum_algorithm, checksum_kind, headers
             from upload where upload_id = ?1 and bucket_id = ?2 and key = ?3",
            params![upload_id, bucket_id, key],
            |row| {
                let info = UploadInfo::from_row(row)?;
                Ok(Upload {
                    upload_id: info.upload_id,
                    headers: from_json(row.get_ref(5)?.as_str()?),
                    checksum: info.checksum,
                })
            },
        )?;
        let missing = || StoreError::NoSuchUpload {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            upload_id: upload_id.to_owned(),
        };
        found.ok_or_else(|| missing().into())
    }

    fn parts(&self, txn: &Connection) -> rusqlite::Result<Vec<PartInfo>> {
        all(
            txn,
            "select number, size, etag, modified_at_ms, checksums from part
             where upload_id = ?1 order by number",
            params![self.upload_id],
            PartInfo::from_row,
        )
    }

    /// Deletes the upload and what is left of its parts; gives their files.
    fn forget(&self, txn: &Connection) -> rusqlite::Result<Vec<FileId>> {
        let parts = "delete from part where upload_id = ?1 returning file_id";
        let files = all(txn, parts, params![self.upload_id], |row| row.get(0))?;
        let upload = "delete from upload where upload_id = ?1";
        execute(txn, upload, params![self.upload_id])?;
        Ok(files)
    }
}

struct Completing<'a> {
    bucket: &'a str,
    key: &'a str,
    completion: &'a Completion,
    blob_id: i64,
    modified_at_ms: i64,
}

impl Completing<'_> {
    fn run(&self, txn: &Connection, upload: &Upload) -> Result<Outcome, Failure> {
        let uploaded = upload.parts(txn)?;
        let chosen = self.choose(&uploaded)?;
        let mut objects = ObjectWriter::new(txn)?;
        let place = objects.check_place(self.bucket, self.key, &self.completion.condition)?;
        let info = ObjectInfo {
            key: self.key.to_owned(),
            size: chosen.iter().map(|part| part.size).sum(),
            etag: multipart_etag(chosen.iter().map(|part| part.etag.as_str())),
            version: self.blob_id.to_string(),
            modified_at_ms: self.modified_at_ms,
            headers: upload.headers.clone(),
            checksums: checksums_of(upload.checksum, &chosen),
            part_count: Some(chosen.len() as u32),
        };
        self.check_whole(&info)?;
        let numbers: Vec<u32> = chosen.iter().map(|part| part.number).collect();
        let numbers = to_json(&numbers);
        // One statement for up to 10,000 parts, since every other write waits for it.
        execute(
            txn,
            "insert into piece (blob_id, number, file_id, size)
             select ?1, list.key, part.file_id, part.size from json_each(?2) list
             join part on part.upload_id = ?3 and part.number = list.value",
            params![self.blob_id, numbers, upload.upload_id],
        )?;
        execute(
            txn,
            "delete from part where upload_id = ?1 and number in (select value from json_each(?2))",
            params![upload.upload_id, numbers],
        )?;
        let mut freed = vec![(0, upload.forget(txn)?)];
        objects.write(&place, self.blob_id, &info)?;
        freed.append(&mut objects.freed);
        Ok(Outcome {
            freed,
            count: chosen.len(),
            info: Some(info),
        })
    }

    /// The uploaded parts that the client lists, if the list is right.
    fn choose<'p>(&self, uploaded: &'p [PartInfo]) -> Result<Vec<&'p PartInfo>, StoreError> {
        let invalid = |number, problem| StoreError::InvalidPart {
            bucket: self.bucket.to_owned(),
            key: self.key.to_owned(),
            number,
            problem,
        };
        if self.completion.parts.is_empty() {
            return Err(StoreError::InvalidArgument {
                reason: "an upload is completed with at least one part".to_owned(),
            });
        }
        let mut chosen: Vec<&PartInfo> = Vec::with_capacity(self.completion.parts.len());
        for listed in &self.completion.parts {
            if chosen
                .last()
                .is_some_and(|last| last.number >= listed.number)
            {
                return Err(invalid(listed.number, OUT_OF_ORDER));
            }
            let part = uploaded
                .binary_search_by_key(&listed.number, |part| part.number)
                .map(|at| &uploaded[at])
                .map_err(|_| invalid(listed.number, "was not uploaded"))?;
            if part.etag != listed.etag {
                return Err(invalid(listed.number, "was uploaded with another etag"));
            }
            chosen.push(part);
        }
        let all_but_last = &chosen[..chosen.len() - 1];
        if let Some(small) = all_but_last.iter().find(|part| part.size < PART_BYTES_MIN) {
            return Err(StoreError::PartTooSmall {
                bucket: self.bucket.to_owned(),
                key: self.key.to_owned(),
                number: small.number,
                size: small.size,
            });
        }
        Ok(chosen)
    }

    /// Refuses a whole that is not what was announced.
    fn check_whole(&self, info: &ObjectInfo) -> Result<(), StoreError> {
        let (bucket, key) = (self.bucket.to_owned(), self.key.to_owned());
        let completion = self.completion;
        if let Some(bytes_max) = completion.bytes_max.filter(|max| info.size > *max) {
            return Err(StoreError::TooLarge {
                bucket,
                key,
                bytes_max,
            });
        }
        if let Some(announced) = completion.size.filter(|size| info.size != *size) {
            return Err(StoreError::IncompleteBody {
                bucket,
                key,
                announced,
                received: info.size,
            });
        }
        // A checksum that was not computed cannot be compared: S3 does not know it either.
        let wrong = completion.expected.iter().find(|(algorithm, announced)| {
            let value = info.checksums.values.get(algorithm);
            value.is_some_and(|value| value != announced)
        });
        match wrong {
            Some((algorithm, _)) => Err(StoreError::BadDigest {
                bucket,
                key,
                algorithm: algorithm.name(),
            }),
            None => Ok(()),
        }
    }

    /// A client whose first answer was lost asks again: if the object is what these parts make, it
    /// is told so instead of that the upload is unknown.
    fn find_done(&self, txn: &Connection, refusal: StoreError) -> Result<Outcome, Failure> {
        let etag = multipart_etag(self.completion.parts.iter().map(|part| part.etag.as_str()));
        let bucket_id = bucket_id(txn, self.bucket)?;
        match super::read::info_of(txn, bucket_id, self.key)? {
            Some(info) if info.etag == etag => Ok(Outcome {
                info: Some(info),
                ..Outcome::default()
            }),
            _ => Err(refusal.into()),
        }
    }
}

/// Problem of a part that is not after the one before it.
pub(crate) const OUT_OF_ORDER: &str = "is listed out of order";

fn checksums_of(
    wanted: Option<(ChecksumAlgorithm, ChecksumKind)>,
    parts: &[&PartInfo],
) -> Checksums {
    let Some((algorithm, kind)) = wanted else {
        return Checksums::default();
    };
    let values: Vec<(u64, Option<&str>)> = parts
        .iter()
        .map(|part| {
            let value = part.checksums.values.get(&algorithm);
            (part.size, value.map(String::as_str))
        })
        .collect();
    match combine_parts(algorithm, kind, &values) {
        Some(value) => Checksums {
            values: [(algorithm, value)].into(),
            kind: Some(kind),
        },
        None => Checksums::default(),
    }
}
