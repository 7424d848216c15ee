//! CreateWorkteam.

use cairn_db::workteam::{Workteam, WorkteamInsert};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::Tag;
use super::workteam::{self, MemberDefinition, NotificationConfiguration};
use super::{ApiError, ApiResult, Context, tags};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    workteam_name: String,
    workforce_name: Option<String>,
    member_definitions: Vec<MemberDefinition>,
    description: String,
    notification_configuration: Option<NotificationConfiguration>,
    worker_access_configuration: Option<Value>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    workteam_arn: String,
}

/// Makes a team of the members of groups. The first team makes the private workforce.
pub async fn create_workteam(context: Context, request: Request) -> ApiResult<Response> {
    let name = request.workteam_name;
    let members = workteam::members(&request.member_definitions)?;
    workteam::check_offered(
        request.notification_configuration.as_ref(),
        request.worker_access_configuration.as_ref(),
    )?;
    let tags = tags::check(&request.tags, false)?;
    let db = &context.app.db;
    if db.workteam(&name).await?.is_some() {
        return Err(taken(&name));
    }
    let count_max = context.app.settings.workteams_max;
    if db.workteam_count().await? >= i64::from(count_max) {
        return Err(ApiError::limit(format!(
            "this server keeps at most {count_max} teams"
        )));
    }
    let named = request.workforce_name.as_deref();
    let workforce = workteam::workforce_for(&context, named, &members).await?;
    let arn = context.place().workteam(&name).to_string();
    let inserted = db
        .write(WorkteamInsert {
            workteam: Workteam {
                name: name.clone(),
                description: request.description,
                workforce: Some(workforce.name),
                member_definitions: json(&request.member_definitions)?,
                notification: optional_json(&request.notification_configuration)?,
                access: optional_json(&request.worker_access_configuration)?,
                created_at: context.now_ms,
                updated_at: context.now_ms,
            },
            groups: members.groups,
            arn: arn.clone(),
            tags,
            actor: context.actor(),
        })
        .await?;
    context.app.memberships.forget();
    if inserted {
        Ok(Response { workteam_arn: arn })
    } else {
        Err(taken(&name))
    }
}

fn taken(name: &str) -> ApiError {
    ApiError::in_use(format!("`WorkteamName`: there is a team called `{name}`"))
}

/// As the database keeps it.
pub fn json(value: &impl Serialize) -> ApiResult<String> {
    serde_json::to_string(value).map_err(ApiError::internal)
}

/// As the database keeps it, if it is there.
pub fn optional_json(value: &Option<impl Serialize>) -> ApiResult<Option<String>> {
    value.as_ref().map(json).transpose()
}
