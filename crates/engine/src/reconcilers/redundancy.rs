//! Asks more workers about the objects whose label is not sure enough, and no more about the others.

use std::collections::HashMap;

use cairn_db::consolidation::Annotation;
use cairn_db::labeling_job::LabelingJob;
use cairn_db::task::{TasksDecide, Undecided};
use cairn_labeling::ids::Line;

use crate::EngineError;
use crate::engine::Inner;
use crate::facts::{Enough, JobFacts};
use crate::knowledge;

/// Tasks decided in one transaction.
const TASKS_A_STEP: i64 = 500;

/// Tasks that are short of an answer, and those that are not.
fn divide(
    tasks: Vec<(Undecided, f64)>,
    mut is_short: impl FnMut(&Undecided, f64) -> bool,
) -> (Vec<Undecided>, Vec<Undecided>) {
    let mut divided = (Vec::new(), Vec::new());
    for (task, assured) in tasks {
        match is_short(&task, assured) {
            true => divided.0.push(task),
            false => divided.1.push(task),
        }
    }
    divided
}

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
        let assured: Vec<(Undecided, f64)> = tasks
            .into_iter()
            .map(|task| {
                let answers = by_line.get(&task.line).copied().unwrap_or_default();
                let assured = workers.assurance(Line(task.line), &facts.choices(answers));
                (task, assured)
            })
            .collect();
        match redundancy.enough {
            Enough::Confidence(target) => divide(assured, |_, assured| assured < target),
            Enough::Mean(mean) => inner.knowledge.budget(job.job_id, mean, |budget| {
                divide(assured, |task, assured| {
                    let is_short = assured < budget.threshold();
                    // One that is asked about for the last time now ends with the most.
                    if !is_short || task.wanted + 1 >= task.most {
                        let answers = if is_short { task.most } else { task.wanted };
                        budget.settled(u32::try_from(answers).unwrap_or_default());
                    }
                    is_short
                })
            }),
        }
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
