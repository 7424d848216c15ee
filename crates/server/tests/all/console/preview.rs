//! The worker's page of a job that is not there yet.

use cairn_server::console::open_preview;
use serde_json::{Value, json};

use super::world::{World, api};

fn question() -> Value {
    json!({
        "taskType": "TextMultiClass",
        "labels": ["good", "bad"],
        "header": "What is it like?",
        "instructions": "",
    })
}

#[tokio::test]
async fn a_question_is_shown_with_a_sample_or_with_objects() {
    let world = World::start().await;
    let app = &world.test.app;
    let ask = |change: Value| {
        let mut body = question();
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        world.post("preview", body)
    };
    let input = |page: &Value| {
        let address = page["page"].as_str().unwrap();
        let (origin, token) = address.split_once("/_/task/").unwrap();
        assert_eq!(origin, "http://task.localhost:9000");
        let preview = open_preview(app, token, app.clock.now_ms()).unwrap();
        assert!(preview.template.contains("What is it like?"));
        assert_eq!(preview.portal, "http://127.0.0.1:9000");
        preview.input
    };
    let sample = ask(json!({})).await;
    assert_eq!(sample["sample"], true);
    assert_eq!(input(&sample)["labels"], json!(["good", "bad"]));
    let real = ask(json!({"inputManifest": "s3://data/in.manifest", "object": 4})).await;
    assert_eq!(
        (&real["sample"], &real["objects"]),
        (&json!(false), &json!(6))
    );
    assert_eq!(input(&real)["taskObject"], "text 4");
    let beyond = ask(json!({"inputManifest": "s3://data/in.manifest", "object": 400})).await;
    assert_eq!(input(&beyond)["taskObject"], "text 5");
    // What cannot be read yet is no reason to show nothing.
    let missing = ask(json!({"inputManifest": "s3://nowhere/in.manifest"})).await;
    assert_eq!(missing["sample"], true);
    // The longest that the form admits still fits into an address.
    let long: String = (0..20_000_u32)
        .map(|at| char::from_u32(0x4e00 + at.wrapping_mul(2_654_435_761) % 8_000).unwrap())
        .collect();
    let long = ask(json!({"fullInstructions": long})).await;
    assert!(input(&long)["taskObject"].is_string());

    // The page itself, as the console's frame gets it.
    let address = real["page"].as_str().unwrap();
    let path = address.strip_prefix("http://task.localhost:9000").unwrap();
    let page = world.test.visitor().get(path).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("text 4"), "{}", page.text());
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("frame-ancestors 'self' http://127.0.0.1:9000"),
        "{policy}"
    );

    let mut wrong = question();
    wrong["labels"] = json!(["good"]);
    let answer = world.page.post(&api("preview"), wrong).await;
    assert_eq!(answer.error(), "400 too_few labels");
    let token = sample["page"].as_str().unwrap().rsplit_once('/').unwrap().1;
    assert!(open_preview(app, token, app.clock.now_ms() + 3_600_000).is_err());
    assert!(open_preview(app, &token[1..], app.clock.now_ms()).is_err());
}
