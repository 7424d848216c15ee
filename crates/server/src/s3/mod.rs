//! The object store's door: S3 over [`cairn_storage::Stores`].
//!
//! s3s speaks the protocol (signatures, XML, chunked bodies) and [`backend`] answers its operations,
//! one line each; what they do is in [`buckets`], [`objects`], [`details`], [`listing`] and [`uploads`]. Here
//! is what surrounds them: forms, cross-origin requests and the headers that keep a stored page from
//! acting in the portal's name.
//!
//! To add an operation: a function in the module it belongs to and a line in [`backend`].

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, StatusCode, header};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::sync::Semaphore;

mod access;
mod backend;
mod buckets;
mod convert;
mod cors;
mod details;
mod error;
mod form;
mod listing;
mod objects;
mod uploads;

use crate::app::App;
use crate::request_scope::request_id;
use access::{Doorkeeper, FormToken};
use backend::Backend;
pub use backend::OPERATIONS;

/// Forms of files are read into memory before they are stored, unlike every other upload, so their
/// size, their number at once and their time are limited more.
const FORM_BYTES_MAX: u64 = 64 * 1024 * 1024;
static FORMS_AT_ONCE: Semaphore = Semaphore::const_new(4);
const FORM_WAIT: Duration = Duration::from_secs(30);
const FORM_TIME: Duration = Duration::from_secs(600);
/// Largest XML body: 1,000 keys of 1,024 bytes, each escaped, stay below.
const XML_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Answers a request that came to the object store.
pub async fn answer(app: Arc<App>, request: Request) -> Response {
    let id = request_id(&request);
    let (mut parts, body) = request.into_parts();
    let asked = cors::Asked::of(&parts);
    access::move_token_to_headers(&mut parts);
    let mut response = if parts.method == Method::OPTIONS {
        cors::preflight(&app, &asked).await
    } else if access::is_header_of_version_2(&parts.headers) {
        error_response(
            StatusCode::BAD_REQUEST,
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        )
    } else if is_form(&parts.method, &parts.headers) {
        answer_form(&app, Request::from_parts(parts, body)).await
    } else {
        call(&app, Request::from_parts(parts, body)).await
    };
    if response.status() == StatusCode::NOT_MODIFIED {
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(CONTENT_TYPE);
    }
    cors::allow(&app, &asked, &mut response).await;
    guard(response.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-amz-request-id", id);
    }
    response
}

/// Buckets are served from the portal's origin: without these a stored page would run with the
/// session of whoever opens it.
pub fn guard(headers: &mut HeaderMap) {
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
}

async fn call(app: &Arc<App>, request: Request) -> Response {
    let request = request.map(s3s::Body::http_body_unsync);
    match service(app).call(request).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            let cause: s3s::StdError = error.into();
            tracing::error!(error.cause = cause, "the object store failed");
            error_response(
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalError",
                "the request failed because of an internal error",
            )
        }
    }
}

/// The protocol as a service. Made for each request: it is a few pointers, and so holds the app.
fn service(app: &Arc<App>) -> S3Service {
    let mut config = S3Config::default();
    config.xml_max_body_size = XML_BYTES_MAX;
    config.post_object_max_file_size = FORM_BYTES_MAX.min(upload_bytes_max(app));
    let mut builder = S3ServiceBuilder::new(Backend { app: app.clone() });
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    builder.set_auth(Doorkeeper { app: app.clone() });
    builder.set_access(Doorkeeper { app: app.clone() });
    builder.build()
}

/// Most bytes of one object, or one part, that are taken.
fn upload_bytes_max(app: &App) -> u64 {
    u64::from(app.settings.upload_mib_max) * 1024 * 1024
}

fn is_form(method: &Method, headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    *method == Method::POST
        && kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/form-data"))
}

async fn answer_form(app: &Arc<App>, request: Request) -> Response {
    let Ok(permit) = tokio::time::timeout(FORM_WAIT, FORMS_AT_ONCE.acquire()).await else {
        return error_response(
            StatusCode::SERVICE_UNAVAILABLE,
            "SlowDown",
            "too many forms are being uploaded, try again",
        );
    };
    let response = tokio::time::timeout(FORM_TIME, call_form(app, request)).await;
    drop(permit);
    response.unwrap_or_else(|_| {
        error_response(
            StatusCode::BAD_REQUEST,
            "RequestTimeout",
            "the form did not arrive in time",
        )
    })
}

async fn call_form(app: &Arc<App>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let (head, rest) = match form::split(body).await {
        Ok(split) => split,
        Err(error) => {
            tracing::debug!(error.cause = %error, "a form broke off");
            return error_response(
                StatusCode::BAD_REQUEST,
                "IncompleteBody",
                "the form broke off before its file",
            );
        }
    };
    if let Some(token) = form::session_token(&head) {
        parts.extensions.insert(FormToken(token));
    }
    let head = futures::stream::iter([Ok(Bytes::from(form::name_key(head)))]);
    let body = Body::from_stream(head.chain(rest));
    call(app, Request::from_parts(parts, body)).await
}

fn error_response(status: StatusCode, code: &str, message: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    (status, [(CONTENT_TYPE, "application/xml")], body).into_response()
}
