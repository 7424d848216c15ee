//! Signatures checked against the published example of the signing process and against themselves
//! with one thing changed at a time.

use super::super::access_keys::{AccessKeys, KeyError};
use super::super::{Caller, Role};
use super::*;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const KEY: &str = "AKIDEXAMPLE";
/// 2015-08-30T12:36:00Z.
const SIGNED_AT_MS: i64 = 1_440_938_160_000;

struct OneKey;

#[async_trait::async_trait]
impl AccessKeys for OneKey {
    async fn secret_for(&self, access_key_id: &str) -> Result<Option<String>, KeyError> {
        Ok((access_key_id == KEY).then(|| SECRET.to_owned()))
    }

    async fn caller(&self, _: &str, token: Option<&str>) -> Result<Caller, KeyError> {
        match token {
            Some("expired") => Err(KeyError::ExpiredToken),
            _ => Ok(Caller::of_person(Some(1), "ada", Role::Requester)),
        }
    }
}

/// The request of AWS's signing example, `GET https://iam.amazonaws.com/?Action=ListUsers&…`.
fn example() -> http::request::Builder {
    http::Request::get("/?Action=ListUsers&Version=2010-05-08")
        .header(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        )
        .header("host", "iam.amazonaws.com")
        .header("x-amz-date", "20150830T123600Z")
}

const EXAMPLE_AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";

async fn check(request: http::request::Builder, body: &[u8], now_ms: i64) -> String {
    let (parts, ()) = request.body(()).unwrap().into_parts();
    match verify(&parts, body, now_ms, &OneKey).await {
        Ok(caller) => format!("ok {}", caller.name),
        Err(error) => format!("{error:?}")
            .split(['(', ' '])
            .next()
            .unwrap()
            .to_owned(),
    }
}

#[tokio::test]
async fn the_published_example_verifies() {
    let request = example().header("authorization", EXAMPLE_AUTHORIZATION);
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let canonical = Signature::read(&parts)
        .unwrap()
        .canonical_request(&parts, b"")
        .unwrap();
    assert_eq!(
        hex::encode(Sha256::digest(canonical.as_bytes())),
        "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59"
    );
    let request = example().header("authorization", EXAMPLE_AUTHORIZATION);
    assert_eq!(check(request, b"", SIGNED_AT_MS).await, "ok ada");
}

/// Signs `request` as a client would and gives it its header.
fn signed(request: http::request::Builder, body: &[u8], names: &str) -> http::request::Builder {
    let scope = format!("{KEY}/20150830/ap-northeast-1/sagemaker/aws4_request");
    let draft = format!("{ALGORITHM} Credential={scope}, SignedHeaders={names}, Signature=00");
    let headers = request.headers_ref().unwrap().clone();
    let uri = request.uri_ref().unwrap().clone();
    let (mut parts, ()) = http::Request::post(uri).body(()).unwrap().into_parts();
    parts.headers = headers;
    parts
        .headers
        .insert("authorization", draft.parse().unwrap());
    let signature = Signature::read(&parts).unwrap();
    let canonical = signature.canonical_request(&parts, body).unwrap();
    let made = sign(SECRET, &signature.timestamp, &signature.scope, &canonical);
    request.header(
        "authorization",
        draft.replace("Signature=00", &format!("Signature={}", hex::encode(made))),
    )
}

fn target() -> http::request::Builder {
    http::Request::post("/")
        .header("host", "127.0.0.1:9000")
        .header("x-amz-date", "20150830T123600Z")
        .header("x-amz-target", "SageMaker.ListTags")
}

const NAMES: &str = "host;x-amz-date;x-amz-target";

#[tokio::test]
async fn a_signed_request_passes_and_each_change_is_refused() {
    let good = || signed(target(), b"{}", NAMES);
    assert_eq!(check(good(), b"{}", SIGNED_AT_MS).await, "ok ada");
    assert_eq!(check(good(), b"{ }", SIGNED_AT_MS).await, "Mismatch");
    assert_eq!(
        check(good().uri("/?a=b"), b"{}", SIGNED_AT_MS).await,
        "Mismatch"
    );
    assert_eq!(
        check(good().method("GET"), b"{}", SIGNED_AT_MS).await,
        "Mismatch"
    );
    let more = good().header("x-amz-target", "SageMaker.AddTags");
    assert_eq!(check(more, b"{}", SIGNED_AT_MS).await, "Mismatch");
    let unsigned = good().header("x-amz-security-token", "other");
    assert_eq!(check(unsigned, b"{}", SIGNED_AT_MS).await, "Incomplete");
}

#[tokio::test]
async fn the_clock_may_be_a_quarter_of_an_hour_off() {
    let good = || signed(target(), b"{}", NAMES);
    for (offset_ms, expected) in [
        (SKEW_MAX_MS, "ok ada"),
        (SKEW_MAX_MS + 1, "Skewed"),
        (-SKEW_MAX_MS, "ok ada"),
        (-SKEW_MAX_MS - 1, "Skewed"),
    ] {
        assert_eq!(
            check(good(), b"{}", SIGNED_AT_MS + offset_ms).await,
            expected,
            "{offset_ms}"
        );
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    assert_eq!(check(target(), b"", SIGNED_AT_MS).await, "Missing");
    for broken in [
        "Bearer x",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/r/s/aws4_request, Signature=00",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150829/r/s/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=00",
    ] {
        let request = target().header("authorization", broken);
        assert_eq!(
            check(request, b"", SIGNED_AT_MS).await,
            "Incomplete",
            "{broken}"
        );
    }
    let without_target = signed(target(), b"{}", "host;x-amz-date");
    assert_eq!(
        check(without_target, b"{}", SIGNED_AT_MS).await,
        "Incomplete"
    );
    let unknown = target().header(
        "authorization",
        "AWS4-HMAC-SHA256 Credential=AKIDOTHER/20150830/r/s/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=00",
    );
    assert_eq!(check(unknown, b"", SIGNED_AT_MS).await, "UnknownKey");
}

#[tokio::test]
async fn an_expired_session_token_has_its_own_error() {
    let request = target().header("x-amz-security-token", "expired");
    let names = "host;x-amz-date;x-amz-security-token;x-amz-target";
    assert_eq!(
        check(signed(request, b"{}", names), b"{}", SIGNED_AT_MS).await,
        "ExpiredToken"
    );
}

#[test]
fn paths_are_normalised_and_encoded_twice() {
    for (path, canonical) in [
        ("/", "/"),
        ("", "/"),
        ("/a//b/./c", "/a/b/c"),
        ("/a/../b/", "/b/"),
        ("/a%20b", "/a%2520b"),
        ("/日", "/%E6%97%A5"),
    ] {
        assert_eq!(canonical_path(path), canonical, "{path}");
    }
}

#[test]
fn queries_are_sorted_by_encoded_name_then_value() {
    assert_eq!(
        canonical_query("b=2&a=%7E&a=1&c&X-Amz-Signature=0"),
        "a=1&a=~&b=2&c="
    );
    assert_eq!(canonical_query("x=a+b&y=a%20b"), "x=a%2Bb&y=a%20b");
}

#[test]
fn both_date_headers_are_read() {
    assert_eq!(
        compact_date("Sun, 30 Aug 2015 12:36:00 GMT").unwrap(),
        "20150830T123600Z"
    );
    assert_eq!(
        compact_date("20150830T123600Z").unwrap(),
        "20150830T123600Z"
    );
    assert_eq!(compact_date("yesterday"), None);
    assert_eq!(parse_timestamp("20150830T123600Z"), Some(SIGNED_AT_MS));
}
