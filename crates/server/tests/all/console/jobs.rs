//! The list of jobs, one of them, its figures, its output and its end.

use serde_json::{Value, json};

use super::world::{World, api, chosen};

fn names(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn jobs_are_listed_by_name_and_state_and_by_pages() {
    let world = World::start().await;
    for name in ["birds-1", "birds-2", "cats"] {
        world.create(name, |_| {}).await;
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    assert_eq!(
        names(&world.get("jobs").await),
        ["cats", "birds-2", "birds-1"]
    );
    assert_eq!(
        names(&world.get("jobs?name=IRD").await),
        ["birds-2", "birds-1"]
    );
    world.until_running("cats").await;
    world.post("jobs/cats/stop", json!({})).await;
    world
        .until("cats", "the end", |it| it["state"] == "Stopped")
        .await;
    assert_eq!(names(&world.get("jobs?state=Stopped").await), ["cats"]);
    let first = world.get("jobs?limit=2").await;
    assert_eq!(names(&first), ["cats", "birds-2"]);
    let next = first["next"].as_str().unwrap();
    let rest = world.get(&format!("jobs?limit=2&after={next}")).await;
    assert_eq!(names(&rest), ["birds-1"]);
    assert!(rest.get("next").is_none());
    for (query, error) in [
        ("limit=0", "400 invalid limit"),
        ("state=Lost", "400 invalid state"),
        ("after=x", "400 invalid after"),
    ] {
        let answer = world.page.get(&api(&format!("jobs?{query}"))).await;
        assert_eq!(answer.error(), error);
    }
}

#[tokio::test]
async fn the_figures_of_a_job_follow_its_answers() {
    let world = World::start().await;
    let job_id = world
        .create("birds", |form| form["workersPerObject"] = json!(2))
        .await;
    world.until_running("birds").await;
    let good = |_| chosen("good");
    assert_eq!(world.answer(job_id, 0, 9, good).await, 6);
    let by_line = |line| chosen(if line < 3 { "good" } else { "bad" });
    assert_eq!(world.answer(job_id, 1, 9, by_line).await, 6);
    let job = world
        .until("birds", "the end", |it| it["state"] == "Completed")
        .await;
    let progress = &job["progress"];
    assert_eq!(
        progress["counts"],
        json!({"total": 6, "human": 6, "machine": 0, "failed": 0})
    );
    assert_eq!(progress["answers"], 12);
    assert_eq!(progress["activeWorkers"], 2);
    assert_eq!(progress["agreement"], 0.5);
    assert_eq!(progress["secondsLeft"], Value::Null);
    let distribution = progress["distribution"].as_array().unwrap();
    let labels: Vec<&str> = distribution
        .iter()
        .map(|it| it["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["good", "bad"]);
    let counted: i64 = distribution
        .iter()
        .map(|it| it["count"].as_i64().unwrap())
        .sum();
    assert_eq!(counted, 6);
    let iteration = &progress["iterations"][0];
    assert_eq!(iteration["number"], 1);
    let iterations = progress["iterations"].as_array().unwrap();
    let sum = |member: &str| -> i64 {
        iterations
            .iter()
            .map(|it| it[member].as_i64().unwrap())
            .sum()
    };
    assert_eq!((sum("objects"), sum("labeled"), sum("failed")), (6, 6, 0));
    assert!(iteration["finishedAt"].as_i64() >= iteration["startedAt"].as_i64());
    assert!(iteration["startedAt"].as_i64().unwrap() > 0);
    assert!(progress["finishedAt"].is_i64());
    assert_eq!(
        world
            .page
            .post(&api("jobs/birds/stop"), json!({}))
            .await
            .error(),
        "409 job_over"
    );
}

#[tokio::test]
async fn the_output_manifest_is_downloaded_as_it_is_now() {
    let world = World::start().await;
    let job_id = world.create("birds", |_| {}).await;
    world.until("birds", "an output", |_| true).await;
    let ready = |job: &Value| job["configuration"]["outputManifest"]["ready"] == true;
    loop {
        let job = world.get("jobs/birds").await["job"].clone();
        let answer = world.page.get(&api("jobs/birds/output-manifest")).await;
        if ready(&job) {
            assert_eq!(answer.status, 200);
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    world
        .until("birds", "objects", |it| it["iterations"][0]["objects"] == 6)
        .await;
    world.answer(job_id, 0, 9, |_| chosen("bad")).await;
    world
        .until("birds", "the end", |it| it["state"] == "Completed")
        .await;
    let answer = world.page.get(&api("jobs/birds/output-manifest")).await;
    assert_eq!(answer.header("content-type"), "application/jsonlines");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"birds.output.manifest\""
    );
    let lines: Vec<&str> = answer.text().lines().collect();
    assert_eq!(lines.len(), 6);
    assert!(
        lines[0].starts_with(r#"{"source":"text 0","birds":1,"#),
        "{}",
        lines[0]
    );
    let stored = world.test.app.stores.get_bytes(
        "data",
        "out/birds/manifests/output/output.manifest",
        1 << 20,
    );
    assert_eq!(stored.await.unwrap(), answer.bytes);
    assert_eq!(
        world
            .page
            .get(&api("jobs/nothing/output-manifest"))
            .await
            .error(),
        "404 not_found"
    );
}

#[tokio::test]
async fn a_job_whose_manifest_is_bad_says_why() {
    let world = World::start().await;
    world
        .put("bad.manifest", "{\"source\":\"a\"}\nnonsense\n")
        .await;
    world
        .create("birds", |form| {
            form["inputManifest"] = json!("s3://data/bad.manifest")
        })
        .await;
    let job = world
        .until("birds", "the end", |it| it["state"] == "Failed")
        .await;
    let reason = job["progress"]["failureReason"].as_str().unwrap();
    assert!(reason.contains("line 2"), "{reason}");
    assert_eq!(
        world
            .page
            .get(&api("jobs/birds/output-manifest"))
            .await
            .error(),
        "404 not_ready"
    );
}
