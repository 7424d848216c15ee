//! Which door a request came to, as a pure function of its head.
//!
//! Order: fixed `/_/…` paths (no bucket name holds `_`), the `X-Amz-Target` header, the service in
//! the signature's scope, else S3.

use http::request::Parts;

use crate::api;
use crate::auth::sigv4;

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// A path below `/_/`.
    Fixed,
    /// A JSON operation named by header.
    Json,
    /// STS, by query protocol.
    Sts,
    /// IAM, by query protocol.
    Iam,
    /// Signed for a service that is not here.
    UnknownService,
    /// The object store.
    S3,
}

impl Entrance {
    /// The door of a request.
    pub fn of(parts: &Parts) -> Entrance {
        let path = parts.uri.path();
        if path == "/_" || path.starts_with("/_/") {
            return Entrance::Fixed;
        }
        if api::target(&parts.headers).is_some() {
            return Entrance::Json;
        }
        match sigv4::claimed_scope(parts)
            .as_ref()
            .map(|scope| scope.service.as_str())
        {
            Some("sts") => Entrance::Sts,
            Some("iam") => Entrance::Iam,
            Some("s3" | "s3express" | "s3-object-lambda") | None => Entrance::S3,
            Some("sagemaker") => Entrance::Json,
            Some(_) => Entrance::UnknownService,
        }
    }

    /// Short name, for logs and counters.
    pub fn name(self) -> &'static str {
        match self {
            Entrance::Fixed => "page",
            Entrance::Json => "json",
            Entrance::Sts => "sts",
            Entrance::Iam => "iam",
            Entrance::UnknownService => "unknown",
            Entrance::S3 => "s3",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(request: http::request::Builder, expected: Entrance) {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        assert_eq!(
            Entrance::of(&parts),
            expected,
            "{} {:?}",
            parts.uri,
            parts.headers
        );
    }

    fn signed(path: &str, service: &str) -> http::request::Builder {
        http::Request::get(path).header("x-amz-date", "20261124T000000Z").header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential=A/20261124/eu-west-1/{service}/aws4_request, SignedHeaders=host, Signature=00"),
        )
    }

    #[test]
    fn requests_find_their_door() {
        check(signed("/_/health", "s3"), Entrance::Fixed);
        check(
            http::Request::get("/_/portal").header("x-amz-target", "SageMaker.X"),
            Entrance::Fixed,
        );
        check(http::Request::get("/_x/key"), Entrance::S3);
        check(
            http::Request::post("/").header("x-amz-target", "SageMaker.X"),
            Entrance::Json,
        );
        check(signed("/", "sagemaker"), Entrance::Json);
        check(signed("/", "sts"), Entrance::Sts);
        check(signed("/", "iam"), Entrance::Iam);
        check(signed("/", "ec2"), Entrance::UnknownService);
        check(signed("/bucket/key", "s3"), Entrance::S3);
        check(http::Request::get("/bucket/key"), Entrance::S3);
        check(
            http::Request::post("/bucket").header("authorization", "AWS AKID:c2ln"),
            Entrance::S3,
        );
    }
}
