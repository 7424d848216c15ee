//! Teams as the wire shows them, and the rules their operations share.

use cairn_db::workforce::{Workforce, WorkforceUpdate};
use cairn_db::workteam::Workteam;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::Timestamp;
use super::workforce::{self, CognitoConfig, StoredConfig};
use super::{ApiError, ApiResult, Context};
use crate::people::teams;

/// `MemberDefinition`: people by the groups they are in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MemberDefinition {
    /// One group of a pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cognito_member_definition: Option<CognitoMemberDefinition>,
    /// Groups by name alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc_member_definition: Option<OidcMemberDefinition>,
}

/// `CognitoMemberDefinition`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CognitoMemberDefinition {
    /// Name of the pool.
    pub user_pool: String,
    /// Name of the group.
    pub user_group: String,
    /// Name of the client.
    pub client_id: String,
}

/// `OidcMemberDefinition`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OidcMemberDefinition {
    /// Names of groups.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// `NotificationConfiguration`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NotificationConfiguration {
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_topic_arn: Option<String>,
}

/// `Workteam`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct WorkteamShape {
    workteam_name: String,
    member_definitions: Value,
    workteam_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    workforce_arn: Option<String>,
    description: String,
    sub_domain: String,
    create_date: Timestamp,
    last_updated_date: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_configuration: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    worker_access_configuration: Option<Value>,
}

/// A team as operations answer with it.
pub fn shape(context: &Context, team: Workteam) -> ApiResult<WorkteamShape> {
    let place = context.place();
    let json = |text: &str| serde_json::from_str(text).map_err(ApiError::internal);
    Ok(WorkteamShape {
        member_definitions: json(&team.member_definitions)?,
        workteam_arn: place.workteam(&team.name).to_string(),
        workforce_arn: team
            .workforce
            .map(|name| place.workforce(&name).to_string()),
        workteam_name: team.name,
        description: team.description,
        sub_domain: context.host().to_owned(),
        create_date: Timestamp(team.created_at),
        last_updated_date: Timestamp(team.updated_at),
        notification_configuration: team.notification.as_deref().map(json).transpose()?,
        worker_access_configuration: team.access.as_deref().map(json).transpose()?,
    })
}

/// The error for a name that no team has.
pub fn missing(name: &str) -> ApiError {
    ApiError::validation(format!("`WorkteamName`: there is no team called `{name}`"))
}

/// What a list of member definitions comes to.
pub struct Members {
    /// The groups whose members make up the team, in order.
    pub groups: Vec<String>,
    /// The pool that all of them belong to, where they name one.
    pub pool: Option<CognitoConfig>,
}

/// Reads member definitions: all of one form, and of one pool and client.
pub fn members(definitions: &[MemberDefinition]) -> ApiResult<Members> {
    let mut members = Members {
        groups: Vec::new(),
        pool: None,
    };
    let mut oidc = false;
    for (at, definition) in definitions.iter().enumerate() {
        let field = format!("MemberDefinitions[{at}]");
        match (
            &definition.cognito_member_definition,
            &definition.oidc_member_definition,
        ) {
            (Some(cognito), None) => {
                let pool = CognitoConfig {
                    user_pool: cognito.user_pool.clone(),
                    client_id: cognito.client_id.clone(),
                };
                if members.pool.as_ref().is_some_and(|first| *first != pool) {
                    return Err(ApiError::validation(format!(
                        "`{field}`: `UserPool` and `ClientId` must be the same in every member definition"
                    )));
                }
                members.pool = Some(pool);
                members.groups.push(cognito.user_group.clone());
            }
            (None, Some(groups)) if !groups.groups.is_empty() => {
                oidc = true;
                members.groups.extend(groups.groups.iter().cloned());
            }
            (None, Some(_)) => {
                return Err(ApiError::validation(format!(
                    "`{field}.OidcMemberDefinition.Groups`: name at least one group"
                )));
            }
            _ => {
                return Err(ApiError::validation(format!(
                    "`{field}`: give exactly one of `CognitoMemberDefinition` and `OidcMemberDefinition`"
                )));
            }
        }
    }
    if oidc && members.pool.is_some() {
        return Err(ApiError::validation(
            "`MemberDefinitions`: all must have the same form, Cognito or OIDC",
        ));
    }
    let mut seen = std::collections::HashSet::new();
    members.groups.retain(|group| seen.insert(group.clone()));
    Ok(members)
}

/// Refuses what a team cannot have here yet.
pub fn check_offered(
    notification: Option<&NotificationConfiguration>,
    access: Option<&Value>,
) -> ApiResult<()> {
    let topic = notification.and_then(|given| given.notification_topic_arn.as_deref());
    if topic.is_some_and(|arn| !arn.is_empty()) {
        return Err(ApiError::validation(
            "`NotificationConfiguration.NotificationTopicArn`: notifications are not offered yet",
        ));
    }
    let constraints = access
        .and_then(|access| access.pointer("/S3Presign/IamPolicyConstraints"))
        .and_then(Value::as_object);
    for (name, value) in constraints.into_iter().flatten() {
        if value == "Enabled" {
            return Err(ApiError::validation(format!(
                "`WorkerAccessConfiguration.S3Presign.IamPolicyConstraints.{name}`: binding addresses of objects to a worker's network address is not offered yet; `Disabled` is taken"
            )));
        }
    }
    Ok(())
}

/// The workforce a team with these members belongs to: the one named, else the only one, which the
/// first team makes. The first pool that a script names becomes the workforce's; another is refused.
pub async fn workforce_for(
    context: &Context,
    named: Option<&str>,
    members: &Members,
) -> ApiResult<Workforce> {
    let found = match (workforce::only_one(context).await?, named) {
        (Some(found), None) => found,
        (Some(found), Some(name)) if found.name.eq_ignore_ascii_case(name) => found,
        (_, Some(name)) => return Err(workforce::missing(name)),
        (None, None) => make_workforce(context, members).await?,
    };
    let Some(pool) = &members.pool else {
        return Ok(found);
    };
    let mut config = StoredConfig::of(&found)?;
    match &config.cognito_config {
        Some(first) if first == pool => Ok(found),
        Some(first) => Err(ApiError::validation(format!(
            "`MemberDefinitions`: teams of the workforce `{}` have the user pool `{}` and the client `{}`",
            found.name, first.user_pool, first.client_id
        ))),
        None => {
            config.cognito_config = Some(pool.clone());
            context
                .app
                .db
                .write(WorkforceUpdate {
                    arn: context.place().workforce(&found.name).to_string(),
                    name: found.name.clone(),
                    kind: found.kind.clone(),
                    config: config.to_json(),
                    actor: context.actor(),
                    now_ms: context.now_ms,
                })
                .await?;
            Ok(found)
        }
    }
}

async fn make_workforce(context: &Context, members: &Members) -> ApiResult<Workforce> {
    let config = StoredConfig {
        cognito_config: members.pool.clone(),
        ..StoredConfig::default()
    };
    let app = &context.app;
    let (config, actor) = (config.to_json(), context.actor());
    Ok(teams::workforce(&app.db, &app.settings, &config, &actor, context.now_ms).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: Value) -> Result<Vec<String>, String> {
        let definitions: Vec<MemberDefinition> = serde_json::from_value(json).unwrap();
        match members(&definitions) {
            Ok(members) => Ok(members.groups),
            Err(error) => Err(error.message),
        }
    }

    fn cognito(pool: &str, group: &str) -> Value {
        serde_json::json!({"CognitoMemberDefinition": {"UserPool": pool, "UserGroup": group, "ClientId": "c"}})
    }

    #[test]
    fn members_are_of_one_form_and_one_pool() {
        use serde_json::json;
        let groups = check(json!([
            cognito("p", "a"),
            cognito("p", "b"),
            cognito("p", "a")
        ]));
        assert_eq!(groups.unwrap(), ["a", "b"]);
        let groups = check(json!([{"OidcMemberDefinition": {"Groups": ["x", "y"]}}]));
        assert_eq!(groups.unwrap(), ["x", "y"]);
        assert!(check(json!([cognito("p", "a"), cognito("q", "b")])).is_err());
        assert!(check(json!([{}])).is_err());
        assert!(check(json!([{"OidcMemberDefinition": {}}])).is_err());
        let mut both = cognito("p", "a");
        both["OidcMemberDefinition"] = json!({"Groups": ["x"]});
        assert!(check(json!([both])).is_err());
        let mixed = json!([cognito("p", "a"), {"OidcMemberDefinition": {"Groups": ["x"]}}]);
        assert!(check(mixed).is_err());
    }

    #[test]
    fn constraints_that_cannot_be_kept_are_refused() {
        let access = |value: &str| {
            let access =
                serde_json::json!({"S3Presign": {"IamPolicyConstraints": {"SourceIp": value}}});
            check_offered(None, Some(&access))
        };
        assert!(access("Disabled").is_ok());
        assert!(access("Enabled").is_err());
        let notification = |topic: &str| {
            let given = NotificationConfiguration {
                notification_topic_arn: Some(topic.to_owned()),
            };
            check_offered(Some(&given), None)
        };
        assert!(notification("").is_ok());
        assert!(notification("arn:aws:sns:us-east-1:123456789012:t").is_err());
    }
}
