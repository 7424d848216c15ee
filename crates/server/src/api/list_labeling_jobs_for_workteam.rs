//! ListLabelingJobsForWorkteam: the jobs of a team, as those who work on them know them.

use cairn_db::labeling_job::{JobFilter, LabelingJob};
use cairn_labeling::arn::Resource;
use serde::{Deserialize, Serialize};

use super::list_labeling_jobs::after;
use super::page::Page;
use super::wire::{SortOrder, Timestamp, own_arn};
use super::{ApiError, ApiResult, Context, labeling_job};

/// What is asked.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    workteam_arn: String,
    #[serde(skip_serializing)]
    max_results: Option<i64>,
    #[serde(skip_serializing)]
    next_token: Option<String>,
    creation_time_after: Option<Timestamp>,
    creation_time_before: Option<Timestamp>,
    job_reference_code_contains: Option<String>,
    #[serde(default)]
    sort_order: SortOrder,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    labeling_job_summary_list: Vec<Summary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    labeling_job_name: String,
    job_reference_code: String,
    work_requester_account_id: String,
    creation_time: Timestamp,
    label_counters: Counters,
    #[serde(skip_serializing_if = "Option::is_none")]
    number_of_human_workers_per_data_object: Option<i64>,
}

/// `LabelCountersForWorkteam`: what this team has done and has left. All three count objects, and
/// lines that had a label before the job began are nobody's work.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Counters {
    human_labeled: i64,
    pending_human: i64,
    total: i64,
}

/// Lists the jobs given to a team.
pub async fn list_labeling_jobs_for_workteam(
    context: Context,
    request: Request,
) -> ApiResult<Response> {
    let team_arn = team_arn(&context, &request.workteam_arn).await?;
    let token = request.next_token.as_deref();
    let page = Page::open(
        &context,
        "ListLabelingJobsForWorkteam",
        &request,
        request.max_results,
        token,
    )?;
    let filter = JobFilter {
        workteam_arn: Some(team_arn),
        created_after: request.creation_time_after.map(|time| time.0),
        created_before: request.creation_time_before.map(|time| time.0),
        reference_contains: request.job_reference_code_contains,
        descending: request.sort_order == SortOrder::Descending,
        after: after(&page)?,
        limit: page.limit(),
        ..JobFilter::default()
    };
    let rows = context.app.db.labeling_job_list(&filter).await?;
    let (rows, next_token) = page.cut(&context, rows, |job| {
        let (value, id) = filter.cursor(job);
        vec![value, id.to_string()]
    });
    let summaries = rows
        .into_iter()
        .map(|job| summary(&context, job))
        .collect::<ApiResult<_>>()?;
    Ok(Response {
        labeling_job_summary_list: summaries,
        next_token,
    })
}

/// The ARN of the team as jobs carry it, checked to exist.
async fn team_arn(context: &Context, arn: &str) -> ApiResult<String> {
    let missing = || ApiError::not_found(format!("`WorkteamArn`: there is no team `{arn}`"));
    let parsed = own_arn(context, "WorkteamArn", arn).map_err(|_| missing())?;
    let Some(Resource::Workteam(name)) = Resource::of(&parsed) else {
        return Err(missing());
    };
    let team = context.app.db.workteam(&name).await?.ok_or_else(missing)?;
    Ok(context.place().workteam(&team.name).to_string())
}

fn summary(context: &Context, job: LabelingJob) -> ApiResult<Summary> {
    let request = labeling_job::request(&job)?;
    let progress = &job.progress;
    Ok(Summary {
        job_reference_code: job.reference_code,
        work_requester_account_id: context.app.settings.account_id.clone(),
        creation_time: Timestamp(job.created_at),
        label_counters: Counters {
            human_labeled: progress.human_labeled,
            pending_human: progress.unlabeled(),
            total: (progress.total - progress.labeled_before).max(0),
        },
        number_of_human_workers_per_data_object: request
            .pointer("/HumanTaskConfig/NumberOfHumanWorkersPerDataObject")
            .and_then(serde_json::Value::as_i64),
        labeling_job_name: job.name,
    })
}
