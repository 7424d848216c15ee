//! DescribeWorkforce.

use serde::{Deserialize, Serialize};

use super::workforce::{self, WorkforceShape};
use super::{ApiResult, Context};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    workforce_name: String,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    workforce: WorkforceShape,
}

/// Describes a workforce.
pub async fn describe_workforce(context: Context, request: Request) -> ApiResult<Response> {
    let name = request.workforce_name;
    let found = context
        .app
        .db
        .workforce(&name)
        .await?
        .ok_or_else(|| workforce::missing(&name))?;
    Ok(Response {
        workforce: workforce::shape(&context, found)?,
    })
}
