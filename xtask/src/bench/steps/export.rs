//! W5: labels out. A job is labeled to its end; the time runs from the last acknowledged answer until the output
//! manifest, complete, has been read. W6: pages of its list of labels.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::bench::labeling_loop::{self, Mode, Until};
use crate::bench::latency::Latencies;
use crate::bench::meter::Meter;
use crate::bench::report::{Better, Row};
use crate::bench::stage::{BUCKET, PATIENCE, Stage, WORKERS};
use crate::bench::workload::Lines;

use super::pages::PAGE_MS_MAX;

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
    label_pages(stage, &job.spec.name, objects).await
}

/// W6: the first page of a job's list of labels, and one so far behind that nine tenths come before it.
async fn label_pages(stage: &mut Stage, job: &str, objects: u64) -> Result<()> {
    const TIMES: usize = 20;
    const WALKED: u64 = 200;
    let mut requester = stage.requester().await?;
    let page = format!("jobs/{job}/labels?limit=30");
    let mut first = Latencies::default();
    for _ in 0..TIMES {
        let asked = Instant::now();
        let reply = requester.call("GET", &page, b"").await?;
        first.push(asked.elapsed());
        let found = items(&reply.json()?)?;
        ensure!(found == 30, "{found} labels on the first page");
    }
    let mut after = String::new();
    let mut passed = 0;
    while passed < objects * 9 / 10 {
        let path = format!("jobs/{job}/labels?limit={WALKED}&after={after}");
        let reply = requester.call("GET", &path, b"").await?.json()?;
        passed += items(&reply)? as u64;
        let next = reply["next"].as_str();
        next.context("the list of labels ends early")?
            .clone_into(&mut after);
    }
    let mut deep = Latencies::default();
    for _ in 0..TIMES {
        let asked = Instant::now();
        let path = format!("{page}&after={after}");
        let reply = requester.call("GET", &path, b"").await?;
        deep.push(asked.elapsed());
        let found = items(&reply.json()?)?;
        ensure!(found == 30, "{found} labels on the deep page");
    }
    for (what, latencies, peers) in [
        (
            "W6: first page of labels, median".to_owned(),
            first,
            "W6_t100k/first_page_30/median_ms",
        ),
        (
            format!("W6: page of labels after {passed}, median"),
            deep,
            "W6_t100k/deep_page_30/median_ms",
        ),
    ] {
        stage.report.push(
            Row::new(what, latencies.quantile_ms(0.5), "ms", Better::Less)
                .peers(peers)
                .budget(PAGE_MS_MAX),
        );
    }
    Ok(())
}

fn items(reply: &Value) -> Result<usize> {
    let items = reply["items"].as_array();
    Ok(items.with_context(|| format!("no list in {reply}"))?.len())
}
