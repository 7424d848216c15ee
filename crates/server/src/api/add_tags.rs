//! AddTags.

use cairn_db::tag::TagInsert;
use serde::{Deserialize, Serialize};

use super::wire::Tag;
use super::{ApiError, ApiResult, Context, tags};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    resource_arn: String,
    tags: Vec<Tag>,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    tags: Vec<Tag>,
}

/// Adds tags to a resource; a key that is there takes the new value. Gives all of its tags.
pub async fn add_tags(context: Context, request: Request) -> ApiResult<Response> {
    let arn = tags::resource(&context, &request.resource_arn).await?;
    let added = tags::check(&request.tags, false)?;
    let db = &context.app.db;
    let fits = db
        .write(TagInsert {
            arn: arn.clone(),
            tags: added,
            count_max: tags::TAGS_MAX,
            actor: context.actor(),
            now_ms: context.now_ms,
        })
        .await?;
    if !fits {
        return Err(ApiError::validation(format!(
            "`Tags`: a resource has at most {} tags",
            tags::TAGS_MAX
        )));
    }
    let all = db.tag_list(&arn, None, tags::TAGS_MAX).await?;
    Ok(Response {
        tags: all.into_iter().map(Tag::from).collect(),
    })
}
