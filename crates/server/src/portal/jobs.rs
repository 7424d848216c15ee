//! `GET jobs`: what there is to do for this worker.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use cairn_db::labeling_job::{JobFilter, LabelingJob};
use serde::Serialize;

use super::body::reply;
use super::hold::source_ref;
use super::labeler::Labeler;
use super::refusal;
use crate::app::App;
use crate::object;
use crate::page_error::PageError;
use crate::people::teams::place;

/// Jobs shown of one team.
const TEAM_JOBS_MAX: i64 = 200;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

#[derive(Serialize)]
struct Reply {
    jobs: Vec<Job>,
    /// Answers given since midnight, UTC.
    today: i64,
    /// Answers given in the last seven days.
    week: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    job: String,
    title: String,
    description: String,
    keywords: Vec<String>,
    team: String,
    task_type: &'static str,
    left: i64,
    done_by_me: i64,
    time_limit_seconds: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail: Option<String>,
    created_at: i64,
    state: &'static str,
}

/// The jobs of a worker's teams that run, newest first; those with something to do before the rest.
pub async fn jobs(State(app): State<Arc<App>>, labeler: Labeler) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let mut jobs = Vec::new();
    let place = place(&app.settings);
    for team in app.memberships.teams(labeler.worker_id).await?.iter() {
        let filter = JobFilter {
            state: Some("InProgress".to_owned()),
            workteam_arn: Some(place.workteam(team).to_string()),
            limit: TEAM_JOBS_MAX,
            ..JobFilter::default()
        };
        let rows = app.db.labeling_job_list(&filter).await;
        for row in rows? {
            if let Some(job) = job(&app, &labeler, team, &row, now_ms).await? {
                jobs.push(job);
            }
        }
    }
    jobs.sort_by_key(|job: &Job| {
        let idle = job.left == 0 && job.state != "stopped";
        (idle, std::cmp::Reverse(job.created_at))
    });
    let midnight = now_ms - now_ms.rem_euclid(DAY_MS);
    let count = |since| app.db.answered_in_all(labeler.worker_id, since);
    let today = count(midnight).await?;
    let week = count(now_ms - 7 * DAY_MS).await?;
    reply(now_ms, Reply { jobs, today, week })
}

/// One job of the list; none for one that is not ready to be shown.
async fn job(
    app: &App,
    labeler: &Labeler,
    team: &str,
    row: &LabelingJob,
    now_ms: i64,
) -> Result<Option<Job>, PageError> {
    let facts = app.engine.facts(row.job_id).await;
    let Some(facts) = facts.map_err(refusal::of_engine)? else {
        return Ok(None);
    };
    let pulse = app.portal.pulses.note(row);
    let worker = app.db.job_of_worker(row.job_id, labeler.worker_id).await?;
    let thumbnail = if facts.task_type.is_image {
        thumbnail(app, row.job_id, now_ms).await?
    } else {
        None
    };
    Ok(Some(Job {
        job: row.job_id.to_string(),
        title: facts.title.clone(),
        description: facts.description.clone(),
        keywords: facts.keywords.clone(),
        team: team.to_owned(),
        task_type: facts.task_type.suffix,
        left: pulse.left(&worker),
        done_by_me: worker.answered,
        time_limit_seconds: facts.limit_ms / 1_000,
        thumbnail,
        created_at: row.created_at,
        state: if worker.unfinished {
            "stopped"
        } else {
            "available"
        },
    }))
}

/// Address of a job's first image. It stays the same for an hour, so that a list that is asked for
/// anew is the same list and the browser keeps the picture.
async fn thumbnail(app: &App, job_id: i64, now_ms: i64) -> Result<Option<String>, PageError> {
    let line = app.engine.line(job_id, 0).await;
    let Some(line) = line.map_err(refusal::of_engine)? else {
        return Ok(None);
    };
    let expires_at = (now_ms / HOUR_MS + 2) * HOUR_MS;
    Ok(source_ref(&line)
        .map(|uri| object::object_path(&app.secrets, &uri.bucket, &uri.key, expires_at)))
}
