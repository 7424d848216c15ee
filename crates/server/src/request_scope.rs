//! What surrounds every request: an id, a log line, a counter, and a net for panics.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use http::{HeaderValue, StatusCode};

use crate::api::ApiError;
use crate::app::App;
use crate::door::Entrance;
use crate::secrets::random_bytes;

/// Header that carries the request id in every response.
pub const REQUEST_ID_HEADER: &str = "x-amzn-requestid";

/// The id of a request, put there by [`surround`].
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The id of `request`; empty for one that did not come through [`surround`].
pub fn request_id(request: &Request) -> String {
    request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default()
}

/// The outermost layer of the app.
pub async fn surround(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = new_request_id();
    request.extensions_mut().insert(RequestId(id.clone()));
    let (parts, body) = request.into_parts();
    let entrance = Entrance::of(&parts);
    let method = parts.method.clone();
    // The path may hold a token and a query a signature: neither is logged.
    let target = crate::api::target(&parts.headers).map(str::to_owned);
    let request = Request::from_parts(parts, body);
    let mut response = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            app.metrics.panics.fetch_add(1, Ordering::Relaxed);
            tracing::error!(
                request.id = id,
                panic.message = panic_message(&panic),
                "request panicked"
            );
            panic_response(entrance)
        }
    };
    let status = response.status();
    let elapsed = started.elapsed();
    app.metrics.response(entrance, status.as_u16(), elapsed);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID_HEADER, value);
    }
    let elapsed_us = elapsed.as_micros() as u64;
    if status.is_server_error() {
        tracing::warn!(request.id = id, request.door = entrance.name(), request.method = %method, request.target = target, response.status = status.as_u16(), elapsed_us, "request failed");
    } else {
        tracing::debug!(request.id = id, request.door = entrance.name(), request.method = %method, request.target = target, response.status = status.as_u16(), elapsed_us, "request");
    }
    response
}

/// A random id in the form of a version 4 UUID, as AWS gives them.
fn new_request_id() -> String {
    let mut bytes = random_bytes::<16>();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex::encode(bytes);
    format!(
        "{}-{}-{}-{}-{}",
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..]
    )
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("not a text")
}

fn panic_response(entrance: Entrance) -> Response {
    const MESSAGE: &str = "the request failed because of an internal error";
    match entrance {
        Entrance::Fixed => crate::page_error::json(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            MESSAGE,
            None,
        ),
        Entrance::Json | Entrance::UnknownService => {
            ApiError { cause: None, ..ApiError::internal(anyhow::anyhow!("panic")) }.into_json_response()
        }
        Entrance::Sts | Entrance::Iam | Entrance::S3 => (
            StatusCode::INTERNAL_SERVER_ERROR,
            [("content-type", "application/xml")],
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>InternalError</Code><Message>{MESSAGE}</Message></Error>"),
        )
            .into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_form_of_a_uuid() {
        let id = new_request_id();
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "4");
        assert_ne!(id, new_request_id());
    }
}
