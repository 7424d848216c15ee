//! ListLabelingJobs.

use cairn_db::labeling_job::{JobFilter, JobSort};
use serde::{Deserialize, Serialize};

use super::labeling_job::{self, LabelingJobSummary};
use super::page::{Page, bad_token};
use super::wire::{SortOrder, Timestamp};
use super::{ApiResult, Context};

/// What is asked.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    creation_time_after: Option<Timestamp>,
    creation_time_before: Option<Timestamp>,
    last_modified_time_after: Option<Timestamp>,
    last_modified_time_before: Option<Timestamp>,
    #[serde(skip_serializing)]
    max_results: Option<i64>,
    #[serde(skip_serializing)]
    next_token: Option<String>,
    name_contains: Option<String>,
    #[serde(default)]
    sort_by: SortBy,
    #[serde(default)]
    sort_order: SortOrder,
    status_equals: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize, Serialize)]
enum SortBy {
    Name,
    #[default]
    CreationTime,
    Status,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    labeling_job_summary_list: Vec<LabelingJobSummary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Lists labeling jobs.
pub async fn list_labeling_jobs(context: Context, request: Request) -> ApiResult<Response> {
    let token = request.next_token.as_deref();
    let page = Page::open(
        &context,
        "ListLabelingJobs",
        &request,
        request.max_results,
        token,
    )?;
    let ms = |time: Option<Timestamp>| time.map(|time| time.0);
    let filter = JobFilter {
        created_after: ms(request.creation_time_after),
        created_before: ms(request.creation_time_before),
        modified_after: ms(request.last_modified_time_after),
        modified_before: ms(request.last_modified_time_before),
        name_contains: request.name_contains,
        state: request.status_equals,
        sort: match request.sort_by {
            SortBy::Name => JobSort::Name,
            SortBy::CreationTime => JobSort::CreationTime,
            SortBy::Status => JobSort::Status,
        },
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
        .map(|job| labeling_job::summary(&context, job))
        .collect::<ApiResult<_>>()?;
    Ok(Response {
        labeling_job_summary_list: summaries,
        next_token,
    })
}

/// Where the page before ended, as a list of jobs knows it.
pub fn after(page: &Page) -> ApiResult<Option<(String, i64)>> {
    match page.after_texts::<2>()? {
        None => Ok(None),
        Some([value, id]) => Ok(Some((value, id.parse().map_err(|_| bad_token())?))),
    }
}
