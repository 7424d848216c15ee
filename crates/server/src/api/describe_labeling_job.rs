//! DescribeLabelingJob.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::labeling_job::{self, LabelCounters};
use super::wire::{Tag, Timestamp};
use super::{ApiError, ApiResult, Context, tags};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    labeling_job_name: String,
}

/// Members of the request that are answered exactly as they came, defaults not filled in: notebooks
/// build paths from them.
const ECHOED: [&str; 8] = [
    "LabelAttributeName",
    "InputConfig",
    "OutputConfig",
    "RoleArn",
    "LabelCategoryConfigS3Uri",
    "StoppingConditions",
    "LabelingJobAlgorithmsConfig",
    "HumanTaskConfig",
];

/// Describes a labeling job.
pub async fn describe_labeling_job(context: Context, request: Request) -> ApiResult<Value> {
    let job = labeling_job::find(&context, &request.labeling_job_name).await?;
    let arn = context.place().labeling_job(&job.name).to_string();
    let tags = context.app.db.tag_list(&arn, None, tags::TAGS_MAX).await?;
    let Value::Object(mut given) = labeling_job::request(&job)? else {
        return Err(ApiError::internal(anyhow::anyhow!(
            "the request of {arn} is not an object"
        )));
    };
    let output = labeling_job::output(&job, &Value::Object(given.clone()))?;
    let mut answer = Map::new();
    let mut put = |name: &str, value: Value| answer.insert(name.to_owned(), value);
    put("LabelingJobStatus", job.state.as_str().into());
    put("LabelCounters", json!(LabelCounters::of(&job)));
    if let Some(reason) = &job.failure_reason {
        put("FailureReason", reason.as_str().into());
    }
    put("CreationTime", json!(Timestamp(job.created_at)));
    put("LastModifiedTime", json!(Timestamp(job.modified_at)));
    put("JobReferenceCode", job.reference_code.as_str().into());
    put("LabelingJobName", job.name.as_str().into());
    put("LabelingJobArn", arn.into());
    for member in ECHOED {
        if let Some(value) = given.shift_remove(member) {
            put(member, value);
        }
    }
    let tags: Vec<Tag> = tags.into_iter().map(Tag::from).collect();
    put("Tags", json!(tags));
    put("LabelingJobOutput", output);
    Ok(Value::Object(answer))
}
