//! `PUT assignments/{id}/draft`: keeps what a worker has done so far.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use cairn_db::task::DraftSave;
use cairn_labeling::answer;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::body::{Body, reply};
use super::labeler::Labeler;
use super::refusal;
use super::submit::{LIMITS, refused_content};
use crate::app::App;
use crate::page_error::PageError;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    content: &'a RawValue,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reply {
    saved_at: i64,
}

/// Keeps a draft. What it holds need not be a valid answer yet.
pub async fn save_draft(
    State(app): State<Arc<App>>,
    labeler: Labeler,
    Path(id): Path<String>,
    body: Body,
) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let worker_id = labeler.worker_id;
    if !app.portal.drafts.admits(worker_id, now_ms) {
        return Err(refusal::too_often());
    }
    let Request { content } = body.read()?;
    let content = content.get();
    answer::parse(content, LIMITS).map_err(refused_content)?;
    let (id, _) = labeler.assignment(&app, &id).await?;
    let draft = DraftSave {
        job_id: id.job_id,
        line: id.line,
        worker_id,
        content: content.to_owned(),
        now_ms,
    };
    if app.db.write(draft).await? {
        reply(now_ms, Reply { saved_at: now_ms })
    } else {
        Ok(refusal::not_held(&app, id, worker_id).await)
    }
}
