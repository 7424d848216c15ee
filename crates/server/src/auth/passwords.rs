//! Passwords: their rules, their hashes, and first ones to hand out.
//!
//! Hashing takes some 20 MiB and tens of milliseconds by design, so it runs off the async threads and
//! a few at a time: many who sign in at once wait in line instead of taking the machine down.

use std::sync::Arc;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

use super::argon::Hasher;
use crate::secrets::random_bytes;

/// Fewest characters of a password.
pub const LENGTH_MIN: usize = 8;
/// Most characters of a password: hashing must not be given a book.
pub const LENGTH_MAX: usize = 200;
/// Hashes computed at once.
const PARALLEL_MAX: usize = 2;

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRule {
    /// Fewer than [`LENGTH_MIN`] characters.
    #[error("a password has at least {LENGTH_MIN} characters")]
    TooShort,
    /// More than [`LENGTH_MAX`] characters.
    #[error("a password has at most {LENGTH_MAX} characters")]
    TooLong,
    /// Among the first that anybody tries, or the person's own name.
    #[error("the password is too easy to guess")]
    TooCommon,
}

impl PasswordRule {
    /// The name that the pages know it by.
    pub fn code(self) -> &'static str {
        match self {
            PasswordRule::TooShort => "password_too_short",
            PasswordRule::TooLong => "password_too_long",
            PasswordRule::TooCommon => "password_too_common",
        }
    }
}

/// Checks a password that somebody chooses; `names` are their name and address.
pub fn check<'a>(
    password: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<(), PasswordRule> {
    let length = password.chars().count();
    if length < LENGTH_MIN {
        return Err(PasswordRule::TooShort);
    }
    if length > LENGTH_MAX {
        return Err(PasswordRule::TooLong);
    }
    let folded = password.to_lowercase();
    let is_name = |name: &str| {
        let name = name.to_lowercase();
        folded == name || Some(folded.as_str()) == name.split('@').next()
    };
    let mut characters = folded.chars();
    let first = characters.next();
    let is_one_character = characters.all(|each| Some(each) == first);
    if is_one_character || COMMON.contains(&folded.as_str()) || names.into_iter().any(is_name) {
        return Err(PasswordRule::TooCommon);
    }
    Ok(())
}

/// What is tried first by whoever guesses, of at least [`LENGTH_MIN`] characters, in lower case.
const COMMON: &[&str] = &[
    "00000000",
    "01234567",
    "0123456789",
    "098765432",
    "0987654321",
    "1111111111",
    "11223344",
    "12341234",
    "123123123",
    "123321123",
    "12345678",
    "123456789",
    "1234567890",
    "123456789a",
    "12345678910",
    "123456abc",
    "1234abcd",
    "1234qwer",
    "123abc123",
    "147258369",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "1qazxsw2",
    "20202020",
    "22222222",
    "31415926",
    "66666666",
    "77777777",
    "87654321",
    "88888888",
    "987654321",
    "9876543210",
    "a1234567",
    "a12345678",
    "a123456789",
    "aa123456",
    "abc12345",
    "abc123456",
    "abcd1234",
    "abcdefgh",
    "abcdefghi",
    "access14",
    "admin123",
    "admin1234",
    "admin12345",
    "administrator",
    "asdasdasd",
    "asdf1234",
    "asdfasdf",
    "asdfghjk",
    "asdfghjkl",
    "baseball",
    "basketball",
    "changeme",
    "changeme1",
    "changeme123",
    "charlie1",
    "computer",
    "dearbook",
    "default1",
    "dragon12",
    "football",
    "football1",
    "google123",
    "guest1234",
    "hello123",
    "helloworld",
    "iloveyou",
    "iloveyou1",
    "internet",
    "jennifer",
    "labeling",
    "letmein1",
    "letmein123",
    "liverpool",
    "login123",
    "master12",
    "michelle",
    "monkey123",
    "mustang1",
    "newpassword",
    "newpass1",
    "passw0rd",
    "passwort",
    "passwort1",
    "password",
    "password!",
    "password01",
    "password1",
    "password1!",
    "password11",
    "password12",
    "password123",
    "password1234",
    "password2",
    "princess",
    "princess1",
    "q1w2e3r4",
    "q1w2e3r4t5",
    "qazwsxedc",
    "qwer1234",
    "qwerasdf",
    "qwerty12",
    "qwerty123",
    "qwerty1234",
    "qwertyui",
    "qwertyuiop",
    "sakura123",
    "secret12",
    "secret123",
    "september",
    "starwars",
    "starwars1",
    "sunshine",
    "sunshine1",
    "superman",
    "superman1",
    "temp1234",
    "temppass",
    "test1234",
    "testtest",
    "trustno1",
    "user1234",
    "victoria",
    "welcome1",
    "welcome123",
    "whatever",
    "zaq12wsx",
    "zxcvbnm1",
    "zxcvbnm123",
    "パスワード1234",
];

/// A first password to hand out: 16 characters that are told apart by eye, in groups of four.
pub fn first_password() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut text = String::with_capacity(19);
    for (at, byte) in random_bytes::<16>().into_iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[usize::from(byte & 31)]));
    }
    text
}

/// Hashes and compares passwords.
#[derive(Clone)]
pub struct Passwords {
    free: Arc<Semaphore>,
    /// Stands in for the hash of somebody who does not exist, so that they take as long to refuse.
    decoy: Arc<OnceCell<String>>,
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords {
            free: Arc::new(Semaphore::new(PARALLEL_MAX)),
            decoy: Arc::default(),
        }
    }
}

impl Passwords {
    /// The hash to store.
    pub async fn hash(&self, password: &str) -> anyhow::Result<String> {
        let _turn = self.turn().await?;
        hash(password.to_owned()).await
    }

    /// Whether `password` is the one that was hashed. Without a hash it takes as long, and is not.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> anyhow::Result<bool> {
        self.turn().await?.verify(password, hash).await
    }

    /// Waits until it is one's turn. What was true before may have changed meanwhile: whoever counts
    /// failures looks again now.
    pub async fn turn(&self) -> anyhow::Result<Turn<'_>> {
        Ok(Turn {
            decoy: &self.decoy,
            _permit: self.free.acquire().await?,
        })
    }
}

/// The right to compute one hash now.
pub struct Turn<'a> {
    decoy: &'a OnceCell<String>,
    _permit: SemaphorePermit<'a>,
}

impl Turn<'_> {
    /// As [`Passwords::verify`].
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> anyhow::Result<bool> {
        let decoy = self
            .decoy
            .get_or_try_init(|| hash("stands for nobody".to_owned()))
            .await?;
        let known = stored.is_some();
        let stored = stored.unwrap_or(decoy).to_owned();
        let password = password.chars().take(LENGTH_MAX + 1).collect::<String>();
        tokio::task::spawn_blocking(move || {
            let parsed = PasswordHash::new(&stored)
                .map_err(|error| anyhow::anyhow!("reading a stored password hash: {error}"))?;
            let matches = Hasher::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok();
            Ok(matches && known)
        })
        .await?
    }
}

async fn hash(password: String) -> anyhow::Result<String> {
    tokio::task::spawn_blocking(move || {
        let salt = SaltString::encode_b64(&random_bytes::<16>())
            .map_err(|error| anyhow::anyhow!("making a salt: {error}"))?;
        let hash = Hasher::default()
            .hash_password(password.as_bytes(), &salt)
            .map_err(|error| anyhow::anyhow!("hashing a password: {error}"))?;
        Ok(hash.to_string())
    })
    .await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        let check = |password: &str| check(password, ["Ada.Lovelace", "ada@example.com"]);
        assert_eq!(check("1234567"), Err(PasswordRule::TooShort));
        assert_eq!(check("日本語日本語日"), Err(PasswordRule::TooShort));
        assert_eq!(check("日本語日本語日本"), Ok(()));
        assert_eq!(check(&"ab".repeat(100)), Ok(()));
        assert_eq!(check(&"ab".repeat(101)), Err(PasswordRule::TooLong));
        for easy in [
            "PassWord",
            "aaaaaaaaaaaa",
            "ada.lovelace",
            "ADA@example.com",
        ] {
            assert_eq!(check(easy), Err(PasswordRule::TooCommon), "{easy}");
        }
        assert_eq!(check("correct horse"), Ok(()));
    }

    #[test]
    fn the_common_ones_can_be_met_at_all() {
        for each in COMMON {
            assert!(each.chars().count() >= LENGTH_MIN, "{each}");
            assert_eq!(*each, each.to_lowercase());
        }
    }

    #[test]
    fn first_passwords_differ_and_keep_the_rules() {
        let made = first_password();
        assert_eq!(made.len(), 19);
        assert_ne!(made, first_password());
        assert_eq!(super::check(&made, []), Ok(()));
    }

    #[tokio::test]
    async fn a_hash_knows_its_password() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse").await.unwrap();
        assert!(
            passwords
                .verify("correct horse", Some(&hash))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("correct horsf", Some(&hash))
                .await
                .unwrap()
        );
        assert!(!passwords.verify("stands for nobody", None).await.unwrap());
        assert_ne!(hash, passwords.hash("correct horse").await.unwrap());
    }
}
