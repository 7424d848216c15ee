//! The little of AWS's clients that the crash test and the bench need: signed S3 and SageMaker requests.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::http::{Body, Connection, Response};
use crate::sigv4::{Keys, Request, authorization, encode, sha256_hex};

/// The region that requests are signed for.
pub const REGION: &str = "us-east-1";

/// A client with one connection.
pub struct Aws {
    connection: Connection,
    keys: Keys,
}

impl Aws {
    /// A client of the server at `address`.
    pub fn new(address: SocketAddr, keys: &Keys) -> Aws {
        Aws {
            connection: Connection::new(address, &address.to_string()),
            keys: keys.clone(),
        }
    }

    /// Calls an operation of SageMaker.
    pub async fn sagemaker(&mut self, operation: &str, input: &Value) -> Result<Value> {
        let body = input.to_string();
        let target = format!("SageMaker.{operation}");
        let extra = [
            ("x-amz-target", target.as_str()),
            ("content-type", "application/x-amz-json-1.1"),
        ];
        let payload = sha256_hex(body.as_bytes());
        let headers = self.sign("sagemaker", "POST", "/", "", &payload, Some(&target));
        let response = self
            .send("POST", "/", &headers, &extra, Body::Bytes(body.as_bytes()))
            .await?;
        response.json().with_context(|| operation.to_owned())
    }

    /// Makes a bucket.
    pub async fn create_bucket(&mut self, bucket: &str) -> Result<()> {
        let response = self
            .s3("PUT", &format!("/{bucket}"), "", Body::Bytes(b""))
            .await?;
        expect(&response, 200)
    }

    /// Stores an object whose bytes are at hand.
    pub async fn put(&mut self, bucket: &str, key: &str, bytes: &[u8]) -> Result<()> {
        let path = object_path(bucket, key);
        let response = self.s3("PUT", &path, "", Body::Bytes(bytes)).await?;
        expect(&response, 200)
    }

    /// Stores an object of `length` bytes that `next` makes piece by piece.
    pub async fn put_stream(
        &mut self,
        bucket: &str,
        key: &str,
        length: u64,
        mut next: impl FnMut() -> Vec<u8> + Send,
    ) -> Result<()> {
        let path = object_path(bucket, key);
        let response = self
            .s3("PUT", &path, "", Body::Stream(length, &mut next))
            .await?;
        expect(&response, 200)
    }

    /// Reads an object; none when it is not there.
    pub async fn get(&mut self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>> {
        let response = self
            .s3("GET", &object_path(bucket, key), "", Body::Bytes(b""))
            .await?;
        if response.status == 404 {
            return Ok(None);
        }
        expect(&response, 200)?;
        Ok(Some(response.body))
    }

    /// Reads an object piece by piece without keeping it, and gives its length.
    pub async fn get_stream(
        &mut self,
        bucket: &str,
        key: &str,
        mut piece: impl FnMut(&[u8]) + Send,
    ) -> Result<u64> {
        let path = object_path(bucket, key);
        let headers = self.sign("s3", "GET", &path, "", UNSIGNED, None);
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let mut length = 0;
        let response = self
            .connection
            .stream(&path, &headers, |bytes| {
                length += bytes.len() as u64;
                piece(bytes);
            })
            .await?;
        expect(&response, 200)?;
        Ok(length)
    }

    /// All keys that start with `prefix`, in order.
    pub async fn list(&mut self, bucket: &str, prefix: &str) -> Result<Vec<String>> {
        let mut keys = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let mut query = String::new();
            if let Some(token) = &token {
                query.push_str(&format!("continuation-token={}&", encode(token, false)));
            }
            query.push_str(&format!("list-type=2&prefix={}", encode(prefix, false)));
            let response = self
                .s3("GET", &format!("/{bucket}"), &query, Body::Bytes(b""))
                .await?;
            expect(&response, 200)?;
            let text = response.text();
            keys.extend(elements(&text, "Key"));
            token = elements(&text, "NextContinuationToken").pop();
            if token.is_none() {
                return Ok(keys);
            }
        }
    }

    async fn s3(
        &mut self,
        method: &str,
        path: &str,
        query: &str,
        body: Body<'_>,
    ) -> Result<Response> {
        let payload = match &body {
            Body::Bytes(bytes) => sha256_hex(bytes),
            Body::Stream(..) => UNSIGNED.to_owned(),
        };
        let headers = self.sign("s3", method, path, query, &payload, None);
        let target = if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        };
        self.send(method, &target, &headers, &[], body).await
    }

    fn sign(
        &self,
        service: &str,
        method: &str,
        path: &str,
        query: &str,
        payload: &str,
        target: Option<&str>,
    ) -> [(&'static str, String); 3] {
        let date = jiff::Timestamp::now()
            .strftime("%Y%m%dT%H%M%SZ")
            .to_string();
        let request = Request {
            method,
            path,
            query,
            host: self.connection.host(),
            service,
            region: REGION,
            payload,
            date: &date,
            target,
        };
        let authorization = authorization(&self.keys, &request);
        [
            ("authorization", authorization),
            ("x-amz-content-sha256", payload.to_owned()),
            ("x-amz-date", date),
        ]
    }

    async fn send(
        &mut self,
        method: &str,
        target: &str,
        signed: &[(&'static str, String)],
        extra: &[(&str, &str)],
        body: Body<'_>,
    ) -> Result<Response> {
        let mut headers: Vec<(&str, &str)> = signed
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        headers.extend_from_slice(extra);
        self.connection.send(method, target, &headers, body).await
    }
}

const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// The bucket and the key of an S3 URI.
pub fn split_uri(uri: &str) -> Result<(&str, &str)> {
    match uri
        .strip_prefix("s3://")
        .and_then(|rest| rest.split_once('/'))
    {
        Some(parts) => Ok(parts),
        None => bail!("not an S3 URI: {uri}"),
    }
}

fn object_path(bucket: &str, key: &str) -> String {
    format!("/{bucket}/{}", encode(key, true))
}

fn expect(response: &Response, status: u16) -> Result<()> {
    let text: String = response.text().chars().take(600).collect();
    ensure!(
        response.status == status,
        "status {}: {text}",
        response.status
    );
    Ok(())
}

/// The contents of all elements of a name, in XML that holds no more than a listing does.
fn elements(text: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    text.split(&open)
        .skip(1)
        .filter_map(|rest| Some(unescape(rest.split_once(&close)?.0)))
        .collect()
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_and_uris_are_read() {
        let text =
            "<A><Contents><Key>a&amp;b</Key></Contents><Contents><Key>c</Key></Contents></A>";
        assert_eq!(elements(text, "Key"), ["a&b", "c"]);
        assert!(elements(text, "NextContinuationToken").is_empty());
        assert_eq!(split_uri("s3://bucket/a/b").unwrap(), ("bucket", "a/b"));
        assert!(split_uri("https://bucket/a").is_err());
    }
}
