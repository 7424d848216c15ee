//! Has a hook make the labels of a batch.
//!
//! The hook is asked beside the other steps of its job, for its reply may take minutes. A hook that is away
//! or replies nonsense is asked again with growing waits, so that it can be mended meanwhile; in the end the
//! objects of the batch fail. Killed in between, the same question is asked again: the files and the stamp of
//! a batch are fixed when it begins.

use std::sync::Arc;

use cairn_db::consolidation::Consolidation;
use cairn_labeling::consolidation_hook::{self, HookJob};
use cairn_labeling::ids::Line;
use tokio_util::task::AbortOnDropHandle;

use super::batch::{Way, Work, label_facts};
use super::consolidate::{put_all, read, write};
use super::job::Step;
use crate::EngineError;
use crate::engine::Inner;
use crate::facts::JobFacts;

/// How long after its beginning a batch waits for a hook that fails.
const PATIENCE_MS: i64 = 60 * 60 * 1_000;
/// It is asked at least so often, also when the server was away for longer.
const TRIES_MIN: u32 = 5;
/// The longest wait between two questions.
const WAIT_MS_MAX: i64 = 60_000;
/// How often a reply is looked for without a wake-up.
const LOOK_EVERY_MS: i64 = 1_000;

/// The question under way, and what became of those before it.
#[derive(Default)]
pub struct Memory {
    asked: Option<Asked>,
    /// Failures in a row.
    failures: u32,
    /// The last of them.
    failure: Option<String>,
    not_before: i64,
}

impl Memory {
    /// What is wrong with the hook, until it is asked no more or replies well.
    pub fn trouble(&self) -> Option<&str> {
        self.failure.as_deref()
    }
}

struct Asked {
    work: Work,
    lines: Vec<Line>,
    reply: AbortOnDropHandle<Result<Vec<u8>, String>>,
}

/// Asks, or takes the reply.
pub async fn step(
    inner: &Arc<Inner>,
    facts: &Arc<JobFacts>,
    batch: Consolidation,
    memory: &mut Memory,
) -> Result<Step, EngineError> {
    let now_ms = inner.now();
    let waits = |until_ms| Ok(Step::Idle { until_ms });
    let asked = memory.asked.take();
    let Some(asked) = asked.filter(|asked| asked.work.batch.batch == batch.batch) else {
        if now_ms < memory.not_before {
            return waits(memory.not_before);
        }
        memory.asked = ask(inner, facts, batch).await?;
        return match memory.asked {
            Some(_) => waits(now_ms + LOOK_EVERY_MS),
            None => Ok(Step::Busy),
        };
    };
    if !asked.reply.is_finished() {
        memory.asked = Some(asked);
        return waits(now_ms + LOOK_EVERY_MS);
    }
    let Asked { work, lines, reply } = asked;
    let reply = reply.await.unwrap_or_else(|error| Err(error.to_string()));
    let replied = reply.and_then(|reply| {
        let attribute = &facts.label_attribute;
        let stamp = work.stamp().map_err(|error| error.to_string())?;
        consolidation_hook::labels(&reply, &lines, label_facts(facts), attribute, stamp)
            .map_err(|error| format!("hook `{}`: {error}", facts.settings.consolidation_hook))
    });
    if let Err(error) = &replied {
        memory.failures += 1;
        let wait = (500 << memory.failures.min(10)).min(WAIT_MS_MAX);
        tracing::warn!(
            labeling_job.name = facts.name,
            error.cause = error,
            "a consolidation hook failed"
        );
        if memory.failures < TRIES_MIN || now_ms < batch.stamped_at + PATIENCE_MS {
            memory.failure = Some(error.clone());
            memory.not_before = now_ms + wait;
            return waits(memory.not_before);
        }
    }
    memory.failures = 0;
    memory.failure = None;
    conclude(inner, work, Way::Hook(replied)).await?;
    Ok(Step::Busy)
}

/// Stores what is asked about, and asks. A batch without an answer is concluded without a question.
async fn ask(
    inner: &Arc<Inner>,
    facts: &Arc<JobFacts>,
    batch: Consolidation,
) -> Result<Option<Asked>, EngineError> {
    let work = read(inner, facts, batch).await?;
    let (files, request) = work.answer_files()?;
    put_all(inner, files).await?;
    let Some(request) = request else {
        conclude(inner, work, Way::Hook(Ok(Default::default()))).await?;
        return Ok(None);
    };
    let job = HookJob {
        arn: &facts.arn,
        role_arn: &facts.request.role_arn,
        label_attribute: &facts.label_attribute,
        labels: &facts.labels,
        output: &facts.layout.annotations().to_string(),
    };
    let question = consolidation_hook::question(job, &request.uri.to_string(), &request.text)
        .map_err(|error| EngineError::Stored(error.to_string()))?;
    let (hooks, name) = (
        inner.hooks.clone(),
        facts.settings.consolidation_hook.clone(),
    );
    let (waker, job_id) = (inner.clone(), facts.job_id);
    let reply = tokio::spawn(async move {
        let reply = hooks.ask(&name, question).await;
        waker.wake(job_id);
        reply
    });
    Ok(Some(Asked {
        work,
        lines: request.lines,
        reply: AbortOnDropHandle::new(reply),
    }))
}

async fn conclude(inner: &Inner, work: Work, way: Way) -> Result<(), EngineError> {
    let done = work.labels(&way)?;
    write(inner, &work, done).await
}
