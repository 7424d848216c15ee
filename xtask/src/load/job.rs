//! A labeling job of the text workload, made and watched as a script does.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::aws::{Aws, REGION, split_uri};
use crate::bench::workload::LABELS;

/// The label attribute of every job made here.
pub const ATTRIBUTE: &str = "topic";
/// How often a job's progress is asked for.
const ASK_EVERY: Duration = Duration::from_millis(20);

const TEMPLATE: &str = r#"<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-classifier name="crowd-classifier" categories="{{ task.input.labels | to_json | escape }}" header="What is it about?">
    <classification-target>{{ task.input.taskObject }}</classification-target>
    <full-instructions header="Topics">Choose the topic of the text.</full-instructions>
    <short-instructions>Choose the topic.</short-instructions>
  </crowd-classifier>
</crowd-form>
"#;

/// What a job is made of.
#[derive(Clone, Debug)]
pub struct JobSpec {
    /// Its name, and its title in the portal.
    pub name: String,
    /// The bucket of its files.
    pub bucket: String,
    /// ARN of the team.
    pub team_arn: String,
    /// Answers wanted for each object.
    pub workers_per_object: u32,
    /// Objects before workers at once.
    pub concurrent: u32,
    /// Seconds a worker has for one task.
    pub task_seconds: u32,
}

/// A job that was made.
pub struct LabelingJob {
    /// What it was made of.
    pub spec: JobSpec,
}

/// How far a job is.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The state, as the API names it.
    pub status: String,
    /// Why it failed.
    pub failure: Option<String>,
    /// Objects labeled by people.
    pub labeled: u64,
    /// Objects labeled in any way.
    pub total_labeled: u64,
    /// Objects that failed.
    pub failed: u64,
    /// Objects that are left.
    pub unlabeled: u64,
}

impl LabelingJob {
    /// Puts the job's template and categories into its bucket and creates it; the manifest is there already under
    /// [`JobSpec::manifest_key`].
    pub async fn create(aws: &mut Aws, spec: JobSpec) -> Result<LabelingJob> {
        let JobSpec { name, bucket, .. } = &spec;
        let labels: Vec<Value> = LABELS
            .iter()
            .map(|label| json!({ "label": label }))
            .collect();
        let categories = json!({"document-version": "2018-11-28", "labels": labels}).to_string();
        aws.put(
            bucket,
            &format!("{name}/categories.json"),
            categories.as_bytes(),
        )
        .await?;
        aws.put(
            bucket,
            &format!("{name}/template.liquid"),
            TEMPLATE.as_bytes(),
        )
        .await?;
        let hook = |kind: &str| {
            format!("arn:aws:lambda:{REGION}:432418664414:function:{kind}-TextMultiClass")
        };
        let input = json!({
            "LabelingJobName": name,
            "LabelAttributeName": ATTRIBUTE,
            "InputConfig": {"DataSource": {"S3DataSource": {
                "ManifestS3Uri": format!("s3://{bucket}/{}", spec.manifest_key()),
            }}},
            "OutputConfig": {"S3OutputPath": format!("s3://{bucket}/out")},
            "RoleArn": "arn:aws:iam::000000000000:role/service-role/LabelingRole",
            "LabelCategoryConfigS3Uri": format!("s3://{bucket}/{name}/categories.json"),
            "HumanTaskConfig": {
                "WorkteamArn": spec.team_arn,
                "UiConfig": {"UiTemplateS3Uri": format!("s3://{bucket}/{name}/template.liquid")},
                "PreHumanTaskLambdaArn": hook("PRE"),
                "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": hook("ACS")},
                "TaskTitle": name,
                "TaskDescription": "Choose the topic of each text",
                "NumberOfHumanWorkersPerDataObject": spec.workers_per_object,
                "TaskTimeLimitInSeconds": spec.task_seconds,
                "TaskAvailabilityLifetimeInSeconds": 86_400,
                "MaxConcurrentTaskCount": spec.concurrent,
            },
        });
        aws.sagemaker("CreateLabelingJob", &input).await?;
        Ok(LabelingJob { spec })
    }

    /// Asks how far the job is.
    pub async fn progress(&self, aws: &mut Aws) -> Result<Progress> {
        let job = self.describe(aws).await?;
        let counters = &job["LabelCounters"];
        let count = |name: &str| counters[name].as_u64().unwrap_or(0);
        Ok(Progress {
            status: job["LabelingJobStatus"]
                .as_str()
                .context("no LabelingJobStatus")?
                .to_owned(),
            failure: job["FailureReason"].as_str().map(str::to_owned),
            labeled: count("HumanLabeled"),
            total_labeled: count("TotalLabeled"),
            failed: count("FailedNonRetryableError"),
            unlabeled: count("Unlabeled"),
        })
    }

    /// Waits until `done` says yes, and gives the progress it said that of.
    pub async fn wait(
        &self,
        aws: &mut Aws,
        patience: Duration,
        mut done: impl FnMut(&Progress) -> bool,
    ) -> Result<Progress> {
        let started = Instant::now();
        loop {
            let progress = self.progress(aws).await?;
            if done(&progress) {
                return Ok(progress);
            }
            if progress.status == "Failed" {
                bail!("job {} failed: {:?}", self.spec.name, progress.failure);
            }
            if started.elapsed() > patience {
                bail!(
                    "job {} is not there after {patience:?}: {progress:?}",
                    self.spec.name
                );
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    }

    /// The job as the API describes it.
    pub async fn describe(&self, aws: &mut Aws) -> Result<Value> {
        aws.sagemaker(
            "DescribeLabelingJob",
            &json!({"LabelingJobName": self.spec.name}),
        )
        .await
    }

    /// The key of the output manifest in the job's bucket.
    pub fn output_key(&self) -> String {
        format!("{}manifests/output/output.manifest", self.prefix())
    }

    /// The folder of the job's output.
    pub fn prefix(&self) -> String {
        format!("out/{}/", self.spec.name)
    }

    /// The key of the output manifest as the API tells it, which must be the one of the layout.
    pub async fn described_output(&self, aws: &mut Aws) -> Result<String> {
        let job = self.describe(aws).await?;
        let uri = job["LabelingJobOutput"]["OutputDatasetS3Uri"]
            .as_str()
            .context("no OutputDatasetS3Uri")?;
        Ok(split_uri(uri)?.1.to_owned())
    }
}

impl JobSpec {
    /// Where the input manifest lies in the bucket.
    pub fn manifest_key(&self) -> String {
        format!("{}/input.manifest", self.name)
    }
}
