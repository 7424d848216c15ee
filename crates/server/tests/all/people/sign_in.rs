//! Signing in and out, and how long a session lives.

use axum::body::Body;
use cairn_db::person::PersonDisable;
use cairn_server::auth::Role;
use cairn_server::clock::Clock;
use http::{Method, header};
use serde_json::json;

use crate::support::{PASSWORD, Page, TestApp};

const SIGN_IN: &str = "/_/portal/api/sign-in";
const ME: &str = "/_/portal/api/me";
const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;

async fn sign_in(page: &Page, path: &str, name: &str, password: &str) -> String {
    let body = json!({"name": name, "password": password});
    let answer = page.post(path, body).await;
    if answer.status.is_success() {
        return "in".to_owned();
    }
    answer.error()
}

#[tokio::test]
async fn a_worker_signs_in_without_regard_to_case_and_out_again() {
    let test = TestApp::start().await;
    test.add_person("Ada", Role::Worker).await;
    let mut page = test.visitor();
    assert_eq!(page.get(ME).await.error(), "401 no_session");
    let body = json!({"name": " aDA ", "password": PASSWORD});
    let answer = page.post(SIGN_IN, body).await;
    let worker = answer.good()["worker"].clone();
    assert_eq!(worker["name"], "Ada");
    assert_eq!(worker["mustChangePassword"], false);
    assert!(answer.good()["now"].is_i64());
    let cookie = answer.header(header::SET_COOKIE).to_owned();
    assert!(cookie.starts_with("cairn_"), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/_/"] {
        assert!(cookie.contains(part), "{cookie} lacks {part}");
    }
    assert!(!cookie.contains("Secure"));
    page.take_cookie(&answer);
    assert_eq!(page.get(ME).await.good()["worker"], worker);
    let before = page.clone();
    let answer = page.post("/_/portal/api/sign-out", json!({})).await;
    answer.good();
    assert!(answer.header(header::SET_COOKIE).contains("Max-Age=0"));
    assert_eq!(before.get(ME).await.error(), "401 no_session");
}

#[tokio::test]
async fn over_https_the_cookie_is_secure() {
    let test = TestApp::start_with(Clock::System, |settings| {
        settings.public_url = Some("https://label.example.com".to_owned());
    })
    .await;
    test.add_person("ada", Role::Worker).await;
    let mut page = test.visitor();
    let body = json!({"name": "ada", "password": PASSWORD});
    assert_eq!(
        page.post(SIGN_IN, body.clone()).await.error(),
        "403 foreign_origin"
    );
    page.origin = Some("https://label.example.com".to_owned());
    let answer = page.post(SIGN_IN, body).await;
    answer.good();
    assert!(answer.header(header::SET_COOKIE).ends_with("; Secure"));
}

#[tokio::test]
async fn who_may_not_come_in_is_told_why() {
    let test = TestApp::start().await;
    let id = test.add_person("ada", Role::Worker).await;
    test.add_person("boss", Role::Requester).await;
    let page = test.visitor();
    assert_eq!(
        sign_in(&page, SIGN_IN, "ada", "wrong").await,
        "400 wrong_password"
    );
    assert_eq!(
        sign_in(&page, SIGN_IN, "nobody", PASSWORD).await,
        "400 wrong_password"
    );
    assert_eq!(
        sign_in(&page, SIGN_IN, "", PASSWORD).await,
        "400 wrong_password"
    );
    let console = "/_/console/api/sign-in";
    assert_eq!(
        sign_in(&page, console, "ada", PASSWORD).await,
        "403 no_access"
    );
    assert_eq!(sign_in(&page, console, "boss", PASSWORD).await, "in");
    assert_eq!(sign_in(&page, SIGN_IN, "boss", PASSWORD).await, "in");
    let disable = PersonDisable {
        person_id: id,
        disabled: true,
        actor: "test".to_owned(),
        now_ms: 1,
    };
    test.app.db.write(disable).await.unwrap();
    assert_eq!(
        sign_in(&page, SIGN_IN, "ada", PASSWORD).await,
        "403 worker_disabled"
    );
    // Only to whoever knows the password.
    assert_eq!(
        sign_in(&page, SIGN_IN, "ada", "wrong").await,
        "400 wrong_password"
    );
}

#[tokio::test]
async fn guessing_is_slowed_down_for_a_quarter_of_an_hour() {
    let test = TestApp::start_with(Clock::manual(1_795_497_330_000), |settings| {
        settings.sign_in_failures_max = 2;
    })
    .await;
    test.add_person("ada", Role::Worker).await;
    test.add_person("ben", Role::Worker).await;
    let page = test.visitor();
    assert_eq!(
        sign_in(&page, SIGN_IN, "ada", "wrong").await,
        "400 wrong_password"
    );
    assert_eq!(sign_in(&page, SIGN_IN, "ada", PASSWORD).await, "in");
    for _ in 0..2 {
        assert_eq!(
            sign_in(&page, SIGN_IN, "ADA", "wrong").await,
            "400 wrong_password"
        );
    }
    assert_eq!(
        sign_in(&page, SIGN_IN, "ada", PASSWORD).await,
        "429 too_many_tries"
    );
    assert_eq!(sign_in(&page, SIGN_IN, "ben", PASSWORD).await, "in");
    test.app.clock.advance(15 * 60 * SECOND);
    assert_eq!(sign_in(&page, SIGN_IN, "ada", PASSWORD).await, "in");
}

/// Counting tries under way as failures refused people who all came at once with the right password.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_sign_in_at_once_and_guesses_at_once_are_counted() {
    let test = TestApp::start_with(Clock::System, |settings| {
        settings.sign_in_failures_max = 3;
    })
    .await;
    test.add_person("ada", Role::Worker).await;
    let page = test.visitor();
    let good = (0..12).map(|_| sign_in(&page, SIGN_IN, "ada", PASSWORD));
    let good = futures::future::join_all(good).await;
    assert!(good.iter().all(|outcome| outcome == "in"), "{good:?}");
    let bad = (0..12).map(|_| sign_in(&page, SIGN_IN, "ada", "wrong"));
    let bad = futures::future::join_all(bad).await;
    let tried = bad
        .iter()
        .filter(|outcome| *outcome == "400 wrong_password");
    // Two are compared at a time, so one more than allowed may be under way.
    assert!((3..=4).contains(&tried.count()), "{bad:?}");
}

#[tokio::test]
async fn only_the_servers_own_pages_change_state() {
    let test = TestApp::start().await;
    let page = test.person(Role::Worker).await;
    let path = "/_/portal/api/language";
    let with_origin = |origin: Option<&str>| {
        let mut other = page.clone();
        other.origin = origin.map(str::to_owned);
        other
    };
    let body = json!({"language": "ja"});
    for foreign in [
        "null",
        "http://task.localhost:9000",
        "http://127.0.0.1:9001",
        "https://127.0.0.1:9000",
    ] {
        let answer = with_origin(Some(foreign)).post(path, body.clone()).await;
        assert_eq!(answer.error(), "403 foreign_origin", "{foreign}");
    }
    with_origin(None).post(path, body.clone()).await.good();
    let request = |page: &Page| page.request(Method::POST, path);
    let fetched = request(&with_origin(None))
        .header("sec-fetch-site", "cross-site")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()));
    let answer = page.send_raw(fetched.unwrap()).await;
    assert_eq!(answer.error(), "403 foreign_origin");
    let form = request(&page)
        .header(header::CONTENT_TYPE, "text/plain")
        .body(Body::from(body.to_string()));
    assert_eq!(page.send_raw(form.unwrap()).await.error(), "415 not_json");
    // A task page has no way in, whatever cookie it might hold.
    let from_task = http::Request::get(ME)
        .header(header::HOST, "task.localhost:9000")
        .header(header::COOKIE, page.cookie.clone().unwrap())
        .body(Body::empty());
    assert_eq!(
        page.send_raw(from_task.unwrap()).await.error(),
        "404 not_found"
    );
}

#[tokio::test]
async fn a_session_ends_when_unused_and_when_its_time_is_over() {
    let test = TestApp::start_with(Clock::manual(1_795_497_330_000), |settings| {
        settings.session_idle_hours = 2;
        settings.session_hours_max = 5;
    })
    .await;
    let idle = test.signed_in("idle", Role::Worker).await;
    let busy = test.signed_in("busy", Role::Worker).await;
    idle.get(ME).await.good();
    for _ in 0..4 {
        busy.get(ME).await.good();
        test.app.clock.advance(HOUR);
    }
    assert_eq!(idle.get(ME).await.error(), "401 no_session");
    busy.get(ME).await.good();
    test.app.clock.advance(HOUR);
    assert_eq!(busy.get(ME).await.error(), "401 no_session");
    assert_eq!(test.app.sessions.expire().await.unwrap(), 2);
}

#[tokio::test]
async fn ending_a_session_takes_effect_at_once_here_and_within_seconds_elsewhere() {
    let test = TestApp::start_still().await;
    let other = test.replica().await;
    let page = test.person(Role::Worker).await;
    let mut there = other.visitor();
    there.cookie = page.cookie.clone();
    page.get(ME).await.good();
    there.get(ME).await.good();
    page.post("/_/portal/api/sign-out", json!({})).await.good();
    assert_eq!(page.get(ME).await.error(), "401 no_session");
    there.get(ME).await.good();
    test.app.clock.advance(3 * SECOND);
    assert_eq!(there.get(ME).await.error(), "401 no_session");
}

#[tokio::test]
async fn a_busy_session_costs_no_query() {
    let test = TestApp::start_still().await;
    let page = test.person(Role::Worker).await;
    page.get(ME).await.good();
    // Every way to the database is taken: whoever needs it would wait.
    let mut taken = Vec::new();
    for _ in 0..8 {
        taken.push(test.app.db.reader().await.unwrap());
    }
    let asked = tokio::time::timeout(std::time::Duration::from_secs(5), page.get(ME));
    asked.await.expect("no query was needed").good();
}

#[tokio::test]
async fn the_language_chosen_is_kept() {
    let test = TestApp::start().await;
    let page = test.person(Role::Requester).await;
    assert!(
        page.get(ME).await.good()["worker"]
            .get("language")
            .is_none()
    );
    let path = "/_/console/api/language";
    let wrong = page.post(path, json!({"language": "tlh"})).await;
    assert_eq!(wrong.error(), "400 invalid language");
    page.post(path, json!({"language": "ja"})).await.good();
    assert_eq!(page.get(ME).await.good()["worker"]["language"], "ja");
    let person = page.get("/_/console/api/me").await.good()["person"].clone();
    assert_eq!(
        (person["language"].clone(), person["role"].clone()),
        (json!("ja"), json!("requester"))
    );
}
