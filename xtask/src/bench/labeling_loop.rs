//! Workers in a closed loop without a pause to think.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::latency::Latencies;
use super::workload::LABELS;
use crate::load::{Assignment, Labeler, Outcome};

/// How a worker asks for work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The reply to an answer brings the next task, as in the portal.
    OneRequest,
    /// The next task is asked for on its own.
    TwoRequests,
    /// Asks for a task, and never answers.
    NextOnly,
}

/// When to end.
#[derive(Clone, Copy)]
pub enum Until {
    /// After so long.
    Time(Duration),
    /// When so many answers are acknowledged.
    Answers(u64),
    /// When the time is over or so many answers are acknowledged, whichever comes first: a job that runs out of
    /// objects leaves its workers idle, and their waiting is not the server's.
    TimeOrAnswers(Duration, u64),
}

/// What a loop gave.
#[derive(Default)]
pub struct Figures {
    /// How long each answer took, with the next task in [`Mode::OneRequest`].
    pub submit: Latencies,
    /// How long each request for a task took.
    pub next: Latencies,
    /// Acknowledged answers by object.
    pub answers: HashMap<String, u64>,
    /// Seconds from start to end.
    pub wall_s: f64,
    /// When the last answer was acknowledged.
    pub last: Option<Instant>,
}

impl Figures {
    /// Acknowledged answers.
    pub fn count(&self) -> u64 {
        self.answers.values().sum()
    }

    /// Answers beyond the wanted number.
    pub fn extra(&self, wanted: u64) -> u64 {
        self.answers
            .values()
            .map(|count| count.saturating_sub(wanted))
            .sum()
    }

    /// Objects that have all answers they want.
    pub fn full(&self, wanted: u64) -> u64 {
        self.answers
            .values()
            .filter(|count| **count >= wanted)
            .count() as u64
    }

    fn add(&mut self, other: Figures) {
        self.submit.extend(&other.submit);
        self.next.extend(&other.next);
        for (object, count) in other.answers {
            *self.answers.entry(object).or_default() += count;
        }
        self.last = self.last.max(other.last);
    }
}

/// Lets all `labelers` work on a job.
pub async fn run(
    labelers: &mut Vec<Labeler>,
    workers: usize,
    job: &str,
    mode: Mode,
    until: Until,
) -> Result<Figures> {
    let given = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    let idle = labelers.split_off(workers.min(labelers.len()));
    for (at, labeler) in labelers.drain(..).enumerate() {
        let worker = Worker {
            at,
            labeler,
            job: job.to_owned(),
            mode,
            until,
            started,
            given: given.clone(),
        };
        tasks.spawn(worker.work());
    }
    let mut total = Figures::default();
    let mut back = Vec::new();
    while let Some(task) = tasks.join_next().await {
        let (at, labeler, figures) = task??;
        total.add(figures);
        back.push((at, labeler));
    }
    total.wall_s = started.elapsed().as_secs_f64();
    back.sort_by_key(|(at, _)| *at);
    labelers.extend(back.into_iter().map(|(_, labeler)| labeler).chain(idle));
    Ok(total)
}

struct Worker {
    at: usize,
    labeler: Labeler,
    job: String,
    mode: Mode,
    until: Until,
    started: Instant,
    given: Arc<AtomicU64>,
}

impl Worker {
    fn is_over(&self) -> bool {
        match self.until {
            Until::Time(time) => self.started.elapsed() >= time,
            Until::Answers(count) => self.given.load(Ordering::Relaxed) >= count,
            Until::TimeOrAnswers(time, count) => {
                self.started.elapsed() >= time || self.given.load(Ordering::Relaxed) >= count
            }
        }
    }

    async fn work(mut self) -> Result<(usize, Labeler, Figures)> {
        let mut figures = Figures::default();
        let mut task = None;
        let mut idle_since = Instant::now();
        while !self.is_over() {
            let Some(assignment) = task.take() else {
                let asked = Instant::now();
                let next = self.labeler.next(&self.job).await?;
                figures.next.push(asked.elapsed());
                if next.is_some() {
                    idle_since = Instant::now();
                } else {
                    // Whatever is left is in the hands of others, or on its way to the queue.
                    if idle_since.elapsed() > Duration::from_secs(60) {
                        bail!("worker {} has waited a minute for a task", self.at);
                    }
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                task = if self.mode == Mode::NextOnly {
                    None
                } else {
                    next
                };
                continue;
            };
            task = self.answer(&assignment, &mut figures).await?;
            idle_since = Instant::now();
        }
        Ok((self.at, self.labeler, figures))
    }

    async fn answer(
        &mut self,
        assignment: &Assignment,
        figures: &mut Figures,
    ) -> Result<Option<Assignment>> {
        // The label depends on the object alone, but for one answer in eight, as people disagree.
        let number: usize = assignment
            .object_id
            .parse()
            .context("an object id that is no number")?;
        let label = if number
            .wrapping_mul(31)
            .wrapping_add(self.at)
            .is_multiple_of(8)
        {
            LABELS[(number + 1) % LABELS.len()]
        } else {
            LABELS[number % LABELS.len()]
        };
        let content = json!({"crowd-classifier": {"label": label}});
        let key = format!("{}-{}", self.at, assignment.id);
        let sent = Instant::now();
        let with_next = self.mode == Mode::OneRequest;
        match self
            .labeler
            .submit(assignment, &content, &key, with_next)
            .await?
        {
            Outcome::Accepted(next) => {
                let now = Instant::now();
                figures.submit.push(now - sent);
                figures.last = Some(now);
                *figures
                    .answers
                    .entry(assignment.object_id.clone())
                    .or_default() += 1;
                self.given.fetch_add(1, Ordering::Relaxed);
                Ok(next)
            }
            Outcome::Refused(code) => bail!("an answer was refused: {code}"),
        }
    }
}
