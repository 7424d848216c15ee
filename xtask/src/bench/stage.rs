//! What all steps work with: a running server, keys, a team, its workers signed in, and the report.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::Scale;
use super::report::Report;
use super::workload::Lines;
use crate::aws::Aws;
use crate::cairn::Cairn;
use crate::load::{Door, JobSpec, Labeler, LabelingJob, Session, Team, make_person, make_team};
use crate::sigv4::Keys;

/// Workers who label at the same time.
pub const WORKERS: usize = 16;
/// The bucket of every job.
pub const BUCKET: &str = "bench";
/// How long one job may take to be where a step waits for it.
pub const PATIENCE: Duration = Duration::from_secs(600);

/// The stage of the bench.
pub struct Stage {
    /// How large and how long.
    pub scale: Scale,
    /// Where figures go.
    pub report: Report,
    /// A folder on the disk that is measured.
    pub folder: PathBuf,
    /// The server.
    pub cairn: Cairn,
    /// Seconds of the very first start.
    pub first_start_s: f64,
    /// A script's client.
    pub aws: Aws,
    /// Its keys.
    pub keys: Keys,
    /// The workers, signed in; empty until [`Stage::portal_id`].
    pub labelers: Vec<Labeler>,
    /// Commits a second of the bare loop, once measured.
    pub bare_per_s: Option<f64>,
    has_bucket: bool,
    team: Option<Team>,
    jobs: u32,
}

impl Stage {
    /// Starts a server on an empty folder, and makes what every step needs.
    pub async fn set(binary: &Path, folder: &Path, scale: Scale, report: Report) -> Result<Stage> {
        let mut cairn = Cairn::new(binary, folder)?;
        let first_start_s = cairn.start().await?.as_secs_f64();
        let keys = cairn.make_keys()?;
        let aws = Aws::new(cairn.address(), &keys);
        Ok(Stage {
            scale,
            report,
            folder: folder.to_owned(),
            cairn,
            first_start_s,
            aws,
            keys,
            labelers: Vec::new(),
            bare_per_s: None,
            has_bucket: false,
            team: None,
            jobs: 0,
        })
    }

    /// Ends the server, and says how many budgets were met and missed.
    pub fn end(mut self) -> Result<(usize, usize)> {
        self.cairn.stop()?;
        Ok(self.report.budgets())
    }

    /// Process id of the server.
    pub fn pid(&self) -> Result<u32> {
        self.cairn.pid().context("the server is gone")
    }

    /// What a new job is made of.
    pub async fn spec(&mut self, workers_per_object: u32) -> Result<JobSpec> {
        self.bucket().await?;
        self.jobs += 1;
        Ok(JobSpec {
            name: format!("bench-{}", self.jobs),
            bucket: BUCKET.to_owned(),
            team_arn: self.team()?.arn.clone(),
            workers_per_object,
            concurrent: 5_000,
            task_seconds: 3_600,
        })
    }

    /// Makes the bucket when it is first asked for.
    pub async fn bucket(&mut self) -> Result<()> {
        if !self.has_bucket {
            self.aws.create_bucket(BUCKET).await?;
            self.has_bucket = true;
        }
        Ok(())
    }

    /// The team, made when it is first asked for: the floors need none.
    fn team(&mut self) -> Result<&Team> {
        let team = match self.team.take() {
            Some(team) => team,
            None => make_team(&self.cairn, "bench", WORKERS)?,
        };
        Ok(self.team.insert(team))
    }

    /// A requester signed in at the console.
    pub async fn requester(&self) -> Result<Session> {
        let name = format!("requester-{}", self.jobs);
        let person = make_person(&self.cairn, &name, &["--role", "requester"])?;
        Session::sign_in(self.cairn.address(), Door::Console, &person).await
    }

    /// Makes a job of so many objects, and waits until the server knows all of them.
    pub async fn job(
        &mut self,
        workers_per_object: u32,
        mut lines: Lines,
        objects: u64,
    ) -> Result<LabelingJob> {
        let spec = self.spec(workers_per_object).await?;
        let manifest = lines.manifest(objects);
        self.aws
            .put(BUCKET, &spec.manifest_key(), &manifest)
            .await?;
        let job = LabelingJob::create(&mut self.aws, spec).await?;
        self.wait_for_objects(&job, objects).await?;
        Ok(job)
    }

    /// Waits until the server reports all objects of a job.
    pub async fn wait_for_objects(&mut self, job: &LabelingJob, objects: u64) -> Result<()> {
        job.wait(&mut self.aws, PATIENCE, |progress| {
            progress.unlabeled + progress.total_labeled + progress.failed >= objects
        })
        .await?;
        Ok(())
    }

    /// The portal's id of a job, once every worker is shown it.
    pub async fn portal_id(&mut self, job: &LabelingJob) -> Result<String> {
        if self.labelers.is_empty() {
            let address = self.cairn.address();
            for person in self.team()?.people.clone() {
                self.labelers
                    .push(Labeler::sign_in(address, &person).await?);
            }
        }
        let mut id = String::new();
        for labeler in &mut self.labelers {
            id = labeler.wait_for_job(&job.spec.name).await?;
        }
        Ok(id)
    }

    /// Stops a job, so that the next one has the workers for itself.
    pub async fn stop(&mut self, job: &LabelingJob) -> Result<()> {
        let input = serde_json::json!({"LabelingJobName": job.spec.name});
        self.aws.sagemaker("StopLabelingJob", &input).await?;
        job.wait(&mut self.aws, PATIENCE, |progress| {
            progress.status == "Stopped" || progress.status == "Completed"
        })
        .await?;
        Ok(())
    }
}
