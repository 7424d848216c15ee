//! UpdateWorkteam.

use cairn_db::workteam::WorkteamUpdate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::create_workteam::{json, optional_json};
use super::workteam::{self, MemberDefinition, NotificationConfiguration, WorkteamShape};
use super::{ApiResult, Context};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    workteam_name: String,
    member_definitions: Option<Vec<MemberDefinition>>,
    description: Option<String>,
    notification_configuration: Option<NotificationConfiguration>,
    worker_access_configuration: Option<Value>,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    workteam: WorkteamShape,
}

/// Changes what is given of a team. Its jobs go on with the people it has then.
pub async fn update_workteam(context: Context, request: Request) -> ApiResult<Response> {
    workteam::check_offered(
        request.notification_configuration.as_ref(),
        request.worker_access_configuration.as_ref(),
    )?;
    let name = request.workteam_name;
    let db = &context.app.db;
    let missing = || workteam::missing(&name);
    let team = db.workteam(&name).await?.ok_or_else(missing)?;
    let members = match &request.member_definitions {
        None => None,
        Some(definitions) => {
            let members = workteam::members(definitions)?;
            workteam::workforce_for(&context, team.workforce.as_deref(), &members).await?;
            Some((json(definitions)?, members.groups))
        }
    };
    let updated = db
        .write(WorkteamUpdate {
            arn: context.place().workteam(&team.name).to_string(),
            name: team.name,
            description: request.description,
            members,
            notification: optional_json(&request.notification_configuration)?,
            access: optional_json(&request.worker_access_configuration)?,
            actor: context.actor(),
            now_ms: context.now_ms,
        })
        .await?
        .ok_or_else(missing)?;
    context.app.memberships.forget();
    Ok(Response {
        workteam: workteam::shape(&context, updated)?,
    })
}
