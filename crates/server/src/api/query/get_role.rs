//! IAM GetRole: the ARN of a role, which the SageMaker SDK asks for to find its execution role.

use sha2::{Digest, Sha256};

use super::assume_role::is_role_name;
use super::{Context, Parameters, escape_xml, iso_time};
use crate::api::{ApiError, ApiResult};

/// Longest life of a session under any role, in seconds.
const MAX_SESSION_SECONDS: i64 = 43_200;

/// Describes the role `RoleName`, if the table of roles grants anything to that name.
pub fn get_role(context: &Context, parameters: &Parameters) -> ApiResult<String> {
    let name = parameters.required("RoleName")?;
    let settings = &context.app.settings;
    if !is_role_name(name) || settings.roles.grant(name).is_none() {
        return Err(ApiError {
            status: http::StatusCode::NOT_FOUND,
            ..ApiError::client(
                "NoSuchEntity",
                format!("The role with name {name} cannot be found."),
            )
        });
    }
    let id = hex::encode_upper(&Sha256::digest(name.as_bytes())[..8]);
    // Roles are rows of a setting and were never created; the epoch stands for "always".
    Ok(format!(
        "<Role><Path>/</Path><RoleName>{name}</RoleName><RoleId>AROA{id}</RoleId><Arn>arn:{}:iam::{}:role/{name}</Arn><CreateDate>{}</CreateDate><MaxSessionDuration>{MAX_SESSION_SECONDS}</MaxSessionDuration></Role>",
        settings.partition(),
        settings.account_id,
        iso_time(0),
        name = escape_xml(name),
    ))
}
