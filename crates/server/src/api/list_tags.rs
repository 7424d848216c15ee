//! ListTags.

use serde::{Deserialize, Serialize};

use super::page::{Page, bad_token};
use super::wire::Tag;
use super::{ApiResult, Context, tags};

/// What is asked.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    resource_arn: String,
    #[serde(skip_serializing)]
    next_token: Option<String>,
    #[serde(skip_serializing)]
    max_results: Option<i64>,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    tags: Vec<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Lists the tags of a resource in the order they were given.
pub async fn list_tags(context: Context, request: Request) -> ApiResult<Response> {
    let arn = tags::resource(&context, &request.resource_arn).await?;
    // A resource has no more than one page of the smallest size that may be asked for.
    let rows = request.max_results.unwrap_or(tags::TAGS_MAX);
    let token = request.next_token.as_deref();
    let page = Page::open_with(&context, "ListTags", &request, rows, token)?;
    let after = match page.after_texts::<1>()? {
        None => None,
        Some([position]) => Some(position.parse().map_err(|_| bad_token())?),
    };
    let rows = context.app.db.tag_list(&arn, after, page.limit()).await?;
    let (rows, next_token) = page.cut(&context, rows, |tag| vec![tag.position.to_string()]);
    Ok(Response {
        tags: rows.into_iter().map(Tag::from).collect(),
        next_token,
    })
}
