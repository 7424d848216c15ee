//! The files of `web/`: scripts, styles and words of every page, built into the program.
//!
//! Each can be had under two addresses. `/_/assets/<version>/…` changes with any change to any file, so
//! browsers keep what they got there for good, and a new task asks the server for none of it. Imports
//! between modules are relative and stay within their version. `/_/assets/…` without a version is asked
//! for anew each time.

use std::borrow::Cow;
use std::sync::OnceLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use crate::page_error::PageError;

/// The route.
pub const ROUTE: &str = "/_/assets/{*path}";

/// Hexadecimal digits of a version.
const VERSION_DIGITS: usize = 16;
const FOREVER: &str = "public, max-age=31536000, immutable";

#[derive(RustEmbed)]
#[folder = "../../web/"]
struct Web;

/// The address of a file of `web/` in this version.
pub fn path(name: &str) -> String {
    format!("/_/assets/{}/{name}", version())
}

/// A page of `web/`, with the addresses of this version in it. None when there is no such file.
pub fn page(name: &str) -> Option<String> {
    let file = Web::get(name)?;
    let text = String::from_utf8(file.data.into_owned()).ok()?;
    Some(text.replace("\"/_/assets/", &format!("\"/_/assets/{}/", version())))
}

/// A digest of all files.
fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let mut names: Vec<Cow<'static, str>> = Web::iter().collect();
        names.sort();
        let mut digest = Sha256::new();
        for name in &names {
            if let Some(file) = Web::get(name) {
                digest.update(name.as_bytes());
                digest.update([0]);
                digest.update(file.metadata.sha256_hash());
            }
        }
        let mut version = hex::encode(digest.finalize());
        version.truncate(VERSION_DIGITS);
        version
    })
}

/// Answers with a file.
pub async fn serve(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let (given, name) = split(&path);
    let Some(file) = Web::get(name) else {
        return PageError::not_found("there is no such file").into_response();
    };
    // Another version's page, left open over an update, gets the file as it is now.
    let is_ours = given == Some(version());
    respond(name, file, is_ours, &headers)
}

/// The version and the name in an address.
fn split(path: &str) -> (Option<&str>, &str) {
    match path.split_once('/') {
        Some((first, rest)) if is_version(first) => (Some(first), rest),
        _ => (None, path),
    }
}

fn is_version(text: &str) -> bool {
    text.len() == VERSION_DIGITS
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn respond(name: &str, file: EmbeddedFile, is_ours: bool, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let is_known = headers.get_all(header::IF_NONE_MATCH).iter().any(|known| {
        known
            .as_bytes()
            .windows(tag.len())
            .any(|part| part == tag.as_bytes())
    });
    let caching = if is_ours { FOREVER } else { "no-cache" };
    let fixed: [(HeaderName, &'static str); 4] = [
        (header::CACHE_CONTROL, caching),
        // Task pages may have an opaque origin, and import modules all the same.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, content_type(name))], file.data).into_response()
    };
    for (name, value) in fixed {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Content type by the end of the name; only what `web/` holds needs one.
fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("html") => "text/html; charset=utf-8",
        Some("md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(path: &str, known: Option<&str>) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(known) = known {
            headers.insert(header::IF_NONE_MATCH, known.parse().unwrap());
        }
        serve(Path(path.to_owned()), headers).await
    }

    #[tokio::test]
    async fn only_the_version_of_now_is_kept_for_good() {
        let own = path("elements/index.js");
        let own = own.strip_prefix("/_/assets/").unwrap();
        let forever = get(own, None).await;
        assert_eq!(forever.status(), StatusCode::OK);
        assert_eq!(forever.headers()[header::CACHE_CONTROL], FOREVER);
        assert_eq!(forever.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        for path in ["elements/index.js", "0123456789abcdef/elements/index.js"] {
            let now = get(path, None).await;
            assert_eq!(now.status(), StatusCode::OK, "{path}");
            assert_eq!(now.headers()[header::CACHE_CONTROL], "no-cache", "{path}");
            assert_eq!(now.headers()[header::ETAG], forever.headers()[header::ETAG]);
        }
        let tag = forever.headers()[header::ETAG].to_str().unwrap().to_owned();
        let known = get("elements/index.js", Some(&tag)).await;
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    }

    #[tokio::test]
    async fn nothing_outside_web_is_served() {
        for path in [
            "",
            "no-such.js",
            "../Cargo.toml",
            "elements/../../Cargo.toml",
            "%2e%2e/Cargo.toml",
            "/etc/passwd",
        ] {
            let response = get(path, None).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn a_page_names_its_files_by_version() {
        let page = page("portal/index.html").unwrap();
        assert!(
            page.contains(&format!("src=\"{}\"", path("portal/index.js"))),
            "{page}"
        );
        assert_eq!(super::page("portal/no-such.html"), None);
    }
}
