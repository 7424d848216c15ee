//! Finds out how reliable the workers of a job are: now and then while answers come in, and once more
//! when all are there, after which every label is written anew with what is known at the end.
//!
//! A fit runs beside the other steps of its job, which use the version before. It only reads; killed, it
//! is begun again. The labels at the end are a function of the job's answers alone, whatever versions
//! there were on the way.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use cairn_db::consolidation::Annotation;
use cairn_db::label::{Label as StoredLabel, LabelKind};
use cairn_db::labeling_job::LabelingJob;
use cairn_db::worker_parameters::{
    RelabelBegin, RelabelWrite, WorkerParameters as Version, WorkerParametersInsert,
};
use cairn_labeling::ids::Line;
use cairn_labeling::redundancy::is_fit_due;
use cairn_labeling::worker_parameters::{Besides, Gathered, WorkerParameters};
use jiff::Timestamp;
use tokio::task::JoinHandle;

use super::{batch, besides};
use crate::EngineError;
use crate::engine::Inner;
use crate::facts::JobFacts;
use crate::knowledge;

/// How often answers are counted while they come in.
const LOOK_EVERY_MS: i64 = 1_000;
/// A job with a fit under way is looked at again after this long.
const FIT_LOOK_MS: i64 = 20;
/// Lines read at once.
const LINES_A_READ: i64 = 2_000;
/// Level 1 packs tables of numbers nearly as well as any other.
const ZSTD_LEVEL: i32 = 1;

/// What is remembered between steps.
#[derive(Default)]
pub struct Memory {
    fit: Option<Fit>,
    looked_at: i64,
}

/// A fit under way.
struct Fit {
    answers: i64,
    version: i64,
    task: JoinHandle<Result<Fitted, EngineError>>,
}

impl Drop for Fit {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Fitted {
    objects: i64,
    body: Vec<u8>,
}

/// What a step says of the next.
pub enum Learned {
    /// There is more to do now.
    More,
    /// A fit is under way; look again then.
    Later {
        /// Milliseconds since the epoch.
        until_ms: i64,
    },
    /// Nothing to do.
    Nothing,
}

/// Does one unit of what is missing. `is_settled` says that no more answers are asked for and none waits
/// for consolidation: only then labels are written anew.
pub async fn step(
    inner: &Arc<Inner>,
    facts: &Arc<JobFacts>,
    job: &LabelingJob,
    memory: &mut Memory,
    is_settled: bool,
) -> Result<Learned, EngineError> {
    if !has_use(facts) {
        return Ok(Learned::Nothing);
    }
    if let Some(fit) = &memory.fit {
        if !fit.task.is_finished() {
            let until_ms = inner.now() + FIT_LOOK_MS;
            return Ok(match is_settled {
                true => Learned::Later { until_ms },
                false => Learned::Nothing,
            });
        }
        end_fit(inner, facts, memory).await?;
        return Ok(Learned::More);
    }
    let now_ms = inner.now();
    if !is_settled && now_ms - memory.looked_at < LOOK_EVERY_MS {
        return Ok(Learned::Nothing);
    }
    memory.looked_at = now_ms;
    let newest = inner.db.worker_parameters(job.job_id).await?;
    let (answers, _) = inner.db.answers_given(job.job_id).await?;
    let fitted = newest.as_ref().map_or(0, |newest| newest.answers);
    let is_informed = newest.is_some() || !besides::is_any(facts);
    let is_due = match is_settled {
        true => answers > 0 && (answers != fitted || newest.is_none()),
        false => !is_informed || is_fit_due(answers.unsigned_abs(), fitted.unsigned_abs()),
    };
    if is_due {
        begin_fit(inner, facts, job, memory, newest.as_ref(), answers);
        return Ok(Learned::More);
    }
    match newest {
        Some(newest) if is_settled && answers > 0 => relabel(inner, facts, job, &newest).await,
        _ => Ok(Learned::Nothing),
    }
}

/// Whether there is anything to learn: answers of one worker alone say nothing of them.
fn has_use(facts: &JobFacts) -> bool {
    knowledge::is_used(facts) && (facts.wanted > 1 || besides::is_any(facts))
}

fn begin_fit(
    inner: &Arc<Inner>,
    facts: &Arc<JobFacts>,
    job: &LabelingJob,
    memory: &mut Memory,
    newest: Option<&Version>,
    answers: i64,
) {
    let before = newest.map_or(0, |newest| newest.version);
    let end = job.progress.next_line;
    let (inner, facts) = (inner.clone(), facts.clone());
    let task = tokio::spawn(async move { fit(&inner, &facts, before, end).await });
    memory.fit = Some(Fit {
        answers,
        version: before + 1,
        task,
    });
}

async fn end_fit(inner: &Inner, facts: &JobFacts, memory: &mut Memory) -> Result<(), EngineError> {
    let Some(mut fit) = memory.fit.take() else {
        return Ok(());
    };
    let fitted = (&mut fit.task).await;
    let fitted = fitted.map_err(|error| EngineError::Stored(format!("fitting: {error}")))??;
    let insert = WorkerParametersInsert {
        job_id: facts.job_id,
        version: fit.version,
        now_ms: inner.now(),
        answers: fit.answers,
        objects: fitted.objects,
        body: fitted.body,
    };
    inner.db.write(insert).await?;
    Ok(())
}

/// Reads all answers and fits the workers to them.
async fn fit(
    inner: &Inner,
    facts: &Arc<JobFacts>,
    before: i64,
    end: i64,
) -> Result<Fitted, EngineError> {
    let started = Instant::now();
    let besides: Besides = besides::read(inner, facts, before).await?;
    let mut gathered = Gathered::new(facts.task_type.shape, facts.categories.len());
    let mut line = 0;
    while line < end {
        let next = (line + LINES_A_READ).min(end);
        let annotations = inner.db.annotation_range(facts.job_id, line, next).await?;
        let facts = facts.clone();
        gathered = tokio::task::spawn_blocking(move || {
            for answers in annotations.chunk_by(|one, other| one.line == other.line) {
                gathered.add(Line(answers[0].line), &facts.choices(answers));
            }
            gathered
        })
        .await
        .map_err(|error| EngineError::Stored(format!("reading answers: {error}")))?;
        line = next;
    }
    let read = started.elapsed();
    let objects = i64::try_from(gathered.objects()).unwrap_or(i64::MAX);
    let body = tokio::task::spawn_blocking(move || {
        let parameters = WorkerParameters::fit(gathered, &besides)?;
        Ok::<_, cairn_labeling::worker_parameters::ParametersError>(parameters.to_bytes())
    })
    .await
    .map_err(|error| EngineError::Stored(format!("fitting: {error}")))?
    .map_err(|error| EngineError::Job(format!("ClientError: {error}")))?;
    let body = zstd::encode_all(body.as_slice(), ZSTD_LEVEL)
        .map_err(|error| EngineError::Stored(error.to_string()))?;
    tracing::info!(
        labeling_job.name = facts.name,
        worker_parameters.version = before + 1,
        worker_parameters.objects = objects,
        worker_parameters.bytes = body.len(),
        worker_parameters.read_ms = read.as_millis() as u64,
        worker_parameters.fitted_ms = started.elapsed().as_millis() as u64,
        "learned how reliable workers are"
    );
    Ok(Fitted { objects, body })
}

/// Writes the labels of the next lines anew.
async fn relabel(
    inner: &Arc<Inner>,
    facts: &Arc<JobFacts>,
    job: &LabelingJob,
    version: &Version,
) -> Result<Learned, EngineError> {
    if version.batch == 0 {
        let begin = RelabelBegin {
            job_id: job.job_id,
            version: version.version,
            method: facts.settings.consolidation.name().to_owned(),
            now_ms: inner.now(),
        };
        inner.db.write(begin).await?;
        return Ok(Learned::More);
    }
    if version.next_line < 0 {
        return Ok(Learned::Nothing);
    }
    let (first, total) = (version.next_line, job.progress.next_line);
    let end = (first + LINES_A_READ).min(total);
    let labels = inner.db.label_range(job.job_id, first, end).await?;
    let annotations = inner.db.annotation_range(job.job_id, first, end).await?;
    let workers = knowledge::of_version(inner, facts, version.version).await?;
    let made_at = version.made_at;
    let batch = version.batch;
    let of_facts = facts.clone();
    let changed = tokio::task::spawn_blocking(move || {
        changed(&of_facts, &workers, labels, &annotations, batch, made_at)
    })
    .await
    .map_err(|error| EngineError::Stored(format!("writing labels anew: {error}")))??;
    let write = RelabelWrite {
        job_id: job.job_id,
        version: version.version,
        next_line_before: first,
        next_line: if end < total { end } else { -1 },
        tally: changed.tally,
        labels: changed.labels,
        now_ms: inner.now(),
    };
    inner.db.write(write).await?;
    Ok(Learned::More)
}

#[derive(Default)]
struct Changed {
    labels: Vec<StoredLabel>,
    tally: BTreeMap<String, i64>,
}

/// Labels of people that come out otherwise with what is known now.
fn changed(
    facts: &JobFacts,
    workers: &WorkerParameters,
    labels: Vec<StoredLabel>,
    annotations: &[Annotation],
    batch: i64,
    made_at: i64,
) -> Result<Changed, EngineError> {
    let at = Timestamp::from_millisecond(made_at)
        .map_err(|error| EngineError::Stored(error.to_string()))?;
    let by_line: HashMap<i64, &[Annotation]> = annotations
        .chunk_by(|one, other| one.line == other.line)
        .map(|answers| (answers[0].line, answers))
        .collect();
    let mut changed = Changed::default();
    for before in labels {
        if before.kind != LabelKind::Human || before.batch == batch {
            continue;
        }
        let answers = by_line.get(&before.line).copied().unwrap_or_default();
        let Some(label) = workers.label(Line(before.line), &facts.choices(answers)) else {
            continue;
        };
        let now = batch::stored_label(facts, before.line, answers.len(), &label, batch, at);
        if now.summary == before.summary
            && now.confidence == before.confidence
            && is_same_metadata(&now, &before)
        {
            continue;
        }
        for (summary, change) in [(&before.summary, -1), (&now.summary, 1)] {
            for class in summary.split('\n').filter(|class| !class.is_empty()) {
                *changed.tally.entry(class.to_owned()).or_default() += change;
            }
        }
        changed.labels.push(now);
    }
    Ok(changed)
}

/// Whether two metadata differ in nothing but their time. The least confidence of several labels is in
/// the row, the others are only there.
fn is_same_metadata(one: &StoredLabel, other: &StoredLabel) -> bool {
    let read = |label: &StoredLabel| {
        let mut metadata: serde_json::Value = serde_json::from_str(&label.metadata).ok()?;
        metadata.as_object_mut()?.remove("creation-date");
        Some(metadata)
    };
    read(one) == read(other)
}
