//! `cargo xtask bench`: the product-neutral workload against a server of our own, beside the figures that other tools
//! gave for the same, with the floors of the client and of the disk measured in the same run.
//!
//! One step is one function in a file of `steps`; to add one, add it to [`Step`] and to [`run_step`].

pub mod disk;
pub mod floor;
pub mod labeling_loop;
pub mod latency;
pub mod meter;
pub mod peers;
pub mod report;
pub mod stage;
mod steps;
pub mod workload;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use crate::workspace;
use peers::Peers;
use report::Report;
use stage::Stage;

/// What to measure.
#[derive(clap::Args)]
pub struct Arguments {
    /// Small sizes and short times: shows that it works, not how fast
    #[arg(long)]
    quick: bool,

    /// Steps to run; all of them when none is named
    #[arg(value_enum)]
    steps: Vec<Step>,

    /// Lines of the largest manifest, in millions
    #[arg(long, default_value_t = 10)]
    millions: u64,

    /// Where the server keeps its data; its disk is what is measured
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,

    /// Use the build without optimisation
    #[arg(long)]
    debug: bool,

    /// An error when a budget is missed
    #[arg(long)]
    strict: bool,
}

/// One group of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// Client, disk, and a bare loop that commits in groups
    Floor,
    /// First start, start on existing data, idle memory (W1)
    Start,
    /// Objects in (W2)
    Import,
    /// Next task only (W3)
    Next,
    /// Next task and answer, for 1 and 3 answers an object (W4)
    Loop,
    /// Pages and counters (W6, W7)
    Pages,
    /// Labels out, and pages of labels (W5, W6)
    Export,
    /// Objects in, by the million, and the next task at each size
    Millions,
    /// Large reads and small durable writes of the embedded buckets
    Buckets,
    /// Labels of made crowds, beside crowd-kit; without a server
    Consolidation,
}

/// How large and how long.
#[derive(Clone, Copy)]
pub struct Scale {
    /// Objects of the ordinary job.
    pub objects: u64,
    /// Time of one loop.
    pub time: Duration,
    /// Objects of the job that is labeled to its end.
    pub finished: u64,
    /// Objects of the largest manifest.
    pub largest: u64,
    /// Bytes of the large object.
    pub large_bytes: u64,
}

/// Runs the steps and prints their figures as a Markdown table.
pub fn run(arguments: &Arguments) -> Result<()> {
    let is_asked = |step: &Step| arguments.steps.is_empty() || arguments.steps.contains(step);
    let steps: Vec<Step> = Step::value_variants()
        .iter()
        .copied()
        .filter(is_asked)
        .collect();
    let needs_server = steps.iter().any(|step| *step != Step::Consolidation);
    let binary = match needs_server {
        true => Some(workspace::build_cairn(!arguments.debug)?),
        false => None,
    };
    let crowd = match steps.contains(&Step::Consolidation) {
        true => Some(steps::consolidation::prepare(arguments.quick)?),
        false => None,
    };
    let parent = arguments.folder.clone().unwrap_or_else(std::env::temp_dir);
    let folder = parent.join(format!("cairn-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    let scale = if arguments.quick {
        Scale {
            objects: 5_000,
            time: Duration::from_secs(2),
            finished: 2_000,
            largest: 100_000,
            large_bytes: 64 << 20,
        }
    } else {
        Scale {
            objects: 100_000,
            time: Duration::from_secs(20),
            finished: 100_000,
            largest: arguments.millions * 1_000_000,
            large_bytes: 512 << 20,
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(async {
        describe_machine()?;
        let is_comparable = !arguments.quick && !arguments.debug;
        if !is_comparable {
            println!("a short or unoptimised run: neither other tools nor budgets are compared\n");
        }
        let mut report = Report::new(Peers::read()?, is_comparable);
        println!("{}", Report::head());
        if let Some(crowd) = crowd {
            steps::consolidation::run(&mut report, &crowd, &folder, arguments.quick)
                .context("step Consolidation")?;
        }
        let Some(binary) = binary else {
            return Ok(report.budgets());
        };
        let mut stage = Stage::set(&binary, &folder, scale, report).await?;
        for step in steps {
            run_step(step, &mut stage)
                .await
                .with_context(|| format!("step {step:?}"))?;
        }
        stage.end()
    });
    std::fs::remove_dir_all(&folder)?;
    let (met, missed) = outcome?;
    println!("\n{met} budgets met, {missed} missed");
    ensure!(
        !arguments.strict || missed == 0,
        "{missed} budgets were missed"
    );
    Ok(())
}

async fn run_step(step: Step, stage: &mut Stage) -> Result<()> {
    match step {
        Step::Floor => steps::floor::run(stage).await,
        Step::Start => steps::start::run(stage).await,
        Step::Import => steps::import::run(stage).await,
        Step::Next => steps::next::run(stage).await,
        Step::Loop => steps::label::run(stage).await,
        Step::Pages => steps::pages::run(stage).await,
        Step::Export => steps::export::run(stage).await,
        Step::Millions => steps::millions::run(stage).await,
        Step::Buckets => steps::buckets::run(stage).await,
        // Done before there was a server.
        Step::Consolidation => Ok(()),
    }
}

/// Wall times mean little without the machine and how busy it was.
fn describe_machine() -> Result<()> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let memory = read("/proc/meminfo");
    let memory_kb: f64 = memory
        .lines()
        .find_map(|line| {
            line.strip_prefix("MemTotal:")?
                .split_whitespace()
                .next()?
                .parse()
                .ok()
        })
        .unwrap_or(0.0);
    println!(
        "{} × {}, {:.0} GB, Linux {}, load {}; {}\n",
        std::thread::available_parallelism()?,
        model.map_or("?", |(_, model)| model.trim()),
        memory_kb / 1e6,
        read("/proc/sys/kernel/osrelease").trim(),
        read("/proc/loadavg").split(' ').next().unwrap_or_default(),
        jiff::Timestamp::now().strftime("%Y-%m-%d %H:%MZ"),
    );
    Ok(())
}
