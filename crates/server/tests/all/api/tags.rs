//! Tags.

use cairn_server::auth::Role;
use serde_json::{Value, json};

use super::human_task_uis::ui;
use super::workteams::team;
use crate::support::TestApp;

fn tags(keys: impl IntoIterator<Item = String>) -> Value {
    keys.into_iter()
        .map(|key| json!({"Key": key, "Value": "v"}))
        .collect()
}

#[tokio::test]
async fn tags_are_added_listed_and_deleted_on_everything_that_has_them() {
    let test = TestApp::start().await;
    let script = test.script(Role::Administrator).await;
    let team = script.good("CreateWorkteam", team("Birds")).await;
    let ui = script.good("CreateHumanTaskUi", ui("birds")).await;
    let workforce = "arn:aws:sagemaker:us-east-1:000000000000:workforce/default";
    for arn in [
        team["WorkteamArn"].clone(),
        ui["HumanTaskUiArn"].clone(),
        json!(workforce),
    ] {
        let first = json!({"Key": "b", "Value": ""});
        let second = json!({"Key": "a 日本", "Value": "x=1"});
        let add = json!({"ResourceArn": arn, "Tags": [first, second]});
        let all = script.good("AddTags", add).await;
        assert_eq!(all, json!({"Tags": [first, second]}), "{arn}");
        let again = json!({"Key": "b", "Value": "2"});
        let add = json!({"ResourceArn": arn, "Tags": [again]});
        script.good("AddTags", add).await;
        let listed = script.good("ListTags", json!({"ResourceArn": arn})).await;
        assert_eq!(listed, json!({"Tags": [again, second]}), "{arn}");
        let delete = json!({"ResourceArn": arn, "TagKeys": ["b", "never there"]});
        let done = script.good("DeleteTags", delete).await;
        assert_eq!(done, json!({}), "{arn}");
        let listed = script.good("ListTags", json!({"ResourceArn": arn})).await;
        assert_eq!(listed, json!({"Tags": [second]}), "{arn}");
    }
    // A new thing of the same name starts without the tags of the old one.
    let name = json!({"WorkteamName": "Birds"});
    script.good("DeleteWorkteam", name).await;
    script
        .good("CreateWorkteam", super::workteams::team("Birds"))
        .await;
    let listed = script
        .good("ListTags", json!({"ResourceArn": team["WorkteamArn"]}))
        .await;
    assert_eq!(listed, json!({"Tags": []}));
}

#[tokio::test]
async fn a_resource_has_fifty_tags_at_most() {
    let test = TestApp::start().await;
    let script = test.script(Role::Requester).await;
    let made = script.good("CreateWorkteam", team("Birds")).await;
    let arn = &made["WorkteamArn"];
    let forty = tags((0..40).map(|n| n.to_string()));
    let add = |tags: Value| json!({"ResourceArn": arn, "Tags": tags});
    script.good("AddTags", add(forty.clone())).await;
    script.good("AddTags", add(forty)).await;
    let eleven = add(tags((40..51).map(|n| n.to_string())));
    let (code, _) = script.refused("AddTags", eleven).await;
    assert_eq!(code, "ValidationException");
    let ten = add(tags((40..50).map(|n| n.to_string())));
    let all = script.good("AddTags", ten).await;
    assert_eq!(all["Tags"].as_array().unwrap().len(), 50);
    let listed = script
        .good("ListTags", json!({"ResourceArn": arn, "MaxResults": 50}))
        .await;
    assert_eq!(listed, all);
}

#[tokio::test]
async fn bad_keys_and_unknown_resources_are_refused() {
    let test = TestApp::start().await;
    let script = test.script(Role::Requester).await;
    let made = script.good("CreateWorkteam", team("Birds")).await;
    let arn = &made["WorkteamArn"];
    for key in ["aws:x", "cairn:consolidation", "semi;colon", ""] {
        let add = json!({"ResourceArn": arn, "Tags": tags([key.to_owned()])});
        let (code, _) = script.refused("AddTags", add).await;
        assert_eq!(code, "ValidationException", "{key}");
        let mut request = team("Other");
        request["Tags"] = tags([key.to_owned()]);
        let (code, _) = script.refused("CreateWorkteam", request).await;
        assert_eq!(code, "ValidationException", "{key}");
    }
    let mut twice = team("Other");
    twice["Tags"] = tags(["a".to_owned(), "a".to_owned()]);
    let (code, _) = script.refused("CreateWorkteam", twice).await;
    assert_eq!(code, "ValidationException");
    for arn in [
        "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/none",
        "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/none",
        "arn:aws:sagemaker:us-east-1:000000000000:workforce/none",
        "arn:aws:sagemaker:us-east-1:000000000000:human-task-ui/none",
        "arn:aws:sagemaker:us-east-1:000000000000:endpoint/none",
        "arn:aws:sagemaker:eu-west-1:000000000000:workteam/private-crowd/Birds",
        "arn:aws:sagemaker:us-east-1:111111111111:workteam/private-crowd/Birds",
        "arn:aws:s3:::bucket",
    ] {
        for (operation, body) in [
            ("ListTags", json!({"ResourceArn": arn})),
            (
                "AddTags",
                json!({"ResourceArn": arn, "Tags": tags(["a".to_owned()])}),
            ),
            ("DeleteTags", json!({"ResourceArn": arn, "TagKeys": ["a"]})),
        ] {
            let (code, message) = script.refused(operation, body).await;
            assert_eq!(code, "ValidationException", "{operation} {arn}: {message}");
        }
    }
}
