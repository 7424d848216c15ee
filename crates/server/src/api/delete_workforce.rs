//! DeleteWorkforce.

use cairn_db::workforce::{WorkforceDelete, WorkforceDeleted};
use serde::Deserialize;

use super::wire::Empty;
use super::{ApiError, ApiResult, Context, workforce};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    workforce_name: String,
}

/// Deletes a workforce that has no teams. People stay: they belong to the server.
pub async fn delete_workforce(context: Context, request: Request) -> ApiResult<Empty> {
    let name = request.workforce_name;
    let deleted = context
        .app
        .db
        .write(WorkforceDelete {
            arn: context.place().workforce(&name).to_string(),
            name: name.clone(),
            actor: context.actor(),
            now_ms: context.now_ms,
        })
        .await?;
    match deleted {
        WorkforceDeleted::Deleted => Ok(Empty {}),
        WorkforceDeleted::Missing => Err(workforce::missing(&name)),
        WorkforceDeleted::InUse => Err(ApiError::in_use(format!(
            "the workforce `{name}` has teams: delete them first"
        ))),
    }
}
