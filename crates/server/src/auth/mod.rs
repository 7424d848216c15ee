//! Who is asking, and may they: keys and signatures for scripts, sessions and passwords for people,
//! and one table of roles for both.
//!
//! Knows nothing of what an operation does; the doors ([`crate::api`], the portal, the console, S3)
//! ask here before they act.

pub mod access_keys;
mod argon;
pub mod guard;
pub mod passwords;
pub mod roles;
pub mod sessions;
pub mod sigv4;
pub mod stored_keys;
pub mod throttle;

use crate::settings::Settings;
pub use roles::Role;
pub use sessions::{Person, Session};

/// Whoever made a request that passed its door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The person's row; none for a key that belongs to nobody in particular.
    pub person_id: Option<i64>,
    /// The name the person signs in with, or the key's description.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Name of the role ARN they act under, as `GetCallerIdentity` shows it.
    pub role_name: String,
    /// Session name within that role.
    pub session_name: String,
}

impl Caller {
    /// A person acting under their own role.
    pub fn of_person(person_id: Option<i64>, name: &str, role: Role) -> Caller {
        Caller {
            person_id,
            name: name.to_owned(),
            role,
            role_name: role.iam_name().to_owned(),
            session_name: session_name(name),
        }
    }

    /// Identifier as `GetCallerIdentity` shows it.
    pub fn user_id(&self) -> String {
        format!("AROA{:016X}", self.person_id.unwrap_or_default())
    }

    /// `arn:aws:sts::<account>:assumed-role/<role>/<session>`. Everyone acts under a role, because
    /// the SageMaker SDK's `get_execution_role` refuses an identity that is not one.
    pub fn arn(&self, settings: &Settings) -> String {
        format!(
            "arn:{}:sts::{}:assumed-role/{}/{}",
            settings.partition(),
            settings.account_id,
            self.role_name,
            self.session_name
        )
    }
}

/// A name as it may stand in an ARN: other characters become `-`.
fn session_name(name: &str) -> String {
    let fits = |character: char| character.is_ascii_alphanumeric() || "_+=,.@-".contains(character);
    name.chars()
        .map(|each| if fits(each) { each } else { '-' })
        .take(64)
        .collect()
}
