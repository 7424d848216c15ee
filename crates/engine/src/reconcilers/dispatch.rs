//! Puts the next objects before workers, as many as the job may have in flight, and never more than
//! its stopping conditions still allow.

use std::sync::Arc;

use cairn_db::label::{Label, LabelKind};
use cairn_db::labeling_job::JobProgress;
use cairn_db::task::{DispatchedTask, TaskReopen, TasksDispatch};
use cairn_labeling::label_json::{self, ObjectFailure, failure_json};
use cairn_labeling::labeling_job::iteration_of;
use cairn_labeling::manifest::{LineRules, check_line};
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;

use super::object_check;
use crate::EngineError;
use crate::engine::Inner;
use crate::facts::JobFacts;
use crate::pages::Page;

/// Objects dispatched in one transaction.
const TASKS_A_WRITE: usize = 500;
/// Lines looked at in one step, labeled ones included.
const LINES_A_STEP: i64 = 20_000;
/// Objects looked at in their stores at once.
const CHECKS_AT_ONCE: usize = 16;

/// Dispatches up to `room` objects. Gives whether anything was done.
pub async fn dispatch(
    inner: &Inner,
    facts: &JobFacts,
    progress: &JobProgress,
    room: u64,
) -> Result<bool, EngineError> {
    let wanted = room.min(TASKS_A_WRITE as u64) as usize;
    let mut lines = Vec::with_capacity(wanted);
    let mut next_line = progress.next_line;
    // Lines that are labeled already are passed over even when there is no room.
    'pages: while next_line < progress.total && next_line - progress.next_line < LINES_A_STEP {
        let page = page(inner, facts, next_line).await?;
        while next_line < page.end_line() {
            let line = page.line(next_line).unwrap_or_default();
            if page.labeled_count == 0 || !is_labeled(line, facts) {
                if lines.len() == wanted {
                    break 'pages;
                }
                lines.push((next_line, line.to_vec()));
            }
            next_line += 1;
        }
    }
    if next_line == progress.next_line {
        return Ok(false);
    }
    let now_ms = inner.now();
    let first_index = progress.dispatched;
    let tasks: Vec<DispatchedTask> = futures::stream::iter(lines.into_iter().enumerate())
        .map(|(index, (line, text))| async move {
            let problem = object_check::problem(inner, facts, &text).await?;
            let failure = problem
                .map(|problem| failed_label(facts, line, problem, now_ms))
                .transpose()?;
            Ok::<_, EngineError>(DispatchedTask {
                line,
                iteration: iteration(facts, first_index + index as i64),
                failure,
            })
        })
        .buffered(CHECKS_AT_ONCE)
        .try_collect()
        .await?;
    let dispatched = first_index + tasks.len() as i64;
    let closes = closed_iterations(facts, first_index, dispatched, next_line >= progress.total);
    let dispatch = TasksDispatch {
        job_id: facts.job_id,
        next_line_before: progress.next_line,
        next_line,
        tasks,
        wanted: facts.redundancy.map_or(facts.wanted, |asked| asked.least),
        most: facts.redundancy.map_or(0, |_| facts.wanted),
        closes,
        now_ms,
    };
    inner.db.write(dispatch).await?;
    Ok(true)
}

async fn page(inner: &Inner, facts: &JobFacts, line: i64) -> Result<Arc<Page>, EngineError> {
    let page = inner.pages.page(&inner.db, facts.job_id, line).await?;
    page.ok_or_else(|| {
        EngineError::Stored(format!("job {} has no page for line {line}", facts.job_id))
    })
}

fn is_labeled(line: &[u8], facts: &JobFacts) -> bool {
    check_line(line, &LineRules::new(&facts.label_attribute)).is_ok_and(|info| info.already_labeled)
}

fn iteration(facts: &JobFacts, index: i64) -> i64 {
    iteration_of(index as u64, facts.in_flight_max as u64) as i64
}

/// Iterations that get no more objects once `end` were dispatched, of those that the objects from
/// `first` on touch.
fn closed_iterations(facts: &JobFacts, first: i64, end: i64, is_last: bool) -> Vec<i64> {
    let iteration = |index| iteration(facts, index);
    let open_before = iteration((first - 1).max(0));
    let open_after = match is_last {
        true if end == 0 => 1,
        true => iteration(end - 1) + 1,
        false => iteration(end),
    };
    (open_before..open_after).collect()
}

/// The label of an object that failed before it came to people.
fn failed_label(
    facts: &JobFacts,
    line: i64,
    problem: String,
    now_ms: i64,
) -> Result<Label, EngineError> {
    let label_facts = label_json::JobFacts {
        job_name: &facts.name,
        task_type: facts.task_type,
        categories: &facts.categories,
    };
    let at = Timestamp::from_millisecond(now_ms)
        .map_err(|error| EngineError::Stored(error.to_string()))?;
    let reason = ObjectFailure::Data(problem).reason();
    Ok(Label {
        line,
        kind: LabelKind::Failed,
        batch: 0,
        labeled_at: now_ms,
        answers: 0,
        confidence: None,
        metadata: failure_json(label_facts, &reason, at),
        summary: reason,
        content: String::new(),
    })
}

/// Puts a failed object before people again if it can be shown now.
pub async fn retry(inner: &Inner, facts: &JobFacts, line: i64) -> Result<bool, EngineError> {
    let Some(text) = inner.pages.line(&inner.db, facts.job_id, line).await? else {
        return Ok(false);
    };
    if object_check::problem(inner, facts, &text).await?.is_some() {
        return Ok(false);
    }
    let reopen = TaskReopen {
        job_id: facts.job_id,
        line,
        now_ms: inner.now(),
    };
    Ok(inner.db.write(reopen).await?)
}
