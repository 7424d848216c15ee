//! DeleteHumanTaskUi.

use cairn_db::human_task_ui::HumanTaskUiDelete;
use serde::Deserialize;

use super::describe_human_task_ui::missing;
use super::wire::Empty;
use super::{ApiResult, Context};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    human_task_ui_name: String,
}

/// Deletes a human task UI. Jobs made with it go on: each keeps the content it began with.
pub async fn delete_human_task_ui(context: Context, request: Request) -> ApiResult<Empty> {
    let name = request.human_task_ui_name;
    let deleted = context
        .app
        .db
        .write(HumanTaskUiDelete {
            arn: context.place().human_task_ui(&name).to_string(),
            name: name.clone(),
            actor: context.actor(),
            now_ms: context.now_ms,
        })
        .await?;
    if deleted {
        Ok(Empty {})
    } else {
        Err(missing(&name))
    }
}
