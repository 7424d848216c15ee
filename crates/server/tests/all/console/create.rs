//! Creating a job from the form.

use cairn_server::auth::Role;
use cairn_server::clock::Clock;
use serde_json::{Value, json};

use super::world::{World, api, form};
use crate::support::TestApp;

#[tokio::test]
async fn a_job_made_from_the_form_is_one_that_scripts_see() {
    let world = World::start().await;
    let job = world.post("jobs", form("birds-1")).await["job"].clone();
    assert_eq!(job["name"], "birds-1");
    assert_eq!(job["title"], "What is it like?");
    assert_eq!(job["taskType"], "TextMultiClass");
    let job = world.get("jobs/birds-1").await["job"].clone();
    let configuration = job["configuration"].clone();
    let expected = json!({
        "inputManifest": "s3://data/in.manifest",
        "outputPath": "s3://data/out/",
        "labelCategoryConfig": "s3://data/out/birds-1/annotation-tool/data.json",
        "labelAttributeName": "birds-1",
        "template": "s3://data/out/birds-1/annotation-tool/template.liquid",
        "workersPerObject": 1,
        "taskTimeLimitSeconds": 300,
        "taskAvailabilityLifetimeSeconds": 2_592_000,
        "maxConcurrentTaskCount": 1_000,
        "keywords": [],
        "consolidation": "majority-vote",
        "submitOnKey": true,
        "maxHumanLabeledObjectCount": null,
        "maxPercentageOfInputDatasetLabeled": null,
        "tags": [
            {"key": "cairn:consolidation", "value": "majority"},
            {"key": "cairn:submit-on-key", "value": "true"},
        ],
    });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(
            &configuration[member], value,
            "{member} in {configuration:#}"
        );
    }
    assert_eq!(configuration["workteam"]["name"], "Birders");
    assert_eq!(job["description"], "Read it to its end.");
    let stores = &world.test.app.stores;
    let template = stores.get_bytes(
        "data",
        "out/birds-1/annotation-tool/template.liquid",
        1 << 20,
    );
    let template = String::from_utf8(template.await.unwrap().to_vec()).unwrap();
    assert!(template.contains("<p>Then choose.</p>"), "{template}");
    let script = world.test.script(Role::Requester).await;
    let described = script
        .good("DescribeLabelingJob", json!({"LabelingJobName": "birds-1"}))
        .await;
    assert_eq!(
        described["HumanTaskConfig"]["UiConfig"]["UiTemplateS3Uri"],
        configuration["template"]
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_form_is_said_of_its_field() {
    let world = World::start().await;
    world.post("jobs", form("taken")).await;
    world.put("empty.manifest", "").await;
    let cases: &[(&str, Value, &str)] = &[
        ("name", json!(""), "400 required name"),
        ("name", json!("a b"), "400 pattern name"),
        ("name", json!("TAKEN"), "409 name_taken name"),
        ("labels", json!(["one"]), "400 too_few labels"),
        ("labels", json!(["a", "b", "a"]), "400 duplicate labels.2"),
        ("header", json!(""), "400 required header"),
        ("header", json!("x".repeat(129)), "400 too_long header"),
        (
            "instructions",
            json!("x".repeat(2_001)),
            "400 too_long instructions",
        ),
        ("taskType", json!("BoundingBox"), "400 unsupported taskType"),
        ("inputManifest", json!(""), "400 required inputManifest"),
        (
            "inputManifest",
            json!("data/in"),
            "400 pattern inputManifest",
        ),
        (
            "inputManifest",
            json!("s3://data/"),
            "400 pattern inputManifest",
        ),
        (
            "inputManifest",
            json!("s3://nowhere/in"),
            "400 no_such_bucket inputManifest",
        ),
        (
            "inputManifest",
            json!("s3://data/nothing"),
            "400 no_such_object inputManifest",
        ),
        // A rule of the operation alone, found in its words.
        (
            "inputManifest",
            json!("s3://data/empty.manifest"),
            "400 invalid inputManifest",
        ),
        ("outputPath", json!(""), "400 required outputPath"),
        ("outputPath", json!("out"), "400 pattern outputPath"),
        (
            "outputPath",
            json!("s3://nowhere/out"),
            "400 no_such_bucket outputPath",
        ),
        (
            "labelAttributeName",
            json!("a_b"),
            "400 pattern labelAttributeName",
        ),
        (
            "labelAttributeName",
            json!("a-ref"),
            "400 reserved labelAttributeName",
        ),
        ("workteam", json!(""), "400 required workteam"),
        ("workteam", json!("Nobody"), "400 no_such_team workteam"),
        (
            "workersPerObject",
            json!(0),
            "400 out_of_range workersPerObject",
        ),
        (
            "workersPerObject",
            json!(10),
            "400 out_of_range workersPerObject",
        ),
        (
            "taskTimeLimitSeconds",
            json!(29),
            "400 out_of_range taskTimeLimitSeconds",
        ),
        (
            "taskTimeLimitSeconds",
            json!(28_801),
            "400 out_of_range taskTimeLimitSeconds",
        ),
        (
            "consolidation",
            json!("best"),
            "400 unsupported consolidation",
        ),
        (
            "consolidation",
            json!("hook:nobodys"),
            "400 unsupported consolidation",
        ),
        (
            "confidenceTarget",
            json!(90),
            "400 unsupported confidenceTarget",
        ),
        ("answersMean", json!(1.0), "400 unsupported answersMean"),
        ("answersMean", json!(0.5), "400 out_of_range answersMean"),
        ("answersMean", json!(2.25), "400 out_of_range answersMean"),
        ("answersMean", json!(9), "400 out_of_range answersMean"),
    ];
    for (field, value, error) in cases {
        let mut form = form("wrong");
        form[field] = value.clone();
        let answer = world.page.post(&api("jobs"), form).await;
        assert_eq!(
            answer.error(),
            *error,
            "{field} = {value}: {}",
            answer.text()
        );
    }
    let mut several = form("wrong");
    several["taskType"] = json!("TextMultiClassMultiLabel");
    let answer = world.page.post(&api("jobs"), several).await;
    assert_eq!(answer.error(), "400 unsupported submitOnKey");
    // A refused job leaves nothing behind.
    let stores = &world.test.app.stores;
    let left = stores.head("data", "out/wrong/annotation-tool/template.liquid");
    assert!(left.await.is_err());
    assert_eq!(
        world.get("jobs").await["items"].as_array().unwrap().len(),
        1
    );
}

/// The ways to consolidate that a server's operator named, and how many answers objects may have.
#[tokio::test]
async fn a_job_may_have_a_hook_or_a_mean_of_answers() {
    let with_hook = |settings: &mut cairn_server::settings::Settings| {
        let address = "http://127.0.0.1:9/".parse().unwrap();
        settings
            .consolidation_hooks
            .insert("mine".to_owned(), address);
    };
    let world = World::on(TestApp::start_with(Clock::System, with_hook).await).await;
    let offered = json!(["cairn", "ground-truth", "majority-vote", "hook:mine"]);
    assert_eq!(world.get("overview").await["consolidations"], offered);
    let mut hooked = form("hooked");
    hooked["consolidation"] = json!("hook:mine");
    world.post("jobs", hooked).await;
    let configuration = world.get("jobs/hooked").await["job"]["configuration"].clone();
    assert_eq!(configuration["consolidation"], "hook:mine");
    let tags = [
        json!({"key": "cairn:consolidation", "value": "hook"}),
        json!({"key": "cairn:consolidation-hook", "value": "mine"}),
    ];
    assert_eq!(configuration["tags"].as_array().unwrap()[..2], tags);

    let mut mean = form("mean");
    mean["consolidation"] = json!("cairn");
    mean["workersPerObject"] = json!(3);
    mean["answersMean"] = json!(2.5);
    world.post("jobs", mean.clone()).await;
    let configuration = world.get("jobs/mean").await["job"]["configuration"].clone();
    assert_eq!(configuration["answersMean"], 2.5);
    mean["name"] = json!("both");
    mean["confidenceTarget"] = json!(90);
    let answer = world.page.post(&api("jobs"), mean).await;
    assert_eq!(answer.error(), "400 one_of_two answersMean");
}
