//! `POST jobs/{job}/next`: the next task of a job for this worker.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use cairn_db::task::NextOutcome;
use http::HeaderMap;
use serde::{Deserialize, Serialize};

use super::body::{Body, reply};
use super::hand_over::{self, Assignment, HELD_MAX};
use super::labeler::Labeler;
use super::reason::{self, Reason};
use super::refusal;
use crate::app::App;
use crate::origin::Origins;
use crate::page_error::PageError;

#[derive(Deserialize)]
struct Request {
    /// Tasks the worker has at hand already.
    #[serde(default)]
    holding: Vec<String>,
    /// Whether it is only held ahead.
    #[serde(default)]
    prefetch: bool,
}

#[derive(Serialize)]
struct Reply {
    assignment: Option<Assignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

/// Gives a task, or says why there is none.
pub async fn next(
    State(app): State<Arc<App>>,
    labeler: Labeler,
    Path(job): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let origins = Origins::of(&headers, &app.settings);
    let request: Request = body.read()?;
    let job_id = labeler.job(&app, &job).await?;
    let Some(facts) = app.engine.facts(job_id).await.map_err(refusal::of_engine)? else {
        let reason = Some(reason::of(&app, job_id, labeler.worker_id).await?);
        let assignment = None;
        return reply(now_ms, Reply { assignment, reason });
    };
    let worker_id = labeler.worker_id;
    let Request { holding, prefetch } = request;
    let next = hand_over::request(&app, &facts, worker_id, &holding, prefetch, now_ms);
    let mut outcome = app.db.write(next.clone()).await?;
    if !prefetch {
        outcome = hand_over::ask_again(&app, next, outcome).await?;
    }
    let (assignment, reason) = match outcome {
        NextOutcome::Assigned(assigned) => {
            let assignment =
                hand_over::assignment(&app, &origins, &facts, worker_id, &assigned, now_ms).await?;
            (Some(assignment), None)
        }
        // Whoever asks ahead has something to do, and needs no reason.
        NextOutcome::HoldsEnough | NextOutcome::Nothing if prefetch => (None, None),
        NextOutcome::HoldsEnough => return Err(refusal::holds_enough(HELD_MAX)),
        NextOutcome::Nothing => (None, Some(reason::of(&app, job_id, worker_id).await?)),
    };
    reply(now_ms, Reply { assignment, reason })
}
