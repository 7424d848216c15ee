//! One-time links to set a password. A link is known by the hash of its token.

use crate::audit::audit_insert_in_txn;
use crate::person::{Person, PersonPassword, person, select};
use crate::sql::Conn;
use crate::writer::Operation;
use crate::{Db, Result, args};

/// Makes a link for a person, and voids the one before.
pub struct PasswordResetInsert {
    /// Hash of its token.
    pub token_hash: String,
    /// Who may set their password with it.
    pub person_id: i64,
    /// When it stops working.
    pub expires_at: i64,
    /// Who issues it.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for PasswordResetInsert {
    type Output = ();

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        conn.execute(
            "DELETE FROM password_reset WHERE person_id = $1",
            args![self.person_id],
        )
        .await?;
        conn.execute(
            "INSERT INTO password_reset (token_hash, person_id, expires_at) VALUES ($1, $2, $3)",
            args![&self.token_hash, self.person_id, self.expires_at],
        )
        .await?;
        let name = conn
            .one(
                "SELECT name FROM person WHERE person_id = $1",
                args![self.person_id],
                |row| row.text(0),
            )
            .await?;
        audit_insert_in_txn(
            conn,
            self.now_ms,
            &self.actor,
            "person.reset_link",
            &format!("person/{name}"),
            "{}",
        )
        .await
    }
}

/// Spends a link: sets the password, ends every session of the person. Gives the person, or nothing
/// when the link is spent, void or over, or its person disabled.
pub struct PasswordResetUse {
    /// Hash of its token.
    pub token_hash: String,
    /// Hash of the new password.
    pub password_hash: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for PasswordResetUse {
    type Output = Option<Person>;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<Option<Person>> {
        let spent = conn
            .opt(
                "DELETE FROM password_reset WHERE token_hash = $1 AND expires_at > $2 RETURNING person_id",
                args![&self.token_hash, self.now_ms],
                |row| row.int(0),
            )
            .await?;
        let Some(person_id) = spent else {
            return Ok(None);
        };
        let found = conn
            .opt(
                select!("FROM person WHERE person_id = $1 AND disabled = 0"),
                args![person_id],
                person,
            )
            .await?;
        let Some(found) = found else { return Ok(None) };
        PersonPassword {
            person_id,
            password_hash: self.password_hash.clone(),
            must_change: false,
            session_kept: None,
            actor: found.name.clone(),
            now_ms: self.now_ms,
        }
        .run(conn)
        .await?;
        Ok(Some(found))
    }
}

impl Db {
    /// Whose password the link with this hash sets, while it works.
    pub async fn password_reset_person(
        &self,
        token_hash: &str,
        now_ms: i64,
    ) -> Result<Option<Person>> {
        self.reader()
            .await?
            .conn()
            .opt(
                select!(
                    "FROM password_reset JOIN person ON person.person_id = password_reset.person_id
 WHERE password_reset.token_hash = $1 AND password_reset.expires_at > $2 AND person.disabled = 0"
                ),
                args![token_hash, now_ms],
                person,
            )
            .await
    }
}
