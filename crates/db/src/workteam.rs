//! Teams: a name that jobs are given to, and the groups whose members work on them.

use crate::audit::audit_insert_in_txn;
use crate::labeling_job::like;
use crate::person::name_key;
use crate::sql::{Arg, Conn, Row};
use crate::tag::tag_insert_in_txn;
use crate::writer::Operation;
use crate::{Db, Result, args};

/// A team as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workteam {
    /// Name, in the case it was given.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Name of its workforce, when one was named.
    pub workforce: Option<String>,
    /// `MemberDefinitions` as JSON.
    pub member_definitions: String,
    /// `NotificationConfiguration` as JSON.
    pub notification: Option<String>,
    /// `WorkerAccessConfiguration` as JSON.
    pub access: Option<String>,
    /// Creation time.
    pub created_at: i64,
    /// Last change.
    pub updated_at: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT name, description, workforce, member_definitions, notification, access, created_at, updated_at
 FROM workteam ",
            $rest
        )
    };
}

fn workteam(row: &Row<'_>) -> Result<Workteam> {
    Ok(Workteam {
        name: row.text(0)?,
        description: row.text(1)?,
        workforce: row.opt_text(2)?,
        member_definitions: row.text(3)?,
        notification: row.opt_text(4)?,
        access: row.opt_text(5)?,
        created_at: row.int(6)?,
        updated_at: row.int(7)?,
    })
}

/// Adds a team. Gives false when the name is taken.
pub struct WorkteamInsert {
    /// The team.
    pub workteam: Workteam,
    /// The groups that `member_definitions` names.
    pub groups: Vec<String>,
    /// ARN, for tags and the audit log.
    pub arn: String,
    /// Tags in order.
    pub tags: Vec<(String, String)>,
    /// Who adds it.
    pub actor: String,
}

impl Operation for WorkteamInsert {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let team = &self.workteam;
        let key = name_key(&team.name);
        let inserted = conn
            .execute(
                "INSERT INTO workteam (name_key, name, description, workforce, member_definitions, notification, access,
                   created_at, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
                args![
                    &key,
                    &team.name,
                    &team.description,
                    &team.workforce,
                    &team.member_definitions,
                    &team.notification,
                    &team.access,
                    team.created_at,
                    team.updated_at,
                ],
            )
            .await?;
        if inserted == 0 {
            return Ok(false);
        }
        groups_replace_in_txn(conn, &key, &self.groups).await?;
        tag_insert_in_txn(conn, &self.arn, &self.tags).await?;
        let detail = serde_json::json!({"groups": self.groups});
        audit_insert_in_txn(
            conn,
            team.created_at,
            &self.actor,
            "workteam.create",
            &self.arn,
            &detail.to_string(),
        )
        .await?;
        Ok(true)
    }
}

/// Changes what is given of a team. Gives the team as it is now.
pub struct WorkteamUpdate {
    /// Name.
    pub name: String,
    /// New description.
    pub description: Option<String>,
    /// New `MemberDefinitions` as JSON, with the groups it names.
    pub members: Option<(String, Vec<String>)>,
    /// New `NotificationConfiguration` as JSON.
    pub notification: Option<String>,
    /// New `WorkerAccessConfiguration` as JSON.
    pub access: Option<String>,
    /// ARN, for the audit log.
    pub arn: String,
    /// Who does it.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for WorkteamUpdate {
    type Output = Option<Workteam>;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<Option<Workteam>> {
        let key = name_key(&self.name);
        let members = self.members.as_ref().map(|(json, _)| json.as_str());
        let changed = conn
            .execute(
                "UPDATE workteam SET description = COALESCE($2, description),
                   member_definitions = COALESCE($3, member_definitions), notification = COALESCE($4, notification),
                   access = COALESCE($5, access), updated_at = $6 WHERE name_key = $1",
                args![
                    &key,
                    &self.description,
                    members,
                    &self.notification,
                    &self.access,
                    self.now_ms
                ],
            )
            .await?;
        if changed == 0 {
            return Ok(None);
        }
        let mut detail = serde_json::json!({});
        if let Some((_, groups)) = &self.members {
            groups_replace_in_txn(conn, &key, groups).await?;
            detail["groups"] = groups.clone().into();
        }
        audit_insert_in_txn(
            conn,
            self.now_ms,
            &self.actor,
            "workteam.update",
            &self.arn,
            &detail.to_string(),
        )
        .await?;
        conn.opt(select!("WHERE name_key = $1"), args![&key], workteam)
            .await
    }
}

/// What became of a [`WorkteamDelete`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkteamDeleted {
    /// Gone.
    Deleted,
    /// There is none of that name.
    Missing,
    /// A job that is not over works with it.
    InUse,
}

/// Removes a team that no unfinished job works with. Its groups keep their members.
pub struct WorkteamDelete {
    /// Name.
    pub name: String,
    /// ARN: jobs name the team by it.
    pub arn: String,
    /// Who does it.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for WorkteamDelete {
    type Output = WorkteamDeleted;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<WorkteamDeleted> {
        let key = name_key(&self.name);
        let in_use = conn
            .one(JOBS_SQL, args![&self.arn], |row| row.int(0))
            .await?;
        if in_use > 0 {
            return Ok(WorkteamDeleted::InUse);
        }
        let deleted = conn
            .execute("DELETE FROM workteam WHERE name_key = $1", args![&key])
            .await?;
        if deleted == 0 {
            return Ok(WorkteamDeleted::Missing);
        }
        conn.execute(
            "DELETE FROM workteam_group WHERE team_key = $1",
            args![&key],
        )
        .await?;
        conn.execute("DELETE FROM tag WHERE arn = $1", args![&self.arn])
            .await?;
        audit_insert_in_txn(
            conn,
            self.now_ms,
            &self.actor,
            "workteam.delete",
            &self.arn,
            "{}",
        )
        .await?;
        Ok(WorkteamDeleted::Deleted)
    }
}

const JOBS_SQL: &str = "SELECT COUNT(*) FROM labeling_job
 WHERE workteam_arn = $1 AND state IN ('Initializing', 'InProgress', 'Stopping')";

async fn groups_replace_in_txn(conn: &mut Conn<'_>, key: &str, groups: &[String]) -> Result<()> {
    conn.execute("DELETE FROM workteam_group WHERE team_key = $1", args![key])
        .await?;
    for group in groups {
        conn.execute(
            "INSERT INTO workteam_group (team_key, group_name) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            args![key, group],
        )
        .await?;
    }
    Ok(())
}

/// Names of a person's teams, in order.
pub(crate) async fn teams_of(conn: &mut Conn<'_>, person_id: i64) -> Result<Vec<String>> {
    conn.all(
        "SELECT DISTINCT workteam.name, workteam.name_key FROM group_member
         JOIN workteam_group ON workteam_group.group_name = group_member.group_name
         JOIN workteam ON workteam.name_key = workteam_group.team_key
         WHERE group_member.person_id = $1 ORDER BY workteam.name_key",
        args![person_id],
        |row| row.text(0),
    )
    .await
}

/// The groups of a team, in order.
pub(crate) async fn groups_of(conn: &mut Conn<'_>, key: &str) -> Result<Vec<String>> {
    conn.all(
        "SELECT group_name FROM workteam_group WHERE team_key = $1 ORDER BY group_name",
        args![key],
        |row| row.text(0),
    )
    .await
}

/// By what a list of teams is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorkteamSort {
    /// Name, without regard to case.
    #[default]
    Name,
    /// Creation time.
    CreateDate,
}

/// Which teams a list shows.
#[derive(Clone, Debug, Default)]
pub struct WorkteamFilter {
    /// Part of the name, without regard to case.
    pub name_contains: Option<String>,
    /// Order.
    pub sort: WorkteamSort,
    /// Last first.
    pub descending: bool,
    /// Name and creation time of the team before.
    pub after: Option<(String, i64)>,
    /// Rows at most.
    pub limit: i64,
}

impl WorkteamFilter {
    /// The cursor that continues after `team`.
    pub fn cursor(team: &Workteam) -> (String, i64) {
        (name_key(&team.name), team.created_at)
    }
}

/// A list in one order: `$2` says whether `$3` and `$4`, the name and the creation time of the row
/// before, count.
macro_rules! list_sql {
    ($columns:literal, $cursor:literal, $compare:literal, $order:literal) => {
        concat!(
            select!("WHERE ($1 IS NULL OR name_key LIKE $1 ESCAPE '!') AND ($2 = 0 OR "),
            $columns,
            " ",
            $compare,
            " ",
            $cursor,
            ") AND ($3 = $3 AND $4 = $4) ORDER BY ",
            $order,
            " LIMIT $5"
        )
    };
}

impl Db {
    /// The team called `name`, without regard to case.
    pub async fn workteam(&self, name: &str) -> Result<Option<Workteam>> {
        self.reader()
            .await?
            .conn()
            .opt(
                select!("WHERE name_key = $1"),
                args![&name_key(name)],
                workteam,
            )
            .await
    }

    /// A page of teams.
    pub async fn workteam_list(&self, filter: &WorkteamFilter) -> Result<Vec<Workteam>> {
        let name = filter
            .name_contains
            .as_deref()
            .map(|part| like(&name_key(part)));
        let (after_name, after_time) = filter.after.clone().unwrap_or_default();
        let sql = match (filter.sort, filter.descending) {
            (WorkteamSort::Name, false) => list_sql!("name_key", "$3", ">", "name_key"),
            (WorkteamSort::Name, true) => list_sql!("name_key", "$3", "<", "name_key DESC"),
            (WorkteamSort::CreateDate, false) => {
                list_sql!(
                    "(created_at, name_key)",
                    "($4, $3)",
                    ">",
                    "created_at, name_key"
                )
            }
            (WorkteamSort::CreateDate, true) => list_sql!(
                "(created_at, name_key)",
                "($4, $3)",
                "<",
                "created_at DESC, name_key DESC"
            ),
        };
        let args = [
            Arg::from(&name),
            filter.after.is_some().into(),
            (&after_name).into(),
            after_time.into(),
            filter.limit.into(),
        ];
        self.reader().await?.conn().all(sql, &args, workteam).await
    }

    /// How many teams there are.
    pub async fn workteam_count(&self) -> Result<i64> {
        self.reader()
            .await?
            .conn()
            .one("SELECT COUNT(*) FROM workteam", &[], |row| row.int(0))
            .await
    }

    /// How many people are in the team called `name`.
    pub async fn workteam_member_count(&self, name: &str) -> Result<i64> {
        self.reader()
            .await?
            .conn()
            .one(
                "SELECT COUNT(DISTINCT person_id) FROM workteam_group
                 JOIN group_member ON group_member.group_name = workteam_group.group_name WHERE team_key = $1",
                args![&name_key(name)],
                |row| row.int(0),
            )
            .await
    }

    /// How many unfinished jobs are given to the team with this ARN.
    pub async fn workteam_job_count(&self, arn: &str) -> Result<i64> {
        self.reader()
            .await?
            .conn()
            .one(JOBS_SQL, args![arn], |row| row.int(0))
            .await
    }

    /// The groups of the team called `name`, in order.
    pub async fn workteam_groups(&self, name: &str) -> Result<Vec<String>> {
        groups_of(&mut self.reader().await?.conn(), &name_key(name)).await
    }

    /// Names of a person's teams, in order.
    pub async fn person_teams(&self, person_id: i64) -> Result<Vec<String>> {
        teams_of(&mut self.reader().await?.conn(), person_id).await
    }
}
