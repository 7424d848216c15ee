//! `cairn consolidate`: labels out of a file of answers, without a server.
//!
//! What is read ([`input`]), what kind of answers it holds ([`kinds`]) and what is shown of the
//! outcome ([`mod@write`], [`report`]) know nothing of each other but [`Outcome`].

mod gold;
#[cfg(test)]
mod hostile;
mod input;
mod kinds;
mod label_list;
mod names;
mod outcome;
mod outputs;
mod progress;
mod report;
mod temporary;
mod write;

use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

use input::Source;
use kinds::Task;
use label_list::LabelList;
use outcome::{Figure, Outcome, counted};
use outputs::Outputs;
use progress::Progress;

#[derive(Args)]
pub(super) struct Consolidate {
    /// Answers: CSV with a header, JSON Lines (.jsonl), Parquet (.parquet), or a folder of Ground
    /// Truth worker responses. A row has object_id, worker_id and the answer, as `label`; other columns
    /// are not looked at. When a worker answered an object twice, the last answer stands
    answers: PathBuf,

    /// Where the labels go: one JSON object a line, in the order in which the objects come; - for
    /// the terminal, or the program after a |
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// What kind of answers they are; without it, what their columns look like
    #[arg(long, value_enum)]
    task: Option<Task>,

    /// How answers become labels; each task has some of these, and the first that it has is its default
    #[arg(long, value_enum)]
    method: Option<Method>,

    /// The labels there are, in their order, with commas between or as a list in JSON; any other is an
    /// error. Without it, those that are given
    #[arg(long, value_name = "LABELS", value_parser = LabelList::parse, default_value = "", hide_default_value = true)]
    labels: LabelList,

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
    outputs: &'a Outputs,
    progress: &'a Progress,
}

impl Consolidate {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        // One long computation, which hears of nothing meanwhile.
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut end = signal(SignalKind::terminate())?;
        let work = tokio::task::spawn_blocking(|| self.consolidate());
        tokio::select! {
            outcome = work => outcome?,
            _ = interrupt.recv() => temporary::stop(130),
            _ = end.recv() => temporary::stop(143),
        }
    }

    fn consolidate(self) -> anyhow::Result<()> {
        self.check_files()?;
        let (progress, outputs) = (Progress::new(), Outputs::default());
        let source = Source::open(&self.answers, self.element.as_deref())?;
        let task = match self.task {
            Some(task) => task,
            None => kinds::guess(&source)?,
        };
        let method = self.method_of(task)?;
        let mut outcome = kinds::run(&Job {
            options: &self,
            task,
            method,
            source: &source,
            outputs: &outputs,
            progress: &progress,
        })?;
        outcome.remark_alike();
        outcome.remarks.extend(source.remark());
        if let Some(path) = &self.workers {
            write::workers(&outputs, path, &outcome)?;
        }
        if let Some(path) = &self.deserving {
            write::deserving(&outputs, path, &outcome)?;
        }
        if let Some(path) = &self.report {
            progress.step(format!("writing {}", path.display()));
            report::write(
                &outputs,
                path,
                &report::About {
                    source: &source,
                    task,
                    method,
                },
                &outcome,
            )?;
        }
        outputs.keep()?;
        progress.clear();
        self.print(&outcome)
    }

    /// Sees that all that is written can be, before anything is read.
    fn check_files(&self) -> anyhow::Result<()> {
        let outputs = [
            ("--out", Some(&self.out)),
            ("--workers", self.workers.as_ref()),
            ("--deserving", self.deserving.as_ref()),
            ("--report", self.report.as_ref()),
        ];
        let inputs = [
            ("the answers", Some(&self.answers)),
            ("--known", self.known.as_ref()),
            ("--gold", self.gold.as_ref()),
        ];
        let named = |list: &[(&'static str, Option<&PathBuf>)]| -> Vec<(&'static str, PathBuf)> {
            list.iter()
                .filter_map(|(option, path)| Some((*option, path.cloned()?)))
                .collect()
        };
        Outputs::check(&named(&outputs), &named(&inputs))
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
        if !self.labels.is_empty() && !task.has_labels() {
            bail!("--labels is not there for {}", task.title());
        }
        if self.workers_are == WorkersAre::Positions && task != Task::Masks {
            bail!(
                "--workers-are positions is not there for {}, but for masks alone",
                task.title()
            );
        }
        Ok(method)
    }

    /// Says what came out; where the labels go to the terminal themselves, beside them.
    fn print(&self, outcome: &Outcome) -> anyhow::Result<()> {
        let mut lines = vec![format!("{}: {}", outcome.counts(), self.out.display())];
        lines.extend(outcome.notes());
        let named = |figure: &Figure, decimals| {
            format!("{} {}", figure.name, write::shown(figure.value, decimals))
        };
        if let Some(agreement) = &outcome.agreement {
            let figures = agreement.figures.iter().map(|figure| named(figure, 3));
            let figures: Vec<String> = figures.collect();
            lines.push(format!(
                "agreement: {}, over {} with two answers or more",
                figures.join(", "),
                counted(agreement.objects, "object")
            ));
        }
        if let Some(gold) = &outcome.gold {
            let figures = gold.figures.iter().map(|figure| named(figure, 4));
            let figures: Vec<String> = figures.collect();
            lines.push(format!(
                "gold: {}, {}",
                counted(gold.objects, "object"),
                figures.join(", ")
            ));
            if gold.missing > 0 {
                let missing = counted(gold.missing, "object");
                lines.push(format!("{missing} with gold without any answer"));
            }
        }
        if let Some(path) = &self.report {
            lines.push(format!("report: {}", path.display()));
        }
        let text = lines.join("\n") + "\n";
        let written = match outputs::is_standard(&self.out) {
            true => std::io::stderr().write_all(text.as_bytes()),
            false => std::io::stdout().write_all(text.as_bytes()),
        };
        match written {
            // Whoever reads has read enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }
}
