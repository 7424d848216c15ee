//! Consolidation of made crowds, each in a process of its own, beside crowd-kit on the same answers.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::bench::meter::{cpu_s, rss_peak_mb};
use crate::bench::report::{Better, Report, Row};
use crate::{crowd_kit, workspace};

/// A method and what is allowed to it: CPU seconds and MB.
struct Method {
    name: &'static str,
    /// By [`SIZES`]: CPU seconds; 0 where nothing is required.
    cpu_s: [f64; 3],
    memory_mb: [f64; 3],
    /// Most answers that crowd-kit is given: it takes minutes for more.
    crowd_kit_max: u32,
}

/// Answers, in millions; five to an object.
const SIZES: [u32; 3] = [1, 5, 50];
/// Objects that `one-object` labels, each alone.
const ALONE: f64 = 100_000.0;
/// What an object may take when an answer comes.
const ONE_OBJECT_MS: f64 = 5.0;
/// How much longer than Dawid-Skene the mixture may take.
const MIXTURE: f64 = 6.0;

const METHODS: [Method; 3] = [
    Method {
        name: "majority",
        cpu_s: [0.0; 3],
        memory_mb: [0.0; 3],
        crowd_kit_max: 5,
    },
    Method {
        name: "dawid-skene",
        cpu_s: [0.0, 1.5, 20.0],
        memory_mb: [0.0, 300.0, 2_000.0],
        crowd_kit_max: 1,
    },
    Method {
        name: "cairn",
        cpu_s: [0.0; 3],
        memory_mb: [0.0; 3],
        crowd_kit_max: 0,
    },
];

/// What a run has used.
struct Used {
    /// CPU seconds of checking and grouping the answers.
    grouped_s: f64,
    /// CPU seconds of the method.
    cpu_s: f64,
    /// The most memory, the list of answers included.
    memory_mb: f64,
    /// Share of right labels.
    right: String,
}

/// Builds and installs what the measurements need; the program that makes the crowd.
pub fn prepare(is_quick: bool) -> Result<PathBuf> {
    if !is_quick {
        crowd_kit::python()?;
    }
    let mut command = workspace::cargo();
    command.args(["build", "--quiet", "--release", "--package"]);
    command.args(["cairn-algorithms", "--example", "crowd"]);
    ensure!(command.status()?.success(), "the crowd does not build");
    Ok(workspace::target().join("release/examples/crowd"))
}

/// Measures all sizes; a quick run the smallest alone, and without crowd-kit.
pub fn run(report: &mut Report, crowd: &Path, folder: &Path, is_quick: bool) -> Result<()> {
    let sizes = if is_quick { 1 } else { SIZES.len() };
    for (at, millions) in SIZES.into_iter().enumerate().take(sizes) {
        let mut dawid_skene_s = f64::INFINITY;
        for method in &METHODS {
            let used = consolidate(crowd, method.name, millions)
                .with_context(|| format!("{} of {millions} M answers", method.name))?;
            let mut budget_s = method.cpu_s[at];
            if method.name == "dawid-skene" {
                dawid_skene_s = used.cpu_s;
            } else if method.name == "cairn" {
                budget_s = MIXTURE * dawid_skene_s;
            }
            let theirs = if !is_quick && millions <= method.crowd_kit_max {
                Some(peer(crowd, method.name, millions, folder)?)
            } else {
                None
            };
            let what = format!("{}, {millions} M answers", method.name);
            let compare = |ours: f64, theirs: Option<f64>| {
                theirs.map_or_else(String::new, |theirs| {
                    format!("crowd-kit {theirs:.1} (×{:.0})", theirs / ours.max(0.01))
                })
            };
            let note = format!(
                "{} right; grouped before in {:.2} s; {}",
                used.right,
                used.grouped_s,
                compare(used.cpu_s, theirs.map(|(cpu_s, _)| cpu_s)),
            );
            let rows = [
                (
                    Row::new(format!("{what}: CPU"), used.cpu_s, "s", Better::Less).note(note),
                    budget_s,
                ),
                (
                    Row::new(
                        format!("{what}: memory"),
                        used.memory_mb,
                        "MB",
                        Better::Less,
                    )
                    .note(compare(
                        used.memory_mb,
                        theirs.map(|(_, memory_mb)| memory_mb),
                    )),
                    method.memory_mb[at],
                ),
            ];
            for (row, budget) in rows {
                report.push(if budget > 0.0 {
                    row.budget(budget)
                } else {
                    row
                });
            }
        }
    }
    let millions = SIZES[sizes.min(2) - 1];
    let used = consolidate(crowd, "one-object", millions)?;
    let what = format!("cairn, one object of {millions} M answers known: CPU");
    let row = Row::new(what, used.cpu_s * 1000.0 / ALONE, "ms", Better::Less);
    let note = format!("{} right", used.right);
    report.push(row.budget(ONE_OBJECT_MS).note(note));
    Ok(())
}

fn consolidate(crowd: &Path, method: &str, millions: u32) -> Result<Used> {
    let child = Command::new(crowd)
        .args([method, &format!("{millions}000000")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("start {}", crowd.display()))?;
    let mut running = Running::new(child)?;
    running.wait_for("made")?;
    let before_s = cpu_s(running.child.id())?;
    running.go_on()?;
    running.wait_for("grouped")?;
    let grouped_s = cpu_s(running.child.id())?;
    running.go_on()?;
    let right = running.wait_for("done")?;
    let used = Used {
        grouped_s: grouped_s - before_s,
        cpu_s: cpu_s(running.child.id())? - grouped_s,
        memory_mb: rss_peak_mb(running.child.id())?,
        right,
    };
    running.go_on()?;
    ensure!(running.child.wait()?.success(), "it failed");
    Ok(used)
}

/// A process that waits for a line after each mark; ended when it is no longer needed.
struct Running {
    child: Child,
    marks: BufReader<ChildStdout>,
    lines: ChildStdin,
}

impl Running {
    fn new(mut child: Child) -> Result<Running> {
        Ok(Running {
            marks: BufReader::new(child.stdout.take().context("no output")?),
            lines: child.stdin.take().context("no input")?,
            child,
        })
    }

    /// What the process says after its mark.
    fn wait_for(&mut self, mark: &str) -> Result<String> {
        let mut line = String::new();
        self.marks.read_line(&mut line)?;
        let rest = line.strip_prefix(mark);
        let rest = rest.with_context(|| format!("`{}` instead of `{mark}`", line.trim()))?;
        Ok(rest.trim().to_owned())
    }

    fn go_on(&mut self) -> Result<()> {
        Ok(self.lines.write_all(b"\n")?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU seconds and MB of crowd-kit on the same answers.
fn peer(crowd: &Path, method: &str, millions: u32, folder: &Path) -> Result<(f64, f64)> {
    let answers = folder.join("answers.csv");
    let mut list = Command::new(crowd);
    list.args(["list", &format!("{millions}000000")])
        .stdout(std::fs::File::create(&answers)?);
    ensure!(list.status()?.success(), "the answers were not written");
    let used = crowd_kit::used(method, &answers)?;
    std::fs::remove_file(&answers)?;
    Ok(used)
}
