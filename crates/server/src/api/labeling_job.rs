//! Labeling jobs as the wire shows them.

use cairn_db::labeling_job::LabelingJob;
use cairn_labeling::s3_layout::JobFolder;
use serde::Serialize;
use serde_json::{Value, json};

use super::wire::Timestamp;
use super::{ApiError, ApiResult, Context};

/// `LabelCounters`, in dataset objects.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LabelCounters {
    total_labeled: i64,
    human_labeled: i64,
    machine_labeled: i64,
    failed_non_retryable_error: i64,
    unlabeled: i64,
}

impl LabelCounters {
    /// The counters of a job. Lines that came with the label count as labeled by people, so that
    /// all of them together are the lines of the manifest.
    pub fn of(job: &LabelingJob) -> LabelCounters {
        let progress = &job.progress;
        let human_labeled = progress.labeled_before + progress.human_labeled;
        LabelCounters {
            total_labeled: human_labeled + progress.machine_labeled,
            human_labeled,
            machine_labeled: progress.machine_labeled,
            failed_non_retryable_error: progress.failed,
            unlabeled: progress.unlabeled(),
        }
    }
}

/// The job called `name`, or the error that there is none.
pub async fn find(context: &Context, name: &str) -> ApiResult<LabelingJob> {
    context
        .app
        .db
        .labeling_job_by_name(name)
        .await?
        .ok_or_else(|| {
            ApiError::not_found(format!(
                "`LabelingJobName`: there is no labeling job called `{name}`"
            ))
        })
}

/// The request a job was made with.
pub fn request(job: &LabelingJob) -> ApiResult<Value> {
    serde_json::from_str(&job.request).map_err(ApiError::internal)
}

/// `LabelingJobOutput`: where the output manifest is, from the start of the job.
pub fn output(job: &LabelingJob, request: &Value) -> ApiResult<Value> {
    let path = request
        .pointer("/OutputConfig/S3OutputPath")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let folder = JobFolder::new(path, &job.name).map_err(ApiError::internal)?;
    Ok(json!({"OutputDatasetS3Uri": folder.output_dataset_s3_uri()}))
}

/// `LabelingJobSummary`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LabelingJobSummary {
    labeling_job_name: String,
    labeling_job_arn: String,
    creation_time: Timestamp,
    last_modified_time: Timestamp,
    labeling_job_status: String,
    label_counters: LabelCounters,
    workteam_arn: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pre_human_task_lambda_arn: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotation_consolidation_lambda_arn: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<String>,
    labeling_job_output: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_config: Option<Value>,
}

/// The job as ListLabelingJobs shows it.
pub fn summary(context: &Context, job: LabelingJob) -> ApiResult<LabelingJobSummary> {
    let request = request(&job)?;
    let given = |pointer: &str| request.pointer(pointer).cloned();
    Ok(LabelingJobSummary {
        labeling_job_arn: context.place().labeling_job(&job.name).to_string(),
        creation_time: Timestamp(job.created_at),
        last_modified_time: Timestamp(job.modified_at),
        label_counters: LabelCounters::of(&job),
        workteam_arn: given("/HumanTaskConfig/WorkteamArn").unwrap_or_default(),
        pre_human_task_lambda_arn: given("/HumanTaskConfig/PreHumanTaskLambdaArn"),
        annotation_consolidation_lambda_arn: given(
            "/HumanTaskConfig/AnnotationConsolidationConfig/AnnotationConsolidationLambdaArn",
        ),
        labeling_job_output: output(&job, &request)?,
        input_config: given("/InputConfig"),
        labeling_job_name: job.name,
        labeling_job_status: job.state,
        failure_reason: job.failure_reason,
    })
}
