//! Signing in and out.

use cairn_server::auth::Role;
use serde_json::json;

use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn a_worker_signs_in_by_name_or_address_and_out_again() {
    let test = TestApp::start().await;
    test.add_person("Ada", Role::Worker).await;
    let mut page = test.visitor();
    assert_eq!(page.get("/_/portal/api/me").await.error(), "401 no_session");
    let body = json!({"name": " aDA ", "password": PASSWORD});
    let answer = page.post("/_/portal/api/sign-in", body).await;
    let worker = answer.good()["worker"].clone();
    assert_eq!(worker["name"], "Ada");
    assert_eq!(worker["mustChangePassword"], false);
    assert!(answer.good()["now"].is_i64());
    page.take_cookie(&answer);
    assert_eq!(page.get("/_/portal/api/me").await.good()["worker"], worker);
    let answer = page.post("/_/portal/api/sign-out", json!({})).await;
    answer.good();
    assert_eq!(page.get("/_/portal/api/me").await.error(), "401 no_session");
}

#[tokio::test]
async fn a_script_with_a_key_is_known() {
    let test = TestApp::start().await;
    let script = test.script(Role::Requester).await;
    let answer = script
        .query("sts", "Action=GetCallerIdentity&Version=2011-06-15")
        .await;
    assert!(
        answer.text().contains("assumed-role/CairnRequester"),
        "{}",
        answer.text()
    );
}
