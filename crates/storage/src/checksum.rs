//! Checksums of objects: MD5, which makes the etag, and those a client asks for by name.
//!
//! A multipart object has either a composite checksum, made of its parts' (`…-N`), or, for the
//! CRCs, that of the whole object, which is combined from its parts' without reading them again.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use md5::Md5;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// An algorithm a client may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChecksumAlgorithm {
    /// CRC-32 of zip and PNG.
    Crc32,
    /// CRC-32 of Castagnoli.
    Crc32c,
    /// CRC-64 of NVMe.
    Crc64nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl ChecksumAlgorithm {
    /// All of them.
    pub const ALL: [ChecksumAlgorithm; 5] = [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32c,
        ChecksumAlgorithm::Crc64nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            ChecksumAlgorithm::Crc32 => "CRC32",
            ChecksumAlgorithm::Crc32c => "CRC32C",
            ChecksumAlgorithm::Crc64nvme => "CRC64NVME",
            ChecksumAlgorithm::Sha1 => "SHA1",
            ChecksumAlgorithm::Sha256 => "SHA256",
        }
    }

    /// The algorithm of a name, in any case.
    pub fn from_name(name: &str) -> Option<ChecksumAlgorithm> {
        ChecksumAlgorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    fn crc(self) -> Option<CrcAlgorithm> {
        match self {
            ChecksumAlgorithm::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
            ChecksumAlgorithm::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
            ChecksumAlgorithm::Crc64nvme => Some(CrcAlgorithm::Crc64Nvme),
            ChecksumAlgorithm::Sha1 | ChecksumAlgorithm::Sha256 => None,
        }
    }

    /// What a multipart object's checksum is made of when the client does not say.
    pub fn default_kind(self) -> ChecksumKind {
        match self {
            ChecksumAlgorithm::Crc64nvme => ChecksumKind::FullObject,
            _ => ChecksumKind::Composite,
        }
    }
}

/// What a multipart object's checksum is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChecksumKind {
    /// Of the parts' checksums.
    Composite,
    /// Of the object's bytes.
    FullObject,
}

/// Checksums of one object or part, in base64.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksums {
    /// Value by algorithm.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<ChecksumAlgorithm, String>,
    /// What they are made of; none where there are no values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ChecksumKind>,
}

/// Values that come after the body, asked for when it has ended.
pub type Trailers = Box<dyn FnOnce() -> Vec<(ChecksumAlgorithm, String)> + Send + Sync>;

/// Which checksums to compute for a body, and what they must come to.
#[derive(Default)]
pub struct ChecksumRequest {
    /// To be computed and kept.
    pub algorithms: Vec<ChecksumAlgorithm>,
    /// Known before the body, in base64; computed and kept too.
    pub expected: Vec<(ChecksumAlgorithm, String)>,
    /// Of the whole body, in base64, from `Content-MD5`.
    pub md5: Option<String>,
    /// Known only after the body. Name their algorithms in `algorithms`.
    pub trailers: Option<Trailers>,
}

impl fmt::Debug for ChecksumRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "ChecksumRequest({:?}, {:?})",
            self.algorithms, self.expected
        )
    }
}

/// What came of hashing a body.
#[derive(Clone, Debug)]
pub(crate) struct Digests {
    pub md5: [u8; 16],
    pub checksums: Checksums,
}

impl Digests {
    pub(crate) fn etag(&self) -> String {
        hex::encode(self.md5)
    }
}

impl ChecksumRequest {
    pub(crate) fn hasher(&self) -> Hasher {
        let wanted = |algorithm: &ChecksumAlgorithm| {
            self.algorithms.contains(algorithm)
                || self.expected.iter().any(|(other, _)| other == algorithm)
        };
        let sums = ChecksumAlgorithm::ALL
            .into_iter()
            .filter(wanted)
            .map(|algorithm| (algorithm, Sum::new(algorithm)))
            .collect();
        Hasher {
            md5: Md5::default(),
            sums,
        }
    }

    /// The name of the first algorithm whose value is not the one announced.
    pub(crate) fn verify(self, digests: &Digests) -> Result<(), &'static str> {
        if let Some(md5) = &self.md5
            && STANDARD.decode(md5).ok().as_deref() != Some(&digests.md5[..])
        {
            return Err("MD5");
        }
        let trailers = self.trailers.map(|trailers| trailers()).unwrap_or_default();
        for (algorithm, announced) in self.expected.into_iter().chain(trailers) {
            if digests.checksums.values.get(&algorithm) != Some(&announced) {
                return Err(algorithm.name());
            }
        }
        Ok(())
    }
}

/// Computes MD5 and the wanted checksums in one pass.
pub(crate) struct Hasher {
    md5: Md5,
    sums: Vec<(ChecksumAlgorithm, Sum)>,
}

enum Sum {
    Crc(CrcAlgorithm, crc_fast::Digest),
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
}

impl Sum {
    fn new(algorithm: ChecksumAlgorithm) -> Sum {
        match (algorithm, algorithm.crc()) {
            (_, Some(crc)) => Sum::Crc(crc, crc_fast::Digest::new(crc)),
            (ChecksumAlgorithm::Sha1, None) => Sum::Sha1(Default::default()),
            (_, None) => Sum::Sha256(Default::default()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Sum::Crc(_, digest) => digest.update(bytes),
            Sum::Sha1(digest) => sha1::Digest::update(digest, bytes),
            Sum::Sha256(digest) => digest.update(bytes),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Sum::Crc(crc, digest) => crc_bytes(crc, digest.finalize()),
            Sum::Sha1(digest) => sha1::Digest::finalize(digest).to_vec(),
            Sum::Sha256(digest) => digest.finalize().to_vec(),
        }
    }
}

/// A CRC in the byte order of the wire.
fn crc_bytes(crc: CrcAlgorithm, value: u64) -> Vec<u8> {
    match crc {
        CrcAlgorithm::Crc64Nvme => value.to_be_bytes().to_vec(),
        _ => (value as u32).to_be_bytes().to_vec(),
    }
}

impl Hasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        for (_, sum) in &mut self.sums {
            sum.update(bytes);
        }
    }

    pub(crate) fn finish(self) -> Digests {
        let values: BTreeMap<_, _> = self
            .sums
            .into_iter()
            .map(|(algorithm, sum)| (algorithm, STANDARD.encode(sum.finish())))
            .collect();
        let kind = (!values.is_empty()).then_some(ChecksumKind::FullObject);
        Digests {
            md5: self.md5.finalize().into(),
            checksums: Checksums { values, kind },
        }
    }
}

/// The etag of a multipart object whose parts have these etags.
pub(crate) fn multipart_etag<'a>(part_etags: impl ExactSizeIterator<Item = &'a str>) -> String {
    let count = part_etags.len();
    let mut md5 = Md5::default();
    for etag in part_etags {
        // Part etags are always MD5s in hexadecimal; anything else hashes as itself.
        match hex::decode(etag) {
            Ok(bytes) => md5.update(bytes),
            Err(_) => md5.update(etag.as_bytes()),
        }
    }
    format!("{}-{count}", hex::encode(md5.finalize()))
}

/// The checksum of a multipart object from its parts' (size, value in base64); none when a part
/// has no value or the algorithm cannot be combined so.
pub(crate) fn combine_parts(
    algorithm: ChecksumAlgorithm,
    kind: ChecksumKind,
    parts: &[(u64, Option<&str>)],
) -> Option<String> {
    let decode = |value: &Option<&str>| STANDARD.decode((*value)?).ok();
    match kind {
        ChecksumKind::Composite => {
            let mut sum = Sum::new(algorithm);
            for (_, value) in parts {
                sum.update(&decode(value)?);
            }
            Some(format!("{}-{}", STANDARD.encode(sum.finish()), parts.len()))
        }
        ChecksumKind::FullObject => {
            let crc = algorithm.crc()?;
            let mut whole: Option<u64> = None;
            for (size, value) in parts {
                let mut padded = [0; 8];
                let bytes = decode(value)?;
                let start = 8usize.checked_sub(bytes.len())?;
                padded[start..].copy_from_slice(&bytes);
                let value = u64::from_be_bytes(padded);
                whole = Some(match whole {
                    None => value,
                    Some(before) => crc_fast::checksum_combine(crc, before, value, *size),
                });
            }
            Some(STANDARD.encode(crc_bytes(crc, whole?)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digests(body: &[u8]) -> Digests {
        let request = ChecksumRequest {
            algorithms: ChecksumAlgorithm::ALL.to_vec(),
            ..ChecksumRequest::default()
        };
        let mut hasher = request.hasher();
        let (head, tail) = body.split_at(body.len() / 2);
        hasher.update(head);
        hasher.update(tail);
        hasher.finish()
    }

    #[test]
    fn values_are_the_published_check_values() {
        let digests = digests(b"123456789");
        let hex_of = |algorithm| {
            hex::encode(
                STANDARD
                    .decode(&digests.checksums.values[&algorithm])
                    .unwrap(),
            )
        };
        assert_eq!(digests.etag(), "25f9e794323b453885f5181f1b624d0b");
        assert_eq!(hex_of(ChecksumAlgorithm::Crc32), "cbf43926");
        assert_eq!(hex_of(ChecksumAlgorithm::Crc32c), "e3069283");
        assert_eq!(hex_of(ChecksumAlgorithm::Crc64nvme), "ae8b14860a799888");
        assert_eq!(
            hex_of(ChecksumAlgorithm::Sha1),
            "f7c3bc1d808e04732adf679965ccc34ca7ae3441"
        );
        assert_eq!(
            hex_of(ChecksumAlgorithm::Sha256),
            "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"
        );
    }

    #[test]
    fn full_object_checksums_of_parts_are_those_of_the_whole() {
        let body: Vec<u8> = (0..10_000u32).flat_map(u32::to_le_bytes).collect();
        let whole = digests(&body);
        for algorithm in [
            ChecksumAlgorithm::Crc32,
            ChecksumAlgorithm::Crc32c,
            ChecksumAlgorithm::Crc64nvme,
        ] {
            let parts: Vec<(u64, String)> = body
                .chunks(7_001)
                .map(|part| {
                    let value = digests(part).checksums.values[&algorithm].clone();
                    (part.len() as u64, value)
                })
                .collect();
            let parts: Vec<(u64, Option<&str>)> = parts
                .iter()
                .map(|(size, value)| (*size, Some(value.as_str())))
                .collect();
            assert_eq!(
                combine_parts(algorithm, ChecksumKind::FullObject, &parts).as_ref(),
                Some(&whole.checksums.values[&algorithm])
            );
        }
        let parts = [(1, Some("AAAA"))];
        let sha = combine_parts(ChecksumAlgorithm::Sha256, ChecksumKind::FullObject, &parts);
        assert_eq!(sha, None);
    }

    #[test]
    fn a_wrong_announced_value_is_named() {
        let good = digests(b"body");
        let request = |value: &str| ChecksumRequest {
            expected: vec![(ChecksumAlgorithm::Crc32, value.to_owned())],
            ..ChecksumRequest::default()
        };
        let crc32 = good.checksums.values[&ChecksumAlgorithm::Crc32].clone();
        assert_eq!(request(&crc32).verify(&good), Ok(()));
        assert_eq!(request("AAAAAA==").verify(&good), Err("CRC32"));
        let md5 = ChecksumRequest {
            md5: Some("not base64".to_owned()),
            ..ChecksumRequest::default()
        };
        assert_eq!(md5.verify(&good), Err("MD5"));
    }
}
