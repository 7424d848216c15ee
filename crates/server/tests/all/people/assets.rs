//! The pages and their files.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};

use crate::support::TestApp;

#[tokio::test]
async fn files_are_open_to_all_origins_and_never_stale() {
    let test = TestApp::start().await;
    let page = test.visitor();
    let answer = page.get("/_/assets/elements/index.js").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.header(header::CONTENT_TYPE),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-cache");
    let etag = answer.header(header::ETAG).to_owned();
    let again = page
        .request(Method::GET, "/_/assets/elements/index.js")
        .header(header::IF_NONE_MATCH, format!("\"x\", W/{etag}"));
    let answer = page.send_raw(again.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::NOT_MODIFIED);
    assert!(answer.bytes.is_empty());
    for (path, kind) in [
        ("theme.css", "text/css; charset=utf-8"),
        ("mark.svg", "image/svg+xml"),
        ("messages/ja.json", "application/json"),
    ] {
        let answer = page.get(&format!("/_/assets/{path}")).await;
        assert_eq!(answer.header(header::CONTENT_TYPE), kind);
    }
    for missing in [
        "none.js",
        "../Cargo.toml",
        "%2e%2e/Cargo.toml",
        "elements/README.md",
        "elements",
        "",
    ] {
        let answer = page.get(&format!("/_/assets/{missing}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{missing}");
    }
}

#[tokio::test]
async fn a_page_loads_one_version_which_may_be_kept() {
    let test = TestApp::start().await;
    let page = test.visitor();
    let html = page.get("/_/portal").await;
    let script = html
        .text()
        .split("src=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert!(
        script.starts_with("/_/assets/~") && script.ends_with("/portal/index.js"),
        "{script}"
    );
    assert_eq!(script, cairn_server::assets::path("portal/index.js"));
    let answer = page.get(script).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.header(header::CACHE_CONTROL),
        "public, max-age=31536000, immutable"
    );
    // A page of another version gets what there is, and keeps it for no longer than it is true.
    let answer = page
        .get("/_/assets/~0000000000000000/portal/index.js")
        .await;
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-cache");
}

#[tokio::test]
async fn the_pages_keep_foreign_code_out() {
    let test = TestApp::start().await;
    let page = test.visitor();
    for path in ["/_/portal", "/_/console"] {
        let answer = page.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(answer.header(header::REFERRER_POLICY), "no-referrer");
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        for part in [
            "default-src 'none'",
            "script-src 'self';",
            "frame-src http://task.localhost:9000;",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{policy} lacks {part}");
        }
        assert!(!policy.contains("unsafe"));
        let from_task = Request::get(path)
            .header(header::HOST, "task.localhost:9000")
            .body(Body::empty());
        assert_eq!(
            page.send_raw(from_task.unwrap()).await.status,
            StatusCode::NOT_FOUND
        );
    }
    let answer = page
        .send(Method::POST, "/_/portal", Some(serde_json::json!({})))
        .await;
    assert_eq!(answer.error(), "405 method_not_allowed");
}

#[tokio::test]
async fn large_files_are_compressed_for_whoever_takes_it() {
    let test = TestApp::start().await;
    let page = test.visitor();
    let path = "/_/assets/messages/en.json";
    let plain = page.get(path).await;
    let request = page
        .request(Method::GET, path)
        .header(header::ACCEPT_ENCODING, "gzip");
    let answer = page.send_raw(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.header(header::CONTENT_ENCODING), "gzip");
    assert!(answer.bytes.len() * 2 < plain.bytes.len());
}

#[tokio::test]
async fn a_browser_at_the_bare_address_is_led_to_the_portal_and_nobody_else() {
    let test = TestApp::start().await;
    let page = test.visitor();
    let visit = |accept: &str, authorization: Option<&str>| {
        let mut request = page
            .request(Method::GET, "/")
            .header(header::ACCEPT, accept);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        page.send_raw(request.body(Body::empty()).unwrap())
    };
    let html = "text/html,application/xhtml+xml";
    let answer = visit(html, None).await;
    assert_eq!(answer.status, StatusCode::FOUND);
    assert_eq!(answer.header(header::LOCATION), "/_/portal");
    for (accept, authorization) in [("*/*", None), (html, Some("AWS AKID:c2ln"))] {
        let answer = visit(accept, authorization).await;
        assert_ne!(answer.status, StatusCode::FOUND, "{accept}");
    }
}
