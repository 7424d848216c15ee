//! What the three operations on tags share, and the rules for tags given at a creation.

use cairn_labeling::arn::Resource;

use super::wire::{Tag, own_arn};
use super::{ApiError, ApiResult, Context};

/// Tags that one resource may have.
pub const TAGS_MAX: i64 = 50;
/// Keys that only AWS itself gives.
const AWS_PREFIX: &str = "aws:";
/// Keys that are settings of a labeling job, read when it is created.
pub const SETTINGS_PREFIX: &str = "cairn:";

/// The resource an ARN names, checked to exist, with the ARN in the form tags are kept under.
pub async fn resource(context: &Context, arn: &str) -> ApiResult<String> {
    let parsed = own_arn(context, "ResourceArn", arn)?;
    let place = context.place();
    let db = &context.app.db;
    let missing = || ApiError::validation(format!("`ResourceArn`: there is no `{arn}`"));
    let canonical = match Resource::of(&parsed).ok_or_else(missing)? {
        Resource::LabelingJob(name) => db
            .labeling_job_by_name(&name)
            .await?
            .map(|job| place.labeling_job(&job.name)),
        Resource::Workteam(name) => db
            .workteam(&name)
            .await?
            .map(|team| place.workteam(&team.name)),
        Resource::Workforce(name) => db
            .workforce(&name)
            .await?
            .map(|workforce| place.workforce(&workforce.name)),
        Resource::HumanTaskUi(name) => db
            .human_task_ui(&name)
            .await?
            .map(|ui| place.human_task_ui(&ui.name)),
    };
    canonical.map(|arn| arn.to_string()).ok_or_else(missing)
}

/// Tags of a new resource. `with_settings` says whether `cairn:` keys mean something there.
pub fn check(tags: &[Tag], with_settings: bool) -> ApiResult<Vec<(String, String)>> {
    let mut kept: Vec<(String, String)> = Vec::with_capacity(tags.len());
    for tag in tags {
        check_key(&tag.key, with_settings)?;
        if kept.iter().any(|(key, _)| *key == tag.key) {
            return Err(ApiError::validation(format!(
                "`Tags`: the key `{}` is there twice",
                tag.key
            )));
        }
        kept.push((tag.key.clone(), tag.value.clone()));
    }
    Ok(kept)
}

/// Whether a key may be given or taken away.
pub fn check_key(key: &str, with_settings: bool) -> ApiResult<()> {
    let begins = |prefix: &str| {
        key.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if begins(AWS_PREFIX) {
        return Err(ApiError::validation(format!(
            "`Tags`: the key `{key}` begins with `{AWS_PREFIX}`, which is reserved"
        )));
    }
    if !with_settings && begins(SETTINGS_PREFIX) {
        return Err(ApiError::validation(format!(
            "`Tags`: the key `{key}` begins with `{SETTINGS_PREFIX}`: it is a setting of a labeling job, which CreateLabelingJob takes and nothing changes later"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(keys: &[&str]) -> Vec<Tag> {
        keys.iter()
            .map(|key| Tag {
                key: (*key).to_owned(),
                value: String::new(),
            })
            .collect()
    }

    #[test]
    fn reserved_and_repeated_keys_are_refused() {
        assert_eq!(check(&tags(&["b", "a", "日本"]), false).unwrap().len(), 3);
        assert!(check(&tags(&["cairn:seed"]), true).is_ok());
        for bad in [&["a", "a"][..], &["aws:x"], &["AWS:x"], &["cairn:seed"]] {
            assert!(check(&tags(bad), false).is_err(), "{bad:?}");
        }
    }
}
