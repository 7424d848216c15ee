//! Storing objects in a remote S3: with one request, or in parts where they are large.

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::{HeaderMap, Method};
use rusty_s3::actions::CreateMultipartUpload;

use super::RemoteStore;
use super::convert::{self, put_headers};
use super::request::{self, Request};
use crate::embedded::now_ms;
use crate::error::{StoreError, StoreResult};
use crate::name::check_key;
use crate::object::{ByteStream, ObjectHeaders, ObjectInfo, PutCondition, PutOptions};

/// Bodies up to this size are stored with one request; larger ones in parts of this size.
const PUT_BYTES: usize = 16 * 1024 * 1024;
/// Parts planned for at most, below the 10,000 that S3 allows.
const PARTS_PLANNED: u64 = 9_000;

impl RemoteStore {
    /// Stores an object; nothing is stored when it fails.
    pub async fn put(
        &self,
        bucket: &str,
        key: &str,
        body: ByteStream,
        options: PutOptions,
    ) -> StoreResult<ObjectInfo> {
        check_key(key)?;
        let PutOptions {
            headers,
            condition,
            size: announced,
            bytes_max,
            checksums,
        } = options;
        let mut source = Source {
            bucket,
            key,
            body,
            hasher: checksums.hasher(),
            size: 0,
            bytes_max: bytes_max.unwrap_or(u64::MAX),
            left_over: BytesMut::new(),
        };
        let part_bytes = announced
            .map_or(0, |size| size.div_ceil(PARTS_PLANNED) as usize)
            .max(PUT_BYTES);
        let (first, is_over) = source.next_part(part_bytes).await?;
        let upload = match is_over {
            true => None,
            false => Some(self.begin_upload(bucket, key, &headers).await?),
        };
        let stored = async {
            let mut parts = Vec::new();
            let mut part = first;
            let mut is_over = is_over;
            if let Some(upload_id) = &upload {
                loop {
                    let number = parts.len() + 1;
                    parts.push(
                        self.put_part(bucket, key, upload_id, number, part.clone())
                            .await?,
                    );
                    if is_over {
                        break;
                    }
                    (part, is_over) = source.next_part(part_bytes).await?;
                }
            }
            if let Some(announced) = announced.filter(|announced| *announced != source.size) {
                return Err(StoreError::IncompleteBody {
                    bucket: bucket.to_owned(),
                    key: key.to_owned(),
                    announced,
                    received: source.size,
                });
            }
            let size = source.size;
            let digests = source.hasher.finish();
            checksums
                .verify(&digests)
                .map_err(|algorithm| StoreError::BadDigest {
                    bucket: bucket.to_owned(),
                    key: key.to_owned(),
                    algorithm,
                })?;
            let etag = match &upload {
                None => {
                    self.put_whole(bucket, key, part, &headers, &condition)
                        .await?
                }
                Some(upload_id) => {
                    self.complete_upload(bucket, key, upload_id, &parts, &condition)
                        .await?
                }
            };
            Ok((etag, size))
        };
        let (etag, size) = match (stored.await, upload) {
            (Ok(stored), _) => stored,
            (Err(error), None) => return Err(error),
            (Err(error), Some(upload_id)) => {
                self.abort_upload(bucket, key, &upload_id).await;
                return Err(error);
            }
        };
        Ok(ObjectInfo {
            key: key.to_owned(),
            size,
            version: etag.clone(),
            etag,
            modified_at_ms: now_ms(),
            headers,
            checksums: Default::default(),
            part_count: None,
        })
    }

    async fn put_whole(
        &self,
        bucket: &str,
        key: &str,
        body: Bytes,
        headers: &ObjectHeaders,
        condition: &PutCondition,
    ) -> StoreResult<String> {
        let mut request = Request::new(Method::PUT, bucket, key);
        request.headers = put_headers(headers);
        request.condition(condition);
        request.body = body;
        let response = self.send(request).await?.accept().await?;
        etag_of(response.headers(), bucket, key)
    }

    async fn begin_upload(
        &self,
        bucket: &str,
        key: &str,
        headers: &ObjectHeaders,
    ) -> StoreResult<String> {
        let mut request = Request::new(Method::POST, bucket, key);
        request.query("uploads", "");
        request.headers = put_headers(headers);
        let text = self.send(request).await?.accept_text().await?;
        CreateMultipartUpload::parse_response(&text)
            .map(|answer| answer.upload_id().to_owned())
            .map_err(|error| request::not_understood(bucket, key, error))
    }

    async fn put_part(
        &self,
        bucket: &str,
        key: &str,
        upload_id: &str,
        number: usize,
        body: Bytes,
    ) -> StoreResult<String> {
        let mut request = Request::new(Method::PUT, bucket, key);
        request.query("uploadId", upload_id);
        request.query("partNumber", &number.to_string());
        request.body = body;
        let response = self.send(request).await?.accept().await?;
        etag_of(response.headers(), bucket, key)
    }

    async fn complete_upload(
        &self,
        bucket: &str,
        key: &str,
        upload_id: &str,
        part_etags: &[String],
        condition: &PutCondition,
    ) -> StoreResult<String> {
        let mut request = Request::new(Method::POST, bucket, key);
        request.query("uploadId", upload_id);
        request.condition(condition);
        let parts: String = part_etags
            .iter()
            .zip(1..)
            .map(|(etag, number)| {
                format!("<Part><PartNumber>{number}</PartNumber><ETag>\"{etag}\"</ETag></Part>")
            })
            .collect();
        request.body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>").into();
        let text = self.send(request).await?.accept_text().await?;
        // An upload can fail after its answer has begun with 200.
        convert::tag(&text, "ETag").ok_or_else(|| request::not_understood(bucket, key, &text))
    }

    async fn abort_upload(&self, bucket: &str, key: &str, upload_id: &str) {
        let mut request = Request::new(Method::DELETE, bucket, key);
        request.query("uploadId", upload_id);
        let aborted = async { self.send(request).await?.accept().await.map(drop) };
        if let Err(error) = aborted.await {
            tracing::warn!(error.cause = %error, "aborting a remote upload failed");
        }
    }
}

fn etag_of(headers: &HeaderMap, bucket: &str, key: &str) -> StoreResult<String> {
    convert::etag(headers).ok_or_else(|| request::not_understood(bucket, key, "there is no etag"))
}

/// A body cut into parts.
struct Source<'a> {
    bucket: &'a str,
    key: &'a str,
    body: ByteStream,
    hasher: crate::checksum::Hasher,
    size: u64,
    bytes_max: u64,
    left_over: BytesMut,
}

impl Source<'_> {
    /// The next `part_bytes`, fewer at the end; true when nothing follows.
    async fn next_part(&mut self, part_bytes: usize) -> StoreResult<(Bytes, bool)> {
        while self.left_over.len() <= part_bytes {
            let Some(bytes) = self.body.next().await.transpose()? else {
                return Ok((self.left_over.split().freeze(), true));
            };
            self.size += bytes.len() as u64;
            if self.size > self.bytes_max {
                return Err(StoreError::TooLarge {
                    bucket: self.bucket.to_owned(),
                    key: self.key.to_owned(),
                    bytes_max: self.bytes_max,
                });
            }
            self.hasher.update(&bytes);
            self.left_over.extend_from_slice(&bytes);
        }
        Ok((self.left_over.split_to(part_bytes).freeze(), false))
    }
}
