//! Between our words and those of S3.

use std::time::{Duration, UNIX_EPOCH};

use cairn_storage::{
    ByteRange, ChecksumAlgorithm, ChecksumKind, ChecksumRequest, Checksums, ObjectInfo,
    PutCondition,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use s3s::dto::{self, ETag, ETagCondition, Range, StreamingBlob, Timestamp, TimestampFormat};
use s3s::{S3Error, S3ErrorCode, S3Result, TrailingHeaders};

use super::error::custom_error;

/// What is left as it is in a listing asked for with `encoding-type=url`.
const LISTED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// A name in a listing, encoded where that was asked for.
pub(super) fn listed(name: &str, encoding: Option<&dto::EncodingType>) -> String {
    match encoding {
        Some(_) => utf8_percent_encode(name, LISTED).to_string(),
        None => name.to_owned(),
    }
}

pub(super) fn timestamp(at_ms: i64) -> Timestamp {
    let after = Duration::from_millis(at_ms.max(0).unsigned_abs());
    Timestamp::from(UNIX_EPOCH + after)
}

/// A time as an HTTP header carries it.
pub(super) fn http_date(time: &Timestamp) -> Option<String> {
    let mut text = Vec::new();
    time.format(TimestampFormat::HttpDate, &mut text).ok()?;
    String::from_utf8(text).ok()
}

/// The time of such a header; none for what is not one.
pub(super) fn parse_http_date(text: &str) -> Option<Timestamp> {
    Timestamp::parse(TimestampFormat::HttpDate, text).ok()
}

pub(super) fn etag(value: &str) -> ETag {
    ETag::Strong(value.to_owned())
}

pub(super) fn byte_range(range: Range) -> ByteRange {
    match range {
        Range::Int { first, last } => ByteRange::From { first, last },
        Range::Suffix { length } => ByteRange::Last(length),
    }
}

/// `bytes=first-last`, as `x-amz-copy-source-range` has it.
pub(super) fn copy_range(text: &str) -> S3Result<ByteRange> {
    let invalid = |_| {
        S3Error::with_message(
            S3ErrorCode::InvalidArgument,
            "The x-amz-copy-source-range value must be of the form bytes=first-last",
        )
    };
    Range::parse(text).map(byte_range).map_err(invalid)
}

/// A request's conditions on the object it reads.
#[derive(Default)]
pub(super) struct ReadConditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
    pub(super) if_modified_since: Option<Timestamp>,
    pub(super) if_unmodified_since: Option<Timestamp>,
}

impl ReadConditions {
    pub(super) fn are_none(&self) -> bool {
        self.if_match.is_none()
            && self.if_none_match.is_none()
            && self.if_modified_since.is_none()
            && self.if_unmodified_since.is_none()
    }

    /// Refuses as HTTP says: an etag, where there is one, decides over a time.
    pub(super) fn check(&self, info: &ObjectInfo) -> S3Result<()> {
        let matches = |condition: &ETagCondition| match condition {
            ETagCondition::Any => true,
            ETagCondition::ETag(wanted) => wanted.value() == info.etag,
        };
        // Times in headers have seconds.
        let modified = timestamp(info.modified_at_ms / 1_000 * 1_000);
        let failed = || S3Error::with_message(S3ErrorCode::PreconditionFailed, CONDITION);
        match (&self.if_match, &self.if_unmodified_since) {
            (Some(condition), _) if !matches(condition) => return Err(failed()),
            (None, Some(time)) if modified > *time => return Err(failed()),
            _ => {}
        }
        let is_unmodified = match (&self.if_none_match, &self.if_modified_since) {
            (Some(condition), _) => matches(condition),
            (None, Some(time)) => modified <= *time,
            (None, None) => false,
        };
        if !is_unmodified {
            return Ok(());
        }
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_str(&format!("\"{}\"", info.etag)) {
            headers.insert(header::ETAG, value);
        }
        let mut unmodified = S3Error::new(S3ErrorCode::NotModified);
        unmodified.set_headers(headers);
        Err(unmodified)
    }
}

/// What S3 says of a condition that does not hold.
pub(super) const CONDITION: &str = "At least one of the pre-conditions you specified did not hold";

/// A request's condition on the object it replaces.
pub(super) fn put_condition(
    if_match: Option<ETagCondition>,
    if_none_match: Option<ETagCondition>,
) -> S3Result<PutCondition> {
    match (if_match, if_none_match) {
        (None, None) => Ok(PutCondition::Always),
        (None, Some(ETagCondition::Any)) => Ok(PutCondition::Absent),
        (Some(ETagCondition::ETag(etag)), None) => Ok(PutCondition::Etag(etag.into_value())),
        _ => Err(S3Error::with_message(
            S3ErrorCode::NotImplemented,
            "Only If-None-Match: * and If-Match with one etag are implemented for writes",
        )),
    }
}

/// Checksums as s3s has them, for inputs, outputs and listings alike.
macro_rules! checksum_fields {
    ($from:expr) => {
        [
            (
                cairn_storage::ChecksumAlgorithm::Crc32,
                $from.checksum_crc32.clone(),
            ),
            (
                cairn_storage::ChecksumAlgorithm::Crc32c,
                $from.checksum_crc32c.clone(),
            ),
            (
                cairn_storage::ChecksumAlgorithm::Crc64nvme,
                $from.checksum_crc64nvme.clone(),
            ),
            (
                cairn_storage::ChecksumAlgorithm::Sha1,
                $from.checksum_sha1.clone(),
            ),
            (
                cairn_storage::ChecksumAlgorithm::Sha256,
                $from.checksum_sha256.clone(),
            ),
        ]
        .into_iter()
        .filter_map(|(algorithm, value)| Some((algorithm, value?)))
        .collect::<Vec<_>>()
    };
}
pub(super) use checksum_fields;

/// Sets the checksum members of an output.
macro_rules! set_checksums {
    ($output:expr, $checksums:expr) => {{
        let values = &$checksums.values;
        let value = |algorithm| values.get(&algorithm).cloned();
        $output.checksum_crc32 = value(cairn_storage::ChecksumAlgorithm::Crc32);
        $output.checksum_crc32c = value(cairn_storage::ChecksumAlgorithm::Crc32c);
        $output.checksum_crc64nvme = value(cairn_storage::ChecksumAlgorithm::Crc64nvme);
        $output.checksum_sha1 = value(cairn_storage::ChecksumAlgorithm::Sha1);
        $output.checksum_sha256 = value(cairn_storage::ChecksumAlgorithm::Sha256);
    }};
}
pub(super) use set_checksums;

/// The name of what a checksum is made of.
pub(super) fn checksum_type(checksums: &Checksums) -> Option<dto::ChecksumType> {
    checksums.kind.map(checksum_kind)
}

pub(super) fn checksum_kind(kind: ChecksumKind) -> dto::ChecksumType {
    dto::ChecksumType::from_static(match kind {
        ChecksumKind::Composite => dto::ChecksumType::COMPOSITE,
        ChecksumKind::FullObject => dto::ChecksumType::FULL_OBJECT,
    })
}

pub(super) fn checksum_algorithm(
    name: Option<&dto::ChecksumAlgorithm>,
) -> S3Result<Option<ChecksumAlgorithm>> {
    let Some(name) = name else {
        return Ok(None);
    };
    match ChecksumAlgorithm::from_name(name.as_str()) {
        Some(algorithm) => Ok(Some(algorithm)),
        None => Err(S3Error::with_message(
            S3ErrorCode::InvalidRequest,
            "Checksum algorithm provided is unsupported.",
        )),
    }
}

/// What a body must come to: values sent before it and, in chunked bodies, after it.
pub(super) fn checksum_request(
    expected: Vec<(ChecksumAlgorithm, String)>,
    algorithm: Option<ChecksumAlgorithm>,
    md5: Option<String>,
    trailers: Option<TrailingHeaders>,
) -> ChecksumRequest {
    let read = |trailers: TrailingHeaders| -> cairn_storage::Trailers {
        Box::new(move || {
            let headers = trailers.take().unwrap_or_default();
            let value = |algorithm: ChecksumAlgorithm| {
                let name = format!("x-amz-checksum-{}", algorithm.name().to_ascii_lowercase());
                let value = headers.get(name)?.to_str().ok()?;
                Some((algorithm, value.to_owned()))
            };
            ChecksumAlgorithm::ALL
                .into_iter()
                .filter_map(value)
                .collect()
        })
    };
    ChecksumRequest {
        algorithms: algorithm.into_iter().collect(),
        expected,
        md5,
        trailers: trailers.map(read),
    }
}

/// A body for s3s, which wants to know that it may be shared between threads.
pub(super) fn outgoing(body: cairn_storage::ByteStream) -> StreamingBlob {
    let body = axum::body::Body::from_stream(body);
    StreamingBlob::from(s3s::Body::http_body_unsync(body))
}

/// A body from s3s.
pub(super) fn incoming(body: Option<StreamingBlob>) -> cairn_storage::ByteStream {
    use futures::StreamExt;
    match body {
        Some(body) => body
            .map(|bytes| bytes.map_err(cairn_storage::StoreError::Source))
            .boxed(),
        None => futures::stream::empty().boxed(),
    }
}

/// Tags of an `x-amz-tagging` header, which is written like a query.
pub(super) fn tags_of_header(
    header: Option<&str>,
) -> S3Result<std::collections::BTreeMap<String, String>> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced)
            .decode_utf8()
            .map(|text| text.into_owned())
    };
    let pairs = header
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty());
    let tags: Result<_, _> = pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect();
    let tags = tags.map_err(|_: std::str::Utf8Error| invalid_tag("a tag is not UTF-8"))?;
    check_tags(tags)
}

/// Refuses more or longer tags than S3 takes.
pub(super) fn check_tags(
    tags: std::collections::BTreeMap<String, String>,
) -> S3Result<std::collections::BTreeMap<String, String>> {
    if tags.len() > 10 {
        return Err(custom_error(
            "BadRequest",
            StatusCode::BAD_REQUEST,
            "Object tags cannot be greater than 10",
        ));
    }
    for (name, value) in &tags {
        if name.is_empty() || name.chars().count() > 128 {
            return Err(invalid_tag("The TagKey you have provided is invalid"));
        }
        if value.chars().count() > 256 {
            return Err(invalid_tag("The TagValue you have provided is invalid"));
        }
    }
    Ok(tags)
}

fn invalid_tag(message: &'static str) -> S3Error {
    S3Error::with_message(S3ErrorCode::InvalidTag, message)
}
