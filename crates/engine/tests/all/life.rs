//! Lives of jobs.

use cairn_db::task::SubmitOutcome;
use serde_json::{Value, json};

use crate::world::{START, World, texts};

#[tokio::test(flavor = "multi_thread")]
async fn from_a_manifest_to_an_output_manifest() {
    let world = World::new().await;
    let job = world
        .create("Pets", texts(25), |request| {
            request["HumanTaskConfig"]["MaxConcurrentTaskCount"] = json!(20);
            request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] = json!(3);
        })
        .await;
    world
        .label_all(job, &[1, 2, 3], |line, worker| {
            // One of the three is wrong about every object.
            if (line % 2 == 0) == (worker != 3) {
                "Cat"
            } else {
                "Dog"
            }
        })
        .await;
    let ended = world.until_state(job, "Completed").await;
    assert_eq!(
        (ended.progress.human_labeled, ended.progress.unlabeled()),
        (25, 0)
    );

    let output = world
        .text("out/Pets/manifests/output/output.manifest")
        .await;
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines.len(), 25);
    for (number, line) in lines.iter().enumerate() {
        let label = number % 2;
        let head = format!(
            "{{\"source\":\"text {number}\",\"id\":{number},\"animal\":{label},\"animal-metadata\":{{"
        );
        assert!(line.starts_with(&head), "{line}");
        let parsed: Value = serde_json::from_str(line).unwrap();
        let metadata = &parsed["animal-metadata"];
        assert_eq!(metadata["class-name"], ["Cat", "Dog"][label]);
        assert_eq!(metadata["job-name"], "labeling-job/pets");
        assert_eq!(metadata["human-annotated"], "yes");
        assert_eq!(metadata["type"], "groundtruth/text-classification");
    }

    // Ten objects, then the rest of twenty, then twenty each.
    let responses = world.keys("out/Pets/annotations/worker-response/").await;
    let of = |iteration: &str| {
        responses
            .iter()
            .filter(|key| key.contains(iteration))
            .count()
    };
    assert_eq!(
        (
            of("/iteration-1/"),
            of("/iteration-2/"),
            of("/iteration-3/")
        ),
        (10, 10, 5)
    );
    let one: Value = serde_json::from_str(&world.text(&responses[0]).await).unwrap();
    assert_eq!(one["answers"].as_array().unwrap().len(), 3);
    assert_eq!(
        one["answers"][0]["answerContent"]["crowd-classifier"]["label"],
        "Cat"
    );
    let worker = one["answers"][0]["workerId"].as_str().unwrap();
    assert!(worker.starts_with("private.us-east-1.AAAA"), "{worker}");

    let folder = "out/Pets/annotations/consolidated-annotation/";
    let requests = world.keys(&format!("{folder}consolidation-request/")).await;
    let answered = world
        .keys(&format!("{folder}consolidation-response/"))
        .await;
    let names = |keys: &[String]| -> Vec<String> {
        keys.iter()
            .map(|key| key.rsplitn(3, '/').take(2).collect::<Vec<_>>().join("/"))
            .collect()
    };
    assert_eq!(names(&requests), names(&answered));
    let mut objects = 0;
    for key in &answered {
        let file: Value = serde_json::from_str(&world.text(key).await).unwrap();
        for object in file.as_array().unwrap() {
            let content = &object["consolidatedAnnotation"]["content"];
            let line: usize = object["datasetObjectId"].as_str().unwrap().parse().unwrap();
            assert_eq!(content["animal"], json!(line % 2));
            objects += 1;
        }
    }
    assert_eq!(objects, 25);
    let intermediate = world.keys("out/Pets/manifests/intermediate/").await;
    assert_eq!(intermediate.len(), 3, "{intermediate:?}");
    assert_eq!(
        world
            .text("out/Pets/manifests/intermediate/3/output.manifest")
            .await,
        output
    );
    let tally = world.db.label_tally(job, 10).await.unwrap();
    assert_eq!(tally, [("Cat".to_owned(), 13), ("Dog".to_owned(), 12)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn answered_objects_make_room_without_waiting_for_their_consolidation() {
    let world = World::new().await;
    let job = world
        .create("Small", texts(40), |request| {
            request["HumanTaskConfig"]["MaxConcurrentTaskCount"] = json!(3);
        })
        .await;
    // The clock stands still, so nothing that waits for a time to come can happen.
    let started = std::time::Instant::now();
    let mut answered = 0;
    while answered < 40 {
        match world.next(job, 1).await {
            Some(line) => {
                world.answer(job, line, 1, "Cat").await;
                answered += 1;
            }
            None => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
        }
        assert!(started.elapsed().as_secs() < 30, "stalled at {answered}");
    }
    world.label_all(job, &[1], |_, _| "Cat").await;
    let ended = world.until_state(job, "Completed").await;
    assert_eq!(ended.progress.human_labeled, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_with_bad_lines_fails_its_job_and_names_them() {
    let world = World::new().await;
    let manifest =
        "{\"source\":\"a\"}\n{\"source\":\n{\"source\":\"b\",\"source-ref\":\"s3://x/y\"}\n{}\n";
    let job = world.create("bad", manifest, |_| ()).await;
    let failed = world.until_state(job, "Failed").await;
    let reason = failed.failure_reason.unwrap();
    for part in [
        "s3://data/bad.manifest",
        "3 lines",
        "line 2",
        "line 3",
        "line 4",
    ] {
        assert!(reason.contains(part), "{reason}");
    }
    assert_eq!(world.next(job, 1).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn manifests_of_every_form_are_read() {
    let world = World::new().await;
    let job = world
        .create(
            "forms",
            "\u{feff}{\"source\":\"a\"}\r\n{\"source\":\"日本\"}",
            |_| (),
        )
        .await;
    world.label_all(job, &[1], |_, _| "Cat").await;
    let output = world
        .text("out/forms/manifests/output/output.manifest")
        .await;
    assert!(
        output.starts_with("{\"source\":\"a\",\"animal\":0,"),
        "{output}"
    );
    assert!(
        output.contains("\n{\"source\":\"日本\",\"animal\":0,"),
        "{output}"
    );
    let empty = world.create("empty", "\n", |_| ()).await;
    let failed = world.until_state(empty, "Failed").await;
    assert!(failed.failure_reason.unwrap().contains("is empty"));
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_files_fail_the_job_with_their_name() {
    let world = World::new().await;
    let job = world
        .create("gone", texts(1), |request| {
            request["LabelCategoryConfigS3Uri"] = json!("s3://data/none.json");
        })
        .await;
    let reason = world
        .until_state(job, "Failed")
        .await
        .failure_reason
        .unwrap();
    assert!(reason.contains("none.json"), "{reason}");
    let job = world
        .create("elsewhere", texts(1), |request| {
            request["OutputConfig"]["S3OutputPath"] = json!("s3://nowhere/out");
        })
        .await;
    let reason = world
        .until_state(job, "Failed")
        .await
        .failure_reason
        .unwrap();
    assert!(reason.contains("nowhere"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_are_labeled_already_are_not_sent_again() {
    let world = World::new().await;
    let mut manifest = String::new();
    for number in 0..6 {
        let label = if number % 2 == 0 {
            ",\"animal\":1,\"animal-metadata\":{\"class-name\":\"Dog\"}"
        } else {
            ""
        };
        manifest.push_str(&format!("{{\"source\":\"{number}\"{label}}}\n"));
    }
    let job = world.create("again", manifest.clone(), |_| ()).await;
    world
        .label_all(job, &[1], |line, _| {
            if line % 2 == 1 {
                "Cat"
            } else {
                panic!("line {line}")
            }
        })
        .await;
    let ended = world.until_state(job, "Completed").await;
    assert_eq!(
        (ended.progress.labeled_before, ended.progress.human_labeled),
        (3, 3)
    );
    let output = world
        .text("out/again/manifests/output/output.manifest")
        .await;
    let first = manifest.lines().next().unwrap();
    assert_eq!(
        output.lines().next().unwrap(),
        first,
        "copied through untouched"
    );

    let labeled: String = (0..3)
        .map(|n| format!("{{\"source\":\"{n}\",\"animal\":0}}\n"))
        .collect();
    let done = world.create("done", labeled, |_| ()).await;
    let ended = world.until_state(done, "Completed").await;
    assert_eq!(ended.progress.labeled_before, 3);
    assert_eq!(
        world
            .text("out/done/manifests/output/output.manifest")
            .await
            .lines()
            .count(),
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_that_cannot_be_shown_fail_alone_and_can_be_retried() {
    let world = World::new().await;
    world.put("broken.png", "not a picture").await;
    world
        .put("good.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
        .await;
    let manifest = ["good.svg", "none.png", "broken.png"]
        .map(|key| format!("{{\"source-ref\":\"s3://data/{key}\"}}\n"))
        .concat();
    let job = world
        .create("pictures", manifest, |request| {
            request["TaskType"] = json!("ImageMultiClass")
        })
        .await;
    let running = world
        .until(job, "dispatch", |job| job.progress.dispatched == 3)
        .await;
    assert_eq!(running.progress.failed, 2);
    let mut failures = world.db.label_failed(job, None, 10).await.unwrap();
    failures.sort_by_key(|failure| failure.line);
    assert!(
        failures[0].summary.contains("none.png"),
        "{}",
        failures[0].summary
    );
    assert!(
        failures[1].summary.contains("not an image"),
        "{}",
        failures[1].summary
    );

    let facts = world.engine.facts(job).await.unwrap().unwrap();
    assert!(
        !world.engine.retry(&facts, 1).await.unwrap(),
        "it is still not there"
    );
    world
        .put("none.png", "<svg xmlns='http://www.w3.org/2000/svg'/>")
        .await;
    assert!(world.engine.retry(&facts, 1).await.unwrap());
    assert!(!world.engine.retry(&facts, 1).await.unwrap(), "once");
    world.label_all(job, &[1], |_, _| "Dog").await;
    let ended = world.until_state(job, "Completed").await;
    assert_eq!(
        (ended.progress.human_labeled, ended.progress.failed),
        (2, 1)
    );
    let output = world
        .text("out/pictures/manifests/output/output.manifest")
        .await;
    let last: Value = serde_json::from_str(output.lines().nth(2).unwrap()).unwrap();
    assert!(last.get("animal").is_none());
    assert!(
        last["animal-metadata"]["failure-reason"]
            .as_str()
            .unwrap()
            .starts_with("ClientError: ")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_job_keeps_what_it_has() {
    let world = World::new().await;
    let job = world
        .create("stop", texts(4), |request| {
            request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] = json!(2);
        })
        .await;
    world
        .until(job, "dispatch", |job| job.progress.dispatched == 4)
        .await;
    for worker in [1, 2] {
        let line = world.next(job, worker).await.unwrap();
        world.answer(job, line, worker, "Cat").await;
    }
    let half = world.next(job, 1).await.unwrap();
    world.answer(job, half, 1, "Dog").await;
    let held = world.next(job, 2).await.unwrap();
    world.stop(job).await;
    let ended = world.until_state(job, "Stopped").await;
    assert_eq!(ended.progress.human_labeled, 2, "the half answered one too");
    assert_eq!((ended.progress.failed, ended.progress.unlabeled()), (0, 2));
    assert_eq!(
        world.answer(job, held, 2, "Cat").await,
        SubmitOutcome::Closed
    );
    let output = world
        .text("out/stop/manifests/output/output.manifest")
        .await;
    assert_eq!(
        output
            .lines()
            .filter(|line| line.contains("\"animal\""))
            .count(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_condition_is_never_overshot() {
    let world = World::new().await;
    let job = world
        .create("enough", texts(10), |request| {
            request["StoppingConditions"] = json!({"MaxPercentageOfInputDatasetLabeled": 35});
        })
        .await;
    world.label_all(job, &[1, 2], |_, _| "Cat").await;
    let ended = world.until_state(job, "Stopped").await;
    assert_eq!(ended.progress.human_labeled, 4, "35 % of 10, rounded up");
    assert_eq!(ended.progress.dispatched, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn unanswered_tasks_end_with_their_availability() {
    let world = World::new().await;
    let job = world
        .create("late", texts(2), |request| {
            request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] = json!(2);
        })
        .await;
    world
        .until(job, "dispatch", |job| job.progress.dispatched == 2)
        .await;
    let line = world.next(job, 1).await.unwrap();
    world.answer(job, line, 1, "Cat").await;
    world.advance(3_600_000);
    let ended = world.until_state(job, "Completed").await;
    assert_eq!(
        (ended.progress.human_labeled, ended.progress.failed),
        (1, 1)
    );
    let failures = world.db.label_failed(job, None, 10).await.unwrap();
    assert!(
        failures[0].summary.contains("Annotation tasks expired"),
        "{}",
        failures[0].summary
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_replaces_the_label_and_counts_once() {
    let world = World::new().await;
    let job = world.create("mend", texts(2), |_| ()).await;
    world
        .until(job, "dispatch", |job| job.progress.dispatched == 2)
        .await;
    let line = world.next(job, 1).await.unwrap();
    world.answer(job, line, 1, "Cat").await;
    world.advance(10_000);
    world
        .until(job, "a label", |job| job.progress.human_labeled == 1)
        .await;
    world.answer(job, line, 1, "Dog").await;
    world.advance(10_000);
    world
        .until(job, "the second label", |job| {
            job.progress.label_version == 2
        })
        .await;
    let tally = world.db.label_tally(job, 10).await.unwrap();
    assert_eq!(tally, [("Dog".to_owned(), 1)]);
    world.label_all(job, &[2], |_, _| "Cat").await;
    let ended = world.until_state(job, "Completed").await;
    assert_eq!(ended.progress.human_labeled, 2);
    let output = world
        .text("out/mend/manifests/output/output.manifest")
        .await;
    assert!(
        output.lines().next().unwrap().contains("\"animal\":1,"),
        "{output}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn work_goes_on_after_a_restart() {
    let mut world = World::new().await;
    let job = world.create("resume", texts(30), |_| ()).await;
    world
        .until(job, "dispatch", |job| job.progress.dispatched == 30)
        .await;
    for _ in 0..10 {
        let line = world.next(job, 1).await.unwrap();
        world.answer(job, line, 1, "Cat").await;
    }
    world.restart().await;
    world.label_all(job, &[1, 2], |_, _| "Cat").await;
    let ended = world.until_state(job, "Completed").await;
    assert_eq!(ended.progress.human_labeled, 30);
    assert!(ended.finished_at.unwrap() >= START);
}
