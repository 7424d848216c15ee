//! What is said of stored objects, the same for every store.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};

use crate::checksum::{ChecksumRequest, Checksums};
use crate::error::{StoreError, StoreResult};

/// The bytes of an object, in pieces.
pub type ByteStream = BoxStream<'static, StoreResult<Bytes>>;

/// A stream of the given bytes.
pub fn bytes_stream(bytes: Bytes) -> ByteStream {
    if bytes.is_empty() {
        return futures::stream::empty().boxed();
    }
    futures::stream::once(async move { Ok(bytes) }).boxed()
}

/// Headers that are kept with an object and served again with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObjectHeaders {
    /// `Content-Type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `Cache-Control`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// `Content-Disposition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    /// `Expires`, as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// User metadata, without the `x-amz-meta-` prefix, names in lower case.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// Tags. A remote store is not asked for them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl ObjectHeaders {
    /// Headers with a content type only.
    pub fn of_type(content_type: &str) -> ObjectHeaders {
        ObjectHeaders {
            content_type: Some(content_type.to_owned()),
            ..ObjectHeaders::default()
        }
    }
}

/// What is known of an object without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Key within its bucket.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Entity tag, without quotes: the MD5 in hexadecimal, `…-N` after a multipart upload, and
    /// something else where the store says so.
    pub etag: String,
    /// Opaque name of exactly this content, for [`crate::Stores::get_version`].
    pub version: String,
    /// Time of the last change, milliseconds since the epoch.
    pub modified_at_ms: i64,
    /// Kept headers; empty in listings.
    pub headers: ObjectHeaders,
    /// Kept checksums; empty in listings.
    pub checksums: Checksums,
    /// Number of parts it was uploaded in; none for a plain put.
    pub part_count: Option<u32>,
}

/// An object being read.
pub struct Blob {
    /// What it is.
    pub info: ObjectInfo,
    /// Which of its bytes follow.
    pub span: Range<u64>,
    /// The bytes. Those that come before an error are good.
    pub body: ByteStream,
}

impl fmt::Debug for Blob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Blob { info, span, .. } = self;
        write!(formatter, "Blob({info:?}, {span:?})")
    }
}

impl Blob {
    /// All bytes, as long as there are no more than `bytes_max`.
    pub async fn collect(mut self, bucket: &str, bytes_max: u64) -> StoreResult<Bytes> {
        let length = self.span.end - self.span.start;
        let too_large = || StoreError::TooLarge {
            bucket: bucket.to_owned(),
            key: self.info.key.clone(),
            bytes_max,
        };
        if length > bytes_max {
            return Err(too_large());
        }
        let mut first = None;
        let mut all = Vec::new();
        while let Some(bytes) = self.body.next().await {
            let bytes = bytes?;
            if all.is_empty() && first.is_none() {
                // Most small objects come in one piece, which then needs no copy.
                first = Some(bytes);
                continue;
            }
            if let Some(first) = first.take() {
                all.reserve(length as usize);
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&bytes);
        }
        let bytes = first.unwrap_or_else(|| Bytes::from(all));
        if bytes.len() as u64 == length {
            Ok(bytes)
        } else {
            Err(StoreError::IncompleteBody {
                bucket: bucket.to_owned(),
                key: self.info.key.clone(),
                announced: length,
                received: bytes.len() as u64,
            })
        }
    }
}

/// Which bytes of an object are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// From the first on, to the last if one is given; both count from zero and are included.
    From {
        /// First byte.
        first: u64,
        /// Last byte, if not the object's.
        last: Option<u64>,
    },
    /// This many from the end.
    Last(u64),
}

impl ByteRange {
    /// The bytes meant in an object of `size`; none when there are none.
    pub fn within(self, size: u64) -> Option<Range<u64>> {
        match self {
            ByteRange::From { first, last } => {
                let end = last.map_or(size, |last| last.saturating_add(1).min(size));
                (first < size && first < end).then_some(first..end)
            }
            ByteRange::Last(count) => {
                let count = count.min(size);
                (count > 0).then(|| size - count..size)
            }
        }
    }
}

/// The bytes that `range` means in an object of `size`: all of them when there is no range.
pub(crate) fn span_of(
    bucket: &str,
    key: &str,
    size: u64,
    range: Option<ByteRange>,
) -> StoreResult<Range<u64>> {
    let Some(range) = range else {
        return Ok(0..size);
    };
    range.within(size).ok_or_else(|| StoreError::InvalidRange {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        size,
    })
}

/// What must hold for a put to take place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PutCondition {
    /// Nothing.
    #[default]
    Always,
    /// No object has the key.
    Absent,
    /// The object under the key has this etag.
    Etag(String),
}

impl PutCondition {
    /// Whether it holds for the object that is there, named by its etag.
    pub(crate) fn holds(&self, etag: Option<&str>) -> bool {
        match self {
            PutCondition::Always => true,
            PutCondition::Absent => etag.is_none(),
            PutCondition::Etag(wanted) => etag == Some(wanted),
        }
    }

    /// As a request header reads.
    pub(crate) fn describe(&self) -> String {
        match self {
            PutCondition::Always => String::new(),
            PutCondition::Absent => "if-none-match: *".to_owned(),
            PutCondition::Etag(etag) => format!("if-match: \"{etag}\""),
        }
    }
}

/// How an object is to be stored.
#[derive(Debug, Default)]
pub struct PutOptions {
    /// Headers to keep.
    pub headers: ObjectHeaders,
    /// What must hold.
    pub condition: PutCondition,
    /// Bytes announced; more or fewer fail the put.
    pub size: Option<u64>,
    /// Most bytes taken.
    pub bytes_max: Option<u64>,
    /// Checksums to compute, keep and check.
    pub checksums: ChecksumRequest,
}

/// One of many small objects stored at once.
#[derive(Clone, Debug)]
pub struct SmallPut {
    /// Bucket.
    pub bucket: String,
    /// Key.
    pub key: String,
    /// Content.
    pub body: Bytes,
    /// `Content-Type`.
    pub content_type: String,
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    /// Only keys that begin so.
    pub prefix: String,
    /// Keys that hold this after the prefix are rolled up into one common prefix.
    pub delimiter: Option<String>,
    /// Only keys after this one.
    pub start_after: Option<String>,
    /// [`ListPage::next`] of the page before; then `start_after` is not looked at.
    pub continuation: Option<String>,
    /// Most objects and prefixes; 0 stands for 1,000, which is also the most.
    pub limit: usize,
}

impl ListQuery {
    /// Everything below a prefix.
    pub fn prefix(prefix: &str) -> ListQuery {
        ListQuery {
            prefix: prefix.to_owned(),
            ..ListQuery::default()
        }
    }

    pub(crate) fn limit(&self) -> usize {
        match self.limit {
            0 => LIST_MAX,
            limit => limit.min(LIST_MAX),
        }
    }
}

/// Most entries on one page of a listing.
pub const LIST_MAX: usize = 1_000;

/// One page of a listing, in the order of the keys' bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListPage {
    /// Objects.
    pub objects: Vec<ObjectInfo>,
    /// Common prefixes.
    pub prefixes: Vec<String>,
    /// Goes into [`ListQuery::continuation`] for the next page; none on the last.
    pub next: Option<String>,
}

/// A bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketInfo {
    /// Name.
    pub name: String,
    /// When it was made, milliseconds since the epoch.
    pub created_at_ms: i64,
    /// Whether it can only be read.
    pub is_read_only: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_object() {
        let from = |first, last| ByteRange::From { first, last };
        assert_eq!(from(2, Some(4)).within(10), Some(2..5));
        assert_eq!(from(2, Some(40)).within(10), Some(2..10));
        assert_eq!(from(9, None).within(10), Some(9..10));
        assert_eq!(from(10, None).within(10), None);
        assert_eq!(from(3, Some(2)).within(10), None);
        assert_eq!(from(0, Some(u64::MAX)).within(10), Some(0..10));
        assert_eq!(ByteRange::Last(3).within(10), Some(7..10));
        assert_eq!(ByteRange::Last(30).within(10), Some(0..10));
        assert_eq!(ByteRange::Last(0).within(10), None);
        assert_eq!(ByteRange::Last(3).within(0), None);
    }
}
