//! Sessions of people: an opaque token in a cookie, its hash in the database, and a memory of a few
//! seconds in between, so that a busy worker's requests cost no query.
//!
//! Ending a session takes effect at once on the replica that ends it and within the memory's few
//! seconds on the others.

use std::collections::HashMap;
use std::sync::Mutex;

use axum::extract::FromRequestParts;
use cairn_db::Db;
use cairn_db::session::{SessionDelete, SessionInsert, SessionSeen, SessionsExpire};
use http::request::Parts;
use http::{HeaderMap, header};

use super::Role;
use crate::app::App;
use crate::clock::Clock;
use crate::page_error::PageError;
use crate::secrets::{Secrets, random_token};
use crate::settings::Settings;

/// How long a session is trusted without looking at the database again.
const TRUSTED_MS: i64 = 3_000;
/// How exactly the last use of a session is known.
const SEEN_GRAIN_MS: i64 = 5 * 60 * 1_000;
/// Sessions remembered before those whose trust is over are dropped.
const REMEMBERED_MAX: usize = 20_000;
const HOUR_MS: i64 = 3_600 * 1_000;

/// Whoever is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Id of their row.
    pub person_id: i64,
    /// The name they sign in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Stands for them in answers.
    pub worker_key: String,
    /// `en` or `ja`, when chosen.
    pub language: Option<String>,
    /// Their password was given by somebody else and opens nothing but its own change.
    pub must_change: bool,
}

impl Person {
    /// From a stored row; none when its role is not known to this version.
    pub fn of(row: &cairn_db::person::Person) -> Option<Person> {
        Some(Person {
            person_id: row.person_id,
            name: row.name.clone(),
            role: Role::from_name(&row.role)?,
            worker_key: row.worker_key.clone(),
            language: row.language.clone(),
            must_change: row.must_change,
        })
    }

    /// The worker id that answers and files carry: `private.<region>.<worker key>`.
    pub fn worker_id(&self, settings: &Settings) -> String {
        cairn_labeling::ids::worker_name(&settings.region, &self.worker_key)
    }
}

/// A living session: give it as an argument, and the handler is only reached by whoever has one.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose it is.
    pub person: Person,
    /// Hash of its token.
    pub token_hash: String,
    /// When it began.
    pub created_at: i64,
}

/// Put there by the guard of the routes, [`super::guard`].
impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Session, PageError> {
        let session = parts.extensions.get::<Session>();
        session.cloned().ok_or_else(PageError::no_session)
    }
}

struct Remembered {
    session: Session,
    seen_at: i64,
    expires_at: i64,
    /// When the database was last looked at.
    checked_at: i64,
}

/// All sessions.
pub struct Sessions {
    db: Db,
    secrets: Secrets,
    clock: Clock,
    idle_ms: i64,
    life_ms: i64,
    is_https: bool,
    cookie: String,
    remembered: Mutex<HashMap<String, Remembered>>,
}

impl Sessions {
    /// Sessions in `db`, with the lifetimes of the settings.
    pub fn new(db: Db, secrets: Secrets, clock: Clock, settings: &Settings) -> Sessions {
        Sessions {
            cookie: format!("cairn_{}", secrets.instance_name()),
            db,
            secrets,
            clock,
            idle_ms: i64::from(settings.session_idle_hours) * HOUR_MS,
            life_ms: i64::from(settings.session_hours_max) * HOUR_MS,
            is_https: settings.is_https(),
            remembered: Mutex::default(),
        }
    }

    /// Begins a session and gives the `Set-Cookie` that carries it.
    pub async fn begin(&self, person_id: i64) -> Result<String, PageError> {
        let token = random_token();
        let now_ms = self.clock.now_ms();
        self.db
            .write(SessionInsert {
                token_hash: self.secrets.token_hash(&token),
                person_id,
                expires_at: now_ms + self.life_ms,
                now_ms,
            })
            .await?;
        Ok(self.set_cookie(&token, self.life_ms / 1_000))
    }

    /// The session of a request, if its cookie names one that lives.
    pub async fn find(&self, headers: &HeaderMap) -> Result<Option<Session>, PageError> {
        let Some(token) = self.token(headers) else {
            return Ok(None);
        };
        let token_hash = self.secrets.token_hash(token);
        let now_ms = self.clock.now_ms();
        if let Some(session) = self.recall(&token_hash, now_ms) {
            return Ok(Some(session));
        }
        let Some(row) = self.db.session(&token_hash).await? else {
            self.lock().remove(&token_hash);
            return Ok(None);
        };
        let is_over = now_ms >= row.expires_at || now_ms - row.seen_at >= self.idle_ms;
        let person = Person::of(&row.person).filter(|_| !row.person.disabled && !is_over);
        let Some(person) = person else {
            self.lock().remove(&token_hash);
            return Ok(None);
        };
        let mut seen_at = row.seen_at;
        if now_ms - seen_at >= SEEN_GRAIN_MS.min(self.idle_ms / 4) {
            self.db
                .write(SessionSeen {
                    token_hash: token_hash.clone(),
                    person_id: person.person_id,
                    now_ms,
                })
                .await?;
            seen_at = now_ms;
        }
        let session = Session {
            person,
            token_hash: token_hash.clone(),
            created_at: row.created_at,
        };
        let mut remembered = self.lock();
        if remembered.len() >= REMEMBERED_MAX {
            remembered.retain(|_, each| now_ms - each.checked_at < TRUSTED_MS);
        }
        remembered.insert(
            token_hash,
            Remembered {
                session: session.clone(),
                seen_at,
                expires_at: row.expires_at,
                checked_at: now_ms,
            },
        );
        Ok(Some(session))
    }

    fn recall(&self, token_hash: &str, now_ms: i64) -> Option<Session> {
        let remembered = self.lock();
        let found = remembered.get(token_hash)?;
        let is_fresh = now_ms - found.checked_at < TRUSTED_MS
            && now_ms < found.expires_at
            && now_ms - found.seen_at < self.idle_ms;
        is_fresh.then(|| found.session.clone())
    }

    /// Ends the session of a request, if it has one. Gives the `Set-Cookie` that clears the cookie.
    pub async fn end(&self, headers: &HeaderMap) -> Result<String, PageError> {
        if let Some(token) = self.token(headers) {
            let token_hash = self.secrets.token_hash(token);
            self.db
                .write(SessionDelete {
                    token_hash: token_hash.clone(),
                })
                .await?;
            self.lock().remove(&token_hash);
        }
        Ok(self.set_cookie("", 0))
    }

    /// Looks at the database again for every session of a person: something about them has changed.
    pub fn forget_person(&self, person_id: i64) {
        self.lock()
            .retain(|_, each| each.session.person.person_id != person_id);
    }

    /// Clears away what is over. Gives how many sessions that were.
    pub async fn expire(&self) -> cairn_db::Result<i64> {
        let now_ms = self.clock.now_ms();
        self.lock()
            .retain(|_, each| now_ms - each.checked_at < TRUSTED_MS);
        self.db
            .write(SessionsExpire {
                seen_before: now_ms - self.idle_ms,
                now_ms,
            })
            .await
    }

    fn set_cookie(&self, token: &str, seconds: i64) -> String {
        let secure = if self.is_https { "; Secure" } else { "" };
        format!(
            "{}={token}; Max-Age={seconds}; Path=/_/; HttpOnly; SameSite=Lax{secure}",
            self.cookie
        )
    }

    fn token<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == self.cookie)
            .map(|(_, token)| token)
            .filter(|token| !token.is_empty() && token.len() <= 64)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Remembered>> {
        self.remembered
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Clears away old sessions now and then until `stop` is cancelled.
pub async fn expire_until(app: &App, stop: tokio_util::sync::CancellationToken) {
    let pause = std::time::Duration::from_secs(1_800);
    while stop
        .run_until_cancelled(tokio::time::sleep(pause))
        .await
        .is_some()
    {
        if let Err(error) = app.sessions.expire().await {
            tracing::warn!(error.cause = %error, "clearing old sessions failed");
        }
    }
}
