//! Asks more workers about the objects whose label is not sure enough, and no more about the others.

use std::collections::HashMap;

use cairn_db::consolidation::Annotation;
use cairn_db::labeling_job::LabelingJob;
use cairn_db::task::{TasksDecide, Undecided};
use cairn_labeling::ids::Line;
use cairn_labeling::redundancy::{Plan, Standing, Waiting, is_plan_due, plan};

use crate::EngineError;
use crate::engine::Inner;
use crate::facts::{Enough, JobFacts};
use crate::knowledge;

/// Tasks looked at in one step: all that a job may have in flight.
const TASKS_A_STEP: i64 = 5_000;

/// Decides tasks that have the answers they wanted and may be given more. Gives whether any was.
pub async fn decide(
    inner: &Inner,
    facts: &JobFacts,
    job: &LabelingJob,
) -> Result<bool, EngineError> {
    let Some(redundancy) = facts.redundancy else {
        return Ok(false);
    };
    let tasks = inner.db.task_undecided(job.job_id, TASKS_A_STEP).await?;
    if tasks.is_empty() {
        return Ok(false);
    }
    // Nobody is asked any more by a job that is stopping.
    let decided = match redundancy.enough {
        _ if job.state != "InProgress" => Plan {
            enough: (0..tasks.len()).collect(),
            ..Plan::default()
        },
        Enough::Confidence(target) => {
            let assured = assured(inner, facts, &tasks).await?;
            let (more, enough) = (0..tasks.len()).partition(|at| assured[*at] < target);
            Plan { more, enough }
        }
        Enough::Mean(mean) => plan_by_mean(inner, facts, job, &tasks, mean).await?,
    };
    if decided == Plan::default() {
        return Ok(false);
    }
    let chosen = |places: Vec<usize>| places.into_iter().map(|at| tasks[at].clone()).collect();
    let decide = TasksDecide {
        job_id: job.job_id,
        more: chosen(decided.more),
        enough: chosen(decided.enough),
        now_ms: inner.now(),
    };
    inner.db.write(decide).await?;
    Ok(true)
}

async fn plan_by_mean(
    inner: &Inner,
    facts: &JobFacts,
    job: &LabelingJob,
    tasks: &[Undecided],
    mean: f64,
) -> Result<Plan, EngineError> {
    let (queued, unlabeled) = inner.db.task_queued(job.job_id, TASKS_A_STEP).await?;
    if !is_plan_due(tasks.len(), usize::try_from(queued).unwrap_or(usize::MAX)) {
        return Ok(Plan::default());
    }
    let (_, settled) = inner.db.answers_given(job.job_id).await?;
    let progress = &job.progress;
    let standing = Standing {
        mean,
        objects: (progress.dispatched - progress.failed).unsigned_abs(),
        wanted: (unlabeled + settled).unsigned_abs(),
        more_to_come: progress.next_line < progress.total,
    };
    let assured = assured(inner, facts, tasks).await?;
    let waiting: Vec<Waiting> = tasks
        .iter()
        .zip(assured)
        .map(|(task, assured)| Waiting {
            assured,
            wanted: u32::try_from(task.wanted).unwrap_or(u32::MAX),
            most: u32::try_from(task.most).unwrap_or(u32::MAX),
        })
        .collect();
    Ok(plan(standing, &waiting))
}

/// How probable the label of each task is, by what is known of the workers now.
async fn assured(
    inner: &Inner,
    facts: &JobFacts,
    tasks: &[Undecided],
) -> Result<Vec<f64>, EngineError> {
    let annotations = inner
        .db
        .annotation_undecided(facts.job_id, TASKS_A_STEP)
        .await?;
    let by_line: HashMap<i64, &[Annotation]> = annotations
        .chunk_by(|one, other| one.line == other.line)
        .map(|answers| (answers[0].line, answers))
        .collect();
    let version = knowledge::newest_version(inner, facts).await?;
    let workers = knowledge::of_version(inner, facts, version).await?;
    let assured = tasks.iter().map(|task| {
        let answers = by_line.get(&task.line).copied().unwrap_or_default();
        workers.assurance(Line(task.line), &facts.choices(answers))
    });
    Ok(assured.collect())
}
