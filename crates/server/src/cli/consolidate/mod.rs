//! `cairn consolidate`: labels out of a file of answers, without a server.

mod read;
mod write;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use cairn_algorithms::agreement::agreement;
use cairn_algorithms::classification::{Skill, cairn, first_largest, majority};
use cairn_algorithms::{Answer, Answers};
use clap::{Args, ValueEnum};
use indicatif::ProgressBar;

use read::{Names, rows};

/// Probability that the true label is taken for at least, in the log loss.
const LEAST: f64 = 1e-6;

#[derive(Args)]
pub(super) struct Consolidate {
    /// Answers: CSV with the columns object_id, worker_id and label, or JSON Lines (.jsonl) with these
    /// members. Other columns are not looked at; when a worker answered an object twice, the last
    /// answer stands
    answers: PathBuf,

    /// Where the labels go: one JSON object a line, in the order in which the objects come
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// How answers become labels
    #[arg(long, value_enum, default_value_t = Method::Cairn)]
    method: Method,

    /// The labels there are; any other is an error. Without it, those that are given
    #[arg(long, value_name = "LABELS", value_delimiter = ',')]
    labels: Vec<String>,

    /// True labels, CSV or JSON Lines with object_id and label: prints accuracy and log loss
    #[arg(long, value_name = "FILE")]
    gold: Option<PathBuf>,

    /// Where each worker's skill and confusion go, as CSV
    #[arg(long, value_name = "FILE")]
    workers: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Several models of workers, weighted by answers they have not seen
    Cairn,
    /// The label given most often
    Majority,
}

/// The answers, and what their numbers stand for.
struct Input {
    objects: Names,
    workers: Names,
    labels: Names,
    answers: Answers,
    rows: usize,
}

/// Probabilities of every label of every object, and the workers' skills.
struct Outcome {
    posteriors: Vec<f64>,
    skills: Vec<Skill>,
}

impl Consolidate {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        // One long computation; nothing else waits for it.
        tokio::task::block_in_place(|| self.consolidate())
    }

    fn consolidate(self) -> anyhow::Result<()> {
        let progress = ProgressBar::new_spinner();
        progress.set_message(format!("reading {}", self.answers.display()));
        progress.enable_steady_tick(std::time::Duration::from_millis(100));
        let input = self.read(&progress)?;
        progress.set_message(format!(
            "consolidating {} answers",
            input.answers.all().len()
        ));
        let outcome = self.decide(&input)?;
        write::labels(&self.out, &input, &outcome)?;
        if let Some(path) = &self.workers {
            write::workers(path, &input, &outcome.skills)?;
        }
        progress.finish_and_clear();
        let again = input.rows - input.answers.all().len();
        println!(
            "{} objects, {} workers, {} answers, {} labels: {}",
            input.objects.len(),
            input.workers.len(),
            input.answers.all().len(),
            input.labels.len(),
            self.out.display()
        );
        if again > 0 {
            println!(
                "{again} answers were replaced by a later one of the same worker to the same object"
            );
        }
        if let Some(agreement) = agreement(&input.answers) {
            println!(
                "agreement {:.3} of pairs, Krippendorff's alpha {:.3}, over {} objects with two answers or more",
                agreement.raw, agreement.alpha, agreement.objects
            );
        }
        if let Some(path) = &self.gold {
            self.compare(path, &input, &outcome)?;
        }
        Ok(())
    }

    fn read(&self, progress: &ProgressBar) -> anyhow::Result<Input> {
        let (mut objects, mut workers, mut labels) =
            (Names::default(), Names::default(), Names::default());
        for label in &self.labels {
            if labels.find(label).is_some() {
                bail!("--labels: `{label}` is there twice");
            }
            labels.number(label)?;
        }
        let mut list = Vec::new();
        rows(
            &self.answers,
            ["object_id", "worker_id", "label"],
            |line, [object, worker, label]| {
                if !self.labels.is_empty() && labels.find(label).is_none() {
                    bail!(
                        "`{label}` is not one of the labels {}",
                        self.labels.join(", ")
                    );
                }
                list.push(Answer {
                    object: objects.number(object)?,
                    worker: workers.number(worker)?,
                    label: labels.number(label)?,
                });
                if line % 100_000 == 0 {
                    progress.set_message(format!("{line} lines read"));
                }
                Ok(())
            },
        )?;
        if list.is_empty() {
            bail!("{} has no answers", self.answers.display());
        }
        if self.labels.is_empty() {
            // Ties go to the first label, which must not depend on who answered first.
            let new = labels.sort();
            for answer in &mut list {
                answer.label = new[answer.label as usize];
            }
        }
        Ok(Input {
            answers: Answers::new(objects.len(), workers.len(), labels.len(), &list)?,
            rows: list.len(),
            objects,
            workers,
            labels,
        })
    }

    fn decide(&self, input: &Input) -> anyhow::Result<Outcome> {
        let labels = input.labels.len();
        match self.method {
            Method::Cairn => {
                let estimate = cairn::estimate(&input.answers)?;
                let objects = 0..input.objects.len();
                Ok(Outcome {
                    posteriors: objects
                        .flat_map(|object| estimate.posterior(object).iter().copied())
                        .collect(),
                    skills: estimate.workers,
                })
            }
            Method::Majority => {
                let mut posteriors = vec![0.0; input.objects.len() * labels];
                for answer in input.answers.all() {
                    let (object, label) = (answer.object as usize, answer.label as usize);
                    let votes = input.answers.of(object).len() as f64;
                    posteriors[object * labels + label] += 1.0 / votes;
                }
                Ok(Outcome {
                    posteriors,
                    skills: majority::consolidate(&input.answers).workers,
                })
            }
        }
    }

    fn compare(&self, path: &Path, input: &Input, outcome: &Outcome) -> anyhow::Result<()> {
        let labels = input.labels.len();
        let (mut count, mut right, mut loss, mut missing) = (0u32, 0u32, 0.0, 0u32);
        rows(path, ["object_id", "label"], |_, [object, label]| {
            let Some(object) = input.objects.find(object) else {
                missing += 1;
                return Ok(());
            };
            let posterior = &outcome.posteriors[object as usize * labels..][..labels];
            let truth = input.labels.find(label).map(|label| label as usize);
            count += 1;
            right += u32::from(truth == Some(first_largest(posterior)));
            loss -= truth.map_or(0.0, |truth| posterior[truth]).max(LEAST).ln();
            Ok(())
        })?;
        if count == 0 {
            bail!("{}: none of its objects has an answer", path.display());
        }
        println!(
            "gold: {right} of {count} right, accuracy {:.4}, log loss {:.4}",
            f64::from(right) / f64::from(count),
            loss / f64::from(count)
        );
        if missing > 0 {
            println!("{missing} objects with gold have no answers");
        }
        Ok(())
    }
}

/// Writes a file whole or not at all.
fn whole(
    path: &Path,
    write: impl FnOnce(&mut std::io::BufWriter<std::fs::File>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let writing = || format!("write {}", path.display());
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let file = std::fs::File::create(&part).with_context(writing)?;
    let mut out = std::io::BufWriter::with_capacity(1 << 20, file);
    let written = write(&mut out)
        .and_then(|()| Ok(out.into_inner()?.sync_all()?))
        .and_then(|()| Ok(std::fs::rename(&part, path)?));
    if written.is_err() {
        // What could not be written whole is not left behind; that it cannot be removed either is no news.
        let _ = std::fs::remove_file(&part);
    }
    written.with_context(writing)
}
