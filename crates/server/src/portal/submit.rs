//! `POST assignments/{id}/submit`: takes an answer and gives the next task in the same commit.
//!
//! The one write is all that touches the database: who asks, what the job is and how far it is come
//! out of memory, and the next task's page is named, not made.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use cairn_db::task::{DraftSave, JobOfWorker, NextOutcome, Submit, SubmitOutcome};
use cairn_engine::JobFacts;
use cairn_labeling::answer::{self, AnswerError, AnswerLimits};
use cairn_labeling::task_type::Shape;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::assignment_id::AssignmentId;
use super::body::{Body, CONTENT_BYTES_MAX, reply, too_large};
use super::hand_over::{self, Assignment};
use super::labeler::Labeler;
use super::reason::{self, Reason};
use super::refusal;
use crate::app::App;
use crate::origin::Origins;
use crate::page_error::PageError;

/// Longest idempotency key that is taken; the client's have 24 characters.
const KEY_BYTES_MAX: usize = 64;
/// Longest time that one answer can have taken: the longest time limit there is.
const TIME_SPENT_MS_MAX: f64 = 30.0 * 86_400_000.0;

/// Limits of every answer and every draft.
pub const LIMITS: AnswerLimits = AnswerLimits {
    bytes_max: CONTENT_BYTES_MAX,
    depth_max: 32,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow)]
    content: &'a RawValue,
    key: String,
    #[serde(default)]
    time_spent_ms: f64,
    /// The task that is before the worker's eyes now.
    showing: Option<String>,
    /// Whether a task is wanted in return.
    #[serde(default)]
    next: bool,
    #[serde(default)]
    holding: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reply {
    accepted: bool,
    revision: i64,
    correctable_until: i64,
    next: Option<Assignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    counts: Counts,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    done_by_me: i64,
    left: i64,
}

/// Takes an answer.
pub async fn submit(
    State(app): State<Arc<App>>,
    labeler: Labeler,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let origins = Origins::of(&headers, &app.settings);
    let request: Request<'_> = body.read()?;
    let (id, facts) = labeler.assignment(&app, &id).await?;
    let worker_id = labeler.worker_id;
    check_key(&request.key)?;
    let content = request.content.get();
    check_content(&facts, content)?;
    let showing = request
        .showing
        .as_deref()
        .and_then(AssignmentId::parse)
        .filter(|showing| showing.job_id == id.job_id);
    let next = request.next.then(|| {
        // With a task before the worker's eyes the one asked for is held ahead.
        let ahead = showing.is_some();
        hand_over::request(&app, &facts, worker_id, &request.holding, ahead, now_ms)
    });
    let submit = Submit {
        job_id: id.job_id,
        line: id.line,
        worker_id,
        key: request.key,
        content: content.to_owned(),
        time_spent_ms: request.time_spent_ms.clamp(0.0, TIME_SPENT_MS_MAX) as i64,
        correction_ms: facts.correction_ms,
        showing: showing.map(|showing| showing.line),
        limit_ms: facts.limit_ms,
        next: next.clone(),
        now_ms,
    };
    let submitted = app.db.write(submit).await?;
    let (revision, correctable_until) = match submitted.outcome {
        SubmitOutcome::Accepted {
            revision,
            correctable_until,
        } => (revision, correctable_until),
        refused => return refuse(&app, &refused, id, worker_id, content, now_ms).await,
    };
    app.engine.wake(id.job_id);
    let given = match (next, submitted.next) {
        (Some(next), Some(outcome)) if showing.is_none() => {
            Some(hand_over::ask_again(&app, next, outcome).await?)
        }
        (_, outcome) => outcome,
    };
    let (next, reason) = match given {
        Some(NextOutcome::Assigned(assigned)) => {
            let next =
                hand_over::assignment(&app, &origins, &facts, worker_id, &assigned, now_ms).await?;
            (Some(next), None)
        }
        Some(NextOutcome::Nothing) if showing.is_none() => {
            (None, Some(reason::of(&app, id.job_id, worker_id).await?))
        }
        Some(NextOutcome::Nothing | NextOutcome::HoldsEnough) | None => (None, None),
    };
    let declined_open = match submitted.declined {
        0 => 0,
        _ => app.db.declined_open(id.job_id, worker_id).await?,
    };
    let worker = JobOfWorker {
        answered: submitted.answered,
        settled: submitted.settled,
        declined_open,
        unfinished: false,
    };
    let pulse = app.portal.pulses.get(&app.db, id.job_id).await;
    let left = pulse?.map_or(0, |pulse| pulse.left(&worker));
    reply(
        now_ms,
        Reply {
            accepted: true,
            revision,
            correctable_until,
            next,
            reason,
            counts: Counts {
                done_by_me: worker.answered,
                left,
            },
        },
    )
}

/// Says why an answer is not taken. One that came too late is kept as a draft, in case its worker
/// meets the object again.
async fn refuse(
    app: &App,
    outcome: &SubmitOutcome,
    id: AssignmentId,
    worker_id: i64,
    content: &str,
    now_ms: i64,
) -> Result<Response, PageError> {
    if matches!(
        outcome,
        SubmitOutcome::LimitPassed | SubmitOutcome::LeaseLost
    ) {
        let draft = DraftSave {
            job_id: id.job_id,
            line: id.line,
            worker_id,
            content: content.to_owned(),
            now_ms,
        };
        app.db.write(draft).await?;
    }
    Err(match outcome {
        SubmitOutcome::LimitPassed => refusal::time_limit(),
        SubmitOutcome::CorrectionOver => refusal::correction_over(),
        SubmitOutcome::Declined => refusal::lease_lost(),
        SubmitOutcome::Closed => refusal::closed(app, id.job_id).await?,
        SubmitOutcome::LeaseLost => lost_or_settled(app, id).await?,
        SubmitOutcome::NotHeld | SubmitOutcome::Accepted { .. } => {
            return Ok(refusal::not_held(app, id, worker_id).await.into_response());
        }
    })
}

/// Whether the place went to somebody who still works on it, or all answers are there.
async fn lost_or_settled(app: &App, id: AssignmentId) -> Result<PageError, PageError> {
    let open = app.db.task_is_open(id.job_id, id.line).await?;
    if open {
        Ok(refusal::lease_lost())
    } else {
        refusal::closed(app, id.job_id).await
    }
}

fn check_key(key: &str) -> Result<(), PageError> {
    let fits = (1..=KEY_BYTES_MAX).contains(&key.len())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if fits {
        Ok(())
    } else {
        Err(PageError::field(
            "key",
            format!("an idempotency key has 1 to {KEY_BYTES_MAX} letters, digits, - or _"),
        ))
    }
}

/// Holds an answer against the rules of its job.
fn check_content(facts: &JobFacts, content: &str) -> Result<(), PageError> {
    let answer = answer::parse(content, LIMITS).map_err(refused_content)?;
    let exclusion = match facts.task_type.shape {
        Shape::MultiLabel => answer::exclusion_of_page(&facts.template_source),
        Shape::SingleLabel | Shape::Other => None,
    };
    answer::choice(
        &answer,
        facts.task_type,
        &facts.categories,
        exclusion.as_deref(),
    )
    .map(drop)
    .map_err(refused_content)
}

/// A refused answer or draft, naming what is wrong with it.
pub fn refused_content(error: AnswerError) -> PageError {
    match error {
        AnswerError::TooLarge { .. } => too_large(),
        error => PageError {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            ..PageError::field("content", error.to_string())
        },
    }
}
