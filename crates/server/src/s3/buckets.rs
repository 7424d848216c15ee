//! Operations on buckets.

use cairn_storage::{EmbeddedStore, Home};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result};

use super::convert::timestamp;
use super::cors;
use super::error::s3_error;
use crate::app::App;

/// Who owns everything: there is one account.
pub(super) fn owner(app: &App) -> Owner {
    Owner {
        id: Some(app.settings.account_id.clone()),
        display_name: Some("cairn".to_owned()),
    }
}

/// Refuses a bucket that no store has.
pub(super) async fn check_bucket(app: &App, bucket: &str) -> S3Result<()> {
    match app.stores.bucket_exists(bucket).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(s3_error(cairn_storage::StoreError::no_such_bucket(bucket))),
        Err(error) => Err(s3_error(error)),
    }
}

/// The store of this machine, where it has the bucket: for what is not passed on to others.
pub(super) async fn embedded<'a>(app: &'a App, bucket: &str) -> S3Result<&'a EmbeddedStore> {
    match app.stores.home(bucket).await.map_err(s3_error)? {
        Home::Embedded(embedded) => Ok(embedded),
        Home::Folder(_) => Err(S3Error::with_message(
            S3ErrorCode::AccessDenied,
            format!("bucket `{bucket}` can only be read"),
        )),
        Home::Remote(_) => Err(S3Error::with_message(
            S3ErrorCode::NotImplemented,
            format!("bucket `{bucket}` is in a remote store: ask that store for this"),
        )),
    }
}

pub(super) async fn list_buckets(
    app: &App,
    request: S3Request<ListBucketsInput>,
) -> S3Result<ListBucketsOutput> {
    let ListBucketsInput {
        prefix,
        continuation_token,
        max_buckets,
        ..
    } = request.input;
    let starts = prefix.clone().unwrap_or_default();
    let after = continuation_token.unwrap_or_default();
    let max = max_buckets.map_or(usize::MAX, |max| max.clamp(1, 10_000) as usize);
    let mut found = app.stores.list_buckets().await.map_err(s3_error)?;
    found.retain(|bucket| bucket.name.starts_with(&starts) && bucket.name > after);
    let is_truncated = found.len() > max;
    found.truncate(max);
    let next = found.last().map(|bucket| bucket.name.clone());
    let buckets = found
        .into_iter()
        .map(|bucket| Bucket {
            name: Some(bucket.name),
            creation_date: Some(timestamp(bucket.created_at_ms)),
            bucket_region: Some(app.settings.region.clone()),
        })
        .collect();
    Ok(ListBucketsOutput {
        buckets: Some(buckets),
        owner: Some(owner(app)),
        continuation_token: next.filter(|_| is_truncated),
        prefix,
    })
}

pub(super) async fn create_bucket(
    app: &App,
    request: S3Request<CreateBucketInput>,
) -> S3Result<CreateBucketOutput> {
    // Any LocationConstraint will do: there is one place.
    let bucket = request.input.bucket;
    app.stores.create_bucket(&bucket).await.map_err(s3_error)?;
    Ok(CreateBucketOutput {
        location: Some(format!("/{bucket}")),
    })
}

pub(super) async fn head_bucket(
    app: &App,
    request: S3Request<HeadBucketInput>,
) -> S3Result<HeadBucketOutput> {
    check_bucket(app, &request.input.bucket).await?;
    Ok(HeadBucketOutput {
        bucket_region: Some(app.settings.region.clone()),
        ..HeadBucketOutput::default()
    })
}

pub(super) async fn delete_bucket(
    app: &App,
    request: S3Request<DeleteBucketInput>,
) -> S3Result<DeleteBucketOutput> {
    let bucket = request.input.bucket;
    app.stores.delete_bucket(&bucket).await.map_err(s3_error)?;
    Ok(DeleteBucketOutput::default())
}

pub(super) async fn get_bucket_location(
    app: &App,
    request: S3Request<GetBucketLocationInput>,
) -> S3Result<GetBucketLocationOutput> {
    check_bucket(app, &request.input.bucket).await?;
    let region = &app.settings.region;
    // The first region of all has no name here.
    let constraint =
        (region != "us-east-1").then(|| BucketLocationConstraint::from(region.clone()));
    Ok(GetBucketLocationOutput {
        location_constraint: constraint,
    })
}

pub(super) async fn get_bucket_cors(
    app: &App,
    request: S3Request<GetBucketCorsInput>,
) -> S3Result<GetBucketCorsOutput> {
    let bucket = &request.input.bucket;
    check_bucket(app, bucket).await?;
    let store = embedded(app, bucket).await?;
    match store.bucket_cors(bucket).await.map_err(s3_error)? {
        Some(text) => Ok(GetBucketCorsOutput {
            cors_rules: Some(cors::from_stored(&text)),
        }),
        None => Err(S3Error::with_message(
            S3ErrorCode::NoSuchCORSConfiguration,
            "The CORS configuration does not exist",
        )),
    }
}

pub(super) async fn put_bucket_cors(
    app: &App,
    request: S3Request<PutBucketCorsInput>,
) -> S3Result<PutBucketCorsOutput> {
    let PutBucketCorsInput {
        bucket,
        cors_configuration,
        ..
    } = request.input;
    let rules = cors::to_stored(cors_configuration)?;
    set_cors(app, &bucket, Some(rules)).await?;
    Ok(PutBucketCorsOutput::default())
}

pub(super) async fn delete_bucket_cors(
    app: &App,
    request: S3Request<DeleteBucketCorsInput>,
) -> S3Result<DeleteBucketCorsOutput> {
    set_cors(app, &request.input.bucket, None).await?;
    Ok(DeleteBucketCorsOutput::default())
}

async fn set_cors(app: &App, bucket: &str, rules: Option<String>) -> S3Result<()> {
    let store = embedded(app, bucket).await?;
    store.set_bucket_cors(bucket, rules).await.map_err(s3_error)
}

pub(super) async fn get_bucket_versioning(
    app: &App,
    request: S3Request<GetBucketVersioningInput>,
) -> S3Result<GetBucketVersioningOutput> {
    check_bucket(app, &request.input.bucket).await?;
    // No status means that versioning was never switched on.
    Ok(GetBucketVersioningOutput::default())
}

pub(super) async fn get_bucket_acl(
    app: &App,
    request: S3Request<GetBucketAclInput>,
) -> S3Result<GetBucketAclOutput> {
    check_bucket(app, &request.input.bucket).await?;
    Ok(GetBucketAclOutput {
        grants: Some(full_control(app)),
        owner: Some(owner(app)),
    })
}

/// The grants of everything: its owner may do all, and nobody else is named.
pub(super) fn full_control(app: &App) -> Vec<Grant> {
    let Owner { id, display_name } = owner(app);
    vec![Grant {
        grantee: Some(Grantee {
            id,
            display_name,
            type_: Type::from_static(Type::CANONICAL_USER),
            email_address: None,
            uri: None,
        }),
        permission: Some(Permission::from_static(Permission::FULL_CONTROL)),
    }]
}

pub(super) async fn get_bucket_policy(
    app: &App,
    request: S3Request<GetBucketPolicyInput>,
) -> S3Result<GetBucketPolicyOutput> {
    check_bucket(app, &request.input.bucket).await?;
    Err(S3Error::with_message(
        S3ErrorCode::NoSuchBucketPolicy,
        "The bucket policy does not exist",
    ))
}

pub(super) async fn get_bucket_tagging(
    app: &App,
    request: S3Request<GetBucketTaggingInput>,
) -> S3Result<GetBucketTaggingOutput> {
    check_bucket(app, &request.input.bucket).await?;
    Err(S3Error::with_message(
        S3ErrorCode::NoSuchTagSet,
        "The TagSet does not exist",
    ))
}
