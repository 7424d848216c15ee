//! Access keys: made in the console, used by scripts.

use cairn_server::auth::Caller;
use cairn_server::auth::Role;
use cairn_server::auth::access_keys::issue_temporary;
use serde_json::json;

use crate::support::{Script, TestApp};

const KEYS: &str = "/_/console/api/keys";

/// Who the server says a script is, or the error it gets.
async fn identity(script: &Script) -> String {
    let answer = script
        .query("sts", "Action=GetCallerIdentity&Version=2011-06-15")
        .await;
    let text = answer.text();
    let inner = |name: &str| {
        let after = text.split(&format!("<{name}>")).nth(1)?;
        Some(after.split('<').next()?.to_owned())
    };
    inner("Arn")
        .or_else(|| inner("Code"))
        .unwrap_or_else(|| panic!("{text}"))
}

#[tokio::test]
async fn a_key_works_from_the_moment_it_is_made_until_it_is_disabled() {
    let test = TestApp::start_still().await;
    let page = test.person(Role::Administrator).await;
    let body = json!({"name": "my notebook", "role": "requester"});
    let made = page.post(KEYS, body).await.good();
    let id = made["key"]["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("AKIA") && id.len() == 20);
    assert_eq!(made["key"]["lastUsedAt"], json!(null));
    let secret = made["secret"].as_str().unwrap().to_owned();
    let script = Script::new(
        test.router.clone(),
        test.app.clock.clone(),
        id.clone(),
        secret,
    );
    let arn = "arn:aws:sts::000000000000:assumed-role/CairnRequester/my-notebook";
    assert_eq!(identity(&script).await, arn);
    let listed = page.get(KEYS).await.good();
    assert_eq!(listed["items"][0]["lastUsedAt"], test.app.clock.now_ms());
    assert!(!listed.to_string().contains(&script.secret));
    let other = test.replica().await;
    let there = Script::new(
        other.router.clone(),
        test.app.clock.clone(),
        id.clone(),
        script.secret.clone(),
    );
    assert_eq!(identity(&there).await, arn);
    let answer = page.post(&format!("{KEYS}/{id}/disable"), json!({})).await;
    assert_eq!(answer.good()["key"]["state"], "disabled");
    assert_eq!(identity(&script).await, "InvalidClientTokenId");
    // Another replica notices within seconds.
    test.app.clock.advance(3_000);
    assert_eq!(identity(&there).await, "InvalidClientTokenId");
    page.post(&format!("{KEYS}/{id}/enable"), json!({}))
        .await
        .good();
    assert_eq!(identity(&script).await, arn);
    let mut wrong = script.clone();
    wrong.secret = "wrong".to_owned();
    assert_eq!(identity(&wrong).await, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn a_busy_key_costs_no_query() {
    let test = TestApp::start_still().await;
    let script = test.script(Role::Requester).await;
    identity(&script).await;
    let mut taken = Vec::new();
    for _ in 0..8 {
        taken.push(test.app.db.reader().await.unwrap());
    }
    let asked = tokio::time::timeout(std::time::Duration::from_secs(5), identity(&script));
    assert!(
        asked
            .await
            .expect("no query was needed")
            .contains("CairnRequester")
    );
}

#[tokio::test]
async fn a_persons_keys_go_with_them() {
    let test = TestApp::start().await;
    let page = test.person(Role::Administrator).await;
    let ada = test.add_person("ada", Role::Requester).await;
    let people = &test.app.people;
    let key = people
        .add_access_key("ada's", Role::Administrator, Some(ada), "test")
        .await
        .unwrap();
    let id = key.access_key_id;
    let secret = test.app.secrets.access_key_secret(&id);
    let long_lived = Script::new(test.router.clone(), test.app.clock.clone(), id, secret);
    // A key does not lift its holder above their own role.
    let arn = "arn:aws:sts::000000000000:assumed-role/CairnRequester/ada";
    assert_eq!(identity(&long_lived).await, arn);
    let caller = Caller::of_person(Some(ada), "ada", Role::Requester);
    let soon = test.app.clock.now_ms() + 60_000;
    let made = issue_temporary(&test.app.secrets, &caller, soon);
    let mut temporary = Script::new(
        test.router.clone(),
        test.app.clock.clone(),
        made.access_key_id,
        made.secret_access_key,
    );
    temporary.session_token = Some(made.session_token);
    assert_eq!(identity(&temporary).await, arn);
    page.post(&format!("/_/console/api/workers/{ada}/disable"), json!({}))
        .await
        .good();
    for script in [&long_lived, &temporary] {
        assert_eq!(identity(script).await, "InvalidClientTokenId");
    }
}

#[tokio::test]
async fn what_a_key_may_be_called_and_what_it_may_do() {
    let test = TestApp::start().await;
    let page = test.person(Role::Administrator).await;
    for (name, role, expected) in [
        ("", "requester", "400 required name"),
        (&"x".repeat(64), "requester", "400 too_long name"),
        ("x", "worker", "400 invalid role"),
        ("x", "root", "400 invalid role"),
    ] {
        let answer = page.post(KEYS, json!({"name": name, "role": role})).await;
        assert_eq!(answer.error(), expected);
    }
    let answer = page
        .post(&format!("{KEYS}/AKIANONE/disable"), json!({}))
        .await;
    assert_eq!(answer.error(), "404 not_found");
    for n in 0..3 {
        page.post(KEYS, json!({"name": format!("k{n}"), "role": "requester"}))
            .await
            .good();
    }
    let first = page.get(&format!("{KEYS}?limit=2")).await.good();
    let next = first["next"].as_str().unwrap();
    let second = page
        .get(&format!("{KEYS}?limit=2&after={next}"))
        .await
        .good();
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert!(second.get("next").is_none());
}
