//! STS AssumeRole: temporary keys under a role.
//!
//! The role ARN is checked by shape; what it grants is in the table of roles
//! ([`crate::settings::RoleTable`]), and never more than the caller holds.

use super::{Context, Parameters, escape_xml, iso_time};
use crate::api::{ApiError, ApiResult};
use crate::auth::Caller;
use crate::auth::access_keys::{TemporaryCredentials, issue_temporary};

/// Life of the keys when the request asks for none, in seconds.
const DURATION_SECONDS: i64 = 3_600;
const DURATION_SECONDS_MIN: i64 = 900;
const DURATION_SECONDS_MAX: i64 = 43_200;

/// Gives keys for the role in `RoleArn`, for `DurationSeconds`, named `RoleSessionName`.
pub fn assume_role(context: &Context, parameters: &Parameters) -> ApiResult<String> {
    let Context {
        app,
        caller,
        now_ms,
        ..
    } = context;
    let role_arn = parameters.required("RoleArn")?;
    let session_name = parameters.required("RoleSessionName")?;
    let seconds = parameters.number(
        "DurationSeconds",
        DURATION_SECONDS,
        DURATION_SECONDS_MIN..=DURATION_SECONDS_MAX,
    )?;
    check_session_name(session_name)?;
    let role_name = role_name(role_arn)?;
    let denied = || {
        ApiError::access_denied(format!(
            "User: {} is not authorized to perform: sts:AssumeRole on resource: {role_arn}",
            caller.arn(&app.settings)
        ))
    };
    let role = app.settings.roles.grant(role_name).ok_or_else(denied)?;
    if !caller.role.covers(role) {
        return Err(denied());
    }
    let assumed = Caller {
        role,
        role_name: role_name.to_owned(),
        session_name: session_name.to_owned(),
        ..caller.clone()
    };
    let credentials = issue_temporary(&app.secrets, &assumed, now_ms + seconds * 1_000);
    Ok(format!(
        "{}<AssumedRoleUser><AssumedRoleId>{}:{}</AssumedRoleId><Arn>{}</Arn></AssumedRoleUser>",
        credentials_xml(&credentials),
        escape_xml(&assumed.user_id()),
        escape_xml(session_name),
        escape_xml(&assumed.arn(&app.settings)),
    ))
}

/// `<Credentials>` as STS writes it.
pub fn credentials_xml(credentials: &TemporaryCredentials) -> String {
    format!(
        "<Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey><SessionToken>{}</SessionToken><Expiration>{}</Expiration></Credentials>",
        credentials.access_key_id,
        credentials.secret_access_key,
        credentials.session_token,
        iso_time(credentials.expires_at_ms)
    )
}

/// The last part of `arn:aws:iam::123456789012:role/path/Name`.
fn role_name(role_arn: &str) -> ApiResult<&str> {
    let malformed = || ApiError::client("ValidationError", format!("{role_arn} is invalid"));
    let parts: Vec<&str> = role_arn.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts[..] else {
        return Err(malformed());
    };
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let name = resource
        .strip_prefix("role/")
        .and_then(|path| path.rsplit('/').next());
    name.filter(|name| partition.starts_with("aws") && is_account && is_role_name(name))
        .ok_or_else(malformed)
}

/// Whether `name` can be the name of a role.
pub fn is_role_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(is_name_byte)
}

fn check_session_name(name: &str) -> ApiResult<()> {
    if (2..=64).contains(&name.len()) && name.bytes().all(is_name_byte) {
        return Ok(());
    }
    Err(ApiError::client(
        "ValidationError",
        format!(
            "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]{{2,64}}"
        ),
    ))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_arns_are_checked_by_shape() {
        let name = |arn| role_name(arn).ok();
        assert_eq!(
            name("arn:aws:iam::123456789012:role/Labeler"),
            Some("Labeler")
        );
        assert_eq!(
            name("arn:aws-cn:iam::123456789012:role/service-role/A-1"),
            Some("A-1")
        );
        for bad in [
            "Labeler",
            "arn:aws:iam::1234:role/Labeler",
            "arn:aws:iam::123456789012:user/ada",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:s3:::bucket",
        ] {
            assert_eq!(name(bad), None, "{bad}");
        }
    }
}
