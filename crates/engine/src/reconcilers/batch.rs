//! What a consolidation batch comes to: its files, its labels and its counts, of what was read for it.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use cairn_db::consolidation::{Annotation, BatchObject, BatchOutcome, Consolidation};
use cairn_db::label::{Label as StoredLabel, LabelKind};
use cairn_labeling::consolidation::{Algorithm, Label, Method, ObjectAnswers, consolidate};
use cairn_labeling::consolidation_hook::HookLabel;
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

use crate::EngineError;
use crate::facts::JobFacts;

/// How the objects of a batch get their labels.
pub(super) enum Way {
    /// By the workers' parameters of the batch's version.
    Parameters(Arc<WorkerParameters>),
    /// By counting, or like Ground Truth: by the batch alone.
    Batch,
    /// As a hook replied: the labels by object, or why there are none.
    Hook(Result<HashMap<Line, HookLabel>, String>),
}

/// Everything a batch is made of; what follows needs nothing else.
pub(super) struct Work {
    pub facts: Arc<JobFacts>,
    pub batch: Consolidation,
    pub objects: Vec<BatchObject>,
    pub annotations: Vec<Annotation>,
    /// Names of workers in files.
    pub names: HashMap<i64, String>,
    /// Lines of the manifest.
    pub lines: HashMap<i64, Vec<u8>>,
    /// Why workers declined the objects without an answer.
    pub declined: HashMap<i64, Vec<String>>,
}

/// What a batch comes to.
#[derive(Default)]
pub(super) struct Done {
    pub puts: Vec<SmallPut>,
    pub labels: Vec<StoredLabel>,
    pub outcome: BatchOutcome,
    pub may_replace: bool,
}

/// The file that is consolidated from.
pub(super) struct Request {
    pub uri: S3Uri,
    pub text: Bytes,
    /// The objects in it.
    pub lines: Vec<Line>,
}

impl Work {
    /// When the batch was begun.
    pub(super) fn stamp(&self) -> Result<Timestamp, EngineError> {
        time(self.batch.stamped_at)
    }

    /// The files of the answers, and of these the one that is consolidated from; none where no object has
    /// an answer.
    pub(super) fn answer_files(&self) -> Result<(Vec<SmallPut>, Option<Request>), EngineError> {
        let (stamp, iteration) = (self.stamp()?, self.batch.iteration);
        let layout = &self.facts.layout;
        let by_line = self.by_line();
        let mut puts = Vec::with_capacity(self.objects.len() + 2);
        let mut objects = Vec::with_capacity(self.objects.len());
        for object in &self.objects {
            let answers = self.answers(by_line.get(&object.line).copied().unwrap_or_default())?;
            if answers.is_empty() {
                continue;
            }
            let line = Line(object.line);
            let file = worker_response(&answers).map_err(not_json)?;
            puts.push(put(&layout.worker_response(iteration, line, stamp), file));
            let data = self.data(object.line)?;
            objects.push(RequestObject {
                line,
                data,
                answers,
            });
        }
        if objects.is_empty() {
            return Ok((puts, None));
        }
        let request = Request {
            uri: layout.consolidation_request(iteration, stamp),
            text: consolidation_request(&objects).map_err(not_json)?.into(),
            lines: objects.iter().map(|object| object.line).collect(),
        };
        puts.push(put(&request.uri, request.text.clone()));
        Ok((puts, Some(request)))
    }

    /// Everything that the batch comes to, but for the files of its answers.
    pub(super) fn labels(&self, way: &Way) -> Result<Done, EngineError> {
        let stamp = self.stamp()?;
        let by_line = self.by_line();
        let mut done = Done {
            labels: Vec::with_capacity(self.objects.len()),
            may_replace: self.objects.iter().any(|object| object.before.is_some()),
            ..Done::default()
        };
        let mut response: Vec<(Line, LabelJson)> = Vec::with_capacity(self.objects.len());
        let group = usize::try_from(self.facts.settings.consolidation_batch.max(1)).unwrap_or(1);
        for (index, objects) in self.objects.chunks(group).enumerate() {
            // The objects of one group carry one time; groups of one batch differ by microseconds.
            let at = stamp
                .checked_add(SignedDuration::from_micros(index as i64))
                .unwrap_or(stamp);
            self.conclude(way, objects, &by_line, at, &mut response, &mut done)?;
        }
        if !by_line.is_empty() {
            let file = consolidation_response(&self.facts.label_attribute, &response);
            let uri = self
                .facts
                .layout
                .consolidation_response(self.batch.iteration, stamp);
            done.puts.push(put(&uri, file));
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
        way: &Way,
        objects: &[BatchObject],
        by_line: &HashMap<i64, &[Annotation]>,
        at: Timestamp,
        response: &mut Vec<(Line, LabelJson)>,
        done: &mut Done,
    ) -> Result<(), EngineError> {
        let facts = &self.facts;
        let answers_of =
            |object: &BatchObject| by_line.get(&object.line).copied().unwrap_or_default();
        let concluded: Vec<Option<Concluded>> = match way {
            Way::Hook(replied) => {
                let of = |object: &BatchObject| {
                    let label = replied.as_ref().ok()?.get(&Line(object.line))?;
                    Some(Concluded::of_hook(label))
                };
                objects.iter().map(of).collect()
            }
            Way::Parameters(_) | Way::Batch => {
                let given: Vec<ObjectAnswers> = objects
                    .iter()
                    .map(|object| ObjectAnswers {
                        line: Line(object.line),
                        answers: facts.choices(answers_of(object)),
                    })
                    .collect();
                let method = match way {
                    Way::Parameters(workers) => Method::Cairn(workers),
                    _ if facts.settings.consolidation == Algorithm::Majority => Method::Majority,
                    _ => Method::GroundTruth,
                };
                let labels = consolidate(method, facts.task_type, facts.categories.len(), &given)
                    .map_err(|error| EngineError::Stored(error.to_string()))?;
                let of = |(_, label): (Line, Option<Label>)| {
                    label.map(|label| Concluded::of_label(facts, &label, at))
                };
                labels.into_iter().map(of).collect()
            }
        };
        let label_facts = label_facts(facts);
        for (object, concluded) in objects.iter().zip(concluded) {
            let answers = answers_of(object);
            let stored = match concluded {
                Some(concluded) => {
                    let made = (self.batch.batch, self.batch.stamped_at);
                    let stored = concluded.stored(object.line, answers.len(), made);
                    response.push((Line(object.line), concluded.json));
                    stored
                }
                None => {
                    let reason = self.failure(way, object, answers.len()).reason();
                    let metadata = failure_json(label_facts, &reason, at);
                    self.failed(object, answers.len(), reason, metadata)
                }
            };
            count(object, &stored, answers, &mut done.outcome);
            done.labels.push(stored);
        }
        Ok(())
    }

    fn failure(&self, way: &Way, object: &BatchObject, answers: usize) -> ObjectFailure {
        if answers > 0 {
            let why = match way {
                Way::Hook(Ok(_)) => "the consolidation hook gave none",
                Way::Hook(Err(why)) => why,
                _ => "no answer names a label of the label category file",
            };
            return ObjectFailure::Consolidation(why.to_owned());
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
pub(super) fn label_facts(facts: &JobFacts) -> LabelFacts<'_> {
    LabelFacts {
        job_name: &facts.name,
        task_type: facts.task_type,
        categories: &facts.categories,
    }
}

/// A label, and what is shown of it.
struct Concluded {
    json: LabelJson,
    confidence: Option<f64>,
    /// Names of the labels, a line each.
    summary: String,
}

impl Concluded {
    fn of_label(facts: &JobFacts, label: &Label, at: Timestamp) -> Concluded {
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
        Concluded {
            json: label_json(label_facts(facts), label, at),
            confidence,
            summary,
        }
    }

    fn of_hook(label: &HookLabel) -> Concluded {
        Concluded {
            json: label.json.clone(),
            confidence: label.confidence,
            summary: label.classes.join("\n"),
        }
    }

    fn stored(&self, line: i64, answers: usize, (batch, labeled_at): (i64, i64)) -> StoredLabel {
        StoredLabel {
            line,
            kind: LabelKind::Human,
            batch,
            labeled_at,
            answers: answers as i64,
            confidence: self.confidence,
            summary: self.summary.clone(),
            content: self.json.label.clone(),
            metadata: self.json.metadata.clone(),
        }
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
    let made = (batch, at.as_millisecond());
    Concluded::of_label(facts, label, at).stored(line, answers, made)
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

fn put(uri: &S3Uri, text: impl Into<Bytes>) -> SmallPut {
    SmallPut {
        bucket: uri.bucket.clone(),
        key: uri.key.clone(),
        body: text.into(),
        content_type: "application/json".to_owned(),
    }
}

fn time(ms: i64) -> Result<Timestamp, EngineError> {
    Timestamp::from_millisecond(ms).map_err(|error| EngineError::Stored(error.to_string()))
}

fn not_json(error: serde_json::Error) -> EngineError {
    EngineError::Stored(format!("an answer is not JSON: {error}"))
}
