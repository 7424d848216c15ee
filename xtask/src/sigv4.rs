//! Signing requests the way AWS's clients do (Signature Version 4, in headers), without a line of the server's code.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// An access key.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
}

/// What is signed.
pub struct Request<'a> {
    /// The method.
    pub method: &'a str,
    /// The path, encoded as it goes on the wire.
    pub path: &'a str,
    /// The query, encoded, its parameters in order of their names; empty when there is none.
    pub query: &'a str,
    /// The `Host` header.
    pub host: &'a str,
    /// The service, as `s3` or `sagemaker`.
    pub service: &'a str,
    /// The region.
    pub region: &'a str,
    /// SHA-256 of the body in hexadecimal, or `UNSIGNED-PAYLOAD`.
    pub payload: &'a str,
    /// The time as `20260101T000000Z`.
    pub date: &'a str,
    /// The operation in `x-amz-target`, for a service that has one.
    pub target: Option<&'a str>,
}

/// The `Authorization` header for a request that carries `host`, `x-amz-date`, `x-amz-content-sha256` and, where it has
/// a target, `x-amz-target`.
pub fn authorization(keys: &Keys, request: &Request<'_>) -> String {
    let Request {
        method,
        path,
        query,
        host,
        service,
        region,
        payload,
        date,
        target,
    } = request;
    let (target_name, target_line) = match target {
        Some(target) => (
            ";x-amz-target",
            format!(
                "x-amz-target:{target}
"
            ),
        ),
        None => ("", String::new()),
    };
    let signed = format!("host;x-amz-content-sha256;x-amz-date{target_name}");
    // Every service but S3 encodes the path once more.
    let path = if *service == "s3" {
        (*path).to_owned()
    } else {
        path.replace('%', "%25")
    };
    let canonical = format!(
        "{method}\n{path}\n{query}\nhost:{host}\nx-amz-content-sha256:{payload}\nx-amz-date:{date}\n{target_line}\n{signed}\n{payload}"
    );
    let day = &date[..8];
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let text = format!(
        "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
        sha256_hex(canonical.as_bytes())
    );
    let mut key = hmac(format!("AWS4{}", keys.secret).as_bytes(), day);
    for part in [region, service, "aws4_request"] {
        key = hmac(&key, part);
    }
    let signature = hex::encode(hmac(&key, &text));
    format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={signed}, Signature={signature}",
        keys.id
    )
}

/// SHA-256 in hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Encodes a path or, with `slash` encoded too, a part of a query.
pub fn encode(text: &str, keep_slash: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(byte as char)
            }
            b'/' if keep_slash => encoded.push('/'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut hmac = <Hmac<Sha256> as Mac>::new_from_slice(key)
        .unwrap_or_else(|_| unreachable!("any length is a key"));
    hmac.update(text.as_bytes());
    hmac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The signature that botocore 1.44 computes for the same request.
    #[test]
    fn signatures_equal_those_of_botocore() {
        let keys = Keys {
            id: "AKIDEXAMPLE".into(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
        };
        let payload = sha256_hex(b"hello");
        let request = Request {
            method: "PUT",
            path: "/bucket/a%20b/%E7%8C%AB",
            query: "partNumber=1&uploadId=x",
            host: "127.0.0.1:9000",
            service: "s3",
            region: "us-east-1",
            payload: &payload,
            date: "20260101T000000Z",
            target: None,
        };
        assert!(authorization(&keys, &request).ends_with(S3_SIGNATURE));
        let request = Request {
            method: "POST",
            path: "/",
            query: "",
            service: "sagemaker",
            region: "ap-northeast-1",
            target: Some("SageMaker.ListLabelingJobs"),
            ..request
        };
        assert!(authorization(&keys, &request).ends_with(SAGEMAKER_SIGNATURE));
    }

    const S3_SIGNATURE: &str =
        "Signature=d021179915ab6f47e0bbd8d5854544872d787f00009f4f9cad3a1b5f8da248c0";
    const SAGEMAKER_SIGNATURE: &str =
        "Signature=c6e4176981e9f373521a4a979cd0e7377e2268c5bccad3830910c95953f3d040";

    #[test]
    fn paths_and_parameters_are_encoded() {
        assert_eq!(encode("a b/猫~", true), "a%20b/%E7%8C%AB~");
        assert_eq!(encode("a/b", false), "a%2Fb");
    }
}
