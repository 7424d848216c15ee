//! DescribeHumanTaskUi, and the page its `Url` leads to.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response as HttpResponse};
use http::header;
use serde::{Deserialize, Serialize};

use super::wire::Timestamp;
use super::{ApiError, ApiResult, Context};
use crate::app::App;
use crate::page_error::PageError;
use crate::secrets::Purpose;

/// How long the address of a template works.
const URL_MS: i64 = 3_600 * 1_000;
/// Route of [`serve_content`].
pub const CONTENT_ROUTE: &str = "/_/human-task-ui/{token}";

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    human_task_ui_name: String,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    human_task_ui_arn: String,
    human_task_ui_name: String,
    human_task_ui_status: &'static str,
    creation_time: Timestamp,
    ui_template: UiTemplate,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UiTemplate {
    url: String,
    content_sha256: String,
}

/// Describes a human task UI; its content is to be fetched from the address for an hour.
pub async fn describe_human_task_ui(context: Context, request: Request) -> ApiResult<Response> {
    let name = request.human_task_ui_name;
    let app = &context.app;
    let ui = app
        .db
        .human_task_ui(&name)
        .await?
        .ok_or_else(|| missing(&name))?;
    let expires_at_ms = context.now_ms + URL_MS;
    let token = app
        .secrets
        .sign(Purpose::HumanTaskUi, expires_at_ms, &[&ui.name]);
    Ok(Response {
        human_task_ui_arn: context.place().human_task_ui(&ui.name).to_string(),
        human_task_ui_name: ui.name,
        human_task_ui_status: "Active",
        creation_time: Timestamp(ui.created_at),
        ui_template: UiTemplate {
            url: format!("{}/_/human-task-ui/{token}", context.origin),
            content_sha256: ui.content_sha256,
        },
    })
}

/// The error for a name that no human task UI has.
pub fn missing(name: &str) -> ApiError {
    ApiError::not_found(format!(
        "`HumanTaskUiName`: there is no human task UI called `{name}`"
    ))
}

/// Serves the template that a token names, as text: it is a source to read, not a page to run.
pub async fn serve_content(State(app): State<Arc<App>>, Path(token): Path<String>) -> HttpResponse {
    let gone = || PageError::not_found("this address has expired or never was one").into_response();
    let fields = app
        .secrets
        .open(Purpose::HumanTaskUi, &token, app.clock.now_ms());
    let Some(name) = fields.ok().and_then(|fields| fields.into_iter().next()) else {
        return gone();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "sandbox"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    match app.db.human_task_ui_content(&name).await {
        Ok(Some(content)) => (headers, content).into_response(),
        Ok(None) => gone(),
        Err(error) => {
            let error = ApiError::from(error);
            error.log();
            (error.status, headers, error.message).into_response()
        }
    }
}
