//! ListHumanTaskUis.

use cairn_db::human_task_ui::HumanTaskUiFilter;
use serde::{Deserialize, Serialize};

use super::page::{Page, bad_token};
use super::wire::{SortOrder, Timestamp};
use super::{ApiResult, Context};

/// What is asked.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    creation_time_after: Option<Timestamp>,
    creation_time_before: Option<Timestamp>,
    #[serde(default)]
    sort_order: SortOrder,
    #[serde(skip_serializing)]
    next_token: Option<String>,
    #[serde(skip_serializing)]
    max_results: Option<i64>,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    human_task_ui_summaries: Vec<Summary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    human_task_ui_name: String,
    human_task_ui_arn: String,
    creation_time: Timestamp,
}

/// Lists human task UIs by creation time.
pub async fn list_human_task_uis(context: Context, request: Request) -> ApiResult<Response> {
    let token = request.next_token.as_deref();
    let page = Page::open(
        &context,
        "ListHumanTaskUis",
        &request,
        request.max_results,
        token,
    )?;
    let after = match page.after_texts::<2>()? {
        None => None,
        Some([at, name]) => Some((at.parse().map_err(|_| bad_token())?, name)),
    };
    let rows = context
        .app
        .db
        .human_task_ui_list(&HumanTaskUiFilter {
            created_after: request.creation_time_after.map(|time| time.0),
            created_before: request.creation_time_before.map(|time| time.0),
            descending: request.sort_order == SortOrder::Descending,
            after,
            limit: page.limit(),
        })
        .await?;
    let (rows, next_token) = page.cut(&context, rows, |ui| {
        vec![ui.created_at.to_string(), ui.name.clone()]
    });
    let place = context.place();
    let summary = |ui: cairn_db::human_task_ui::HumanTaskUi| Summary {
        human_task_ui_arn: place.human_task_ui(&ui.name).to_string(),
        human_task_ui_name: ui.name,
        creation_time: Timestamp(ui.created_at),
    };
    Ok(Response {
        human_task_ui_summaries: rows.into_iter().map(summary).collect(),
        next_token,
    })
}
