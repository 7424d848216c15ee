//! The load: one job after another, labeled to its end by workers who try again whatever was cut off.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use futures::future::try_join_all;
use serde_json::json;

use crate::aws::Aws;
use crate::bench::workload::{LABELS, Lines};
use crate::cairn::Cairn;
use crate::load::{Answer, Assignment, JobSpec, Labeler, LabelingJob, Outcome, Results, make_team};
use crate::random::Random;
use crate::sigv4::Keys;

/// How long one thing may fail again and again before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long a job may take, all crashes included.
const JOB_PATIENCE: Duration = Duration::from_secs(300);
const RETRY_EVERY: Duration = Duration::from_millis(5);
const BUCKET: &str = "crash";
const TEAM: &str = "crew";

/// The load, and what it was promised. All of it runs on one thread.
pub struct Drive {
    address: SocketAddr,
    keys: Keys,
    team_arn: String,
    labelers: RefCell<Vec<Labeler>>,
    acknowledged: Cell<u64>,
    jobs: Cell<u64>,
    is_calm: Cell<bool>,
    is_over: Cell<bool>,
}

impl Drive {
    /// Makes bucket and team while nothing is killed yet.
    pub async fn prepare(server: &Cairn, workers: usize) -> Result<Drive> {
        let keys = server.make_keys()?;
        let mut aws = Aws::new(server.address(), &keys);
        aws.create_bucket(BUCKET).await?;
        let team = make_team(server, TEAM, workers)?;
        let mut labelers = Vec::new();
        for person in &team.people {
            // The first sign-in may change the password, which is not to be cut off half way.
            labelers.push(Labeler::sign_in(server.address(), person).await?);
        }
        Ok(Drive {
            address: server.address(),
            keys,
            team_arn: team.arn,
            labelers: RefCell::new(labelers),
            acknowledged: Cell::new(0),
            jobs: Cell::new(0),
            is_calm: Cell::new(false),
            is_over: Cell::new(false),
        })
    }

    /// Nothing is killed from now on: the job at hand is the last.
    pub fn calm_down(&self) {
        self.is_calm.set(true);
    }

    /// Whether the load has ended.
    pub fn is_over(&self) -> bool {
        self.is_over.get()
    }

    /// Answers acknowledged so far.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.get()
    }

    /// What has been done so far, to read.
    pub fn so_far(&self) -> String {
        format!(
            "{} answers acknowledged, {} jobs checked",
            self.acknowledged.get(),
            self.jobs.get()
        )
    }

    /// Labels one job after another until it is calm and the last one is done.
    pub async fn run(&self, seed: u64) -> Result<()> {
        let mut random = Random::new(seed);
        let outcome = async {
            let mut number = 0;
            while !self.is_calm.get() {
                number += 1;
                self.label_one_job(number, &mut random)
                    .await
                    .with_context(|| format!("job {number}"))?;
                self.jobs.set(self.jobs.get() + 1);
            }
            Ok(())
        };
        let outcome = outcome.await;
        self.is_over.set(true);
        outcome
    }

    async fn label_one_job(&self, number: u64, random: &mut Random) -> Result<()> {
        let name = format!("crash-{number}");
        let objects = 50 + random.below(400);
        let workers_per_object = 1 + random.below(3);
        let concurrent = *random.pick(&[40, 200, 1000]);
        let input = Lines::texts().manifest(objects);
        let spec = JobSpec {
            name: name.clone(),
            bucket: BUCKET.to_owned(),
            team_arn: self.team_arn.clone(),
            workers_per_object: workers_per_object as u32,
            concurrent,
            task_seconds: 600,
        };
        let mut aws = Aws::new(self.address, &self.keys);
        persist(async || aws.put(BUCKET, &spec.manifest_key(), &input).await).await?;
        let job = persist(
            async || match LabelingJob::create(&mut aws, spec.clone()).await {
                // It was created just before the crash, and the answer was lost.
                Err(error) if format!("{error:#}").contains("ResourceInUse") => {
                    Ok(LabelingJob { spec: spec.clone() })
                }
                other => other,
            },
        )
        .await?;

        let book = Book::default();
        let label = async {
            let labelers = self.labelers.take();
            let workers = labelers.into_iter().enumerate().map(|(at, mut labeler)| {
                let mut random = Random::new(random.bits());
                let (book, name) = (&book, &name);
                async move {
                    let mut id = None;
                    while !book.is_done.get() && id.is_none() {
                        id = persist(async || {
                            again(&mut labeler, async |it| it.find_job(name).await).await
                        })
                        .await?;
                    }
                    let id = id.unwrap_or_default();
                    while !book.is_done.get() {
                        let task = persist(async || {
                            again(&mut labeler, async |it| it.next(&id).await).await
                        })
                        .await?;
                        match task {
                            Some(task) => {
                                self.answer(&mut labeler, at, task, book, &mut random)
                                    .await?
                            }
                            None => tokio::time::sleep(RETRY_EVERY).await,
                        }
                    }
                    anyhow::Ok(labeler)
                }
            });
            self.labelers.replace(try_join_all(workers).await?);
            Ok(())
        };
        let watch = async {
            let started = Instant::now();
            loop {
                let progress = persist(async || job.progress(&mut aws).await).await?;
                match progress.status.as_str() {
                    "Completed" => break,
                    "Failed" | "Stopped" => bail!("the job ended as {progress:?}"),
                    _ if started.elapsed() > JOB_PATIENCE => {
                        bail!(
                            "the job of {objects} objects and {workers_per_object} workers each stands still: {progress:?}"
                        )
                    }
                    _ => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
            book.is_done.set(true);
            Ok(())
        };
        tokio::try_join!(label, watch)?;

        let results = persist(async || Results::read(&mut aws, &job).await).await?;
        let (acknowledged, sent) = (book.acknowledged.borrow(), book.sent.borrow());
        let sent: Vec<Answer> = sent.values().cloned().collect();
        results.check(&acknowledged, &sent, &input, workers_per_object as usize)
    }

    /// Answers a task, and sends the answer again until it is known what became of it.
    async fn answer(
        &self,
        labeler: &mut Labeler,
        worker: usize,
        task: Assignment,
        book: &Book,
        random: &mut Random,
    ) -> Result<()> {
        let mut task = Some(task);
        while let Some(assignment) = task.take() {
            let count = book.count.get() + 1;
            book.count.set(count);
            let answer = Answer {
                object_id: assignment.object_id.clone(),
                note: format!("w{worker}-{count}"),
                label: (*random.pick(&LABELS)).to_owned(),
            };
            let content = json!({"crowd-classifier": {"label": answer.label}, "note": answer.note});
            let key = format!("key-{}", answer.note);
            book.sent.borrow_mut().insert(count, answer.clone());
            // Half of the time the next task comes with the reply, as in the portal.
            let next = random.chance(0.5);
            let outcome = persist(async || {
                again(labeler, async |it| {
                    it.submit(&assignment, &content, &key, next).await
                })
                .await
            })
            .await?;
            if let Outcome::Accepted(following) = outcome {
                book.sent.borrow_mut().remove(&count);
                book.acknowledged.borrow_mut().push(answer);
                self.acknowledged.set(self.acknowledged.get() + 1);
                task = following;
            }
        }
        Ok(())
    }
}

/// What the workers of one job have been told.
#[derive(Default)]
struct Book {
    acknowledged: RefCell<Vec<Answer>>,
    /// Sent, and never acknowledged.
    sent: RefCell<HashMap<u64, Answer>>,
    count: Cell<u64>,
    is_done: Cell<bool>,
}

/// Tries until it works, or until it has failed for too long.
async fn persist<T>(mut attempt: impl AsyncFnMut() -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(error) if Instant::now() > deadline => {
                return Err(error.context("fails again and again"));
            }
            Err(_) => tokio::time::sleep(RETRY_EVERY).await,
        }
    }
}

/// Does something as a worker, who signs in again when the session is gone.
async fn again<T>(
    labeler: &mut Labeler,
    mut attempt: impl AsyncFnMut(&mut Labeler) -> Result<T>,
) -> Result<T> {
    let outcome = attempt(labeler).await;
    if outcome
        .as_ref()
        .is_err_and(|error| format!("{error:#}").contains("status 401"))
    {
        labeler.renew().await?;
        return attempt(labeler).await;
    }
    outcome
}
