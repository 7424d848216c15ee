//! A server with a bucket, a team and manifests, a requester in the console, and workers who answer.

use std::time::{Duration, Instant};

use cairn_db::task::{NextOutcome, Submit, SubmitOutcome, TaskNext};
use cairn_server::auth::Role;
use serde_json::{Value, json};

use crate::support::{Page, TestApp};

/// More than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct World {
    pub test: TestApp,
    pub page: Page,
    /// People who label.
    pub workers: Vec<i64>,
}

impl World {
    pub async fn start() -> World {
        World::on(TestApp::start().await).await
    }

    pub async fn on(test: TestApp) -> World {
        test.app.stores.create_bucket("data").await.unwrap();
        test.team("Birders", &["Ada", "Ben", "Cy"]).await;
        let mut workers = Vec::new();
        for name in ["Ada", "Ben", "Cy"] {
            let person = test.app.db.person_by_login(name).await.unwrap();
            workers.push(person.unwrap().person_id);
        }
        let page = test.person(Role::Requester).await;
        let world = World {
            test,
            page,
            workers,
        };
        world.put("in.manifest", &texts(6)).await;
        world
    }

    pub async fn put(&self, key: &str, text: &str) {
        let body = text.to_owned().into();
        let put = self
            .test
            .app
            .stores
            .put_bytes("data", key, body, "text/plain");
        put.await.unwrap();
    }

    pub async fn get(&self, path: &str) -> Value {
        self.page.get(&api(path)).await.good()
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.page.post(&api(path), body).await.good()
    }

    /// Creates a job from the form, changed; gives its id.
    pub async fn create(&self, name: &str, change: impl FnOnce(&mut Value)) -> i64 {
        let mut form = form(name);
        change(&mut form);
        self.post("jobs", form).await;
        let job = self.test.app.db.labeling_job_by_name(name).await.unwrap();
        job.unwrap().job_id
    }

    /// Waits until the job, as the console shows it, is as `is` wants it.
    pub async fn until(&self, name: &str, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let job = self.get(&format!("jobs/{name}")).await["job"].clone();
            if is(&job["progress"]) {
                return job;
            }
            assert!(started.elapsed() < PATIENCE, "waiting for {what}: {job:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn until_running(&self, name: &str) {
        let counted = |progress: &Value| {
            progress["state"] == "InProgress" && progress["iterations"][0]["objects"].is_i64()
        };
        self.until(name, "dispatch", counted).await;
    }

    /// Lets a worker answer whatever there is for them, by `label` of the line; gives how many.
    pub async fn answer(
        &self,
        job_id: i64,
        worker: usize,
        objects: usize,
        content: impl Fn(i64) -> Value,
    ) -> usize {
        let db = &self.test.app.db;
        let worker_id = self.workers[worker];
        for number in 0..objects {
            let now_ms = self.test.app.clock.now_ms();
            let next = TaskNext::new(db, job_id, worker_id, now_ms);
            let NextOutcome::Assigned(assigned) = db.write(next).await.unwrap() else {
                return number;
            };
            let line = assigned.line;
            let submit = Submit {
                job_id,
                line,
                worker_id,
                key: format!("{line}-{worker_id}"),
                content: content(line).to_string(),
                time_spent_ms: 1_500,
                correction_ms: 600_000,
                showing: None,
                limit_ms: 300_000,
                next: None,
                now_ms,
            };
            let outcome = db.write(submit).await.unwrap().outcome;
            assert!(
                matches!(outcome, SubmitOutcome::Accepted { .. }),
                "{outcome:?}"
            );
            self.test.app.engine.wake(job_id);
        }
        objects
    }
}

pub fn api(path: &str) -> String {
    format!("/_/console/api/{path}")
}

/// The answer of a text classification.
pub fn chosen(label: &str) -> Value {
    json!({"crowd-classifier": {"label": label}})
}

/// The form of a job, filled in.
pub fn form(name: &str) -> Value {
    json!({
        "name": name,
        "taskType": "TextMultiClass",
        "labels": ["good", "bad"],
        "header": "What is it like?",
        "instructions": "Read it to its end.\n\nThen choose.",
        "inputManifest": "s3://data/in.manifest",
        "outputPath": "s3://data/out/",
        "workteam": "Birders",
        "workersPerObject": 1,
        "taskTimeLimitSeconds": 300,
        "consolidation": "majority-vote",
        "submitOnKey": true,
    })
}

/// A manifest of `count` texts.
pub fn texts(count: usize) -> String {
    (0..count)
        .map(|number| format!("{{\"source\":\"text {number}\"}}\n"))
        .collect()
}
