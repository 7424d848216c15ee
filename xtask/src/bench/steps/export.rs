//! W5: labels out. A job is labeled to its end; the time runs from the last acknowledged answer until the output
//! manifest, complete, has been read.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::bench::labeling_loop::{self, Mode, Until};
use crate::bench::meter::Meter;
use crate::bench::report::{Better, Row};
use crate::bench::stage::{BUCKET, PATIENCE, Stage, WORKERS};
use crate::bench::workload::Lines;

/// Measures an export.
pub async fn run(stage: &mut Stage) -> Result<()> {
    let objects = stage.scale.finished;
    let job = stage.job(1, Lines::texts(), objects).await?;
    let id = stage.portal_id(&job).await?;
    let figures = labeling_loop::run(
        &mut stage.labelers,
        WORKERS,
        &id,
        Mode::OneRequest,
        Until::Answers(objects),
    )
    .await?;
    let last = figures.last.context("no answer was given")?;
    let meter = Meter::start(stage.pid()?)?;
    job.wait(&mut stage.aws, PATIENCE, |progress| {
        progress.status == "Completed"
    })
    .await?;
    let completed = last.elapsed();
    let asked = Instant::now();
    let (mut first_byte, mut lines) = (None::<Duration>, 0u64);
    let bytes = stage
        .aws
        .get_stream(BUCKET, &job.output_key(), |piece| {
            first_byte.get_or_insert(asked.elapsed());
            lines += piece.iter().filter(|byte| **byte == b'\n').count() as u64;
        })
        .await?;
    let whole = last.elapsed();
    let usage = meter.end()?;
    ensure!(lines == objects, "{lines} lines out, {objects} in");
    stage.report.push(
        Row::new(
            format!("W5: {objects} labels out, from the last answer"),
            whole.as_secs_f64(),
            "s",
            Better::Less,
        )
        .peers("W5_l100k_JSON/seconds")
        .budget(2.0)
        .note(format!(
            "completed after {:.2} s, {:.1} MB; doccano 32.1 s",
            completed.as_secs_f64(),
            bytes as f64 / 1e6
        )),
    );
    let first_byte = first_byte.context("an empty manifest")?;
    stage.report.push(
        Row::new(
            "W5: first byte of the manifest",
            first_byte.as_secs_f64() * 1000.0,
            "ms",
            Better::Less,
        )
        .budget(50.0),
    );
    stage.report.push(
        Row::new(
            "W5: memory over that before",
            usage.rss_peak_mb - usage.rss_before_mb,
            "MB",
            Better::Less,
        )
        .budget(20.0),
    );
    Ok(())
}
