//! `GET jobs/{job}/history`: a worker's own answers, newest first.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use cairn_labeling::answer;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::assignment_id::{AssignmentId, number};
use super::body::reply;
use super::labeler::Labeler;
use super::pulse;
use super::refusal;
use crate::app::App;
use crate::origin::Origins;
use crate::page_error::PageError;
use crate::task_page;

const LIMIT_DEFAULT: i64 = 30;
const LIMIT_MAX: i64 = 100;

#[derive(Deserialize)]
pub struct Request {
    before: Option<String>,
    limit: Option<i64>,
}

#[derive(Serialize)]
struct Reply {
    items: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: AssignmentId,
    object_id: String,
    submitted_at: i64,
    correctable_until: i64,
    summary: String,
    page: String,
    content: Box<RawValue>,
}

/// A page of answers.
pub async fn history(
    State(app): State<Arc<App>>,
    labeler: Labeler,
    Path(job): Path<String>,
    Query(request): Query<Request>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let origins = Origins::of(&headers, &app.settings);
    let limit = request.limit.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX);
    let before = request.before.as_deref().map(place).transpose()?;
    let job_id = labeler.job(&app, &job).await?;
    let Some(facts) = app.engine.facts(job_id).await.map_err(refusal::of_engine)? else {
        let (items, next) = (Vec::new(), None);
        return reply(now_ms, Reply { items, next });
    };
    let worker_id = labeler.worker_id;
    let rows = app.db.history(job_id, worker_id, before, limit).await?;
    let pulse = app.portal.pulses.get(&app.db, job_id).await;
    let running = pulse?.is_some_and(|pulse| pulse.state == pulse::State::Running);
    let next = (rows.len() as i64 == limit)
        .then(|| {
            rows.last()
                .map(|row| format!("{}-{}", row.answered_at, row.line))
        })
        .flatten();
    let items = rows.into_iter().map(|row| {
        let id = AssignmentId {
            job_id,
            line: row.line,
        };
        let answer: Value = serde_json::from_str(&row.content)?;
        // A job that is over takes no corrections, however short a time ago the answer was given.
        let correction_ms = if running { facts.correction_ms } else { 0 };
        Ok(Item {
            id,
            object_id: row.line.to_string(),
            submitted_at: row.answered_at,
            correctable_until: row.answered_at + correction_ms,
            summary: answer::summary(&answer, facts.task_type),
            page: task_page::address(&app, &origins, &facts, id, worker_id, now_ms),
            content: RawValue::from_string(row.content)?,
        })
    });
    let items: Vec<Item> = items
        .collect::<Result<_, serde_json::Error>>()
        .map_err(PageError::internal)?;
    reply(now_ms, Reply { items, next })
}

/// Reads the place that `next` of the page before told.
fn place(text: &str) -> Result<(i64, i64), PageError> {
    text.split_once('-')
        .and_then(|(at, line)| Some((number(at)?, number(line)?)))
        .ok_or_else(|| PageError::field("before", "is not what `next` of a page before said"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_and_nothing_else() {
        assert_eq!(place("1700000000000-12").unwrap(), (1_700_000_000_000, 12));
        for bad in ["", "12", "a-b", "1-2-3", "-1-2"] {
            assert!(place(bad).is_err(), "{bad}");
        }
    }
}
