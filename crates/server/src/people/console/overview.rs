//! What every page of the console may need to know of this server.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use http::HeaderMap;
use serde_json::json;

use crate::app::App;
use crate::console::job_config;
use crate::json::Reply;
use crate::origin::Origins;
use crate::page_error::PageError;

/// Task types that a job can be created for in the console.
pub const TASK_TYPES: [&str; 4] = [
    "ImageMultiClass",
    "ImageMultiClassMultiLabel",
    "TextMultiClass",
    "TextMultiClassMultiLabel",
];
/// Buckets named at most: enough to choose from, not to search in.
const BUCKETS_MAX: usize = 100;
/// How long the page waits for their names.
const STORE_PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn overview(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Reply, PageError> {
    let origin = Origins::of(&headers, &app.settings).portal;
    let buckets = buckets(&app).await;
    let body = json!({
        "portalUrl": format!("{origin}/_/portal"),
        "endpoint": origin,
        "region": app.settings.region,
        "accountId": app.settings.account_id,
        "mail": app.mailer.is_some(),
        "buckets": buckets,
        "taskTypes": TASK_TYPES,
        "consolidations": job_config::consolidations(&app),
        "jobs": app.db.labeling_job_count().await?,
        "teams": app.db.workteam_count().await?,
        "workers": app.db.person_count().await?,
    });
    Reply::new(&app, body)
}

/// Names of buckets to choose from. A remote S3 that does not answer must not keep the console from
/// opening: then there are none.
async fn buckets(app: &App) -> Vec<String> {
    let asked = tokio::time::timeout(STORE_PATIENCE, app.stores.list_buckets());
    match asked.await {
        Ok(Ok(stored)) => stored
            .into_iter()
            .map(|bucket| bucket.name)
            .take(BUCKETS_MAX)
            .collect(),
        Ok(Err(error)) => {
            tracing::warn!(error.cause = %error, "listing buckets failed");
            Vec::new()
        }
        Err(_) => {
            tracing::warn!("listing buckets took too long");
            Vec::new()
        }
    }
}
