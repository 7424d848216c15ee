//! W2: objects in, from the manifest's upload until the API reports all of them.

use anyhow::Result;

use crate::bench::meter::Meter;
use crate::bench::report::{Better, Row};
use crate::bench::stage::{BUCKET, Stage};
use crate::bench::workload::{Lines, labeled};
use crate::load::LabelingJob;

/// Measures imports.
pub async fn run(stage: &mut Stage) -> Result<()> {
    let objects = stage.scale.objects;
    one(
        stage,
        "W2a",
        objects / 10,
        false,
        "W2a/seconds",
        "W2a/server_cpu_s",
        None,
    )
    .await?;
    one(
        stage,
        "W2b",
        objects,
        false,
        "W2b/seconds",
        "W2b/server_cpu_s",
        Some((2.0, 1.5, 30.0)),
    )
    .await?;
    one(
        stage,
        "W2c, labels in it",
        objects,
        true,
        "W2c/seconds",
        "W2c/server_cpu_s",
        None,
    )
    .await
}

async fn one(
    stage: &mut Stage,
    name: &str,
    objects: u64,
    is_labeled: bool,
    seconds: &'static str,
    cpu: &'static str,
    budget: Option<(f64, f64, f64)>,
) -> Result<()> {
    let mut manifest = Lines::texts().manifest(objects);
    if is_labeled {
        manifest = labeled(&manifest, "topic");
    }
    let spec = stage.spec(1).await?;
    let meter = Meter::start(stage.pid()?)?;
    stage
        .aws
        .put(BUCKET, &spec.manifest_key(), &manifest)
        .await?;
    let job = LabelingJob::create(&mut stage.aws, spec).await?;
    stage.wait_for_objects(&job, objects).await?;
    let usage = meter.end()?;
    let mut rows = [
        Row::new(
            format!("{name}: {objects} texts in"),
            usage.wall_s,
            "s",
            Better::Less,
        )
        .peers(seconds),
        Row::new(
            format!("{name}: server CPU"),
            usage.cpu_s,
            "s",
            Better::Less,
        )
        .peers(cpu),
        Row::new(
            format!("{name}: memory over idle"),
            usage.rss_peak_mb - usage.rss_before_mb,
            "MB",
            Better::Less,
        ),
    ];
    if let Some((wall_s, cpu_s, memory_mb)) = budget {
        let [wall, cpu, memory] = rows;
        rows = [
            wall.budget(wall_s),
            cpu.budget(cpu_s),
            memory.budget(memory_mb),
        ];
    }
    for row in rows {
        stage.report.push(row);
    }
    if !is_labeled {
        stage.stop(&job).await?;
    }
    Ok(())
}
