//! CreateWorkforce.

use cairn_db::workforce::{Workforce, WorkforceInsert};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::Tag;
use super::workforce::{self, CognitoConfig, SourceIpConfig, StoredConfig};
use super::{ApiError, ApiResult, Context, tags};
use crate::people::teams;

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    workforce_name: String,
    cognito_config: Option<CognitoConfig>,
    oidc_config: Option<Value>,
    source_ip_config: Option<SourceIpConfig>,
    workforce_vpc_config: Option<Value>,
    ip_address_type: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    workforce_arn: String,
}

/// Makes the private workforce. There can be one.
pub async fn create_workforce(context: Context, request: Request) -> ApiResult<Response> {
    if request.cognito_config.is_some() == request.oidc_config.is_some() {
        return Err(ApiError::validation(
            "give exactly one of `CognitoConfig` and `OidcConfig`",
        ));
    }
    workforce::check_offered(
        request.oidc_config.is_some(),
        request.workforce_vpc_config.is_some(),
        request.source_ip_config.as_ref(),
        request.ip_address_type.as_deref(),
    )?;
    let tags = tags::check(&request.tags, false)?;
    let name = request.workforce_name;
    if let Some(there) = workforce::only_one(&context).await? {
        return Err(if there.name.eq_ignore_ascii_case(&name) {
            taken(&name)
        } else {
            ApiError::validation(format!(
                "`WorkforceName`: there can be one private workforce, and there is one, called `{}`",
                there.name
            ))
        });
    }
    let arn = context.place().workforce(&name).to_string();
    let config = StoredConfig {
        cognito_config: request.cognito_config,
        source_ip_config: request.source_ip_config,
        ip_address_type: request.ip_address_type,
    };
    let inserted = context
        .app
        .db
        .write(WorkforceInsert {
            workforce: Workforce {
                name: name.clone(),
                kind: teams::WORKFORCE_KIND.to_owned(),
                config: config.to_json(),
                created_at: context.now_ms,
                updated_at: context.now_ms,
            },
            arn: arn.clone(),
            tags,
            actor: context.actor(),
        })
        .await?;
    if inserted {
        Ok(Response { workforce_arn: arn })
    } else {
        Err(taken(&name))
    }
}

fn taken(name: &str) -> ApiError {
    ApiError::validation(format!(
        "`WorkforceName`: there is a workforce called `{name}`"
    ))
}
