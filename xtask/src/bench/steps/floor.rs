//! What the client, the loopback and the disk cost without a server.

use std::time::Duration;

use anyhow::Result;

use crate::bench::report::{Better, Row};
use crate::bench::stage::{Stage, WORKERS};
use crate::bench::{disk, floor};

/// Measures the floors.
pub async fn run(stage: &mut Stage) -> Result<()> {
    let time = stage.scale.time.min(Duration::from_secs(5));
    for connections in [1, WORKERS] {
        let floor = floor::measure(connections, time).await?;
        stage.report.push(
            Row::new(
                format!("floor: client against a bare responder, {connections} connections"),
                floor.per_s,
                "/s",
                Better::More,
            )
            .note(format!("{} ms (p50 / p90 / p99 / max)", floor.latencies)),
        );
    }
    let syncs = disk::fsync(&stage.folder, 300)?;
    stage.report.push(
        Row::new(
            "floor: append 4 KiB and sync",
            syncs.quantile_ms(0.5),
            "ms",
            Better::Less,
        )
        .note(format!("{syncs} ms (p50 / p90 / p99 / max)")),
    );
    let bare = disk::group_commit(&stage.folder, WORKERS, time).await?;
    stage.report.push(
        Row::new(
            format!("floor: bare group commit to SQLite, {WORKERS} producers"),
            bare.per_s,
            "/s",
            Better::More,
        )
        .note(format!("{} ms (p50 / p90 / p99 / max)", bare.latencies)),
    );
    stage.bare_per_s = Some(bare.per_s);
    Ok(())
}
