//! DeleteWorkteam.

use cairn_db::workteam::{WorkteamDelete, WorkteamDeleted};
use serde::{Deserialize, Serialize};

use super::{ApiError, ApiResult, Context, workteam};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    workteam_name: String,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    success: bool,
}

/// Deletes a team that no unfinished job is given to. Its people stay, in their groups.
pub async fn delete_workteam(context: Context, request: Request) -> ApiResult<Response> {
    let name = request.workteam_name;
    let db = &context.app.db;
    let missing = || workteam::missing(&name);
    let team = db.workteam(&name).await?.ok_or_else(missing)?;
    let deleted = db
        .write(WorkteamDelete {
            arn: context.place().workteam(&team.name).to_string(),
            name: team.name,
            actor: context.actor(),
            now_ms: context.now_ms,
        })
        .await?;
    context.app.memberships.forget();
    match deleted {
        WorkteamDeleted::Deleted => Ok(Response { success: true }),
        WorkteamDeleted::Missing => Err(missing()),
        WorkteamDeleted::InUse => Err(ApiError::limit(format!(
            "the team `{name}` has a labeling job that is not over: wait for it or stop it first"
        ))),
    }
}
