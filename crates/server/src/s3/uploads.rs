//! Multipart uploads. Buckets in a remote store have them at that store.

use cairn_storage::{ChecksumKind, CompletedPart as ListedPart, ObjectHeaders, PutOptions};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result};

use super::buckets::{embedded, owner};
use super::convert::{
    ReadConditions, checksum_algorithm, checksum_fields, checksum_kind, checksum_request,
    checksum_type, copy_range, etag, incoming, listed, put_condition, set_checksums, timestamp,
};
use super::error::s3_error;
use super::objects::{check_source, copy_source, kept_headers};
use super::upload_bytes_max;
use crate::app::App;

/// Most bytes of an object that is put together.
const OBJECT_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024 * 1024;

pub(super) async fn create_multipart_upload(
    app: &App,
    request: S3Request<CreateMultipartUploadInput>,
) -> S3Result<CreateMultipartUploadOutput> {
    let mut input = request.input;
    let algorithm = checksum_algorithm(input.checksum_algorithm.as_ref())?;
    let kind = match input.checksum_type.as_ref().map(ChecksumType::as_str) {
        Some(ChecksumType::FULL_OBJECT) => Some(ChecksumKind::FullObject),
        Some(ChecksumType::COMPOSITE) => Some(ChecksumKind::Composite),
        _ => None,
    };
    let checksum = algorithm.map(|algorithm| (algorithm, kind.unwrap_or(algorithm.default_kind())));
    let headers = kept_headers!(input)?;
    let store = embedded(app, &input.bucket).await?;
    let upload_id = store
        .begin_upload(&input.bucket, &input.key, headers, checksum)
        .await
        .map_err(s3_error)?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(upload_id),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: checksum.map(|(_, kind)| checksum_kind(kind)),
        ..CreateMultipartUploadOutput::default()
    })
}

fn part_number(number: i32) -> S3Result<u32> {
    u32::try_from(number)
        .ok()
        .filter(|number| (1..=cairn_storage::PARTS_MAX).contains(number))
        .ok_or_else(|| {
            S3Error::with_message(
                S3ErrorCode::InvalidArgument,
                "Part number must be an integer between 1 and 10000, inclusive",
            )
        })
}

pub(super) async fn upload_part(
    app: &App,
    request: S3Request<UploadPartInput>,
) -> S3Result<UploadPartOutput> {
    let mut input = request.input;
    let algorithm = checksum_algorithm(input.checksum_algorithm.as_ref())?;
    let options = PutOptions {
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
        ..PutOptions::default()
    };
    let number = part_number(input.part_number)?;
    let body = incoming(input.body.take());
    let store = embedded(app, &input.bucket).await?;
    let part = store
        .put_part(
            &input.bucket,
            &input.key,
            &input.upload_id,
            number,
            body,
            options,
        )
        .await
        .map_err(s3_error)?;
    let mut output = UploadPartOutput {
        e_tag: Some(etag(&part.etag)),
        ..UploadPartOutput::default()
    };
    set_checksums!(output, part.checksums);
    Ok(output)
}

pub(super) async fn upload_part_copy(
    app: &App,
    request: S3Request<UploadPartCopyInput>,
) -> S3Result<UploadPartCopyOutput> {
    let mut input = request.input;
    let from = copy_source(&input.copy_source)?;
    let number = part_number(input.part_number)?;
    let range = input
        .copy_source_range
        .as_deref()
        .map(copy_range)
        .transpose()?;
    let info = app.stores.head(from.0, from.1).await.map_err(s3_error)?;
    let conditions = ReadConditions {
        if_match: input.copy_source_if_match.take(),
        if_none_match: input.copy_source_if_none_match.take(),
        if_modified_since: input.copy_source_if_modified_since.take(),
        if_unmodified_since: input.copy_source_if_unmodified_since.take(),
    };
    check_source(&conditions, &info)?;
    let store = embedded(app, &input.bucket).await?;
    let to = (input.bucket.as_str(), input.key.as_str());
    let is_here = store.bucket_exists(from.0).await.map_err(s3_error)?;
    let copied = if is_here {
        let version = Some(info.version.as_str());
        store
            .copy_part(from, range, version, to, &input.upload_id, number)
            .await
    } else {
        let blob = app
            .stores
            .get_version(from.0, from.1, range, &info.version)
            .await;
        let blob = blob.map_err(s3_error)?;
        let options = PutOptions {
            size: Some(blob.span.end - blob.span.start),
            ..PutOptions::default()
        };
        store
            .put_part(to.0, to.1, &input.upload_id, number, blob.body, options)
            .await
    };
    let part = copied.map_err(s3_error)?;
    let mut result = CopyPartResult {
        e_tag: Some(etag(&part.etag)),
        last_modified: Some(timestamp(part.modified_at_ms)),
        ..CopyPartResult::default()
    };
    set_checksums!(result, part.checksums);
    Ok(UploadPartCopyOutput {
        copy_part_result: Some(result),
        ..UploadPartCopyOutput::default()
    })
}

pub(super) async fn complete_multipart_upload(
    app: &App,
    request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<CompleteMultipartUploadOutput> {
    let mut input = request.input;
    let listed = input
        .multipart_upload
        .take()
        .and_then(|upload| upload.parts);
    let parts: S3Result<Vec<ListedPart>> = listed
        .unwrap_or_default()
        .into_iter()
        .map(|part| {
            Ok(ListedPart {
                number: part_number(part.part_number.unwrap_or_default())?,
                etag: part.e_tag.map(ETag::into_value).unwrap_or_default(),
            })
        })
        .collect();
    let parts = parts?;
    if parts.is_empty() {
        return Err(S3Error::new(S3ErrorCode::MalformedXML));
    }
    let expected = checksum_fields!(input);
    let condition = put_condition(input.if_match.take(), input.if_none_match.take())?;
    let store = embedded(app, &input.bucket).await?;
    let announced = input
        .mpu_object_size
        .and_then(|size| u64::try_from(size).ok());
    let completion = cairn_storage::Completion {
        parts,
        condition,
        size: announced,
        bytes_max: Some(OBJECT_BYTES_MAX),
        expected,
    };
    let info = store
        .complete_upload(&input.bucket, &input.key, &input.upload_id, completion)
        .await
        .map_err(s3_error)?;
    let mut output = CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(etag(&info.etag)),
        ..CompleteMultipartUploadOutput::default()
    };
    set_checksums!(output, info.checksums);
    output.checksum_type = checksum_type(&info.checksums);
    Ok(output)
}

pub(super) async fn abort_multipart_upload(
    app: &App,
    request: S3Request<AbortMultipartUploadInput>,
) -> S3Result<AbortMultipartUploadOutput> {
    let input = request.input;
    let store = embedded(app, &input.bucket).await?;
    store
        .abort_upload(&input.bucket, &input.key, &input.upload_id)
        .await
        .map_err(s3_error)?;
    Ok(AbortMultipartUploadOutput::default())
}

pub(super) async fn list_parts(
    app: &App,
    request: S3Request<ListPartsInput>,
) -> S3Result<ListPartsOutput> {
    let input = request.input;
    let after = input
        .part_number_marker
        .and_then(|marker| u32::try_from(marker).ok())
        .unwrap_or_default();
    let max = input.max_parts.map_or(1_000, |max| max.clamp(1, 1_000));
    let store = embedded(app, &input.bucket).await?;
    let upload = store
        .find_upload(&input.bucket, &input.key, &input.upload_id)
        .await
        .map_err(s3_error)?;
    let (found, has_more) = store
        .list_parts(
            &input.bucket,
            &input.key,
            &input.upload_id,
            after,
            max as usize,
        )
        .await
        .map_err(s3_error)?;
    let last = found.last().map(|part| part.number as i32);
    let parts = found.into_iter().map(|info| {
        let mut part = Part {
            part_number: Some(info.number as i32),
            size: Some(info.size as i64),
            e_tag: Some(etag(&info.etag)),
            last_modified: Some(timestamp(info.modified_at_ms)),
            ..Part::default()
        };
        set_checksums!(part, info.checksums);
        part
    });
    Ok(ListPartsOutput {
        parts: Some(parts.collect()),
        is_truncated: Some(has_more),
        next_part_number_marker: last.filter(|_| has_more),
        part_number_marker: input.part_number_marker,
        max_parts: Some(max),
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        owner: Some(owner(app)),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        checksum_algorithm: upload
            .checksum
            .map(|(algorithm, _)| ChecksumAlgorithm::from_static(algorithm.name())),
        checksum_type: upload.checksum.map(|(_, kind)| checksum_kind(kind)),
        ..ListPartsOutput::default()
    })
}

pub(super) async fn list_multipart_uploads(
    app: &App,
    request: S3Request<ListMultipartUploadsInput>,
) -> S3Result<ListMultipartUploadsOutput> {
    let input = request.input;
    if input
        .delimiter
        .as_deref()
        .is_some_and(|text| !text.is_empty())
    {
        return Err(S3Error::with_message(
            S3ErrorCode::NotImplemented,
            "Listing uploads with a delimiter is not implemented",
        ));
    }
    let max = input.max_uploads.map_or(1_000, |max| max.clamp(1, 1_000));
    let store = embedded(app, &input.bucket).await?;
    let key_marker = input.key_marker.clone().unwrap_or_default();
    // Without an upload to go on after, all uploads of the marked key are passed over.
    let id_marker = match input.upload_id_marker.as_deref() {
        Some(id) if !id.is_empty() => id.to_owned(),
        _ => char::MAX.to_string(),
    };
    let (found, has_more) = store
        .list_uploads(
            &input.bucket,
            input.prefix.as_deref().unwrap_or_default(),
            (&key_marker, &id_marker),
            max as usize,
        )
        .await
        .map_err(s3_error)?;
    let encoding = input.encoding_type.as_ref();
    let last = found.last().filter(|_| has_more);
    let next_key_marker = last.map(|upload| listed(&upload.key, encoding));
    let next_upload_id_marker = last.map(|upload| upload.upload_id.clone());
    let uploads = found.into_iter().map(|info| MultipartUpload {
        key: Some(listed(&info.key, encoding)),
        upload_id: Some(info.upload_id),
        initiated: Some(timestamp(info.started_at_ms)),
        owner: Some(owner(app)),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        ..MultipartUpload::default()
    });
    Ok(ListMultipartUploadsOutput {
        uploads: Some(uploads.collect()),
        is_truncated: Some(has_more),
        next_key_marker,
        next_upload_id_marker,
        max_uploads: Some(max),
        bucket: Some(input.bucket),
        prefix: input.prefix,
        key_marker: input.key_marker,
        upload_id_marker: input.upload_id_marker,
        encoding_type: input.encoding_type,
        ..ListMultipartUploadsOutput::default()
    })
}
