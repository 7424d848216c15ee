//! Lapses leases whose time is over, in all jobs.

use std::sync::Arc;
use std::time::Duration;

use cairn_db::task::LeasesExpire;
use tokio_util::sync::CancellationToken;

use crate::engine::Inner;

/// How often leases are looked at. A lease lives for minutes.
const EVERY: Duration = Duration::from_secs(1);

/// Runs until `stopping`.
pub async fn run(inner: Arc<Inner>, stopping: CancellationToken) {
    loop {
        match step(&inner).await {
            Ok(0) => {}
            Ok(lapsed) => {
                tracing::debug!(leases.lapsed = lapsed, "leases lapsed");
                continue;
            }
            Err(error) => tracing::warn!(error.cause = %error, "lapsing leases failed"),
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Lapses a bounded number; gives how many.
async fn step(inner: &Inner) -> Result<usize, cairn_db::DbError> {
    let now_ms = inner.now();
    // A look costs nothing; a write would wake the disk every second.
    match inner.db.lease_next_expiry().await? {
        Some(at) if at <= now_ms => Ok(inner.db.write(LeasesExpire { now_ms }).await?.len()),
        _ => Ok(0),
    }
}
