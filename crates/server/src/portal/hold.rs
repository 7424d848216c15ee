//! What a worker does with a held task short of answering it: `heartbeat`, `release`, `decline`,
//! `object-error`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use cairn_db::task::{Decline, Heartbeat, HeartbeatOutcome, ObjectReport, Release};
use cairn_engine::JobFacts;
use cairn_labeling::s3_uri::S3Uri;
use serde::{Deserialize, Serialize};

use super::assignment_id::AssignmentId;
use super::body::{Body, Done, reply};
use super::labeler::Labeler;
use super::refusal;
use crate::app::App;
use crate::page_error::PageError;

/// Characters kept of a reason: the longest comment of the form, and what goes before it.
const REASON_CHARS_MAX: usize = 600;
/// Characters kept of what a browser said about an object.
const NOTE_CHARS_MAX: usize = 200;

#[derive(Deserialize)]
struct HeartbeatRequest {
    /// Whether the task is before the worker's eyes.
    #[serde(default)]
    showing: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HeartbeatReply {
    lease_expires_at: i64,
    limit_at: Option<i64>,
}

/// Keeps a lease alive up to the time limit.
pub async fn heartbeat(
    State(app): State<Arc<App>>,
    labeler: Labeler,
    Path(id): Path<String>,
    body: Body,
) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let HeartbeatRequest { showing } = body.read()?;
    let (id, facts) = labeler.assignment(&app, &id).await?;
    let heartbeat = Heartbeat {
        job_id: id.job_id,
        line: id.line,
        worker_id: labeler.worker_id,
        showing,
        lease_ms: facts.lease_ms,
        limit_ms: facts.limit_ms,
        now_ms,
    };
    match app.db.write(heartbeat).await? {
        HeartbeatOutcome::Held {
            expires_at,
            limit_at,
        } => reply(
            now_ms,
            HeartbeatReply {
                lease_expires_at: expires_at,
                limit_at,
            },
        ),
        HeartbeatOutcome::LimitPassed => Err(refusal::time_limit()),
        HeartbeatOutcome::Lost => Ok(refusal::not_held(&app, id, labeler.worker_id).await),
    }
}

/// Gives a task back. Giving back what is not held any more is fine.
pub async fn release(
    State(app): State<Arc<App>>,
    labeler: Labeler,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let (id, _) = labeler.assignment(&app, &id).await?;
    let release = Release {
        job_id: id.job_id,
        line: id.line,
        worker_id: labeler.worker_id,
        now_ms,
    };
    app.db.write(release).await?;
    reply(now_ms, Done {})
}

#[derive(Deserialize)]
struct DeclineRequest {
    reason: String,
}

/// Refuses a task for good.
pub async fn decline(
    State(app): State<Arc<App>>,
    labeler: Labeler,
    Path(id): Path<String>,
    body: Body,
) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let DeclineRequest { reason } = body.read()?;
    let reason = shortened(&reason, REASON_CHARS_MAX);
    if reason.is_empty() {
        return Err(PageError::field("reason", "a reason is required"));
    }
    let (id, _) = labeler.assignment(&app, &id).await?;
    if decline_for(&app, id, labeler.worker_id, reason, now_ms).await? {
        reply(now_ms, Done {})
    } else {
        Ok(refusal::not_held(&app, id, labeler.worker_id).await)
    }
}

async fn decline_for(
    app: &App,
    id: AssignmentId,
    worker_id: i64,
    reason: String,
    now_ms: i64,
) -> Result<bool, PageError> {
    let decline = Decline {
        job_id: id.job_id,
        line: id.line,
        worker_id,
        reason,
        now_ms,
    };
    let declined = app.db.write(decline).await?;
    if declined {
        app.engine.wake(id.job_id);
    }
    Ok(declined)
}

#[derive(Deserialize)]
struct ObjectErrorRequest {
    /// What the worker's browser made of it.
    #[serde(default)]
    message: String,
}

#[derive(Serialize)]
struct ObjectErrorReply {
    /// Whether the task was declined for it.
    declined: bool,
}

/// Takes the word of a worker's browser that an object could not be shown.
///
/// What fails in one browser may be its network, so the server looks for itself: when the object is
/// really missing, the task is declined for this worker, and as many such refusals as answers were
/// wanted fail the object. Otherwise the note is kept with the task, and whether to try again or to
/// decline is the worker's choice.
pub async fn object_error(
    State(app): State<Arc<App>>,
    labeler: Labeler,
    Path(id): Path<String>,
    body: Body,
) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let ObjectErrorRequest { message } = body.read()?;
    let worker_id = labeler.worker_id;
    if !app.portal.notes.admits(worker_id, now_ms) {
        return Err(refusal::too_often());
    }
    let (id, facts) = labeler.assignment(&app, &id).await?;
    if let Some(uri) = missing_object(&app, &facts, id.line).await? {
        let reason = shortened(
            &format!("object: s3://{}/{} is not there", uri.bucket, uri.key),
            REASON_CHARS_MAX,
        );
        let declined = decline_for(&app, id, worker_id, reason, now_ms).await?;
        return reply(now_ms, ObjectErrorReply { declined });
    }
    let note = ObjectReport {
        job_id: id.job_id,
        line: id.line,
        worker_id,
        note: format!("object: {}", shortened(&message, NOTE_CHARS_MAX)),
    };
    app.db.write(note).await?;
    let declined = false;
    reply(now_ms, ObjectErrorReply { declined })
}

/// The address of a task's object, when there is nothing at it.
async fn missing_object(
    app: &App,
    facts: &JobFacts,
    line: i64,
) -> Result<Option<S3Uri>, PageError> {
    let Some(text) = app
        .engine
        .line(facts.job_id, line)
        .await
        .map_err(refusal::of_engine)?
    else {
        return Ok(None);
    };
    let Some(uri) = source_ref(&text) else {
        return Ok(None);
    };
    let head = app.stores.head(&uri.bucket, &uri.key).await;
    Ok(head.is_err_and(|error| error.is_missing()).then_some(uri))
}

/// The object that a manifest line points to.
pub fn source_ref(line: &[u8]) -> Option<S3Uri> {
    #[derive(Deserialize)]
    struct Line<'a> {
        #[serde(rename = "source-ref", borrow)]
        source_ref: std::borrow::Cow<'a, str>,
    }
    let line: Line<'_> = serde_json::from_slice(line).ok()?;
    S3Uri::parse(&line.source_ref).ok()
}

/// `text` without surrounding space and control characters, cut to so many characters.
fn shortened(text: &str, chars_max: usize) -> String {
    text.trim()
        .chars()
        .map(|each| if each.is_control() { ' ' } else { each })
        .take(chars_max)
        .collect()
}
