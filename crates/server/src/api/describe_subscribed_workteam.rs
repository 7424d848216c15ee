//! DescribeSubscribedWorkteam.

use serde::Deserialize;

use super::wire::Empty;
use super::{ApiError, ApiResult, Context};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    workteam_arn: String,
}

/// Describes a vendor's team that this server works with: there is none.
pub async fn describe_subscribed_workteam(_: Context, request: Request) -> ApiResult<Empty> {
    Err(ApiError::validation(format!(
        "`WorkteamArn`: no vendor's team is subscribed to here, so not `{}` either; vendor teams are not offered yet",
        request.workteam_arn
    )))
}
