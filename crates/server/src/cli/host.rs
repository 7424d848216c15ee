//! A server that a command runs for itself: everything in one folder, with its own people, team and
//! jobs, and nothing to set up.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use cairn_db::workteam::WorkteamFilter;
use cairn_labeling::task_type::TaskType;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::api;
use crate::app::App;
use crate::auth::{Caller, Role};
use crate::origin::announced;
use crate::people::{AddError, NewPerson, teams};
use crate::settings::Settings;

/// Who the audit log names.
const ACTOR: &str = "command line";
/// Account under which the built-in functions are named; any is accepted.
const FUNCTIONS_ACCOUNT: &str = "432418664414";

/// A running server.
pub(super) struct Host {
    /// Its app.
    pub(super) app: Arc<App>,
    /// Address that people and scripts reach it by.
    pub(super) origin: String,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

/// A labeling job to be created.
pub(super) struct NewJob<'a> {
    /// Name of the job.
    pub(super) name: &'a str,
    /// Kind of work.
    pub(super) task_type: &'static TaskType,
    /// What is asked, also the title.
    pub(super) header: &'a str,
    /// Short instructions, as HTML.
    pub(super) instructions: &'a str,
    /// Label categories.
    pub(super) labels: &'a [String],
    /// Key under which labels are written.
    pub(super) attribute: &'a str,
    /// Bucket and folder that the job's own files go to.
    pub(super) bucket: &'a str,
    /// Address of the input manifest.
    pub(super) manifest: &'a str,
    /// Name of the team.
    pub(super) team: &'a str,
    /// Answers wanted for each object.
    pub(super) workers: u32,
    /// Cairn's own settings, as tags.
    pub(super) tags: &'a [(&'a str, &'a str)],
}

impl Host {
    /// Opens the server in the folder `data` and begins to serve. Where the port is taken another is
    /// found, unless `is_fixed`.
    pub(super) async fn open(
        data: PathBuf,
        listen: SocketAddr,
        is_fixed: bool,
    ) -> anyhow::Result<Host> {
        let listener = match TcpListener::bind(listen).await {
            Err(_) if !is_fixed => TcpListener::bind((listen.ip(), 0)).await,
            bound => bound,
        };
        let listener = listener.with_context(|| format!("listening on {listen}"))?;
        let mut settings = Settings::defaults(data);
        settings.listen = listener.local_addr()?;
        super::serve::start_log("warn")?;
        let app = App::open(settings).await?;
        let origin = announced(&app.settings, app.settings.listen.port());
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let serving = tokio::spawn(super::serve::serve(app.clone(), listener, stopped));
        Ok(Host {
            app,
            origin,
            stop,
            serving,
        })
    }

    /// Ends the server and waits for what it has under way.
    pub(super) async fn close(self) {
        self.stop.cancel();
        let _ = self.serving.await;
    }

    /// Does `work` until it ends or Ctrl-C is pressed; tells whether it ended.
    pub(super) async fn until_interrupted<T>(
        &self,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<Option<T>> {
        tokio::select! {
            done = work => done.map(Some),
            _ = tokio::signal::ctrl_c() => Ok(None),
        }
    }

    /// A password that is the same on every run, so that it can be told again.
    pub(super) fn password(&self, name: &str) -> String {
        let derived = self
            .app
            .secrets
            .access_key_secret(&format!("password of {name}"));
        let plain: Vec<char> = derived
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        plain[..12.min(plain.len())]
            .chunks(4)
            .map(|part| part.iter().collect::<String>())
            .collect::<Vec<_>>()
            .join("-")
    }

    /// Makes a team unless there is one of the name.
    pub(super) async fn team(&self, name: &str, description: &str) -> anyhow::Result<()> {
        let filter = WorkteamFilter {
            name_contains: Some(name.to_owned()),
            limit: 100,
            ..WorkteamFilter::default()
        };
        let known = self.app.db.workteam_list(&filter).await?;
        if !known.iter().any(|team| team.name == name) {
            self.app.people.add_team(name, description, ACTOR).await?;
        }
        Ok(())
    }

    /// Adds somebody with the password of their name to a team, unless they are here already.
    pub(super) async fn person(&self, name: &str, role: Role, team: &str) -> anyhow::Result<i64> {
        if let Some(person) = self.app.db.person_by_login(name).await? {
            return Ok(person.person_id);
        }
        let new = NewPerson {
            role,
            groups: vec![team.to_owned()],
            password: Some(self.password(name)),
            ..NewPerson::worker(name)
        };
        match self.app.people.add(new, ACTOR).await {
            Ok(added) => Ok(added.person.person_id),
            Err(AddError::NameTaken(_)) => {
                bail!("`{name}` was added at the same moment; try again")
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a bucket unless it is there.
    pub(super) async fn bucket(&self, name: &str) -> anyhow::Result<()> {
        if !self.app.stores.bucket_exists(name).await? {
            self.app.stores.create_bucket(name).await?;
        }
        Ok(())
    }

    /// Stores a small file.
    pub(super) async fn put(
        &self,
        bucket: &str,
        key: &str,
        bytes: impl Into<bytes::Bytes>,
        content_type: &str,
    ) -> anyhow::Result<()> {
        let stores = &self.app.stores;
        stores
            .put_bytes(bucket, key, bytes.into(), content_type)
            .await?;
        Ok(())
    }

    /// Creates a job as `CreateLabelingJob` does, unless there is one of the name; gives its row.
    pub(super) async fn job(&self, job: NewJob<'_>) -> anyhow::Result<i64> {
        if let Some(known) = self.app.db.labeling_job_by_name(job.name).await? {
            return Ok(known.job_id);
        }
        let NewJob { bucket, name, .. } = job;
        let template = cairn_labeling::template::built_in(
            job.task_type.suffix,
            job.header,
            job.instructions,
            job.instructions,
        );
        let template = template.context("this kind of work has no page here")?;
        let folder = format!("{name}/annotation-tool");
        let template_key = format!("{folder}/template.liquid");
        let labels_key = format!("{folder}/labels.json");
        let labels = cairn_labeling::label_category::LabelCategories::file_of(job.labels);
        self.put(bucket, &template_key, template, "text/plain; charset=utf-8")
            .await?;
        self.put(bucket, &labels_key, labels, "application/json")
            .await?;
        let settings = &self.app.settings;
        let (partition, region) = (settings.partition(), &settings.region);
        let function = |arn: fn(&TaskType, &str, &str, &str) -> String| {
            arn(job.task_type, partition, region, FUNCTIONS_ACCOUNT)
        };
        let tags: Vec<Value> = job
            .tags
            .iter()
            .map(|(key, value)| json!({"Key": key, "Value": value}))
            .collect();
        let request = json!({
            "LabelingJobName": name,
            "LabelAttributeName": job.attribute,
            "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": job.manifest}}},
            "OutputConfig": {"S3OutputPath": format!("s3://{bucket}")},
            "RoleArn": format!("arn:{partition}:iam::{}:role/CairnRequester", settings.account_id),
            "LabelCategoryConfigS3Uri": format!("s3://{bucket}/{labels_key}"),
            "HumanTaskConfig": {
                "WorkteamArn": teams::arn(settings, job.team),
                "UiConfig": {"UiTemplateS3Uri": format!("s3://{bucket}/{template_key}")},
                "PreHumanTaskLambdaArn": function(TaskType::pre_annotation_arn),
                "AnnotationConsolidationConfig": {
                    "AnnotationConsolidationLambdaArn": function(TaskType::post_annotation_arn),
                },
                "TaskTitle": job.header,
                "TaskDescription": job.header,
                "NumberOfHumanWorkersPerDataObject": job.workers,
                "TaskTimeLimitInSeconds": 3_600,
            },
            "Tags": tags,
        });
        let context = api::Context {
            app: self.app.clone(),
            caller: Caller::of_person(None, ACTOR, Role::Administrator),
            now_ms: self.app.clock.now_ms(),
            origin: self.app.settings.origin(),
        };
        let operation = api::find("CreateLabelingJob").context("jobs cannot be created here")?;
        api::call(context, operation, request)
            .await
            .map_err(|error| anyhow::anyhow!("creating the job {name}: {}", error.message))?;
        let made = self.app.db.labeling_job_by_name(name).await?;
        Ok(made.context("the job was not stored")?.job_id)
    }
}
