//! The embedded buckets: how fast large objects are read, and how many small ones can be written durably.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::aws::Aws;
use crate::bench::latency::Latencies;
use crate::bench::meter::Meter;
use crate::bench::report::{Better, Row};
use crate::bench::stage::{BUCKET, Stage, WORKERS};

const MB_PER_S_MIN: f64 = 500.0;
const PUTS_PER_S_MIN: f64 = 1_000.0;
const PIECE_BYTES: u64 = 1 << 20;
const SMALL_BYTES: usize = 4_096;

/// Measures buckets.
pub async fn run(stage: &mut Stage) -> Result<()> {
    if stage.bare_per_s.is_none() {
        super::floor::run(stage).await?;
    }
    stage.bucket().await?;
    reads(stage).await?;
    puts(stage).await
}

async fn reads(stage: &mut Stage) -> Result<()> {
    let length = stage.scale.large_bytes;
    let piece: Vec<u8> = (0..PIECE_BYTES).map(|at| (at * 31 % 251) as u8).collect();
    let started = Instant::now();
    stage
        .aws
        .put_stream(BUCKET, "large", length, move || piece.clone())
        .await?;
    stage.report.push(
        Row::new(
            "buckets: one large write",
            length as f64 / 1e6 / started.elapsed().as_secs_f64(),
            "MB/s",
            Better::More,
        )
        .note("durable; the client signs no payload"),
    );
    for clients in [1, 4] {
        let meter = Meter::start(stage.pid()?)?;
        let time = stage.scale.time / 4;
        let started = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..clients {
            let mut aws = Aws::new(stage.cairn.address(), &stage.keys);
            tasks.spawn(async move {
                let mut bytes = 0;
                while started.elapsed() < time {
                    bytes += aws.get_stream(BUCKET, "large", |_| {}).await?;
                }
                anyhow::Ok(bytes)
            });
        }
        let mut bytes = 0;
        while let Some(task) = tasks.join_next().await {
            bytes += task??;
        }
        let per_s = bytes as f64 / 1e6 / started.elapsed().as_secs_f64();
        let usage = meter.end()?;
        stage.report.push(
            Row::new(
                format!("buckets: large reads, {clients} clients"),
                per_s,
                "MB/s",
                Better::More,
            )
            .budget(MB_PER_S_MIN)
            .note(format!("{:.0} MB of memory at most", usage.rss_peak_mb)),
        );
    }
    Ok(())
}

async fn puts(stage: &mut Stage) -> Result<()> {
    let time = stage.scale.time.min(Duration::from_secs(10));
    let meter = Meter::start(stage.pid()?)?;
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for client in 0..WORKERS {
        let mut aws = Aws::new(stage.cairn.address(), &stage.keys);
        tasks.spawn(async move {
            let body = [client as u8; SMALL_BYTES];
            let mut latencies = Latencies::default();
            let mut number = 0;
            while started.elapsed() < time {
                let sent = Instant::now();
                aws.put(BUCKET, &format!("small/{client}/{number}"), &body)
                    .await?;
                latencies.push(sent.elapsed());
                number += 1;
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Latencies::default();
    while let Some(task) = tasks.join_next().await {
        latencies.extend(&task??);
    }
    let count = latencies.len() as f64;
    let per_s = count / started.elapsed().as_secs_f64();
    let usage = meter.end()?;
    // Where the disk takes long to sync, half of the bare loop is what can be asked for.
    let bare = stage.bare_per_s.unwrap_or(0.0);
    stage.report.push(
        Row::new(
            format!("buckets: durable puts of 4 KiB, {WORKERS} clients"),
            per_s,
            "/s",
            Better::More,
        )
        .budget(PUTS_PER_S_MIN.min(bare / 2.0))
        .note(format!(
            "×{:.2} of the bare loop; {} ms (p50 / p90 / p99 / max); {:.2} ms server CPU each",
            per_s / bare,
            latencies,
            usage.cpu_s * 1000.0 / count
        )),
    );
    Ok(())
}
