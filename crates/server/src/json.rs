//! JSON in and out of the routes below `/_/`.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::api::BODY_BYTES_MAX;
use crate::app::App;
use crate::page_error::PageError;

/// A request's body, read as JSON. It must say that it is: no form of another site can.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for JsonBody<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<JsonBody<T>, PageError> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        if !is_json {
            return Err(PageError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "the content type must be application/json",
            ));
        }
        let patience = std::time::Duration::from_secs(u64::from(app.settings.stall_seconds));
        let read = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX);
        let bytes = match tokio::time::timeout(patience, read).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(_)) => {
                return Err(PageError::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "too_large",
                    format!("the body was cut off, or has more than {BODY_BYTES_MAX} bytes"),
                ));
            }
            Err(_) => {
                return Err(PageError::new(
                    StatusCode::REQUEST_TIMEOUT,
                    "too_slow",
                    "the body did not arrive in time",
                ));
            }
        };
        serde_json::from_slice(&bytes)
            .map(JsonBody)
            .map_err(|error| {
                PageError::new(
                    StatusCode::BAD_REQUEST,
                    "invalid",
                    format!("the body is not what it should be: {error}"),
                )
            })
    }
}

/// A reply with the server's time in it as `now`, by which the pages set their clocks.
pub struct Reply {
    now_ms: i64,
    body: Value,
    cookie: Option<String>,
}

impl Reply {
    /// Replies `body`, an object.
    pub fn new(app: &App, body: impl Serialize) -> Result<Reply, PageError> {
        Ok(Reply {
            now_ms: app.clock.now_ms(),
            body: serde_json::to_value(body).map_err(PageError::internal)?,
            cookie: None,
        })
    }

    /// Replies an empty object.
    pub fn empty(app: &App) -> Reply {
        Reply {
            now_ms: app.clock.now_ms(),
            body: Value::Object(serde_json::Map::new()),
            cookie: None,
        }
    }

    /// With a `Set-Cookie`.
    pub fn with_cookie(self, cookie: String) -> Reply {
        Reply {
            cookie: Some(cookie),
            ..self
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(mut self) -> Response {
        if let Some(members) = self.body.as_object_mut() {
            members.insert("now".to_owned(), self.now_ms.into());
        }
        let headers = [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        let mut response = (headers, self.body.to_string()).into_response();
        if let Some(cookie) = self.cookie.and_then(|cookie| cookie.parse().ok()) {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }
}
