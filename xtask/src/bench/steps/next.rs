//! W3: the next task, asked for on its own by workers who never answer: each is given the task they hold already.

use anyhow::Result;

use crate::bench::labeling_loop::{self, Mode, Until};
use crate::bench::meter::Meter;
use crate::bench::report::{Better, Row};
use crate::bench::stage::{Stage, WORKERS};
use crate::bench::workload::Lines;

/// Measures `next` for one worker and for all.
pub async fn run(stage: &mut Stage) -> Result<()> {
    let objects = stage.scale.objects;
    let job = stage.job(1, Lines::texts(), objects).await?;
    let id = stage.portal_id(&job).await?;
    for (workers, p50, rate) in [
        (
            1,
            "W3_t100k_1/latency/next/p50_ms",
            "W3_t100k_1/loops_per_s",
        ),
        (
            WORKERS,
            "W3_t100k_16/latency/next/p50_ms",
            "W3_t100k_16/loops_per_s",
        ),
    ] {
        let meter = Meter::start(stage.pid()?)?;
        let until = Until::Time(stage.scale.time / 2);
        let figures =
            labeling_loop::run(&mut stage.labelers, workers, &id, Mode::NextOnly, until).await?;
        let usage = meter.end()?;
        let what = format!("W3: next task, {workers} workers");
        let count = figures.next.len() as f64;
        stage.report.push(
            Row::new(
                format!("{what}, p50"),
                figures.next.quantile_ms(0.5),
                "ms",
                Better::Less,
            )
            .peers(p50)
            .note(format!("{} ms (p50 / p90 / p99 / max)", figures.next)),
        );
        stage.report.push(
            Row::new(what, count / figures.wall_s, "/s", Better::More)
                .peers(rate)
                .note(format!(
                    "{:.3} ms server CPU each",
                    usage.cpu_s * 1000.0 / count
                )),
        );
    }
    stage.stop(&job).await
}
