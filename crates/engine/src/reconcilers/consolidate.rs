//! Brings the answers to settled objects together into labels, a batch at a time.
//!
//! A batch is begun in the database first, which fixes its objects and its stamp; then its files are
//! written, then its labels, then it is finished. Killed anywhere, it is done again with the same
//! stamp, so the same files and labels come out.
//!
//! One batch holds everything that is ready in one iteration, because its files are named by the
//! second; within it the algorithm runs on groups of at most `consolidation-batch` objects, as
//! Ground Truth's own batches have been seen to be.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use cairn_db::consolidation::{
    Annotation, BATCH_OBJECTS_MAX, Consolidation, ConsolidationBegin, ConsolidationFinish,
};
use cairn_db::label::LabelsInsert;
use cairn_db::labeling_job::LabelingJob;
use cairn_db::task::Ready;
use cairn_labeling::consolidation::Algorithm;
use cairn_storage::SmallPut;

use super::batch::{Done, Way, Work};
use super::hook;
use super::job::Step;
use crate::EngineError;
use crate::engine::Inner;
use crate::facts::JobFacts;
use crate::knowledge;

/// Files stored in one commit.
const PUTS_A_COMMIT: usize = 500;
/// Labels written in one transaction, short enough that no answer waits long behind them.
const LABELS_A_WRITE: usize = 200;
/// Batches of an iteration begin at least this far apart, because their files are named by the second.
const APART_MS: i64 = 1_000;

/// What is remembered between steps.
#[derive(Default)]
pub struct Memory {
    /// When the last batch of an iteration began; those of long ago are forgotten.
    begun: BTreeMap<i64, i64>,
    /// Nothing that is ready by now may begin before.
    not_before: i64,
    pub(super) hook: hook::Memory,
}

impl Memory {
    /// When the next batch of an iteration may begin.
    fn free_at(&self, iteration: i64) -> i64 {
        let begun = self.begun.get(&iteration);
        begun.map_or(i64::MIN, |begun_at| begun_at + APART_MS)
    }
}

/// Consolidates what is due. `Over` says that nothing waits.
pub async fn step(
    inner: &Arc<Inner>,
    facts: &Arc<JobFacts>,
    job: &LabelingJob,
    memory: &mut Memory,
) -> Result<Step, EngineError> {
    if let Some(batch) = inner.db.consolidation_unfinished(job.job_id).await? {
        return go_on(inner, facts, batch, memory).await;
    }
    let now_ms = inner.now();
    if now_ms < memory.not_before {
        let until_ms = memory.not_before;
        return Ok(Step::Idle { until_ms });
    }
    let group = facts.settings.consolidation_batch;
    let ready = inner.db.task_ready(job.job_id, BATCH_OBJECTS_MAX).await?;
    let Some(since) = ready.iter().map(|ready| ready.since).min() else {
        return Ok(Step::Over);
    };
    let count: i64 = ready.iter().map(|ready| ready.count).sum();
    let mut due_at = match count >= group {
        true => now_ms,
        false => since + facts.settings.consolidation_wait_seconds * 1_000,
    };
    // With nobody at work there is nothing to wait for.
    if due_at > now_ms && inner.db.task_open_count(job.job_id, 1).await? == 0 {
        due_at = now_ms;
    }
    if due_at > now_ms {
        return Ok(Step::Idle { until_ms: due_at });
    }
    memory
        .begun
        .retain(|_, begun_at| *begun_at + APART_MS > now_ms);
    // The few that end a job do not wait for their second.
    let ends = job.progress.next_line >= job.progress.total && count < group;
    let free = |ready: &&Ready| ends || memory.free_at(ready.iteration) <= now_ms;
    let Some(chosen) = ready.iter().find(free) else {
        let free_at = ready.iter().map(|ready| memory.free_at(ready.iteration));
        let until_ms = free_at.min().unwrap_or(now_ms);
        memory.not_before = until_ms;
        return Ok(Step::Idle { until_ms });
    };
    memory.begun.insert(chosen.iteration, now_ms);
    let begin = ConsolidationBegin {
        job_id: job.job_id,
        iteration: chosen.iteration,
        method: facts.settings.consolidation.name().to_owned(),
        parameters: knowledge::newest_version(inner, facts).await?,
        now_ms,
    };
    match inner.db.write(begin).await? {
        Some(batch) => go_on(inner, facts, batch, memory).await,
        None => Ok(Step::Busy),
    }
}

/// Does a batch that was begun, or what can be done of it now.
async fn go_on(
    inner: &Arc<Inner>,
    facts: &Arc<JobFacts>,
    batch: Consolidation,
    memory: &mut Memory,
) -> Result<Step, EngineError> {
    if facts.settings.consolidation == Algorithm::Hook {
        return hook::step(inner, facts, batch, &mut memory.hook).await;
    }
    let started = Instant::now();
    let way = match knowledge::is_used(facts) {
        true => Way::Parameters(knowledge::of_version(inner, facts, batch.parameters).await?),
        false => Way::Batch,
    };
    let work = read(inner, facts, batch).await?;
    let read = started.elapsed();
    let concluding = move || {
        let (files, _) = work.answer_files()?;
        let mut done = work.labels(&way)?;
        done.puts.splice(0..0, files);
        Ok::<_, EngineError>((work, done))
    };
    let concluding = tokio::task::spawn_blocking(concluding).await;
    let (work, done) = concluding.map_err(|error| EngineError::Stored(error.to_string()))??;
    let concluded = started.elapsed();
    write(inner, &work, done).await?;
    tracing::debug!(
        labeling_job.id = facts.job_id,
        consolidation.objects = work.objects.len(),
        consolidation.read_ms = read.as_millis() as u64,
        consolidation.concluded_ms = concluded.as_millis() as u64,
        consolidation.finished_ms = started.elapsed().as_millis() as u64,
        "consolidated"
    );
    Ok(Step::Busy)
}

/// Reads what a batch is made of.
pub(super) async fn read(
    inner: &Arc<Inner>,
    facts: &Arc<JobFacts>,
    batch: Consolidation,
) -> Result<Work, EngineError> {
    let job_id = facts.job_id;
    let objects = inner.db.consolidation_objects(job_id, batch.batch).await?;
    let annotations = inner
        .db
        .consolidation_annotations(job_id, batch.batch)
        .await?;
    let names = worker_names(inner, &annotations).await?;
    let mut lines = HashMap::with_capacity(objects.len());
    let mut declined = HashMap::new();
    let answered: HashSet<i64> = annotations.iter().map(|answer| answer.line).collect();
    for object in &objects {
        let line = inner.pages.line(&inner.db, job_id, object.line).await?;
        lines.insert(object.line, line.unwrap_or_default());
        if !answered.contains(&object.line) {
            let reasons = inner.db.decline_reasons(job_id, object.line).await?;
            declined.insert(object.line, reasons);
        }
    }
    Ok(Work {
        facts: facts.clone(),
        batch,
        objects,
        annotations,
        names,
        lines,
        declined,
    })
}

/// Stores files, a commit for many.
pub(super) async fn put_all(inner: &Inner, puts: Vec<SmallPut>) -> Result<(), EngineError> {
    for puts in chunks(puts, PUTS_A_COMMIT) {
        inner.stores.put_many(puts).await?;
    }
    Ok(())
}

/// Writes what a batch comes to, and finishes it.
pub(super) async fn write(inner: &Inner, work: &Work, done: Done) -> Result<(), EngineError> {
    let job_id = work.facts.job_id;
    put_all(inner, done.puts).await?;
    for labels in chunks(done.labels, LABELS_A_WRITE) {
        let insert = LabelsInsert {
            job_id,
            labels,
            may_replace: done.may_replace,
        };
        inner.db.write(insert).await?;
    }
    let finish = ConsolidationFinish {
        job_id,
        batch: work.batch.batch,
        iteration: work.batch.iteration,
        outcome: done.outcome,
        now_ms: inner.now(),
    };
    inner.db.write(finish).await?;
    Ok(())
}

fn chunks<T>(list: Vec<T>, size: usize) -> impl Iterator<Item = Vec<T>> {
    let mut rest = list.into_iter();
    std::iter::from_fn(move || {
        let chunk: Vec<T> = rest.by_ref().take(size).collect();
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// Names of the workers in files, by their row.
async fn worker_names(
    inner: &Inner,
    annotations: &[Annotation],
) -> Result<HashMap<i64, String>, EngineError> {
    let mut names = HashMap::new();
    for annotation in annotations {
        let worker_id = annotation.worker_id;
        if names.contains_key(&worker_id) {
            continue;
        }
        let known = inner.worker_name(worker_id);
        let name = match known {
            Some(name) => name,
            None => {
                let person = inner.db.person(worker_id).await?.ok_or_else(|| {
                    EngineError::Stored(format!(
                        "an answer is of worker {worker_id}, who is nobody"
                    ))
                })?;
                inner.keep_worker_name(worker_id, &person.worker_key)
            }
        };
        names.insert(worker_id, name);
    }
    Ok(names)
}
