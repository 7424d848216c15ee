//! Signature Version 4 as a client of S3 makes it.
//!
//! Our own and not rusty-s3's, because that signs what `url::Url` holds: a URL in which the key
//! `../x` has already become another one.

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// Keys and region to sign with.
#[derive(Clone)]
pub(super) struct Signer {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: String,
    pub(super) session_token: Option<String>,
    pub(super) region: String,
}

/// What of a request is signed.
pub(super) struct Signable<'a> {
    pub(super) method: &'a str,
    pub(super) host: &'a str,
    /// Decoded path, with its first slash.
    pub(super) path: &'a str,
    /// Decoded names and values.
    pub(super) query: &'a [(String, String)],
    /// Names in lower case; `host` and the `x-amz-` headers of signing are added.
    pub(super) headers: &'a [(String, String)],
}

/// SHA-256 in hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

impl Signer {
    /// The headers that sign a request whose body has the hash `payload_hash`.
    pub(super) fn headers(
        &self,
        request: &Signable<'_>,
        payload_hash: &str,
        now: Timestamp,
    ) -> Vec<(String, String)> {
        let stamp = now.strftime("%Y%m%dT%H%M%SZ").to_string();
        let mut added = vec![
            ("x-amz-content-sha256".to_owned(), payload_hash.to_owned()),
            ("x-amz-date".to_owned(), stamp.clone()),
        ];
        if let Some(token) = &self.session_token {
            added.push(("x-amz-security-token".to_owned(), token.clone()));
        }
        let mut signed: Vec<(String, String)> = request.headers.to_vec();
        signed.push(("host".to_owned(), request.host.to_owned()));
        signed.extend(added.iter().cloned());
        signed.sort();
        let (names, canonical) = canonical_request(request, request.query, &signed, payload_hash);
        let signature = self.signature(&stamp, &canonical);
        added.push((
            "authorization".to_owned(),
            format!(
                "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={names}, Signature={signature}",
                self.access_key_id,
                self.scope(&stamp),
            ),
        ));
        added
    }

    /// The query of an address that anybody may use for `seconds`, encoded.
    pub(super) fn presigned_query(
        &self,
        request: &Signable<'_>,
        seconds: u32,
        now: Timestamp,
    ) -> String {
        let stamp = now.strftime("%Y%m%dT%H%M%SZ").to_string();
        let mut query = request.query.to_vec();
        let mut add = |name: &str, value: String| query.push((name.to_owned(), value));
        add("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned());
        add(
            "X-Amz-Credential",
            format!("{}/{}", self.access_key_id, self.scope(&stamp)),
        );
        add("X-Amz-Date", stamp.clone());
        add("X-Amz-Expires", seconds.to_string());
        add("X-Amz-SignedHeaders", "host".to_owned());
        if let Some(token) = &self.session_token {
            add("X-Amz-Security-Token", token.clone());
        }
        let host = [("host".to_owned(), request.host.to_owned())];
        let (_, canonical) = canonical_request(request, &query, &host, "UNSIGNED-PAYLOAD");
        let signature = self.signature(&stamp, &canonical);
        format!("{}&X-Amz-Signature={signature}", encode_query(&query))
    }

    fn scope(&self, stamp: &str) -> String {
        format!("{}/{}/s3/aws4_request", &stamp[..8], self.region)
    }

    fn signature(&self, stamp: &str, canonical: &str) -> String {
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{stamp}\n{}\n{}",
            self.scope(stamp),
            hash(canonical.as_bytes())
        );
        let mut key = format!("AWS4{}", self.secret_access_key).into_bytes();
        for part in [&stamp[..8], &self.region, "s3", "aws4_request"] {
            key = hmac(&key, part);
        }
        hex::encode(hmac(&key, &to_sign))
    }
}

/// The names of the signed headers and the request as it is signed.
fn canonical_request(
    request: &Signable<'_>,
    query: &[(String, String)],
    headers: &[(String, String)],
    payload_hash: &str,
) -> (String, String) {
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let mut canonical = format!(
        "{}\n{}\n{}\n",
        request.method,
        encode(request.path, true),
        encode_query(query)
    );
    for (name, value) in headers {
        let words: Vec<&str> = value.split(' ').filter(|word| !word.is_empty()).collect();
        canonical.push_str(&format!("{name}:{}\n", words.join(" ")));
    }
    canonical.push_str(&format!("\n{names}\n{payload_hash}"));
    (names, canonical)
}

/// A query with its pairs sorted, as it is signed and sent.
pub(super) fn encode_query(query: &[(String, String)]) -> String {
    let mut pairs: Vec<(String, String)> = query
        .iter()
        .map(|(name, value)| (encode(name, false), encode(value, false)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// Every byte but the unreserved ones as `%XX`; slashes stay where `is_path`.
pub(super) fn encode(text: &str, is_path: bool) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let stays = byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'_' | b'~')
            || (is_path && byte == b'/');
        if stays {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
            encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    encoded
}

fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> Signer {
        Signer {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: None,
            region: "us-east-1".to_owned(),
        }
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    // The examples of Amazon's documentation of Signature Version 4 for S3.
    const NOW: &str = "2013-05-24T00:00:00Z";

    #[test]
    fn headers_are_those_of_the_published_examples() {
        let check = |request: Signable<'_>, body: &[u8], signature: &str| {
            let headers = signer().headers(&request, &hash(body), NOW.parse().unwrap());
            let (name, value) = headers.last().unwrap();
            assert_eq!(name, "authorization");
            assert!(
                value.ends_with(&format!("Signature={signature}")),
                "{value}"
            );
        };
        let host = "examplebucket.s3.amazonaws.com";
        let get = Signable {
            method: "GET",
            host,
            path: "/test.txt",
            query: &[],
            headers: &[pair("range", "bytes=0-9")],
        };
        check(
            get,
            b"",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        );
        let put = Signable {
            method: "PUT",
            host,
            path: "/test$file.text",
            query: &[],
            headers: &[
                pair("date", "Fri, 24 May 2013 00:00:00 GMT"),
                pair("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ],
        };
        check(
            put,
            b"Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        );
        let list = Signable {
            method: "GET",
            host,
            path: "/",
            query: &[pair("prefix", "J"), pair("max-keys", "2")],
            headers: &[],
        };
        check(
            list,
            b"",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        );
    }

    #[test]
    fn a_presigned_query_is_that_of_the_published_example() {
        let request = Signable {
            method: "GET",
            host: "examplebucket.s3.amazonaws.com",
            path: "/test.txt",
            query: &[],
            headers: &[],
        };
        let query = signer().presigned_query(&request, 86_400, NOW.parse().unwrap());
        assert!(
            query.ends_with(
                "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
            ),
            "{query}"
        );
    }
}
