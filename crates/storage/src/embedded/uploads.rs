//! Multipart uploads of the embedded store.

use cairn_sqlite::rusqlite::{Row, params};
use cairn_sqlite::{all, first};

use super::body::{Expectation, Received, Stored, blocking};
use super::multipart::{Completion, PARTS_MAX, PartInfo, UploadInfo};
use super::objects::Content;
use super::write::Write;
use super::{EmbeddedStore, index, now_ms};
use crate::checksum::{ChecksumAlgorithm, ChecksumKind, Digests};
use crate::error::{StoreError, StoreResult};
use crate::name::{after_prefix, check_key};
use crate::object::{ByteRange, ByteStream, LIST_MAX, ObjectHeaders, ObjectInfo, PutOptions};

impl EmbeddedStore {
    /// Begins a multipart upload; gives its id.
    pub async fn begin_upload(
        &self,
        bucket: &str,
        key: &str,
        headers: ObjectHeaders,
        checksum: Option<(ChecksumAlgorithm, ChecksumKind)>,
    ) -> StoreResult<String> {
        check_key(key)?;
        // Not a secret: whoever may use it has passed the door anyway.
        let upload_id = format!("{:016x}{:016x}", now_ms(), self.next_id());
        let write = Write::UploadBegin {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            upload_id: upload_id.clone(),
            started_at_ms: now_ms(),
            headers,
            checksum,
        };
        self.inner.index.write(write).await?;
        Ok(upload_id)
    }

    /// Stores one part, replacing the one that has its number.
    pub async fn put_part(
        &self,
        bucket: &str,
        key: &str,
        upload_id: &str,
        number: u32,
        body: ByteStream,
        mut options: PutOptions,
    ) -> StoreResult<PartInfo> {
        let upload = self.find_upload(bucket, key, upload_id).await?;
        check_number(bucket, key, number)?;
        let checksums = &mut options.checksums;
        checksums
            .algorithms
            .extend(upload.checksum.map(|(algorithm, _)| algorithm));
        let expectation = Expectation {
            may_inline: false,
            ..Expectation::of(&mut options)
        };
        let received = self.receive(bucket, key, body, expectation).await?;
        self.add_part(bucket, key, upload_id, number, received)
            .await
    }

    /// Stores one part whose bytes are those of a stored object, or of a range of it.
    pub async fn copy_part(
        &self,
        from: (&str, &str),
        range: Option<ByteRange>,
        version: Option<&str>,
        (bucket, key): (&str, &str),
        upload_id: &str,
        number: u32,
    ) -> StoreResult<PartInfo> {
        let upload = self.find_upload(bucket, key, upload_id).await?;
        check_number(bucket, key, number)?;
        let opened = self.open_object(from.0, from.1, version).await?;
        // The whole of an object that is one plain file: a second name is enough, as its MD5 is
        // known. A multipart object's etag is not an MD5.
        if let (None, None, None, Content::Pieces(pin, pieces)) = (
            range,
            upload.checksum,
            opened.info.part_count,
            &opened.content,
        ) && let [piece] = pieces[..]
            && let Ok(md5) = hex::decode(&opened.info.etag)
            && let Ok(md5) = <[u8; 16]>::try_from(md5)
        {
            let (files, id) = (self.inner.files.clone(), self.next_id());
            let linked = blocking(move || files.link(piece.file_id, id)).await;
            let file = linked.map_err(|error| StoreError::io(bucket, key, "copying to", &error))?;
            let _held_until_linked = pin;
            let received = Received {
                stored: Stored::File(file),
                size: piece.size,
                digests: Digests {
                    md5,
                    checksums: opened.info.checksums.clone(),
                },
            };
            return self
                .add_part(bucket, key, upload_id, number, received)
                .await;
        }
        let blob = self.get(from.0, from.1, range, version).await?;
        let options = PutOptions {
            size: Some(blob.span.end - blob.span.start),
            ..PutOptions::default()
        };
        self.put_part(bucket, key, upload_id, number, blob.body, options)
            .await
    }

    async fn add_part(
        &self,
        bucket: &str,
        key: &str,
        upload_id: &str,
        number: u32,
        received: Received,
    ) -> StoreResult<PartInfo> {
        let part = PartInfo {
            number,
            size: received.size,
            etag: received.digests.etag(),
            modified_at_ms: now_ms(),
            checksums: received.digests.checksums.clone(),
        };
        let write = Write::UploadPart {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            upload_id: upload_id.to_owned(),
            number,
            received,
            modified_at_ms: part.modified_at_ms,
        };
        self.inner.index.write(write).await?;
        Ok(part)
    }

    /// Makes the object of an upload from the listed parts; the other parts are forgotten.
    pub async fn complete_upload(
        &self,
        bucket: &str,
        key: &str,
        upload_id: &str,
        completion: Completion,
    ) -> StoreResult<ObjectInfo> {
        let write = Write::UploadComplete {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            upload_id: upload_id.to_owned(),
            completion,
            blob_id: self.next_id(),
            modified_at_ms: now_ms(),
        };
        self.write_info(write).await
    }

    /// Forgets an upload and its parts.
    pub async fn abort_upload(&self, bucket: &str, key: &str, upload_id: &str) -> StoreResult<()> {
        let write = Write::UploadAbort {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            upload_id: upload_id.to_owned(),
        };
        self.inner.index.write(write).await.map(drop)
    }

    /// An upload under way.
    pub async fn find_upload(
        &self,
        bucket: &str,
        key: &str,
        upload_id: &str,
    ) -> StoreResult<UploadInfo> {
        let sql =
            "select u.upload_id, u.key, u.started_at_ms, u.checksum_algorithm, u.checksum_kind
             from bucket b left join upload u
               on u.bucket_id = b.bucket_id and u.upload_id = ?2 and u.key = ?3
             where b.name = ?1";
        let from_row = |row: &Row<'_>| match row.get_ref(0)?.as_str_or_null()? {
            Some(_) => UploadInfo::from_row(row).map(Some),
            None => Ok(None),
        };
        let mut reader = self.inner.index.reader().await?;
        reader
            .quick(|conn| first(conn, sql, params![bucket, upload_id, key], from_row))
            .map_err(|error| index::describe(&error, (bucket, key)))?
            .ok_or_else(|| StoreError::no_such_bucket(bucket))?
            .ok_or_else(|| StoreError::NoSuchUpload {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                upload_id: upload_id.to_owned(),
            })
    }

    /// Parts of an upload after the number `after`, at most `limit`; true when there are more.
    pub async fn list_parts(
        &self,
        bucket: &str,
        key: &str,
        upload_id: &str,
        after: u32,
        limit: usize,
    ) -> StoreResult<(Vec<PartInfo>, bool)> {
        self.find_upload(bucket, key, upload_id).await?;
        let limit = limit.clamp(1, LIST_MAX);
        let sql = "select number, size, etag, modified_at_ms, checksums from part
             where upload_id = ?1 and number > ?2 order by number limit ?3";
        let mut reader = self.inner.index.reader().await?;
        let mut parts = reader
            .slow(|conn| {
                let params = params![upload_id, after, limit as i64 + 1];
                all(conn, sql, params, PartInfo::from_row)
            })
            .map_err(|error| index::describe(&error, (bucket, key)))?;
        let more = parts.len() > limit;
        parts.truncate(limit);
        Ok((parts, more))
    }

    /// Uploads under way by key and id, after the given pair, at most `limit`; true when there are
    /// more.
    pub async fn list_uploads(
        &self,
        bucket: &str,
        prefix: &str,
        (after_key, after_id): (&str, &str),
        limit: usize,
    ) -> StoreResult<(Vec<UploadInfo>, bool)> {
        if !self.bucket_exists(bucket).await? {
            return Err(StoreError::no_such_bucket(bucket));
        }
        let limit = limit.clamp(1, LIST_MAX);
        let sql =
            "select u.upload_id, u.key, u.started_at_ms, u.checksum_algorithm, u.checksum_kind
             from upload u join bucket b on b.bucket_id = u.bucket_id
             where b.name = ?1 and u.key >= ?2 and (?3 is null or u.key < ?3)
               and (u.key, u.upload_id) > (?4, ?5)
             order by u.key, u.upload_id limit ?6";
        let mut reader = self.inner.index.reader().await?;
        let mut uploads = reader
            .slow(|conn| {
                let end = after_prefix(prefix);
                let params = params![bucket, prefix, end, after_key, after_id, limit as i64 + 1];
                all(conn, sql, params, UploadInfo::from_row)
            })
            .map_err(|error| index::describe(&error, (bucket, prefix)))?;
        let more = uploads.len() > limit;
        uploads.truncate(limit);
        Ok((uploads, more))
    }
}

fn check_number(bucket: &str, key: &str, number: u32) -> StoreResult<()> {
    if (1..=PARTS_MAX).contains(&number) {
        return Ok(());
    }
    Err(StoreError::InvalidArgument {
        reason: format!(
            "part number {number} of `{key}` in bucket `{bucket}` is not between 1 and {PARTS_MAX}"
        ),
    })
}
