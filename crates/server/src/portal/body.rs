//! Bodies of the portal's requests, and replies with the server's time in them.

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};

use crate::page_error::PageError;

/// Bytes that an answer or a draft may have, as JSON.
pub const CONTENT_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a body: the content and what goes with it.
const BODY_BYTES_MAX: usize = CONTENT_BYTES_MAX + 64 * 1024;

/// A whole body, not larger than any request of the portal needs.
pub struct Body(Bytes);

impl Body {
    /// Reads the body as a request. Errors say where it is wrong.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, PageError> {
        let body: &[u8] = if self.0.is_empty() { b"{}" } else { &self.0 };
        serde_json::from_slice(body).map_err(|error| {
            PageError::new(
                StatusCode::BAD_REQUEST,
                "invalid",
                format!("the body is not what this request takes: {error}"),
            )
        })
    }
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = PageError;

    async fn from_request(request: Request, _: &S) -> Result<Body, PageError> {
        let announced = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|bytes| bytes > BODY_BYTES_MAX) {
            return Err(too_large());
        }
        match axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX).await {
            Ok(bytes) => Ok(Body(bytes)),
            Err(error) if is_length_limit(&error) => Err(too_large()),
            // Nobody reads this: the client has gone.
            Err(_) => Err(PageError::new(
                StatusCode::BAD_REQUEST,
                "invalid",
                "the body ended before it was complete",
            )),
        }
    }
}

/// An answer or a draft that is larger than is taken.
pub fn too_large() -> PageError {
    PageError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "answer_too_large",
        format!("an answer has at most {CONTENT_BYTES_MAX} bytes"),
    )
}

fn is_length_limit(error: &axum::Error) -> bool {
    use std::error::Error;
    error
        .source()
        .is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}

#[derive(Serialize)]
struct Timed<T> {
    now: i64,
    #[serde(flatten)]
    reply: T,
}

/// A reply, with the server's time by which the client sets its clock.
pub fn reply<T: Serialize>(now_ms: i64, reply: T) -> Result<Response, PageError> {
    let body = serde_json::to_vec(&Timed { now: now_ms, reply }).map_err(PageError::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, body).into_response())
}

/// A reply that says no more than that it was done.
#[derive(Serialize)]
pub struct Done {}
