//! Signature Version 4 for the services that are not S3: the JSON operations of SageMaker and the
//! query operations of STS and IAM.
//!
//! S3 has rules of its own (one encoding of the path, streamed bodies, POST forms) and is verified
//! behind its own door; both ask the same [`AccessKeys`].
//!
//! Any region in the scope is accepted. What must hold: the signature, the scope's date, a clock
//! within [`SKEW_MAX_MS`], and that `host` and every `x-amz-` header are signed, since one of them
//! names the operation.

use hmac::{Hmac, Mac};
use http::HeaderMap;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Caller;
use super::access_keys::{AccessKeys, KeyError};

/// How far a request's time may be from ours.
pub const SKEW_MAX_MS: i64 = 15 * 60 * 1_000;
/// Longest life a presigned request may ask for.
pub const PRESIGNED_SECONDS_MAX: i64 = 7 * 24 * 3_600;
/// The one algorithm.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The scope of a signature: which day, region and service it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Access key id.
    pub access_key_id: String,
    /// `YYYYMMDD`.
    pub date: String,
    /// Region as the client believes it.
    pub region: String,
    /// Signing name of the service, `sagemaker`, `sts`, `s3`, ….
    pub service: String,
}

/// Why a signed request was refused.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// Neither an `Authorization` header nor query parameters.
    #[error("Missing Authentication Token")]
    Missing,
    /// There, but not complete; names the part.
    #[error("{0}")]
    Incomplete(String),
    /// The signature is not that of this request and key.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
    )]
    Mismatch,
    /// Signed too long ago, or for a time to come.
    #[error("{0}")]
    Skewed(String),
    /// The key is not one of ours.
    #[error("The security token included in the request is invalid.")]
    UnknownKey,
    /// Temporary credentials whose time is over.
    #[error("The security token included in the request is expired")]
    ExpiredToken,
    /// The keys could not be looked up.
    #[error("{0}")]
    Unavailable(String),
}

impl From<KeyError> for SignatureError {
    fn from(error: KeyError) -> SignatureError {
        match error {
            KeyError::Unknown | KeyError::InvalidToken => SignatureError::UnknownKey,
            KeyError::ExpiredToken => SignatureError::ExpiredToken,
            KeyError::Unavailable(why) => SignatureError::Unavailable(why),
        }
    }
}

/// The scope a request claims, from its header or its query; nothing is verified. The router reads
/// the service off it.
pub fn claimed_scope(parts: &Parts) -> Option<Scope> {
    Signature::read(parts).ok().map(|signature| signature.scope)
}

/// Verifies the signature of a request and gives its caller. `body` is the whole body; `now_ms` the
/// time it arrived.
pub async fn verify(
    parts: &Parts,
    body: &[u8],
    now_ms: i64,
    keys: &dyn AccessKeys,
) -> Result<Caller, SignatureError> {
    let signature = Signature::read(parts)?;
    signature.check_time(now_ms)?;
    signature.check_signed_headers(&parts.headers)?;
    let scope = &signature.scope;
    let secret = keys
        .secret_for(&scope.access_key_id)
        .await?
        .ok_or(SignatureError::UnknownKey)?;
    let canonical = signature.canonical_request(parts, body)?;
    let expected = sign(&secret, &signature.timestamp, scope, &canonical);
    let given = hex::decode(&signature.signature).map_err(|_| SignatureError::Mismatch)?;
    if !bool::from(expected.as_slice().ct_eq(&given)) {
        return Err(SignatureError::Mismatch);
    }
    Ok(keys
        .caller(&scope.access_key_id, signature.session_token.as_deref())
        .await?)
}

/// The signature of a canonical request, for [`verify`] and for clients in tests.
pub fn sign(secret: &str, timestamp: &str, scope: &Scope, canonical_request: &str) -> Vec<u8> {
    let Scope {
        date,
        region,
        service,
        ..
    } = scope;
    let to_sign = format!(
        "{ALGORITHM}\n{timestamp}\n{date}/{region}/{service}/aws4_request\n{}",
        hex::encode(Sha256::digest(canonical_request.as_bytes()))
    );
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [
        date.as_str(),
        region.as_str(),
        service.as_str(),
        "aws4_request",
    ] {
        key = hmac_sha256(&key, part.as_bytes());
    }
    hmac_sha256(&key, to_sign.as_bytes())
}

/// What a request says of its own signature.
struct Signature {
    scope: Scope,
    signed_headers: Vec<String>,
    signature: String,
    /// `YYYYMMDD'T'HHMMSS'Z'`.
    timestamp: String,
    /// Life asked for by a presigned request, in seconds.
    expires_seconds: Option<i64>,
    session_token: Option<String>,
}

impl Signature {
    fn read(parts: &Parts) -> Result<Signature, SignatureError> {
        let query = query_pairs(parts.uri.query().unwrap_or_default());
        let from_query = |name: &str| {
            query
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
        };
        if let Some(header) = header(&parts.headers, "authorization") {
            return Signature::from_header(header, &parts.headers);
        }
        if from_query("X-Amz-Algorithm").is_none() {
            return Err(SignatureError::Missing);
        }
        let required = |name: &str| {
            from_query(name).ok_or_else(|| {
                SignatureError::Incomplete(format!(
                    "AWS query-string parameters must include '{name}'."
                ))
            })
        };
        check_algorithm(&required("X-Amz-Algorithm")?)?;
        let expires = required("X-Amz-Expires")?;
        let expires_seconds = expires
            .parse::<i64>()
            .ok()
            .filter(|seconds| (0..=PRESIGNED_SECONDS_MAX).contains(seconds))
            .ok_or_else(|| {
                SignatureError::Incomplete(format!(
                    "X-Amz-Expires must be a number of seconds from 0 to {PRESIGNED_SECONDS_MAX}"
                ))
            })?;
        Ok(Signature {
            scope: parse_scope(&required("X-Amz-Credential")?)?,
            signed_headers: parse_signed_headers(&required("X-Amz-SignedHeaders")?),
            signature: required("X-Amz-Signature")?,
            timestamp: required("X-Amz-Date")?,
            expires_seconds: Some(expires_seconds),
            session_token: from_query("X-Amz-Security-Token"),
        })
    }

    fn from_header(value: &str, headers: &HeaderMap) -> Result<Signature, SignatureError> {
        let (algorithm, rest) = value.split_once(' ').unwrap_or((value, ""));
        check_algorithm(algorithm)?;
        let part = |name: &str| {
            rest.split(',')
                .filter_map(|pair| pair.trim().split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value)
                .ok_or_else(|| {
                    SignatureError::Incomplete(format!(
                        "Authorization header requires '{name}' parameter."
                    ))
                })
        };
        let timestamp = match (header(headers, "x-amz-date"), header(headers, "date")) {
            (Some(date), _) => date.to_owned(),
            (None, Some(date)) => compact_date(date).ok_or_else(|| {
                SignatureError::Incomplete(
                    "Date must be in RFC 2822 or ISO-8601 'basic format'".to_owned(),
                )
            })?,
            (None, None) => {
                return Err(SignatureError::Incomplete(
                    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.".to_owned(),
                ));
            }
        };
        Ok(Signature {
            scope: parse_scope(part("Credential")?)?,
            signed_headers: parse_signed_headers(part("SignedHeaders")?),
            signature: part("Signature")?.to_owned(),
            timestamp,
            expires_seconds: None,
            session_token: header(headers, "x-amz-security-token").map(str::to_owned),
        })
    }

    fn check_time(&self, now_ms: i64) -> Result<(), SignatureError> {
        let signed_at_ms = parse_timestamp(&self.timestamp).ok_or_else(|| {
            SignatureError::Incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{}'.",
                self.timestamp
            ))
        })?;
        if !self.timestamp.starts_with(&self.scope.date) {
            return Err(SignatureError::Incomplete(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}'.",
                self.scope.date,
                self.timestamp.get(..8).unwrap_or_default()
            )));
        }
        let life_ms = self
            .expires_seconds
            .map_or(SKEW_MAX_MS, |seconds| seconds * 1_000);
        if now_ms > signed_at_ms + life_ms {
            return Err(SignatureError::Skewed(format!(
                "Signature expired: {} is now earlier than {} ({} - {} min.)",
                self.timestamp,
                format_timestamp(now_ms - life_ms),
                format_timestamp(now_ms),
                life_ms / 60_000,
            )));
        }
        if signed_at_ms > now_ms + SKEW_MAX_MS {
            return Err(SignatureError::Skewed(format!(
                "Signature not yet current: {} is still later than {} ({} + {} min.)",
                self.timestamp,
                format_timestamp(now_ms + SKEW_MAX_MS),
                format_timestamp(now_ms),
                SKEW_MAX_MS / 60_000,
            )));
        }
        Ok(())
    }

    fn check_signed_headers(&self, headers: &HeaderMap) -> Result<(), SignatureError> {
        let signed = |name: &str| self.signed_headers.iter().any(|header| header == name);
        let unsigned = std::iter::once("host")
            .chain(
                headers
                    .keys()
                    .map(|name| name.as_str())
                    .filter(|name| name.starts_with("x-amz-")),
            )
            .find(|name| !signed(name));
        match unsigned {
            Some(name) => Err(SignatureError::Incomplete(format!(
                "'{name}' must be a 'SignedHeader' in the AWS Authorization."
            ))),
            None => Ok(()),
        }
    }

    fn canonical_request(&self, parts: &Parts, body: &[u8]) -> Result<String, SignatureError> {
        let mut canonical = format!(
            "{}\n{}\n{}\n",
            parts.method,
            canonical_path(parts.uri.path()),
            canonical_query(parts.uri.query().unwrap_or_default())
        );
        for name in &self.signed_headers {
            let value = canonical_header(&parts.headers, name).or_else(|| {
                // A request in absolute form carries its host in the target.
                (name == "host")
                    .then(|| parts.uri.authority().map(|host| host.to_string()))
                    .flatten()
            });
            let Some(value) = value else {
                return Err(SignatureError::Mismatch);
            };
            canonical.push_str(name);
            canonical.push(':');
            canonical.push_str(&value);
            canonical.push('\n');
        }
        canonical.push('\n');
        canonical.push_str(&self.signed_headers.join(";"));
        canonical.push('\n');
        canonical.push_str(&hex::encode(Sha256::digest(body)));
        Ok(canonical)
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn check_algorithm(algorithm: &str) -> Result<(), SignatureError> {
    if algorithm == ALGORITHM {
        return Ok(());
    }
    Err(SignatureError::Incomplete(format!(
        "Unsupported AWS 'algorithm': '{algorithm}'."
    )))
}

fn parse_scope(credential: &str) -> Result<Scope, SignatureError> {
    let incomplete = || {
        SignatureError::Incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term".to_owned(),
        )
    };
    let parts: Vec<&str> = credential.split('/').collect();
    let [access_key_id, date, region, service, "aws4_request"] = parts[..] else {
        return Err(incomplete());
    };
    if access_key_id.is_empty() || access_key_id.len() > 128 || date.len() != 8 {
        return Err(incomplete());
    }
    Ok(Scope {
        access_key_id: access_key_id.to_owned(),
        date: date.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
    })
}

fn parse_signed_headers(list: &str) -> Vec<String> {
    list.split(';')
        .map(|name| name.trim().to_ascii_lowercase())
        .collect()
}

/// The path with dot segments resolved and every segment encoded once more, on top of the encoding
/// it came with: the rule of all services but S3.
fn canonical_path(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path
        .split('/')
        .filter(|segment| !segment.is_empty() && *segment != ".")
    {
        if segment == ".." {
            segments.pop();
        } else {
            segments.push(segment);
        }
    }
    let mut canonical = String::from("/");
    for (at, segment) in segments.iter().enumerate() {
        if at > 0 {
            canonical.push('/');
        }
        encode_into(&mut canonical, segment.as_bytes());
    }
    if canonical.len() > 1 && path.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query_pairs(query)
        .into_iter()
        .filter(|(name, _)| name != "X-Amz-Signature")
        .map(|(name, value)| {
            let (mut encoded_name, mut encoded_value) = (String::new(), String::new());
            encode_into(&mut encoded_name, name.as_bytes());
            encode_into(&mut encoded_value, value.as_bytes());
            (encoded_name, encoded_value)
        })
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// Names and values, decoded. A plus is a plus here: AWS clients send a space as `%20`.
fn query_pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// All values of a header, trimmed, inner runs of spaces made one, joined by commas.
fn canonical_header(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = headers.get_all(name).iter().peekable();
    values.peek()?;
    let values: Vec<String> = values
        .map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            text.split(' ')
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    Some(values.join(","))
}

fn encode_into(out: &mut String, bytes: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// Milliseconds since the epoch of `20261124T051530Z`.
fn parse_timestamp(text: &str) -> Option<i64> {
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Some(
        time.to_zoned(jiff::tz::TimeZone::UTC)
            .ok()?
            .timestamp()
            .as_millisecond(),
    )
}

/// `20261124T051530Z`.
pub fn format_timestamp(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms)
        .map(|time| time.strftime("%Y%m%dT%H%M%SZ").to_string())
        .unwrap_or_default()
}

/// A `Date` header (`Tue, 24 Nov 2026 05:15:30 GMT`, or already compact) in the compact form.
fn compact_date(text: &str) -> Option<String> {
    if parse_timestamp(text).is_some() {
        return Some(text.to_owned());
    }
    let time = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(format_timestamp(time.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests;
