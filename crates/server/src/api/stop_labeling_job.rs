//! StopLabelingJob.

use cairn_db::labeling_job::LabelingJobTransition;
use serde::Deserialize;
use serde_json::Value;

use super::{ApiError, ApiResult, Context, labeling_job};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    labeling_job_name: String,
}

/// Begins to stop a job: nothing more is given out, and what is answered is consolidated and
/// written. A job that is stopping goes on stopping; one that is over is refused, so that a script
/// that meant another job notices.
pub async fn stop_labeling_job(context: Context, request: Request) -> ApiResult<Value> {
    let job = labeling_job::find(&context, &request.labeling_job_name).await?;
    let stopped = context
        .app
        .db
        .write(LabelingJobTransition {
            job_id: job.job_id,
            from: &["Initializing", "InProgress"],
            to: "Stopping",
            failure_reason: None,
            is_final: false,
            actor: context.actor(),
            arn: context.place().labeling_job(&job.name).to_string(),
            now_ms: context.now_ms,
        })
        .await?;
    if stopped {
        context.app.engine.wake(job.job_id);
        return Ok(Value::Null);
    }
    let state = labeling_job::find(&context, &job.name).await?.state;
    if state == "Stopping" {
        return Ok(Value::Null);
    }
    Err(ApiError::validation(format!(
        "the labeling job `{}` is {state}: only a job that is Initializing or InProgress can be stopped",
        job.name
    )))
}
