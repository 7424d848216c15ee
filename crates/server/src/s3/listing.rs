//! Listing the keys of a bucket, in both versions of the operation.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cairn_storage::{Home, ListPage, ListQuery};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result};

use super::buckets::{check_bucket, owner};
use super::convert::{etag, listed, timestamp};
use super::error::s3_error;
use crate::app::App;

/// Most keys on a page.
const KEYS_MAX: i32 = 1_000;

pub(super) async fn list_objects_v2(
    app: &App,
    request: S3Request<ListObjectsV2Input>,
) -> S3Result<ListObjectsV2Output> {
    let ListObjectsV2Input {
        bucket,
        continuation_token,
        delimiter,
        encoding_type,
        fetch_owner,
        max_keys,
        prefix,
        start_after,
        ..
    } = request.input;
    let encoding = check_encoding(encoding_type.as_ref())?;
    let max_keys = check_max_keys(max_keys)?;
    let query = ListQuery {
        prefix: prefix.clone().unwrap_or_default(),
        delimiter: delimiter.clone(),
        start_after: start_after.clone(),
        continuation: continuation_token.as_deref().map(open_token).transpose()?,
        limit: max_keys as usize,
    };
    let page = list(app, &bucket, query, max_keys).await?;
    let owner = fetch_owner.unwrap_or_default().then(|| owner(app));
    let show = |name: Option<String>| name.map(|name| listed(&name, encoding));
    Ok(ListObjectsV2Output {
        key_count: Some((page.objects.len() + page.prefixes.len()) as i32),
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page.next.as_deref().map(seal_token),
        contents: contents(&page, encoding, owner),
        common_prefixes: common_prefixes(&page, encoding),
        name: Some(bucket),
        prefix: Some(listed(prefix.as_deref().unwrap_or_default(), encoding)),
        delimiter: show(delimiter),
        start_after: show(start_after),
        max_keys: Some(max_keys),
        continuation_token,
        encoding_type,
        ..ListObjectsV2Output::default()
    })
}

pub(super) async fn list_objects(
    app: &App,
    request: S3Request<ListObjectsInput>,
) -> S3Result<ListObjectsOutput> {
    let ListObjectsInput {
        bucket,
        delimiter,
        encoding_type,
        marker,
        max_keys,
        prefix,
        ..
    } = request.input;
    let encoding = check_encoding(encoding_type.as_ref())?;
    let max_keys = check_max_keys(max_keys)?;
    let mut start_after = marker.clone().filter(|marker| !marker.is_empty());
    let home = app.stores.home(&bucket).await.map_err(s3_error)?;
    if let (Home::Remote(_), Some(delimiter), Some(marker)) = (home, &delimiter, &mut start_after)
        && marker.ends_with(delimiter)
    {
        // A marker may be a common prefix, and then stands for all below it. The second version,
        // which the remote store is asked in, would begin with it again.
        marker.push(char::MAX);
    }
    let query = ListQuery {
        prefix: prefix.clone().unwrap_or_default(),
        delimiter: delimiter.clone(),
        start_after,
        continuation: None,
        limit: max_keys as usize,
    };
    let page = list(app, &bucket, query, max_keys).await?;
    let last_object = page.objects.last().map(|info| info.key.as_str());
    let last = last_object.max(page.prefixes.last().map(String::as_str));
    let show = |name: Option<String>| name.map(|name| listed(&name, encoding));
    Ok(ListObjectsOutput {
        is_truncated: Some(page.next.is_some()),
        next_marker: show(last.filter(|_| page.next.is_some()).map(str::to_owned)),
        contents: contents(&page, encoding, Some(owner(app))),
        common_prefixes: common_prefixes(&page, encoding),
        name: Some(bucket),
        prefix: Some(listed(prefix.as_deref().unwrap_or_default(), encoding)),
        marker: Some(listed(marker.as_deref().unwrap_or_default(), encoding)),
        delimiter: show(delimiter),
        max_keys: Some(max_keys),
        encoding_type,
        ..ListObjectsOutput::default()
    })
}

async fn list(app: &App, bucket: &str, query: ListQuery, max_keys: i32) -> S3Result<ListPage> {
    if max_keys == 0 {
        check_bucket(app, bucket).await?;
        return Ok(ListPage::default());
    }
    app.stores.list(bucket, &query).await.map_err(s3_error)
}

fn contents(
    page: &ListPage,
    encoding: Option<&EncodingType>,
    owner: Option<Owner>,
) -> Option<Vec<Object>> {
    let object = |info: &cairn_storage::ObjectInfo| Object {
        key: Some(listed(&info.key, encoding)),
        size: Some(info.size as i64),
        e_tag: Some(etag(&info.etag)),
        last_modified: Some(timestamp(info.modified_at_ms)),
        storage_class: Some(ObjectStorageClass::from_static(
            ObjectStorageClass::STANDARD,
        )),
        owner: owner.clone(),
        ..Object::default()
    };
    let objects: Vec<Object> = page.objects.iter().map(object).collect();
    (!objects.is_empty()).then_some(objects)
}

fn common_prefixes(page: &ListPage, encoding: Option<&EncodingType>) -> Option<Vec<CommonPrefix>> {
    let prefixes: Vec<CommonPrefix> = page
        .prefixes
        .iter()
        .map(|prefix| CommonPrefix {
            prefix: Some(listed(prefix, encoding)),
        })
        .collect();
    (!prefixes.is_empty()).then_some(prefixes)
}

fn check_encoding(encoding: Option<&EncodingType>) -> S3Result<Option<&EncodingType>> {
    match encoding {
        Some(other) if other.as_str() != EncodingType::URL => Err(S3Error::with_message(
            S3ErrorCode::InvalidArgument,
            "Invalid Encoding Method specified in Request",
        )),
        encoding => Ok(encoding),
    }
}

fn check_max_keys(max_keys: Option<i32>) -> S3Result<i32> {
    match max_keys {
        None => Ok(KEYS_MAX),
        Some(count) if count < 0 => Err(S3Error::with_message(
            S3ErrorCode::InvalidArgument,
            "Argument maxKeys must be an integer between 0 and 2147483647",
        )),
        Some(count) => Ok(count.min(KEYS_MAX)),
    }
}

/// Tokens are opaque, so that no client comes to lean on what is in them, and free of characters
/// that XML cannot carry.
fn seal_token(next: &str) -> String {
    URL_SAFE_NO_PAD.encode(next)
}

fn open_token(token: &str) -> S3Result<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| {
            S3Error::with_message(
                S3ErrorCode::InvalidArgument,
                "The continuation token provided is incorrect",
            )
        })
}
