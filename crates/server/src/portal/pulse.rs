//! How far each job is, as of a moment ago: for the counts that a submit's reply carries, so that an
//! answer costs no query.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use cairn_db::Db;
use cairn_db::labeling_job::{JobProgress, LabelingJob};
use cairn_db::task::JobOfWorker;

/// How old a figure may be.
const AGE_MAX: Duration = Duration::from_secs(1);
/// Jobs kept; past that all are forgotten and read anew.
const KEPT_MAX: usize = 10_000;

/// State and progress of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// Its state.
    pub state: State,
    /// How far it is.
    pub progress: JobProgress,
}

/// State of a job as far as workers care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its files are being read.
    Starting,
    /// Workers may label.
    Running,
    /// It takes no more answers.
    Over,
}

impl Pulse {
    /// What a stored job tells.
    pub fn of(job: &LabelingJob) -> Pulse {
        let state = match job.state.as_str() {
            "Initializing" => State::Starting,
            "InProgress" => State::Running,
            _ => State::Over,
        };
        Pulse {
            state,
            progress: job.progress,
        }
    }

    /// How many objects a worker could still be given: those without a label, less the ones this
    /// worker has answered or declined and that wait for others.
    pub fn left(&self, worker: &JobOfWorker) -> i64 {
        let progress = &self.progress;
        // An answer settles only with its object, so a count of settled answers that is ahead of
        // the progress shows that the progress is the older figure.
        let settled = (progress.human_labeled + progress.failed).max(worker.settled);
        let waiting = worker.answered - worker.settled + worker.declined_open;
        let others = progress.labeled_before + progress.machine_labeled;
        (progress.total - others - settled - waiting).max(0)
    }
}

/// The pulses of jobs that were asked for lately.
#[derive(Default)]
pub struct Pulses {
    kept: Mutex<HashMap<i64, (Pulse, Instant)>>,
}

impl Pulses {
    /// The pulse of a job, at most a second old; none when there is no such job.
    pub async fn get(&self, db: &Db, job_id: i64) -> cairn_db::Result<Option<Pulse>> {
        if let Some(pulse) = self.recent(job_id) {
            return Ok(Some(pulse));
        }
        let job = db.labeling_job(job_id).await?;
        Ok(job.map(|job| self.note(&job)))
    }

    /// Takes the pulse from a job that was just read.
    pub fn note(&self, job: &LabelingJob) -> Pulse {
        let pulse = Pulse::of(job);
        let mut kept = self.lock();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(job.job_id, (pulse, Instant::now()));
        pulse
    }

    /// A kept pulse that is young enough. Whoever finds it too old reads it for all: the others go on
    /// with the old one meanwhile.
    fn recent(&self, job_id: i64) -> Option<Pulse> {
        let mut kept = self.lock();
        let (pulse, read_at) = kept.get_mut(&job_id)?;
        if read_at.elapsed() < AGE_MAX {
            return Some(*pulse);
        }
        *read_at = Instant::now();
        None
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<i64, (Pulse, Instant)>> {
        self.kept
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(progress: JobProgress, worker: JobOfWorker) -> i64 {
        let state = State::Running;
        Pulse { state, progress }.left(&worker)
    }

    #[test]
    fn what_is_left_leaves_out_the_settled_and_what_the_worker_has_done() {
        let progress = JobProgress {
            total: 100,
            labeled_before: 10,
            human_labeled: 20,
            machine_labeled: 5,
            failed: 1,
            ..JobProgress::default()
        };
        let worker = JobOfWorker {
            answered: 12,
            settled: 8,
            declined_open: 2,
            unfinished: false,
        };
        assert_eq!(left(progress, JobOfWorker::default()), 64);
        assert_eq!(left(progress, worker), 58);
    }

    #[test]
    fn a_progress_older_than_the_workers_own_figures_does_not_count_twice() {
        let progress = JobProgress {
            total: 10,
            human_labeled: 9,
            ..JobProgress::default()
        };
        let worker = JobOfWorker {
            answered: 10,
            settled: 10,
            ..JobOfWorker::default()
        };
        assert_eq!(left(progress, worker), 0);
    }
}
