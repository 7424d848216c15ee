//! Human task UIs: worker task templates kept by name.

use crate::audit::audit_insert_in_txn;
use crate::sql::{Conn, Row};
use crate::tag::tag_insert_in_txn;
use crate::writer::Operation;
use crate::{Db, Result, args};

/// A human task UI without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HumanTaskUi {
    /// `HumanTaskUiName`.
    pub name: String,
    /// Creation time.
    pub created_at: i64,
    /// SHA-256 of the content, hexadecimal.
    pub content_sha256: String,
}

fn human_task_ui(row: &Row<'_>) -> Result<HumanTaskUi> {
    Ok(HumanTaskUi {
        name: row.text(0)?,
        created_at: row.int(1)?,
        content_sha256: row.text(2)?,
    })
}

/// Stores a human task UI.
pub struct HumanTaskUiInsert {
    /// Name.
    pub name: String,
    /// ARN, for tags and the audit log.
    pub arn: String,
    /// The template.
    pub content: String,
    /// Its SHA-256, hexadecimal.
    pub content_sha256: String,
    /// Tags in order.
    pub tags: Vec<(String, String)>,
    /// Human task UIs that there may be.
    pub count_max: i64,
    /// Who stores it.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

/// How an insert ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HumanTaskUiInserted {
    /// It is there.
    Done,
    /// There is one of this name.
    NameTaken,
    /// There are as many as there may be.
    TooMany,
}

impl Operation for HumanTaskUiInsert {
    type Output = HumanTaskUiInserted;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<HumanTaskUiInserted> {
        let (same, count) = conn
            .one(
                "SELECT (SELECT COUNT(*) FROM human_task_ui WHERE name = $1), (SELECT COUNT(*) FROM human_task_ui)",
                args![&self.name],
                |row| Ok((row.int(0)?, row.int(1)?)),
            )
            .await?;
        if same > 0 {
            return Ok(HumanTaskUiInserted::NameTaken);
        }
        if count >= self.count_max {
            return Ok(HumanTaskUiInserted::TooMany);
        }
        let inserted = conn
            .execute(
                "INSERT INTO human_task_ui (name, created_at, content, content_sha256) VALUES ($1, $2, $3, $4)
                 ON CONFLICT DO NOTHING",
                args![&self.name, self.now_ms, &self.content, &self.content_sha256],
            )
            .await?;
        if inserted == 0 {
            return Ok(HumanTaskUiInserted::NameTaken);
        }
        tag_insert_in_txn(conn, &self.arn, &self.tags).await?;
        audit_insert_in_txn(
            conn,
            self.now_ms,
            &self.actor,
            "human_task_ui.create",
            &self.arn,
            "{}",
        )
        .await?;
        Ok(HumanTaskUiInserted::Done)
    }
}

/// Deletes a human task UI with its tags. Gives false when there is none of this name.
pub struct HumanTaskUiDelete {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Who deletes it.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for HumanTaskUiDelete {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let deleted = conn
            .execute(
                "DELETE FROM human_task_ui WHERE name = $1",
                args![&self.name],
            )
            .await?;
        if deleted == 0 {
            return Ok(false);
        }
        conn.execute("DELETE FROM tag WHERE arn = $1", args![&self.arn])
            .await?;
        audit_insert_in_txn(
            conn,
            self.now_ms,
            &self.actor,
            "human_task_ui.delete",
            &self.arn,
            "{}",
        )
        .await?;
        Ok(true)
    }
}

/// Which human task UIs a list shows. Absent conditions admit all.
#[derive(Clone, Debug)]
pub struct HumanTaskUiFilter {
    /// Created after this time.
    pub created_after: Option<i64>,
    /// Created before this time.
    pub created_before: Option<i64>,
    /// Whether the newest comes first.
    pub descending: bool,
    /// Creation time and name of the last one of the page before.
    pub after: Option<(i64, String)>,
    /// Rows at most.
    pub limit: i64,
}

macro_rules! list_sql {
    ($compare:literal, $direction:literal) => {
        concat!(
            "SELECT name, created_at, content_sha256 FROM human_task_ui
             WHERE ($1 IS NULL OR created_at > $1) AND ($2 IS NULL OR created_at < $2)
               AND ($3 = 0 OR (created_at, name) ",
            $compare,
            " ($4, $5)) ORDER BY created_at ",
            $direction,
            ", name ",
            $direction,
            " LIMIT $6"
        )
    };
}

impl Db {
    /// The human task UI called `name`, without its content.
    pub async fn human_task_ui(&self, name: &str) -> Result<Option<HumanTaskUi>> {
        self.reader()
            .await?
            .conn()
            .opt(
                "SELECT name, created_at, content_sha256 FROM human_task_ui WHERE name = $1",
                args![name],
                human_task_ui,
            )
            .await
    }

    /// The template of the human task UI called `name`.
    pub async fn human_task_ui_content(&self, name: &str) -> Result<Option<String>> {
        self.reader()
            .await?
            .conn()
            .opt(
                "SELECT content FROM human_task_ui WHERE name = $1",
                args![name],
                |row| row.text(0),
            )
            .await
    }

    /// A page of human task UIs by creation time.
    pub async fn human_task_ui_list(&self, filter: &HumanTaskUiFilter) -> Result<Vec<HumanTaskUi>> {
        let (at, name) = filter.after.clone().unwrap_or_default();
        let sql = if filter.descending {
            list_sql!("<", "DESC")
        } else {
            list_sql!(">", "ASC")
        };
        self.reader()
            .await?
            .conn()
            .all(
                sql,
                args![
                    filter.created_after,
                    filter.created_before,
                    filter.after.is_some(),
                    at,
                    &name,
                    filter.limit
                ],
                human_task_ui,
            )
            .await
    }
}
