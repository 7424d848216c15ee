//! Groups of people. A group is its members; a team is made of groups.

use crate::audit::audit_insert_in_txn;
use crate::sql::Conn;
use crate::writer::Operation;
use crate::{Result, args};

/// Puts people into a group, or takes them out. Gives how many it changed; people who do not exist
/// are passed over.
pub struct GroupMembers {
    /// The group.
    pub group_name: String,
    /// Who.
    pub person_ids: Vec<i64>,
    /// In, or out.
    pub member: bool,
    /// Who does it.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for GroupMembers {
    type Output = i64;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<i64> {
        let mut total = 0;
        for person_id in &self.person_ids {
            let sql = if self.member {
                "INSERT INTO group_member (group_name, person_id) SELECT $1, person_id FROM person WHERE person_id = $2
                 ON CONFLICT DO NOTHING"
            } else {
                "DELETE FROM group_member WHERE group_name = $1 AND person_id = $2"
            };
            let changed = conn
                .execute(sql, args![&self.group_name, *person_id])
                .await?;
            if changed == 0 {
                continue;
            }
            total += changed;
            let action = if self.member {
                "group.add"
            } else {
                "group.remove"
            };
            let detail = serde_json::json!({"person_id": person_id.to_string()});
            audit_insert_in_txn(
                conn,
                self.now_ms,
                &self.actor,
                action,
                &format!("group/{}", self.group_name),
                &detail.to_string(),
            )
            .await?;
        }
        Ok(total)
    }
}

/// Takes people out of every group of a team.
pub struct WorkteamMembersRemove {
    /// Name of the team.
    pub team: String,
    /// Who.
    pub person_ids: Vec<i64>,
    /// Who does it.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for WorkteamMembersRemove {
    type Output = ();

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        let groups = crate::workteam::groups_of(conn, &crate::person::name_key(&self.team)).await?;
        for group_name in groups {
            GroupMembers {
                group_name,
                person_ids: self.person_ids.clone(),
                member: false,
                actor: self.actor.clone(),
                now_ms: self.now_ms,
            }
            .run(conn)
            .await?;
        }
        Ok(())
    }
}
