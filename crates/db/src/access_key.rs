//! Access keys of scripts: who holds them and as what. Their secrets are not here.

use crate::audit::audit_insert_in_txn;
use crate::sql::{Conn, Row};
use crate::writer::Operation;
use crate::{Db, Result, args};

/// An access key as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKey {
    /// `AKIA…`.
    pub access_key_id: String,
    /// Whose it is; none for one that belongs to nobody in particular.
    pub person_id: Option<i64>,
    /// What it is for.
    pub name: String,
    /// Stored name of the role it acts as.
    pub role: String,
    /// Does not work.
    pub disabled: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it was last used, at coarse grain.
    pub last_used_at: Option<i64>,
}

/// What the holder of a key may do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKeyHolder {
    /// The key.
    pub key: AccessKey,
    /// Name and role of the person whose it is, and whether they are disabled.
    pub person: Option<(String, String, bool)>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT access_key.access_key_id, access_key.person_id, access_key.name, access_key.role,
 access_key.disabled, access_key.created_at, access_key.last_used_at ",
            $rest
        )
    };
}

fn access_key(row: &Row<'_>) -> Result<AccessKey> {
    Ok(AccessKey {
        access_key_id: row.text(0)?,
        person_id: row.opt_int(1)?,
        name: row.text(2)?,
        role: row.text(3)?,
        disabled: row.truth(4)?,
        created_at: row.int(5)?,
        last_used_at: row.opt_int(6)?,
    })
}

/// Adds a key.
pub struct AccessKeyInsert {
    /// The key; `last_used_at` is not looked at.
    pub key: AccessKey,
    /// Who adds it.
    pub actor: String,
}

impl Operation for AccessKeyInsert {
    type Output = ();

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        let key = &self.key;
        conn.execute(
            "INSERT INTO access_key (access_key_id, person_id, name, role, disabled, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            args![
                &key.access_key_id,
                key.person_id,
                &key.name,
                &key.role,
                key.disabled,
                key.created_at
            ],
        )
        .await?;
        let detail = serde_json::json!({"name": key.name, "role": key.role});
        audit_insert_in_txn(
            conn,
            key.created_at,
            &self.actor,
            "access_key.create",
            &format!("access-key/{}", key.access_key_id),
            &detail.to_string(),
        )
        .await
    }
}

/// Makes a key stop working, or work again. Gives the key as it is now.
pub struct AccessKeyDisable {
    /// The key.
    pub access_key_id: String,
    /// Off, or on again.
    pub disabled: bool,
    /// Who does it.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for AccessKeyDisable {
    type Output = Option<AccessKey>;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<Option<AccessKey>> {
        let changed = conn
            .execute(
                "UPDATE access_key SET disabled = $2 WHERE access_key_id = $1 AND disabled <> $2",
                args![&self.access_key_id, self.disabled],
            )
            .await?;
        if changed == 1 {
            let action = if self.disabled {
                "access_key.disable"
            } else {
                "access_key.enable"
            };
            audit_insert_in_txn(
                conn,
                self.now_ms,
                &self.actor,
                action,
                &format!("access-key/{}", self.access_key_id),
                "{}",
            )
            .await?;
        }
        conn.opt(
            select!("FROM access_key WHERE access_key_id = $1"),
            args![&self.access_key_id],
            access_key,
        )
        .await
    }
}

/// Notes that a key is in use.
pub struct AccessKeyUsed {
    /// The key.
    pub access_key_id: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for AccessKeyUsed {
    type Output = ();
    const DURABLE: bool = false;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        conn.execute(
            "UPDATE access_key SET last_used_at = $2 WHERE access_key_id = $1",
            args![&self.access_key_id, self.now_ms],
        )
        .await
        .map(drop)
    }
}

impl Db {
    /// The key with this id and whoever holds it.
    pub async fn access_key(&self, access_key_id: &str) -> Result<Option<AccessKeyHolder>> {
        self.reader()
            .await?
            .conn()
            .opt(
                select!(
                    ", person.name, person.role, person.disabled FROM access_key
 LEFT JOIN person ON person.person_id = access_key.person_id WHERE access_key_id = $1"
                ),
                args![access_key_id],
                |row| {
                    let person = match (row.opt_text(7)?, row.opt_text(8)?, row.opt_int(9)?) {
                        (Some(name), Some(role), Some(disabled)) => {
                            Some((name, role, disabled != 0))
                        }
                        _ => None,
                    };
                    Ok(AccessKeyHolder {
                        key: access_key(row)?,
                        person,
                    })
                },
            )
            .await
    }

    /// A page of keys, newest first, after the key with creation time and id `after`.
    pub async fn access_key_list(
        &self,
        after: Option<(i64, &str)>,
        limit: i64,
    ) -> Result<Vec<AccessKey>> {
        let (created_at, id) = after.unwrap_or((i64::MAX, ""));
        self.reader()
            .await?
            .conn()
            .all(
                select!(
                    "FROM access_key WHERE (created_at, access_key_id) < ($1, $2)
 ORDER BY created_at DESC, access_key_id DESC LIMIT $3"
                ),
                args![created_at, id, limit],
                access_key,
            )
            .await
    }
}
