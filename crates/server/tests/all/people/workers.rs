//! Workers in the console: inviting, finding, shutting out.

use cairn_server::auth::Role;
use serde_json::{Value, json};

use crate::support::{PASSWORD, TestApp};

const WORKERS: &str = "/_/console/api/workers";

#[tokio::test]
async fn people_are_invited_into_teams_and_sign_in_with_what_they_are_given() {
    let test = TestApp::start().await;
    let page = test.person(Role::Requester).await;
    test.team("birds", &["known"]).await;
    test.team("fish", &[]).await;
    let invite =
        |people: Value, teams: Value| page.post(WORKERS, json!({"people": people, "teams": teams}));
    let people = json!([{"name": "山田"}, {"name": "eve@example.com"}, {"name": "KNOWN"}, {"name": " "}, {"name": "x", "email": "no"}]);
    let answer = invite(people, json!(["birds", "FISH"])).await.good();
    let invitations = answer["invitations"].as_array().unwrap();
    let outcomes: Vec<_> = invitations
        .iter()
        .map(|each| each["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        outcomes,
        ["created", "created", "already_there", "refused", "refused"]
    );
    let (yamada, eve, known) = (&invitations[0], &invitations[1], &invitations[2]);
    assert_eq!(known["name"], "known");
    assert!(known.get("password").is_none() && known.get("link").is_none());
    assert!(invitations[4]["message"].as_str().unwrap().contains("`no`"));
    // Without mail the first password and the link are told here, once.
    let mut worker = test.visitor();
    let body = json!({"name": "山田", "password": yamada["password"]});
    let answer = worker.post("/_/portal/api/sign-in", body).await;
    assert_eq!(answer.good()["worker"]["mustChangePassword"], true);
    worker.take_cookie(&answer);
    worker
        .post("/_/portal/api/password", json!({"new": PASSWORD}))
        .await
        .good();
    let link = eve["link"].as_str().unwrap();
    let token = link
        .strip_prefix("http://127.0.0.1:9000/_/portal#reset=")
        .unwrap();
    let body = json!({"token": token, "new": PASSWORD});
    worker
        .post("/_/portal/api/password/reset", body)
        .await
        .good();
    let listed = page
        .get(&format!("{WORKERS}?team=fish&search=EVE"))
        .await
        .good();
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["email"], "eve@example.com");
    assert_eq!(items[0]["state"], "active");
    assert_eq!(items[0]["teams"], json!(["birds", "fish"]));
    assert_eq!(items[0]["id"], eve["id"]);
    let none = invite(json!([]), json!(["nope"])).await;
    assert_eq!(none.error(), "400 no_such_team teams.0");
    let crowd: Vec<_> = (0..101).map(|n| json!({"name": format!("w{n}")})).collect();
    let answer = invite(json!(crowd), json!([])).await;
    assert_eq!(answer.error(), "400 too_many_people people");
}

#[tokio::test]
async fn whoever_is_disabled_is_out_at_once() {
    let test = TestApp::start().await;
    let page = test.person(Role::Requester).await;
    let worker = test.person(Role::Worker).await;
    worker.get("/_/portal/api/me").await.good();
    let id = worker.get("/_/portal/api/me").await.good()["worker"]["id"].clone();
    let id = id.as_str().unwrap();
    let answer = page
        .post(&format!("{WORKERS}/{id}/disable"), json!({}))
        .await;
    assert_eq!(answer.good()["worker"]["state"], "disabled");
    assert_eq!(
        worker.get("/_/portal/api/me").await.error(),
        "401 no_session"
    );
    let answer = page
        .post(&format!("{WORKERS}/{id}/reset-link"), json!({}))
        .await;
    assert_eq!(answer.error(), "409 worker_disabled id");
    let disabled = page.get(&format!("{WORKERS}?state=disabled")).await.good();
    assert_eq!(disabled["items"].as_array().unwrap().len(), 1);
    let answer = page
        .post(&format!("{WORKERS}/{id}/enable"), json!({}))
        .await;
    assert_eq!(answer.good()["worker"]["state"], "active");
    let link = page
        .post(&format!("{WORKERS}/{id}/reset-link"), json!({}))
        .await
        .good();
    assert_eq!(link["mailed"], false);
    assert!(link["link"].as_str().unwrap().contains("/_/portal#reset="));
    assert_eq!(
        page.post(&format!("{WORKERS}/7/disable"), json!({}))
            .await
            .error(),
        "404 not_found"
    );
    assert_eq!(
        page.post(&format!("{WORKERS}/x/disable"), json!({}))
            .await
            .error(),
        "404 not_found"
    );
    assert_eq!(
        page.get(&format!("{WORKERS}?state=asleep")).await.error(),
        "400 invalid state"
    );
}

#[tokio::test]
async fn nobody_locks_out_themselves_or_whoever_is_above_them() {
    let test = TestApp::start().await;
    let requester = test.person(Role::Requester).await;
    let administrator = test.person(Role::Administrator).await;
    let id = |me: Value| me["person"]["id"].as_str().unwrap().to_owned();
    let requester_id = id(requester.get("/_/console/api/me").await.good());
    let administrator_id = id(administrator.get("/_/console/api/me").await.good());
    for verb in ["disable", "enable", "reset-link"] {
        let answer = requester
            .post(&format!("{WORKERS}/{administrator_id}/{verb}"), json!({}))
            .await;
        assert_eq!(answer.error(), "403 no_access", "{verb}");
    }
    for (page, own) in [
        (&requester, &requester_id),
        (&administrator, &administrator_id),
    ] {
        let answer = page
            .post(&format!("{WORKERS}/{own}/disable"), json!({}))
            .await;
        assert_eq!(answer.error(), "409 own_account id");
    }
    administrator
        .post(&format!("{WORKERS}/{requester_id}/disable"), json!({}))
        .await
        .good();
    assert_eq!(
        requester.get("/_/console/api/me").await.error(),
        "401 no_session"
    );
}
