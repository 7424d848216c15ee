//! W4: the loop that workers live in, with consolidation and files on: an answer and the next task.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::bench::labeling_loop::{self, Figures, Mode, Until};
use crate::bench::meter::{Meter, Usage};
use crate::bench::report::{Better, Row};
use crate::bench::stage::{PATIENCE, Stage, WORKERS};
use crate::bench::workload::Lines;

/// What one loop may use of the server's CPU.
const CPU_MS_MAX: f64 = 0.5;
/// What the server has to reach of the bare loop.
const PART_OF_BARE_MIN: f64 = 0.5;
/// How long labels may come after the last answer.
const BACKLOG_S_MAX: f64 = 5.0;

/// Measures the loop for one answer and for three an object.
pub async fn run(stage: &mut Stage) -> Result<()> {
    if stage.bare_per_s.is_none() {
        super::floor::run(stage).await?;
    }
    one(stage, 1, 1, Mode::OneRequest).await?;
    one(stage, WORKERS, 1, Mode::OneRequest).await?;
    one(stage, WORKERS, 3, Mode::OneRequest).await?;
    one(stage, WORKERS, 1, Mode::TwoRequests).await
}

async fn one(stage: &mut Stage, workers: usize, wanted: u32, mode: Mode) -> Result<()> {
    let objects = stage.scale.objects.max(stage.scale.time.as_secs() * 6_000);
    let job = stage.job(wanted, Lines::texts(), objects).await?;
    let id = stage.portal_id(&job).await?;
    let meter = Meter::start(stage.pid()?)?;
    // Workers who have run out of objects would only be waiting.
    let most = objects * u64::from(wanted) * 9 / 10;
    let until = Until::TimeOrAnswers(stage.scale.time, most);
    let figures = labeling_loop::run(&mut stage.labelers, workers, &id, mode, until).await?;
    let usage = meter.end()?;
    let ended = Instant::now();
    let full = figures.full(u64::from(wanted));
    job.wait(&mut stage.aws, PATIENCE, |progress| {
        progress.labeled >= full
    })
    .await?;
    let backlog = ended.elapsed();
    report(stage, workers, wanted, mode, &figures, &usage, backlog);
    let started = Instant::now();
    stage.stop(&job).await?;
    if wanted > 1 {
        // All labels are then written anew, with what all answers tell of the workers.
        let what = format!("W4: a job of {full} labels, N = {wanted}, stops");
        let row = Row::new(what, started.elapsed().as_secs_f64(), "s", Better::Less);
        stage.report.push(row.budget(BACKLOG_S_MAX));
    }
    Ok(())
}

fn report(
    stage: &mut Stage,
    workers: usize,
    wanted: u32,
    mode: Mode,
    figures: &Figures,
    usage: &Usage,
    backlog: Duration,
) {
    let requests = if mode == Mode::OneRequest {
        "one request"
    } else {
        "two requests"
    };
    let what = format!("W4: answer and next, {workers} workers, N = {wanted}, {requests}");
    let count = figures.count() as f64;
    let per_s = count / figures.wall_s;
    let (rate, cpu) = if workers == 1 {
        (
            "W4_t100k_1/loops_per_s",
            "W4_t100k_1/server_cpu_s:W4_t100k_1/loops",
        )
    } else {
        (
            "W4_t100k_16/loops_per_s",
            "W4_t100k_16/server_cpu_s:W4_t100k_16/loops",
        )
    };
    stage.report.push(
        Row::new(what.clone(), per_s, "/s", Better::More)
            .peers(rate)
            .note(format!(
                "answers {} ms (p50 / p90 / p99 / max)",
                figures.submit
            )),
    );
    let cpu_row = Row::new(
        format!("{what}: server CPU each"),
        usage.cpu_s * 1000.0 / count,
        "ms",
        Better::Less,
    )
    .peers_times(cpu, 1000.0);
    if workers == 1 {
        stage.report.push(cpu_row);
        return;
    }
    stage.report.push(cpu_row.budget(CPU_MS_MAX));
    if let (Some(bare), Mode::OneRequest) = (stage.bare_per_s, mode) {
        stage.report.push(
            Row::new(
                format!("{what}: part of the bare loop"),
                per_s / bare,
                "",
                Better::More,
            )
            .budget(PART_OF_BARE_MIN),
        );
    }
    if mode == Mode::TwoRequests {
        stage.report.push(
            Row::new(
                format!("{what}: next alone, p50"),
                figures.next.quantile_ms(0.5),
                "ms",
                Better::Less,
            )
            .peers("W4_t100k_16/latency/next/p50_ms")
            .note(format!("{} ms (p50 / p90 / p99 / max)", figures.next)),
        );
        stage.report.push(
            Row::new(
                format!("{what}: submit alone, p50"),
                figures.submit.quantile_ms(0.5),
                "ms",
                Better::Less,
            )
            .peers("W4_t100k_16/latency/submit/p50_ms"),
        );
        // A task is answered by whoever was handed it, so the peers' run of answers alone, each worker on a range of
        // its own, is set against the answers of this loop.
        stage.report.push(
            Row::new(
                format!("W4s: submit alone, {workers} workers, p50"),
                figures.submit.quantile_ms(0.5),
                "ms",
                Better::Less,
            )
            .peers("W4s_t10k/latency/submit/p50_ms")
            .note(format!("{} ms (p50 / p90 / p99 / max)", figures.submit)),
        );
    }
    let extra = figures.extra(u64::from(wanted)) as f64;
    stage.report.push(
        Row::new(format!("{what}: answers beyond N"), extra, "", Better::Less)
            .peers("W4_t100k_16/extra_serves")
            .budget(0.0),
    );
    stage.report.push(
        Row::new(
            format!("{what}: last label after last answer"),
            backlog.as_secs_f64(),
            "s",
            Better::Less,
        )
        .budget(BACKLOG_S_MAX),
    );
    stage.report.push(
        Row::new(
            format!("{what}: memory"),
            usage.rss_peak_mb,
            "MB",
            Better::Less,
        )
        .peers("W4_t100k_16/rss_peak_mb"),
    );
}
