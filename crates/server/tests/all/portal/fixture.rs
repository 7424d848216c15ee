//! A job with its team, and a worker who labels by the portal's API.

use std::time::{Duration, Instant};

use cairn_db::labeling_job::{LabelingJob, LabelingJobInsert, Pinned};
use cairn_server::auth::Role;
use serde_json::{Value, json};

use crate::support::{Answer, Page, TestApp};

/// How long a test waits for what the engine does by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// The page of an official text classification job, as far as the server cares.
pub const TEMPLATE: &str = r#"<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-classifier name="crowd-classifier" header="Which?" categories="{{ task.input.labels | to_json | escape }}">
    <classification-target>{{ task.input.taskObject }}</classification-target>
  </crowd-classifier>
</crowd-form>
"#;

/// A job to be made.
pub struct JobSpec {
    pub name: &'static str,
    pub team: &'static str,
    pub task_type: &'static str,
    pub labels: &'static [&'static str],
    pub lines: Vec<Value>,
    pub template: String,
    /// Answers wanted for each object.
    pub wanted: i64,
    pub limit_seconds: i64,
    pub lease_seconds: i64,
    pub correction_seconds: i64,
}

impl Default for JobSpec {
    fn default() -> JobSpec {
        JobSpec {
            name: "pets",
            team: "labelers",
            task_type: "TextMultiClass",
            labels: &["Cat", "Dog"],
            lines: texts(3),
            template: TEMPLATE.to_owned(),
            wanted: 1,
            limit_seconds: 600,
            lease_seconds: 120,
            correction_seconds: 300,
        }
    }
}

/// Lines of so many short texts.
pub fn texts(count: usize) -> Vec<Value> {
    (0..count)
        .map(|number| json!({"source": format!("text {number}")}))
        .collect()
}

/// A server with an engine at work and a clock that stands still, a team of three and a job. Gives the
/// job's id.
pub async fn world(spec: JobSpec) -> (TestApp, i64) {
    let test = TestApp::start_still().await;
    test.app.stores.create_bucket("data").await.unwrap();
    test.team(spec.team, &["ana", "ben", "chi"]).await;
    let job_id = add_job(&test, spec).await;
    (test, job_id)
}

/// Makes a job and waits until its objects are out.
pub async fn add_job(test: &TestApp, spec: JobSpec) -> i64 {
    let count = spec.lines.len() as i64;
    let manifest: String = spec.lines.iter().map(|line| format!("{line}\n")).collect();
    let name = spec.name;
    put(test, &format!("{name}.manifest"), manifest).await;
    let labels: Vec<Value> = spec
        .labels
        .iter()
        .map(|label| json!({"label": label}))
        .collect();
    put(test, "labels.json", json!({ "labels": labels }).to_string()).await;
    put(test, &format!("{name}.liquid"), spec.template).await;
    let place = cairn_server::people::teams::place(&test.app.settings);
    let workteam_arn = place.workteam(spec.team).to_string();
    let request = json!({
        "LabelingJobName": name,
        "LabelAttributeName": "animal",
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": format!("s3://data/{name}.manifest")}}},
        "OutputConfig": {"S3OutputPath": "s3://data/out/"},
        "RoleArn": "arn:aws:iam::000000000000:role/r",
        "LabelCategoryConfigS3Uri": "s3://data/labels.json",
        "HumanTaskConfig": {
            "WorkteamArn": workteam_arn,
            "UiConfig": {"UiTemplateS3Uri": format!("s3://data/{name}.liquid")},
            "TaskTitle": format!("Title of {name}"),
            "TaskDescription": "Choose one.",
            "TaskKeywords": ["animals"],
            "NumberOfHumanWorkersPerDataObject": spec.wanted,
            "TaskTimeLimitInSeconds": spec.limit_seconds,
            "TaskAvailabilityLifetimeInSeconds": 864_000,
        },
    });
    let settings = json!({
        "consolidation": "majority",
        "lease-seconds": spec.lease_seconds,
        "correction-seconds": spec.correction_seconds,
        "consolidation-wait-seconds": 0,
    });
    let now_ms = test.app.clock.now_ms();
    let insert = LabelingJobInsert {
        job_id: cairn_db::time_id(now_ms, name.bytes().map(u32::from).sum()),
        name: name.to_owned(),
        arn: place.labeling_job(name).to_string(),
        reference_code: name.to_owned(),
        workteam_arn,
        task_type: spec.task_type.to_owned(),
        request: request.to_string(),
        settings: settings.to_string(),
        pinned: Pinned::default(),
        tags: Vec::new(),
        actor: "test".to_owned(),
        now_ms,
    };
    let job_id = insert.job_id;
    assert!(test.app.db.write(insert).await.unwrap());
    test.app.engine.wake(job_id);
    until(test, job_id, |job| {
        job.state == "Failed" || job.progress.dispatched == count
    })
    .await;
    job_id
}

pub async fn put(test: &TestApp, key: &str, text: impl Into<bytes::Bytes>) {
    let stored = test
        .app
        .stores
        .put_bytes("data", key, text.into(), "text/plain");
    stored.await.unwrap();
}

/// Waits until a job is as it should be.
pub async fn until(test: &TestApp, job_id: i64, is: impl Fn(&LabelingJob) -> bool) -> LabelingJob {
    let started = Instant::now();
    loop {
        let job = test.app.db.labeling_job(job_id).await.unwrap().unwrap();
        if is(&job) {
            return job;
        }
        assert!(started.elapsed() < PATIENCE, "waited in vain: {job:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Somebody who labels one job.
pub struct Worker {
    pub page: Page,
    pub job_id: i64,
}

impl Worker {
    pub async fn new(test: &TestApp, job_id: i64, name: &str) -> Worker {
        let page = test.signed_in(name, Role::Worker).await;
        Worker { page, job_id }
    }

    pub async fn ask(&self, holding: &[&str], prefetch: bool) -> Answer {
        let path = format!("/_/portal/api/jobs/{}/next", self.job_id);
        let body = json!({"holding": holding, "prefetch": prefetch});
        self.page.post(&path, body).await
    }

    /// The next task; fails when there is none.
    pub async fn next(&self) -> Value {
        let reply = self.ask(&[], false).await.good();
        assert!(!reply["assignment"].is_null(), "{reply}");
        reply["assignment"].clone()
    }

    /// Why there is none.
    pub async fn reason(&self) -> String {
        let reply = self.ask(&[], false).await.good();
        assert!(reply["assignment"].is_null(), "{reply}");
        reply["reason"]["code"].as_str().unwrap().to_owned()
    }

    pub async fn submit(&self, id: &str, body: Value) -> Answer {
        let path = format!("/_/portal/api/assignments/{id}/submit");
        self.page.post(&path, body).await
    }

    /// Answers with one label and asks for no task.
    pub async fn answer(&self, id: &str, label: &str) -> Answer {
        self.submit(id, answer(label, &format!("key-{id}"), false))
            .await
    }

    pub async fn act(&self, id: &str, verb: &str, body: Value) -> Answer {
        let path = format!("/_/portal/api/assignments/{id}/{verb}");
        self.page.post(&path, body).await
    }

    pub async fn save_draft(&self, id: &str, content: Value) -> Answer {
        let path = format!("/_/portal/api/assignments/{id}/draft");
        self.page.put(&path, json!({ "content": content })).await
    }

    pub async fn history(&self, query: &str) -> Value {
        let path = format!("/_/portal/api/jobs/{}/history{query}", self.job_id);
        self.page.get(&path).await.good()
    }

    /// This worker's entry of the list of jobs.
    pub async fn job(&self) -> Option<Value> {
        let list = self.page.get("/_/portal/api/jobs").await.good();
        let jobs = list["jobs"].as_array().unwrap().clone();
        let id = self.job_id.to_string();
        jobs.into_iter().find(|job| job["job"] == id.as_str())
    }
}

/// The body of a submit.
pub fn answer(label: &str, key: &str, next: bool) -> Value {
    json!({
        "content": {"crowd-classifier": {"label": label}},
        "key": key,
        "timeSpentMs": 1234.5,
        "next": next,
        "holding": [],
    })
}

/// The id of an assignment.
pub fn id(assignment: &Value) -> &str {
    assignment["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{assignment}"))
}
