//! Jobs whose labels a program of the requester's own makes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cairn_db::label::{Label, LabelKind};
use cairn_db::labeling_job::LabelingJob;
use cairn_engine::Hooks;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::world::{World, texts};

/// Status and body.
type Reply = (u16, String);

/// A hook that listens on this machine, and what it was asked.
struct Hook {
    hooks: Hooks,
    questions: Arc<Mutex<Vec<Value>>>,
}

impl Hook {
    /// A hook that replies what `reply` says to the nth question.
    async fn new(reply: impl Fn(usize, &Value) -> Reply + Send + Sync + 'static) -> Hook {
        // The client is made with TLS, needed here or not.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/label", listener.local_addr().unwrap());
        let questions = Arc::new(Mutex::new(Vec::new()));
        let asked = questions.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                serve(stream, &asked, &reply).await;
            }
        });
        let urls = BTreeMap::from([("mine".to_owned(), url.parse().unwrap())]);
        let hooks = Hooks::new(urls).unwrap();
        Hook { hooks, questions }
    }

    fn asked(&self) -> usize {
        self.questions.lock().unwrap().len()
    }
}

async fn serve(
    mut stream: TcpStream,
    asked: &Mutex<Vec<Value>>,
    reply: &(impl Fn(usize, &Value) -> Reply + Sync),
) {
    let mut bytes = Vec::new();
    let question: Value = loop {
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
        let text = String::from_utf8_lossy(&bytes);
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body);
        if let Some(question) = body.and_then(|body| serde_json::from_str(body).ok()) {
            break question;
        }
    };
    let number = {
        let mut asked = asked.lock().unwrap();
        asked.push(question.clone());
        asked.len() - 1
    };
    let (status, body) = tokio::task::block_in_place(|| reply(number, &question));
    let head = format!(
        "HTTP/1.1 {status} Status\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
}

/// Labels each object by its first answer.
fn first_answer(question: &Value) -> Value {
    let objects = question["payload"]["objects"].as_array().unwrap();
    let label = |object: &Value| {
        let content = &object["annotations"][0]["annotationData"]["content"];
        let answer: Value = serde_json::from_str(content.as_str().unwrap()).unwrap();
        let index = i32::from(answer["crowd-classifier"]["label"] == "Dog");
        let attribute = question["labelAttributeName"].as_str().unwrap();
        let content = json!({
            attribute: index,
            format!("{attribute}-metadata"): {"confidence": 0.7, "by": "first"},
        });
        json!({
            "datasetObjectId": object["datasetObjectId"],
            "consolidatedAnnotation": {"content": content},
        })
    };
    objects.iter().map(label).collect()
}

fn by_hook(request: &mut Value) {
    request["Settings"] = json!({"consolidation": "hook", "consolidation-hook": "mine"});
    request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] = json!(2);
}

fn label(line: i64, _: i64) -> &'static str {
    ["Cat", "Dog"][(line % 2) as usize]
}

/// Lets time pass until the hook was asked so often.
async fn ask_until(world: &World, job: i64, hook: &Hook, times: usize) {
    while hook.asked() < times {
        world.advance(1_000);
        world.engine.wake(job);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn labels(world: &World, job: i64) -> Vec<Label> {
    world.db.label_range(job, 0, 100).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_makes_the_labels() {
    let hook = Hook::new(|_, question| (200, first_answer(question).to_string())).await;
    let world = World::with_hooks(hook.hooks.clone()).await;
    let job = world.create("hooked", texts(5), by_hook).await;
    world.label_all(job, &[1, 2], label).await;
    let made = labels(&world, job).await;
    assert_eq!(made.len(), 5);
    for made in made {
        assert_eq!(made.content, (made.line % 2).to_string());
        assert_eq!(made.confidence, Some(0.7));
        assert_eq!(made.summary, label(made.line, 0));
        assert!(made.metadata.starts_with(
            r#"{"confidence":0.7,"by":"first","type":"groundtruth/custom","job-name":"labeling-job/hooked","human-annotated":"yes","creation-date":"2026-11-24T"#
        ));
    }
    let question = hook.questions.lock().unwrap()[0].clone();
    let uri = question["payload"]["s3Uri"].as_str().unwrap();
    let file = world.text(uri.strip_prefix("s3://data/").unwrap()).await;
    let file: Value = serde_json::from_str(&file).unwrap();
    assert_eq!(question["payload"]["objects"], file);
    assert_eq!(file[0]["annotations"].as_array().unwrap().len(), 2);
    let response = uri.replace("consolidation-request", "consolidation-response");
    let response = world
        .text(response.strip_prefix("s3://data/").unwrap())
        .await;
    assert!(response.contains(r#""animal":0,"animal-metadata":{"confidence":0.7,"by":"first""#));
    let output = world
        .text("out/hooked/manifests/output/output.manifest")
        .await;
    let first = output.lines().next().unwrap();
    let expected =
        r#"{"source":"text 0","id":0,"animal":0,"animal-metadata":{"confidence":0.7,"by":"first""#;
    assert!(first.starts_with(expected), "{first}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_fails_is_asked_again_until_it_is_mended() {
    let hook = Hook::new(|number, question| match number {
        0 => (503, "starting".to_owned()),
        1 => (200, "not JSON".to_owned()),
        2 => (
            200,
            r#"[{"datasetObjectId":"77","consolidatedAnnotation":{"content":{"animal":0}}}]"#
                .to_owned(),
        ),
        3 => (302, String::new()),
        4 => (503, "still out".to_owned()),
        _ => (200, first_answer(question).to_string()),
    })
    .await;
    let world = World::with_hooks(hook.hooks.clone()).await;
    let job = world.create("mended", texts(3), by_hook).await;
    world
        .until(job, "tasks", |job| job.progress.dispatched > 0)
        .await;
    for line in 0..3 {
        for worker in 1..=2 {
            assert_eq!(world.next(job, worker).await, Some(line));
            world.answer(job, line, worker, label(line, worker)).await;
        }
    }
    // Until it replies well, the job says what it waits for.
    ask_until(&world, job, &hook, 5).await;
    let reason = |job: &LabelingJob| job.held_up.clone().map(|held_up| held_up.reason);
    let still_out = "hook `mine` replied 503 Service Unavailable: still out";
    let told = |job: &LabelingJob| reason(job).as_deref() == Some(still_out);
    world.until(job, "the hook's last refusal", told).await;
    ask_until(&world, job, &hook, 6).await;
    world
        .until(job, "labels", |job| job.progress.human_labeled == 3)
        .await;
    world
        .until(job, "no trouble", |job| reason(job).is_none())
        .await;
    assert_eq!(hook.asked(), 6);
    let made = labels(&world, job).await;
    assert!(made.iter().all(|label| label.kind == LabelKind::Human));
    assert_eq!(made.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_fail_when_the_hook_fails_for_an_hour() {
    let hook = Hook::new(|_, _| (500, "out of order".to_owned())).await;
    let world = World::with_hooks(hook.hooks.clone()).await;
    let job = world.create("broken", texts(2), by_hook).await;
    world
        .until(job, "tasks", |job| job.progress.dispatched > 0)
        .await;
    for line in 0..2 {
        for worker in 1..=2 {
            assert_eq!(world.next(job, worker).await, Some(line));
            world.answer(job, line, worker, "Cat").await;
        }
    }
    // Five questions are not enough, and neither is an hour.
    ask_until(&world, job, &hook, 5).await;
    assert!(labels(&world, job).await.is_empty());
    world.advance(3_600_000);
    let job = world
        .until(job, "an end", |job| job.finished_at.is_some())
        .await;
    assert_eq!(job.progress.failed, 2);
    for label in labels(&world, job.job_id).await {
        assert_eq!(label.kind, LabelKind::Failed);
        assert_eq!(
            label.summary,
            "ClientError: the answers give no label: hook `mine` replied 500 Internal Server Error: out of order"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_the_reply_leaves_out_fails() {
    let hook = Hook::new(|_, question| {
        let mut labels = first_answer(question);
        let list = labels.as_array_mut().unwrap();
        list.retain(|label| label["datasetObjectId"] != "1");
        (200, labels.to_string())
    })
    .await;
    let world = World::with_hooks(hook.hooks.clone()).await;
    let job = world.create("partly", texts(3), by_hook).await;
    world.label_all(job, &[1, 2], label).await;
    let made = labels(&world, job).await;
    let reasons: Vec<&str> = made
        .iter()
        .filter(|label| label.kind == LabelKind::Failed)
        .map(|label| label.summary.as_str())
        .collect();
    let expected = "ClientError: the answers give no label: the consolidation hook gave none";
    assert_eq!((made.len(), reasons), (3, vec![expected]));
}

/// A hook that never replies, and an engine that ends meanwhile: the next one asks the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_under_way_is_asked_again_after_a_restart() {
    let (gate, opened) = std::sync::mpsc::channel::<()>();
    let opened = Mutex::new(opened);
    let hook = Hook::new(move |number, question| {
        if number == 0 {
            opened.lock().unwrap().recv().unwrap();
        }
        (200, first_answer(question).to_string())
    })
    .await;
    let mut world = World::with_hooks(hook.hooks.clone()).await;
    let job = world.create("restarted", texts(1), by_hook).await;
    world
        .until(job, "tasks", |job| job.progress.dispatched > 0)
        .await;
    for worker in 1..=2 {
        assert_eq!(world.next(job, worker).await, Some(0));
        world.answer(job, 0, worker, "Dog").await;
    }
    while hook.asked() == 0 {
        world.advance(1_000);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    world.restart().await;
    gate.send(()).unwrap();
    let job = world
        .until(job, "an end", |job| job.finished_at.is_some())
        .await;
    let questions = hook.questions.lock().unwrap().clone();
    assert!(questions.len() >= 2);
    assert!(questions.iter().all(|question| *question == questions[0]));
    let made = labels(&world, job.job_id).await;
    assert_eq!((made.len(), made[0].content.as_str()), (1, "1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_is_away_is_said_to_be_away() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A port that nobody listens at any more.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://me:secret@{}/", listener.local_addr().unwrap());
    drop(listener);
    let urls = BTreeMap::from([("mine".to_owned(), url.parse().unwrap())]);
    let world = World::with_hooks(Hooks::new(urls).unwrap()).await;
    let job = world.create("away", texts(1), by_hook).await;
    world
        .until(job, "tasks", |job| job.progress.dispatched > 0)
        .await;
    for worker in 1..=2 {
        assert_eq!(world.next(job, worker).await, Some(0));
        world.answer(job, 0, worker, "Cat").await;
    }
    world.advance(120_000);
    let held_up = world.until(job, "trouble", |job| job.held_up.is_some());
    let reason = held_up.await.held_up.unwrap().reason;
    assert!(
        reason.starts_with("hook `mine`: Connection refused"),
        "{reason}"
    );
}
