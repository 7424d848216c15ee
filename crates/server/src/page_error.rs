//! Errors of the routes below `/_/`: an HTTP status and `{"error":{"code","message","field"?}}`.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::json;

/// An error of a page route or of the portal's API.
#[derive(Debug)]
pub struct PageError {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable name for the client to branch on, as `lease_lost`.
    pub code: &'static str,
    /// Sentence for people.
    pub message: String,
    /// The field at fault, when there is one.
    pub field: Option<Cow<'static, str>>,
    /// Cause, for the log only.
    pub cause: Option<anyhow::Error>,
}

impl PageError {
    /// An error with its status, code and message.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> PageError {
        PageError {
            status,
            code,
            message: message.into(),
            field: None,
            cause: None,
        }
    }

    /// Status 400, naming the field (`labels`, or `labels.3` for one item of a list).
    pub fn field(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> PageError {
        PageError::rule("invalid", field, message)
    }

    /// Status 400, naming the rule that is broken and the field that breaks it.
    pub fn rule(
        code: &'static str,
        field: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> PageError {
        PageError {
            field: Some(field.into()),
            ..PageError::new(StatusCode::BAD_REQUEST, code, message)
        }
    }

    /// Status 401: sign in (again).
    pub fn no_session() -> PageError {
        PageError::new(
            StatusCode::UNAUTHORIZED,
            "no_session",
            "sign in to continue",
        )
    }

    /// Status 403: signed in, but not as somebody who may.
    pub fn no_access() -> PageError {
        PageError::new(
            StatusCode::FORBIDDEN,
            "no_access",
            "this needs another role",
        )
    }

    /// Status 404.
    pub fn not_found(message: impl Into<String>) -> PageError {
        PageError::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// Status 409: a clash with what is there.
    pub fn conflict(
        code: &'static str,
        field: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> PageError {
        PageError {
            status: StatusCode::CONFLICT,
            ..PageError::rule(code, field, message)
        }
    }

    /// Status 500; the cause goes to the log.
    pub fn internal(cause: impl Into<anyhow::Error>) -> PageError {
        PageError {
            cause: Some(cause.into()),
            ..PageError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "the request failed because of an internal error",
            )
        }
    }

    /// Status 503: the database or a store is away.
    pub fn unavailable(cause: impl Into<anyhow::Error>) -> PageError {
        PageError {
            cause: Some(cause.into()),
            ..PageError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "the service is temporarily unavailable, try again",
            )
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        if let Some(cause) = &self.cause {
            tracing::error!(
                error.code = self.code,
                error.cause = format!("{cause:#}"),
                "request failed"
            );
        }
        json(self.status, self.code, &self.message, self.field.as_deref())
    }
}

impl From<cairn_db::DbError> for PageError {
    fn from(error: cairn_db::DbError) -> PageError {
        if error.is_passing() {
            PageError::unavailable(error)
        } else {
            PageError::internal(error)
        }
    }
}

/// The response of an error.
pub fn json(status: StatusCode, code: &str, message: &str, field: Option<&str>) -> Response {
    let mut error = json!({"code": code, "message": message});
    if let Some(field) = field {
        error["field"] = field.into();
    }
    let body = json!({ "error": error }).to_string();
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, body).into_response()
}
