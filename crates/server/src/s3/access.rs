//! Who may use the object store: access keys, session tokens and the role table.

use std::sync::Arc;

use async_trait::async_trait;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use percent_encoding::percent_decode_str;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Error, S3ErrorCode, S3Result};

use crate::app::App;
use crate::auth::access_keys::KeyError;
use crate::auth::roles::{self, Door};

const TOKEN_HEADER: &str = "x-amz-security-token";

/// The session token that came as a field of a form.
#[derive(Clone)]
pub(super) struct FormToken(pub(super) String);

/// Gives s3s the secrets to verify signatures with, then decides by role.
pub(super) struct Doorkeeper {
    pub(super) app: Arc<App>,
}

#[async_trait]
impl S3Auth for Doorkeeper {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        match self.app.keys.secret_for(access_key).await {
            Ok(Some(secret)) => Ok(SecretKey::from(secret)),
            Ok(None) => Err(refusal(KeyError::Unknown)),
            Err(error) => Err(refusal(error)),
        }
    }
}

#[async_trait]
impl S3Access for Doorkeeper {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let form_token = context.extensions_mut().get::<FormToken>().cloned();
        let Some(credentials) = context.credentials() else {
            return Err(S3Error::with_message(
                S3ErrorCode::AccessDenied,
                "Anonymous access is forbidden for this operation",
            ));
        };
        let token = session_token(context.headers(), context.uri().query())
            .or(form_token.map(|FormToken(token)| token));
        let caller = self
            .app
            .keys
            .caller(&credentials.access_key, token.as_deref())
            .await
            .map_err(refusal)?;
        let operation = context.s3_op().name();
        let row = roles::row(Door::S3, access_needed(operation));
        if row.is_some_and(|row| row.access.admits(caller.role)) {
            return Ok(());
        }
        Err(S3Error::with_message(
            S3ErrorCode::AccessDenied,
            format!(
                "User: {} is not authorized to perform: s3:{operation}",
                caller.arn(&self.app.settings)
            ),
        ))
    }
}

/// Signatures of version 2 in a header name no time within which they are good, so one that was seen
/// once could be used for ever. In the query they do, and boto3 makes them there unless told not to.
pub(super) fn is_header_of_version_2(headers: &HeaderMap) -> bool {
    headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| value.as_bytes().starts_with(b"AWS "))
}

/// An address presigned by version 2 with temporary keys carries the token in its query but signs it
/// as a header, which is where s3s looks.
pub(super) fn move_token_to_headers(parts: &mut Parts) {
    let query = parts.uri.query().unwrap_or_default();
    let is_version_2 = query
        .split('&')
        .any(|pair| pair.starts_with("AWSAccessKeyId="));
    if !is_version_2 || parts.headers.contains_key(TOKEN_HEADER) {
        return;
    }
    let token = session_token(&parts.headers, parts.uri.query());
    if let Some(value) = token.and_then(|token| HeaderValue::from_str(&token).ok()) {
        parts.headers.insert(TOKEN_HEADER, value);
    }
}

/// The row of the role table that an operation falls under.
fn access_needed(operation: &str) -> &'static str {
    let reads = ["Get", "Head", "List"];
    match reads.iter().any(|prefix| operation.starts_with(prefix)) {
        true => "Read",
        false => "Write",
    }
}

/// The session token of a request, from its headers or from the query of a presigned address.
fn session_token(headers: &HeaderMap, query: Option<&str>) -> Option<String> {
    if let Some(token) = headers.get(TOKEN_HEADER) {
        return token.to_str().ok().map(str::to_owned);
    }
    let value = query?.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.eq_ignore_ascii_case("x-amz-security-token")
            .then_some(value)
    })?;
    let token = percent_decode_str(value).decode_utf8().ok()?;
    Some(token.into_owned())
}

fn refusal(error: KeyError) -> S3Error {
    match error {
        KeyError::Unknown => S3Error::with_message(
            S3ErrorCode::InvalidAccessKeyId,
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        KeyError::InvalidToken => S3Error::with_message(
            S3ErrorCode::InvalidToken,
            "The provided token is malformed or otherwise invalid.",
        ),
        KeyError::ExpiredToken => {
            S3Error::with_message(S3ErrorCode::ExpiredToken, "The provided token has expired.")
        }
        KeyError::Unavailable(why) => {
            tracing::error!(error.cause = why, "reading an access key failed");
            S3Error::new(S3ErrorCode::ServiceUnavailable)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_that_change_nothing_are_reads() {
        for read in ["GetObject", "HeadBucket", "ListParts", "ListObjectsV2"] {
            assert_eq!(access_needed(read), "Read");
        }
        for write in ["PutObject", "PostObject", "DeleteObjects", "CopyObject"] {
            assert_eq!(access_needed(write), "Write");
        }
    }

    #[test]
    fn session_tokens_come_in_headers_and_queries() {
        let mut headers = HeaderMap::new();
        let query = Some("a=b&X-Amz-Security-Token=x%2Fy%3D");
        assert_eq!(session_token(&headers, query).as_deref(), Some("x/y="));
        headers.insert("x-amz-security-token", "header".parse().unwrap());
        assert_eq!(session_token(&headers, query).as_deref(), Some("header"));
        assert_eq!(session_token(&HeaderMap::new(), Some("a=b")), None);
    }
}
