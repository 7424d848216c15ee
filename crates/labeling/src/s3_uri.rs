//! Addresses of stored objects: `s3://bucket/key` and the https forms of S3.

use std::fmt;

use percent_encoding::percent_decode_str;
use thiserror::Error;

/// A bucket and a key in it. The key may be empty (the bucket itself) and may end in a slash.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct S3Uri {
    /// Name of the bucket.
    pub bucket: String,
    /// Key of the object, or a prefix of keys, without a leading slash.
    pub key: String,
}

/// Why a text is not the address of something in S3.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum S3UriError {
    /// Neither `s3://` nor an https address.
    #[error("`{0}` is not an S3 URI: it must begin with s3://")]
    Scheme(String),
    /// No bucket between the scheme and the key.
    #[error("`{0}` names no bucket")]
    Bucket(String),
    /// An https address on a host that is not S3's.
    #[error("`{0}` is not an address of S3")]
    Host(String),
    /// The key of an https address does not decode to UTF-8.
    #[error("the key of `{0}` is not UTF-8")]
    Key(String),
}

impl S3Uri {
    /// Reads `s3://bucket/key`, and nothing else.
    pub fn parse_s3(text: &str) -> Result<S3Uri, S3UriError> {
        let Some(rest) = text.strip_prefix("s3://") else {
            return Err(S3UriError::Scheme(shorten(text)));
        };
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(S3UriError::Bucket(shorten(text)));
        }
        Ok(S3Uri {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        })
    }

    /// Reads `s3://bucket/key` and the https (or http) addresses of S3, with the bucket in the path
    /// (`https://s3.amazonaws.com/bucket/key`, `https://s3.eu-west-1.amazonaws.com/…`,
    /// `https://s3-eu-west-1.amazonaws.com/…`) or in the host
    /// (`https://bucket.s3.eu-west-1.amazonaws.com/key`). The key of an https address is
    /// percent-decoded; a query or fragment is not part of it.
    pub fn parse(text: &str) -> Result<S3Uri, S3UriError> {
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        let Some(rest) = rest else {
            return S3Uri::parse_s3(text);
        };
        let end = rest.find(['?', '#']).unwrap_or(rest.len());
        let (host, path) = rest[..end].split_once('/').unwrap_or((&rest[..end], ""));
        let host = host.to_ascii_lowercase();
        let stem = host
            .strip_suffix(".amazonaws.com")
            .or_else(|| host.strip_suffix(".amazonaws.com.cn"))
            .ok_or_else(|| S3UriError::Host(shorten(text)))?;
        let (bucket, key) = match bucket_of_host(stem) {
            None => return Err(S3UriError::Host(shorten(text))),
            Some("") => path.split_once('/').unwrap_or((path, "")),
            Some(bucket) => (bucket, path),
        };
        if bucket.is_empty() {
            return Err(S3UriError::Bucket(shorten(text)));
        }
        let key = percent_decode_str(key)
            .decode_utf8()
            .map_err(|_| S3UriError::Key(shorten(text)))?;
        Ok(S3Uri {
            bucket: bucket.to_owned(),
            key: key.into_owned(),
        })
    }

    /// The address of `name` below this one, with one slash between.
    pub fn join(&self, name: &str) -> S3Uri {
        let slash = if self.key.is_empty() || self.key.ends_with('/') {
            ""
        } else {
            "/"
        };
        S3Uri {
            bucket: self.bucket.clone(),
            key: format!("{}{slash}{name}", self.key),
        }
    }
}

impl fmt::Display for S3Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

/// The bucket in a host without its `.amazonaws.com`: empty when the bucket is in the path, `None`
/// when the host is another service's.
fn bucket_of_host(stem: &str) -> Option<&str> {
    let is_service = |part: &str| {
        part == "s3" || part.starts_with("s3.") || part.strip_prefix("s3-").is_some_and(is_region)
    };
    if is_service(stem) {
        return Some("");
    }
    // A bucket may hold dots, and even the text `.s3.`: the service's part is the last that fits.
    let mut at = stem.len();
    while let Some(dot) = stem[..at].rfind('.') {
        if is_service(&stem[dot + 1..]) {
            return Some(&stem[..dot]);
        }
        at = dot;
    }
    None
}

fn is_region(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Errors go to logs and to FailureReason; a long address is cut.
fn shorten(text: &str) -> String {
    crate::text::shorten(text, 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, bucket: &str, key: &str) {
        let uri = S3Uri::parse(text).unwrap();
        assert_eq!(
            (uri.bucket.as_str(), uri.key.as_str()),
            (bucket, key),
            "{text}"
        );
    }

    #[test]
    fn all_forms_are_read() {
        check("s3://b/k", "b", "k");
        check("s3://b", "b", "");
        check("s3://b/", "b", "");
        check("s3://b/a//b c?d#e%20/", "b", "a//b c?d#e%20/");
        check("https://s3.amazonaws.com/b/a/k.jpg", "b", "a/k.jpg");
        check("http://s3.amazonaws.com/b", "b", "");
        check("https://s3.ap-northeast-1.amazonaws.com/b/k", "b", "k");
        check("https://s3-eu-west-1.amazonaws.com/b/k", "b", "k");
        check(
            "https://b.s3.amazonaws.com/k%20%E7%8C%AB?X-Amz-Date=1",
            "b",
            "k 猫",
        );
        check(
            "https://my.data.s3.us-east-2.amazonaws.com/k",
            "my.data",
            "k",
        );
        check("https://b.s3-us-west-2.amazonaws.com/k", "b", "k");
        check("https://b.s3.cn-north-1.amazonaws.com.cn/k", "b", "k");
    }

    #[test]
    fn other_addresses_are_refused() {
        let check = |text: &str, expected: &str| {
            assert_eq!(S3Uri::parse(text).unwrap_err().to_string(), expected);
        };
        check(
            "gs://b/k",
            "`gs://b/k` is not an S3 URI: it must begin with s3://",
        );
        check("", "`` is not an S3 URI: it must begin with s3://");
        check("s3:///k", "`s3:///k` names no bucket");
        check(
            "https://example.com/b/k",
            "`https://example.com/b/k` is not an address of S3",
        );
        check(
            "https://sqs.amazonaws.com/b/k",
            "`https://sqs.amazonaws.com/b/k` is not an address of S3",
        );
        check(
            "https://s3.amazonaws.com/",
            "`https://s3.amazonaws.com/` names no bucket",
        );
        check(
            "https://s3.amazonaws.com/b/%ff",
            "the key of `https://s3.amazonaws.com/b/%ff` is not UTF-8",
        );
        assert!(S3Uri::parse_s3("https://s3.amazonaws.com/b/k").is_err());
    }

    #[test]
    fn joining_adds_one_slash() {
        let join = |base: &str| S3Uri::parse(base).unwrap().join("x").to_string();
        assert_eq!(join("s3://b"), "s3://b/x");
        assert_eq!(join("s3://b/p"), "s3://b/p/x");
        assert_eq!(join("s3://b/p/"), "s3://b/p/x");
    }
}
