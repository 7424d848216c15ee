//! The page of a task.

use axum::body::Body;
use http::{Method, header};
use serde_json::{Value, json};

use super::fixture::{JobSpec, PIXEL, TEMPLATE, Worker, world};
use crate::support::{Answer, TestApp};

/// Loads a page as its frame does: from its own host, without a cookie.
async fn load(test: &TestApp, address: &str) -> Answer {
    let (host, path) = address
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .unwrap_or_else(|| panic!("{address}"));
    let request = http::Request::builder()
        .method(Method::GET)
        .uri(format!("/{path}"))
        .header(header::HOST, host)
        .body(Body::empty())
        .unwrap();
    test.visitor().send_raw(request).await
}

fn spec(template: &str, line: Value) -> JobSpec {
    JobSpec {
        template: template.to_owned(),
        lines: vec![line],
        ..JobSpec::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_the_object_under_a_strict_policy() {
    let (test, job_id) = world(spec(TEMPLATE, json!({"source": "<b>猫</b> & \"dog\""}))).await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let task = ana.next().await;
    let address = task["page"].as_str().unwrap();
    assert!(
        address.starts_with("http://task.localhost:9000/_/task/"),
        "{address}"
    );
    let page = load(&test, address).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    assert!(text.starts_with("<!doctype html>"), "{text}");
    assert!(
        text.contains("&lt;b&gt;猫&lt;/b&gt; &amp; &quot;dog&quot;"),
        "{text}"
    );
    assert!(
        text.contains(r#"categories="[&quot;Cat&quot;,&quot;Dog&quot;]""#),
        "{text}"
    );
    assert!(!text.contains("assets.crowd.aws"), "{text}");
    assert_eq!(
        page.header(header::CONTENT_TYPE),
        "text/html; charset=utf-8"
    );
    assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(page.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(page.header(header::REFERRER_POLICY), "no-referrer");
    let policy = page.header(header::CONTENT_SECURITY_POLICY);
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("https:"),
        "{policy}"
    );
    assert!(
        policy.contains("frame-ancestors 'self' http://127.0.0.1:9000"),
        "{policy}"
    );
    assert!(!policy.contains("sandbox"), "{policy}");
    assert!(page.headers.get(header::SET_COOKIE).is_none());

    // The module it names can be had, for good, from anywhere.
    let module = text
        .split("src=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let module = test.visitor().get(module).await;
    assert_eq!(module.status, 200);
    assert!(module.header(header::CACHE_CONTROL).contains("immutable"));

    // The same page by the portal's own name has no origin at all.
    let own = address.replace("task.localhost:9000", "127.0.0.1:9000");
    let policy = load(&test, &own)
        .await
        .header(header::CONTENT_SECURITY_POLICY)
        .to_owned();
    assert!(
        policy.contains("sandbox allow-scripts") && !policy.contains("allow-same-origin"),
        "{policy}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_objects_are_lent_to_the_page_for_as_long_as_the_task() {
    let template = r#"<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
        <script src="https://code.example/x.js"></script><img src="{{ task.input.taskObject | grant_read_access }}">"#;
    let image = JobSpec {
        task_type: "ImageMultiClass",
        files: vec![("a b/猫.png", PIXEL)],
        ..spec(template, json!({"source-ref": "s3://data/a b/猫.png"}))
    };
    let (test, job_id) = world(image).await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let task = ana.next().await;
    let page = load(&test, task["page"].as_str().unwrap()).await;
    let text = page.text();
    assert!(
        page.header(header::CONTENT_SECURITY_POLICY)
            .contains("script-src 'self' 'unsafe-inline' 'unsafe-eval' https:")
    );
    let object = text
        .split("<img src=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert!(
        object.starts_with("http://task.localhost:9000/_/object/"),
        "{object}"
    );
    let lent = load(&test, object).await;
    assert_eq!(lent.status, 200);
    assert_eq!(lent.bytes, PIXEL);
    assert_eq!(lent.header(header::CONTENT_TYPE), "image/png");
    assert_eq!(lent.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    test.app.clock.advance(3 * 3_600_000);
    assert_eq!(load(&test, object).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_cannot_be_made_says_why_and_tells_the_portal() {
    let template = "<p>line one</p>\n  {{ task.input.taskObject | divided_by: 0 }}";
    let (test, job_id) = world(spec(template, json!({"source": "8"}))).await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let task = ana.next().await;
    let address = task["page"].as_str().unwrap().to_owned();
    let page = load(&test, &address).await;
    assert_eq!(page.status, 422, "{}", page.text());
    assert!(page.text().contains("line 2, column"), "{}", page.text());
    assert!(
        page.text().contains("\"type\":\"failed\""),
        "{}",
        page.text()
    );
    assert!(
        page.header(header::CONTENT_SECURITY_POLICY)
            .contains("default-src 'none'")
    );

    for (change, status) in [("/_/task/x", 403), ("/_/task/", 404)] {
        let address = format!("http://task.localhost:9000{change}");
        assert_eq!(load(&test, &address).await.status, status, "{change}");
    }
    let other = address.replace("/_/task/", "/_/object/");
    assert_eq!(
        load(&test, &other).await.status,
        403,
        "a task's token opens no object"
    );
    test.app.clock.advance(30 * 86_400_000);
    let expired = load(&test, &address).await;
    assert_eq!(expired.status, 403);
    assert!(expired.text().contains("expired"), "{}", expired.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_second_name_the_page_is_the_portals_and_opaque() {
    let (test, job_id) = world(JobSpec::default()).await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let path = format!("/_/portal/api/jobs/{job_id}/next");
    let request = ana
        .page
        .request(Method::POST, &path)
        .header(header::CONTENT_TYPE, "application/json");
    let mut request = request.body(Body::from("{}")).unwrap();
    request
        .headers_mut()
        .insert(header::HOST, "192.0.2.7:9000".parse().unwrap());
    request
        .headers_mut()
        .insert(header::ORIGIN, "http://192.0.2.7:9000".parse().unwrap());
    let reply = ana.page.send_raw(request).await.good();
    let address = reply["assignment"]["page"].as_str().unwrap().to_owned();
    assert!(
        address.starts_with("http://192.0.2.7:9000/_/task/"),
        "{address}"
    );
    let page = load(&test, &address).await;
    let policy = page.header(header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("; sandbox allow-scripts"), "{policy}");
    assert!(
        policy.contains("frame-ancestors 'self' http://192.0.2.7:9000"),
        "{policy}"
    );
}
