//! W1: starts, idle memory, and what is installed.

use std::time::Duration;

use anyhow::Result;

use crate::aws::Aws;
use crate::bench::meter::rss_mb;
use crate::bench::report::{Better, Row};
use crate::bench::stage::Stage;

/// Measures starts on the data that is there.
pub async fn run(stage: &mut Stage) -> Result<()> {
    let installed_mb = std::fs::metadata(stage.cairn.binary())?.len() as f64 / 1e6;
    stage.report.push(
        Row::new("W0 installed", installed_mb, "MB", Better::Less)
            .budget(60.0)
            .note("Label Studio 995 MB in 158 packages, doccano 706 MB in 116"),
    );
    stage.report.push(
        Row::new("W1a first start", stage.first_start_s, "s", Better::Less)
            .peers("W1a_first_start_s"),
    );
    let mut starts = Vec::new();
    for _ in 0..5 {
        stage.cairn.stop()?;
        starts.push(stage.cairn.start().await?.as_secs_f64());
    }
    starts.sort_by(f64::total_cmp);
    stage.report.push(
        Row::new("W1b start on existing data", starts[2], "s", Better::Less)
            .peers("W1b_cold_start_s")
            .budget(0.2),
    );
    // Fifteen seconds after the start, as the workload says.
    tokio::time::sleep(stage.scale.time.min(Duration::from_secs(15))).await;
    stage.report.push(
        Row::new("W1c idle memory", rss_mb(stage.pid()?)?, "MB", Better::Less)
            .peers("W1c_idle_mb/rss")
            .budget(40.0),
    );
    stage.aws = Aws::new(stage.cairn.address(), &stage.keys);
    Ok(())
}
