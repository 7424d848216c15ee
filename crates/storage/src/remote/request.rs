//! One request to a remote S3: its address, its signature, its tries and what its answer means.

use std::fmt::Display;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use jiff::Timestamp;
use reqwest::Response;
use url::Url;

use super::convert;
use super::sigv4::{self, Signable, Signer};
use crate::error::{StoreError, StoreResult};
use crate::object::PutCondition;

/// Times a request is sent before its failure is passed on.
const TRIES: u32 = 5;
/// Wait before the second try; each further one doubles it.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// Most bytes of an answer that is read as text: a page of 1,000 long keys stays below.
const TEXT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A request whose body is at hand, so that it can be sent again.
pub(super) struct Request {
    method: Method,
    bucket: String,
    key: String,
    query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
}

impl Request {
    /// A request about a bucket, or about an object where `key` is not empty.
    pub(super) fn new(method: Method, bucket: &str, key: &str) -> Request {
        Request {
            method,
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    pub(super) fn query(&mut self, name: &str, value: &str) {
        self.query.push((name.to_owned(), value.to_owned()));
    }

    pub(super) fn header(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub(super) fn condition(&mut self, condition: &PutCondition) {
        match condition {
            PutCondition::Always => {}
            PutCondition::Absent => self.header("if-none-match", "*"),
            PutCondition::Etag(etag) => self.header("if-match", &format!("\"{etag}\"")),
        }
    }

    /// The decoded path, as it is signed.
    pub(super) fn path(&self, endpoint: &Url) -> String {
        let base = endpoint.path().trim_end_matches('/');
        match self.key.is_empty() {
            true => format!("{base}/{}", self.bucket),
            false => format!("{base}/{}/{}", self.bucket, self.key),
        }
    }

    /// The address. `Url` resolves the segments `.` and `..` however they are encoded, so a slash
    /// beside one is encoded: S3 decodes it into the same key.
    pub(super) fn url(&self, endpoint: &Url) -> StoreResult<Url> {
        let is_dots = |segment: &str| matches!(segment, "." | "..");
        if is_dots(&self.key) {
            return Err(StoreError::InvalidName {
                what: "key",
                name: self.key.clone(),
                rule: "cannot be sent to a remote store",
            });
        }
        let mut path = String::new();
        let mut before: Option<&str> = None;
        for segment in self.key.split('/') {
            if let Some(before) = before {
                let is_special = is_dots(before) || is_dots(segment);
                path.push_str(if is_special { "%2F" } else { "/" });
            }
            path.push_str(&sigv4::encode(segment, false));
            before = Some(segment);
        }
        let mut text = endpoint.as_str().trim_end_matches('/').to_owned();
        text.push('/');
        text.push_str(&self.bucket);
        if !self.key.is_empty() {
            text.push('/');
            text.push_str(&path);
        }
        let mut url = Url::parse(&text).map_err(|error| StoreError::InvalidArgument {
            reason: format!("`{}` in bucket `{}`: {error}", self.key, self.bucket),
        })?;
        if !self.query.is_empty() {
            url.set_query(Some(&sigv4::encode_query(&self.query)));
        }
        Ok(url)
    }

    pub(super) fn signable<'a>(&'a self, host: &'a str, path: &'a str) -> Signable<'a> {
        Signable {
            method: self.method.as_str(),
            host,
            path,
            query: &self.query,
            headers: &self.headers,
        }
    }

    /// Sends it, and again while it fails in passing.
    pub(super) async fn send(
        self,
        client: &reqwest::Client,
        endpoint: &Url,
        signer: Option<&Signer>,
    ) -> StoreResult<Answer> {
        crate::name::check_bucket_name(&self.bucket)
            .map_err(|_| StoreError::no_such_bucket(&self.bucket))?;
        let url = self.url(endpoint)?;
        let (host, path) = (host(endpoint), self.path(endpoint));
        let payload_hash = sigv4::hash(&self.body);
        let mut wait = FIRST_WAIT;
        let mut tries = 1;
        loop {
            let now = Timestamp::now();
            let signed = signer
                .map(|signer| signer.headers(&self.signable(&host, &path), &payload_hash, now))
                .unwrap_or_default();
            let mut builder = client.request(self.method.clone(), url.clone());
            for (name, value) in self.headers.iter().chain(&signed) {
                builder = builder.header(name, value);
            }
            if !self.body.is_empty() || matches!(self.method, Method::PUT | Method::POST) {
                builder = builder
                    .header("content-length", self.body.len())
                    .body(self.body.clone());
            }
            let sent = builder.send().await;
            let is_passing = match &sent {
                Ok(response) => is_passing(response.status()),
                Err(error) => !error.is_builder(),
            };
            if !is_passing || tries == TRIES {
                let target = self.target();
                let response = sent.map_err(|error| unavailable(&target, &error))?;
                return Ok(Answer {
                    response,
                    bucket: self.bucket,
                    key: self.key,
                });
            }
            // Spread by the clock, so that many that failed together do not come back together.
            let spread =
                Duration::from_millis(u64::from(now.subsec_nanosecond().unsigned_abs()) % 97);
            tokio::time::sleep(wait + spread).await;
            wait *= 2;
            tries += 1;
        }
    }

    fn target(&self) -> String {
        target(&self.bucket, &self.key)
    }
}

fn target(bucket: &str, key: &str) -> String {
    match key.is_empty() {
        true => format!("bucket `{bucket}`"),
        false => format!("`{key}` in bucket `{bucket}`"),
    }
}

/// Host and port as the `Host` header carries them.
pub(super) fn host(endpoint: &Url) -> String {
    let host = endpoint.host_str().unwrap_or_default();
    match endpoint.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn is_passing(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS
        || (status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED)
}

/// The other side could not be reached, or fell silent.
pub(super) fn unavailable(target: &str, error: &reqwest::Error) -> StoreError {
    use std::error::Error;
    let mut reason = error.to_string();
    // The address may carry nothing secret here, but the chain below it says what went wrong.
    let mut cause = error.source();
    while let Some(below) = cause {
        reason = below.to_string();
        cause = below.source();
    }
    StoreError::Unavailable {
        target: target.to_owned(),
        reason,
    }
}

/// The answer is not one that S3 gives.
pub(super) fn not_understood(bucket: &str, key: &str, what: impl Display) -> StoreError {
    StoreError::Unavailable {
        target: target(bucket, key),
        reason: format!("the remote store's answer was not understood: {what}"),
    }
}

/// The head of an answer, not judged yet.
pub(super) struct Answer {
    response: Response,
    bucket: String,
    key: String,
}

impl Answer {
    pub(super) fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The answer, if it is a good one.
    pub(super) async fn accept(self) -> StoreResult<Response> {
        let status = self.response.status();
        if status.is_success() {
            return Ok(self.response);
        }
        let (bucket, key) = (self.bucket, self.key);
        let text = text(self.response, &bucket, &key).await.unwrap_or_default();
        let code = convert::tag(&text, "Code").unwrap_or_default();
        let said = match convert::tag(&text, "Message") {
            Some(message) => format!("{code}: {message}"),
            None => status.to_string(),
        };
        Err(match (status, code.as_str()) {
            (_, "NoSuchBucket") => StoreError::NoSuchBucket { bucket },
            (_, "NoSuchKey") => StoreError::NoSuchKey { bucket, key },
            (_, "BucketAlreadyExists" | "BucketAlreadyOwnedByYou") => {
                StoreError::BucketExists { bucket }
            }
            (_, "BucketNotEmpty") => StoreError::BucketNotEmpty { bucket },
            (StatusCode::NOT_FOUND, _) if key.is_empty() => StoreError::NoSuchBucket { bucket },
            (StatusCode::NOT_FOUND, _) => StoreError::NoSuchKey { bucket, key },
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => StoreError::AccessDenied {
                target: target(&bucket, &key),
                reason: said,
            },
            (StatusCode::PRECONDITION_FAILED | StatusCode::CONFLICT, _) => {
                StoreError::PreconditionFailed {
                    bucket,
                    key,
                    condition: said,
                }
            }
            (status, _) if status.is_redirection() => StoreError::Unavailable {
                target: target(&bucket, &key),
                reason: format!("{said}; is the region of the remote S3 set right?"),
            },
            (status, _) if status.is_client_error() && !is_passing(status) => {
                StoreError::InvalidArgument {
                    reason: format!("the remote store refused {}: {said}", target(&bucket, &key)),
                }
            }
            _ => StoreError::Unavailable {
                target: target(&bucket, &key),
                reason: said,
            },
        })
    }

    /// The text of a good answer.
    pub(super) async fn accept_text(self) -> StoreResult<String> {
        let (bucket, key) = (self.bucket.clone(), self.key.clone());
        let response = self.accept().await?;
        text(response, &bucket, &key).await
    }
}

async fn text(mut response: Response, bucket: &str, key: &str) -> StoreResult<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| unavailable(&target(bucket, key), &error))?
    {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > TEXT_BYTES_MAX {
            return Err(not_understood(bucket, key, "it is too long"));
        }
    }
    String::from_utf8(bytes).map_err(|error| not_understood(bucket, key, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_survives_its_address() {
        let endpoint = Url::parse("http://127.0.0.1:9000").unwrap();
        let check = |key: &str, expected: &str| {
            let url = Request::new(Method::GET, "bucket", key)
                .url(&endpoint)
                .unwrap();
            assert_eq!(url.path(), format!("/bucket/{expected}"), "{key}");
            let decoded = percent_encoding::percent_decode_str(url.path())
                .decode_utf8()
                .unwrap();
            assert_eq!(decoded, format!("/bucket/{key}"));
        };
        check("a//b", "a//b");
        check("dir/", "dir/");
        check("/lead", "/lead");
        check("../x", "..%2Fx");
        check("a/../b/./c", "a%2F..%2Fb%2F.%2Fc");
        check("a/..", "a%2F..");
        check("a b+c?d#e%f", "a%20b%2Bc%3Fd%23e%25f");
        check("日本", "%E6%97%A5%E6%9C%AC");
        check("a\\b", "a%5Cb");
        check("a..b/...", "a..b/...");
        let refused = Request::new(Method::GET, "bucket", "..").url(&endpoint);
        assert!(matches!(refused, Err(StoreError::InvalidName { .. })));
    }

    #[test]
    fn an_address_may_have_a_path_of_its_own() {
        let endpoint = Url::parse("https://host/s3/").unwrap();
        let request = Request::new(Method::GET, "bucket", "key");
        assert_eq!(
            request.url(&endpoint).unwrap().as_str(),
            "https://host/s3/bucket/key"
        );
        assert_eq!(request.path(&endpoint), "/s3/bucket/key");
        assert_eq!(host(&endpoint), "host");
    }
}
