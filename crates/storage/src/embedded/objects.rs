//! Objects of the embedded store: read, stored, copied, removed and listed.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use bytes::Bytes;
use cairn_sqlite::rusqlite::{Row, params};
use cairn_sqlite::{all, first, rusqlite};

use super::body::{self, Expectation, Piece, Received, blocking};
use super::files::{FileId, Pin};
use super::write::{ObjectLink, ObjectPut, Write};
use super::{EmbeddedStore, Inner, index, now_ms, read};
use crate::checksum::ChecksumRequest;
use crate::error::{StoreError, StoreResult};
use crate::list::{self, Start};
use crate::name::check_key;
use crate::object::{
    Blob, ByteRange, ByteStream, ListPage, ListQuery, ObjectHeaders, ObjectInfo, PutCondition,
    PutOptions, SmallPut, bytes_stream, span_of,
};

/// How often a read is begun anew when the object is replaced just then.
const READ_TRIES: usize = 16;

impl EmbeddedStore {
    /// What is known of an object.
    pub async fn head(&self, bucket: &str, key: &str) -> StoreResult<ObjectInfo> {
        let found = read::find(&self.inner.index, bucket, key).await?;
        Ok(found.info)
    }

    /// Reads an object, or a range of it. `version`, where given, must be that of the object.
    pub async fn get(
        &self,
        bucket: &str,
        key: &str,
        range: Option<ByteRange>,
        version: Option<&str>,
    ) -> StoreResult<Blob> {
        let opened = self.open_object(bucket, key, version).await?;
        let span = span_of(bucket, key, opened.info.size, range)?;
        Ok(self.read_span(bucket, key, opened, span))
    }

    /// Reads one part of an object that was uploaded in parts; its span lies within the object.
    pub async fn get_part(&self, bucket: &str, key: &str, number: u32) -> StoreResult<Blob> {
        let opened = self.open_object(bucket, key, None).await?;
        let sizes: Vec<u64> = match &opened.content {
            Content::Inline(bytes) => vec![bytes.len() as u64],
            Content::Pieces(_, pieces) => pieces.iter().map(|piece| piece.size).collect(),
        };
        let at = (number as usize).wrapping_sub(1);
        let Some(size) = sizes.get(at) else {
            return Err(StoreError::InvalidPart {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                number,
                problem: "is not one of its parts",
            });
        };
        let start: u64 = sizes[..at].iter().sum();
        Ok(self.read_span(bucket, key, opened, start..start + size))
    }

    fn read_span(&self, bucket: &str, key: &str, opened: Opened, span: Range<u64>) -> Blob {
        let body = match opened.content {
            Content::Inline(bytes) => {
                bytes_stream(bytes.slice(span.start as usize..span.end as usize))
            }
            Content::Pieces(pin, pieces) => {
                let (bucket, key) = (bucket.to_owned(), key.to_owned());
                let describe =
                    move |error: io::Error| StoreError::io(&bucket, &key, "reading", &error);
                body::read(
                    self.inner.files.clone(),
                    pin,
                    pieces,
                    span.clone(),
                    describe,
                )
            }
        };
        Blob {
            info: opened.info,
            span,
            body,
        }
    }

    /// The object with its body held in place.
    pub(super) async fn open_object(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> StoreResult<Opened> {
        let Inner { index, files, .. } = &*self.inner;
        for _ in 0..READ_TRIES {
            let found = read::find(index, bucket, key).await?;
            if version.is_some_and(|version| version != found.info.version) {
                return Err(StoreError::Changed {
                    bucket: bucket.to_owned(),
                    key: key.to_owned(),
                    change: "it was written again".to_owned(),
                });
            }
            let content = match found.inline {
                Some(bytes) => Content::Inline(bytes),
                None => {
                    // Pinned before its files are looked up: once they are found, they stay.
                    let pin = files.pin(found.blob_id);
                    let pieces = read::pieces(index, bucket, &found).await?;
                    if pieces.is_empty() {
                        continue;
                    }
                    Content::Pieces(pin, pieces)
                }
            };
            return Ok(Opened {
                info: found.info,
                content,
            });
        }
        Err(StoreError::Unavailable {
            target: format!("`{key}` in bucket `{bucket}`"),
            reason: "it is being replaced again and again".to_owned(),
        })
    }

    /// Stores an object; it is durable when this returns.
    pub async fn put(
        &self,
        bucket: &str,
        key: &str,
        body: ByteStream,
        mut options: PutOptions,
    ) -> StoreResult<ObjectInfo> {
        check_key(key)?;
        // Asked before the body is taken in, and again by the writer.
        if !self.bucket_exists(bucket).await? {
            return Err(StoreError::no_such_bucket(bucket));
        }
        let expectation = Expectation::of(&mut options);
        let received = self.receive(bucket, key, body, expectation).await?;
        let put = self.object_put(bucket, key, received, options.headers, options.condition);
        self.write_info(Write::Put(vec![put])).await
    }

    /// Stores many objects in one commit: all of them or none.
    pub async fn put_many(&self, puts: Vec<SmallPut>) -> StoreResult<()> {
        let mut rows = Vec::with_capacity(puts.len());
        for put in puts {
            check_key(&put.key)?;
            let expectation = Expectation {
                size: None,
                bytes_max: None,
                checksums: ChecksumRequest::default(),
                may_inline: true,
            };
            let body = bytes_stream(put.body);
            let received = self
                .receive(&put.bucket, &put.key, body, expectation)
                .await?;
            let headers = ObjectHeaders::of_type(&put.content_type);
            let condition = PutCondition::Always;
            rows.push(self.object_put(&put.bucket, &put.key, received, headers, condition));
        }
        if rows.is_empty() {
            return Ok(());
        }
        self.inner.index.write(Write::Put(rows)).await.map(drop)
    }

    pub(super) async fn receive(
        &self,
        bucket: &str,
        key: &str,
        body: ByteStream,
        expectation: Expectation,
    ) -> StoreResult<Received> {
        let files = &self.inner.files;
        body::receive(files, self.next_id(), bucket, key, body, expectation).await
    }

    fn object_put(
        &self,
        bucket: &str,
        key: &str,
        received: Received,
        headers: ObjectHeaders,
        condition: PutCondition,
    ) -> ObjectPut {
        ObjectPut {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            blob_id: self.next_id(),
            received,
            headers,
            condition,
            modified_at_ms: now_ms(),
        }
    }

    pub(super) async fn write_info(&self, write: Write) -> StoreResult<ObjectInfo> {
        let outcome = self.inner.index.write(write).await?;
        outcome.info.ok_or_else(|| StoreError::Io {
            attempt: "storing an object".to_owned(),
            reason: "the index did not say what it stored".to_owned(),
        })
    }

    /// Copies an object within this store; large bodies are linked, not read. `headers`, where
    /// given, replace those of the source; `version`, where given, must be the source's.
    pub async fn copy(
        &self,
        from: (&str, &str),
        to: (&str, &str),
        headers: Option<ObjectHeaders>,
        condition: PutCondition,
        version: Option<&str>,
    ) -> StoreResult<ObjectInfo> {
        check_key(to.1)?;
        let opened = self.open_object(from.0, from.1, version).await?;
        let headers = headers.unwrap_or_else(|| opened.info.headers.clone());
        let (pin, pieces) = match opened.content {
            Content::Inline(bytes) => {
                let options = PutOptions {
                    headers,
                    condition,
                    checksums: ChecksumRequest {
                        algorithms: opened.info.checksums.values.keys().copied().collect(),
                        ..ChecksumRequest::default()
                    },
                    ..PutOptions::default()
                };
                return self.put(to.0, to.1, bytes_stream(bytes), options).await;
            }
            Content::Pieces(pin, pieces) => (pin, pieces),
        };
        let files = self.inner.files.clone();
        let links: Vec<(Piece, FileId)> = pieces
            .into_iter()
            .map(|piece| (piece, self.next_id()))
            .collect();
        let linked = blocking(move || {
            let _held = pin;
            links
                .into_iter()
                .map(|(piece, id)| Ok((files.link(piece.file_id, id)?, piece.size)))
                .collect::<io::Result<Vec<_>>>()
        });
        let linked = linked
            .await
            .map_err(|error| StoreError::io(to.0, to.1, "copying to", &error))?;
        let blob_id = self.next_id();
        let link = ObjectLink {
            bucket: to.0.to_owned(),
            blob_id,
            files: linked,
            info: ObjectInfo {
                key: to.1.to_owned(),
                version: blob_id.to_string(),
                modified_at_ms: now_ms(),
                headers,
                ..opened.info
            },
            condition,
        };
        self.write_info(Write::Link(link)).await
    }

    /// Removes an object; true when it was there.
    pub async fn delete(&self, bucket: &str, key: &str) -> StoreResult<bool> {
        let count = self.delete_many(bucket, vec![key.to_owned()]).await?;
        Ok(count > 0)
    }

    /// Removes objects in one commit; gives how many were there.
    pub async fn delete_many(&self, bucket: &str, keys: Vec<String>) -> StoreResult<usize> {
        let bucket = bucket.to_owned();
        let write = Write::Delete { bucket, keys };
        Ok(self.inner.index.write(write).await?.count)
    }

    /// Replaces the tags of an object.
    pub async fn set_tags(
        &self,
        bucket: &str,
        key: &str,
        tags: BTreeMap<String, String>,
    ) -> StoreResult<()> {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        let write = Write::Tags { bucket, key, tags };
        self.inner.index.write(write).await.map(drop)
    }

    /// One page of the keys of a bucket.
    pub async fn list(&self, bucket: &str, query: &ListQuery) -> StoreResult<ListPage> {
        let bucket_id = "select bucket_id from bucket where name = ?1";
        let mut reader = self.inner.index.reader().await?;
        let page: rusqlite::Result<Option<ListPage>> = reader.slow(|conn| {
            let bucket_id: Option<i64> = first(conn, bucket_id, params![bucket], |row| row.get(0))?;
            let Some(bucket_id) = bucket_id else {
                return Ok(None);
            };
            let page = list::page(query, |start, end, count| {
                let (sql, from) = match start {
                    Start::At(key) => (SCAN_AT, key),
                    Start::After(key) => (SCAN_AFTER, key),
                };
                let params = params![bucket_id, from, end, count as i64];
                all(conn, sql, params, listed_from_row)
            });
            page.map(Some)
        });
        page.map_err(|error| index::describe(&error, (bucket, &query.prefix)))?
            .ok_or_else(|| StoreError::no_such_bucket(bucket))
    }
}

// An end that is null is no end; the planner still walks the primary key from the start.
const SCAN_AT: &str = "select key, blob_id, size, etag, modified_at_ms, part_count from object
  where bucket_id = ?1 and key >= ?2 and (?3 is null or key < ?3) order by key limit ?4";
const SCAN_AFTER: &str = "select key, blob_id, size, etag, modified_at_ms, part_count from object
  where bucket_id = ?1 and key > ?2 and (?3 is null or key < ?3) order by key limit ?4";

fn listed_from_row(row: &Row<'_>) -> rusqlite::Result<ObjectInfo> {
    let (blob_id, size): (i64, i64) = (row.get(1)?, row.get(2)?);
    Ok(ObjectInfo {
        key: row.get(0)?,
        size: size as u64,
        etag: row.get(3)?,
        version: blob_id.to_string(),
        modified_at_ms: row.get(4)?,
        headers: ObjectHeaders::default(),
        checksums: Default::default(),
        part_count: row.get(5)?,
    })
}

/// An object whose body cannot go away.
pub(super) struct Opened {
    pub(super) info: ObjectInfo,
    pub(super) content: Content,
}

pub(super) enum Content {
    Inline(Bytes),
    Pieces(Pin, Vec<Piece>),
}
