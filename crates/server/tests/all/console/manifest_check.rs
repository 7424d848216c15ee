//! Checking a manifest before a job is made of it.

use serde_json::{Value, json};

use super::world::{World, api};

#[tokio::test]
async fn a_manifest_is_told_of_line_by_line() {
    let world = World::start().await;
    let check = |task_type: &str, attribute: &str| {
        let body = json!({
            "uri": "s3://data/in.manifest", "taskType": task_type, "labelAttributeName": attribute,
        });
        world.post("manifest-check", body)
    };
    let report = check("TextMultiClass", "animal").await;
    assert_eq!(
        (&report["lines"], &report["errorCount"]),
        (&json!(6), &json!(0))
    );
    assert_eq!(report["complete"], true);
    let first = report["first"].as_array().unwrap();
    assert_eq!(first.len(), 5);
    assert_eq!(first[4], json!({"objectId": "4", "text": "text 4"}));

    let lines = [
        r#"{"source":"a","animal":1,"animal-metadata":{}}"#,
        "nonsense",
        r#"{"text":"a"}"#,
        r#"{"source":"a","source-ref":"s3://b/c"}"#,
        r#"{"source-ref":"s3://data/a.png"}"#,
        r#"{"source-ref":"http://b/c"}"#,
        "",
        r#"{"source":"the end"}"#,
    ];
    world.put("in.manifest", &lines.join("\n")).await;
    let report = check("TextMultiClass", "animal").await;
    let told: Vec<(i64, &str)> = report["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (
                error["line"].as_i64().unwrap(),
                error["code"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        (2, "not_json"),
        (3, "no_source"),
        (4, "two_sources"),
        (5, "wrong_kind"),
        (6, "bad_uri"),
        (7, "blank"),
    ];
    assert_eq!(told, expected);
    assert_eq!(
        (&report["lines"], &report["errorCount"]),
        (&json!(7), &json!(6))
    );
    assert_eq!(report["labeled"], 1);
    let report = check("ImageMultiClass", "animal").await;
    let first = report["first"].as_array().unwrap();
    assert_eq!(first.len(), 1, "{report:#}");
    assert_eq!(first[0]["objectId"], "4");
    assert!(first[0]["url"].as_str().unwrap().starts_with("/_/object/"));

    world.put("in.manifest", &"x\n".repeat(100)).await;
    let report = check("TextMultiClass", "").await;
    assert_eq!(report["errors"].as_array().unwrap().len(), 20);
    assert_eq!(report["errorCount"], 100);
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_said_to() {
    let world = World::start().await;
    let cases: &[(Value, &str)] = &[
        (json!(""), "400 required uri"),
        (json!("in.manifest"), "400 pattern uri"),
        (json!("s3://nowhere/in.manifest"), "400 no_such_bucket uri"),
        (json!("s3://data/other.manifest"), "400 no_such_object uri"),
    ];
    for (uri, error) in cases {
        let body = json!({"uri": uri, "taskType": "TextMultiClass"});
        let answer = world.page.post(&api("manifest-check"), body).await;
        assert_eq!(answer.error(), *error);
    }
}
