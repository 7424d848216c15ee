//! Identifiers as distinct types, so that mixing two kinds does not compile.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Row of a labeling job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub i64);

/// Row of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkerId(pub i64);

/// Zero-based line of an object in the input manifest of its job. Written as a decimal string it is
/// the `datasetObjectId` of every file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Line(pub i64);

impl Line {
    /// The line of a `datasetObjectId`.
    pub fn parse(text: &str) -> Option<Line> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits {
            return None;
        }
        text.parse().ok().map(Line)
    }
}

macro_rules! plain_display {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}
plain_display!(JobId, WorkerId, Line);

/// The name of a worker in answers and files: `private.<region>.` and 26 letters and digits that
/// are the same for a worker in every job and tell nothing about the person or their row.
///
/// `key` is the secret of this installation, made once and stored; whoever has it can tell which
/// row a name stands for.
pub fn worker_name(key: &[u8], region: &str, worker: WorkerId) -> String {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("a key of any length is taken");
    mac.update(b"worker:");
    mac.update(&worker.0.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    format!("private.{region}.{}", base32(&digest[..16]))
}

/// RFC 4648 letters without padding: 16 bytes become 26.
fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(LETTERS[(held >> bits & 31) as usize] as char);
        }
    }
    if bits > 0 {
        text.push(LETTERS[(held << (5 - bits) & 31) as usize] as char);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_the_rfc_alphabet() {
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(b"f"), "MY");
        assert_eq!(base32(b""), "");
    }

    #[test]
    fn a_worker_has_one_name_per_installation() {
        let name = worker_name(b"key", "ap-northeast-1", WorkerId(7));
        let letters = name.strip_prefix("private.ap-northeast-1.").unwrap();
        assert_eq!(letters.len(), 26);
        assert!(
            letters
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        );
        assert_eq!(name, worker_name(b"key", "ap-northeast-1", WorkerId(7)));
        assert_ne!(name, worker_name(b"key", "ap-northeast-1", WorkerId(8)));
        assert_ne!(name, worker_name(b"other", "ap-northeast-1", WorkerId(7)));
    }

    #[test]
    fn a_line_reads_back_from_its_object_id() {
        assert_eq!(Line::parse(&Line(302).to_string()), Some(Line(302)));
        for wrong in ["", "-1", "+1", "1.0", "x", "99999999999999999999"] {
            assert_eq!(Line::parse(wrong), None, "{wrong}");
        }
    }
}
