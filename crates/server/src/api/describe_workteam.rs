//! DescribeWorkteam.

use serde::{Deserialize, Serialize};

use super::workteam::{self, WorkteamShape};
use super::{ApiResult, Context};

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
    workteam: WorkteamShape,
}

/// Describes a team.
pub async fn describe_workteam(context: Context, request: Request) -> ApiResult<Response> {
    let name = request.workteam_name;
    let team = context
        .app
        .db
        .workteam(&name)
        .await?
        .ok_or_else(|| workteam::missing(&name))?;
    Ok(Response {
        workteam: workteam::shape(&context, team)?,
    })
}
