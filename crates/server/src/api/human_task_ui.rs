//! Templates that other operations name by the ARN of a human task UI.

use cairn_labeling::arn::{Arn, GROUND_TRUTH_ACCOUNT, Resource};

use super::wire::own_arn;
use super::{ApiError, ApiResult, Context};

/// The content of the human task UI that `arn`, given as `member`, names; `None` when there is none.
/// Ground Truth's own, for video, point clouds and entities, are told apart from a mere miss.
pub async fn content(context: &Context, member: &str, arn: &str) -> ApiResult<Option<String>> {
    if let Ok(parsed) = Arn::parse(arn)
        && parsed.account == GROUND_TRUTH_ACCOUNT
    {
        return Err(ApiError::validation(format!(
            "`{member}`: `{arn}` belongs to a task type that is not offered here yet; templates of your own are"
        )));
    }
    match Resource::of(&own_arn(context, member, arn)?) {
        Some(Resource::HumanTaskUi(name)) => {
            Ok(context.app.db.human_task_ui_content(&name).await?)
        }
        _ => Err(ApiError::validation(format!(
            "`{member}`: `{arn}` is not the ARN of a human task UI"
        ))),
    }
}
