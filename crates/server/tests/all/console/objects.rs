//! Labels and failures of a job.

use serde_json::{Value, json};

use super::world::{World, api, chosen};

fn ids(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["objectId"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn labels_are_listed_newest_first_and_by_class() {
    let world = World::start().await;
    let job_id = world.create("birds", |_| {}).await;
    world.until_running("birds").await;
    let by_line = |line| chosen(if line == 4 { "bad" } else { "good" });
    world.answer(job_id, 0, 9, by_line).await;
    world
        .until("birds", "the end", |it| it["state"] == "Completed")
        .await;
    let all = world.get("jobs/birds/labels").await;
    assert_eq!(ids(&all).len(), 6);
    let first = &all["items"][0];
    assert!(
        first["text"].as_str().unwrap().starts_with("text "),
        "{first}"
    );
    assert_eq!(
        (&first["by"], &first["answers"]),
        (&json!("human"), &json!(1))
    );
    assert!(first["labeledAt"].is_i64());
    let bad = world.get("jobs/birds/labels?label=bad").await;
    assert_eq!(ids(&bad), ["4"]);
    assert_eq!(bad["items"][0]["labels"][0]["name"], "bad");
    assert!(bad["items"][0]["labels"][0]["confidence"].is_f64());
    assert!(ids(&world.get("jobs/birds/labels?label=ugly").await).is_empty());
    // By pages, everything comes once.
    let mut seen = Vec::new();
    let mut path = "jobs/birds/labels?limit=2".to_owned();
    loop {
        let page = world.get(&path).await;
        seen.extend(ids(&page).into_iter().map(str::to_owned));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("jobs/birds/labels?limit=2&after={next}");
    }
    seen.sort();
    assert_eq!(seen, ["0", "1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn objects_with_several_labels_are_found_by_each() {
    let world = World::start().await;
    let job_id = world
        .create("birds", |form| {
            form["taskType"] = json!("TextMultiClassMultiLabel");
            form["submitOnKey"] = json!(false);
        })
        .await;
    world.until_running("birds").await;
    let answer = |line| {
        let labels = if line == 2 {
            json!(["good", "bad"])
        } else {
            json!(["good"])
        };
        json!({"crowd-classifier-multi-select": {"labels": labels}})
    };
    world.answer(job_id, 0, 9, answer).await;
    world
        .until("birds", "the end", |it| it["state"] == "Completed")
        .await;
    assert_eq!(
        ids(&world.get("jobs/birds/labels?label=good").await).len(),
        6
    );
    let bad = world.get("jobs/birds/labels?label=bad").await;
    assert_eq!(ids(&bad), ["2"]);
    let labels = bad["items"][0]["labels"].as_array().unwrap();
    assert_eq!(labels.len(), 2, "{bad}");
    assert!(
        labels.iter().all(|label| label["confidence"].is_f64()),
        "{bad}"
    );
}

#[tokio::test]
async fn failures_are_told_with_their_reason_and_tried_again() {
    let world = World::start().await;
    let picture = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
    world.put("a.svg", picture).await;
    let manifest = "{\"source-ref\":\"s3://data/a.svg\"}\n{\"source-ref\":\"s3://data/b.svg\"}\n{\"source\":\"text\"}\n";
    world.put("in.manifest", manifest).await;
    world
        .create("birds", |form| form["taskType"] = json!("ImageMultiClass"))
        .await;
    let failed = |count: i64| move |it: &Value| it["counts"]["failed"] == count;
    world.until("birds", "failures", failed(2)).await;
    let failures = world.get("jobs/birds/failures").await;
    let told: Vec<(&str, &str, bool)> = failures["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let text = |member: &str| it[member].as_str().unwrap();
            (
                text("objectId"),
                text("code"),
                it["retryable"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [("2", "bad_line", false), ("1", "missing_object", true)]
    );
    assert!(
        failures["items"][1]["reason"]
            .as_str()
            .unwrap()
            .contains("b.svg")
    );
    let retry = |body| world.post("jobs/birds/retry", body);
    // Nothing is mended yet.
    assert_eq!(retry(json!({"objects": ["1"]})).await["retried"], 0);
    world.put("b.svg", picture).await;
    let retried = retry(json!({"all": true})).await;
    assert_eq!(retried["retried"], 1);
    assert_eq!(retried["progress"]["counts"]["failed"], 1);
    assert_eq!(retried["progress"]["iterations"][0]["failed"], 1);
    for (body, error) in [
        (json!({}), "400 invalid objects"),
        (json!({"objects": ["x"]}), "400 invalid objects.0"),
        (
            json!({"objects": ["1"], "all": true}),
            "400 invalid objects",
        ),
        (json!({"objects": vec!["1"; 1_001]}), "400 too_many objects"),
    ] {
        let answer = world.page.post(&api("jobs/birds/retry"), body).await;
        assert_eq!(answer.error(), error);
    }
    world.post("jobs/birds/stop", json!({})).await;
    world
        .until("birds", "the end", |it| it["state"] == "Stopped")
        .await;
    let answer = world
        .page
        .post(&api("jobs/birds/retry"), json!({"all": true}))
        .await;
    assert_eq!(answer.error(), "409 job_over");
}

#[tokio::test]
async fn the_picture_of_an_object_can_be_loaded_for_a_while() {
    let world = World::start().await;
    world
        .put("a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>")
        .await;
    world
        .put("in.manifest", "{\"source-ref\":\"s3://data/a.svg\"}\n")
        .await;
    let job_id = world
        .create("birds", |form| form["taskType"] = json!("ImageMultiClass"))
        .await;
    world.until_running("birds").await;
    let answer = |_| json!({"crowd-image-classifier": {"label": "good"}});
    world.answer(job_id, 0, 1, answer).await;
    world
        .until("birds", "the end", |it| it["state"] == "Completed")
        .await;
    let item = world.get("jobs/birds/labels").await["items"][0].clone();
    assert_eq!(item["uri"], "s3://data/a.svg");
    let url = item["url"].as_str().unwrap();
    let picture = world.test.visitor().get(url).await;
    assert_eq!(picture.status, 200);
    assert!(picture.text().starts_with("<svg"), "{}", picture.text());
}
