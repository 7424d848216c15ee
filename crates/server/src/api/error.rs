//! The error of an operation, with its wire name.
//!
//! A caller's fault says which field broke which rule. A fault of ours shows the caller only the
//! request id; what happened goes to the log, once, where the response is made.

use axum::body::Body;
use axum::response::Response;
use http::{StatusCode, header};
use serde_json::json;

use crate::auth::access_keys::KeyError;
use crate::auth::sigv4::SignatureError;

/// An error as the caller sees it, with what only the log may see.
#[derive(Debug)]
pub struct ApiError {
    /// HTTP status.
    pub status: StatusCode,
    /// Wire name, as `ValidationException`.
    pub code: &'static str,
    /// Message for the caller.
    pub message: String,
    /// Cause, for the log.
    pub cause: Option<anyhow::Error>,
}

impl ApiError {
    /// A caller's fault, status 400.
    pub fn client(code: &'static str, message: impl Into<String>) -> ApiError {
        ApiError {
            status: StatusCode::BAD_REQUEST,
            code,
            message: message.into(),
            cause: None,
        }
    }

    /// The request breaks a rule; the message names the field and the rule.
    pub fn validation(message: impl Into<String>) -> ApiError {
        ApiError::client("ValidationException", message)
    }

    /// What the operation works on does not exist.
    pub fn not_found(message: impl Into<String>) -> ApiError {
        ApiError::client("ResourceNotFound", message)
    }

    /// The name is taken, or the thing is still in use.
    pub fn in_use(message: impl Into<String>) -> ApiError {
        ApiError::client("ResourceInUse", message)
    }

    /// A limit of this server would be passed.
    pub fn limit(message: impl Into<String>) -> ApiError {
        ApiError::client("ResourceLimitExceeded", message)
    }

    /// Somebody changed the same thing at the same time.
    pub fn conflict(message: impl Into<String>) -> ApiError {
        ApiError::client("ConflictException", message)
    }

    /// The caller's role does not cover the operation.
    pub fn access_denied(message: impl Into<String>) -> ApiError {
        ApiError::client("AccessDeniedException", message)
    }

    /// A fault of ours; the caller learns nothing but that.
    pub fn internal(cause: impl Into<anyhow::Error>) -> ApiError {
        ApiError {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "InternalFailure",
            message: "the request failed because of an internal error".to_owned(),
            cause: Some(cause.into()),
        }
    }

    /// Something the server needs (database, disk) is away; the caller may try again.
    pub fn unavailable(cause: impl Into<anyhow::Error>) -> ApiError {
        ApiError {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: "ServiceUnavailable",
            message: "the service is temporarily unavailable, try again".to_owned(),
            cause: Some(cause.into()),
        }
    }

    /// The error as an AWS JSON 1.1 response. `Message` and `message` are both there because
    /// modelled errors name the one and all others the other.
    pub fn into_json_response(self) -> Response {
        self.log();
        let body = json!({"__type": self.code, "message": self.message, "Message": self.message});
        Response::builder()
            .status(self.status)
            .header(header::CONTENT_TYPE, super::JSON_CONTENT_TYPE)
            .header("x-amzn-errortype", self.code)
            .body(Body::from(body.to_string()))
            .expect("a fixed status and plain header values make a response")
    }

    /// Writes the whole chain to the log when the fault is ours.
    pub fn log(&self) {
        if let Some(cause) = &self.cause {
            tracing::error!(
                error.code = self.code,
                error.cause = format!("{cause:#}"),
                "request failed"
            );
        }
    }
}

impl From<cairn_db::DbError> for ApiError {
    fn from(error: cairn_db::DbError) -> ApiError {
        if error.is_passing() {
            ApiError::unavailable(error)
        } else {
            ApiError::internal(error)
        }
    }
}

impl From<SignatureError> for ApiError {
    fn from(error: SignatureError) -> ApiError {
        let code = match &error {
            SignatureError::Missing => "MissingAuthenticationTokenException",
            SignatureError::Incomplete(_) => "IncompleteSignatureException",
            SignatureError::Mismatch | SignatureError::Skewed(_) => "InvalidSignatureException",
            SignatureError::UnknownKey => "UnrecognizedClientException",
            SignatureError::ExpiredToken => "ExpiredTokenException",
            SignatureError::Unavailable(why) => {
                return ApiError::unavailable(anyhow::anyhow!("{why}"));
            }
        };
        ApiError::client(code, error.to_string())
    }
}

impl From<KeyError> for ApiError {
    fn from(error: KeyError) -> ApiError {
        SignatureError::from(error).into()
    }
}
