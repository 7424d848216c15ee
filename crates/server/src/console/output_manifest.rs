//! Downloading the output manifest as it is now.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use cairn_db::labeling_job::LabelingJob;
use http::{StatusCode, header};

use super::figures::facts;
use super::find;
use crate::app::App;
use crate::page_error::PageError;

/// Whether there is a file to download: the job has read its input and written its output once.
pub(super) fn is_ready(job: &LabelingJob) -> bool {
    job.progress.total > 0 && job.progress.output_version >= 0
}

/// Streams the file, made anew a page at a time: it shows the labels of this moment, and its first
/// byte waits for nothing but the first page.
pub(super) async fn download(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Response, PageError> {
    let job = find(&app, &name).await?;
    let facts = match is_ready(&job) {
        true => facts(&app, job.job_id).await?,
        false => None,
    };
    let Some(facts) = facts else {
        return Err(PageError::new(
            StatusCode::NOT_FOUND,
            "not_ready",
            format!("the labeling job `{}` has no output yet", job.name),
        ));
    };
    // Names of jobs are letters, digits and hyphens.
    let disposition = format!("attachment; filename=\"{}.output.manifest\"", job.name);
    let headers = [
        (header::CONTENT_TYPE, "application/jsonlines".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    let body = Body::from_stream(app.engine.output(facts));
    Ok((headers, body).into_response())
}
