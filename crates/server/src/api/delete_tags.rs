//! DeleteTags.

use cairn_db::tag::TagDelete;
use serde::Deserialize;

use super::wire::Empty;
use super::{ApiResult, Context, tags};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    resource_arn: String,
    tag_keys: Vec<String>,
}

/// Takes tags off a resource. Keys it does not have are passed over, as on a second try.
pub async fn delete_tags(context: Context, request: Request) -> ApiResult<Empty> {
    let arn = tags::resource(&context, &request.resource_arn).await?;
    for key in &request.tag_keys {
        tags::check_key(key, false)?;
    }
    context
        .app
        .db
        .write(TagDelete {
            arn,
            keys: request.tag_keys,
            actor: context.actor(),
            now_ms: context.now_ms,
        })
        .await?;
    Ok(Empty {})
}
