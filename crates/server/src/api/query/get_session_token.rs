//! STS GetSessionToken: temporary keys for the caller as they are.

use super::assume_role::credentials_xml;
use super::{Context, Parameters};
use crate::api::ApiResult;
use crate::auth::access_keys::issue_temporary;

const DURATION_SECONDS: i64 = 43_200;
const DURATION_SECONDS_MIN: i64 = 900;
const DURATION_SECONDS_MAX: i64 = 129_600;

/// Gives keys with the caller's own role, for `DurationSeconds`.
pub fn get_session_token(context: &Context, parameters: &Parameters) -> ApiResult<String> {
    let seconds = parameters.number(
        "DurationSeconds",
        DURATION_SECONDS,
        DURATION_SECONDS_MIN..=DURATION_SECONDS_MAX,
    )?;
    let expires_at_ms = context.now_ms + seconds * 1_000;
    Ok(credentials_xml(&issue_temporary(
        &context.app.secrets,
        &context.caller,
        expires_at_ms,
    )))
}
