//! Between our words and those of S3's headers and listings.

use std::ops::Range;

use http::HeaderMap;
use percent_encoding::percent_decode_str;
use rusty_s3::actions::ListObjectsV2Response;

use crate::object::{ByteRange, ListPage, ObjectHeaders, ObjectInfo};

const METADATA_PREFIX: &str = "x-amz-meta-";

/// A range as the `Range` header carries it.
pub(super) fn range_header(range: ByteRange) -> String {
    match range {
        ByteRange::From { first, last: None } => format!("bytes={first}-"),
        ByteRange::From {
            first,
            last: Some(last),
        } => format!("bytes={first}-{last}"),
        ByteRange::Last(count) => format!("bytes=-{count}"),
    }
}

/// Which bytes an answer carries, and the size of the whole object.
pub(super) fn served_span(headers: &HeaderMap) -> Option<(Range<u64>, u64)> {
    let Some(range) = text(headers, "content-range") else {
        let size = text(headers, "content-length")?.parse().ok()?;
        return Some((0..size, size));
    };
    let (span, size) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = span.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    Some((first..last.checked_add(1)?, size.parse().ok()?))
}

/// The headers that are kept with an object.
pub(super) fn put_headers(headers: &ObjectHeaders) -> Vec<(String, String)> {
    let known = [
        ("content-type", &headers.content_type),
        ("cache-control", &headers.cache_control),
        ("content-disposition", &headers.content_disposition),
        ("content-encoding", &headers.content_encoding),
        ("content-language", &headers.content_language),
        ("expires", &headers.expires),
    ];
    let known = known
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
    let metadata = headers
        .metadata
        .iter()
        .map(|(name, value)| (format!("{METADATA_PREFIX}{name}"), value.clone()));
    known.chain(metadata).collect()
}

/// What the headers of an answer say of an object.
pub(super) fn info_from_headers(key: &str, size: u64, headers: &HeaderMap) -> ObjectInfo {
    let owned = |name: &str| text(headers, name).map(str::to_owned);
    let metadata = headers.iter().filter_map(|(name, value)| {
        let name = name.as_str().strip_prefix(METADATA_PREFIX)?;
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        Some((name.to_owned(), value))
    });
    let etag = etag(headers).unwrap_or_default();
    let modified_at_ms = text(headers, "last-modified")
        .and_then(|text| jiff::fmt::rfc2822::parse(text).ok())
        .map_or(0, |time| time.timestamp().as_millisecond());
    ObjectInfo {
        key: key.to_owned(),
        size,
        version: etag.clone(),
        part_count: etag
            .rsplit_once('-')
            .and_then(|(_, count)| count.parse().ok()),
        etag,
        modified_at_ms,
        headers: ObjectHeaders {
            content_type: owned("content-type"),
            cache_control: owned("cache-control"),
            content_disposition: owned("content-disposition"),
            content_encoding: owned("content-encoding"),
            content_language: owned("content-language"),
            expires: owned("expires"),
            metadata: metadata.collect(),
            tags: Default::default(),
        },
        checksums: Default::default(),
    }
}

/// The etag of an answer, without quotes.
pub(super) fn etag(headers: &HeaderMap) -> Option<String> {
    text(headers, "etag").map(|etag| etag.trim_matches('"').to_owned())
}

/// A page of a listing whose names are URL-encoded, as a plain one.
pub(super) fn describe_listing(parsed: ListObjectsV2Response) -> Result<ListPage, String> {
    let mut page = ListPage {
        next: parsed.next_continuation_token,
        ..ListPage::default()
    };
    for listed in parsed.contents {
        let etag = listed.etag.trim_matches('"').to_owned();
        let modified_at: jiff::Timestamp = listed
            .last_modified
            .parse()
            .map_err(|error| format!("`{}` is no time: {error}", listed.last_modified))?;
        page.objects.push(ObjectInfo {
            key: decode(&listed.key)?,
            size: listed.size,
            version: etag.clone(),
            etag,
            modified_at_ms: modified_at.as_millisecond(),
            headers: ObjectHeaders::default(),
            checksums: Default::default(),
            part_count: None,
        });
    }
    for prefix in parsed.common_prefixes {
        page.prefixes.push(decode(&prefix.prefix)?);
    }
    Ok(page)
}

/// A name of a listing asked for with `encoding-type=url`, where a space is a plus.
fn decode(text: &str) -> Result<String, String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced)
        .decode_utf8()
        .map(|text| text.into_owned())
        .map_err(|error| format!("`{text}` is no key: {error}"))
}

/// The text of the first element of this name, for answers of a few elements.
pub(super) fn tag(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    let text = text
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    Some(text.trim_matches('"').to_owned())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
