//! Who works in which teams, remembered for a few seconds: it is asked with every task.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use cairn_db::Db;
use cairn_db::person::name_key;

use crate::clock::Clock;

/// How long a person's teams are trusted without looking at the database again.
const TRUSTED_MS: i64 = 3_000;
/// People remembered before those whose trust is over are dropped.
const REMEMBERED_MAX: usize = 20_000;

/// The teams of people.
pub struct Memberships {
    db: Db,
    clock: Clock,
    /// Names of a person's teams, and when they were looked up.
    remembered: Mutex<HashMap<i64, (Arc<[String]>, i64)>>,
}

impl Memberships {
    /// Teams in `db`.
    pub fn new(db: Db, clock: Clock) -> Memberships {
        Memberships {
            db,
            clock,
            remembered: Mutex::default(),
        }
    }

    /// Names of a person's teams, in order.
    pub async fn teams(&self, person_id: i64) -> cairn_db::Result<Arc<[String]>> {
        let now_ms = self.clock.now_ms();
        if let Some((teams, checked_at)) = self.lock().get(&person_id)
            && now_ms - checked_at < TRUSTED_MS
        {
            return Ok(teams.clone());
        }
        let teams: Arc<[String]> = self.db.person_teams(person_id).await?.into();
        let mut remembered = self.lock();
        if remembered.len() >= REMEMBERED_MAX {
            remembered.retain(|_, (_, checked_at)| now_ms - *checked_at < TRUSTED_MS);
        }
        remembered.insert(person_id, (teams.clone(), now_ms));
        Ok(teams)
    }

    /// Whether a person works for the team with this name or ARN.
    pub async fn works_for(&self, person_id: i64, team: &str) -> cairn_db::Result<bool> {
        let wanted = name_key(team.rsplit('/').next().unwrap_or(team));
        let teams = self.teams(person_id).await?;
        Ok(teams.iter().any(|name| name_key(name) == wanted))
    }

    /// Looks everything up anew from now on: a team or a member has changed here.
    pub fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<i64, (Arc<[String]>, i64)>> {
        self.remembered
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
