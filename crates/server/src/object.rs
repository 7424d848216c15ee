//! `/_/object/<token>`: one stored object to whoever holds a token for it.
//!
//! Workers have no access keys: the pictures and texts of their tasks come by such addresses, which
//! name one object and live as long as the task. A token is its own authorisation; it is signed for
//! this use ([`Purpose::Object`]) and passes for no other.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use cairn_storage::{Blob, ByteRange, ObjectInfo, StoreError};
use http::header::{self, HeaderValue};
use http::{HeaderMap, HeaderName, Method, StatusCode};

use crate::app::App;
use crate::page_error::PageError;
use crate::s3;
use crate::secrets::{Purpose, Secrets, TokenError};

/// The route, for the router.
pub const ROUTE: &str = "/_/object/{token}";

/// Types that say nothing, for which the ending of the key is looked at instead.
const UNKNOWN_TYPES: [&str; 3] = ["", "application/octet-stream", "binary/octet-stream"];

/// The path under which anybody may read the object until `expires_at_ms`.
pub fn object_path(secrets: &Secrets, bucket: &str, key: &str, expires_at_ms: i64) -> String {
    let token = secrets.sign(Purpose::Object, expires_at_ms, &[bucket, key]);
    format!("/_/object/{token}")
}

/// Serves the object a token names. Answers GET and HEAD.
pub async fn serve_object(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let mut response = match answer(&app, &token, &method, &headers).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    s3::guard(headers);
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        "accept-ranges, content-length, content-range, etag",
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "cross-origin",
    );
    set(header::REFERRER_POLICY, "no-referrer");
    response
}

async fn answer(
    app: &App,
    token: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let (fields, expires_at_ms) = app
        .secrets
        .open_with_expiry(Purpose::Object, token, now_ms)
        .map_err(|error| match error {
            TokenError::Expired => forbidden("expired", "this address has expired"),
            TokenError::Invalid => forbidden("forbidden", "this address is not valid"),
        })?;
    let Ok([bucket, key]) = <[String; 2]>::try_from(fields) else {
        return Err(forbidden("forbidden", "this address is not valid"));
    };
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let info = app.stores.head(&bucket, &key).await.map_err(page_error)?;
    let quoted = format!("\"{}\"", info.etag);
    let mut response = if let Some(wanted) = text(header::IF_NONE_MATCH)
        && wanted
            .split(',')
            .any(|one| matches!(one.trim(), "*") || one.trim() == quoted)
    {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        // A range counts only for the object the client knows.
        let range = text(header::RANGE)
            .filter(|_| text(header::IF_RANGE).is_none_or(|wanted| wanted == quoted))
            .and_then(parse_range);
        send(app, &bucket, &info, range, method).await?
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::ETAG, &quoted);
    set(header::ACCEPT_RANGES, "bytes");
    let seconds = (expires_at_ms - now_ms).max(0) / 1_000;
    set(
        header::CACHE_CONTROL,
        &format!("private, max-age={seconds}"),
    );
    Ok(response)
}

async fn send(
    app: &App,
    bucket: &str,
    info: &ObjectInfo,
    range: Option<ByteRange>,
    method: &Method,
) -> Result<Response, PageError> {
    let size = info.size;
    let span = match range {
        None => 0..size,
        Some(range) => match range.within(size) {
            Some(span) => span,
            None => {
                let headers = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
                return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response());
            }
        },
    };
    let body = if *method == Method::HEAD {
        Body::empty()
    } else {
        let got = app
            .stores
            .get_version(bucket, &info.key, range, &info.version);
        let Blob { body, .. } = got.await.map_err(page_error)?;
        Body::from_stream(body)
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_LENGTH, &(span.end - span.start).to_string());
    set(header::CONTENT_TYPE, content_type(info));
    if let Some(encoding) = &info.headers.content_encoding {
        set(header::CONTENT_ENCODING, encoding);
    }
    if let Some(language) = &info.headers.content_language {
        set(header::CONTENT_LANGUAGE, language);
    }
    if range.is_some() {
        let last = span.end.saturating_sub(1);
        set(
            header::CONTENT_RANGE,
            &format!("bytes {}-{last}/{size}", span.start),
        );
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// The type of an object. Uploads often come without one, and browsers told not to guess show no
/// picture then.
fn content_type(info: &ObjectInfo) -> &str {
    let stored = info.headers.content_type.as_deref().unwrap_or_default();
    if UNKNOWN_TYPES.contains(&stored) {
        cairn_storage::content_type_of(&info.key).unwrap_or("application/octet-stream")
    } else {
        stored
    }
}

/// One range in bytes; anything else is not a range and the whole is sent, as HTTP allows.
fn parse_range(text: &str) -> Option<ByteRange> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (first.trim(), last.trim()) {
        ("", last) => Some(ByteRange::Last(number(last)?)),
        (first, "") => Some(ByteRange::From {
            first: number(first)?,
            last: None,
        }),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(ByteRange::From {
                first,
                last: Some(last),
            })
        }
    }
}

fn forbidden(code: &'static str, message: &str) -> PageError {
    PageError::new(StatusCode::FORBIDDEN, code, message)
}

fn page_error(error: StoreError) -> PageError {
    match error {
        StoreError::NoSuchBucket { .. } | StoreError::NoSuchKey { .. } => {
            PageError::not_found("the object is not there any more")
        }
        StoreError::Changed { .. } => PageError::new(
            StatusCode::CONFLICT,
            "changed",
            "the object has changed since it was registered",
        ),
        StoreError::AccessDenied { .. } | StoreError::Unavailable { .. } => {
            PageError::unavailable(error)
        }
        error => PageError::internal(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_says() {
        let from = |first, last| Some(ByteRange::From { first, last });
        assert_eq!(parse_range("bytes=0-9"), from(0, Some(9)));
        assert_eq!(parse_range("bytes=5-"), from(5, None));
        assert_eq!(parse_range("bytes=-5"), Some(ByteRange::Last(5)));
        for other in [
            "bytes=9-0",
            "bytes=0-1,3-4",
            "items=0-1",
            "bytes=a-b",
            "bytes=-",
            "",
        ] {
            assert_eq!(parse_range(other), None, "{other}");
        }
    }
}
