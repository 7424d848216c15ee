//! The engine: its parts, and the loops that keep every active job moving.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cairn_db::{Claim, ClaimRelease, Db};
use cairn_labeling::arn::Place;
use cairn_labeling::ids;
use cairn_storage::Stores;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::EngineError;
use crate::facts::{Facts, JobFacts};
use crate::held_up::{HeldUp, Part};
use crate::hooks::Hooks;
use crate::knowledge::Knowledge;
use crate::pages::Pages;
use crate::reconcilers::job::{self, Step};
use crate::reconcilers::leases;

/// How often the list of active jobs is looked at without being told to.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Looks at an idle job are this far apart, however often it is woken.
const STEPS_APART: Duration = Duration::from_millis(20);
/// The same for the room that it may have for more objects.
const DISPATCHES_APART: Duration = Duration::from_millis(10);
/// How long an idle job waits before it is looked at again without a wake-up.
const IDLE_WAIT: Duration = Duration::from_secs(1);
/// How long a job that met a passing error waits.
const RETRY_WAIT: Duration = Duration::from_secs(2);
/// How long a claim on a job lasts when it is not renewed.
const CLAIM_MS: i64 = 30_000;
/// Names of workers kept in memory.
const WORKER_NAMES_MAX: usize = 100_000;
/// Active jobs listed at once.
const JOBS_A_LOOK: i64 = 500;

/// What an engine is made of.
pub struct EngineOptions {
    /// The database.
    pub db: Db,
    /// The stores.
    pub stores: Stores,
    /// Region and account of every ARN.
    pub place: Place,
    /// The time, milliseconds since the epoch.
    pub now_ms: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// A name no other process has, for claims.
    pub owner: String,
    /// Programs that jobs may name.
    pub hooks: Hooks,
}

/// The engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

/// A job that is worked on here.
#[derive(Default)]
struct Running {
    /// Something changed about it.
    wake: Notify,
    /// The same, for what puts its objects before workers.
    room: Notify,
    /// More of its objects are before workers.
    dispatched: Notify,
    /// What keeps it from going on.
    held_up: HeldUp,
}

impl Running {
    fn wake(&self) {
        self.wake.notify_one();
        self.room.notify_one();
    }
}

/// What reconcilers work with.
pub struct Inner {
    pub(crate) db: Db,
    pub(crate) stores: Stores,
    pub(crate) place: Place,
    now_ms: Arc<dyn Fn() -> i64 + Send + Sync>,
    owner: String,
    pub(crate) facts: Facts,
    pub(crate) pages: Pages,
    pub(crate) knowledge: Knowledge,
    pub(crate) hooks: Hooks,
    /// Names of workers in answers, by person.
    pub(crate) worker_names: Mutex<HashMap<i64, String>>,
    /// Jobs being worked on here.
    running: Mutex<HashMap<i64, Arc<Running>>>,
    look: Notify,
    stopping: CancellationToken,
    tracker: TaskTracker,
}

impl Inner {
    pub(crate) fn now(&self) -> i64 {
        (self.now_ms)()
    }

    /// The name of a worker in files, if it was looked up before.
    pub(crate) fn worker_name(&self, worker_id: i64) -> Option<String> {
        let names = self.worker_names.lock();
        let names = names.unwrap_or_else(|lock| lock.into_inner());
        names.get(&worker_id).cloned()
    }

    /// Keeps the name of a worker in files, and gives it.
    pub(crate) fn keep_worker_name(&self, worker_id: i64, worker_key: &str) -> String {
        let name = ids::worker_name(&self.place.region, worker_key);
        let names = self.worker_names.lock();
        let mut names = names.unwrap_or_else(|lock| lock.into_inner());
        if names.len() >= WORKER_NAMES_MAX {
            names.clear();
        }
        names.insert(worker_id, name.clone());
        name
    }
}

impl Engine {
    /// An engine that does nothing yet.
    pub fn new(options: EngineOptions) -> Engine {
        let EngineOptions {
            db,
            stores,
            place,
            now_ms,
            owner,
            hooks,
        } = options;
        let inner = Inner {
            db,
            stores,
            place,
            now_ms,
            owner,
            facts: Facts::default(),
            pages: Pages::default(),
            knowledge: Knowledge::default(),
            hooks,
            worker_names: Mutex::default(),
            running: Mutex::default(),
            look: Notify::new(),
            stopping: CancellationToken::new(),
            tracker: TaskTracker::new(),
        };
        Engine {
            inner: Arc::new(inner),
        }
    }

    /// Starts the reconcilers.
    pub fn start(&self) {
        let tracker = &self.inner.tracker;
        tracker.spawn(look_for_jobs(self.inner.clone()));
        tracker.spawn(leases::run(self.inner.clone(), self.inner.stopping.clone()));
        tracker.close();
    }

    /// Ends the reconcilers and waits for what they have under way. What was begun is taken up
    /// again by the next start.
    pub async fn stop(&self) {
        self.inner.stopping.cancel();
        self.inner.tracker.wait().await;
    }

    /// Says that something changed about a job: it was created or stopped, or an answer came in.
    pub fn wake(&self, job_id: i64) {
        self.inner.wake(job_id);
    }

    /// The names of the hooks that jobs may name.
    pub fn hooks(&self) -> impl Iterator<Item = &str> {
        self.inner.hooks.names()
    }

    /// Waits until more objects of a job are put before workers, or for `most`. A job that another
    /// replica works on is not waited for.
    pub async fn dispatched(&self, job_id: i64, most: Duration) {
        let job = self.inner.lock_running().get(&job_id).cloned();
        let Some(job) = job else {
            return;
        };
        let dispatched = job.dispatched.notified();
        job.wake();
        // Time over is an answer too.
        let _ = tokio::time::timeout(most, dispatched).await;
    }

    /// What never changes about a job; none when there is no such job, or it has not begun.
    pub async fn facts(&self, job_id: i64) -> Result<Option<Arc<JobFacts>>, EngineError> {
        let Inner {
            facts, db, place, ..
        } = &*self.inner;
        facts.get(db, place, job_id).await
    }

    /// A line of a job's manifest, without its line end; none past its end.
    pub async fn line(&self, job_id: i64, line: i64) -> Result<Option<Vec<u8>>, EngineError> {
        self.inner.pages.line(&self.inner.db, job_id, line).await
    }

    /// The output manifest of a job as it would be written now, as a stream of whole lines.
    pub fn output(
        &self,
        facts: Arc<JobFacts>,
    ) -> impl futures::Stream<Item = Result<bytes::Bytes, EngineError>> + Send + 'static {
        crate::reconcilers::output::lines(self.inner.clone(), facts)
    }

    /// Puts a failed object before people again, if what was wrong with it is mended. Gives false
    /// when it has not failed, cannot be retried, or fails again.
    pub async fn retry(&self, facts: &JobFacts, line: i64) -> Result<bool, EngineError> {
        let retried = crate::reconcilers::dispatch::retry(&self.inner, facts, line).await?;
        if retried {
            self.wake(facts.job_id);
        }
        Ok(retried)
    }
}

impl Inner {
    pub(crate) fn wake(&self, job_id: i64) {
        let running = self.lock_running();
        match running.get(&job_id) {
            Some(job) => job.wake(),
            None => {
                drop(running);
                self.look.notify_one();
            }
        }
    }

    fn lock_running(&self) -> std::sync::MutexGuard<'_, HashMap<i64, Arc<Running>>> {
        self.running.lock().unwrap_or_else(|lock| lock.into_inner())
    }
}

/// Finds active jobs and gives each a future of its own.
async fn look_for_jobs(inner: Arc<Inner>) {
    loop {
        let mut after = i64::MIN;
        loop {
            match inner.db.labeling_job_active(after, JOBS_A_LOOK).await {
                Ok(jobs) => {
                    let complete = (jobs.len() as i64) < JOBS_A_LOOK;
                    for job in jobs {
                        after = job.job_id;
                        spawn_job(&inner, job.job_id);
                    }
                    if complete {
                        break;
                    }
                }
                Err(error) => {
                    tracing::warn!(error.cause = %error, "looking for active jobs failed");
                    break;
                }
            }
        }
        tokio::select! {
            () = inner.stopping.cancelled() => return,
            () = inner.look.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

fn spawn_job(inner: &Arc<Inner>, job_id: i64) {
    if inner.stopping.is_cancelled() {
        return;
    }
    let job = Arc::new(Running::default());
    {
        let mut running = inner.lock_running();
        if running.contains_key(&job_id) {
            return;
        }
        running.insert(job_id, job.clone());
    }
    let inner = inner.clone();
    inner.tracker.clone().spawn(async move {
        tokio::select! {
            () = run_job(&inner, job_id, &job) => {}
            () = dispatch(&inner, job_id, &job) => {}
        }
        inner.lock_running().remove(&job_id);
    });
}

/// Puts the objects of one job before workers as there is room for them, once the job is claimed here.
/// Never ends by itself.
async fn dispatch(inner: &Arc<Inner>, job_id: i64, running: &Running) {
    running.room.notified().await;
    loop {
        let began_at = tokio::time::Instant::now();
        let wait = match job::dispatch_more(inner, job_id).await {
            Ok(true) => {
                running.held_up.met(Part::Dispatch, None);
                running.dispatched.notify_waiters();
                running.wake.notify_one();
                continue;
            }
            Ok(false) => {
                running.held_up.met(Part::Dispatch, None);
                IDLE_WAIT
            }
            Err(error) => {
                tracing::warn!(labeling_job.id = job_id, error.cause = %error, "dispatching a job failed");
                running.held_up.met(Part::Dispatch, Some(error.to_string()));
                RETRY_WAIT
            }
        };
        tokio::select! {
            () = running.room.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
        tokio::time::sleep_until(began_at + DISPATCHES_APART).await;
    }
}

/// Works on one job until it is over, while this process holds the claim on it.
async fn run_job(inner: &Arc<Inner>, job_id: i64, running: &Running) {
    let name = format!("job/{job_id}");
    let mut memory = job::Memory::default();
    let mut claimed_until = 0;
    loop {
        let now_ms = inner.now();
        if claimed_until - now_ms < CLAIM_MS / 2 {
            let claim = Claim {
                name: name.clone(),
                owner: inner.owner.clone(),
                now_ms,
                expires_at: now_ms + CLAIM_MS,
            };
            match inner.db.write(claim).await {
                Ok(true) => {
                    claimed_until = now_ms + CLAIM_MS;
                    running.room.notify_one();
                }
                // Another replica works on it.
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(labeling_job.id = job_id, error.cause = %error, "claiming a job failed");
                    return;
                }
            }
        }
        let stepped_at = tokio::time::Instant::now();
        let stepped = job::step(inner, job_id, &mut memory).await;
        let trouble = match &stepped {
            Ok(_) => memory.trouble().map(str::to_owned),
            Err(error) => Some(error.to_string()),
        };
        running.held_up.met(Part::Steps, trouble);
        if matches!(stepped, Ok(Step::Over)) {
            running.held_up.met(Part::Dispatch, None);
        }
        running.held_up.tell(inner, job_id).await;
        let wait = match stepped {
            Ok(Step::Busy) => {
                running.room.notify_one();
                Duration::ZERO
            }
            Ok(Step::Idle { until_ms }) => {
                let until = u64::try_from(until_ms - inner.now()).unwrap_or(0);
                Duration::from_millis(until.max(10)).min(IDLE_WAIT)
            }
            Ok(Step::Over) => break,
            Err(error) => {
                tracing::warn!(labeling_job.id = job_id, error.cause = %error, "a step of a job failed");
                RETRY_WAIT
            }
        };
        if inner.stopping.is_cancelled() {
            break;
        }
        if !wait.is_zero() {
            tokio::select! {
                () = inner.stopping.cancelled() => break,
                () = running.wake.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
            // Every answer wakes its job: of many that come at once the first is looked at at once,
            // and the others together.
            tokio::time::sleep_until(stepped_at + STEPS_APART).await;
        }
    }
    let release = ClaimRelease {
        name,
        owner: inner.owner.clone(),
    };
    if let Err(error) = inner.db.write(release).await {
        tracing::debug!(labeling_job.id = job_id, error.cause = %error, "giving a claim back failed");
    }
}
