//! The figures of a job that move: counters, pace, agreement, classes, iterations.
//!
//! Each read takes rows by key or by index, and a number of them that does not grow with the job.
//! Agreement reads the newest answers again, so it is kept for a few seconds. However many pages
//! watch one job, its figures are read once a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cairn_db::iteration::Iteration as StoredIteration;
use cairn_db::labeling_job::LabelingJob;
use cairn_engine::JobFacts;
use cairn_labeling::answer::{self, AnswerLimits, Choice};
use cairn_labeling::label_category::LABELS_MAX;
use serde::Serialize;
use tokio::sync::Semaphore;

use super::is_over;
use crate::app::App;
use crate::page_error::PageError;

/// Who answered this lately is at work.
const ACTIVE_MS: i64 = 5 * 60 * 1_000;
/// The pace is that of the last ten minutes with work in them.
const PACE_MS: i64 = 10 * 60 * 1_000;
/// Consolidations looked at for the pace: they begin at least a second apart.
const PACE_BATCHES: i64 = PACE_MS / 1_000;
/// With fewer labels than this many seconds apart, there is no pace to tell.
const PACE_SPAN_MIN_MS: i64 = 5_000;
/// Two labels further apart than this were not made in one sitting.
const PACE_GAP_MAX_MS: i64 = 60 * 60 * 1_000;
/// Agreement is that of the newest labeled objects, this many or fewer.
const AGREEMENT_OBJECTS: i64 = 500;
/// Answers read for it at most.
const AGREEMENT_ANSWERS: i64 = 1_500;
/// How long a figure of agreement stands while labels come in.
const AGREEMENT_KEPT_MS: i64 = 10_000;
/// Iterations shown, the newest.
const ITERATIONS: i64 = 50;
/// Figures younger than this are given to whoever else watches.
const FRESH: Duration = Duration::from_millis(900);
/// Jobs whose figures are kept; past that those that nobody watches are dropped.
const KEPT_MAX: usize = 1_000;
/// Streams of events at once.
const STREAMS_MAX: usize = 500;

/// `Counts`, of objects.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counts {
    total: i64,
    human: i64,
    machine: i64,
    failed: i64,
}

impl Counts {
    /// The counts of a job. Lines that came with the label count as labeled by people, as they do on
    /// the wire.
    pub fn of(job: &LabelingJob) -> Counts {
        let progress = &job.progress;
        Counts {
            total: progress.total,
            human: progress.labeled_before + progress.human_labeled,
            machine: progress.machine_labeled,
            failed: progress.failed,
        }
    }
}

/// `LabelCount`.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct LabelCount {
    label: String,
    count: i64,
}

/// `Saved`: what a confidence target spares, of the objects that have their label.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Saved {
    /// Answers that went into their labels.
    answers: i64,
    /// Answers that a fixed number of workers would have given.
    fixed: i64,
}

/// `Iteration`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Iteration {
    number: i64,
    objects: i64,
    labeled: i64,
    failed: i64,
    started_at: i64,
    finished_at: Option<i64>,
}

impl Iteration {
    fn of(stored: &StoredIteration) -> Iteration {
        let is_finished = stored.closed && stored.settled >= stored.dispatched;
        Iteration {
            number: stored.iteration,
            objects: stored.dispatched,
            labeled: stored.settled - stored.failed,
            failed: stored.failed,
            started_at: stored.started_at,
            finished_at: stored.settled_at.filter(|_| is_finished),
        }
    }
}

/// What keeps a job that is not over from going on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct HeldUp {
    reason: String,
    since: i64,
}

impl HeldUp {
    pub(super) fn of(job: &LabelingJob) -> Option<HeldUp> {
        let held_up = job.held_up.clone().filter(|_| !is_over(job))?;
        Some(HeldUp {
            reason: held_up.reason,
            since: held_up.since,
        })
    }
}

/// `Progress`: the figures of a job that move.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held_up: Option<HeldUp>,
    counts: Counts,
    answers: i64,
    active_workers: i64,
    per_hour: Option<f64>,
    seconds_left: Option<i64>,
    agreement: Option<f64>,
    saved: Option<Saved>,
    distribution: Vec<LabelCount>,
    iterations: Vec<Iteration>,
    changed_at: i64,
    finished_at: Option<i64>,
    #[serde(skip)]
    pub(super) is_over: bool,
}

struct Agreement {
    version: i64,
    read_at: i64,
    share: Option<f64>,
}

type Slot = Arc<tokio::sync::Mutex<Option<(Instant, Arc<Progress>)>>>;

/// What is remembered between requests.
pub struct Figures {
    agreements: Mutex<HashMap<i64, Agreement>>,
    watched: Mutex<HashMap<i64, Slot>>,
    /// Room for streams of events.
    pub(super) streams: Arc<Semaphore>,
}

impl Default for Figures {
    fn default() -> Figures {
        Figures {
            agreements: Mutex::default(),
            watched: Mutex::default(),
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
        }
    }
}

impl Figures {
    /// The figures of a job as they were less than a second ago; none when the job is gone.
    pub(super) async fn latest(
        &self,
        app: &App,
        job_id: i64,
    ) -> Result<Option<Arc<Progress>>, PageError> {
        let slot = self.slot(job_id);
        // Whoever comes while they are read waits for the same figures.
        let mut kept = slot.lock().await;
        if let Some((read_at, progress)) = &*kept
            && read_at.elapsed() < FRESH
        {
            return Ok(Some(progress.clone()));
        }
        let Some(job) = app.db.labeling_job(job_id).await? else {
            return Ok(None);
        };
        let progress = Arc::new(progress(app, &job).await?);
        *kept = Some((Instant::now(), progress.clone()));
        Ok(Some(progress))
    }

    fn slot(&self, job_id: i64) -> Slot {
        let mut watched = self.watched.lock().unwrap_or_else(|lock| lock.into_inner());
        if watched.len() >= KEPT_MAX {
            watched.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        watched.entry(job_id).or_default().clone()
    }

    /// The share of pairs of answers to one object that are the same.
    async fn agreement(
        &self,
        app: &App,
        job: &LabelingJob,
        facts: &Arc<JobFacts>,
    ) -> Result<Option<f64>, PageError> {
        if facts.wanted < 2 {
            return Ok(None);
        }
        let (version, now_ms) = (job.progress.label_version, app.clock.now_ms());
        let stands = |known: &&Agreement| {
            known.version == version
                || (!is_over(job) && now_ms - known.read_at < AGREEMENT_KEPT_MS)
        };
        if let Some(known) = self.agreements().get(&job.job_id).filter(stands) {
            return Ok(known.share);
        }
        let objects = AGREEMENT_OBJECTS.min(AGREEMENT_ANSWERS / facts.wanted);
        let answers = app.db.annotation_newest(job.job_id, objects).await?;
        let facts = facts.clone();
        let share = tokio::task::spawn_blocking(move || share_of_equal_pairs(&facts, &answers))
            .await
            .map_err(PageError::internal)?;
        let mut agreements = self.agreements();
        if agreements.len() >= KEPT_MAX {
            agreements.clear();
        }
        let known = Agreement {
            version,
            read_at: now_ms,
            share,
        };
        agreements.insert(job.job_id, known);
        Ok(share)
    }

    fn agreements(&self) -> std::sync::MutexGuard<'_, HashMap<i64, Agreement>> {
        let agreements = self.agreements.lock();
        agreements.unwrap_or_else(|lock| lock.into_inner())
    }
}

/// The figures of a job now.
pub async fn progress(app: &App, job: &LabelingJob) -> Result<Progress, PageError> {
    let facts = facts(app, job.job_id).await?;
    let active_since = app.clock.now_ms() - ACTIVE_MS;
    let workers = app.db.job_of_all_workers(job.job_id, active_since).await?;
    let (answers, active_workers) = workers;
    let batches = app
        .db
        .consolidation_pace(job.job_id, PACE_BATCHES + 1)
        .await?;
    let per_hour = per_hour(&batches);
    let unlabeled = job.progress.unlabeled();
    let is_over = is_over(job);
    let agreement = match &facts {
        Some(facts) => app.figures.agreement(app, job, facts).await?,
        None => None,
    };
    let saved = match &facts {
        Some(facts) if facts.redundancy.is_some() => {
            let (_, answers) = app.db.answers_given(job.job_id).await?;
            let fixed = job.progress.human_labeled * facts.wanted;
            (fixed > 0).then_some(Saved { answers, fixed })
        }
        _ => None,
    };
    let distribution = match &facts {
        Some(facts) => distribution(app, facts).await?,
        None => Vec::new(),
    };
    let iterations = app.db.iteration_newest(job.job_id, ITERATIONS).await?;
    Ok(Progress {
        state: job.state.clone(),
        failure_reason: job.failure_reason.clone(),
        held_up: HeldUp::of(job),
        counts: Counts::of(job),
        answers,
        active_workers,
        per_hour,
        seconds_left: per_hour
            .filter(|_| unlabeled > 0 && !is_over)
            .map(|per_hour| (unlabeled as f64 * 3_600.0 / per_hour).ceil() as i64),
        agreement,
        saved,
        distribution,
        iterations: iterations.iter().map(Iteration::of).collect(),
        changed_at: job.modified_at,
        finished_at: job.finished_at,
        is_over,
    })
}

/// What never changes about a job; none when it has not begun, or cannot.
pub(super) async fn facts(app: &App, job_id: i64) -> Result<Option<Arc<JobFacts>>, PageError> {
    match app.engine.facts(job_id).await {
        Ok(facts) => Ok(facts),
        // Its files are at fault: its state says so.
        Err(cairn_engine::EngineError::Job(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// How many objects have each class, in the order of the label category file.
async fn distribution(app: &App, facts: &JobFacts) -> Result<Vec<LabelCount>, PageError> {
    let tally = app.db.label_tally(facts.job_id, LABELS_MAX as i64).await?;
    let counts: HashMap<String, i64> = tally.into_iter().collect();
    let count = |label: &String| LabelCount {
        label: label.clone(),
        count: counts.get(label).copied().unwrap_or_default(),
    };
    Ok(facts.labels.iter().map(count).collect())
}

/// Objects labeled an hour, from consolidations given newest first as their time and size. The first
/// of a sitting marks where it begins: how long its objects took is not known.
fn per_hour(batches: &[(i64, i64)]) -> Option<f64> {
    let (last, newest) = *batches.first()?;
    let in_window = batches
        .iter()
        .take_while(|(at, _)| last - at <= PACE_MS)
        .count();
    let (objects, since) = match in_window {
        1 => (newest, batches.get(1).map(|(at, _)| *at)?),
        _ => {
            let made = batches[..in_window - 1].iter().map(|(_, objects)| objects);
            (made.sum(), batches[in_window - 1].0)
        }
    };
    let span = last - since;
    if objects == 0 || !(PACE_SPAN_MIN_MS..=PACE_GAP_MAX_MS).contains(&span) {
        return None;
    }
    // A tenth is as exact as anybody reads it, and keeps the figure from flickering.
    let per_hour = objects as f64 * 3_600_000.0 / span as f64;
    Some((per_hour * 10.0).round() / 10.0).filter(|per_hour| *per_hour > 0.0)
}

fn share_of_equal_pairs(facts: &JobFacts, answers: &[(i64, String)]) -> Option<f64> {
    let (mut pairs, mut equal) = (0_u64, 0_u64);
    for of_object in answers.chunk_by(|left, right| left.0 == right.0) {
        let choices: Vec<Choice> = of_object
            .iter()
            .filter_map(|(_, content)| choice(facts, content))
            .collect();
        for (at, choice) in choices.iter().enumerate() {
            pairs += at as u64;
            equal += choices[..at]
                .iter()
                .filter(|other| *other == choice)
                .count() as u64;
        }
    }
    (pairs > 0).then(|| equal as f64 / pairs as f64)
}

/// What an answer chose, in one order.
fn choice(facts: &JobFacts, content: &str) -> Option<Choice> {
    let answer = answer::parse(content, AnswerLimits::default()).ok()?;
    let exclusion = facts.exclusion.as_deref();
    let choice = answer::choice(&answer, facts.task_type, &facts.categories, exclusion).ok()?;
    Some(match choice {
        Choice::Multi(mut labels) => {
            labels.sort_unstable();
            Choice::Multi(labels)
        }
        single => single,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn the_pace_is_that_of_the_last_minutes_with_work_in_them() {
        assert_eq!(per_hour(&[]), None);
        // One consolidation alone does not say how long it took.
        assert_eq!(per_hour(&[(0, 10)]), None);
        // Ten objects a minute.
        let steady: Vec<(i64, i64)> = (0..30).rev().map(|at| (at * MINUTE, 10)).collect();
        assert_eq!(per_hour(&steady), Some(600.0));
        // After a break of a night, from where work was taken up again.
        let resumed = [(1_002 * MINUTE, 30), (1_000 * MINUTE, 500), (0, 7)];
        assert_eq!(per_hour(&resumed), Some(900.0));
        // One object every quarter of an hour.
        let slow = [(45 * MINUTE, 1), (30 * MINUTE, 1), (15 * MINUTE, 1)];
        assert_eq!(per_hour(&slow), Some(4.0));
        // The first after a night tells nothing yet.
        assert_eq!(per_hour(&[(900 * MINUTE, 1), (0, 1)]), None);
        assert_eq!(per_hour(&[(1_000, 50), (0, 50)]), None);
    }
}
