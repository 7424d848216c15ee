//! What every page of the console may need to know of this server.

use std::sync::Arc;

use axum::extract::State;
use http::HeaderMap;
use serde_json::json;

use crate::app::App;
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
/// Ways to bring answers together, the default first.
pub const CONSOLIDATIONS: [&str; 2] = ["ground-truth", "majority-vote"];

pub(super) async fn overview(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Reply, PageError> {
    let origin = Origins::of(&headers, &app.settings).portal;
    let body = json!({
        "portalUrl": format!("{origin}/_/portal"),
        "endpoint": origin,
        "region": app.settings.region,
        "accountId": app.settings.account_id,
        "mail": app.mailer.is_some(),
        "buckets": [],
        "taskTypes": TASK_TYPES,
        "consolidations": CONSOLIDATIONS,
        "jobs": app.db.labeling_job_count().await?,
        "teams": app.db.workteam_count().await?,
        "workers": app.db.person_count().await?,
    });
    Reply::new(&app, body)
}
