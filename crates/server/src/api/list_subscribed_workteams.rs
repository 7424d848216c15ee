//! ListSubscribedWorkteams.

use serde::{Deserialize, Serialize};

use super::page::Page;
use super::wire::Empty;
use super::{ApiResult, Context};

/// What is asked.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    name_contains: Option<String>,
    #[serde(skip_serializing)]
    next_token: Option<String>,
    #[serde(skip_serializing)]
    max_results: Option<i64>,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    subscribed_workteams: Vec<Empty>,
}

/// Lists vendors' teams: there are none.
pub async fn list_subscribed_workteams(context: Context, request: Request) -> ApiResult<Response> {
    let token = request.next_token.as_deref();
    Page::open(
        &context,
        "ListSubscribedWorkteams",
        &request,
        request.max_results,
        token,
    )?;
    Ok(Response {
        subscribed_workteams: Vec::new(),
    })
}
