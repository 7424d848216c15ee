//! A script: requests signed with an access key, to the JSON door and to any other.

use axum::Router;
use axum::body::Body;
use cairn_server::auth::sigv4::{Scope, format_timestamp, sign};
use cairn_server::clock::Clock;
use http::{Method, Request};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use super::page::{Answer, HOST};

/// Signs as an AWS client does.
#[derive(Clone)]
pub struct Script {
    router: Router,
    clock: Clock,
    pub access_key_id: String,
    pub secret: String,
    /// Of temporary credentials.
    pub session_token: Option<String>,
    pub region: String,
}

impl Script {
    pub fn new(router: Router, clock: Clock, access_key_id: String, secret: String) -> Script {
        Script {
            router,
            clock,
            access_key_id,
            secret,
            session_token: None,
            region: "us-east-1".to_owned(),
        }
    }

    /// Calls a SageMaker operation.
    pub async fn call(&self, operation: &str, body: Value) -> Answer {
        let headers = [
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target", format!("SageMaker.{operation}")),
        ];
        let body = body.to_string();
        self.send(Method::POST, "sagemaker", "/", &headers, body.as_bytes())
            .await
    }

    /// Calls a SageMaker operation that succeeds.
    #[track_caller]
    pub fn good(&self, operation: &str, body: Value) -> impl std::future::Future<Output = Value> {
        let (script, operation) = (self.clone(), operation.to_owned());
        let at = std::panic::Location::caller();
        async move {
            let answer = script.call(&operation, body).await;
            let good = answer.status.is_success();
            assert!(
                good,
                "{at}: {operation}: {} {}",
                answer.status,
                answer.text()
            );
            if answer.bytes.is_empty() {
                Value::Null
            } else {
                answer.json()
            }
        }
    }

    /// Calls a SageMaker operation that is refused; gives the error's wire name and its message.
    #[track_caller]
    pub fn refused(
        &self,
        operation: &str,
        body: Value,
    ) -> impl std::future::Future<Output = (String, String)> {
        let (script, operation) = (self.clone(), operation.to_owned());
        let at = std::panic::Location::caller();
        async move {
            let answer = script.call(&operation, body).await;
            let refused = answer.status.is_client_error();
            assert!(
                refused,
                "{at}: {operation}: {} {}",
                answer.status,
                answer.text()
            );
            let body = answer.json();
            let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
            assert_eq!(text("message"), text("Message"), "{at}");
            (text("__type"), text("message"))
        }
    }

    /// Calls an operation of the query protocol (`sts`, `iam`).
    pub async fn query(&self, service: &str, form: &str) -> Answer {
        let headers = [(
            "content-type",
            "application/x-www-form-urlencoded".to_owned(),
        )];
        self.send(Method::POST, service, "/", &headers, form.as_bytes())
            .await
    }

    /// Sends any signed request. `path` is already encoded; a query must be sorted and encoded.
    pub async fn send(
        &self,
        method: Method,
        service: &str,
        path: &str,
        headers: &[(&str, String)],
        body: &[u8],
    ) -> Answer {
        let timestamp = format_timestamp(self.clock.now_ms());
        let body_hash = hex::encode(Sha256::digest(body));
        let mut signed = vec![
            ("host".to_owned(), HOST.to_owned()),
            ("x-amz-content-sha256".to_owned(), body_hash.clone()),
            ("x-amz-date".to_owned(), timestamp.clone()),
        ];
        signed.extend(
            headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
        if let Some(token) = &self.session_token {
            signed.push(("x-amz-security-token".to_owned(), token.clone()));
        }
        signed.sort();
        let names: Vec<&str> = signed.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let (bare, query) = path.split_once('?').unwrap_or((path, ""));
        let lines: String = signed
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let canonical = format!("{method}\n{bare}\n{query}\n{lines}\n{names}\n{body_hash}");
        let scope = Scope {
            access_key_id: self.access_key_id.clone(),
            date: timestamp[..8].to_owned(),
            region: self.region.clone(),
            service: service.to_owned(),
        };
        let signature = hex::encode(sign(&self.secret, &timestamp, &scope, &canonical));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}/{}/{service}/aws4_request, SignedHeaders={names}, Signature={signature}",
            scope.access_key_id, scope.date, scope.region
        );
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", authorization);
        for (name, value) in &signed {
            request = request.header(name.as_str(), value.as_str());
        }
        let request = request.body(Body::from(body.to_vec())).unwrap();
        Answer::read(self.router.clone().oneshot(request).await.unwrap()).await
    }
}
