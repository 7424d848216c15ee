//! The AWS-wire operations.
//!
//! [`OPERATIONS`] lists every JSON operation; read it first. A request goes: signature, role, field
//! rules, handler. To add an operation: a file beside this one with its request, response, handler
//! and tests; a line in the table; a row in [`crate::auth::roles::ROWS`]; its field rules in
//! `cairn_labeling::api_rules`; its case in `tests/`.
//!
//! STS and IAM speak the query protocol: [`query`].

pub mod error;
pub mod query;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use futures::future::BoxFuture;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::app::App;
use crate::auth::roles::{self, Door};
use crate::auth::{Caller, sigv4};
pub use error::ApiError;

/// Content type of requests and responses.
pub const JSON_CONTENT_TYPE: &str = "application/x-amz-json-1.1";
/// Largest body of a JSON or query request. The largest member of all, a template of 128,000
/// characters, stays below it however it is escaped.
pub const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// What an operation is given beside its request.
#[derive(Clone)]
pub struct Context {
    /// The server.
    pub app: Arc<App>,
    /// Who asks.
    pub caller: Caller,
    /// When the request arrived, milliseconds since the epoch.
    pub now_ms: i64,
}

/// The answer of an operation, or the error to send.
pub type ApiResult<T> = Result<T, ApiError>;

/// A handler with its types rubbed off, as the table holds it.
pub type Handler = fn(Context, Value) -> BoxFuture<'static, ApiResult<Value>>;

/// One JSON operation.
pub struct Operation {
    /// Name as in `X-Amz-Target: SageMaker.<name>`.
    pub name: &'static str,
    /// What answers it.
    pub handler: Handler,
    /// What is not covered of it, for `docs/api-coverage.md`; empty when all is.
    pub note: &'static str,
}

/// A line of the table: the name, the handler (`async fn(Context, Request) -> ApiResult<Response>`)
/// and what is not covered.
#[allow(unused_macros)]
macro_rules! operation {
    ($name:literal, $handler:path, $note:literal) => {
        Operation {
            name: $name,
            handler: |context, body| {
                Box::pin(async move {
                    let request = parse_request(body)?;
                    let response = $handler(context, request).await?;
                    serde_json::to_value(response).map_err(ApiError::internal)
                })
            },
            note: $note,
        }
    };
}

/// Every JSON operation of the SageMaker service.
pub const OPERATIONS: &[Operation] = &[];

/// The operation called `name`.
pub fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

/// Answers a request that names its operation by `X-Amz-Target`.
pub async fn answer_json(app: Arc<App>, request: Request) -> Response {
    match try_answer_json(app, request).await {
        Ok(Value::Null) => json_response(Bytes::new()),
        Ok(value) => json_response(Bytes::from(value.to_string())),
        Err(error) => error.into_json_response(),
    }
}

async fn try_answer_json(app: Arc<App>, request: Request) -> ApiResult<Value> {
    let now_ms = app.clock.now_ms();
    let (parts, body) = request.into_parts();
    let target = target(&parts.headers).unwrap_or_default().to_owned();
    let body = read_body(&app, &parts.headers, body).await?;
    let caller = sigv4::verify(&parts, &body, now_ms, app.keys.as_ref()).await?;
    let (operation, row) = target
        .strip_prefix("SageMaker.")
        .and_then(|name| Some((find(name)?, roles::row(Door::SageMaker, name)?)))
        .ok_or_else(|| {
            ApiError::client(
                "UnknownOperationException",
                format!("unknown operation `{target}`"),
            )
        })?;
    app.metrics.operation(operation.name);
    if !row.access.admits(caller.role) {
        return Err(ApiError::access_denied(format!(
            "User: {} is not authorized to perform: sagemaker:{}",
            caller.arn(&app.settings),
            operation.name
        )));
    }
    let body: Value = if body.is_empty() {
        Value::Object(serde_json::Map::new())
    } else {
        serde_json::from_slice(&body).map_err(|error| {
            ApiError::client(
                "SerializationException",
                format!("the body is not JSON: {error}"),
            )
        })?
    };
    if !body.is_object() {
        return Err(ApiError::client(
            "SerializationException",
            "the body is not a JSON object",
        ));
    }
    (operation.handler)(
        Context {
            app,
            caller,
            now_ms,
        },
        body,
    )
    .await
}

/// Reads a whole body within the size limit. Slow senders are cut off by the body timeout below.
pub(crate) async fn read_body(app: &App, headers: &HeaderMap, body: Body) -> ApiResult<Bytes> {
    let too_large = || ApiError {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        ..ApiError::client(
            "RequestEntityTooLargeException",
            format!("the body has more than {BODY_BYTES_MAX} bytes"),
        )
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    if announced
        .and_then(|text| text.parse::<u64>().ok())
        .is_some_and(|n| n > BODY_BYTES_MAX as u64)
    {
        return Err(too_large());
    }
    let deadline = std::time::Duration::from_secs(u64::from(app.settings.stall_seconds));
    let collected =
        tokio::time::timeout(deadline, axum::body::to_bytes(body, BODY_BYTES_MAX)).await;
    match collected {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_length_limit(&error) => Err(too_large()),
        Ok(Err(_)) => Err(ApiError::client(
            "RequestAbortedException",
            "the body ended before it was complete",
        )),
        Err(_) => Err(ApiError {
            status: StatusCode::REQUEST_TIMEOUT,
            ..ApiError::client(
                "RequestTimeoutException",
                format!("the body did not arrive within {} s", deadline.as_secs()),
            )
        }),
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    use std::error::Error;
    error
        .source()
        .is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}

/// The operation a request names by header, as `SageMaker.ListTags`.
pub(crate) fn target(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amz-target")?.to_str().ok()
}

/// Reads a request whose field rules have been checked.
#[allow(dead_code)]
fn parse_request<T: serde::de::DeserializeOwned>(body: Value) -> ApiResult<T> {
    serde_json::from_value(body)
        .map_err(|error| ApiError::client("SerializationException", error.to_string()))
}

fn json_response(body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    let content_type = http::HeaderValue::from_static(JSON_CONTENT_TYPE);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    response
}
