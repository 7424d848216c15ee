//! People: who they are, their password's hash, and whether they may come in.

use crate::audit::audit_insert_in_txn;
use crate::labeling_job::like;
use crate::sql::{Conn, Row};
use crate::writer::Operation;
use crate::{Db, Result, args};

/// A person as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Id, from [`crate::time_id`].
    pub person_id: i64,
    /// The name they sign in with.
    pub name: String,
    /// Where mail goes; also signs in.
    pub email: Option<String>,
    /// Hash of the password; none before the first was set.
    pub password_hash: Option<String>,
    /// The password was given by somebody else, or is missing: it must be changed first.
    pub must_change: bool,
    /// Stored name of the role.
    pub role: String,
    /// May not come in.
    pub disabled: bool,
    /// `en` or `ja`, when chosen.
    pub language: Option<String>,
    /// 26 characters that stand for the worker in answers; never changes.
    pub worker_key: String,
    /// When they were added.
    pub created_at: i64,
    /// When they were last seen, at coarse grain.
    pub last_seen_at: Option<i64>,
}

impl Person {
    /// As the audit log names them.
    pub fn subject(&self) -> String {
        format!("person/{}", self.name)
    }
}

/// A name or address as it is compared: without regard to case.
pub fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT person.person_id, person.name, person.email, person.password_hash, person.must_change,
 person.role, person.disabled, person.language, person.worker_key, person.created_at, person.last_seen_at ",
            $rest
        )
    };
}
pub(crate) use select;

/// Number of columns that [`select`] gives.
pub(crate) const COLUMNS: usize = 11;

pub(crate) fn person(row: &Row<'_>) -> Result<Person> {
    Ok(Person {
        person_id: row.int(0)?,
        name: row.text(1)?,
        email: row.opt_text(2)?,
        password_hash: row.opt_text(3)?,
        must_change: row.truth(4)?,
        role: row.text(5)?,
        disabled: row.truth(6)?,
        language: row.opt_text(7)?,
        worker_key: row.text(8)?,
        created_at: row.int(9)?,
        last_seen_at: row.opt_int(10)?,
    })
}

/// Adds a person.
pub struct PersonInsert {
    /// The person; `last_seen_at` is not looked at.
    pub person: Person,
    /// Groups they join.
    pub groups: Vec<String>,
    /// Only when there is nobody yet: how a server's first administrator is made once, however many
    /// replicas start together.
    pub only_first: bool,
    /// Who adds them.
    pub actor: String,
}

/// What became of a [`PersonInsert`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonInserted {
    /// Added.
    Inserted,
    /// The name is another's name or address.
    NameTaken,
    /// The address is another's name or address.
    EmailTaken,
    /// There are people already.
    NotFirst,
}

impl Operation for PersonInsert {
    type Output = PersonInserted;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<PersonInserted> {
        let person = &self.person;
        let email_key = person.email.as_deref().map(name_key);
        if self.only_first && count_in_txn(conn).await? > 0 {
            return Ok(PersonInserted::NotFirst);
        }
        if taken_in_txn(conn, &name_key(&person.name)).await? {
            return Ok(PersonInserted::NameTaken);
        }
        if let Some(email_key) = &email_key
            && taken_in_txn(conn, email_key).await?
        {
            return Ok(PersonInserted::EmailTaken);
        }
        conn.execute(
            "INSERT INTO person (person_id, name, name_key, email, email_key, password_hash, must_change, role,
               disabled, language, worker_key, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            args![
                person.person_id,
                &person.name,
                &name_key(&person.name),
                &person.email,
                &email_key,
                &person.password_hash,
                person.must_change,
                &person.role,
                person.disabled,
                &person.language,
                &person.worker_key,
                person.created_at,
            ],
        )
        .await?;
        for group in &self.groups {
            conn.execute(
                "INSERT INTO group_member (group_name, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                args![group, person.person_id],
            )
            .await?;
        }
        let detail = serde_json::json!({"role": person.role, "groups": self.groups});
        audit_insert_in_txn(
            conn,
            person.created_at,
            &self.actor,
            "person.create",
            &person.subject(),
            &detail.to_string(),
        )
        .await?;
        Ok(PersonInserted::Inserted)
    }
}

/// Whether a name or address already leads to somebody.
async fn taken_in_txn(conn: &mut Conn<'_>, key: &str) -> Result<bool> {
    let found = conn
        .opt(
            "SELECT person_id FROM person WHERE name_key = $1 OR email_key = $1",
            args![key],
            |row| row.int(0),
        )
        .await?;
    Ok(found.is_some())
}

async fn count_in_txn(conn: &mut Conn<'_>) -> Result<i64> {
    conn.one("SELECT COUNT(*) FROM person", &[], |row| row.int(0))
        .await
}

/// Sets a password, ends every session of the person but one, and voids their one-time link. Gives
/// false when there is no such person.
pub struct PersonPassword {
    /// The person.
    pub person_id: i64,
    /// Hash of the new password.
    pub password_hash: String,
    /// Whether they must change it at once.
    pub must_change: bool,
    /// The session that goes on, by its hash.
    pub session_kept: Option<String>,
    /// Who sets it.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for PersonPassword {
    type Output = bool;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<bool> {
        let name = conn
            .opt(
                "UPDATE person SET password_hash = $2, must_change = $3 WHERE person_id = $1 RETURNING name",
                args![self.person_id, &self.password_hash, self.must_change],
                |row| row.text(0),
            )
            .await?;
        let Some(name) = name else { return Ok(false) };
        conn.execute(
            "DELETE FROM session WHERE person_id = $1 AND token_hash <> $2",
            args![
                self.person_id,
                self.session_kept.as_deref().unwrap_or_default()
            ],
        )
        .await?;
        conn.execute(
            "DELETE FROM password_reset WHERE person_id = $1",
            args![self.person_id],
        )
        .await?;
        audit_insert_in_txn(
            conn,
            self.now_ms,
            &self.actor,
            "person.password",
            &format!("person/{name}"),
            "{}",
        )
        .await?;
        Ok(true)
    }
}

/// Shuts a person out, or lets them in again. Shutting out ends their sessions and their one-time
/// link. Gives the person as they are now.
pub struct PersonDisable {
    /// The person.
    pub person_id: i64,
    /// Out, or in again.
    pub disabled: bool,
    /// Who does it.
    pub actor: String,
    /// Now.
    pub now_ms: i64,
}

impl Operation for PersonDisable {
    type Output = Option<Person>;

    async fn run(&self, conn: &mut Conn<'_>) -> Result<Option<Person>> {
        let changed = conn
            .execute(
                "UPDATE person SET disabled = $2 WHERE person_id = $1 AND disabled <> $2",
                args![self.person_id, self.disabled],
            )
            .await?;
        let found = conn
            .opt(
                select!("FROM person WHERE person_id = $1"),
                args![self.person_id],
                person,
            )
            .await?;
        let Some(found) = found else { return Ok(None) };
        if self.disabled {
            for sql in [
                "DELETE FROM session WHERE person_id = $1",
                "DELETE FROM password_reset WHERE person_id = $1",
            ] {
                conn.execute(sql, args![self.person_id]).await?;
            }
        }
        if changed == 1 {
            let action = if self.disabled {
                "person.disable"
            } else {
                "person.enable"
            };
            audit_insert_in_txn(
                conn,
                self.now_ms,
                &self.actor,
                action,
                &found.subject(),
                "{}",
            )
            .await?;
        }
        Ok(Some(found))
    }
}

/// Stores the language a person chose.
pub struct PersonLanguage {
    /// The person.
    pub person_id: i64,
    /// `en` or `ja`.
    pub language: String,
}

impl Operation for PersonLanguage {
    type Output = ();

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        conn.execute(
            "UPDATE person SET language = $2 WHERE person_id = $1",
            args![self.person_id, &self.language],
        )
        .await
        .map(drop)
    }
}

/// How far somebody is on their way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonState {
    /// Has no password of their own yet.
    Invited,
    /// Comes and goes.
    Active,
    /// Shut out.
    Disabled,
}

impl PersonState {
    /// The name that lists filter by.
    pub fn name(self) -> &'static str {
        match self {
            PersonState::Invited => "invited",
            PersonState::Active => "active",
            PersonState::Disabled => "disabled",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<PersonState> {
        [
            PersonState::Invited,
            PersonState::Active,
            PersonState::Disabled,
        ]
        .into_iter()
        .find(|state| state.name() == name)
    }
}

impl Person {
    /// How far they are on their way in.
    pub fn state(&self) -> PersonState {
        match (self.disabled, self.must_change) {
            (true, _) => PersonState::Disabled,
            (false, true) => PersonState::Invited,
            (false, false) => PersonState::Active,
        }
    }
}

/// Which people a list shows, by name. Absent conditions admit all.
#[derive(Clone, Debug, Default)]
pub struct PersonFilter {
    /// Part of the name or the address.
    pub search: Option<String>,
    /// Name of a team they are in.
    pub team: Option<String>,
    /// How far they are on their way in.
    pub state: Option<PersonState>,
    /// The name key after which the page begins.
    pub after: Option<String>,
    /// Rows at most.
    pub limit: i64,
}

/// A person with what a list says beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// The person.
    pub person: Person,
    /// Answers given so far, in all jobs.
    pub answers: i64,
    /// Names of their teams, in order.
    pub teams: Vec<String>,
}

impl Db {
    /// The person with id `person_id`.
    pub async fn person(&self, person_id: i64) -> Result<Option<Person>> {
        self.reader()
            .await?
            .conn()
            .opt(
                select!("FROM person WHERE person_id = $1"),
                args![person_id],
                person,
            )
            .await
    }

    /// The person whose name or address is `login`, without regard to case.
    pub async fn person_by_login(&self, login: &str) -> Result<Option<Person>> {
        self.reader()
            .await?
            .conn()
            .opt(
                select!("FROM person WHERE name_key = $1 OR email_key = $1"),
                args![&name_key(login)],
                person,
            )
            .await
    }

    /// How many people there are.
    pub async fn person_count(&self) -> Result<i64> {
        count_in_txn(&mut self.reader().await?.conn()).await
    }

    /// A page of people, by name.
    pub async fn person_list(&self, filter: &PersonFilter) -> Result<Vec<PersonRow>> {
        let search = filter.search.as_deref().map(|part| like(&name_key(part)));
        let team = filter.team.as_deref().map(name_key);
        let mut reader = self.reader().await?;
        let mut conn = reader.conn();
        let people = conn
            .all(
                select!(
                    ", CAST(COALESCE((SELECT SUM(answered) FROM job_worker WHERE worker_id = person.person_id), 0) AS BIGINT)
 FROM person WHERE name_key > $1
 AND ($2 IS NULL OR name_key LIKE $2 ESCAPE '!' OR email_key LIKE $2 ESCAPE '!')
 AND ($3 IS NULL OR CASE WHEN disabled = 1 THEN 'disabled' WHEN must_change = 1 THEN 'invited' ELSE 'active' END = $3)
 AND ($4 IS NULL OR EXISTS (SELECT 1 FROM group_member JOIN workteam_group USING (group_name)
   WHERE group_member.person_id = person.person_id AND team_key = $4))
 ORDER BY name_key LIMIT $5"
                ),
                args![
                    filter.after.as_deref().unwrap_or_default(),
                    &search,
                    filter.state.map(PersonState::name),
                    &team,
                    filter.limit,
                ],
                |row| Ok((person(row)?, row.int(COLUMNS)?)),
            )
            .await?;
        let mut rows = Vec::with_capacity(people.len());
        for (person, answers) in people {
            let teams = crate::workteam::teams_of(&mut conn, person.person_id).await?;
            rows.push(PersonRow {
                person,
                answers,
                teams,
            });
        }
        Ok(rows)
    }

    /// One person with what a list says beside them.
    pub async fn person_row(&self, person_id: i64) -> Result<Option<PersonRow>> {
        let mut reader = self.reader().await?;
        let mut conn = reader.conn();
        let found = conn
            .opt(
                select!(
                    ", CAST(COALESCE((SELECT SUM(answered) FROM job_worker WHERE worker_id = person.person_id), 0) AS BIGINT)
 FROM person WHERE person_id = $1"
                ),
                args![person_id],
                |row| Ok((person(row)?, row.int(COLUMNS)?)),
            )
            .await?;
        let Some((person, answers)) = found else {
            return Ok(None);
        };
        let teams = crate::workteam::teams_of(&mut conn, person_id).await?;
        Ok(Some(PersonRow {
            person,
            answers,
            teams,
        }))
    }
}
