//! ListWorkteams.

use cairn_db::workteam::{WorkteamFilter, WorkteamSort};
use serde::{Deserialize, Serialize};

use super::page::{Page, bad_token};
use super::wire::SortOrder;
use super::workteam::{self, WorkteamShape};
use super::{ApiResult, Context};

/// What is asked.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    #[serde(default)]
    sort_by: SortBy,
    #[serde(default)]
    sort_order: SortOrder,
    name_contains: Option<String>,
    #[serde(skip_serializing)]
    next_token: Option<String>,
    #[serde(skip_serializing)]
    max_results: Option<i64>,
}

#[derive(Clone, Copy, Default, Deserialize, Serialize)]
enum SortBy {
    Name,
    #[default]
    CreateDate,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    workteams: Vec<WorkteamShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Lists teams.
pub async fn list_workteams(context: Context, request: Request) -> ApiResult<Response> {
    let token = request.next_token.as_deref();
    let page = Page::open(
        &context,
        "ListWorkteams",
        &request,
        request.max_results,
        token,
    )?;
    let after = match page.after_texts::<2>()? {
        None => None,
        Some([name, at]) => Some((name, at.parse().map_err(|_| bad_token())?)),
    };
    let rows = context
        .app
        .db
        .workteam_list(&WorkteamFilter {
            name_contains: request.name_contains,
            sort: match request.sort_by {
                SortBy::Name => WorkteamSort::Name,
                SortBy::CreateDate => WorkteamSort::CreateDate,
            },
            descending: request.sort_order == SortOrder::Descending,
            after,
            limit: page.limit(),
        })
        .await?;
    let (rows, next_token) = page.cut(&context, rows, |team| {
        let (name, at) = WorkteamFilter::cursor(team);
        vec![name, at.to_string()]
    });
    let workteams = rows
        .into_iter()
        .map(|team| workteam::shape(&context, team))
        .collect::<ApiResult<_>>()?;
    Ok(Response {
        workteams,
        next_token,
    })
}
