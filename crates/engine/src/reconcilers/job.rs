//! One job, step by step: read its files, read its manifest, dispatch, close, consolidate, write, end.

use std::sync::Arc;

use cairn_db::labeling_job::{
    LabelingJob, LabelingJobFinish, LabelingJobPin, LabelingJobTransition, OutputWritten, Pinned,
};
use cairn_db::task::{TasksClose, Unanswered};
use cairn_labeling::label_category::LabelCategories;
use cairn_labeling::labeling_job::{Progress, StoppingConditions, allowance};
use cairn_labeling::s3_layout::JobFolder;
use cairn_labeling::s3_uri::S3Uri;
use cairn_labeling::task_type;
use cairn_labeling::template::Template;
use cairn_storage::StoreError;

use super::ingest::{Ingested, ingest};
use super::learn::{self, Learned};
use super::{consolidate, dispatch, output, redundancy};
use crate::EngineError;
use crate::engine::Inner;
use crate::facts::{JobFacts, JobSetup};

/// Bytes a template may have.
const TEMPLATE_BYTES_MAX: u64 = 1024 * 1024;
/// Bytes a label category file may have.
const CATEGORIES_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// How often the output manifest is rewritten while answers come in, at most.
const OUTPUT_EVERY_MS: i64 = 5_000;
/// A rewrite waits this many times as long as the last one took.
const OUTPUT_PAUSE_FACTOR: i64 = 20;
/// How often tasks are looked at for the end of their availability.
const CLOSE_EVERY_MS: i64 = 1_000;

/// What a step says of the next.
pub enum Step {
    /// There is more to do now.
    Busy,
    /// Nothing to do before then, unless a wake-up comes.
    Idle {
        /// When to look again, milliseconds since the epoch.
        until_ms: i64,
    },
    /// The job is over and everything is written.
    Over,
}

/// What a job's future remembers between steps; losing it costs a look, nothing more.
#[derive(Default)]
pub struct Memory {
    /// How long writing the output manifest took last.
    output_took_ms: i64,
    /// When tasks were last looked at for the end of their availability.
    closed_at: i64,
    pub(super) consolidation: consolidate::Memory,
    learning: learn::Memory,
}

impl Memory {
    /// What the job waits for although no step failed, for people.
    pub fn trouble(&self) -> Option<&str> {
        self.consolidation.hook.trouble()
    }
}

/// Does one unit of what is missing.
pub async fn step(
    inner: &Arc<Inner>,
    job_id: i64,
    memory: &mut Memory,
) -> Result<Step, EngineError> {
    let Some(job) = inner.db.labeling_job(job_id).await? else {
        return Ok(Step::Over);
    };
    let stepped = match job.state.as_str() {
        "Initializing" => begin(inner, job.clone()).await,
        "InProgress" | "Stopping" => advance(inner, &job, memory).await,
        _ => wind_up(inner, &job).await,
    };
    blame(inner, &job, stepped, Step::Busy).await
}

/// Puts more objects before workers, if there is room for them. Gives whether it did, so that there may
/// be room for more. Runs beside [`step`], because a batch under consolidation must not keep workers
/// waiting.
pub async fn dispatch_more(inner: &Arc<Inner>, job_id: i64) -> Result<bool, EngineError> {
    let Some(job) = inner.db.labeling_job(job_id).await? else {
        return Ok(false);
    };
    if !matches!(job.state.as_str(), "InProgress" | "Stopping") {
        return Ok(false);
    }
    let dispatched = dispatch_now(inner, &job).await;
    blame(inner, &job, dispatched, true).await
}

async fn dispatch_now(inner: &Inner, job: &LabelingJob) -> Result<bool, EngineError> {
    let facts = job_facts(inner, job).await?;
    let decided = redundancy::decide(inner, &facts, job).await?;
    if job.state != "InProgress" || job.progress.next_line >= job.progress.total {
        return Ok(decided);
    }
    let (mut progress, conditions) = rules(&facts, job);
    if conditions.met(&progress).is_some() {
        return Ok(decided);
    }
    // An object makes room once it has its answers: its consolidation may wait for company.
    let open = inner.db.task_open_count(job.job_id, facts.in_flight_max);
    progress.unanswered = u64::try_from(open.await?).unwrap_or(0);
    let room = allowance(&progress, &conditions, facts.in_flight_max as u64);
    Ok(dispatch::dispatch(inner, &facts, &job.progress, room).await? || decided)
}

async fn job_facts(inner: &Inner, job: &LabelingJob) -> Result<Arc<JobFacts>, EngineError> {
    let facts = inner.facts.get(&inner.db, &inner.place, job.job_id).await?;
    facts.ok_or_else(|| EngineError::Stored(format!("job {} has no files", job.name)))
}

/// Fails the job over what is its requester's to mend, and gives `failed` then.
async fn blame<T>(
    inner: &Inner,
    job: &LabelingJob,
    outcome: Result<T, EngineError>,
    failed: T,
) -> Result<T, EngineError> {
    let reason = match outcome {
        Err(EngineError::Job(reason)) => reason,
        // What belongs to the requester and is not there, or may not be read or written.
        Err(EngineError::Store(error)) if !error.is_transient() && is_requesters(&error) => {
            format!("ClientError: {error}")
        }
        outcome => return outcome,
    };
    fail(inner, job, reason).await?;
    Ok(failed)
}

fn is_requesters(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::NoSuchBucket { .. }
            | StoreError::NoSuchKey { .. }
            | StoreError::AccessDenied { .. }
            | StoreError::ReadOnly { .. }
            | StoreError::TooLarge { .. }
            | StoreError::InvalidName { .. }
    )
}

async fn fail(inner: &Inner, job: &LabelingJob, reason: String) -> Result<(), EngineError> {
    tracing::info!(
        labeling_job.name = job.name,
        labeling_job.reason = reason,
        "job failed"
    );
    let reason: String = reason.chars().take(1_024).collect();
    let failed = LabelingJobTransition {
        failure_reason: Some(reason),
        is_final: true,
        ..transition(
            inner,
            job,
            &["Initializing", "InProgress", "Stopping"],
            "Failed",
        )
    };
    inner.db.write(failed).await?;
    Ok(())
}

fn transition(
    inner: &Inner,
    job: &LabelingJob,
    from: &'static [&'static str],
    to: &'static str,
) -> LabelingJobTransition {
    LabelingJobTransition {
        job_id: job.job_id,
        from,
        to,
        failure_reason: None,
        is_final: false,
        actor: "cairn".to_owned(),
        arn: inner.place.labeling_job(&job.name).to_string(),
        now_ms: inner.now(),
    }
}

/// Pins the job's files, then reads its manifest.
async fn begin(inner: &Arc<Inner>, job: LabelingJob) -> Result<Step, EngineError> {
    let pinned = inner
        .db
        .labeling_job_pinned(job.job_id)
        .await?
        .unwrap_or_default();
    let is_pinned = pinned.manifest_etag.is_some();
    let setup = JobSetup::read(job, pinned)?;
    if !is_pinned {
        let pinned = read_files(inner, &setup).await?;
        let pin = LabelingJobPin {
            job_id: setup.job.job_id,
            pinned,
        };
        inner.db.write(pin).await?;
        return Ok(Step::Busy);
    }
    match ingest(inner, &setup).await? {
        Ingested::Refused(reason) => Err(EngineError::Job(reason)),
        Ingested::Overtaken => Ok(Step::Busy),
        Ingested::Complete => {
            let running = transition(inner, &setup.job, &["Initializing"], "InProgress");
            inner.db.write(running).await?;
            Ok(Step::Busy)
        }
    }
}

/// Reads and checks the template and the label category file, and looks at the manifest.
async fn read_files(inner: &Inner, setup: &JobSetup) -> Result<Pinned, EngineError> {
    let ui = &setup.request.human_task_config.ui_config;
    // What was read when the job was created stays as it was.
    let pinned = &setup.pinned;
    let template = match (&ui.ui_template_s3_uri, &ui.human_task_ui_arn) {
        _ if pinned.template.is_some() => pinned.template.clone().unwrap_or_default(),
        (Some(uri), _) => read_text(inner, uri, TEMPLATE_BYTES_MAX).await?,
        (None, Some(arn)) => human_task_ui(inner, arn).await?,
        (None, None) => {
            return Err(EngineError::Job(
                "ClientError: UiConfig names no template".to_owned(),
            ));
        }
    };
    let named = |error: &dyn std::fmt::Display| {
        let file = ui.ui_template_s3_uri.as_deref().unwrap_or("template");
        EngineError::Job(format!("ClientError: {file}: {error}"))
    };
    Template::parse(&template).map_err(|error| named(&error))?;
    let file = setup.request.label_category_config_s3_uri.as_deref();
    let file = file.ok_or_else(|| {
        EngineError::Job("ClientError: the job has no LabelCategoryConfigS3Uri".to_owned())
    })?;
    let categories = match &pinned.categories {
        Some(categories) => categories.clone(),
        None => read_text(inner, file, CATEGORIES_BYTES_MAX).await?,
    };
    let labels_min = task_type::task_type(&setup.job.task_type).map_or(1, |row| row.labels_min);
    LabelCategories::parse(categories.as_bytes(), labels_min, file)
        .map_err(|error| EngineError::Job(format!("ClientError: {error}")))?;
    // Nobody labels for a job whose results have no place to go.
    let output = &setup.request.output_config.s3_output_path;
    let output = JobFolder::new(output, &setup.job.name)
        .map_err(|error| EngineError::Job(format!("ClientError: {error}")))?;
    let bucket = &output.uri().bucket;
    if !inner.stores.bucket_exists(bucket).await? {
        let bucket = bucket.clone();
        return Err(StoreError::NoSuchBucket { bucket }.into());
    }
    let manifest = inner
        .stores
        .head(&setup.manifest.bucket, &setup.manifest.key)
        .await?;
    Ok(Pinned {
        template: Some(template),
        categories: Some(categories),
        manifest_etag: Some(manifest.version),
    })
}

async fn read_text(inner: &Inner, uri: &str, bytes_max: u64) -> Result<String, EngineError> {
    let at =
        S3Uri::parse(uri).map_err(|error| EngineError::Job(format!("ClientError: {error}")))?;
    let bytes = inner
        .stores
        .get_bytes(&at.bucket, &at.key, bytes_max)
        .await?;
    String::from_utf8(bytes.to_vec()).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        EngineError::Job(format!("ClientError: {uri} is not UTF-8 (byte {at})"))
    })
}

async fn human_task_ui(inner: &Inner, arn: &str) -> Result<String, EngineError> {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let content = inner.db.human_task_ui_content(name).await?;
    content.ok_or_else(|| EngineError::Job(format!("ClientError: there is no human task UI {arn}")))
}

/// Moves a running or stopping job on.
async fn advance(
    inner: &Arc<Inner>,
    job: &LabelingJob,
    memory: &mut Memory,
) -> Result<Step, EngineError> {
    let facts = job_facts(inner, job).await?;
    let now_ms = inner.now();
    let is_stopping = job.state == "Stopping";
    if is_stopping {
        if close(inner, job, i64::MAX, Unanswered::Leave).await? {
            return Ok(Step::Busy);
        }
    } else {
        let (progress, conditions) = rules(&facts, job);
        // A job that has nothing left to do is complete rather than stopped.
        if !progress.is_complete() && conditions.met(&progress).is_some() {
            let stopping = transition(inner, job, &["InProgress"], "Stopping");
            inner.db.write(stopping).await?;
            return Ok(Step::Busy);
        }
        if now_ms - memory.closed_at >= CLOSE_EVERY_MS {
            memory.closed_at = now_ms;
            let until = now_ms - facts.lifetime_ms;
            if close(inner, job, until, Unanswered::Fail).await? {
                memory.closed_at = 0;
                return Ok(Step::Busy);
            }
        }
    }
    let settling = job.progress.next_line >= job.progress.total || is_stopping;
    // What is known of workers is brought up to date beside the answers; it holds nothing up. Before the
    // consolidation, for which something nearly always waits while people are at work.
    if matches!(
        learn::step(inner, &facts, job, &mut memory.learning, false).await?,
        Learned::More
    ) {
        return Ok(Step::Busy);
    }
    match consolidate::step(inner, &facts, job, &mut memory.consolidation).await? {
        Step::Busy => return Ok(Step::Busy),
        Step::Idle { until_ms } => {
            write_when_due(inner, &facts, job, memory).await?;
            return Ok(Step::Idle { until_ms });
        }
        // Nothing waits for consolidation.
        Step::Over => {}
    }
    let is_current = job.progress.output_version >= job.progress.label_version;
    if is_current && output::write_iterations(inner, &facts, job).await? {
        return Ok(Step::Busy);
    }
    if settling && inner.db.task_open_count(job.job_id, 1).await? == 0 {
        match learn::step(inner, &facts, job, &mut memory.learning, true).await? {
            Learned::More => return Ok(Step::Busy),
            Learned::Later { until_ms } => return Ok(Step::Idle { until_ms }),
            Learned::Nothing => {}
        }
        // Scripts read the file as soon as they see the state.
        if !is_current {
            output::write(inner, &facts, job).await?;
            return Ok(Step::Busy);
        }
        let finish = LabelingJobFinish {
            job_id: job.job_id,
            arn: facts.arn.clone(),
            now_ms: inner.now(),
        };
        inner.db.write(finish).await?;
        return Ok(Step::Busy);
    }
    write_when_due(inner, &facts, job, memory).await?;
    Ok(Step::Idle {
        until_ms: now_ms + CLOSE_EVERY_MS,
    })
}

async fn close(
    inner: &Inner,
    job: &LabelingJob,
    published_until: i64,
    unanswered: Unanswered,
) -> Result<bool, EngineError> {
    let close = TasksClose {
        job_id: job.job_id,
        published_until,
        unanswered,
        now_ms: inner.now(),
    };
    if !inner
        .db
        .task_open_since(job.job_id, published_until)
        .await?
    {
        return Ok(false);
    }
    Ok(inner.db.write(close).await? > 0)
}

/// Rewrites the output manifest when labels changed and the last time is long enough ago.
async fn write_when_due(
    inner: &Arc<Inner>,
    facts: &Arc<JobFacts>,
    job: &LabelingJob,
    memory: &mut Memory,
) -> Result<(), EngineError> {
    let progress = &job.progress;
    let pause = OUTPUT_EVERY_MS.max(memory.output_took_ms * OUTPUT_PAUSE_FACTOR);
    let started = inner.now();
    if progress.output_version >= progress.label_version
        || started - progress.output_written_at < pause
    {
        return Ok(());
    }
    output::write(inner, facts, job).await?;
    memory.output_took_ms = inner.now() - started;
    Ok(())
}

/// A job in its final state: what it has is written once more if labels changed since.
async fn wind_up(inner: &Arc<Inner>, job: &LabelingJob) -> Result<Step, EngineError> {
    let progress = &job.progress;
    if progress.output_version >= progress.label_version {
        return Ok(Step::Over);
    }
    let facts = inner.facts.get(&inner.db, &inner.place, job.job_id).await;
    match facts {
        Ok(Some(facts)) if progress.total > 0 => match output::write(inner, &facts, job).await {
            Err(error) if error.is_passing() => return Err(error),
            // Nothing can be written where the requester's bucket is gone.
            Err(error) => note_written(inner, job, &error).await?,
            Ok(()) => {}
        },
        Err(error) if error.is_passing() => return Err(error),
        _ => note_written(inner, job, &"the job never began").await?,
    }
    Ok(Step::Over)
}

async fn note_written(
    inner: &Inner,
    job: &LabelingJob,
    why: &(dyn std::fmt::Display + Sync),
) -> Result<(), EngineError> {
    tracing::info!(labeling_job.name = job.name, error.cause = %why, "no output manifest is written");
    let written = OutputWritten {
        job_id: job.job_id,
        version: job.progress.label_version,
        now_ms: inner.now(),
    };
    inner.db.write(written).await?;
    Ok(())
}

/// A job's counters and conditions, as the rules want them.
fn rules(facts: &JobFacts, job: &LabelingJob) -> (Progress, StoppingConditions) {
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    let stored = &job.progress;
    let progress = Progress {
        total: count(stored.total),
        labeled_before: count(stored.labeled_before),
        human_labeled: count(stored.human_labeled),
        machine_labeled: count(stored.machine_labeled),
        failed: count(stored.failed),
        in_flight: count(stored.in_flight()),
        unanswered: count(stored.in_flight()),
    };
    let asked = facts.request.stopping_conditions.unwrap_or_default();
    let conditions = StoppingConditions {
        human_labeled_max: asked.max_human_labeled_object_count.map(count),
        percentage_max: asked
            .max_percentage_of_input_dataset_labeled
            .and_then(|percent| u32::try_from(percent).ok()),
    };
    (progress, conditions)
}
