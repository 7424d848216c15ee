//! What is said about objects beside their content: attributes, grants and tags.

use std::collections::BTreeMap;

use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result};

use super::buckets::{embedded, full_control, owner};
use super::convert::{check_tags, checksum_type, etag, set_checksums, timestamp};
use super::error::s3_error;
use super::objects::check_version;
use crate::app::App;

pub(super) async fn get_object_attributes(
    app: &App,
    request: S3Request<GetObjectAttributesInput>,
) -> S3Result<GetObjectAttributesOutput> {
    let input = request.input;
    check_version(input.version_id.as_deref())?;
    let info = app
        .stores
        .head(&input.bucket, &input.key)
        .await
        .map_err(s3_error)?;
    let wants = |name: &str| {
        // The list comes in one header or in several.
        let lists = input.object_attributes.iter();
        lists
            .flat_map(|list| list.as_str().split(','))
            .any(|attribute| attribute.trim() == name)
    };
    let mut checksum = Checksum::default();
    set_checksums!(checksum, info.checksums);
    checksum.checksum_type = checksum_type(&info.checksums);
    Ok(GetObjectAttributesOutput {
        e_tag: wants("ETag").then(|| etag(&info.etag)),
        object_size: wants("ObjectSize").then_some(info.size as i64),
        storage_class: wants("StorageClass")
            .then(|| StorageClass::from_static(StorageClass::STANDARD)),
        checksum: (wants("Checksum") && !info.checksums.values.is_empty()).then_some(checksum),
        object_parts: info
            .part_count
            .filter(|_| wants("ObjectParts"))
            .map(|count| GetObjectAttributesParts {
                total_parts_count: Some(count as i32),
                ..GetObjectAttributesParts::default()
            }),
        last_modified: Some(timestamp(info.modified_at_ms)),
        ..GetObjectAttributesOutput::default()
    })
}

pub(super) async fn get_object_acl(
    app: &App,
    request: S3Request<GetObjectAclInput>,
) -> S3Result<GetObjectAclOutput> {
    let input = request.input;
    let found = app.stores.head(&input.bucket, &input.key).await;
    found.map_err(s3_error)?;
    Ok(GetObjectAclOutput {
        grants: Some(full_control(app)),
        owner: Some(owner(app)),
        request_charged: None,
    })
}

pub(super) async fn get_object_tagging(
    app: &App,
    request: S3Request<GetObjectTaggingInput>,
) -> S3Result<GetObjectTaggingOutput> {
    let input = request.input;
    let info = app
        .stores
        .head(&input.bucket, &input.key)
        .await
        .map_err(s3_error)?;
    let tags = info.headers.tags.into_iter().map(|(key, value)| Tag {
        key: Some(key),
        value: Some(value),
    });
    Ok(GetObjectTaggingOutput {
        tag_set: tags.collect(),
        version_id: None,
    })
}

pub(super) async fn put_object_tagging(
    app: &App,
    request: S3Request<PutObjectTaggingInput>,
) -> S3Result<PutObjectTaggingOutput> {
    let input = request.input;
    let mut tags = BTreeMap::new();
    for tag in input.tagging.tag_set {
        let (name, value) = (tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
        if tags.insert(name, value).is_some() {
            return Err(S3Error::with_message(
                S3ErrorCode::InvalidTag,
                "Cannot provide multiple Tags with the same key",
            ));
        }
    }
    let tags = check_tags(tags)?;
    let store = embedded(app, &input.bucket).await?;
    let set = store.set_tags(&input.bucket, &input.key, tags).await;
    set.map_err(s3_error)?;
    Ok(PutObjectTaggingOutput::default())
}

pub(super) async fn delete_object_tagging(
    app: &App,
    request: S3Request<DeleteObjectTaggingInput>,
) -> S3Result<DeleteObjectTaggingOutput> {
    let input = request.input;
    let store = embedded(app, &input.bucket).await?;
    let set = store
        .set_tags(&input.bucket, &input.key, BTreeMap::new())
        .await;
    set.map_err(s3_error)?;
    Ok(DeleteObjectTaggingOutput::default())
}
