//! First passwords, changes, and one-time links.

use cairn_server::auth::Role;
use cairn_server::people::NewPerson;
use serde_json::json;

use crate::support::{PASSWORD, TestApp};

const CHANGE: &str = "/_/portal/api/password";
const RESET: &str = "/_/portal/api/password/reset";

#[tokio::test]
async fn a_first_password_opens_nothing_but_its_own_change() {
    let test = TestApp::start_still().await;
    let admin = test
        .app
        .people
        .add_first_administrator()
        .await
        .unwrap()
        .unwrap();
    assert!(
        test.app
            .people
            .add_first_administrator()
            .await
            .unwrap()
            .is_none()
    );
    let first = admin.first_password.unwrap();
    let mut page = test.visitor();
    let body = json!({"name": "admin", "password": first});
    let answer = page.post("/_/console/api/sign-in", body).await;
    assert_eq!(answer.good()["person"]["mustChangePassword"], true);
    page.take_cookie(&answer);
    assert_eq!(
        page.get("/_/console/api/teams").await.error(),
        "403 password_change"
    );
    assert_eq!(
        page.get("/_/console/api/overview").await.error(),
        "403 password_change"
    );
    page.get("/_/console/api/me").await.good();
    let change = |body| page.post("/_/console/api/password", body);
    assert_eq!(
        change(json!({"new": first})).await.error(),
        "400 password_unchanged new"
    );
    change(json!({"new": "another good one"})).await.good();
    let me = page.get("/_/console/api/me").await.good();
    assert_eq!(me["person"]["mustChangePassword"], false);
    page.get("/_/console/api/teams").await.good();
    // From now on the current one is asked for.
    let answer = change(json!({"new": "yet another one"})).await;
    assert_eq!(answer.error(), "400 wrong_password current");
}

#[tokio::test]
async fn long_after_signing_in_a_first_password_is_asked_for() {
    let test = TestApp::start_still().await;
    let added = test
        .app
        .people
        .add(NewPerson::worker("ada"), "test")
        .await
        .unwrap();
    let page = test.signed_in("ada", Role::Worker).await;
    test.app.clock.advance(16 * 60 * 1_000);
    let answer = page.post(CHANGE, json!({"new": PASSWORD})).await;
    assert_eq!(answer.error(), "400 wrong_password current");
    let body = json!({"new": PASSWORD, "current": added.first_password});
    page.post(CHANGE, body).await.good();
}

#[tokio::test]
async fn a_change_keeps_the_rules_and_ends_the_other_sessions() {
    let test = TestApp::start().await;
    let page = test.signed_in("ada-lovelace", Role::Worker).await;
    let other = test.signed_in("ada-lovelace", Role::Worker).await;
    other.get("/_/portal/api/me").await.good();
    let change =
        |current: &str, new: &str| page.post(CHANGE, json!({"current": current, "new": new}));
    for (current, new, expected) in [
        ("wrong", "a new password", "400 wrong_password current"),
        (PASSWORD, "short", "400 password_too_short new"),
        (PASSWORD, &"x".repeat(201), "400 password_too_long new"),
        (PASSWORD, "Ada-Lovelace", "400 password_too_common new"),
        (PASSWORD, "password123", "400 password_too_common new"),
        (PASSWORD, PASSWORD, "400 password_unchanged new"),
    ] {
        assert_eq!(change(current, new).await.error(), expected, "{new}");
    }
    change(PASSWORD, "a new password").await.good();
    page.get("/_/portal/api/me").await.good();
    assert_eq!(
        other.get("/_/portal/api/me").await.error(),
        "401 no_session"
    );
    let visitor = test.visitor();
    let sign_in = |password: &str| {
        visitor.post(
            "/_/portal/api/sign-in",
            json!({"name": "ada-lovelace", "password": password}),
        )
    };
    assert_eq!(sign_in(PASSWORD).await.error(), "400 wrong_password");
    sign_in("a new password").await.good();
}

#[tokio::test]
async fn a_link_sets_a_password_once() {
    let test = TestApp::start_still().await;
    let id = test.add_person("ada", Role::Worker).await;
    let before = test.signed_in("ada", Role::Worker).await;
    before.get("/_/portal/api/me").await.good();
    let token = test.app.people.reset_token(id, "test").await.unwrap();
    assert!(
        token
            .link("http://h")
            .starts_with("http://h/_/portal#reset=")
    );
    let visitor = test.visitor();
    let reset = |token: &str, new: &str| visitor.post(RESET, json!({"token": token, "new": new}));
    assert_eq!(
        reset("guess", "a new password").await.error(),
        "400 reset_token"
    );
    assert_eq!(
        reset(&token.token, "short").await.error(),
        "400 password_too_short new"
    );
    reset(&token.token, "a new password").await.good();
    assert_eq!(
        reset(&token.token, "a third password").await.error(),
        "400 reset_token"
    );
    assert_eq!(
        before.get("/_/portal/api/me").await.error(),
        "401 no_session"
    );
    let body = json!({"name": "ada", "password": "a new password"});
    visitor.post("/_/portal/api/sign-in", body).await.good();
    let token = test.app.people.reset_token(id, "test").await.unwrap();
    test.app.clock.advance(48 * 3_600_000);
    assert_eq!(
        reset(&token.token, "a new password").await.error(),
        "400 reset_token"
    );
}

#[tokio::test]
async fn the_database_holds_no_token_and_no_password() {
    let test = TestApp::start().await;
    let page = test.signed_in("ada", Role::Worker).await;
    let id = test
        .app
        .db
        .person_by_login("ada")
        .await
        .unwrap()
        .unwrap()
        .person_id;
    let token = test.app.people.reset_token(id, "test").await.unwrap().token;
    let cookie = page.cookie.unwrap();
    let session = cookie.split(['=', ';']).nth(1).unwrap();
    if test.app.settings.database.is_some() {
        return;
    }
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(&test.app.settings.data).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            bytes.extend(std::fs::read(path).unwrap());
        }
    }
    let holds = |text: &str| {
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    assert!(holds("$argon2id$"));
    for secret in [session, token.as_str(), PASSWORD] {
        assert!(!holds(secret), "the database holds `{secret}`");
    }
}
