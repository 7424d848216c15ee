//! Teams in the console.

use cairn_server::auth::Role;
use serde_json::json;

use crate::support::TestApp;

const TEAMS: &str = "/_/console/api/teams";

#[tokio::test]
async fn a_team_is_made_filled_and_removed() {
    let test = TestApp::start().await;
    let page = test.person(Role::Requester).await;
    let ada = test.add_person("ada", Role::Worker).await;
    let body = json!({"name": "Birds-1", "description": "Knows birds"});
    let team = page.post(TEAMS, body.clone()).await.good()["team"].clone();
    assert_eq!(
        team["arn"],
        "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/Birds-1"
    );
    assert_eq!((&team["members"], &team["jobs"]), (&json!(0), &json!(0)));
    assert_eq!(page.post(TEAMS, body).await.error(), "409 name_taken name");
    assert!(
        !test
            .app
            .memberships
            .works_for(ada, "birds-1")
            .await
            .unwrap()
    );
    let members = "/_/console/api/teams/birds-1/members";
    let answer = page
        .post(members, json!({"workers": [ada.to_string(), "12"]}))
        .await;
    assert_eq!(answer.error(), "400 no_such_worker workers.1");
    let answer = page
        .post(members, json!({"workers": [ada.to_string()]}))
        .await;
    assert_eq!(answer.good()["team"]["members"], 1);
    let arn = team["arn"].as_str().unwrap();
    assert!(test.app.memberships.works_for(ada, arn).await.unwrap());
    assert!(
        test.app
            .memberships
            .works_for(ada, "BIRDS-1")
            .await
            .unwrap()
    );
    let answer = page.delete(&format!("{members}/{ada}")).await;
    assert_eq!(answer.good()["team"]["members"], 0);
    assert!(!test.app.memberships.works_for(ada, arn).await.unwrap());
    page.delete("/_/console/api/teams/Birds-1").await.good();
    assert_eq!(
        page.get("/_/console/api/teams/Birds-1").await.error(),
        "404 not_found"
    );
}

#[tokio::test]
async fn what_a_team_may_be_called() {
    let test = TestApp::start().await;
    let page = test.person(Role::Requester).await;
    for (name, description, expected) in [
        ("", "d", "400 required name"),
        ("a b", "d", "400 pattern name"),
        ("-a", "d", "400 pattern name"),
        (&"x".repeat(64), "d", "400 too_long name"),
        ("a", " ", "400 required description"),
        ("a", &"x".repeat(201), "400 too_long description"),
        ("a", "one\ntwo", "400 pattern description"),
    ] {
        let answer = page
            .post(TEAMS, json!({"name": name, "description": description}))
            .await;
        assert_eq!(answer.error(), expected, "{name} {description}");
    }
    let answer = page.post(TEAMS, json!({"name": "a"})).await;
    assert_eq!(answer.error(), "400 invalid");
}

#[tokio::test]
async fn teams_are_paged() {
    let test = TestApp::start().await;
    let page = test.person(Role::Requester).await;
    for name in ["b", "A", "c"] {
        test.team(name, &[]).await;
    }
    let mut names = Vec::new();
    let mut path = format!("{TEAMS}?limit=2");
    loop {
        let answer = page.get(&path).await.good();
        let items = answer["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        names.extend(
            items
                .iter()
                .map(|team| team["name"].as_str().unwrap().to_owned()),
        );
        match answer["next"].as_str() {
            Some(next) => path = format!("{TEAMS}?limit=2&after={next}"),
            None => break,
        }
    }
    assert_eq!(names, ["A", "b", "c"]);
    for bad in ["limit=0", "limit=201", "after=%20%20"] {
        let answer = page.get(&format!("{TEAMS}?{bad}")).await;
        assert!(answer.error().starts_with("400 invalid"), "{bad}");
    }
}

#[tokio::test]
async fn a_team_with_an_unfinished_job_stays() {
    let test = TestApp::start().await;
    let page = test.person(Role::Requester).await;
    test.team("Birds", &[]).await;
    let arn = cairn_server::people::teams::arn(&test.app.settings, "Birds");
    test.app
        .db
        .write(cairn_db::labeling_job::LabelingJobInsert {
            job_id: 1,
            name: "job".to_owned(),
            arn: "arn".to_owned(),
            reference_code: "code".to_owned(),
            workteam_arn: arn,
            task_type: "TextMultiClass".to_owned(),
            request: "{}".to_owned(),
            settings: "{}".to_owned(),
            pinned: Default::default(),
            tags: Vec::new(),
            actor: "test".to_owned(),
            now_ms: 1,
        })
        .await
        .unwrap();
    let team = page.get("/_/console/api/teams/Birds").await.good();
    assert_eq!(team["team"]["jobs"], 1);
    let answer = page.delete("/_/console/api/teams/Birds").await;
    assert_eq!(answer.error(), "409 team_in_use name");
    test.app.stores.create_bucket("photos").await.unwrap();
    let overview = page.get("/_/console/api/overview").await.good();
    for (member, expected) in [
        ("jobs", json!(1)),
        ("teams", json!(1)),
        ("workers", json!(1)),
        ("mail", json!(false)),
        ("buckets", json!(["photos"])),
        ("region", json!("us-east-1")),
        ("endpoint", json!("http://127.0.0.1:9000")),
        ("portalUrl", json!("http://127.0.0.1:9000/_/portal")),
    ] {
        assert_eq!(overview[member], expected, "{member}");
    }
}
