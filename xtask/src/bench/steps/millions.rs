//! Manifests by the million: how fast and in how much memory they come in, and whether the next task costs the same
//! whatever the size of the job.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::bench::labeling_loop::{self, Mode, Until};
use crate::bench::meter::Meter;
use crate::bench::report::{Better, Row};
use crate::bench::stage::{BUCKET, Stage, WORKERS};
use crate::bench::workload::Lines;
use crate::load::LabelingJob;

/// Lines of the manifest that are made at once.
const LINES_AT_ONCE: u64 = 10_000;

/// Measures jobs of growing size.
pub async fn run(stage: &mut Stage) -> Result<()> {
    let largest = stage.scale.largest;
    let mut first_ms = None;
    for objects in [(largest / 1000).max(1_000), largest / 10, largest] {
        let spec = stage.spec(1).await?;
        let length = manifest_length(objects);
        let mut lines = Lines::short();
        let mut left = objects;
        stage
            .aws
            .put_stream(BUCKET, &spec.manifest_key(), length, move || {
                let count = left.min(LINES_AT_ONCE);
                left -= count;
                lines.manifest(count)
            })
            .await?;
        let meter = Meter::start(stage.pid()?)?;
        let started = Instant::now();
        let job = LabelingJob::create(&mut stage.aws, spec).await?;
        stage.wait_for_objects(&job, objects).await?;
        let took = started.elapsed();
        let usage = meter.end()?;
        let mut rate = Row::new(
            format!("{objects} lines in"),
            objects as f64 / took.as_secs_f64(),
            "lines/s",
            Better::More,
        )
        .note(format!(
            "{:.1} s, {:.1} CPU-s, {:.0} MB",
            took.as_secs_f64(),
            usage.cpu_s,
            length as f64 / 1e6
        ));
        let mut memory = Row::new(
            format!("{objects} lines in: memory"),
            usage.rss_peak_mb,
            "MB",
            Better::Less,
        );
        if objects == largest {
            rate = rate.budget(150_000.0);
            memory = memory.budget(150.0);
        }
        stage.report.push(rate);
        stage.report.push(memory);

        let id = stage.portal_id(&job).await?;
        // Short of the end, where workers would wait for each other.
        let until = Until::TimeOrAnswers(
            stage.scale.time.min(Duration::from_secs(5)),
            objects * 4 / 5,
        );
        let figures =
            labeling_loop::run(&mut stage.labelers, WORKERS, &id, Mode::OneRequest, until).await?;
        let p50_ms = figures.submit.quantile_ms(0.5);
        let first_ms = *first_ms.get_or_insert(p50_ms);
        stage.report.push(
            Row::new(
                format!("answer and next with {objects} objects"),
                figures.count() as f64 / figures.wall_s,
                "/s",
                Better::More,
            )
            .note(format!(
                "{} ms (p50 / p90 / p99 / max); p50 is ×{:.2} of the smallest job's",
                figures.submit,
                p50_ms / first_ms
            )),
        );
        stage.stop(&job).await?;
    }
    Ok(())
}

/// The length has to be said before the first byte is sent, so the lines are made twice.
fn manifest_length(objects: u64) -> u64 {
    let mut lines = Lines::short();
    let mut line = Vec::new();
    let mut length = 0;
    for _ in 0..objects {
        line.clear();
        lines.push(&mut line);
        length += line.len() as u64;
    }
    length
}
