//! A task as it is handed to its worker: the address of its page, its times, its draft.

use std::time::Duration;

use cairn_db::task::{Assigned, NextOutcome, TaskNext};
use cairn_engine::JobFacts;
use serde::Serialize;
use serde_json::value::RawValue;

use super::assignment_id::AssignmentId;
use crate::app::App;
use crate::origin::Origins;
use crate::page_error::PageError;
use crate::task_page;

/// Tasks that one worker may hold at once in one job.
pub const HELD_MAX: usize = 8;

/// An assignment, as the client's types have it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    id: AssignmentId,
    page: String,
    object_id: String,
    accepted_at: Option<i64>,
    lease_expires_at: i64,
    limit_at: Option<i64>,
    draft: Option<Draft>,
    submit_on_key: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Draft {
    content: Box<RawValue>,
    saved_at: i64,
}

/// The request for work that a worker's words make. `holding` may name tasks of other jobs.
pub fn request(
    app: &App,
    facts: &JobFacts,
    worker_id: i64,
    holding: &[String],
    prefetch: bool,
    now_ms: i64,
) -> TaskNext {
    let lines = holding
        .iter()
        .take(HOLDING_READ_MAX)
        .filter_map(|id| AssignmentId::parse(id))
        .filter(|id| id.job_id == facts.job_id)
        .map(|id| id.line)
        .collect();
    let mut next = TaskNext::new(&app.db, facts.job_id, worker_id, now_ms);
    next.holding = lines;
    next.prefetch = prefetch;
    next.lease_ms = facts.lease_ms;
    next.limit_ms = facts.limit_ms;
    next.held_max = HELD_MAX;
    next
}

/// How long an object that is about to be put before workers is waited for.
const DISPATCH_WAIT: Duration = Duration::from_millis(250);

/// Asks once more when there was nothing although the job has objects that nobody has met: the answer
/// that was just given may have made room for one.
pub async fn ask_again(
    app: &App,
    mut next: TaskNext,
    outcome: NextOutcome,
) -> Result<NextOutcome, PageError> {
    if outcome != NextOutcome::Nothing {
        return Ok(outcome);
    }
    let pulse = app.portal.pulses.get(&app.db, next.job_id).await?;
    let progress = pulse.map(|pulse| pulse.progress).unwrap_or_default();
    if progress.next_line >= progress.total {
        return Ok(outcome);
    }
    app.engine.dispatched(next.job_id, DISPATCH_WAIT).await;
    next.now_ms = app.clock.now_ms();
    Ok(app.db.write(next).await?)
}

/// Names of held tasks that are looked at: many tabs in many jobs stay below it.
const HOLDING_READ_MAX: usize = 256;

/// What the client is told of a task it now holds. The page is only named here, not made.
pub async fn assignment(
    app: &App,
    origins: &Origins,
    facts: &JobFacts,
    worker_id: i64,
    assigned: &Assigned,
    now_ms: i64,
) -> Result<Assignment, PageError> {
    let id = AssignmentId {
        job_id: facts.job_id,
        line: assigned.line,
    };
    // Only whoever has held a task before can have a draft of it.
    let draft = if assigned.again {
        app.db.draft(id.job_id, id.line, worker_id).await?
    } else {
        None
    };
    let draft = draft
        .map(|draft| {
            Ok(Draft {
                content: RawValue::from_string(draft.content)?,
                saved_at: draft.saved_at,
            })
        })
        .transpose()
        .map_err(|error: serde_json::Error| PageError::internal(error))?;
    Ok(Assignment {
        id,
        page: task_page::address(app, origins, facts, id, worker_id, now_ms),
        object_id: id.line.to_string(),
        accepted_at: assigned.accepted_at,
        lease_expires_at: assigned.expires_at,
        limit_at: assigned.accepted_at.map(|_| assigned.limit_at),
        draft,
        submit_on_key: facts.submit_on_key,
    })
}
