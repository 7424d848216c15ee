//! Why something a worker asked for is not done, by the codes that the client knows.

use axum::response::{IntoResponse, Response};
use cairn_db::task::AssignmentState;
use cairn_engine::EngineError;
use http::StatusCode;

use super::assignment_id::AssignmentId;
use super::pulse::State;
use crate::app::App;
use crate::page_error::PageError;

/// The engine's fault: try again, or not.
pub fn of_engine(error: EngineError) -> PageError {
    if error.is_passing() {
        PageError::unavailable(error)
    } else {
        PageError::internal(error)
    }
}

fn conflict(code: &'static str, message: &'static str) -> PageError {
    PageError::new(StatusCode::CONFLICT, code, message)
}

/// The time limit has passed.
pub fn time_limit() -> PageError {
    conflict("time_limit", "the time limit of this task has passed")
}

/// Somebody else holds the object now.
pub fn lease_lost() -> PageError {
    conflict("lease_lost", "this task is no longer held by you")
}

/// The object needs no more answers.
pub fn object_settled() -> PageError {
    conflict("object_settled", "this task needs no more answers")
}

/// The job takes no more answers.
pub fn job_over() -> PageError {
    conflict("job_over", "this job is over")
}

/// This worker has answered the object.
pub fn already_answered() -> PageError {
    conflict("already_answered", "you have answered this task already")
}

/// The answer stands.
pub fn correction_over() -> PageError {
    conflict("correction_over", "the time for corrections has passed")
}

/// This worker holds as many tasks as one may.
pub fn holds_enough(held_max: usize) -> PageError {
    PageError::new(
        StatusCode::CONFLICT,
        "holds_enough",
        format!("you hold {held_max} tasks of this job already"),
    )
}

/// Too many requests of one kind.
pub fn too_often() -> PageError {
    PageError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_often",
        "too many requests of this kind, wait a moment",
    )
}

/// Why an assignment that should be held is not, as is found out only when that happens.
pub async fn not_held(app: &App, id: AssignmentId, worker_id: i64) -> Response {
    match try_not_held(app, id, worker_id).await {
        Ok(error) | Err(error) => error.into_response(),
    }
}

async fn try_not_held(app: &App, id: AssignmentId, worker_id: i64) -> Result<PageError, PageError> {
    let state = app.db.assignment(id.job_id, id.line, worker_id).await?;
    Ok(match state {
        None => PageError::not_found("there is no such task of yours"),
        Some(AssignmentState::Answered) => already_answered(),
        Some(AssignmentState::Closed) => closed(app, id.job_id).await?,
        Some(_) => lease_lost(),
    })
}

/// Why a task was closed: its job is over, or only its own time is.
pub async fn closed(app: &App, job_id: i64) -> Result<PageError, PageError> {
    // Read anew: a pulse of a second ago may still say that the job runs.
    let job = app.db.labeling_job(job_id).await?;
    let pulse = job.map(|job| app.portal.pulses.note(&job));
    Ok(match pulse {
        Some(pulse) if pulse.state == State::Running => object_settled(),
        _ => job_over(),
    })
}
