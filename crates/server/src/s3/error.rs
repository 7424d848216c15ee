//! Errors of the stores by their names on the wire.

use cairn_storage::StoreError;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use s3s::{S3Error, S3ErrorCode};

/// The S3 error a store's error appears as. What is the server's fault is logged and not shown.
pub(super) fn s3_error(error: StoreError) -> S3Error {
    let code = match &error {
        StoreError::NoSuchBucket { .. } => S3ErrorCode::NoSuchBucket,
        StoreError::NoSuchKey { .. } => S3ErrorCode::NoSuchKey,
        StoreError::NoSuchUpload { .. } => S3ErrorCode::NoSuchUpload,
        StoreError::BucketExists { .. } => S3ErrorCode::BucketAlreadyOwnedByYou,
        StoreError::BucketNotEmpty { .. } => S3ErrorCode::BucketNotEmpty,
        StoreError::InvalidName { what: "bucket", .. } => S3ErrorCode::InvalidBucketName,
        StoreError::InvalidName { rule, .. } if rule.contains("1024") => {
            S3ErrorCode::KeyTooLongError
        }
        StoreError::InvalidName { .. } | StoreError::InvalidArgument { .. } => {
            S3ErrorCode::InvalidArgument
        }
        StoreError::PreconditionFailed { .. } | StoreError::Changed { .. } => {
            S3ErrorCode::PreconditionFailed
        }
        StoreError::InvalidRange { .. } => S3ErrorCode::InvalidRange,
        StoreError::TooLarge { .. } => S3ErrorCode::EntityTooLarge,
        StoreError::ReadOnly { .. } | StoreError::AccessDenied { .. } => S3ErrorCode::AccessDenied,
        StoreError::BadDigest { .. } => S3ErrorCode::BadDigest,
        StoreError::IncompleteBody { .. } => S3ErrorCode::IncompleteBody,
        StoreError::InvalidPart { problem, .. } if problem.contains("order") => {
            S3ErrorCode::InvalidPartOrder
        }
        StoreError::InvalidPart { .. } => S3ErrorCode::InvalidPart,
        StoreError::PartTooSmall { .. } => S3ErrorCode::EntityTooSmall,
        StoreError::Source(source) => return source_error(source.as_ref()),
        StoreError::Full { .. } | StoreError::Unavailable { .. } => {
            tracing::error!(error.cause = %error, "the object store cannot serve a request now");
            S3ErrorCode::ServiceUnavailable
        }
        StoreError::Io { .. } => {
            tracing::error!(error.cause = %error, "the object store failed");
            return S3Error::with_message(
                S3ErrorCode::InternalError,
                "We encountered an internal error. Please try again.",
            );
        }
    };
    let mut shown = S3Error::with_message(code, error.to_string());
    if let StoreError::InvalidRange { size, .. } = error
        && let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}"))
    {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_RANGE, value);
        shown.set_headers(headers);
    }
    shown
}

/// An error of S3 that s3s has no name for.
pub(super) fn custom_error(
    code: &'static str,
    status: StatusCode,
    message: &'static str,
) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), message);
    error.set_status_code(status);
    error
}

/// What went wrong with a body that s3s checked as it came. Its error types are its own, so their
/// words tell them apart.
fn source_error(source: &(dyn std::error::Error + Send + Sync)) -> S3Error {
    let text = source.to_string();
    if text.contains("Sha256Mismatch") {
        return custom_error(
            "XAmzContentSHA256Mismatch",
            StatusCode::BAD_REQUEST,
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        );
    }
    let code = if text.contains("SignatureMismatch") {
        S3ErrorCode::SignatureDoesNotMatch
    } else if text.contains("FormatError") || text.contains("TooLarge") || text.contains("TooMany")
    {
        S3ErrorCode::InvalidRequest
    } else {
        S3ErrorCode::IncompleteBody
    };
    S3Error::with_message(code, "The body of the request is not what was announced.")
}
