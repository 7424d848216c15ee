//! `cairn consolidate`: labels out of a file of answers, without a server.
//!
//! What is read ([`input`]), what kind of answers it holds ([`kinds`]) and what is shown of the
//! outcome ([`mod@write`], [`report`]) know nothing of each other but [`Outcome`].

mod gold;
#[cfg(test)]
mod hostile;
mod input;
mod kinds;
mod names;
mod outcome;
mod progress;
mod report;
mod write;

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};

use input::Source;
use kinds::Task;
use outcome::Outcome;
use progress::Progress;

#[derive(Args)]
pub(super) struct Consolidate {
    /// Answers: CSV with a header, JSON Lines (.jsonl), Parquet (.parquet), or a folder of Ground
    /// Truth worker responses. A row has object_id, worker_id and the answer, as `label`; other columns
    /// are not looked at. When a worker answered an object twice, the last answer stands
    answers: PathBuf,

    /// Where the labels go: one JSON object a line, in the order in which the objects come
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// What kind of answers they are; without it, what their columns look like
    #[arg(long, value_enum)]
    task: Option<Task>,

    /// How answers become labels; each task has some of these, and the first that it has is its default
    #[arg(long, value_enum)]
    method: Option<Method>,

    /// The labels there are, in their order; any other is an error. Without it, those that are given
    #[arg(long, value_name = "LABELS", value_delimiter = ',')]
    labels: Vec<String>,

    /// What a worker_id stands for: a person, or only a position among an object's answers, of which
    /// nothing is learnt from one object to another. Positions are there for masks only
    #[arg(long, value_enum, value_name = "WHAT", default_value = "persons")]
    workers_are: WorkersAre,

    /// True labels that may be used: workers are judged by them, and these objects have these labels.
    /// Only for one label an object, by cairn or one of the models that it mixes (dawid-skene,
    /// dawid-skene-groups, one-coin, guessing)
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,

    /// True labels, in the form of the answers without worker_id: shows how good the labels are
    #[arg(long, value_name = "FILE")]
    gold: Option<PathBuf>,

    /// Where each worker's skill goes, as CSV
    #[arg(long, value_name = "FILE")]
    workers: Option<PathBuf>,

    /// Where the objects go that most deserve one more answer, first the one that most does, as CSV
    #[arg(long, value_name = "FILE")]
    deserving: Option<PathBuf>,

    /// Where a page with figures and plots goes, as HTML
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// The element of the page whose answers are read, where worker responses have several
    #[arg(long, value_name = "NAME")]
    element: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Method {
    /// Labels as places on a line, where each worker sees them shifted and blurred (ordered)
    Ordered,
    /// Weighs workers by what all of their answers tell of them
    Cairn,
    /// What most workers say
    Majority,
    /// As Ground Truth does it
    GroundTruth,
    /// Dawid and Skene's model of workers alone: a confusion matrix each
    DawidSkene,
    /// The same, each matrix drawn towards those of three groups of workers (maximum a posteriori)
    DawidSkeneGroups,
    /// One accuracy for each worker
    OneCoin,
    /// Workers who know or guess
    Guessing,
    /// Votes weighted by how often a worker agrees with the others
    WeightedVotes,
    /// Groups of workers who err alike
    Groups,
    /// GLAD: ability of workers, difficulty of objects
    Glad,
    /// The confusion matrix of all workers, with odds to be right for each
    Odds,
    /// Means that favour smaller shapes
    Smaller,
    /// The mean
    Mean,
    /// The median
    Median,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum WorkersAre {
    /// The same person wherever the name is the same
    Persons,
    /// The first, second or so on who answered an object, whoever that was
    Positions,
}

impl Method {
    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}

/// What a kind of answers needs to do its work.
struct Job<'a> {
    options: &'a Consolidate,
    task: Task,
    method: Method,
    source: &'a Source,
    progress: &'a Progress,
}

impl Consolidate {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        // One long computation; nothing else waits for it.
        tokio::task::block_in_place(|| self.consolidate())
    }

    fn consolidate(self) -> anyhow::Result<()> {
        let progress = Progress::new();
        let source = Source::open(&self.answers, self.element.as_deref())?;
        let task = match self.task {
            Some(task) => task,
            None => kinds::guess(&source)?,
        };
        let method = self.method_of(task)?;
        let outcome = kinds::run(&Job {
            options: &self,
            task,
            method,
            source: &source,
            progress: &progress,
        })?;
        if let Some(path) = &self.workers {
            write::workers(path, &outcome)?;
        }
        if let Some(path) = &self.deserving {
            write::deserving(path, &outcome)?;
        }
        if let Some(path) = &self.report {
            progress.step(format!("writing {}", path.display()));
            report::write(
                path,
                &report::About {
                    source: &source,
                    task,
                    method,
                },
                &outcome,
            )?;
        }
        progress.clear();
        self.print(&outcome);
        Ok(())
    }

    fn method_of(&self, task: Task) -> anyhow::Result<Method> {
        let methods = task.methods();
        let method = self.method.unwrap_or(methods[0]);
        if !methods.contains(&method) {
            let names: Vec<String> = methods.iter().map(|method| method.name()).collect();
            bail!(
                "--method: {} is not there for {}; there are {}",
                method.name(),
                task.title(),
                names.join(", ")
            );
        }
        if self.known.is_some() && !task.takes_known(method) {
            let taking = methods
                .iter()
                .filter(|method| task.takes_known(**method))
                .map(|method| method.name());
            let taking: Vec<String> = taking.collect();
            let (task, method) = (task.title(), method.name());
            if taking.is_empty() {
                bail!("--known is not there for {task}, but for one label an object alone");
            }
            bail!(
                "--known is not there for {task} by {method}; it is by {}",
                taking.join(", ")
            );
        }
        if self.workers_are == WorkersAre::Positions && task != Task::Masks {
            bail!(
                "--workers-are positions is not there for {}, but for masks alone",
                task.title()
            );
        }
        Ok(method)
    }

    fn print(&self, outcome: &Outcome) {
        println!("{}: {}", outcome.counts(), self.out.display());
        for note in outcome.notes() {
            println!("{note}");
        }
        if let Some(agreement) = &outcome.agreement {
            let figures: Vec<String> = agreement
                .figures
                .iter()
                .map(|figure| format!("{} {:.3}", figure.name, figure.value))
                .collect();
            println!(
                "agreement: {}, over {} objects with two answers or more",
                figures.join(", "),
                agreement.objects
            );
        }
        if let Some(gold) = &outcome.gold {
            let figures: Vec<String> = gold
                .figures
                .iter()
                .map(|figure| format!("{} {:.4}", figure.name, figure.value))
                .collect();
            println!("gold: {} objects, {}", gold.objects, figures.join(", "));
            if gold.missing > 0 {
                println!("{} objects with gold have no answers", gold.missing);
            }
        }
        if let Some(path) = &self.report {
            println!("report: {}", path.display());
        }
    }
}
