//! Access keys of scripts and temporary credentials of assumed roles.
//!
//! No secret is stored: the secret half of a key derives from the server secret and the id. An
//! assumed role's credentials are stateless, so that any replica can check them: the id has its
//! secret like any other, and the session token, signed, says who holds it, as what and until when.

use async_trait::async_trait;

use super::{Caller, Role};
use crate::secrets::{Purpose, Secrets, TokenError, random_base32};

/// First letters of a long-lived access key id, as AWS writes them.
pub const LONG_LIVED_PREFIX: &str = "AKIA";
/// First letters of a temporary access key id.
pub const TEMPORARY_PREFIX: &str = "ASIA";

/// Why a key was not accepted. Doors turn this into the wire name of their protocol.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No such key, or it or its owner is disabled.
    #[error("the security token included in the request is invalid")]
    Unknown,
    /// A temporary key came without its session token, or with another's.
    #[error("the security token included in the request is invalid")]
    InvalidToken,
    /// The session token's time is over.
    #[error("the security token included in the request is expired")]
    ExpiredToken,
    /// The keys could not be read.
    #[error("reading the access key: {0}")]
    Unavailable(String),
}

/// Looks keys up. The S3 door and the JSON door share one.
#[async_trait]
pub trait AccessKeys: Send + Sync {
    /// The secret half of `access_key_id`; `None` when there is no such key or it is disabled.
    /// For temporary keys this says nothing yet: [`AccessKeys::caller`] checks their token.
    async fn secret_for(&self, access_key_id: &str) -> Result<Option<String>, KeyError>;

    /// Who holds `access_key_id`. `session_token` is the request's `X-Amz-Security-Token`, required
    /// for temporary keys. To be called after the signature has been verified.
    async fn caller(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
    ) -> Result<Caller, KeyError>;

    /// Looks everything up anew from now on: a key or a person has been disabled here.
    fn forget(&self) {}
}

/// Temporary credentials as AssumeRole returns them.
#[derive(Clone, Debug)]
pub struct TemporaryCredentials {
    /// Access key id, `ASIA…`.
    pub access_key_id: String,
    /// Secret half.
    pub secret_access_key: String,
    /// Goes into `X-Amz-Security-Token`.
    pub session_token: String,
    /// End of life, milliseconds since the epoch.
    pub expires_at_ms: i64,
}

/// Makes temporary credentials for `caller`, good until `expires_at_ms`.
pub fn issue_temporary(
    secrets: &Secrets,
    caller: &Caller,
    expires_at_ms: i64,
) -> TemporaryCredentials {
    let access_key_id = format!("{TEMPORARY_PREFIX}{}", random_base32(16));
    let session_token = secrets.sign(
        Purpose::Session,
        expires_at_ms,
        &[
            &access_key_id,
            &caller
                .person_id
                .map(|id| id.to_string())
                .unwrap_or_default(),
            &caller.name,
            caller.role.name(),
            &caller.role_name,
            &caller.session_name,
        ],
    );
    TemporaryCredentials {
        secret_access_key: secrets.access_key_secret(&access_key_id),
        access_key_id,
        session_token,
        expires_at_ms,
    }
}

/// Who holds the temporary key `access_key_id`, by its session token.
pub fn open_temporary(
    secrets: &Secrets,
    access_key_id: &str,
    session_token: Option<&str>,
    now_ms: i64,
) -> Result<Caller, KeyError> {
    let token = session_token.ok_or(KeyError::InvalidToken)?;
    let fields = secrets
        .open(Purpose::Session, token, now_ms)
        .map_err(|error| match error {
            TokenError::Expired => KeyError::ExpiredToken,
            TokenError::Invalid => KeyError::InvalidToken,
        })?;
    let [id, person_id, name, role, role_name, session_name] =
        <[String; 6]>::try_from(fields).map_err(|_| KeyError::InvalidToken)?;
    let role = Role::from_name(&role).ok_or(KeyError::InvalidToken)?;
    let person_id = match person_id.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| KeyError::InvalidToken)?),
    };
    if id != access_key_id {
        return Err(KeyError::InvalidToken);
    }
    Ok(Caller {
        person_id,
        name,
        role,
        role_name,
        session_name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_credentials_carry_their_caller_until_they_expire() {
        let secrets = Secrets::new([1; 32]);
        let mut caller = Caller::of_person(Some(1), "ada", Role::Requester);
        caller.role_name = "service-role".to_owned();
        let made = issue_temporary(&secrets, &caller, 5_000);
        let open = |id: &str, token: Option<&str>, now| open_temporary(&secrets, id, token, now);
        let token = Some(made.session_token.as_str());
        assert_eq!(open(&made.access_key_id, token, 4_999).unwrap(), caller);
        assert!(matches!(
            open(&made.access_key_id, token, 5_000),
            Err(KeyError::ExpiredToken)
        ));
        assert!(matches!(
            open("ASIAOTHER", token, 0),
            Err(KeyError::InvalidToken)
        ));
        assert!(matches!(
            open(&made.access_key_id, None, 0),
            Err(KeyError::InvalidToken)
        ));
    }
}
