//! Jobs that learn how reliable their workers are.

use std::collections::HashMap;

use cairn_db::label::Label as StoredLabel;
use cairn_labeling::consolidation::Label;
use cairn_labeling::ids::Line;
use cairn_labeling::worker_parameters::{Besides, Gathered, WorkerParameters};
use serde_json::{Value, json};

use crate::world::{World, texts};

const LABELS: [&str; 2] = ["Cat", "Dog"];

/// By chance as far as anybody can tell, and always the same.
fn chance(line: i64, worker: i64) -> i64 {
    let bits = (line * 31 + worker + 1).wrapping_mul(-7_046_029_254_386_353_131);
    (bits >> 33).rem_euclid(100)
}

/// Workers 1 and 2 are mostly right, 3 half the time, 4 and 5 nearly never.
fn answer_of(line: i64, worker: i64) -> &'static str {
    let right = [95, 90, 55, 10, 12][(worker - 1) as usize];
    let truth = line % 2;
    let said = if chance(line, worker) < right {
        truth
    } else {
        1 - truth
    };
    LABELS[said as usize]
}

fn with(settings: Value, workers: i64) -> impl FnOnce(&mut Value) {
    move |request| {
        request["Settings"] = settings;
        request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] = json!(workers);
    }
}

/// Each worker in turn takes an object, and a second passes.
async fn label_slowly(world: &World, job: i64, workers: &[i64], rounds: usize) {
    world
        .until(job, "tasks", |job| job.progress.dispatched > 0)
        .await;
    for _ in 0..rounds {
        for worker in workers {
            if let Some(line) = world.next(job, *worker).await {
                let label = answer_of(line, *worker);
                world.answer(job, line, *worker, label).await;
            }
        }
        world.advance(1_000);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

async fn labels(world: &World, job: i64) -> Vec<StoredLabel> {
    world.db.label_range(job, 0, 10_000).await.unwrap()
}

/// What the answers of a job alone come to.
async fn recomputed(
    world: &World,
    job: i64,
    besides: &Besides,
) -> HashMap<i64, (&'static str, f64)> {
    let facts = world.engine.facts(job).await.unwrap().unwrap();
    let annotations = world.db.annotation_range(job, 0, 10_000).await.unwrap();
    let by_line: Vec<_> = annotations
        .chunk_by(|one, other| one.line == other.line)
        .map(|answers| (Line(answers[0].line), facts.choices(answers)))
        .collect();
    let mut gathered = Gathered::new(facts.task_type.shape, 2);
    for (line, answers) in &by_line {
        gathered.add(*line, answers);
    }
    let workers = WorkerParameters::fit(gathered, besides).unwrap();
    by_line
        .iter()
        .map(|(line, answers)| {
            let Some(Label::Single { index, confidence }) = workers.label(*line, answers) else {
                panic!("line {line} has no label");
            };
            (line.0, (LABELS[index as usize], confidence))
        })
        .collect()
}

async fn assert_recomputed(world: &World, job: i64, besides: &Besides) {
    let expected = recomputed(world, job, besides).await;
    let labels = labels(world, job).await;
    assert_eq!(labels.len(), expected.len());
    for label in labels {
        let (class, confidence) = expected[&label.line];
        assert_eq!(
            (label.summary.as_str(), label.confidence),
            (class, Some(confidence)),
            "line {}",
            label.line
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_final_labels_are_those_of_all_answers_together() {
    let world = World::new().await;
    let job = world.create("Pets", texts(120), with(json!({}), 5)).await;
    label_slowly(&world, job, &[1, 2, 3, 4, 5], 100).await;
    world.label_all(job, &[1, 2, 3, 4, 5], answer_of).await;
    let ended = world.until_state(job, "Completed").await;
    assert_eq!(ended.progress.human_labeled, 120);
    assert_recomputed(&world, job, &Besides::default()).await;

    // It learnt more than once, and the vote of the many who are wrong did not win.
    let version = world.db.worker_parameters(job).await.unwrap().unwrap();
    assert!(
        version.version > 1 && version.next_line == -1,
        "{version:?}"
    );
    assert_eq!((version.answers, version.objects), (600, 120));
    let labels = labels(&world, job).await;
    let right = labels
        .iter()
        .filter(|label| label.summary == LABELS[(label.line % 2) as usize])
        .count();
    assert!(right >= 108, "{right} of 120");
    let tally = world.db.label_tally(job, 10).await.unwrap();
    for (class, objects) in tally {
        let counted = labels.iter().filter(|label| label.summary == class).count();
        assert_eq!(objects, counted as i64, "{class}");
    }
    // The output manifest says the same.
    let output = world
        .text("out/Pets/manifests/output/output.manifest")
        .await;
    for (line, label) in output.lines().zip(&labels) {
        let line: Value = serde_json::from_str(line).unwrap();
        let metadata = &line["animal-metadata"];
        assert_eq!(metadata["class-name"], label.summary.as_str());
        assert_eq!(metadata["confidence"].as_f64(), label.confidence);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_engine_writes_the_same_labels() {
    let mut world = World::new().await;
    let job = world.create("Pets", texts(60), with(json!({}), 3)).await;
    for round in 0..60 {
        for worker in [1, 3, 4] {
            if let Some(line) = world.next(job, worker).await {
                world
                    .answer(job, line, worker, answer_of(line, worker))
                    .await;
            }
        }
        world.advance(700);
        if round % 7 == 0 {
            world.restart().await;
        }
    }
    world.label_all(job, &[1, 3, 4], answer_of).await;
    world.until_state(job, "Completed").await;
    assert_recomputed(&world, job, &Besides::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_at_the_end_is_in_the_final_labels() {
    let world = World::new().await;
    let job = world.create("Pets", texts(30), with(json!({}), 2)).await;
    world
        .until(job, "tasks", |job| job.progress.dispatched == 30)
        .await;
    let mut last = None;
    for worker in [1, 2] {
        while let Some(line) = world.next(job, worker).await {
            world
                .answer(job, line, worker, answer_of(line, worker))
                .await;
            last = Some(line);
            if worker == 2 && line == 28 {
                break;
            }
        }
    }
    let line = last.unwrap();
    let other = LABELS[(line % 2 == 0) as usize];
    world.answer(job, line, 2, other).await;
    world.label_all(job, &[1, 2], answer_of).await;
    world.until_state(job, "Completed").await;
    assert_recomputed(&world, job, &Besides::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_workers_are_asked_only_where_the_label_is_not_sure() {
    let world = World::new().await;
    let settings = json!({"confidence-target": "0.9", "workers-min": "2"});
    let job = world
        .create("Pets", texts(80), |request| {
            with(settings, 5)(request);
            request["HumanTaskConfig"]["MaxConcurrentTaskCount"] = json!(20);
        })
        .await;
    // Everybody is sure of three objects in four, and nobody of the others.
    let said = |line: i64, worker: i64| {
        let truth = line % 2;
        match line % 4 {
            3 => LABELS[(chance(line, worker) % 2) as usize],
            _ => LABELS[truth as usize],
        }
    };
    world.label_all(job, &[1, 2, 3, 4, 5], said).await;
    let ended = world.until_state(job, "Completed").await;
    assert_eq!(ended.progress.human_labeled, 80);
    let labels = labels(&world, job).await;
    assert!(labels.iter().all(|label| (2..=5).contains(&label.answers)));
    let mean = |hard: bool| {
        let answers: Vec<f64> = labels
            .iter()
            .filter(|label| (label.line % 4 == 3) == hard)
            .map(|label| label.answers as f64)
            .collect();
        answers.iter().sum::<f64>() / answers.len() as f64
    };
    assert!(mean(false) < 3.2, "{}", mean(false));
    assert!(mean(true) > mean(false) + 0.7, "{}", mean(true));
    assert_recomputed(&world, job, &Besides::default()).await;
    let (given, settled) = world.db.answers_given(job).await.unwrap();
    let total: i64 = labels.iter().map(|label| label.answers).sum();
    assert_eq!((given, settled), (total, total));
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_keep_to_a_mean_number_of_answers() {
    let world = World::new().await;
    let job = world
        .create("Pets", texts(150), |request| {
            with(json!({"answers-mean": "2.5"}), 5)(request);
            request["HumanTaskConfig"]["MaxConcurrentTaskCount"] = json!(50);
        })
        .await;
    // Nobody knows one object in four.
    let said = |line: i64, worker: i64| match line % 4 {
        3 => LABELS[(chance(line, worker) % 2) as usize],
        _ => LABELS[(line % 2) as usize],
    };
    world.label_all(job, &[1, 2, 3, 4, 5], said).await;
    let ended = world.until_state(job, "Completed").await;
    assert_eq!(ended.progress.human_labeled, 150);
    let labels = labels(&world, job).await;
    let total: i64 = labels.iter().map(|label| label.answers).sum();
    assert!((365..=380).contains(&total), "{total}");
    let of_hard: i64 = labels
        .iter()
        .filter(|label| label.line % 4 == 3)
        .map(|label| label.answers)
        .sum();
    let of_easy = total - of_hard;
    let hard = labels.iter().filter(|label| label.line % 4 == 3).count() as i64;
    assert!(
        of_hard * (150 - hard) > of_easy * hard,
        "{of_hard}, {of_easy}"
    );
    assert_recomputed(&world, job, &Besides::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_job_asks_nobody_more() {
    let world = World::new().await;
    let settings = json!({"confidence-target": "0.999", "workers-min": "1"});
    let job = world.create("Pets", texts(6), with(settings, 5)).await;
    world
        .until(job, "tasks", |job| job.progress.dispatched == 6)
        .await;
    for worker in [1, 2] {
        let line = world.next(job, worker).await.unwrap();
        world
            .answer(job, line, worker, answer_of(line, worker))
            .await;
    }
    world.stop(job).await;
    let ended = world.until_state(job, "Stopped").await;
    assert_eq!(
        ended.progress.human_labeled as usize,
        labels(&world, job).await.len()
    );
    assert!(ended.progress.human_labeled >= 1);
    assert!(world.db.task_undecided(job, 10).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_jobs_and_known_labels_tell_who_is_reliable() {
    let world = World::new().await;
    let first = world.create("First", texts(100), with(json!({}), 5)).await;
    world.label_all(first, &[1, 2, 3, 4, 5], answer_of).await;
    world.until_state(first, "Completed").await;

    // A reliable worker against one who is nearly always wrong: votes alone cannot tell.
    let again: String = (500..540)
        .map(|number| format!("{{\"source\":\"text {number}\"}}\n"))
        .collect();
    let right = async |job: i64| {
        let labels = labels(&world, job).await;
        assert_eq!(labels.len(), 40);
        let right = labels
            .iter()
            .filter(|label| label.summary == LABELS[(label.line % 2) as usize]);
        right.count()
    };
    let settings = json!({"worker-history": "First"});
    let second = world
        .create("Second", again.clone(), with(settings, 2))
        .await;
    world.label_all(second, &[1, 4], answer_of).await;
    world.until_state(second, "Completed").await;
    let by_history = right(second).await;
    assert!(by_history >= 35, "{by_history} of 40");

    let known: String = (500..520)
        .map(|number| {
            let class = LABELS[number % 2];
            format!("{{\"source\":\"text {number}\",\"gold\":0,\"gold-metadata\":{{\"class-name\":\"{class}\"}}}}\n")
        })
        .collect();
    world.put("gold.manifest", known).await;
    let settings = json!({"known-labels": "s3://data/gold.manifest"});
    let third = world.create("Third", again, with(settings, 2)).await;
    world.label_all(third, &[1, 4], answer_of).await;
    world.until_state(third, "Completed").await;
    let by_gold = right(third).await;
    assert!(by_gold >= 37, "{by_gold} of 40");
    for label in &labels(&world, third).await[..20] {
        assert_eq!(label.confidence, Some(1.0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_besides_and_is_not_there_fails_the_job() {
    let world = World::new().await;
    world.put("gold.manifest", "{}\n").await;
    for (settings, reason) in [
        (
            json!({"worker-history": "nowhere"}),
            "ClientError: cairn:worker-history, nowhere: there is no such labeling job",
        ),
        (
            json!({"known-labels": "s3://data/gone.manifest"}),
            "gone.manifest",
        ),
        (
            json!({"known-labels": "s3://data/gold.manifest"}),
            "ClientError: cairn:known-labels, s3://data/gold.manifest: line 1: has neither `source-ref` nor `source`",
        ),
    ] {
        let name = format!("Job-{}", reason.len());
        let job = world.create(&name, texts(3), with(settings, 2)).await;
        let ended = world.until_state(job, "Failed").await;
        let given = ended.failure_reason.unwrap();
        assert!(given.contains(reason), "{given}");
    }
}
