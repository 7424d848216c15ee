//! Human task UIs.

use cairn_server::auth::Role;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::TestApp;

pub fn ui(name: &str) -> Value {
    json!({
        "HumanTaskUiName": name,
        "UiTemplate": {"Content": format!("<p>{name} {{{{ task.input.x }}}} 日本</p>")},
    })
}

#[tokio::test]
async fn a_template_is_stored_and_read_back() {
    let test = TestApp::start_still().await;
    let script = test.script(Role::Requester).await;
    let made = script.good("CreateHumanTaskUi", ui("birds")).await;
    let arn = "arn:aws:sagemaker:us-east-1:000000000000:human-task-ui/birds";
    assert_eq!(made, json!({"HumanTaskUiArn": arn}));
    let (code, _) = script.refused("CreateHumanTaskUi", ui("birds")).await;
    assert_eq!(code, "ResourceInUse");
    let name = json!({"HumanTaskUiName": "birds"});
    let found = script.good("DescribeHumanTaskUi", name.clone()).await;
    assert_eq!(found["HumanTaskUiArn"], arn);
    assert_eq!(found["HumanTaskUiStatus"], "Active");
    assert_eq!(found["CreationTime"], 1_795_497_330.0);
    let content = ui("birds")["UiTemplate"]["Content"].clone();
    let content = content.as_str().unwrap();
    assert_eq!(
        found["UiTemplate"]["ContentSha256"],
        hex::encode(Sha256::digest(content))
    );
    let url = found["UiTemplate"]["Url"].as_str().unwrap();
    let path = url
        .strip_prefix("http://127.0.0.1:9000")
        .unwrap()
        .to_owned();
    let answer = test.visitor().get(&path).await;
    assert_eq!(answer.text(), content);
    assert_eq!(answer.header("content-security-policy"), "sandbox");
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    let changed = path.replace("human-task-ui/", "human-task-ui/x");
    assert_eq!(test.visitor().get(&changed).await.status, 404);
    test.app.clock.advance(3_600 * 1_000);
    assert_eq!(test.visitor().get(&path).await.status, 404);
    script.good("DeleteHumanTaskUi", name.clone()).await;
    for operation in ["DescribeHumanTaskUi", "DeleteHumanTaskUi"] {
        let (code, _) = script.refused(operation, name.clone()).await;
        assert_eq!(code, "ResourceNotFound", "{operation}");
    }
}

#[tokio::test]
async fn a_template_that_does_not_parse_is_refused_with_its_place() {
    let test = TestApp::start().await;
    let script = test.script(Role::Requester).await;
    let mut request = ui("birds");
    request["UiTemplate"]["Content"] = json!("<p>\n  {% if %}");
    let (code, message) = script.refused("CreateHumanTaskUi", request).await;
    assert_eq!(code, "ValidationException");
    assert!(message.contains("line 2, column"), "{message}");
}

#[tokio::test]
async fn they_are_listed_by_time() {
    let test = TestApp::start_still().await;
    let script = test.script(Role::Requester).await;
    for name in ["c", "a", "b"] {
        script.good("CreateHumanTaskUi", ui(name)).await;
        test.app.clock.advance(1_000);
    }
    let names = |query: Value| {
        let script = script.clone();
        async move {
            let page = script.good("ListHumanTaskUis", query).await;
            let rows = page["HumanTaskUiSummaries"].as_array().unwrap().clone();
            let names: Vec<&str> = rows
                .iter()
                .map(|row| row["HumanTaskUiName"].as_str().unwrap())
                .collect();
            (names.join(" "), page["NextToken"].clone())
        }
    };
    let (first, token) = names(json!({"MaxResults": 2})).await;
    assert_eq!(first, "c a");
    let (rest, end) = names(json!({"MaxResults": 2, "NextToken": token})).await;
    assert_eq!((rest.as_str(), end), ("b", Value::Null));
    assert_eq!(names(json!({"SortOrder": "Descending"})).await.0, "b a c");
    let middle = json!({"CreationTimeAfter": 1_795_497_330, "CreationTimeBefore": 1_795_497_332.0});
    assert_eq!(names(middle).await.0, "a");
}

#[tokio::test]
async fn there_are_no_more_than_the_setting_allows() {
    let test = TestApp::start_with(Default::default(), |settings| {
        settings.human_task_uis_max = 1;
        settings.workteams_max = 1;
    })
    .await;
    let script = test.script(Role::Requester).await;
    script.good("CreateHumanTaskUi", ui("a")).await;
    let (code, _) = script.refused("CreateHumanTaskUi", ui("b")).await;
    assert_eq!(code, "ResourceLimitExceeded");
    let team = super::workteams::team;
    script.good("CreateWorkteam", team("a")).await;
    let (code, _) = script.refused("CreateWorkteam", team("b")).await;
    assert_eq!(code, "ResourceLimitExceeded");
}
