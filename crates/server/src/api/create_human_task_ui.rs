//! CreateHumanTaskUi.

use cairn_db::human_task_ui::{HumanTaskUiInsert, HumanTaskUiInserted};
use cairn_labeling::template::Template;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::wire::Tag;
use super::{ApiError, ApiResult, Context, tags};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    human_task_ui_name: String,
    ui_template: UiTemplate,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UiTemplate {
    content: String,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    human_task_ui_arn: String,
}

/// Stores a worker task template under a name. One that does not parse is refused here, where its
/// author still looks, and not when workers wait.
pub async fn create_human_task_ui(context: Context, request: Request) -> ApiResult<Response> {
    let name = request.human_task_ui_name;
    let content = request.ui_template.content;
    let tags = tags::check(&request.tags, false)?;
    Template::parse(&content)
        .map_err(|error| ApiError::validation(format!("`UiTemplate.Content`: {error}")))?;
    let arn = context.place().human_task_ui(&name).to_string();
    let count_max = i64::from(context.app.settings.human_task_uis_max);
    let inserted = context
        .app
        .db
        .write(HumanTaskUiInsert {
            name: name.clone(),
            arn: arn.clone(),
            content_sha256: hex::encode(Sha256::digest(content.as_bytes())),
            content,
            tags,
            count_max,
            actor: context.actor(),
            now_ms: context.now_ms,
        })
        .await?;
    match inserted {
        HumanTaskUiInserted::Done => Ok(Response {
            human_task_ui_arn: arn,
        }),
        HumanTaskUiInserted::NameTaken => Err(ApiError::in_use(format!(
            "`HumanTaskUiName`: there is a human task UI called `{name}`"
        ))),
        HumanTaskUiInserted::TooMany => Err(ApiError::limit(format!(
            "this server keeps at most {count_max} human task UIs"
        ))),
    }
}
