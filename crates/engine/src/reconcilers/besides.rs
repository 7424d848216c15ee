//! What a requester says of a job besides its answers: true labels of some objects, and earlier jobs.

use std::collections::HashMap;

use cairn_labeling::answer::Choice;
use cairn_labeling::ids::Line;
use cairn_labeling::known_labels::{KnownLabel, known_labels, source};
use cairn_labeling::s3_uri::S3Uri;
use cairn_labeling::worker_parameters::{Besides, EarlierAnswers, WorkerParameters};

use crate::EngineError;
use crate::engine::Inner;
use crate::facts::JobFacts;
use crate::knowledge;

/// Bytes that a file of known labels may have.
const KNOWN_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Whether there is anything.
pub fn is_any(facts: &JobFacts) -> bool {
    !facts.settings.known_labels.is_empty() || !facts.settings.worker_history.is_empty()
}

/// Reads it. `before` is the version before: what it found in the file of known labels stands, whatever
/// became of the file since.
pub async fn read(inner: &Inner, facts: &JobFacts, before: i64) -> Result<Besides, EngineError> {
    let mut besides = Besides::default();
    if !facts.settings.known_labels.is_empty() {
        besides.known = match before {
            0 => known(inner, facts).await?,
            before => knowledge::of_version(inner, facts, before).await?.known(),
        };
    }
    for name in &facts.settings.worker_history {
        besides.history.extend(said(inner, facts, name).await?);
    }
    Ok(besides)
}

/// The known labels of objects that are in this job.
async fn known(inner: &Inner, facts: &JobFacts) -> Result<Vec<(Line, Choice)>, EngineError> {
    let file = &facts.settings.known_labels;
    let refuse = |error: &dyn std::fmt::Display| {
        EngineError::Job(format!("ClientError: cairn:known-labels, {file}: {error}"))
    };
    let uri = S3Uri::parse(file).map_err(|error| refuse(&error))?;
    let bytes = inner
        .stores
        .get_bytes(&uri.bucket, &uri.key, KNOWN_BYTES_MAX)
        .await?;
    let labels = known_labels(&bytes, facts.task_type.shape, &facts.categories)
        .map_err(|error| refuse(&error))?;
    let by_source: HashMap<&str, &KnownLabel> = labels
        .iter()
        .map(|known| (known.source.as_str(), known))
        .collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(page) = inner.pages.page(&inner.db, facts.job_id, at).await? {
        while at < page.end_line() {
            let known = page
                .line(at)
                .and_then(source)
                .and_then(|source| by_source.get(source.as_str()).copied());
            if let Some(known) = known {
                found.push((Line(at), known.choice.clone()));
            }
            at += 1;
        }
    }
    if found.is_empty() {
        return Err(refuse(
            &"none of its objects is in the job's manifest (they are found by source-ref or source)",
        ));
    }
    Ok(found)
}

/// What workers said in an earlier job, with the labels of this one.
async fn said(
    inner: &Inner,
    facts: &JobFacts,
    name: &str,
) -> Result<Vec<EarlierAnswers>, EngineError> {
    let refuse = |error: &dyn std::fmt::Display| {
        EngineError::Job(format!(
            "ClientError: cairn:worker-history, {name}: {error}"
        ))
    };
    let job = inner.db.labeling_job_by_name(name).await?;
    let job = job.ok_or_else(|| refuse(&"there is no such labeling job"))?;
    let earlier = inner.facts.get(&inner.db, &inner.place, job.job_id).await?;
    let earlier = earlier.ok_or_else(|| refuse(&"it has not begun"))?;
    if earlier.task_type.shape != facts.task_type.shape {
        return Err(refuse(&"its answers are of another kind"));
    }
    let version = knowledge::newest_version(inner, &earlier).await?;
    if version == 0 {
        return Err(refuse(
            &"nothing is known of its workers: it needs answers, two workers an object and cairn:consolidation cairn",
        ));
    }
    let parameters: std::sync::Arc<WorkerParameters> =
        knowledge::of_version(inner, &earlier, version).await?;
    // Where several labels may be chosen the answers are yes and no, whatever the labels.
    let is_single = facts.task_type.shape == cairn_labeling::task_type::Shape::SingleLabel;
    let here: Vec<Option<u32>> = earlier
        .labels
        .iter()
        .map(|label| facts.labels.iter().position(|known| known == label))
        .map(|at| at.map(|at| at as u32))
        .collect();
    if is_single && here.iter().all(Option::is_none) {
        return Err(refuse(&"it has none of this job's labels"));
    }
    let index = |label: u32| match is_single {
        true => here.get(label as usize).copied().flatten(),
        false => Some(label),
    };
    let said = parameters.said().iter().filter_map(|said| {
        Some(EarlierAnswers {
            truth: index(said.truth)?,
            given: index(said.given)?,
            ..*said
        })
    });
    Ok(said.collect())
}
