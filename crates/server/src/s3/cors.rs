//! Cross-origin requests: the rules of a bucket, preflights and the headers of answers.
//!
//! A bucket without rules of its own lets pages of any origin read it, because a canvas that a
//! stored picture is drawn on stays readable only so. Reading still takes a signature.

use axum::response::{IntoResponse, Response};
use cairn_storage::StoreError;
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode, header};
use percent_encoding::percent_decode_str;
use s3s::dto::{self, CORSConfiguration};
use s3s::{S3Error, S3ErrorCode, S3Result};
use serde::{Deserialize, Serialize};

use crate::app::App;

/// Most rules a bucket may have.
const RULES_MAX: usize = 100;
const METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];
/// What a page may see of an answer beyond the few headers it always may.
const EXPOSED: &str = "accept-ranges, content-length, content-range, etag, x-amz-request-id";

/// A rule as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    origins: Vec<String>,
    methods: Vec<String>,
    #[serde(default)]
    headers: Vec<String>,
    #[serde(default)]
    expose: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_age_seconds: Option<i32>,
}

/// What a request says that decides about its cross-origin headers.
pub(super) struct Asked {
    bucket: String,
    method: String,
    origin: Option<String>,
    /// Method and headers that a preflight asks for.
    wanted_method: Option<String>,
    wanted_headers: Vec<String>,
}

impl Asked {
    pub(super) fn of(parts: &Parts) -> Asked {
        let text = |name: HeaderName| {
            let value = parts.headers.get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let path = parts.uri.path().trim_start_matches('/');
        let bucket = path.split('/').next().unwrap_or_default();
        let wanted_headers = text(header::ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
        Asked {
            bucket: percent_decode_str(bucket).decode_utf8_lossy().into_owned(),
            method: parts.method.to_string(),
            origin: text(header::ORIGIN),
            wanted_method: text(header::ACCESS_CONTROL_REQUEST_METHOD),
            wanted_headers: wanted_headers
                .split(',')
                .map(|name| name.trim().to_ascii_lowercase())
                .filter(|name| !name.is_empty())
                .collect(),
        }
    }
}

/// Rules of a bucket: its own, or none where the default applies.
async fn rules(app: &App, bucket: &str) -> Option<Vec<Rule>> {
    let stored = match app.stores.embedded() {
        Some(embedded) => embedded.bucket_cors(bucket).await,
        None => Ok(None),
    };
    match stored {
        Ok(stored) => stored.and_then(|text| serde_json::from_str(&text).ok()),
        Err(StoreError::NoSuchBucket { .. }) => None,
        Err(error) => {
            tracing::warn!(error.cause = %error, "reading the CORS rules of a bucket failed");
            // Without its rules nothing more than the bucket's own origin may read it.
            Some(Vec::new())
        }
    }
}

/// Answers an OPTIONS request, which comes without a signature.
pub(super) async fn preflight(app: &App, asked: &Asked) -> Response {
    let (Some(origin), Some(method)) = (&asked.origin, &asked.wanted_method) else {
        return super::error_response(
            StatusCode::BAD_REQUEST,
            "BadRequest",
            "Insufficient information. Origin request header needed.",
        );
    };
    let forbidden = || {
        super::error_response(
            StatusCode::FORBIDDEN,
            "AccessForbidden",
            "CORSResponse: This CORS request is not allowed.",
        )
    };
    let mut response = StatusCode::OK.into_response();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    match rules(app, &asked.bucket).await {
        None if method == "GET" || method == "HEAD" => {
            set(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD");
            set(header::ACCESS_CONTROL_MAX_AGE, "3600");
        }
        None => return forbidden(),
        Some(rules) => {
            let Some(rule) = rules
                .iter()
                .find(|rule| rule.admits(Some(origin), method, &asked.wanted_headers))
            else {
                return forbidden();
            };
            set(
                header::ACCESS_CONTROL_ALLOW_METHODS,
                &rule.methods.join(", "),
            );
            if let Some(seconds) = rule.max_age_seconds {
                set(header::ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
            }
        }
    }
    if !asked.wanted_headers.is_empty() {
        set(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            &asked.wanted_headers.join(", "),
        );
    }
    response
}

/// Adds what lets the page that asked read the answer.
pub(super) async fn allow(app: &App, asked: &Asked, response: &mut Response) {
    if asked.bucket.is_empty() {
        return;
    }
    let (is_preflight, status) = (asked.method == "OPTIONS", response.status());
    if is_preflight && status != StatusCode::OK {
        return;
    }
    let method = match (&asked.wanted_method, is_preflight) {
        (Some(wanted), true) => wanted.as_str(),
        _ => asked.method.as_str(),
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    match rules(app, &asked.bucket).await {
        None if method == "GET" || method == "HEAD" => {
            set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
            set(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
        None => {}
        Some(rules) => {
            set(header::VARY, "Origin");
            let origin = asked.origin.as_deref();
            let Some(rule) = rules.iter().find(|rule| rule.admits(origin, method, &[])) else {
                return;
            };
            let is_open = rule.origins.iter().any(|allowed| allowed == "*");
            set(
                header::ACCESS_CONTROL_ALLOW_ORIGIN,
                if is_open { "*" } else { origin.unwrap_or("*") },
            );
            if !rule.expose.is_empty() {
                set(
                    header::ACCESS_CONTROL_EXPOSE_HEADERS,
                    &rule.expose.join(", "),
                );
            }
        }
    }
}

impl Rule {
    /// Whether it lets `origin` use `method` with these headers. A request without an origin is let
    /// through by a rule for every origin only.
    fn admits(&self, origin: Option<&str>, method: &str, headers: &[String]) -> bool {
        let origin_fits = self.origins.iter().any(|pattern| match origin {
            Some(origin) => matches(pattern, origin),
            None => pattern == "*",
        });
        let header_fits = |name: &String| {
            self.headers
                .iter()
                .any(|pattern| matches(&pattern.to_ascii_lowercase(), name))
        };
        origin_fits
            && self.methods.iter().any(|allowed| allowed == method)
            && headers.iter().all(header_fits)
    }
}

/// A pattern holds at most one star, which stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}

/// The rules of a request, checked, as they are stored.
pub(super) fn to_stored(configuration: CORSConfiguration) -> S3Result<String> {
    let invalid = |message: String| S3Error::with_message(S3ErrorCode::InvalidRequest, message);
    let rules: Vec<Rule> = configuration
        .cors_rules
        .into_iter()
        .map(|rule| Rule {
            id: rule.id,
            origins: rule.allowed_origins,
            methods: rule.allowed_methods,
            headers: rule.allowed_headers.unwrap_or_default(),
            expose: rule.expose_headers.unwrap_or_default(),
            max_age_seconds: rule.max_age_seconds,
        })
        .collect();
    if rules.is_empty() || rules.len() > RULES_MAX {
        return Err(S3Error::new(S3ErrorCode::MalformedXML));
    }
    for rule in &rules {
        if rule.origins.is_empty() || rule.methods.is_empty() {
            return Err(S3Error::new(S3ErrorCode::MalformedXML));
        }
        if let Some(method) = rule
            .methods
            .iter()
            .find(|method| !METHODS.contains(&method.as_str()))
        {
            return Err(invalid(format!(
                "Found unsupported HTTP method in CORS config. Unsupported method is {method}"
            )));
        }
        let patterns = rule.origins.iter().chain(&rule.headers);
        if let Some(pattern) = patterns
            .into_iter()
            .find(|text| text.matches('*').count() > 1)
        {
            return Err(invalid(format!(
                "\"{pattern}\" can not have more than one wildcard."
            )));
        }
    }
    serde_json::to_string(&rules)
        .map_err(|_| S3Error::with_message(S3ErrorCode::MalformedXML, "the rules are not text"))
}

/// Stored rules as a client reads them.
pub(super) fn from_stored(text: &str) -> Vec<dto::CORSRule> {
    let rules: Vec<Rule> = serde_json::from_str(text).unwrap_or_default();
    let some = |list: Vec<String>| (!list.is_empty()).then_some(list);
    rules
        .into_iter()
        .map(|rule| dto::CORSRule {
            id: rule.id,
            allowed_origins: rule.origins,
            allowed_methods: rule.methods,
            allowed_headers: some(rule.headers),
            expose_headers: some(rule.expose),
            max_age_seconds: rule.max_age_seconds,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(origins: &[&str], methods: &[&str], headers: &[&str]) -> Rule {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        Rule {
            id: None,
            origins: owned(origins),
            methods: owned(methods),
            headers: owned(headers),
            expose: Vec::new(),
            max_age_seconds: None,
        }
    }

    #[test]
    fn rules_admit_by_origin_method_and_headers() {
        let rule = rule(
            &["https://*.example.com"],
            &["PUT"],
            &["x-amz-*", "Content-Type"],
        );
        let admits = |origin, method, headers: &[&str]| {
            let headers: Vec<String> = headers.iter().map(|name| (*name).to_owned()).collect();
            rule.admits(origin, method, &headers)
        };
        let origin = Some("https://a.example.com");
        assert!(admits(origin, "PUT", &["x-amz-date", "content-type"]));
        assert!(!admits(origin, "PUT", &["authorization"]));
        assert!(!admits(origin, "GET", &[]));
        assert!(!admits(Some("https://example.com"), "PUT", &[]));
        assert!(!admits(None, "PUT", &[]));
    }
}
