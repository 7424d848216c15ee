//! A remote S3, by URL and keys, with the bucket's name in the path.
//!
//! Requests are signed here and sent by reqwest. No redirect is followed, so that a request goes to
//! the configured address and nowhere else. What fails in passing (5xx, 429, a broken connection)
//! is tried again with growing waits, as long as its body is at hand.

use std::time::Duration;

use futures::StreamExt;
use http::{Method, StatusCode};
use jiff::Timestamp;
use rusty_s3::actions::ListObjectsV2;
use url::Url;

mod convert;
mod put;
mod request;
mod sigv4;

use crate::error::{StoreError, StoreResult};
use crate::name::{check_bucket_name, check_key};
use crate::object::{Blob, ByteRange, ListPage, ListQuery, ObjectHeaders, ObjectInfo, span_of};
use convert::{describe_listing, info_from_headers, put_headers, range_header, served_span};
use request::{Answer, Request};
use sigv4::Signer;

/// Where a remote S3 is and how to sign for it.
#[derive(Clone)]
pub struct RemoteConfig {
    /// Its address, `https://s3.eu-central-1.amazonaws.com` say.
    pub endpoint: String,
    /// Region to sign for.
    pub region: String,
    /// Access key id and secret; none for buckets open to everybody.
    pub keys: Option<(String, String)>,
    /// Session token of temporary keys.
    pub session_token: Option<String>,
}

/// A remote S3. Cheap to clone.
#[derive(Clone)]
pub struct RemoteStore {
    client: reqwest::Client,
    endpoint: Url,
    signer: Option<Signer>,
}

impl RemoteStore {
    /// A store at the configured address; nothing is asked of it yet. A process-wide TLS provider
    /// must have been installed (`rustls::crypto::ring::default_provider().install_default()`).
    pub fn new(config: RemoteConfig) -> StoreResult<RemoteStore> {
        let invalid = |reason: String| StoreError::InvalidArgument {
            reason: format!("remote S3 address `{}`: {reason}", config.endpoint),
        };
        let endpoint = Url::parse(&config.endpoint).map_err(|error| invalid(error.to_string()))?;
        if !matches!(endpoint.scheme(), "http" | "https")
            || !endpoint.has_host()
            || endpoint.query().is_some()
        {
            return Err(invalid(
                "it is not of the form https://host[:port]".to_owned(),
            ));
        }
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(5))
            .read_timeout(Duration::from_secs(30))
            .pool_idle_timeout(Duration::from_secs(20))
            .build()
            .map_err(|error| invalid(error.to_string()))?;
        let signer = config
            .keys
            .map(|(access_key_id, secret_access_key)| Signer {
                access_key_id,
                secret_access_key,
                session_token: config.session_token,
                region: config.region,
            });
        Ok(RemoteStore {
            client,
            endpoint,
            signer,
        })
    }

    /// Whether the bucket is there; that it is not ours to read is an error.
    pub async fn bucket_exists(&self, bucket: &str) -> StoreResult<bool> {
        if check_bucket_name(bucket).is_err() {
            return Ok(false);
        }
        let answer = self.send(Request::new(Method::HEAD, bucket, "")).await?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(false),
            _ => answer.accept().await.map(|_| true),
        }
    }

    /// Makes a bucket.
    pub async fn create_bucket(&self, bucket: &str) -> StoreResult<()> {
        check_bucket_name(bucket)?;
        let mut request = Request::new(Method::PUT, bucket, "");
        if let Some(signer) = self
            .signer
            .as_ref()
            .filter(|signer| signer.region != "us-east-1")
        {
            request.body = format!(
                "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>",
                signer.region
            )
            .into();
        }
        self.send(request).await?.accept().await.map(drop)
    }

    /// Removes an empty bucket.
    pub async fn delete_bucket(&self, bucket: &str) -> StoreResult<()> {
        let request = Request::new(Method::DELETE, bucket, "");
        self.send(request).await?.accept().await.map(drop)
    }

    /// What is known of an object.
    pub async fn head(&self, bucket: &str, key: &str) -> StoreResult<ObjectInfo> {
        check_key(key)?;
        let answer = self.send(Request::new(Method::HEAD, bucket, key)).await?;
        if answer.status() == StatusCode::NOT_FOUND && !self.bucket_exists(bucket).await? {
            // The answer to a HEAD has no body that would say which of the two is missing.
            return Err(StoreError::no_such_bucket(bucket));
        }
        let response = answer.accept().await?;
        let size = response
            .headers()
            .get(http::header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(info_from_headers(
            key,
            size.unwrap_or(0),
            response.headers(),
        ))
    }

    /// Reads an object, or a range of it. `version`, where given, must be that of the object.
    pub async fn get(
        &self,
        bucket: &str,
        key: &str,
        range: Option<ByteRange>,
        version: Option<&str>,
    ) -> StoreResult<Blob> {
        check_key(key)?;
        let mut request = Request::new(Method::GET, bucket, key);
        if let Some(range) = range {
            request.header("range", &range_header(range));
        }
        if let Some(version) = version {
            request.header("if-match", &format!("\"{version}\""));
        }
        let answer = self.send(request).await?;
        match answer.status() {
            StatusCode::PRECONDITION_FAILED if version.is_some() => {
                return Err(StoreError::Changed {
                    bucket: bucket.to_owned(),
                    key: key.to_owned(),
                    change: "its etag differs".to_owned(),
                });
            }
            StatusCode::RANGE_NOT_SATISFIABLE => {
                let size = self.head(bucket, key).await?.size;
                span_of(bucket, key, size, range)?;
            }
            _ => {}
        }
        let response = answer.accept().await?;
        let (span, size) =
            served_span(response.headers()).ok_or_else(|| StoreError::Unavailable {
                target: format!("`{key}` in bucket `{bucket}`"),
                reason: "the remote store did not say how long it is".to_owned(),
            })?;
        let info = info_from_headers(key, size, response.headers());
        // Not every server honours the condition, so the answer is looked at too.
        if version.is_some_and(|version| version != info.version) {
            return Err(StoreError::Changed {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                change: "its etag differs".to_owned(),
            });
        }
        if span.is_empty() || range.is_some_and(|range| range.within(size) != Some(span.clone())) {
            span_of(bucket, key, size, range)?;
        }
        let target = format!("`{key}` in bucket `{bucket}`");
        let body = response
            .bytes_stream()
            .map(move |bytes| bytes.map_err(|error| request::unavailable(&target, &error)));
        Ok(Blob {
            info,
            span,
            body: body.boxed(),
        })
    }

    /// Copies an object within the remote store. `headers`, where given, replace those of the
    /// source; `version`, where given, must be the source's.
    pub async fn copy(
        &self,
        from: (&str, &str),
        to: (&str, &str),
        headers: Option<ObjectHeaders>,
        version: Option<&str>,
    ) -> StoreResult<ObjectInfo> {
        check_key(to.1)?;
        let mut request = Request::new(Method::PUT, to.0, to.1);
        if let Some(headers) = &headers {
            request.headers = put_headers(headers);
            request.header("x-amz-metadata-directive", "REPLACE");
        }
        let source = sigv4::encode(&format!("/{}/{}", from.0, from.1), true);
        request.header("x-amz-copy-source", &source);
        let changed = || StoreError::Changed {
            bucket: from.0.to_owned(),
            key: from.1.to_owned(),
            change: "its etag differs".to_owned(),
        };
        if let Some(version) = version {
            // Not every server honours the condition, so the source is looked at first.
            if self.head(from.0, from.1).await?.version != version {
                return Err(changed());
            }
            request.header("x-amz-copy-source-if-match", &format!("\"{version}\""));
        }
        let answer = self.send(request).await?;
        if answer.status() == StatusCode::PRECONDITION_FAILED {
            return Err(changed());
        }
        let text = answer.accept_text().await.map_err(|error| match error {
            // The answer speaks of the source where that is what is missing.
            StoreError::NoSuchKey { .. } => StoreError::no_such_key(from.0, from.1),
            error => error,
        })?;
        if convert::tag(&text, "ETag").is_none() {
            return Err(request::not_understood(to.0, to.1, &text));
        }
        self.head(to.0, to.1).await
    }

    /// Removes an object. That it was not there is no error.
    pub async fn delete(&self, bucket: &str, key: &str) -> StoreResult<()> {
        check_key(key)?;
        let request = Request::new(Method::DELETE, bucket, key);
        match self.send(request).await?.accept().await {
            Ok(_) | Err(StoreError::NoSuchKey { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// One page of the keys of a bucket.
    pub async fn list(&self, bucket: &str, query: &ListQuery) -> StoreResult<ListPage> {
        let mut request = Request::new(Method::GET, bucket, "");
        request.query("list-type", "2");
        request.query("encoding-type", "url");
        request.query("max-keys", &query.limit().to_string());
        if !query.prefix.is_empty() {
            request.query("prefix", &query.prefix);
        }
        if let Some(delimiter) = query.delimiter.as_deref().filter(|text| !text.is_empty()) {
            request.query("delimiter", delimiter);
        }
        match (&query.continuation, &query.start_after) {
            (Some(token), _) => request.query("continuation-token", token),
            (None, Some(after)) => request.query("start-after", after),
            (None, None) => {}
        }
        let text = self.send(request).await?.accept_text().await?;
        let parsed = ListObjectsV2::parse_response(&text)
            .map_err(|error| request::not_understood(bucket, &query.prefix, error))?;
        describe_listing(parsed)
            .map_err(|error| request::not_understood(bucket, &query.prefix, error))
    }

    /// An address under which anybody may read the object for `seconds`.
    pub fn presign_get(&self, bucket: &str, key: &str, seconds: u32) -> StoreResult<String> {
        check_key(key)?;
        let request = Request::new(Method::GET, bucket, key);
        let mut url = request.url(&self.endpoint)?;
        if let Some(signer) = &self.signer {
            let host = request::host(&self.endpoint);
            let path = request.path(&self.endpoint);
            let query =
                signer.presigned_query(&request.signable(&host, &path), seconds, Timestamp::now());
            url.set_query(Some(&query));
        }
        Ok(url.into())
    }

    async fn send(&self, request: Request) -> StoreResult<Answer> {
        request
            .send(&self.client, &self.endpoint, self.signer.as_ref())
            .await
    }
}
