//! UpdateWorkforce.

use cairn_db::workforce::WorkforceUpdate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::workforce::{self, SourceIpConfig, StoredConfig, WorkforceShape};
use super::{ApiResult, Context};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    workforce_name: String,
    oidc_config: Option<Value>,
    source_ip_config: Option<SourceIpConfig>,
    workforce_vpc_config: Option<Value>,
    ip_address_type: Option<String>,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    workforce: WorkforceShape,
}

/// Changes what is given of a workforce. Gives the workforce as it is now.
pub async fn update_workforce(context: Context, request: Request) -> ApiResult<Response> {
    workforce::check_offered(
        request.oidc_config.is_some(),
        request.workforce_vpc_config.is_some(),
        request.source_ip_config.as_ref(),
        request.ip_address_type.as_deref(),
    )?;
    let name = request.workforce_name;
    let db = &context.app.db;
    let missing = || workforce::missing(&name);
    let found = db.workforce(&name).await?.ok_or_else(missing)?;
    let mut config = StoredConfig::of(&found)?;
    config.source_ip_config = request.source_ip_config.or(config.source_ip_config);
    config.ip_address_type = request.ip_address_type.or(config.ip_address_type);
    let updated = db
        .write(WorkforceUpdate {
            arn: context.place().workforce(&found.name).to_string(),
            name: found.name,
            kind: found.kind,
            config: config.to_json(),
            actor: context.actor(),
            now_ms: context.now_ms,
        })
        .await?;
    let found = match updated {
        true => db.workforce(&name).await?,
        false => None,
    };
    Ok(Response {
        workforce: workforce::shape(&context, found.ok_or_else(missing)?)?,
    })
}
