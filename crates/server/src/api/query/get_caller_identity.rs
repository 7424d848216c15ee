//! STS GetCallerIdentity: who the keys belong to.

use super::{Context, Parameters, escape_xml};
use crate::api::ApiResult;

/// Gives the caller's ARN, user id and the account.
pub fn get_caller_identity(context: &Context, _: &Parameters) -> ApiResult<String> {
    let Context { app, caller, .. } = context;
    Ok(format!(
        "<Arn>{}</Arn><UserId>{}:{}</UserId><Account>{}</Account>",
        escape_xml(&caller.arn(&app.settings)),
        escape_xml(&caller.user_id()),
        escape_xml(&caller.session_name),
        app.settings.account_id
    ))
}
