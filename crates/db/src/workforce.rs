//! Workforces: the pool that teams draw on.

use crate::audit::audit_insert_in_txn;
use crate::person::name_key;
use crate::sql::{Conn, Row};
use crate::writer::Operation;
use crate::{Db, Result, args};

/// A workforce as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workforce {
    /// Name, in the case it was given.
    pub name: String,
    /// `cognito` or `oidc`.
    pub kind: String,
    /// Configuration as JSON. May hold a client secret, which no reply shows.
    pub config: String,
    /// Creation time.
    pub created_at: i64,
    /// Last change.
    pub updated_at: i64,
}

fn workforce(row: &Row<'_>) -> Result<Workforce> {
    Ok(Workforce {
        name: row.text(0)?,
        kind: row.text(1)?,
        config: row.text(2)?,
        created_at: row.int(3)?,
        updated_at: row.int(4)?,
    })
}

/// Adds a workforce. Gives false when the name is taken.
pub struct WorkforceInsert {
    /// The workforce.
    pub workforce: Workforce,
    /// ARN, for tags and the audit log.
    pub arn: String,
    /// Tags in order.
    pub tags: Vec<(String, String)>,
    /// Who adds it.
    pub actor: String,
}

impl Operation for WorkforceInsert {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let workforce = &self.workforce;
        let inserted = conn
            .execute(
                "INSERT INTO workforce (name_key, name, kind, config, created_at, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                args![
                    &name_key(&workforce.name),
                    &workforce.name,
                    &workforce.kind,
                    &workforce.config,
                    workforce.created_at,
                    workforce.updated_at
                ],
            )
            .await?;
        if inserted == 0 {
            return Ok(false);
        }
        crate::tag::tag_insert_in_txn(conn, &self.arn, &self.tags).await?;
        audit_insert_in_txn(
            conn,
            workforce.created_at,
            &self.actor,
            "workforce.create",
            &self.arn,
            "{}",
        )
        .await?;
        Ok(true)
    }
}

/// Replaces the configuration of a workforce. Gives false when there is none of that name.
pub struct WorkforceUpdate {
    /// Name.
    pub name: String,
    /// `cognito` or `oidc`.
    pub kind: String,
    /// Configuration as JSON.
    pub config: String,
    /// ARN, for the audit log.
    pub arn: String,
    /// Who does it.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for WorkforceUpdate {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let changed = conn
            .execute(
                "UPDATE workforce SET kind = $2, config = $3, updated_at = $4 WHERE name_key = $1",
                args![&name_key(&self.name), &self.kind, &self.config, self.now_ms],
            )
            .await?;
        if changed == 1 {
            audit_insert_in_txn(
                conn,
                self.now_ms,
                &self.actor,
                "workforce.update",
                &self.arn,
                "{}",
            )
            .await?;
        }
        Ok(changed == 1)
    }
}

/// What became of a [`WorkforceDelete`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkforceDeleted {
    /// Gone.
    Deleted,
    /// There is none of that name.
    Missing,
    /// It still has teams.
    InUse,
}

/// Removes a workforce that has no teams.
pub struct WorkforceDelete {
    /// Name.
    pub name: String,
    /// ARN, for tags and the audit log.
    pub arn: String,
    /// Who does it.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for WorkforceDelete {
    type Output = WorkforceDeleted;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<WorkforceDeleted> {
        let key = name_key(&self.name);
        let in_use = conn
            .opt(
                "SELECT name_key FROM workteam WHERE LOWER(workforce) = $1 LIMIT 1",
                args![&key],
                |row| row.text(0),
            )
            .await?;
        if in_use.is_some() {
            return Ok(WorkforceDeleted::InUse);
        }
        let deleted = conn
            .execute("DELETE FROM workforce WHERE name_key = $1", args![&key])
            .await?;
        if deleted == 0 {
            return Ok(WorkforceDeleted::Missing);
        }
        conn.execute("DELETE FROM tag WHERE arn = $1", args![&self.arn])
            .await?;
        audit_insert_in_txn(
            conn,
            self.now_ms,
            &self.actor,
            "workforce.delete",
            &self.arn,
            "{}",
        )
        .await?;
        Ok(WorkforceDeleted::Deleted)
    }
}

impl Db {
    /// The workforce called `name`, without regard to case.
    pub async fn workforce(&self, name: &str) -> Result<Option<Workforce>> {
        self.reader()
            .await?
            .conn()
            .opt(
                "SELECT name, kind, config, created_at, updated_at FROM workforce WHERE name_key = $1",
                args![&name_key(name)],
                workforce,
            )
            .await
    }

    /// All workforces, by name. There is one an account, so the list is not paged.
    pub async fn workforce_list(&self) -> Result<Vec<Workforce>> {
        self.reader()
            .await?
            .conn()
            .all(
                "SELECT name, kind, config, created_at, updated_at FROM workforce ORDER BY name_key LIMIT 100",
                &[],
                workforce,
            )
            .await
    }
}
