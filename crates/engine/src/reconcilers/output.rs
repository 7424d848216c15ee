//! Writes the output manifest: the input's lines in order, each with its keys untouched and the label
//! and its metadata last. It is made page by page, so a manifest of any length takes the same memory.

use std::sync::Arc;

use bytes::Bytes;
use cairn_db::iteration::IterationsWritten;
use cairn_db::label::{Label, LabelKind};
use cairn_db::labeling_job::{LabelingJob, OutputWritten};
use cairn_labeling::manifest::{Outcome, augment};
use cairn_labeling::s3_uri::S3Uri;
use cairn_storage::{ObjectHeaders, PutOptions, StoreError};
use futures::{Stream, StreamExt, TryStreamExt};

use crate::EngineError;
use crate::engine::Inner;
use crate::facts::JobFacts;
use crate::pages::{self, Page};

/// Content type of a manifest.
const JSON_LINES: &str = "application/jsonlines";
/// Iterations whose manifests are written in one step.
const ITERATIONS_A_STEP: i64 = 256;
/// Lines that all intermediate manifests of a job together may have. Each holds the whole manifest,
/// so a job of many objects and many iterations would otherwise write them out by the thousand.
const INTERMEDIATE_LINES_MAX: i64 = 2_000_000;

/// The output manifest as it is now, a page at a time.
pub fn lines(
    inner: Arc<Inner>,
    facts: Arc<JobFacts>,
) -> impl Stream<Item = Result<Bytes, EngineError>> + Send + 'static {
    futures::stream::try_unfold(0_i64, move |line| {
        let (inner, facts) = (inner.clone(), facts.clone());
        async move {
            // Read past the cache: an export would only push out what workers are using.
            let Some(page) = pages::read(&inner.db, facts.job_id, line).await? else {
                return Ok(None);
            };
            let labels = inner
                .db
                .label_range(facts.job_id, page.first_line, page.end_line())
                .await?;
            let end = page.end_line();
            let text = augmented(&page, &labels, &facts.label_attribute)?;
            Ok(Some((text, end)))
        }
    })
}

/// A page of the output manifest.
fn augmented(page: &Page, labels: &[Label], attribute: &str) -> Result<Bytes, EngineError> {
    let mut labels = labels.iter().peekable();
    let mut output = Vec::new();
    for (number, line) in page.lines() {
        match labels.next_if(|label| label.line == number) {
            Some(label) => {
                let metadata = label.metadata.as_str();
                let outcome = match label.kind {
                    LabelKind::Failed => Outcome::Failed { metadata },
                    LabelKind::Human | LabelKind::Machine => Outcome::Labeled {
                        label: &label.content,
                        metadata,
                    },
                };
                let line = augment(line, attribute, outcome)
                    .map_err(|problem| EngineError::Stored(format!("line {number}: {problem}")))?;
                output.extend_from_slice(&line);
            }
            None => output.extend_from_slice(line),
        }
        output.push(b'\n');
    }
    Ok(Bytes::from(output))
}

/// Writes the output manifest and notes which labels it shows. Iterations that were complete before get
/// their manifests too.
pub async fn write(
    inner: &Arc<Inner>,
    facts: &Arc<JobFacts>,
    job: &LabelingJob,
) -> Result<(), EngineError> {
    let due = due(inner, job).await?;
    put(inner, facts, &facts.layout.output_manifest()).await?;
    let written = OutputWritten {
        job_id: job.job_id,
        version: job.progress.label_version,
        now_ms: inner.now(),
    };
    inner.db.write(written).await?;
    copy_to_iterations(inner, facts, job, due).await
}

/// Gives iterations that are complete their manifests, where the output manifest shows every label
/// already. Gives whether there was one.
pub async fn write_iterations(
    inner: &Arc<Inner>,
    facts: &Arc<JobFacts>,
    job: &LabelingJob,
) -> Result<bool, EngineError> {
    let due = due(inner, job).await?;
    if due.is_empty() {
        return Ok(false);
    }
    // Looked at after the iterations: what completed them is then in the version.
    let now = inner.db.labeling_job(job.job_id).await?;
    if now.is_none_or(|now| now.progress.output_version < now.progress.label_version) {
        return Ok(false);
    }
    copy_to_iterations(inner, facts, job, due).await?;
    Ok(true)
}

async fn due(inner: &Inner, job: &LabelingJob) -> Result<Vec<i64>, EngineError> {
    let due = inner
        .db
        .iteration_unwritten(job.job_id, ITERATIONS_A_STEP)
        .await?;
    Ok(due.iter().map(|due| due.iteration).collect())
}

/// Copies the output manifest to iterations. An embedded bucket and S3 copy without reading it.
async fn copy_to_iterations(
    inner: &Inner,
    facts: &JobFacts,
    job: &LabelingJob,
    iterations: Vec<i64>,
) -> Result<(), EngineError> {
    if iterations.is_empty() {
        return Ok(());
    }
    let output = facts.layout.output_manifest();
    for iteration in &iterations {
        let affordable = job.progress.total.max(1) * iteration <= INTERMEDIATE_LINES_MAX;
        if affordable {
            let to = facts.layout.intermediate_manifest(*iteration);
            inner
                .stores
                .copy((&output.bucket, &output.key), (&to.bucket, &to.key))
                .await?;
        }
    }
    let written = IterationsWritten {
        job_id: job.job_id,
        iterations,
        now_ms: inner.now(),
    };
    inner.db.write(written).await?;
    Ok(())
}

async fn put(inner: &Arc<Inner>, facts: &Arc<JobFacts>, uri: &S3Uri) -> Result<(), EngineError> {
    let body = lines(inner.clone(), facts.clone())
        .map_err(|error| StoreError::Source(Box::new(error)))
        .boxed();
    let options = PutOptions {
        headers: ObjectHeaders::of_type(JSON_LINES),
        ..PutOptions::default()
    };
    inner
        .stores
        .put(&uri.bucket, &uri.key, body, options)
        .await?;
    Ok(())
}
