//! What keeps a job from going on: told to the database when it changes, for whoever looks at the job.
//!
//! Passing trouble (a store or a hook that is away) is tried again and again, and fails nothing; without a
//! word of it a job would seem to have stopped for no reason.

use std::sync::{Mutex, MutexGuard};

use cairn_db::labeling_job::LabelingJobHeldUp;

use crate::engine::Inner;

/// Characters of a reason that are kept.
const REASON_CHARS_MAX: usize = 1_024;

/// Who meets trouble.
#[derive(Clone, Copy)]
pub enum Part {
    /// The steps of the job, in order.
    Steps,
    /// What puts objects before workers.
    Dispatch,
}

/// The trouble of one job.
#[derive(Default)]
pub struct HeldUp {
    reasons: Mutex<[Option<String>; 2]>,
    /// What the database has been told; nothing while that is not known.
    told: tokio::sync::Mutex<Option<Option<String>>>,
}

impl HeldUp {
    /// Takes what the last try of `part` met.
    pub fn met(&self, part: Part, reason: Option<String>) {
        let cut = |reason: String| reason.chars().take(REASON_CHARS_MAX).collect();
        self.reasons()[part as usize] = reason.map(cut);
    }

    /// Tells the database, if it does not know. What cannot be told now is told at the next call.
    pub async fn tell(&self, inner: &Inner, job_id: i64) {
        let mut told = self.told.lock().await;
        let reason = self.reasons().iter().flatten().next().cloned();
        let known = match &*told {
            Some(known) => known.clone(),
            // Another process may have met trouble with it before.
            None => match inner.db.labeling_job(job_id).await {
                Ok(job) => job
                    .and_then(|job| job.held_up)
                    .map(|held_up| held_up.reason),
                Err(_) => return,
            },
        };
        if known != reason {
            let held_up = LabelingJobHeldUp {
                job_id,
                reason: reason.clone(),
                now_ms: inner.now(),
            };
            if let Err(error) = inner.db.write(held_up).await {
                tracing::debug!(labeling_job.id = job_id, error.cause = %error, "what holds a job up was not told");
                return;
            }
        }
        *told = Some(reason);
    }

    fn reasons(&self) -> MutexGuard<'_, [Option<String>; 2]> {
        self.reasons.lock().unwrap_or_else(|lock| lock.into_inner())
    }
}
