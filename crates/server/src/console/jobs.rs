//! Jobs: the list of them, one of them, and its end.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use cairn_db::labeling_job::{JobFilter, LabelingJob, LabelingJobTransition};
use cairn_labeling::labeling_job::JobStatus;
use serde::Deserialize;
use serde_json::{Value, json};

use super::figures::{self, Counts, HeldUp};
use super::{find, is_over, job_config, job_over};
use crate::app::App;
use crate::auth::Session;
use crate::json::Reply;
use crate::page_error::PageError;
use crate::people::console::{PageQuery, page};
use crate::people::teams::place;

#[derive(Deserialize)]
pub(super) struct Which {
    name: Option<String>,
    state: Option<String>,
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Query(query): Query<PageQuery>,
    Query(which): Query<Which>,
) -> Result<Reply, PageError> {
    let limit = query.limit()?;
    let state = which.state.filter(|state| !state.is_empty());
    if state
        .as_deref()
        .is_some_and(|state| JobStatus::from_name(state).is_none())
    {
        return Err(PageError::field("state", "this is no state of a job"));
    }
    let after = query.after::<2>()?;
    let after = after.map(|[value, id]| match id.parse() {
        Ok(id) => Ok((value, id)),
        Err(_) => Err(PageError::field(
            "after",
            "the cursor is not one of this list",
        )),
    });
    let filter = JobFilter {
        name_contains: which.name.filter(|name| !name.is_empty()),
        state,
        after: after.transpose()?,
        limit: limit + 1,
        ..JobFilter::default()
    };
    let jobs = app.db.labeling_job_list(&filter).await?;
    let cursor = |job: &LabelingJob| {
        let (value, id) = filter.cursor(job);
        [value, id.to_string()]
    };
    Reply::new(&app, page(jobs, limit, cursor, summary))
}

/// `JobSummary`.
pub(super) fn summary(job: &LabelingJob) -> Value {
    let request: Value = serde_json::from_str(&job.request).unwrap_or_default();
    json!({
        "name": job.name,
        "title": request.pointer("/HumanTaskConfig/TaskTitle"),
        "state": job.state,
        "heldUp": HeldUp::of(job),
        "taskType": job.task_type,
        "counts": Counts::of(job),
        "createdAt": job.created_at,
        "changedAt": job.modified_at,
    })
}

pub(super) async fn get(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Reply, PageError> {
    let job = find(&app, &name).await?;
    let progress = figures::progress(&app, &job).await?;
    let request: Value = serde_json::from_str(&job.request).map_err(PageError::internal)?;
    let given = |pointer: &str| request.pointer(pointer).cloned().unwrap_or_default();
    let shown = json!({
        "name": job.name,
        "arn": place(&app.settings).labeling_job(&job.name).to_string(),
        "title": given("/HumanTaskConfig/TaskTitle"),
        "description": given("/HumanTaskConfig/TaskDescription"),
        "taskType": job.task_type,
        "createdAt": job.created_at,
        "progress": progress,
        "configuration": job_config::configuration(&app, &job, &request).await?,
    });
    Reply::new(&app, json!({ "job": shown }))
}

/// Begins to stop a job: nothing more is given out, and what is answered is brought together and
/// written.
pub(super) async fn stop(
    State(app): State<Arc<App>>,
    session: Session,
    Path(name): Path<String>,
) -> Result<Reply, PageError> {
    let job = find(&app, &name).await?;
    let stop = LabelingJobTransition {
        job_id: job.job_id,
        from: &["Initializing", "InProgress"],
        to: "Stopping",
        failure_reason: None,
        is_final: false,
        actor: session.person.name,
        arn: place(&app.settings).labeling_job(&job.name).to_string(),
        now_ms: app.clock.now_ms(),
    };
    let was_running = app.db.write(stop).await?;
    let job = find(&app, &name).await?;
    // One that is stopping already goes on stopping.
    if !was_running && is_over(&job) {
        return Err(job_over(&job));
    }
    app.engine.wake(job.job_id);
    let progress = figures::progress(&app, &job).await?;
    Reply::new(&app, json!({ "progress": progress }))
}
