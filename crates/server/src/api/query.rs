//! STS and IAM, which speak the AWS query protocol: `Action=…` in a form body or the query, XML
//! back. One file per operation below; [`OPERATIONS`] lists them.

pub mod assume_role;
pub mod get_caller_identity;
pub mod get_role;
pub mod get_session_token;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::{StatusCode, header};

use super::{ApiError, ApiResult, Context};
use crate::app::App;
use crate::auth::roles::{self, Door};
use crate::auth::sigv4;
use crate::origin::Origins;

/// One operation of the query protocol.
pub struct QueryOperation {
    /// STS or IAM.
    pub door: Door,
    /// Name as in `Action=<name>`.
    pub name: &'static str,
    /// Takes the parameters, gives the XML inside `<…Result>`.
    pub handler: fn(&Context, &Parameters) -> ApiResult<String>,
    /// What is not covered of it, for `docs/api-coverage.md`.
    pub note: &'static str,
}

/// Every operation of the query protocol.
pub const OPERATIONS: &[QueryOperation] = &[
    QueryOperation {
        door: Door::Sts,
        name: "GetCallerIdentity",
        handler: get_caller_identity::get_caller_identity,
        note: "everybody acts under an assumed role",
    },
    QueryOperation {
        door: Door::Sts,
        name: "AssumeRole",
        handler: assume_role::assume_role,
        note: "`RoleArn` is checked by shape; what a role grants is the setting `CAIRN_ROLES`, and session policies, tags and MFA are not looked at",
    },
    QueryOperation {
        door: Door::Sts,
        name: "GetSessionToken",
        handler: get_session_token::get_session_token,
        note: "MFA is not looked at",
    },
    QueryOperation {
        door: Door::Iam,
        name: "GetRole",
        handler: get_role::get_role,
        note: "roles are rows of the setting `CAIRN_ROLES`; there is no policy document",
    },
];

/// The parameters of a request, from its form body and its query.
pub struct Parameters {
    pairs: Vec<(String, String)>,
}

impl Parameters {
    fn read(query: &str, body: &[u8]) -> Parameters {
        let pairs = url::form_urlencoded::parse(body)
            .chain(url::form_urlencoded::parse(query.as_bytes()))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        Parameters { pairs }
    }

    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value of `name`, or the error that it is missing.
    pub fn required(&self, name: &str) -> ApiResult<&str> {
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(|| {
            ApiError::client(
                "ValidationError",
                format!(
                    "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
                ),
            )
        })
    }

    /// The whole number in `name`, within `range`, or `default` when it is not there.
    pub fn number(
        &self,
        name: &str,
        default: i64,
        range: std::ops::RangeInclusive<i64>,
    ) -> ApiResult<i64> {
        let Some(text) = self.get(name) else {
            return Ok(default);
        };
        text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
            ApiError::client(
                "ValidationError",
                format!(
                    "1 validation error detected: Value '{text}' at '{name}' failed to satisfy constraint: Member must be between {} and {}",
                    range.start(),
                    range.end()
                ),
            )
        })
    }
}

/// Answers a request signed for STS or IAM.
pub async fn answer_query(app: Arc<App>, door: Door, request: Request) -> Response {
    let request_id = crate::request_scope::request_id(&request);
    match try_answer_query(app, door, request).await {
        Ok((action, result)) => {
            let namespace = namespace(door);
            let body = format!(
                "<{action}Response xmlns=\"{namespace}\"><{action}Result>{result}</{action}Result><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
            );
            xml_response(StatusCode::OK, body)
        }
        Err(error) => error_response(error, door, &request_id),
    }
}

async fn try_answer_query(
    app: Arc<App>,
    door: Door,
    request: Request,
) -> ApiResult<(&'static str, String)> {
    let now_ms = app.clock.now_ms();
    let (parts, body) = request.into_parts();
    let body = super::read_body(&app, &parts.headers, body).await?;
    let caller = sigv4::verify(&parts, &body, now_ms, app.keys.as_ref()).await?;
    let parameters = Parameters::read(parts.uri.query().unwrap_or_default(), &body);
    let action = parameters.required("Action")?;
    let find = |operation: &&QueryOperation| operation.door == door && operation.name == action;
    let (operation, row) = OPERATIONS
        .iter()
        .find(find)
        .and_then(|operation| Some((operation, roles::row(door, operation.name)?)))
        .ok_or_else(|| {
            ApiError::client(
                "InvalidAction",
                format!("Could not find operation {action}"),
            )
        })?;
    app.metrics.operation(operation.name);
    if !row.access.admits(caller.role) {
        let service = if door == Door::Sts { "sts" } else { "iam" };
        return Err(ApiError::access_denied(format!(
            "User: {} is not authorized to perform: {service}:{action}",
            caller.arn(&app.settings)
        )));
    }
    let context = Context {
        origin: Origins::of(&parts.headers, &app.settings).portal,
        app,
        caller,
        now_ms,
    };
    Ok((operation.name, (operation.handler)(&context, &parameters)?))
}

/// Text with the five characters of XML escaped.
pub fn escape_xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// `2026-11-24T05:15:30Z`.
pub fn iso_time(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms)
        .map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        .unwrap_or_default()
}

fn namespace(door: Door) -> &'static str {
    match door {
        Door::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
        _ => "https://sts.amazonaws.com/doc/2011-06-15/",
    }
}

/// The query protocol has names of its own for faults of signing, and 403 as their status.
fn error_response(error: ApiError, door: Door, request_id: &str) -> Response {
    error.log();
    let (status, code) = match error.code {
        "MissingAuthenticationTokenException" => {
            (StatusCode::FORBIDDEN, "MissingAuthenticationToken")
        }
        "IncompleteSignatureException" => (StatusCode::BAD_REQUEST, "IncompleteSignature"),
        "InvalidSignatureException" => (StatusCode::FORBIDDEN, "SignatureDoesNotMatch"),
        "UnrecognizedClientException" => (StatusCode::FORBIDDEN, "InvalidClientTokenId"),
        "ExpiredTokenException" => (StatusCode::FORBIDDEN, "ExpiredToken"),
        "AccessDeniedException" => (StatusCode::FORBIDDEN, "AccessDenied"),
        other => (error.status, other),
    };
    let fault = if status.is_server_error() {
        "Receiver"
    } else {
        "Sender"
    };
    let body = format!(
        "<ErrorResponse xmlns=\"{}\"><Error><Type>{fault}</Type><Code>{code}</Code><Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
        namespace(door),
        escape_xml(&error.message)
    );
    xml_response(status, body)
}

fn xml_response(status: StatusCode, body: String) -> Response {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "text/xml")
        .body(Body::from(body))
        .expect("a fixed status and a plain header value make a response")
}
