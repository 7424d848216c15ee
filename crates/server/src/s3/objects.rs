//! Operations on objects.

use std::collections::BTreeMap;

use cairn_storage::{Blob, ByteRange, Home, ObjectHeaders, ObjectInfo, PutOptions, StoreError};
use http::StatusCode;
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result};

use super::convert::{
    ReadConditions, byte_range, checksum_algorithm, checksum_fields, checksum_request,
    checksum_type, etag, incoming, outgoing, parse_http_date, put_condition, set_checksums,
    tags_of_header, timestamp,
};
use super::error::{custom_error, s3_error};
use super::upload_bytes_max;
use crate::app::App;

/// What S3 says an object is when its uploader did not.
const DEFAULT_TYPE: &str = "binary/octet-stream";
/// Most bytes of user metadata.
const METADATA_BYTES_MAX: usize = 2_048;
/// Most keys in one request to delete many.
const DELETE_MAX: usize = 1_000;

/// Puts the headers that an object was stored with into an output of a read.
macro_rules! set_headers {
    ($output:expr, $headers:expr) => {{
        let headers = $headers;
        $output.expires = expires(&headers);
        $output.content_type = Some(headers.content_type.unwrap_or(DEFAULT_TYPE.to_owned()));
        $output.cache_control = headers.cache_control;
        $output.content_disposition = headers.content_disposition;
        $output.content_encoding = headers.content_encoding;
        $output.content_language = headers.content_language;
        $output.metadata = metadata(headers.metadata);
    }};
}

pub(super) async fn get_object(
    app: &App,
    request: S3Request<GetObjectInput>,
) -> S3Result<GetObjectOutput> {
    let input = request.input;
    check_version(input.version_id.as_deref())?;
    let (bucket, key) = (&input.bucket, &input.key);
    let conditions = ReadConditions {
        if_match: input.if_match,
        if_none_match: input.if_none_match,
        if_modified_since: input.if_modified_since,
        if_unmodified_since: input.if_unmodified_since,
    };
    if !conditions.are_none() {
        let info = app.stores.head(bucket, key).await.map_err(s3_error)?;
        conditions.check(&info)?;
    }
    let range = input.range.map(byte_range);
    let blob = open(app, bucket, key, range, input.part_number).await?;
    let is_whole = range.is_none() && input.part_number.is_none();
    let Blob { info, span, body } = blob;
    let mut output = GetObjectOutput {
        body: Some(outgoing(body)),
        content_length: Some((span.end - span.start) as i64),
        content_range: (!is_whole).then(|| content_range(&span, info.size)),
        accept_ranges: Some("bytes".to_owned()),
        e_tag: Some(etag(&info.etag)),
        last_modified: Some(timestamp(info.modified_at_ms)),
        parts_count: input
            .part_number
            .and(info.part_count)
            .map(|count| count as i32),
        tag_count: tag_count(&info),
        ..GetObjectOutput::default()
    };
    if is_whole && input.checksum_mode.is_some() {
        set_checksums!(output, info.checksums);
        output.checksum_type = checksum_type(&info.checksums);
    }
    set_headers!(output, info.headers);
    Ok(output)
}

pub(super) async fn head_object(
    app: &App,
    request: S3Request<HeadObjectInput>,
) -> S3Result<HeadObjectOutput> {
    let input = request.input;
    check_version(input.version_id.as_deref())?;
    let info = app
        .stores
        .head(&input.bucket, &input.key)
        .await
        .map_err(s3_error)?;
    let conditions = ReadConditions {
        if_match: input.if_match,
        if_none_match: input.if_none_match,
        if_modified_since: input.if_modified_since,
        if_unmodified_since: input.if_unmodified_since,
    };
    conditions.check(&info)?;
    let span = match (input.range.map(byte_range), input.part_number) {
        (None, None) => None,
        (Some(range), _) => Some(range.within(info.size).ok_or_else(|| {
            s3_error(StoreError::InvalidRange {
                bucket: input.bucket.clone(),
                key: input.key.clone(),
                size: info.size,
            })
        })?),
        (None, Some(number)) => {
            let blob = open(app, &input.bucket, &input.key, None, Some(number)).await?;
            Some(blob.span)
        }
    };
    let is_whole = span.is_none();
    let served = span.clone().unwrap_or(0..info.size);
    let mut output = HeadObjectOutput {
        content_length: Some((served.end - served.start) as i64),
        content_range: span.map(|span| content_range(&span, info.size)),
        accept_ranges: Some("bytes".to_owned()),
        e_tag: Some(etag(&info.etag)),
        last_modified: Some(timestamp(info.modified_at_ms)),
        parts_count: input
            .part_number
            .and(info.part_count)
            .map(|count| count as i32),
        ..HeadObjectOutput::default()
    };
    if is_whole && input.checksum_mode.is_some() {
        set_checksums!(output, info.checksums);
        output.checksum_type = checksum_type(&info.checksums);
    }
    set_headers!(output, info.headers);
    Ok(output)
}

/// The object, a range of it, or the part it was uploaded in.
async fn open(
    app: &App,
    bucket: &str,
    key: &str,
    range: Option<ByteRange>,
    part_number: Option<i32>,
) -> S3Result<Blob> {
    let Some(number) = part_number else {
        return app.stores.get(bucket, key, range).await.map_err(s3_error);
    };
    if range.is_some() {
        return Err(S3Error::with_message(
            S3ErrorCode::InvalidRequest,
            "Cannot specify both Range header and partNumber query parameter",
        ));
    }
    let number = u32::try_from(number).unwrap_or_default();
    let blob = match app.stores.home(bucket).await.map_err(s3_error)? {
        Home::Embedded(embedded) => embedded.get_part(bucket, key, number).await,
        _ if number == 1 => app.stores.get(bucket, key, None).await,
        _ => {
            return Err(S3Error::with_message(
                S3ErrorCode::NotImplemented,
                format!("bucket `{bucket}` does not know the parts of its objects"),
            ));
        }
    };
    blob.map_err(|error| match error {
        StoreError::InvalidPart { .. } => custom_error(
            "InvalidPartNumber",
            StatusCode::RANGE_NOT_SATISFIABLE,
            "The requested partnumber is not satisfiable",
        ),
        error => s3_error(error),
    })
}

fn content_range(span: &std::ops::Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", span.start, span.end.saturating_sub(1))
}

fn metadata(metadata: BTreeMap<String, String>) -> Option<Metadata> {
    (!metadata.is_empty()).then(|| metadata.into_iter().collect())
}

fn expires(headers: &ObjectHeaders) -> Option<Timestamp> {
    parse_http_date(headers.expires.as_deref()?)
}

fn tag_count(info: &ObjectInfo) -> Option<i32> {
    let count = info.headers.tags.len() as i32;
    (count > 0).then_some(count)
}

/// There is one version of everything, which S3 calls null.
pub(super) fn check_version(version_id: Option<&str>) -> S3Result<()> {
    match version_id {
        None | Some("" | "null") => Ok(()),
        Some(_) => Err(S3Error::with_message(
            S3ErrorCode::NoSuchVersion,
            "The specified version does not exist.",
        )),
    }
}

/// The headers to keep, from the members of an input that carries them.
macro_rules! kept_headers {
    ($input:expr) => {
        $crate::s3::objects::headers_to_keep(
            ObjectHeaders {
                content_type: $input.content_type.take(),
                cache_control: $input.cache_control.take(),
                content_disposition: $input.content_disposition.take(),
                content_encoding: $input.content_encoding.take(),
                content_language: $input.content_language.take(),
                expires: $input
                    .expires
                    .take()
                    .and_then(|time| $crate::s3::convert::http_date(&time)),
                metadata: $input
                    .metadata
                    .take()
                    .unwrap_or_default()
                    .into_iter()
                    .collect(),
                tags: Default::default(),
            },
            $input.tagging.as_deref(),
        )
    };
}
pub(super) use kept_headers;

/// Checks headers before they are kept.
pub(super) fn headers_to_keep(
    mut headers: ObjectHeaders,
    tagging: Option<&str>,
) -> S3Result<ObjectHeaders> {
    let size: usize = headers
        .metadata
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if size > METADATA_BYTES_MAX {
        return Err(S3Error::with_message(
            S3ErrorCode::MetadataTooLarge,
            "Your metadata headers exceed the maximum allowed metadata size",
        ));
    }
    // How the body travelled, not what it is.
    if let Some(encoding) = headers.content_encoding.take() {
        let kept: Vec<&str> = encoding
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty() && !word.eq_ignore_ascii_case("aws-chunked"))
            .collect();
        headers.content_encoding = (!kept.is_empty()).then(|| kept.join(","));
    }
    headers.tags = tags_of_header(tagging)?;
    Ok(headers)
}

pub(super) async fn put_object(
    app: &App,
    request: S3Request<PutObjectInput>,
) -> S3Result<PutObjectOutput> {
    let mut input = request.input;
    if input.write_offset_bytes.is_some() {
        return Err(S3Error::with_message(
            S3ErrorCode::NotImplemented,
            "Appending to objects is not implemented",
        ));
    }
    let algorithm = checksum_algorithm(input.checksum_algorithm.as_ref())?;
    let options = PutOptions {
        headers: kept_headers!(input)?,
        condition: put_condition(input.if_match.take(), input.if_none_match.take())?,
        size: input
            .content_length
            .and_then(|size| u64::try_from(size).ok()),
        bytes_max: Some(upload_bytes_max(app)),
        checksums: checksum_request(
            checksum_fields!(input),
            algorithm,
            input.content_md5.take(),
            request.trailing_headers,
        ),
    };
    let body = incoming(input.body.take());
    let info = app
        .stores
        .put(&input.bucket, &input.key, body, options)
        .await
        .map_err(s3_error)?;
    let mut output = PutObjectOutput {
        e_tag: Some(etag(&info.etag)),
        ..PutObjectOutput::default()
    };
    set_checksums!(output, info.checksums);
    output.checksum_type = checksum_type(&info.checksums);
    Ok(output)
}

/// Bucket and key of the source of a copy.
pub(super) fn copy_source(source: &CopySource) -> S3Result<(&str, &str)> {
    match source {
        CopySource::Bucket {
            bucket,
            key,
            version_id,
        } => {
            check_version(version_id.as_deref())?;
            Ok((bucket, key))
        }
        _ => Err(S3Error::with_message(
            S3ErrorCode::NotImplemented,
            "Copying from access points is not implemented",
        )),
    }
}

pub(super) async fn copy_object(
    app: &App,
    request: S3Request<CopyObjectInput>,
) -> S3Result<CopyObjectOutput> {
    let mut input = request.input;
    let source = input.copy_source.clone();
    let from = copy_source(&source)?;
    let to = (input.bucket.as_str(), input.key.as_str());
    let replaces = |directive: Option<&str>| directive == Some(MetadataDirective::REPLACE);
    let replaces_headers = replaces(
        input
            .metadata_directive
            .as_ref()
            .map(MetadataDirective::as_str),
    );
    let replaces_tags = replaces(
        input
            .tagging_directive
            .as_ref()
            .map(TaggingDirective::as_str),
    );
    if from == to && !replaces_headers && !replaces_tags {
        return Err(S3Error::with_message(
            S3ErrorCode::InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        ));
    }
    let info = app.stores.head(from.0, from.1).await.map_err(s3_error)?;
    let conditions = ReadConditions {
        if_match: input.copy_source_if_match.take(),
        if_none_match: input.copy_source_if_none_match.take(),
        if_modified_since: input.copy_source_if_modified_since.take(),
        if_unmodified_since: input.copy_source_if_unmodified_since.take(),
    };
    check_source(&conditions, &info)?;
    let given = kept_headers!(input)?;
    let mut headers = match replaces_headers {
        true => given.clone(),
        false => info.headers.clone(),
    };
    headers.tags = match replaces_tags {
        true => given.tags,
        false => info.headers.tags.clone(),
    };
    let changes = (replaces_headers || replaces_tags).then_some(headers);
    let copied = app
        .stores
        .copy_with(from, to, changes, Default::default(), Some(&info.version))
        .await
        .map_err(s3_error)?;
    let mut result = CopyObjectResult {
        e_tag: Some(etag(&copied.etag)),
        last_modified: Some(timestamp(copied.modified_at_ms)),
        ..CopyObjectResult::default()
    };
    set_checksums!(result, copied.checksums);
    result.checksum_type = checksum_type(&copied.checksums);
    Ok(CopyObjectOutput {
        copy_object_result: Some(result),
        ..CopyObjectOutput::default()
    })
}

/// Conditions on the source of a copy fail with one answer, never with that nothing changed.
pub(super) fn check_source(conditions: &ReadConditions, info: &ObjectInfo) -> S3Result<()> {
    conditions.check(info).map_err(|_| {
        S3Error::with_message(S3ErrorCode::PreconditionFailed, super::convert::CONDITION)
    })
}

pub(super) async fn delete_object(
    app: &App,
    request: S3Request<DeleteObjectInput>,
) -> S3Result<DeleteObjectOutput> {
    let input = request.input;
    check_version(input.version_id.as_deref())?;
    if input.if_match.is_some() {
        return Err(S3Error::with_message(
            S3ErrorCode::NotImplemented,
            "Conditional deletes are not implemented",
        ));
    }
    app.stores
        .delete(&input.bucket, &input.key)
        .await
        .map_err(s3_error)?;
    Ok(DeleteObjectOutput::default())
}

pub(super) async fn delete_objects(
    app: &App,
    request: S3Request<DeleteObjectsInput>,
) -> S3Result<DeleteObjectsOutput> {
    let DeleteObjectsInput { bucket, delete, .. } = request.input;
    if delete.objects.is_empty() || delete.objects.len() > DELETE_MAX {
        return Err(S3Error::new(S3ErrorCode::MalformedXML));
    }
    let keys: Vec<String> = delete
        .objects
        .into_iter()
        .map(|object| object.key)
        .collect();
    let mut errors = Vec::new();
    let mut deleted = Vec::new();
    match app.stores.home(&bucket).await.map_err(s3_error)? {
        Home::Embedded(embedded) => {
            let done = embedded.delete_many(&bucket, keys.clone()).await;
            done.map_err(s3_error)?;
            deleted = keys;
        }
        _ => {
            for key in keys {
                match app.stores.delete(&bucket, &key).await {
                    Ok(()) => deleted.push(key),
                    Err(error) => errors.push((key, s3_error(error))),
                }
            }
        }
    }
    let is_quiet = delete.quiet.unwrap_or_default();
    let deleted = deleted.into_iter().map(|key| DeletedObject {
        key: Some(key),
        ..DeletedObject::default()
    });
    let errors = errors.into_iter().map(|(key, error)| Error {
        key: Some(key),
        code: Some(error.code().as_str().to_owned()),
        message: error.message().map(str::to_owned),
        version_id: None,
    });
    Ok(DeleteObjectsOutput {
        deleted: (!is_quiet).then(|| deleted.collect()),
        errors: Some(errors.collect()),
        request_charged: None,
    })
}
