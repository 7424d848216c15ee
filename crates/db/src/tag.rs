//! Tags of anything that has an ARN. Whether the thing exists is for the caller to know.

use crate::audit::audit_insert_in_txn;
use crate::sql::Conn;
use crate::writer::Operation;
use crate::{Db, Result, args};

/// One tag and its place among the tags of its resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
    /// Grows in the order the tags were given.
    pub position: i64,
}

/// Adds tags after those that are there; a key that is there keeps its place and takes the value.
pub(crate) async fn tag_insert_in_txn(
    conn: &mut Conn<'_>,
    arn: &str,
    tags: &[(String, String)],
) -> Result<()> {
    if tags.is_empty() {
        return Ok(());
    }
    let first = conn
        .one(
            "SELECT COALESCE(MAX(position), -1) + 1 FROM tag WHERE arn = $1",
            args![arn],
            |row| row.int(0),
        )
        .await?;
    for (at, (key, value)) in tags.iter().enumerate() {
        conn.execute(
            "INSERT INTO tag (arn, key, value, position) VALUES ($1, $2, $3, $4)
             ON CONFLICT (arn, key) DO UPDATE SET value = excluded.value",
            args![arn, key, value, first + at as i64],
        )
        .await?;
    }
    Ok(())
}

/// Adds tags to a resource, or changes their values. Gives false, and changes nothing, when it would
/// then have more than `count_max`.
pub struct TagInsert {
    /// The resource.
    pub arn: String,
    /// Tags in order.
    pub tags: Vec<(String, String)>,
    /// Tags that a resource may have.
    pub count_max: i64,
    /// Who adds them.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for TagInsert {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let mut keys = conn
            .all(
                "SELECT key FROM tag WHERE arn = $1",
                args![&self.arn],
                |row| row.text(0),
            )
            .await?;
        keys.extend(self.tags.iter().map(|(key, _)| key.clone()));
        keys.sort_unstable();
        keys.dedup();
        if keys.len() as i64 > self.count_max {
            return Ok(false);
        }
        tag_insert_in_txn(conn, &self.arn, &self.tags).await?;
        audit_insert_in_txn(
            conn,
            self.now_ms,
            &self.actor,
            "tag.add",
            &self.arn,
            &serde_json::json!({"tags": self.tags}).to_string(),
        )
        .await?;
        Ok(true)
    }
}

/// Takes tags off a resource; keys that it does not have are passed over.
pub struct TagDelete {
    /// The resource.
    pub arn: String,
    /// Keys.
    pub keys: Vec<String>,
    /// Who takes them off.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for TagDelete {
    type Output = ();

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        for key in &self.keys {
            conn.execute(
                "DELETE FROM tag WHERE arn = $1 AND key = $2",
                args![&self.arn, key],
            )
            .await?;
        }
        audit_insert_in_txn(
            conn,
            self.now_ms,
            &self.actor,
            "tag.delete",
            &self.arn,
            &serde_json::json!({"keys": self.keys}).to_string(),
        )
        .await
    }
}

impl Db {
    /// Tags of `arn` in order, at most `limit` after the place `after`.
    pub async fn tag_list(&self, arn: &str, after: Option<i64>, limit: i64) -> Result<Vec<Tag>> {
        self.reader()
            .await?
            .conn()
            .all(
                "SELECT key, value, position FROM tag WHERE arn = $1 AND position > $2
                 ORDER BY position LIMIT $3",
                args![arn, after.unwrap_or(-1), limit],
                |row| {
                    Ok(Tag {
                        key: row.text(0)?,
                        value: row.text(1)?,
                        position: row.int(2)?,
                    })
                },
            )
            .await
    }
}
