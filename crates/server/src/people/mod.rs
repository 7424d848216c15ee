//! People and the teams they work in: what the console, the portal's sign-in, the command line and a
//! server's first start do to them.
//!
//! Knows the database and the rules; the routes that call it are in [`portal`] and [`console`].

pub mod console;
mod invite;
pub mod memberships;
pub mod portal;
mod sign_in;
pub mod teams;

use cairn_db::Db;
use cairn_db::access_key::{AccessKey, AccessKeyInsert};
use cairn_db::password_reset::PasswordResetInsert;
use cairn_db::person::{self as row, PersonInsert, PersonInserted};
use cairn_db::time_id;

pub use invite::{Invitation, Outcome};

use crate::auth::Role;
use crate::auth::access_keys::LONG_LIVED_PREFIX;
use crate::auth::passwords::{self, Passwords};
use crate::clock::Clock;
use crate::page_error::PageError;
use crate::secrets::{Secrets, random_base32, random_bytes, random_token};
use crate::settings::Settings;

/// Most characters of a person's name.
pub const NAME_LENGTH_MAX: usize = 100;
/// Length of the key that stands for a worker in answers.
const WORKER_KEY_LENGTH: usize = 26;

/// Name of the administrator that a server's first start makes.
pub const FIRST_ADMINISTRATOR: &str = "admin";

/// Does things to people. Cheap to clone.
#[derive(Clone)]
pub struct People {
    pub(crate) db: Db,
    pub(crate) secrets: Secrets,
    pub(crate) clock: Clock,
    pub(crate) settings: std::sync::Arc<Settings>,
    pub(crate) passwords: Passwords,
}

/// Somebody to add.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The name they will sign in with.
    pub name: String,
    /// Where mail goes.
    pub email: Option<String>,
    /// What they may do.
    pub role: Role,
    /// `en` or `ja`.
    pub language: Option<String>,
    /// Groups they join.
    pub groups: Vec<String>,
    /// A password of their own; without one, a first password is made that they must change.
    pub password: Option<String>,
}

impl NewPerson {
    /// A worker called `name`.
    pub fn worker(name: &str) -> NewPerson {
        NewPerson {
            name: name.to_owned(),
            email: None,
            role: Role::Worker,
            language: None,
            groups: Vec::new(),
            password: None,
        }
    }
}

/// Somebody who was added.
#[derive(Clone, Debug)]
pub struct AddedPerson {
    /// Their row.
    pub person: row::Person,
    /// The first password, to be told this once; none when they were given one of their own.
    pub first_password: Option<String>,
}

/// A one-time link to set a password, to be told this once.
#[derive(Clone, Debug)]
pub struct ResetToken {
    /// What stands after `#reset=` in the link.
    pub token: String,
    /// When it stops working.
    pub expires_at: i64,
}

impl ResetToken {
    /// The link, on the server that people reach at `origin`.
    pub fn link(&self, origin: &str) -> String {
        format!("{origin}/_/portal#reset={}", self.token)
    }
}

/// Why somebody was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The name breaks a rule.
    #[error("{0}")]
    Name(&'static str),
    /// The address breaks a rule.
    #[error("`{0}` is not an e-mail address")]
    Email(String),
    /// The password breaks a rule.
    #[error("{0}")]
    Password(#[from] passwords::PasswordRule),
    /// Somebody has the name already.
    #[error("somebody called `{0}` is here already")]
    NameTaken(String),
    /// Somebody has the address already.
    #[error("somebody else has the address `{0}`")]
    EmailTaken(String),
    /// There are people already, and only the first was to be added.
    #[error("there are people already")]
    NotFirst,
    /// The database.
    #[error(transparent)]
    Db(#[from] cairn_db::DbError),
    /// Anything else that is our fault.
    #[error(transparent)]
    Internal(anyhow::Error),
}

impl From<AddError> for PageError {
    fn from(error: AddError) -> PageError {
        let message = error.to_string();
        match error {
            AddError::Name(_) => PageError::field("name", message),
            AddError::Email(_) => PageError::field("email", message),
            AddError::Password(rule) => PageError::rule(rule.code(), "password", message),
            AddError::NameTaken(_) => PageError::conflict("name_taken", "name", message),
            AddError::EmailTaken(_) => PageError::conflict("email_taken", "email", message),
            AddError::NotFirst => PageError::conflict("not_first", "name", message),
            AddError::Db(error) => error.into(),
            AddError::Internal(error) => PageError::internal(error),
        }
    }
}

impl People {
    /// People in `db`.
    pub fn new(db: Db, secrets: Secrets, clock: Clock, settings: &Settings) -> People {
        People {
            db,
            secrets,
            clock,
            settings: std::sync::Arc::new(settings.clone()),
            passwords: Passwords::default(),
        }
    }

    /// Adds somebody; `actor` does it.
    pub async fn add(&self, new: NewPerson, actor: &str) -> Result<AddedPerson, AddError> {
        self.insert(new, actor, false).await
    }

    /// Makes the first administrator of an empty database. Gives nothing when there is somebody.
    pub async fn add_first_administrator(&self) -> Result<Option<AddedPerson>, AddError> {
        if self.db.person_count().await? > 0 {
            return Ok(None);
        }
        let new = NewPerson {
            role: Role::Administrator,
            ..NewPerson::worker(FIRST_ADMINISTRATOR)
        };
        match self.insert(new, "cairn", true).await {
            Ok(added) => Ok(Some(added)),
            // Another replica was faster.
            Err(AddError::NotFirst) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn insert(
        &self,
        new: NewPerson,
        actor: &str,
        only_first: bool,
    ) -> Result<AddedPerson, AddError> {
        let name = check_name(&new.name)?;
        let email = match new.email.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(email) if is_email(email) => Some(email.to_owned()),
            Some(email) => return Err(AddError::Email(email.to_owned())),
        };
        let first_password = match &new.password {
            Some(password) => {
                passwords::check(password, [name.as_str()])?;
                None
            }
            None => Some(passwords::first_password()),
        };
        let password = new.password.as_ref().or(first_password.as_ref());
        let password = password.map(String::as_str).unwrap_or_default();
        let hash = self.passwords.hash(password).await;
        let now_ms = self.clock.now_ms();
        let person = row::Person {
            person_id: new_id(now_ms),
            name: name.clone(),
            email: email.clone(),
            password_hash: Some(hash.map_err(AddError::Internal)?),
            must_change: first_password.is_some(),
            role: new.role.name().to_owned(),
            disabled: false,
            language: new.language,
            worker_key: random_base32(WORKER_KEY_LENGTH),
            created_at: now_ms,
            last_seen_at: None,
        };
        let insert = PersonInsert {
            person: person.clone(),
            groups: new.groups,
            only_first,
            actor: actor.to_owned(),
        };
        match self.db.write(insert).await? {
            PersonInserted::Inserted => Ok(AddedPerson {
                person,
                first_password,
            }),
            PersonInserted::NameTaken => Err(AddError::NameTaken(name)),
            PersonInserted::EmailTaken => Err(AddError::EmailTaken(email.unwrap_or_default())),
            PersonInserted::NotFirst => Err(AddError::NotFirst),
        }
    }

    /// Makes a one-time link for somebody; the one before stops working.
    pub async fn reset_token(&self, person_id: i64, actor: &str) -> cairn_db::Result<ResetToken> {
        let token = random_token();
        let now_ms = self.clock.now_ms();
        let expires_at = now_ms + i64::from(self.settings.reset_hours) * 3_600_000;
        self.db
            .write(PasswordResetInsert {
                token_hash: self.secrets.token_hash(&token),
                person_id,
                expires_at,
                actor: actor.to_owned(),
                now_ms,
            })
            .await?;
        Ok(ResetToken { token, expires_at })
    }

    /// Makes an access key for scripts; its secret is [`Secrets::access_key_secret`] of its id.
    pub async fn add_access_key(
        &self,
        name: &str,
        role: Role,
        person_id: Option<i64>,
        actor: &str,
    ) -> cairn_db::Result<AccessKey> {
        let key = AccessKey {
            access_key_id: format!("{LONG_LIVED_PREFIX}{}", random_base32(16)),
            person_id,
            name: name.to_owned(),
            role: role.name().to_owned(),
            disabled: false,
            created_at: self.clock.now_ms(),
            last_used_at: None,
        };
        self.db
            .write(AccessKeyInsert {
                key: key.clone(),
                actor: actor.to_owned(),
            })
            .await?;
        Ok(key)
    }
}

/// A new id that other replicas do not give at the same time.
fn new_id(now_ms: i64) -> i64 {
    time_id(now_ms, u32::from_le_bytes(random_bytes::<4>()))
}

/// A name as it is stored: trimmed, with something in it and nothing that hides.
fn check_name(name: &str) -> Result<String, AddError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(AddError::Name("a name has at least one character"));
    }
    if name.chars().count() > NAME_LENGTH_MAX {
        return Err(AddError::Name("a name has at most 100 characters"));
    }
    if name.chars().any(char::is_control) {
        return Err(AddError::Name("a name has no control characters"));
    }
    Ok(name.to_owned())
}

/// Whether mail could go there; the mail server has the last word.
pub(crate) fn is_email(text: &str) -> bool {
    text.len() <= 254 && text.parse::<lettre::Address>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_checked() {
        assert_eq!(check_name("  山田 太郎 ").unwrap(), "山田 太郎");
        for bad in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn addresses() {
        assert!(is_email("ada@example.com"));
        assert!(!is_email("ada") && !is_email("ada@") && !is_email("a b@example.com"));
    }
}
