//! Asks more workers about the objects whose label is not sure enough, and no more about the others.

use std::collections::HashMap;

use cairn_db::consolidation::Annotation;
use cairn_db::labeling_job::LabelingJob;
use cairn_db::task::{TasksDecide, Undecided};
use cairn_labeling::ids::Line;

use crate::EngineError;
use crate::engine::Inner;
use crate::facts::JobFacts;
use crate::knowledge;

/// Tasks decided in one transaction.
const TASKS_A_STEP: i64 = 500;

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
    let (more, enough) = if job.state == "InProgress" {
        let annotations = inner.db.annotation_undecided(job.job_id, TASKS_A_STEP);
        let annotations = annotations.await?;
        let by_line: HashMap<i64, &[Annotation]> = annotations
            .chunk_by(|one, other| one.line == other.line)
            .map(|answers| (answers[0].line, answers))
            .collect();
        let version = knowledge::newest_version(inner, facts).await?;
        let workers = knowledge::of_version(inner, facts, version).await?;
        tasks.into_iter().partition::<Vec<Undecided>, _>(|task| {
            let answers = by_line.get(&task.line).copied().unwrap_or_default();
            workers.assurance(Line(task.line), &facts.choices(answers)) < redundancy.target
        })
    } else {
        (Vec::new(), tasks)
    };
    let decide = TasksDecide {
        job_id: job.job_id,
        more,
        enough,
        now_ms: inner.now(),
    };
    inner.db.write(decide).await?;
    Ok(true)
}
