//! Which names a bucket and a key may have.

use std::net::Ipv4Addr;

use crate::error::{StoreError, StoreResult};

/// Longest key, in bytes of UTF-8.
pub const KEY_BYTES_MAX: usize = 1_024;

/// Refuses what S3 refuses as the name of a general purpose bucket.
pub fn check_bucket_name(name: &str) -> StoreResult<()> {
    let fits = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let rule = if !(3..=63).contains(&bytes.len()) {
        "must have 3 to 63 characters"
    } else if !bytes
        .iter()
        .all(|byte| fits(byte) || matches!(byte, b'.' | b'-'))
    {
        "may hold only a-z, 0-9, `.` and `-`"
    } else if ![bytes.first(), bytes.last()]
        .into_iter()
        .flatten()
        .all(fits)
    {
        "must begin and end with a letter or a digit"
    } else if name.contains("..") || name.parse::<Ipv4Addr>().is_ok() || name.starts_with("xn--") {
        "must not look like an address"
    } else {
        return Ok(());
    };
    Err(StoreError::InvalidName {
        what: "bucket",
        name: shorten(name),
        rule,
    })
}

/// Refuses an empty key and one longer than [`KEY_BYTES_MAX`]; any other UTF-8 is a key.
pub fn check_key(key: &str) -> StoreResult<()> {
    let rule = if key.is_empty() {
        "must not be empty"
    } else if key.len() > KEY_BYTES_MAX {
        "must not have more than 1024 bytes"
    } else {
        return Ok(());
    };
    Err(StoreError::InvalidName {
        what: "key",
        name: shorten(key),
        rule,
    })
}

/// The first text in byte order that is after everything that begins with `prefix`; none when
/// nothing is.
pub(crate) fn after_prefix(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        // Code points and their UTF-8 sort alike; the surrogates between them are no characters.
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            last => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

fn shorten(name: &str) -> String {
    const SHOWN: usize = 80;
    if name.chars().count() <= SHOWN {
        return name.to_owned();
    }
    let mut text: String = name.chars().take(SHOWN).collect();
    text.push('…');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_follow_the_rules_of_s3() {
        for good in ["abc", "a-b.c", "0ab", &"a".repeat(63)] {
            assert!(check_bucket_name(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ab",
            "Abc",
            "a_b",
            "-ab",
            "ab-",
            "a..b",
            "10.0.0.1",
            "xn--abc",
            "日本語",
            &"a".repeat(64),
        ] {
            assert!(check_bucket_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn any_text_up_to_1024_bytes_is_a_key() {
        for good in [
            "a",
            "/",
            "../x",
            "a//b",
            "dir/",
            "\0",
            "日本",
            &"k".repeat(1024),
        ] {
            assert!(check_key(good).is_ok());
        }
        assert!(check_key("").is_err());
        assert!(check_key(&"k".repeat(1025)).is_err());
        assert!(check_key(&"日".repeat(342)).is_err());
    }

    #[test]
    fn what_follows_a_prefix_is_the_least_text_after_it() {
        assert_eq!(after_prefix("a/").as_deref(), Some("a0"));
        assert_eq!(after_prefix("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(after_prefix("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(after_prefix("\u{10FFFF}"), None);
        assert_eq!(after_prefix(""), None);
    }
}
