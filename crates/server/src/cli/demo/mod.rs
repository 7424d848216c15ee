//! `cairn demo`: the main job on a small data set of its own. It makes texts and pictures, a team and
//! two jobs; simulated workers of differing skill label all but a few objects over HTTP; then it shows
//! what came out and how to label the rest by hand. Run again it goes on where it was.

mod pictures;
mod random;
mod report;
mod texts;
mod worker;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::bail;
use cairn_engine::JobFacts;
use cairn_labeling::task_type;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::host::{Host, NewJob};
use crate::auth::Role;
use worker::{CHARACTERS, Work, Worker};

const BUCKET: &str = "demo";
const TEAM: &str = "demo-team";
/// Who labels the rest by hand.
const PERSON: &str = "you";
/// Answers wanted for each object.
const WORKERS: u32 = 3;
/// How long consolidation may take once the last simulated answer is in.
const SETTLING: Duration = Duration::from_secs(60);

#[derive(Args)]
pub(super) struct Demo {
    /// Folder for everything the demo keeps
    #[arg(long, value_name = "DIR", default_value = "cairn-demo")]
    data: PathBuf,

    /// Address and port to listen on; another port is taken when this one is busy
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9000")]
    listen: SocketAddr,

    /// Objects of each job that are left to label by hand
    #[arg(long, value_name = "COUNT", default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=60))]
    leave: u32,

    /// End when the simulated workers are done, instead of waiting for people
    #[arg(long)]
    no_wait: bool,
}

/// One of the demo's jobs.
struct Set {
    name: &'static str,
    task_type: &'static str,
    header: &'static str,
    instructions: &'static str,
    labels: Vec<String>,
    truth: Vec<usize>,
}

fn sets() -> [Set; 2] {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    [
        Set {
            name: "demo-texts",
            task_type: "TextMultiClass",
            header: "What is this text about?",
            instructions: "<p>Choose the topic that fits best. Texts are in English or Japanese.</p>",
            labels: owned(&texts::TOPICS),
            truth: texts::TEXTS.iter().map(|(topic, _)| *topic).collect(),
        },
        Set {
            name: "demo-pictures",
            task_type: "ImageMultiClass",
            header: "Which shape do you see?",
            instructions: "<p>Choose the shape in the picture. It may be turned or small.</p>",
            labels: owned(&pictures::SHAPES),
            truth: (0..pictures::PICTURES).map(pictures::shape).collect(),
        },
    ]
}

impl Demo {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let host = Host::open(self.data.clone(), self.listen, false).await?;
        let outcome = host.until_interrupted(self.work(&host)).await;
        host.close().await;
        match outcome? {
            Some(()) => Ok(()),
            None => {
                println!("\nStopped. Run it again to go on.");
                Ok(())
            }
        }
    }

    async fn work(&self, host: &Host) -> anyhow::Result<()> {
        let started = Instant::now();
        let sets = sets();
        prepare(host, &sets).await?;
        let mut names = HashMap::new();
        host.team(TEAM, "The people of the demo").await?;
        for character in &CHARACTERS {
            let person_id = host.person(character.name, Role::Worker, TEAM).await?;
            names.insert(person_id, character.name.to_owned());
        }
        let you = host.person(PERSON, Role::Administrator, TEAM).await?;
        names.insert(you, PERSON.to_owned());
        let mut jobs = Vec::new();
        for set in &sets {
            jobs.push(create(host, set).await?);
        }
        self.simulate(host, &sets).await?;
        let mut facts = Vec::new();
        for (set, job_id) in sets.iter().zip(&jobs) {
            facts.push(self.settled(host, set, *job_id).await?);
        }
        let mut reports = Vec::new();
        for (set, facts) in sets.iter().zip(&facts) {
            reports.push(report::report(&host.app.db, facts, &set.truth, &names).await?);
        }
        println!();
        report::print(&reports);
        println!(
            "\nAll of it took {:.1} s here.",
            started.elapsed().as_secs_f64()
        );
        for facts in &facts {
            show_output(host, facts).await?;
        }
        self.invite(host, &jobs).await
    }

    /// Lets the simulated workers label, all at once.
    async fn simulate(&self, host: &Host, sets: &[Set]) -> anyhow::Result<()> {
        let mut expected = 0;
        let mut works = Vec::new();
        for set in sets {
            let kept_from = set.truth.len().saturating_sub(self.leave as usize);
            let Some(element) = task_type::task_type(set.task_type).map(|row| row.element) else {
                bail!("{} is not a task type", set.task_type);
            };
            let all = CHARACTERS.iter().filter(|who| who.answers_all).count();
            expected += kept_from * WORKERS as usize + (set.truth.len() - kept_from) * all;
            works.push(Work {
                title: set.header,
                element,
                labels: &set.labels,
                truth: &set.truth,
                kept_from,
            });
        }
        let mut before = 0;
        for set in sets {
            if let Some(job) = host.app.db.labeling_job_by_name(set.name).await? {
                let answers = host
                    .app
                    .db
                    .annotation_range(job.job_id, 0, set.truth.len() as i64);
                before += answers.await?.len();
            }
        }
        let progress = ProgressBar::new(expected as u64).with_position(before as u64);
        let style = "simulated workers label  [{bar:40}] {pos}/{len} answers  {per_sec}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            progress.set_style(style.progress_chars("█▒░"));
        }
        let labeling = (0..CHARACTERS.len()).map(|number| {
            let (works, progress) = (&works, &progress);
            async move {
                let password = host.password(CHARACTERS[number].name);
                let worker = Worker::sign_in(&host.origin, number, &password).await?;
                for work in works {
                    worker.label(work, &|| progress.inc(1)).await?;
                }
                anyhow::Ok(())
            }
        });
        futures::future::try_join_all(labeling).await?;
        progress.finish();
        Ok(())
    }

    /// Waits until every object that has its answers has its label.
    async fn settled(&self, host: &Host, set: &Set, job_id: i64) -> anyhow::Result<Arc<JobFacts>> {
        let expected = set.truth.len() as i64 - i64::from(self.leave);
        let started = Instant::now();
        loop {
            let job = host.app.db.labeling_job(job_id).await?;
            let progress = job.map(|job| (job.progress, job.failure_reason));
            match progress {
                Some((_, Some(reason))) => bail!("{} failed: {reason}", set.name),
                Some((progress, None)) if progress.human_labeled >= expected => break,
                _ if started.elapsed() > SETTLING => bail!("{} does not settle", set.name),
                _ => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
        match host.app.engine.facts(job_id).await? {
            Some(facts) => Ok(facts),
            None => bail!("{} has not begun", set.name),
        }
    }

    /// Says how to label the rest, and waits for it.
    async fn invite(&self, host: &Host, jobs: &[i64]) -> anyhow::Result<()> {
        println!();
        println!("{} objects of each job are left for you:", self.leave);
        println!("  portal    {}/_/portal", host.origin);
        println!("  console   {}/_/console", host.origin);
        println!("  name      {PERSON}");
        println!("  password  {}", host.password(PERSON));
        if self.no_wait {
            return Ok(());
        }
        println!("Ctrl-C ends the demo; run it again to go on.");
        let mut open: Vec<i64> = jobs.to_vec();
        loop {
            let mut still = Vec::new();
            for job_id in open {
                match host.app.db.labeling_job(job_id).await? {
                    Some(job) if job.finished_at.is_some() => {
                        println!("{} is {}.", job.name, job.state.to_lowercase());
                    }
                    _ => still.push(job_id),
                }
            }
            open = still;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Stores texts, pictures and manifests, unless they are there.
async fn prepare(host: &Host, sets: &[Set]) -> anyhow::Result<()> {
    host.bucket(BUCKET).await?;
    let stores = &host.app.stores;
    let mut manifests = Vec::new();
    let text_lines = texts::TEXTS
        .iter()
        .map(|(_, text)| json!({ "source": text }).to_string() + "\n");
    manifests.push(text_lines.collect::<String>());
    let mut picture_lines = String::new();
    for number in 0..pictures::PICTURES {
        let key = format!("pictures/{number:02}.png");
        if stores.head(BUCKET, &key).await.is_err() {
            let file = tokio::task::spawn_blocking(move || pictures::picture(number)).await??;
            host.put(BUCKET, &key, file, "image/png").await?;
        }
        let line = json!({"source-ref": format!("s3://{BUCKET}/{key}")});
        picture_lines.push_str(&format!("{line}\n"));
    }
    manifests.push(picture_lines);
    for (set, manifest) in sets.iter().zip(manifests) {
        let key = format!("{}.manifest", set.name);
        if stores.head(BUCKET, &key).await.is_err() {
            host.put(BUCKET, &key, manifest, "application/jsonlines")
                .await?;
        }
    }
    Ok(())
}

async fn create(host: &Host, set: &Set) -> anyhow::Result<i64> {
    let Some(task_type) = task_type::task_type(set.task_type) else {
        bail!("{} is not a task type", set.task_type);
    };
    let job = NewJob {
        name: set.name,
        task_type,
        header: set.header,
        instructions: set.instructions,
        labels: &set.labels,
        attribute: "label",
        bucket: BUCKET,
        manifest: &format!("s3://{BUCKET}/{}.manifest", set.name),
        team: TEAM,
        workers: WORKERS,
        tags: &[("cairn:consolidation-wait-seconds", "1")],
    };
    host.job(job).await
}

/// Prints where a job's output manifest is and how it begins.
async fn show_output(host: &Host, facts: &JobFacts) -> anyhow::Result<()> {
    let uri = facts.layout.output_manifest();
    println!("\n{uri}");
    let stores = &host.app.stores;
    let started = Instant::now();
    // It is rewritten every few seconds; the first version may still be without labels.
    let text = loop {
        let file = stores.get_bytes(&uri.bucket, &uri.key, 1 << 20).await;
        let text = file.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        match text {
            Ok(text) if text.contains("-metadata") => break text,
            _ if started.elapsed() > SETTLING => bail!("{uri} is not written"),
            _ => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    };
    for line in text.lines().take(2) {
        println!("  {line}");
    }
    Ok(())
}
