//! Teams and the workforce.

use cairn_server::auth::Role;
use serde_json::{Value, json};

use crate::support::TestApp;

pub fn team(name: &str) -> Value {
    json!({
        "WorkteamName": name,
        "Description": "a team",
        "MemberDefinitions": [cognito("us-east-1_Abc", name)],
    })
}

pub fn cognito(pool: &str, group: &str) -> Value {
    json!({"CognitoMemberDefinition": {"UserPool": pool, "UserGroup": group, "ClientId": "client1"}})
}

#[tokio::test]
async fn a_team_is_made_described_changed_and_deleted() {
    let test = TestApp::start_still().await;
    let script = test.script(Role::Requester).await;
    let arn = "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/Birds";
    let mut request = team("Birds");
    request["Tags"] = json!([{"Key": "cost", "Value": "7"}]);
    assert_eq!(
        script.good("CreateWorkteam", request).await,
        json!({"WorkteamArn": arn})
    );
    let name = json!({"WorkteamName": "Birds"});
    let found = script.good("DescribeWorkteam", name.clone()).await;
    let expected = json!({
        "WorkteamName": "Birds",
        "MemberDefinitions": [cognito("us-east-1_Abc", "Birds")],
        "WorkteamArn": arn,
        "WorkforceArn": "arn:aws:sagemaker:us-east-1:000000000000:workforce/default",
        "Description": "a team",
        "SubDomain": "127.0.0.1:9000",
        "CreateDate": 1_795_497_330.0,
        "LastUpdatedDate": 1_795_497_330.0,
    });
    assert_eq!(found, json!({"Workteam": expected}));
    test.app.clock.advance(1_500);
    let change = json!({
        "WorkteamName": "birds",
        "Description": "more",
        "MemberDefinitions": [cognito("us-east-1_Abc", "a"), cognito("us-east-1_Abc", "b")],
        "WorkerAccessConfiguration": {"S3Presign": {"IamPolicyConstraints": {"SourceIp": "Disabled"}}},
    });
    let changed = script.good("UpdateWorkteam", change).await["Workteam"].clone();
    assert_eq!(changed["Description"], "more");
    assert_eq!(changed["WorkteamName"], "Birds");
    assert_eq!(changed["LastUpdatedDate"], 1_795_497_331.5);
    let groups = test.app.db.workteam_groups("Birds").await.unwrap();
    assert_eq!(groups, ["a", "b"]);
    let done = script.good("DeleteWorkteam", name.clone()).await;
    assert_eq!(done, json!({"Success": true}));
    for operation in ["DescribeWorkteam", "UpdateWorkteam", "DeleteWorkteam"] {
        let (code, message) = script.refused(operation, name.clone()).await;
        assert_eq!(code, "ValidationException", "{operation}");
        assert!(message.contains("`Birds`"), "{message}");
    }
}

#[tokio::test]
async fn a_name_of_a_team_is_taken_once_whatever_its_case() {
    let test = TestApp::start().await;
    let script = test.script(Role::Requester).await;
    script.good("CreateWorkteam", team("Birds")).await;
    let (code, _) = script.refused("CreateWorkteam", team("bIRDS")).await;
    assert_eq!(code, "ResourceInUse");
}

#[tokio::test]
async fn the_first_team_fixes_the_pool_of_the_workforce() {
    let test = TestApp::start().await;
    let script = test.script(Role::Requester).await;
    // A team made on the server's own pages names no pool that a script would have to know.
    test.team("Pages", &[]).await;
    script.good("CreateWorkteam", team("Birds")).await;
    let mut other = team("Other");
    other["MemberDefinitions"] = json!([cognito("us-east-1_Xyz", "x")]);
    let (code, message) = script.refused("CreateWorkteam", other).await;
    assert_eq!(code, "ValidationException");
    assert!(message.contains("us-east-1_Abc"), "{message}");
    let found = script
        .good("DescribeWorkforce", json!({"WorkforceName": "default"}))
        .await;
    let pool = json!({"UserPool": "us-east-1_Abc", "ClientId": "client1"});
    assert_eq!(found["Workforce"]["CognitoConfig"], pool);
    assert_eq!(found["Workforce"]["Status"], "Active");
    let listed = script.good("ListWorkforces", json!({})).await;
    assert_eq!(listed["Workforces"][0], found["Workforce"]);
    let none = script
        .good("ListWorkforces", json!({"NameContains": "x"}))
        .await;
    assert_eq!(none, json!({"Workforces": []}));
}

#[tokio::test]
async fn what_is_not_offered_yet_is_refused_by_name() {
    let test = TestApp::start().await;
    let script = test.script(Role::Administrator).await;
    let check = |operation: &'static str, body: Value, word: &'static str| {
        let script = script.clone();
        async move {
            let (code, message) = script.refused(operation, body).await;
            assert_eq!(code, "ValidationException", "{message}");
            assert!(message.contains(word), "{message}");
        }
    };
    let with = |name: &str, value: Value| {
        let mut body = team("Birds");
        body[name] = value;
        body
    };
    let topic = json!({"NotificationTopicArn": "arn:aws:sns:us-east-1:000000000000:t"});
    check(
        "CreateWorkteam",
        with("NotificationConfiguration", topic),
        "NotificationTopicArn",
    )
    .await;
    let access = json!({"S3Presign": {"IamPolicyConstraints": {"VpcSourceIp": "Enabled"}}});
    check(
        "CreateWorkteam",
        with("WorkerAccessConfiguration", access),
        "VpcSourceIp",
    )
    .await;
    check(
        "CreateWorkteam",
        with("WorkforceName", json!("none")),
        "WorkforceName",
    )
    .await;
    check(
        "CreateWorkteam",
        with("MemberDefinitions", json!([{}])),
        "MemberDefinition",
    )
    .await;
    let oidc = json!({"WorkforceName": "w", "OidcConfig": {
        "ClientId": "c", "ClientSecret": "s", "Issuer": "https://i", "AuthorizationEndpoint": "https://i/a",
        "TokenEndpoint": "https://i/t", "UserInfoEndpoint": "https://i/u", "LogoutEndpoint": "https://i/l",
        "JwksUri": "https://i/j"}});
    check("CreateWorkforce", oidc, "OidcConfig").await;
    let workforce = |name: &str, value: Value| {
        let mut body = json!({"WorkforceName": "w", "CognitoConfig": {"UserPool": "us-east-1_A", "ClientId": "c"}});
        body[name] = value;
        body
    };
    let cidrs = json!({"Cidrs": ["10.0.0.0/8"]});
    check(
        "CreateWorkforce",
        workforce("SourceIpConfig", cidrs.clone()),
        "SourceIpConfig",
    )
    .await;
    check(
        "CreateWorkforce",
        workforce("IpAddressType", json!("dualstack")),
        "IpAddressType",
    )
    .await;
    let open = json!({"Cidrs": ["0.0.0.0/0"]});
    script
        .good("CreateWorkforce", workforce("SourceIpConfig", open.clone()))
        .await;
    check(
        "UpdateWorkforce",
        json!({"WorkforceName": "w", "SourceIpConfig": cidrs}),
        "SourceIpConfig",
    )
    .await;
    let same = json!({"WorkforceName": "W", "SourceIpConfig": open});
    let updated = script.good("UpdateWorkforce", same).await;
    assert_eq!(updated["Workforce"]["WorkforceName"], "w");
}

#[tokio::test]
async fn there_is_one_workforce_and_it_goes_after_its_teams() {
    let test = TestApp::start().await;
    let script = test.script(Role::Administrator).await;
    let workforce = |name: &str| json!({"WorkforceName": name, "CognitoConfig": {"UserPool": "us-east-1_A", "ClientId": "c"}});
    script.good("CreateWorkforce", workforce("first")).await;
    let (code, _) = script.refused("CreateWorkforce", workforce("FIRST")).await;
    assert_eq!(code, "ValidationException");
    let (code, _) = script.refused("CreateWorkforce", workforce("second")).await;
    assert_eq!(code, "ValidationException");
    let mut request = team("Birds");
    request["MemberDefinitions"] = json!([{"OidcMemberDefinition": {"Groups": ["g"]}}]);
    script.good("CreateWorkteam", request).await;
    let name = json!({"WorkforceName": "first"});
    let (code, _) = script.refused("DeleteWorkforce", name.clone()).await;
    assert_eq!(code, "ResourceInUse");
    script
        .good("DeleteWorkteam", json!({"WorkteamName": "Birds"}))
        .await;
    script.good("DeleteWorkforce", name.clone()).await;
    for operation in ["DescribeWorkforce", "UpdateWorkforce", "DeleteWorkforce"] {
        let (code, _) = script.refused(operation, name.clone()).await;
        assert_eq!(code, "ValidationException", "{operation}");
    }
}

#[tokio::test]
async fn teams_are_listed_in_every_order_page_by_page() {
    let test = TestApp::start_still().await;
    let script = test.script(Role::Requester).await;
    for name in ["c", "a", "B2", "b1", "d"] {
        script.good("CreateWorkteam", team(name)).await;
        test.app.clock.advance(1);
    }
    let check = |query: Value, expected: &'static str| {
        let script = script.clone();
        async move {
            let mut names = Vec::new();
            let mut query = query;
            loop {
                let page = script.good("ListWorkteams", query.clone()).await;
                for team in page["Workteams"].as_array().unwrap() {
                    names.push(team["WorkteamName"].as_str().unwrap().to_owned());
                }
                match page.get("NextToken") {
                    None => break,
                    Some(token) => query["NextToken"] = token.clone(),
                }
            }
            assert_eq!(names.join(" "), expected);
        }
    };
    check(json!({"MaxResults": 2}), "c a B2 b1 d").await;
    check(
        json!({"MaxResults": 2, "SortOrder": "Descending"}),
        "d b1 B2 a c",
    )
    .await;
    check(json!({"MaxResults": 1, "SortBy": "Name"}), "a b1 B2 c d").await;
    check(
        json!({"MaxResults": 5, "SortBy": "Name", "SortOrder": "Descending"}),
        "d c B2 b1 a",
    )
    .await;
    check(json!({"NameContains": "b", "SortBy": "Name"}), "b1 B2").await;
}

#[tokio::test]
async fn a_token_continues_its_own_list_only() {
    let test = TestApp::start_still().await;
    let script = test.script(Role::Requester).await;
    for name in ["a", "b"] {
        script.good("CreateWorkteam", team(name)).await;
    }
    let first = script.good("ListWorkteams", json!({"MaxResults": 1})).await;
    let token = first["NextToken"].as_str().unwrap().to_owned();
    let mut forged = token.clone();
    forged.replace_range(3..4, if &forged[3..4] == "A" { "B" } else { "A" });
    for query in [
        json!({"NextToken": forged}),
        json!({"NextToken": "x"}),
        json!({"NextToken": token, "SortBy": "Name"}),
        json!({"NextToken": token, "NameContains": "a"}),
    ] {
        let (code, message) = script.refused("ListWorkteams", query).await;
        assert_eq!(code, "ValidationException");
        assert!(message.contains("NextToken"), "{message}");
    }
    let other = json!({"NextToken": token});
    let (code, _) = script.refused("ListHumanTaskUis", other.clone()).await;
    assert_eq!(code, "ValidationException");
    test.app.clock.advance(25 * 3_600 * 1_000);
    let (code, _) = script.refused("ListWorkteams", other).await;
    assert_eq!(code, "ValidationException");
}

#[tokio::test]
async fn there_are_no_subscribed_teams() {
    let test = TestApp::start().await;
    let script = test.script(Role::Requester).await;
    let none = script.good("ListSubscribedWorkteams", json!({})).await;
    assert_eq!(none, json!({"SubscribedWorkteams": []}));
    let arn = "arn:aws:sagemaker:us-east-1:111111111111:workteam/vendor-crowd/x-1";
    let body = json!({"WorkteamArn": arn});
    let (code, _) = script.refused("DescribeSubscribedWorkteam", body).await;
    assert_eq!(code, "ValidationException");
}

#[tokio::test]
async fn region_and_account_of_the_settings_are_in_every_arn() {
    let test = TestApp::start_with(Default::default(), |settings| {
        settings.region = "ap-northeast-1".to_owned();
        settings.account_id = "123456789012".to_owned();
    })
    .await;
    let mut script = test.script(Role::Requester).await;
    script.region = "ap-northeast-1".to_owned();
    let made = script.good("CreateWorkteam", team("Birds")).await;
    assert_eq!(
        made["WorkteamArn"],
        "arn:aws:sagemaker:ap-northeast-1:123456789012:workteam/private-crowd/Birds"
    );
}
