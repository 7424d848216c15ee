//! A job with its team, and a worker who labels by the portal's API.

use std::time::{Duration, Instant};

use cairn_db::labeling_job::LabelingJob;
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
    /// What else lies in the bucket.
    pub files: Vec<(&'static str, &'static [u8])>,
    pub template: String,
    /// Answers wanted for each object.
    pub wanted: i64,
    /// Objects before workers at once.
    pub concurrent: i64,
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
            files: Vec::new(),
            template: TEMPLATE.to_owned(),
            wanted: 1,
            concurrent: 1_000,
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
    let out = spec.concurrent.min(spec.lines.len() as i64);
    let manifest: String = spec.lines.iter().map(|line| format!("{line}\n")).collect();
    let name = spec.name;
    put(test, &format!("{name}.manifest"), manifest).await;
    let labels: Vec<Value> = spec
        .labels
        .iter()
        .map(|label| json!({ "label": label }))
        .collect();
    let labels = json!({ "labels": labels }).to_string();
    put(test, &format!("{name}.json"), labels).await;
    put(test, &format!("{name}.liquid"), spec.template).await;
    for (key, bytes) in spec.files {
        put(test, key, bytes).await;
    }
    let place = cairn_server::people::teams::place(&test.app.settings);
    let task_type = cairn_labeling::task_type::task_type(spec.task_type).unwrap();
    let request = json!({
        "LabelingJobName": name,
        "LabelAttributeName": "animal",
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": format!("s3://data/{name}.manifest")}}},
        "OutputConfig": {"S3OutputPath": "s3://data/out/"},
        "RoleArn": "arn:aws:iam::000000000000:role/r",
        "LabelCategoryConfigS3Uri": format!("s3://data/{name}.json"),
        "HumanTaskConfig": {
            "WorkteamArn": place.workteam(spec.team).to_string(),
            "UiConfig": {"UiTemplateS3Uri": format!("s3://data/{name}.liquid")},
            "PreHumanTaskLambdaArn": task_type.pre_annotation_arn("aws", "us-east-1", "432418664414"),
            "AnnotationConsolidationConfig": {
                "AnnotationConsolidationLambdaArn": task_type.post_annotation_arn("aws", "us-east-1", "432418664414"),
            },
            "TaskTitle": format!("Title of {name}"),
            "TaskDescription": "Choose one.",
            "TaskKeywords": ["animals"],
            "NumberOfHumanWorkersPerDataObject": spec.wanted,
            "MaxConcurrentTaskCount": spec.concurrent,
            "TaskTimeLimitInSeconds": spec.limit_seconds,
            "TaskAvailabilityLifetimeInSeconds": 864_000,
        },
        "Tags": [
            {"Key": "cairn:consolidation", "Value": "majority"},
            {"Key": "cairn:consolidation-wait-seconds", "Value": "0"},
            {"Key": "cairn:lease-seconds", "Value": spec.lease_seconds.to_string()},
            {"Key": "cairn:correction-seconds", "Value": spec.correction_seconds.to_string()},
        ],
    });
    let script = test.script(Role::Requester).await;
    script.good("CreateLabelingJob", request).await;
    let job = test.app.db.labeling_job_by_name(name).await.unwrap();
    let job_id = job.unwrap().job_id;
    until(test, job_id, |job| {
        job.state == "Failed" || job.progress.dispatched == out
    })
    .await;
    job_id
}

pub async fn put(test: &TestApp, key: &str, text: impl Into<bytes::Bytes>) {
    let stored = test
        .app
        .stores
        .put_bytes("data", key, text.into(), "application/octet-stream");
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

/// A picture of one pixel.
pub const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0,
    1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, 0x49, 0x44, 0x41, 0x54,
    0x78, 0xda, 0x63, 0x64, 0xf8, 0xff, 0xbf, 0x1e, 0, 5, 0x84, 2, 0x7f, 0xc2, 0x48, 0x0e, 0x48, 0,
    0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];
