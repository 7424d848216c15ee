//! Access keys as the database knows them, remembered for a few seconds: a busy script's signatures
//! cost no query each, and a disabled key stops within those seconds.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use cairn_db::Db;
use cairn_db::access_key::{AccessKeyHolder, AccessKeyUsed};

use super::access_keys::{AccessKeys, KeyError, TEMPORARY_PREFIX, open_temporary};
use super::{Caller, Role};
use crate::clock::Clock;
use crate::secrets::Secrets;

/// How long a key is trusted without looking at the database again.
const TRUSTED_MS: i64 = 3_000;
/// How exactly the last use of a key is known.
const USED_GRAIN_MS: i64 = 10 * 60 * 1_000;
/// Keys and people remembered before those whose trust is over are dropped.
const REMEMBERED_MAX: usize = 10_000;
/// No id of ours is longer.
const ID_LENGTH_MAX: usize = 32;

/// What is remembered of a key or of a person: who it lets in, if anybody.
#[derive(Clone)]
struct Remembered {
    caller: Option<Caller>,
    checked_at: i64,
}

/// Access keys over the database.
pub struct StoredKeys {
    db: Db,
    secrets: Secrets,
    clock: Clock,
    keys: Mutex<HashMap<String, Remembered>>,
    /// Whether people are disabled, for temporary keys.
    people: Mutex<HashMap<i64, (bool, i64)>>,
}

impl StoredKeys {
    /// Keys in `db`, with secrets that derive from `secrets`.
    pub fn new(db: Db, secrets: Secrets, clock: Clock) -> StoredKeys {
        StoredKeys {
            db,
            secrets,
            clock,
            keys: Mutex::default(),
            people: Mutex::default(),
        }
    }

    async fn long_lived(&self, access_key_id: &str) -> Result<Option<Caller>, KeyError> {
        let now_ms = self.clock.now_ms();
        if let Some(found) = lock(&self.keys).get(access_key_id)
            && now_ms - found.checked_at < TRUSTED_MS
        {
            return Ok(found.caller.clone());
        }
        let holder = self
            .db
            .access_key(access_key_id)
            .await
            .map_err(unavailable)?;
        let Some(holder) = holder else {
            // Not remembered: whoever guesses must not fill the memory.
            return Ok(None);
        };
        let caller = caller_of(&holder);
        let is_old = holder
            .key
            .last_used_at
            .is_none_or(|used| now_ms - used >= USED_GRAIN_MS);
        if caller.is_some() && is_old {
            self.db
                .write(AccessKeyUsed {
                    access_key_id: access_key_id.to_owned(),
                    now_ms,
                })
                .await
                .map_err(unavailable)?;
        }
        let mut keys = lock(&self.keys);
        if keys.len() >= REMEMBERED_MAX {
            keys.retain(|_, each| now_ms - each.checked_at < TRUSTED_MS);
        }
        keys.insert(
            access_key_id.to_owned(),
            Remembered {
                caller: caller.clone(),
                checked_at: now_ms,
            },
        );
        Ok(caller)
    }

    /// Whether the person behind a temporary key may still come in.
    async fn is_admitted(&self, person_id: i64) -> Result<bool, KeyError> {
        let now_ms = self.clock.now_ms();
        if let Some((admitted, checked_at)) = lock(&self.people).get(&person_id)
            && now_ms - checked_at < TRUSTED_MS
        {
            return Ok(*admitted);
        }
        let person = self.db.person(person_id).await.map_err(unavailable)?;
        let admitted = person.is_some_and(|person| !person.disabled);
        let mut people = lock(&self.people);
        if people.len() >= REMEMBERED_MAX {
            people.retain(|_, (_, checked_at)| now_ms - *checked_at < TRUSTED_MS);
        }
        people.insert(person_id, (admitted, now_ms));
        Ok(admitted)
    }
}

#[async_trait]
impl AccessKeys for StoredKeys {
    async fn secret_for(&self, access_key_id: &str) -> Result<Option<String>, KeyError> {
        if access_key_id.len() > ID_LENGTH_MAX {
            return Ok(None);
        }
        let is_known = access_key_id.starts_with(TEMPORARY_PREFIX)
            || self.long_lived(access_key_id).await?.is_some();
        Ok(is_known.then(|| self.secrets.access_key_secret(access_key_id)))
    }

    async fn caller(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
    ) -> Result<Caller, KeyError> {
        if access_key_id.starts_with(TEMPORARY_PREFIX) {
            let now_ms = self.clock.now_ms();
            let caller = open_temporary(&self.secrets, access_key_id, session_token, now_ms)?;
            if let Some(person_id) = caller.person_id
                && !self.is_admitted(person_id).await?
            {
                return Err(KeyError::Unknown);
            }
            return Ok(caller);
        }
        self.long_lived(access_key_id)
            .await?
            .ok_or(KeyError::Unknown)
    }

    fn forget(&self) {
        lock(&self.keys).clear();
        lock(&self.people).clear();
    }
}

/// Whom a stored key lets in: nobody when it or its person is disabled. A key of somebody whose role
/// no longer covers the key's acts under theirs.
fn caller_of(holder: &AccessKeyHolder) -> Option<Caller> {
    let key = &holder.key;
    let role = Role::from_name(&key.role).filter(|_| !key.disabled)?;
    match &holder.person {
        None if key.person_id.is_some() => None,
        None => Some(Caller::of_person(None, &key.name, role)),
        Some((name, person_role, disabled)) => {
            let own = Role::from_name(person_role).filter(|_| !disabled)?;
            let role = if own.covers(role) { role } else { own };
            Some(Caller::of_person(key.person_id, name, role))
        }
    }
}

fn unavailable(error: cairn_db::DbError) -> KeyError {
    KeyError::Unavailable(error.to_string())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}
