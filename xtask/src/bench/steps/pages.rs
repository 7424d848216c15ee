//! W6 and W7: the list of jobs, and a job's counters, with a large job in the database.

use std::time::Instant;

use anyhow::Result;
use serde_json::json;

use crate::bench::latency::Latencies;
use crate::bench::report::{Better, Row};
use crate::bench::stage::Stage;
use crate::bench::workload::Lines;

/// What a page may take of the server's time.
pub const PAGE_MS_MAX: f64 = 5.0;

/// Measures pages.
pub async fn run(stage: &mut Stage) -> Result<()> {
    let objects = stage.scale.objects;
    let job = stage.job(1, Lines::texts(), objects).await?;
    let mut counters = Latencies::default();
    let mut list = Latencies::default();
    for _ in 0..20 {
        let asked = Instant::now();
        job.progress(&mut stage.aws).await?;
        counters.push(asked.elapsed());
        let asked = Instant::now();
        stage
            .aws
            .sagemaker("ListLabelingJobs", &json!({"MaxResults": 30}))
            .await?;
        list.push(asked.elapsed());
    }
    stage.report.push(
        Row::new(
            "W7: a job's counters, median",
            counters.quantile_ms(0.5),
            "ms",
            Better::Less,
        )
        .peers("W6_t100k/progress/median_ms")
        .budget(PAGE_MS_MAX),
    );
    stage.report.push(
        Row::new(
            "W6: list of jobs, median",
            list.quantile_ms(0.5),
            "ms",
            Better::Less,
        )
        .peers("W6_t100k/project_list/median_ms")
        .budget(PAGE_MS_MAX),
    );
    stage.stop(&job).await
}
