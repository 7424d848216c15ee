//! The files of `web/`: modules, styles, messages, and the two pages.
//!
//! In a release they are part of the binary; in a debug build they are read from disk, so that an edit
//! shows on reload. Old code must never run against a new server: a browser asks each time and is told
//! `304` when its copy is still good. An address that names the version of the whole (`~<version>/`
//! before the path) may be kept for ever, because another version has another address.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::origin::Origins;
use crate::page_error::PageError;

#[derive(RustEmbed)]
#[folder = "../../web"]
struct Web;

/// Bytes of a hash that tell versions apart.
const VERSION_BYTES: usize = 8;

/// Address of a file, as `elements/index.js`, whose answer may be kept for ever. Modules import each
/// other by relative paths, so what is loaded from there stays in its version.
pub fn path(name: &str) -> String {
    format!("/_/assets/~{}/{name}", version())
}

/// The bytes of a file, for pages that hold all that they need.
pub fn bytes(name: &str) -> Option<std::borrow::Cow<'static, [u8]>> {
    Web::get(name).map(|file| file.data)
}

/// The version of all files together.
fn version() -> String {
    /// How long an edit may stay unnoticed in a debug build, where the files are read from disk.
    const NOTICED_AFTER: Duration = Duration::from_secs(1);
    static VERSION: Mutex<Option<(Instant, String)>> = Mutex::new(None);
    let mut known = VERSION
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some((read_at, version)) = &*known
        && (!cfg!(debug_assertions) || read_at.elapsed() < NOTICED_AFTER)
    {
        return version.clone();
    }
    let mut names: Vec<_> = Web::iter().collect();
    names.sort_unstable();
    let mut hash = Sha256::new();
    for name in names {
        hash.update(name.as_bytes());
        if let Some(file) = Web::get(&name) {
            hash.update(file.metadata.sha256_hash());
        }
    }
    let version = hex::encode(&hash.finalize()[..VERSION_BYTES]);
    *known = Some((Instant::now(), version.clone()));
    version
}

/// `GET /_/assets/{path}`. Open to every origin: task pages load the elements from theirs.
pub async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let (path, is_versioned) = match path.strip_prefix('~').and_then(|rest| rest.split_once('/')) {
        Some((wanted, path)) => (path, wanted == version()),
        None => (path.as_str(), false),
    };
    let file = if is_served(path) {
        Web::get(path)
    } else {
        None
    };
    let Some(file) = file else {
        return PageError::not_found("there is no such file").into_response();
    };
    let cache = if is_versioned {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let etag = etag(&file);
    let mut response = if matches(&headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = file.data.into_response();
        let kind = HeaderValue::from_static(content_type(path));
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    };
    let given = response.headers_mut();
    given.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    given.insert(header::ETAG, etag);
    given.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    given.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    given.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("cross-origin"),
    );
    response
}

/// `GET /_/portal`.
pub async fn portal(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    page("portal/index.html", &app, &headers)
}

/// `GET /_/console`.
pub async fn console(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    page("console/index.html", &app, &headers)
}

fn page(name: &str, app: &App, headers: &HeaderMap) -> Response {
    if Origins::is_task(headers, &app.settings) {
        return PageError::not_found("task pages have no way in here").into_response();
    }
    let Some(file) = Web::get(name) else {
        return PageError::not_found("there is no such page").into_response();
    };
    let html = String::from_utf8_lossy(&file.data).replace("/_/assets/", &path(""));
    let policy = content_security_policy(&Origins::of(headers, &app.settings));
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    (headers, html).into_response()
}

/// What a page of ours may load and frame. An opaque task frame is on the portal's own host.
fn content_security_policy(origins: &Origins) -> String {
    let task = origins.task.as_deref().unwrap_or("'self'");
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: {task}; \
         font-src 'self'; connect-src 'self'; frame-src {task}; form-action 'none'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// Notes for developers and types lie beside what browsers load.
fn is_served(path: &str) -> bool {
    !path.ends_with(".md")
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "html" => "text/html; charset=utf-8",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn etag(file: &EmbeddedFile) -> HeaderValue {
    let hash = hex::encode(&file.metadata.sha256_hash()[..VERSION_BYTES]);
    HeaderValue::try_from(format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

fn matches(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let given = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let etag = etag.to_str().unwrap_or_default();
    // On its way a compressing proxy may have made the tag a weak one.
    given.is_some_and(|given| {
        given
            .split(',')
            .any(|each| each.trim().trim_start_matches("W/") == etag)
    })
}
