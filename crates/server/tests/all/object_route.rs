//! `/_/object/<token>`: one stored object for whoever holds a token.

use axum::body::{Body, Bytes};
use axum::response::Response;
use cairn_server::object::object_path;
use cairn_server::secrets::Purpose;
use http::{Method, Request, StatusCode, header};
use tower::ServiceExt;

use crate::support::TestApp;

const BUCKET: &str = "pictures";
const KEY: &str = "a//猫.png";
const BODY: &[u8] = b"0123456789";

async fn start() -> TestApp {
    let app = TestApp::start_still().await;
    app.app.stores.create_bucket(BUCKET).await.unwrap();
    let body = Bytes::from_static(BODY);
    let stored = app
        .app
        .stores
        .put_bytes(BUCKET, KEY, body, "binary/octet-stream");
    stored.await.unwrap();
    app
}

impl TestApp {
    fn object_path(&self, seconds: i64) -> String {
        let expires_at_ms = self.app.clock.now_ms() + seconds * 1_000;
        object_path(&self.app.secrets, BUCKET, KEY, expires_at_ms)
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(header::HeaderName, &str)],
    ) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str, headers: &[(header::HeaderName, &str)]) -> Response {
        self.ask(Method::GET, path, headers).await
    }
}

async fn body_of(response: Response) -> Bytes {
    axum::body::to_bytes(response.into_body(), 1_000)
        .await
        .unwrap()
}

fn text<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_token_opens_one_object_and_is_cached_no_longer_than_it_lives() {
    let app = start().await;
    let path = app.object_path(600);
    let response = app.get(&path, &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    let expected = [
        ("content-type", "image/png"),
        ("content-length", "10"),
        ("accept-ranges", "bytes"),
        ("cache-control", "private, max-age=600"),
        ("content-security-policy", "sandbox"),
        ("x-content-type-options", "nosniff"),
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("referrer-policy", "no-referrer"),
    ];
    for (name, value) in expected {
        assert_eq!(text(&response, name), value, "{name}");
    }
    assert_eq!(body_of(response).await, BODY);

    let head = app.ask(Method::HEAD, &path, &[]).await;
    assert_eq!(
        (head.status(), text(&head, "content-length")),
        (StatusCode::OK, "10")
    );
    assert!(body_of(head).await.is_empty());
    let put = app.ask(Method::PUT, &path, &[]).await;
    assert_eq!(put.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn ranges_and_known_etags_are_answered_with_less() {
    let app = start().await;
    let path = app.object_path(600);
    let part = app.get(&path, &[(header::RANGE, "bytes=2-4")]).await;
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(text(&part, "content-range"), "bytes 2-4/10");
    let etag = text(&part, "etag").to_owned();
    assert_eq!(body_of(part).await, "234");
    let tail = app.get(&path, &[(header::RANGE, "bytes=-3")]).await;
    assert_eq!(body_of(tail).await, "789");
    let beyond = app.get(&path, &[(header::RANGE, "bytes=10-")]).await;
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(text(&beyond, "content-range"), "bytes */10");
    let known = app.get(&path, &[(header::IF_NONE_MATCH, &etag)]).await;
    assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    assert!(body_of(known).await.is_empty());
    let other = [
        (header::RANGE, "bytes=2-4"),
        (header::IF_RANGE, "\"other\""),
    ];
    assert_eq!(app.get(&path, &other).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn no_other_token_opens_anything() {
    let app = start().await;
    let path = app.object_path(600);
    let secrets = &app.app.secrets;
    let later = app.app.clock.now_ms() + 600_000;
    let of_task = secrets.sign(Purpose::Task, later, &[BUCKET, KEY]);
    let of_three = secrets.sign(Purpose::Object, later, &[BUCKET, KEY, "x"]);
    let forged = [
        format!("{path}x"),
        path.replace('.', ""),
        "/_/object/x".to_owned(),
        format!("/_/object/{of_task}"),
        format!("/_/object/{of_three}"),
    ];
    for path in forged {
        let response = app.get(&path, &[]).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
        assert_eq!(text(&response, "content-security-policy"), "sandbox");
    }
    let missing = object_path(secrets, BUCKET, "none", later);
    assert_eq!(app.get(&missing, &[]).await.status(), StatusCode::NOT_FOUND);
    app.app.clock.advance(600_000);
    let expired = app.get(&path, &[]).await;
    assert_eq!(expired.status(), StatusCode::FORBIDDEN);
    assert!(
        body_of(expired)
            .await
            .starts_with(b"{\"error\":{\"code\":\"expired\"")
    );
}
