//! `cairn manifest make`.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::bail;
use cairn_labeling::ids::Line;
use cairn_labeling::manifest::{LineErrors, LineRules, check_line};
use cairn_labeling::s3_uri::S3Uri;
use cairn_labeling::sample::{Filter, choose, choose_stratified, count_of_percent};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::place::Place;
use super::source;
use super::spool::Spool;

#[derive(Args)]
pub(super) struct Make {
    /// A folder or s3://bucket/prefix/ of images, a .txt or .csv file of texts, or a manifest to take
    /// a part of
    source: Place,

    /// Where the manifest goes: a file, or s3://bucket/key
    #[arg(long, value_name = "PLACE")]
    out: Place,

    /// Where the folder's images will lie: s3://bucket/prefix
    #[arg(long, value_name = "S3-URI", value_parser = parse_s3)]
    base: Option<S3Uri>,

    /// Column of a .csv file that holds the object
    #[arg(long, value_name = "NAME")]
    column: Option<String>,

    /// Keep lines with: key=value, key!=value, or `key contains value`; all given must hold
    #[arg(long, value_name = "RULE", value_parser = parse_filter)]
    filter: Vec<Filter>,

    /// Keep this many lines, or a share like 10%, chosen at random
    #[arg(long, value_name = "COUNT", value_parser = parse_sample)]
    sample: Option<Sample>,

    /// Keep the shares that the values of this key have
    #[arg(long, value_name = "KEY", requires = "sample")]
    stratify: Option<String>,

    /// The same seed makes the same choice
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, Debug)]
enum Sample {
    Count(u64),
    Percent(f64),
}

fn parse_sample(text: &str) -> Result<Sample, String> {
    let wrong = || "a count like 500 or a share like 10%".to_owned();
    match text.strip_suffix('%') {
        Some(percent) => match percent.parse::<f64>() {
            Ok(percent) if percent > 0.0 && percent <= 100.0 => Ok(Sample::Percent(percent)),
            _ => Err(wrong()),
        },
        None => text.parse().map(Sample::Count).map_err(|_| wrong()),
    }
}

fn parse_s3(text: &str) -> Result<S3Uri, String> {
    S3Uri::parse_s3(text).map_err(|error| error.to_string())
}

fn parse_filter(text: &str) -> Result<Filter, String> {
    Filter::parse(text).map_err(|error| error.to_string())
}

impl Make {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let progress = spinner();
        let mut taken = Taken {
            spool: Spool::new()?,
            errors: LineErrors::new(),
            seen: 0,
            strata: Vec::new(),
            names: HashMap::new(),
        };
        let mut each = |line: &[u8]| {
            taken.take(line, &self)?;
            if taken.seen % 1_000 == 0 {
                progress.set_message(format!("{} of {} lines", taken.spool.lines, taken.seen));
            }
            Ok(())
        };
        self.read(&mut each).await?;
        progress.finish_and_clear();
        let Taken {
            mut spool,
            errors,
            seen,
            strata,
            ..
        } = taken;
        if !errors.is_empty() {
            for error in errors.first() {
                eprintln!("{error}");
            }
            bail!(
                "{}: {} lines are not valid; nothing was written",
                self.source,
                errors.count()
            );
        }
        if let Some(sample) = self.sample {
            let count = match sample {
                Sample::Count(count) => count,
                Sample::Percent(percent) => count_of_percent(spool.lines, percent),
            };
            let chosen = match self.stratify.is_some() {
                true => choose_stratified(&strata, count, self.seed),
                false => choose(spool.lines, count, self.seed),
            };
            spool = spool.choose(&chosen)?;
        }
        if spool.lines == 0 {
            bail!(
                "{}: no object was found, so no manifest is written",
                self.source
            );
        }
        self.out.write(spool.finish()?).await?;
        println!("{}: {} lines, of {seen} found", self.out, spool.lines);
        Ok(())
    }

    async fn read(&self, each: &mut source::Each<'_>) -> anyhow::Result<()> {
        match &self.source {
            Place::Local(path) if path.is_dir() => {
                let Some(base) = &self.base else {
                    bail!(
                        "--base is missing: say where the images will lie in S3, as --base s3://bucket/photos \
                         (or label the folder in place with `cairn label`)"
                    );
                };
                source::folder(path, base, each)
            }
            place => {
                let name = place.to_string().to_ascii_lowercase();
                match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
                    "txt" => source::text(place, each).await,
                    "csv" => source::csv(place, self.column.as_deref(), each).await,
                    "manifest" | "jsonl" | "json" => source::manifest(place, each).await,
                    _ => match place {
                        Place::S3(uri) => source::prefix(uri, each).await,
                        Place::Local(path) => bail!(
                            "{} is neither a folder nor a .txt, .csv, .manifest or .jsonl file",
                            path.display()
                        ),
                    },
                }
            }
        }
    }
}

/// Lines taken so far.
struct Taken {
    spool: Spool,
    errors: LineErrors,
    seen: i64,
    /// Group of each line taken, when the choice keeps shares.
    strata: Vec<u32>,
    names: HashMap<String, u32>,
}

impl Taken {
    fn take(&mut self, line: &[u8], make: &Make) -> anyhow::Result<()> {
        let number = Line(self.seen);
        self.seen += 1;
        if let Err(problem) = check_line(line, &LineRules::new("label")) {
            self.errors.push(problem.at(number));
            return Ok(());
        }
        if make.filter.is_empty() && make.stratify.is_none() {
            return self.spool.push(line);
        }
        let value: Value = serde_json::from_slice(line)?;
        if !make.filter.iter().all(|filter| filter.matches(&value)) {
            return Ok(());
        }
        if let Some(key) = &make.stratify {
            let name = value.get(key).map(Value::to_string).unwrap_or_default();
            let next = self.names.len() as u32;
            self.strata.push(*self.names.entry(name).or_insert(next));
        }
        self.spool.push(line)
    }
}

/// A line that says how far it is.
pub(super) fn spinner() -> ProgressBar {
    let progress = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        progress.set_style(style);
    }
    progress.enable_steady_tick(Duration::from_millis(100));
    progress
}
