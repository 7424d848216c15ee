//! An engine on an empty database and an empty store, with a clock that a test moves.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use cairn_db::labeling_job::{LabelingJob, LabelingJobInsert, LabelingJobTransition, Pinned};
use cairn_db::person::{Person, PersonInsert};
use cairn_db::task::{NextOutcome, Submit, SubmitOutcome, TaskNext};
use cairn_db::{Db, Options};
use cairn_engine::{Engine, EngineOptions, Hooks};
use cairn_labeling::arn::Place;
use cairn_storage::{EmbeddedStore, Stores};
use serde_json::{Value, json};

static MADE: AtomicU64 = AtomicU64::new(0);
/// 2026-11-24T00:00:00Z.
pub const START: i64 = 1_795_478_400_000;
/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct World {
    pub db: Db,
    pub stores: Stores,
    pub engine: Engine,
    hooks: Hooks,
    clock: Arc<AtomicI64>,
    folder: PathBuf,
}

impl World {
    pub async fn new() -> World {
        World::with_hooks(Hooks::default()).await
    }

    pub async fn with_hooks(hooks: Hooks) -> World {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("cairn-engine-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut world = World::open(folder, hooks).await;
        world.stores.create_bucket("data").await.unwrap();
        for worker in 1..=5 {
            world.person(worker).await;
        }
        world.start();
        world
    }

    async fn open(folder: PathBuf, hooks: Hooks) -> World {
        let url = format!("sqlite:{}", folder.join("cairn.db").display());
        let db = Db::open(&url, &Options::default()).await.unwrap();
        let store = EmbeddedStore::open(&folder.join("buckets")).await.unwrap();
        let stores = Stores::new(Some(store), None);
        let clock = Arc::new(AtomicI64::new(START));
        let engine = engine(&db, &stores, &clock, &hooks);
        World {
            db,
            stores,
            engine,
            hooks,
            clock,
            folder,
        }
    }

    fn start(&mut self) {
        self.engine.start();
    }

    /// Ends the engine and begins another on the same data.
    pub async fn restart(&mut self) {
        self.engine.stop().await;
        self.engine = engine(&self.db, &self.stores, &self.clock, &self.hooks);
        self.start();
    }

    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub fn advance(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    async fn person(&self, person_id: i64) {
        let person = Person {
            person_id,
            name: format!("worker-{person_id}"),
            email: None,
            password_hash: None,
            must_change: false,
            role: "worker".to_owned(),
            disabled: false,
            language: None,
            worker_key: format!("{:A>26}", person_id),
            created_at: START,
            last_seen_at: None,
        };
        let insert = PersonInsert {
            person,
            groups: Vec::new(),
            only_first: false,
            actor: "test".to_owned(),
        };
        self.db.write(insert).await.unwrap();
    }

    pub async fn put(&self, key: &str, text: impl Into<Bytes>) {
        self.stores
            .put_bytes("data", key, text.into(), "text/plain")
            .await
            .unwrap();
    }

    pub async fn text(&self, key: &str) -> String {
        let bytes = self.stores.get_bytes("data", key, 1 << 24).await;
        String::from_utf8(
            bytes
                .unwrap_or_else(|error| panic!("{key}: {error}"))
                .to_vec(),
        )
        .unwrap()
    }

    pub async fn keys(&self, prefix: &str) -> Vec<String> {
        let query = cairn_storage::ListQuery::prefix(prefix);
        let page = self.stores.list("data", &query).await.unwrap();
        page.objects.into_iter().map(|object| object.key).collect()
    }

    /// Creates a job over `manifest`; `change` edits its request, in which `TaskType` and `Settings` are
    /// those of the job.
    pub async fn create(
        &self,
        name: &str,
        manifest: impl Into<Bytes>,
        change: impl FnOnce(&mut Value),
    ) -> i64 {
        self.put(&format!("{name}.manifest"), manifest).await;
        let categories = json!({"labels": [{"label": "Cat"}, {"label": "Dog"}]});
        self.put("labels.json", categories.to_string()).await;
        self.put(
            "page.liquid",
            "<crowd-form>{{ task.input.taskObject }}</crowd-form>",
        )
        .await;
        let mut request = json!({
            "LabelingJobName": name,
            "LabelAttributeName": "animal",
            "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": format!("s3://data/{name}.manifest")}}},
            "OutputConfig": {"S3OutputPath": "s3://data/out/"},
            "RoleArn": "arn:aws:iam::000000000000:role/r",
            "LabelCategoryConfigS3Uri": "s3://data/labels.json",
            "HumanTaskConfig": {
                "WorkteamArn": "team",
                "UiConfig": {"UiTemplateS3Uri": "s3://data/page.liquid"},
                "TaskTitle": "Which?", "TaskDescription": "Choose.",
                "NumberOfHumanWorkersPerDataObject": 1,
                "TaskTimeLimitInSeconds": 300,
                "TaskAvailabilityLifetimeInSeconds": 3600,
            },
        });
        let mut task_type = "TextMultiClass".to_owned();
        change(&mut request);
        if let Some(Value::String(other)) = request.as_object_mut().unwrap().remove("TaskType") {
            task_type = other;
        }
        let mut settings = json!({"consolidation": "majority"});
        if let Some(other) = request.as_object_mut().unwrap().remove("Settings") {
            settings = other;
        }
        let job_id = cairn_db::time_id(self.now(), MADE.fetch_add(1, Ordering::Relaxed) as u32);
        let insert = LabelingJobInsert {
            job_id,
            name: name.to_owned(),
            arn: format!("arn:{name}"),
            reference_code: name.to_owned(),
            workteam_arn: "team".to_owned(),
            task_type,
            request: request.to_string(),
            settings: settings.to_string(),
            pinned: Pinned::default(),
            tags: Vec::new(),
            actor: "test".to_owned(),
            now_ms: self.now(),
        };
        assert!(self.db.write(insert).await.unwrap());
        self.engine.wake(job_id);
        job_id
    }

    pub async fn stop(&self, job_id: i64) {
        let stop = LabelingJobTransition {
            job_id,
            from: &["Initializing", "InProgress"],
            to: "Stopping",
            failure_reason: None,
            is_final: false,
            actor: "test".to_owned(),
            arn: String::new(),
            now_ms: self.now(),
        };
        assert!(self.db.write(stop).await.unwrap());
        self.engine.wake(job_id);
    }

    /// Waits until the job is as `is` wants it.
    pub async fn until(
        &self,
        job_id: i64,
        what: &str,
        is: impl Fn(&LabelingJob) -> bool,
    ) -> LabelingJob {
        let started = Instant::now();
        loop {
            let job = self.db.labeling_job(job_id).await.unwrap().unwrap();
            if is(&job) {
                return job;
            }
            assert!(started.elapsed() < PATIENCE, "waiting for {what}: {job:?}");
            self.engine.wake(job_id);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn until_state(&self, job_id: i64, state: &str) -> LabelingJob {
        self.until(job_id, state, |job| job.state == state).await
    }

    /// The next task for a worker, if there is one now.
    pub async fn next(&self, job_id: i64, worker_id: i64) -> Option<i64> {
        let next = TaskNext::new(&self.db, job_id, worker_id, self.now());
        match self.db.write(next).await.unwrap() {
            NextOutcome::Assigned(assigned) => Some(assigned.line),
            _ => None,
        }
    }

    pub async fn answer(
        &self,
        job_id: i64,
        line: i64,
        worker_id: i64,
        label: &str,
    ) -> SubmitOutcome {
        let submit = Submit {
            job_id,
            line,
            worker_id,
            key: format!("{line}-{worker_id}-{label}"),
            content: json!({"crowd-classifier": {"label": label}}).to_string(),
            time_spent_ms: 1_500,
            correction_ms: 600_000,
            showing: None,
            limit_ms: 300_000,
            next: None,
            now_ms: self.now(),
        };
        let submitted = self.db.write(submit).await.unwrap();
        self.engine.wake(job_id);
        submitted.outcome
    }

    /// Lets `workers` answer until nothing is left, by `label` of the line.
    pub async fn label_all(
        &self,
        job_id: i64,
        workers: &[i64],
        label: impl Fn(i64, i64) -> &'static str,
    ) {
        let started = Instant::now();
        loop {
            let mut any = false;
            for worker in workers {
                while let Some(line) = self.next(job_id, *worker).await {
                    any = true;
                    self.answer(job_id, line, *worker, label(line, *worker))
                        .await;
                }
            }
            let job = self.db.labeling_job(job_id).await.unwrap().unwrap();
            if job.finished_at.is_some() {
                return;
            }
            if !any {
                // Time passes for the engine too: consolidation waits by the clock.
                self.advance(1_000);
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            assert!(started.elapsed() < PATIENCE, "{job:?}");
        }
    }
}

fn engine(db: &Db, stores: &Stores, clock: &Arc<AtomicI64>, hooks: &Hooks) -> Engine {
    let clock = clock.clone();
    Engine::new(EngineOptions {
        db: db.clone(),
        stores: stores.clone(),
        place: Place {
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
        },
        now_ms: Arc::new(move || clock.load(Ordering::SeqCst)),
        owner: format!("test-{}", MADE.fetch_add(1, Ordering::Relaxed)),
        hooks: hooks.clone(),
    })
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A manifest of `count` texts.
pub fn texts(count: usize) -> String {
    (0..count)
        .map(|number| format!("{{\"source\":\"text {number}\",\"id\":  {number}}}\n"))
        .collect()
}
