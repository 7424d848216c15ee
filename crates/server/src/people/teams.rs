//! Teams made here rather than by CreateWorkteam.

use cairn_db::Db;
use cairn_db::workforce::{Workforce, WorkforceInsert};
use cairn_db::workteam::{Workteam, WorkteamInsert};
use cairn_labeling::arn::Place;
use serde_json::json;

use super::People;
use crate::settings::Settings;

/// Where this server says it is, for ARNs.
pub fn place(settings: &Settings) -> Place {
    Place {
        region: settings.region.clone(),
        account: settings.account_id.clone(),
    }
}

/// ARN of the private team called `name`.
pub fn arn(settings: &Settings, name: &str) -> String {
    place(settings).workteam(name).to_string()
}

/// The user pool that teams made here say they draw on, in the form that scripts expect.
pub fn user_pool(settings: &Settings) -> String {
    format!("{}_Cairn", settings.region)
}

/// The client of [`user_pool`].
pub const CLIENT_ID: &str = "cairn";

/// `MemberDefinitions` of a team whose one group is `group`.
pub fn member_definitions(settings: &Settings, group: &str) -> serde_json::Value {
    json!([{"CognitoMemberDefinition": {
        "UserPool": user_pool(settings),
        "UserGroup": group,
        "ClientId": CLIENT_ID,
    }}])
}

/// Name of the workforce that the first team makes.
pub const WORKFORCE_NAME: &str = "default";
/// The kind of workforce there is.
pub const WORKFORCE_KIND: &str = "cognito";

/// The private workforce, made with `config` when there is none yet: as Ground Truth does, the first
/// team makes it.
pub async fn workforce(
    db: &Db,
    settings: &Settings,
    config: &str,
    actor: &str,
    now_ms: i64,
) -> cairn_db::Result<Workforce> {
    if let Some(workforce) = db.workforce_list().await?.into_iter().next() {
        return Ok(workforce);
    }
    let workforce = Workforce {
        name: WORKFORCE_NAME.to_owned(),
        kind: WORKFORCE_KIND.to_owned(),
        config: config.to_owned(),
        created_at: now_ms,
        updated_at: now_ms,
    };
    let insert = WorkforceInsert {
        arn: place(settings).workforce(&workforce.name).to_string(),
        workforce: workforce.clone(),
        tags: Vec::new(),
        actor: actor.to_owned(),
    };
    // When somebody else was faster, theirs stands.
    db.write(insert).await?;
    let made = db.workforce_list().await?.into_iter().next();
    Ok(made.unwrap_or(workforce))
}

/// Whether a team may be called so: 1–63 letters, digits and single hyphens between them.
pub fn is_team_name(name: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    name.len() <= 63 && name.split('-').all(is_part)
}

impl People {
    /// Makes a team with a group of its own name. Gives nothing when the name is taken.
    pub async fn add_team(
        &self,
        name: &str,
        description: &str,
        actor: &str,
    ) -> cairn_db::Result<Option<Workteam>> {
        let now_ms = self.clock.now_ms();
        let workforce = workforce(&self.db, &self.settings, "{}", actor, now_ms).await?;
        let workteam = Workteam {
            name: name.to_owned(),
            description: description.to_owned(),
            workforce: Some(workforce.name),
            member_definitions: member_definitions(&self.settings, name).to_string(),
            notification: None,
            access: None,
            created_at: now_ms,
            updated_at: now_ms,
        };
        let insert = WorkteamInsert {
            workteam: workteam.clone(),
            groups: vec![name.to_owned()],
            arn: arn(&self.settings, name),
            tags: Vec::new(),
            actor: actor.to_owned(),
        };
        let inserted = self.db.write(insert).await?;
        Ok(inserted.then_some(workteam))
    }

    /// The group that new members of a team join: the one of its name if it has it, else its first.
    pub async fn joining_group(&self, team: &str) -> cairn_db::Result<Option<String>> {
        let groups = self.db.workteam_groups(team).await?;
        let own = groups.iter().find(|group| group.eq_ignore_ascii_case(team));
        Ok(own.or(groups.first()).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn team_names() {
        for good in ["a", "Birds-2026", "a-b-c", &"x".repeat(63)] {
            assert!(is_team_name(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "a b", "é", &"x".repeat(64)] {
            assert!(!is_team_name(bad), "{bad}");
        }
    }
}
