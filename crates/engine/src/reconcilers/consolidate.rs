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

use bytes::Bytes;
use cairn_db::consolidation::{
    Annotation, BATCH_OBJECTS_MAX, BatchObject, BatchOutcome, Consolidation, ConsolidationBegin,
    ConsolidationFinish,
};
use cairn_db::label::{Label as StoredLabel, LabelKind, LabelsInsert};
use cairn_db::labeling_job::LabelingJob;
use cairn_db::task::Ready;
use cairn_labeling::consolidation::{Algorithm, Label, Method, ObjectAnswers, consolidate};
use cairn_labeling::consolidation_request::{DataObject, RequestObject, consolidation_request};
use cairn_labeling::consolidation_response::consolidation_response;
use cairn_labeling::ids::Line;
use cairn_labeling::label_json::{
    JobFacts as LabelFacts, LabelJson, ObjectFailure, failure_json, label_json,
};
use cairn_labeling::s3_uri::S3Uri;
use cairn_labeling::worker_parameters::WorkerParameters;
use cairn_labeling::worker_response::{WorkerAnswer, worker_response};
use cairn_storage::SmallPut;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

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
        run(inner, facts, batch).await?;
        return Ok(Step::Busy);
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
    if let Some(batch) = inner.db.write(begin).await? {
        run(inner, facts, batch).await?;
    }
    Ok(Step::Busy)
}

/// Does a batch that was begun.
async fn run(
    inner: &Arc<Inner>,
    facts: &Arc<JobFacts>,
    batch: Consolidation,
) -> Result<(), EngineError> {
    let job_id = facts.job_id;
    let started = Instant::now();
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
    let workers = match knowledge::is_used(facts) {
        true => Some(knowledge::of_version(inner, facts, batch.parameters).await?),
        false => None,
    };
    let work = Work {
        facts: facts.clone(),
        workers,
        batch: batch.clone(),
        objects,
        annotations,
        names,
        lines,
        declined,
    };
    let (count, read) = (work.objects.len(), started.elapsed());
    let done = tokio::task::spawn_blocking(move || work.run())
        .await
        .map_err(|error| EngineError::Stored(format!("consolidating: {error}")))??;
    let concluded = started.elapsed();
    for puts in chunks(done.puts, PUTS_A_COMMIT) {
        inner.stores.put_many(puts).await?;
    }
    let stored = started.elapsed();
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
        batch: batch.batch,
        iteration: batch.iteration,
        outcome: done.outcome,
        now_ms: inner.now(),
    };
    inner.db.write(finish).await?;
    tracing::debug!(
        labeling_job.id = job_id,
        consolidation.objects = count,
        consolidation.read_ms = read.as_millis() as u64,
        consolidation.concluded_ms = concluded.as_millis() as u64,
        consolidation.stored_ms = stored.as_millis() as u64,
        consolidation.finished_ms = started.elapsed().as_millis() as u64,
        "consolidated"
    );
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

/// Everything a batch is made of; what follows needs nothing else.
struct Work {
    facts: Arc<JobFacts>,
    workers: Option<Arc<WorkerParameters>>,
    batch: Consolidation,
    objects: Vec<BatchObject>,
    annotations: Vec<Annotation>,
    names: HashMap<i64, String>,
    lines: HashMap<i64, Vec<u8>>,
    declined: HashMap<i64, Vec<String>>,
}

/// What a batch comes to.
struct Done {
    puts: Vec<SmallPut>,
    labels: Vec<StoredLabel>,
    outcome: BatchOutcome,
    may_replace: bool,
}

impl Work {
    fn run(&self) -> Result<Done, EngineError> {
        let stamp = time(self.batch.stamped_at)?;
        let iteration = self.batch.iteration;
        let layout = &self.facts.layout;
        let by_line = self.by_line();
        let mut done = Done {
            puts: Vec::with_capacity(self.objects.len() + 2),
            labels: Vec::with_capacity(self.objects.len()),
            outcome: BatchOutcome::default(),
            may_replace: self.objects.iter().any(|object| object.before.is_some()),
        };
        let mut request = Vec::with_capacity(self.objects.len());
        for object in &self.objects {
            let answers = self.answers(by_line.get(&object.line).copied().unwrap_or_default())?;
            if answers.is_empty() {
                continue;
            }
            let line = Line(object.line);
            let file = worker_response(&answers).map_err(not_json)?;
            done.puts
                .push(put(&layout.worker_response(iteration, line, stamp), file));
            request.push(RequestObject {
                line,
                data: self.data(object.line)?,
                answers,
            });
        }
        let mut response: Vec<(Line, LabelJson)> = Vec::with_capacity(self.objects.len());
        let group = usize::try_from(self.facts.settings.consolidation_batch.max(1)).unwrap_or(1);
        for (index, objects) in self.objects.chunks(group).enumerate() {
            // The objects of one group carry one time; groups of one batch differ by microseconds.
            let at = stamp
                .checked_add(SignedDuration::from_micros(index as i64))
                .unwrap_or(stamp);
            self.conclude(objects, &by_line, at, &mut response, &mut done)?;
        }
        if !request.is_empty() {
            let file = consolidation_request(&request).map_err(not_json)?;
            done.puts
                .push(put(&layout.consolidation_request(iteration, stamp), file));
            let file = consolidation_response(&self.facts.label_attribute, &response);
            done.puts
                .push(put(&layout.consolidation_response(iteration, stamp), file));
        }
        Ok(done)
    }

    fn by_line(&self) -> HashMap<i64, &[Annotation]> {
        let mut by_line = HashMap::with_capacity(self.objects.len());
        for answers in self
            .annotations
            .chunk_by(|left, right| left.line == right.line)
        {
            by_line.insert(answers[0].line, answers);
        }
        by_line
    }

    /// Concludes one group of objects.
    fn conclude(
        &self,
        objects: &[BatchObject],
        by_line: &HashMap<i64, &[Annotation]>,
        at: Timestamp,
        response: &mut Vec<(Line, LabelJson)>,
        done: &mut Done,
    ) -> Result<(), EngineError> {
        let facts = &self.facts;
        let answers_of =
            |object: &BatchObject| by_line.get(&object.line).copied().unwrap_or_default();
        let given: Vec<ObjectAnswers> = objects
            .iter()
            .map(|object| ObjectAnswers {
                line: Line(object.line),
                answers: facts.choices(answers_of(object)),
            })
            .collect();
        let method = match (&self.workers, facts.settings.consolidation) {
            (Some(workers), _) => Method::Cairn(workers),
            (None, Algorithm::Majority) => Method::Majority,
            (None, _) => Method::GroundTruth,
        };
        let concluded = consolidate(method, facts.task_type, facts.categories.len(), &given)
            .map_err(|error| EngineError::Stored(error.to_string()))?;
        let label_facts = label_facts(facts);
        for (object, (line, label)) in objects.iter().zip(concluded) {
            let answers = answers_of(object);
            let stored = match label {
                Some(label) => {
                    let json = label_json(label_facts, &label, at);
                    let stored = stored(
                        facts,
                        (object.line, answers.len()),
                        &label,
                        &json,
                        (self.batch.batch, self.batch.stamped_at),
                    );
                    response.push((line, json));
                    stored
                }
                None => {
                    let reason = self.failure(object, answers.len()).reason();
                    let metadata = failure_json(label_facts, &reason, at);
                    self.failed(object, answers.len(), reason, metadata)
                }
            };
            count(object, &stored, answers, &mut done.outcome);
            done.labels.push(stored);
        }
        Ok(())
    }

    fn failure(&self, object: &BatchObject, answers: usize) -> ObjectFailure {
        if answers > 0 {
            let why = "no answer names a label of the label category file".to_owned();
            return ObjectFailure::Consolidation(why);
        }
        if object.declined < object.wanted {
            return ObjectFailure::Expired;
        }
        // Workers who were shown a broken picture say so, and that is what the requester must know.
        let reasons = self.declined.get(&object.line);
        match reasons.and_then(|reasons| reasons.iter().find(|reason| reason.contains("object"))) {
            Some(reason) => ObjectFailure::Data(reason.clone()),
            None => ObjectFailure::Declined,
        }
    }

    fn failed(
        &self,
        object: &BatchObject,
        answers: usize,
        reason: String,
        metadata: String,
    ) -> StoredLabel {
        StoredLabel {
            line: object.line,
            kind: LabelKind::Failed,
            batch: self.batch.batch,
            labeled_at: self.batch.stamped_at,
            answers: answers as i64,
            confidence: None,
            summary: reason,
            content: String::new(),
            metadata,
        }
    }

    fn answers(&self, annotations: &[Annotation]) -> Result<Vec<WorkerAnswer>, EngineError> {
        annotations
            .iter()
            .map(|annotation| {
                Ok(WorkerAnswer {
                    content: annotation.content.clone(),
                    accepted_at: Some(time(annotation.accepted_at)?),
                    submitted_at: time(annotation.submitted_at)?,
                    time_spent_in_seconds: Some(annotation.time_spent_ms as f64 / 1_000.0),
                    worker_name: self
                        .names
                        .get(&annotation.worker_id)
                        .cloned()
                        .unwrap_or_default(),
                    identity: None,
                })
            })
            .collect()
    }

    fn data(&self, line: i64) -> Result<DataObject, EngineError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        struct Sources {
            source: Option<String>,
            source_ref: Option<String>,
        }
        let bytes = self.lines.get(&line).map(Vec::as_slice).unwrap_or_default();
        let sources: Sources = serde_json::from_slice(bytes)
            .map_err(|error| EngineError::Stored(format!("line {line}: {error}")))?;
        Ok(match (sources.source_ref, sources.source) {
            (Some(uri), _) => DataObject::S3Uri(uri),
            (None, text) => DataObject::Content(text.unwrap_or_default()),
        })
    }
}

/// What the metadata of every label of a job says.
fn label_facts(facts: &JobFacts) -> LabelFacts<'_> {
    LabelFacts {
        job_name: &facts.name,
        task_type: facts.task_type,
        categories: &facts.categories,
    }
}

/// A label as it is stored, made at `at`.
pub(super) fn stored_label(
    facts: &JobFacts,
    line: i64,
    answers: usize,
    label: &Label,
    batch: i64,
    at: Timestamp,
) -> StoredLabel {
    let json = label_json(label_facts(facts), label, at);
    let made = (batch, at.as_millisecond());
    stored(facts, (line, answers), label, &json, made)
}

fn stored(
    facts: &JobFacts,
    (line, answers): (i64, usize),
    label: &Label,
    json: &LabelJson,
    (batch, labeled_at): (i64, i64),
) -> StoredLabel {
    let name = |index: u32| facts.categories.label(index).unwrap_or_default();
    let (summary, confidence) = match label {
        Label::Single { index, confidence } => (name(*index).to_owned(), Some(*confidence)),
        Label::Multi(labels) => {
            let names: Vec<&str> = labels.iter().map(|(index, _)| name(*index)).collect();
            let least = labels
                .iter()
                .map(|(_, confidence)| *confidence)
                .reduce(f64::min);
            (names.join("\n"), least)
        }
    };
    StoredLabel {
        line,
        kind: LabelKind::Human,
        batch,
        labeled_at,
        answers: answers as i64,
        confidence,
        summary,
        content: json.label.clone(),
        metadata: json.metadata.clone(),
    }
}

/// Adds an object to the counters: what it is now, less what it was before.
fn count(
    object: &BatchObject,
    label: &StoredLabel,
    answers: &[Annotation],
    outcome: &mut BatchOutcome,
) {
    let before = object.before.as_ref().map(|(kind, _)| *kind);
    let of = |kind: LabelKind| i64::from(label.kind == kind) - i64::from(before == Some(kind));
    outcome.human += of(LabelKind::Human);
    outcome.failed += of(LabelKind::Failed);
    if label.kind == LabelKind::Failed {
        outcome.failed_lines.push(label.line);
    }
    let mut tally = |summary: &str, change: i64| {
        for class in summary.split('\n').filter(|class| !class.is_empty()) {
            *outcome.tally.entry(class.to_owned()).or_default() += change;
        }
    };
    if let Some((LabelKind::Human | LabelKind::Machine, summary)) = &object.before {
        tally(summary, -1);
    }
    if label.kind != LabelKind::Failed {
        tally(&label.summary, 1);
    }
    if before.is_none() {
        outcome.settled += 1;
        for answer in answers {
            *outcome.answers.entry(answer.worker_id).or_default() += 1;
        }
    }
}

fn put(uri: &S3Uri, text: String) -> SmallPut {
    SmallPut {
        bucket: uri.bucket.clone(),
        key: uri.key.clone(),
        body: Bytes::from(text),
        content_type: "application/json".to_owned(),
    }
}

fn time(ms: i64) -> Result<Timestamp, EngineError> {
    Timestamp::from_millisecond(ms).map_err(|error| EngineError::Stored(error.to_string()))
}

fn not_json(error: serde_json::Error) -> EngineError {
    EngineError::Stored(format!("an answer is not JSON: {error}"))
}
