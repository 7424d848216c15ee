//! The server secret and everything that derives from it.
//!
//! One 32-byte secret signs everything, each use with a purpose string of its own, so that a value
//! signed for one use never passes for another and nothing secret needs storing: replicas that share
//! the secret agree on all of it.

use std::fmt;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Length of the server secret.
pub const SECRET_BYTES: usize = 32;

/// Length of the tag on a signed token: 128 bits, beyond guessing online.
const TAG_BYTES: usize = 16;

/// What a signed token may be used for; part of what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Reading one stored object ([`crate::object`]).
    Object,
    /// Showing one task page ([`crate::task_page`]).
    Task,
    /// Showing the page of a question that is no job yet ([`crate::console`]).
    Preview,
    /// Temporary credentials given by AssumeRole.
    Session,
    /// Continuing a list on its next page ([`crate::api::page`]).
    Page,
    /// Reading the template of a human task UI.
    HumanTaskUi,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Purpose::Object => "object-token",
            Purpose::Task => "task-token",
            Purpose::Preview => "preview-token",
            Purpose::Session => "session-token",
            Purpose::Page => "page-token",
            Purpose::HumanTaskUi => "human-task-ui-token",
        }
    }
}

/// Why a token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token this server signed for this purpose, or changed since.
    #[error("the token is not valid")]
    Invalid,
    /// Signed by this server, but its time is over.
    #[error("the token has expired")]
    Expired,
}

/// The server secret.
#[derive(Clone)]
pub struct Secrets {
    secret: [u8; SECRET_BYTES],
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secrets(hidden)")
    }
}

impl Secrets {
    /// Takes the secret as bytes.
    pub fn new(secret: [u8; SECRET_BYTES]) -> Secrets {
        Secrets { secret }
    }

    /// Takes the secret as 64 hexadecimal digits, as `CAIRN_SECRET` carries it.
    pub fn from_hex(text: &str) -> anyhow::Result<Secrets> {
        let bytes = hex::decode(text.trim()).context("the server secret is not hexadecimal")?;
        let Ok(secret) = <[u8; SECRET_BYTES]>::try_from(bytes) else {
            bail!(
                "the server secret must have {} hexadecimal digits",
                SECRET_BYTES * 2
            );
        };
        Ok(Secrets { secret })
    }

    /// Reads the secret from the file at `path`, or makes one there that only its owner can read.
    /// Gives true beside it when it was made now.
    pub fn load_or_create(path: &Path) -> anyhow::Result<(Secrets, bool)> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let secrets = Secrets::from_hex(&text)
                    .with_context(|| format!("reading {}", path.display()))?;
                return Ok((secrets, false));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        }
        let secret = random_bytes::<SECRET_BYTES>();
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options
            .open(path)
            .with_context(|| format!("creating {}", path.display()))?;
        file.write_all(hex::encode(secret).as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        Ok((Secrets { secret }, true))
    }

    /// The secret half of an access key: 40 characters, always the same for one id.
    pub fn access_key_secret(&self, access_key_id: &str) -> String {
        URL_SAFE_NO_PAD.encode(&self.derive("access-key", access_key_id)[..30])
    }

    /// The bearer token that opens `/_/metrics` to a scraper.
    pub fn metrics_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("metrics", ""))
    }

    /// A short name that differs between servers, so that two on one host keep separate cookies.
    pub fn instance_name(&self) -> String {
        hex::encode(&self.derive("instance", "")[..4])
    }

    /// What is stored in place of an opaque token (session, password reset): the database alone
    /// opens no session.
    pub fn token_hash(&self, token: &str) -> String {
        hex::encode(self.derive("stored-token", token))
    }

    /// Signs `fields` for `purpose` until `expires_at_ms`; the token is safe in an address.
    pub fn sign(&self, purpose: Purpose, expires_at_ms: i64, fields: &[&str]) -> String {
        let body = serde_json::to_vec(&(expires_at_ms, fields))
            .expect("a number and strings always serialise");
        let body = URL_SAFE_NO_PAD.encode(body);
        let tag = URL_SAFE_NO_PAD.encode(&self.derive(purpose.name(), &body)[..TAG_BYTES]);
        format!("{body}.{tag}")
    }

    /// The fields of a token signed for `purpose` whose time is not over at `now_ms`.
    pub fn open(
        &self,
        purpose: Purpose,
        token: &str,
        now_ms: i64,
    ) -> Result<Vec<String>, TokenError> {
        self.open_with_expiry(purpose, token, now_ms)
            .map(|(fields, _)| fields)
    }

    /// [`Secrets::open`], with the time at which the token's life ends.
    pub fn open_with_expiry(
        &self,
        purpose: Purpose,
        token: &str,
        now_ms: i64,
    ) -> Result<(Vec<String>, i64), TokenError> {
        let (body, tag) = token.split_once('.').ok_or(TokenError::Invalid)?;
        let tag = URL_SAFE_NO_PAD
            .decode(tag)
            .map_err(|_| TokenError::Invalid)?;
        let expected = self.derive(purpose.name(), body);
        if !bool::from(expected[..TAG_BYTES].ct_eq(&tag)) {
            return Err(TokenError::Invalid);
        }
        let body = URL_SAFE_NO_PAD
            .decode(body)
            .map_err(|_| TokenError::Invalid)?;
        let (expires_at_ms, fields): (i64, Vec<String>) =
            serde_json::from_slice(&body).map_err(|_| TokenError::Invalid)?;
        if now_ms >= expires_at_ms {
            return Err(TokenError::Expired);
        }
        Ok((fields, expires_at_ms))
    }

    /// HMAC-SHA256 of the purpose and the value. Purposes hold no colon, so the pair reads one way.
    fn derive(&self, purpose: &str, value: &str) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(b":");
        mac.update(value.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// Bytes from the operating system's generator.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system always gives random bytes");
    bytes
}

/// A token nobody can guess: 256 random bits as 43 characters.
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// `length` characters drawn evenly from capital letters and the digits 2 to 7, as access key ids
/// are made of.
pub fn random_base32(length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(length);
    while text.len() < length {
        for byte in random_bytes::<32>() {
            if text.len() < length {
                text.push(char::from(ALPHABET[usize::from(byte & 31)]));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets::new([7; SECRET_BYTES])
    }

    #[test]
    fn a_token_opens_only_for_its_purpose_until_it_expires() {
        let token = secrets().sign(Purpose::Object, 1_000, &["bucket", "a//b/日本"]);
        let open = |purpose, token: &str, now| secrets().open(purpose, token, now);
        assert_eq!(
            open(Purpose::Object, &token, 999),
            Ok(vec!["bucket".to_owned(), "a//b/日本".to_owned()])
        );
        assert_eq!(
            open(Purpose::Object, &token, 1_000),
            Err(TokenError::Expired)
        );
        assert_eq!(open(Purpose::Task, &token, 999), Err(TokenError::Invalid));
        let other = Secrets::new([8; SECRET_BYTES]);
        assert_eq!(
            other.open(Purpose::Object, &token, 999),
            Err(TokenError::Invalid)
        );
    }

    #[test]
    fn every_changed_character_of_a_token_is_refused() {
        let token = secrets().sign(Purpose::Task, 1_000, &["job", "12"]);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last character of a base64 group may carry bits that decode to nothing.
            let refused = secrets().open(Purpose::Task, &changed, 999);
            assert_eq!(refused, Err(TokenError::Invalid), "position {at}");
        }
        for bad in ["", ".", "a.b", &token[..token.len() - 1], "日本.日本"] {
            assert_eq!(
                secrets().open(Purpose::Task, bad, 999),
                Err(TokenError::Invalid)
            );
        }
    }

    #[test]
    fn the_file_is_made_once_and_private() {
        let folder = std::env::temp_dir().join(format!("cairn-secret-{}", random_base32(12)));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("secret");
        let (made, created) = Secrets::load_or_create(&path).unwrap();
        let (read, created_again) = Secrets::load_or_create(&path).unwrap();
        assert!(created && !created_again);
        assert_eq!(
            made.access_key_secret("AKIAX"),
            read.access_key_secret("AKIAX")
        );
        assert_eq!(made.access_key_secret("AKIAX").len(), 40);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(&path, "not hexadecimal").unwrap();
        assert!(Secrets::load_or_create(&path).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
