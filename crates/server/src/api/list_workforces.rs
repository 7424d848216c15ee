//! ListWorkforces.

use serde::{Deserialize, Serialize};

use super::page::Page;
use super::wire::SortOrder;
use super::workforce::{self, WorkforceShape};
use super::{ApiResult, Context};

/// What is asked.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    sort_by: Option<String>,
    #[serde(default)]
    sort_order: SortOrder,
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
    workforces: Vec<WorkforceShape>,
}

/// Lists workforces: there is one at most, so no page follows another and their order is any.
pub async fn list_workforces(context: Context, request: Request) -> ApiResult<Response> {
    let token = request.next_token.as_deref();
    let page = Page::open(
        &context,
        "ListWorkforces",
        &request,
        request.max_results,
        token,
    )?;
    let part = request
        .name_contains
        .unwrap_or_default()
        .to_ascii_lowercase();
    let mut workforces = Vec::new();
    if let Some(found) = workforce::only_one(&context).await?
        && page.after.is_none()
        && found.name.to_ascii_lowercase().contains(&part)
    {
        workforces.push(workforce::shape(&context, found)?);
    }
    Ok(Response { workforces })
}
