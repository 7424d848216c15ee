//! A page in a browser: a session's cookie, the server's own origin, JSON.

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt;

/// The host that requests in process go to, as the default settings listen.
pub const HOST: &str = "127.0.0.1:9000";

/// Asks as a page of the server does.
#[derive(Clone)]
pub struct Page {
    router: Router,
    /// The cookie as `Set-Cookie` gave it.
    pub cookie: Option<String>,
    /// Sent with what changes state; none to leave it out.
    pub origin: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: axum::body::Bytes,
}

impl Answer {
    pub async fn read(response: axum::response::Response) -> Answer {
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: axum::body::to_bytes(body, usize::MAX).await.unwrap(),
        }
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    /// The body as JSON; fails when it is not.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error} in {} {:?}", self.status, self.text()))
    }

    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The body of a good answer.
    #[track_caller]
    pub fn good(&self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text());
        self.json()
    }

    /// Status, code and field of an error, as `400 wrong_password current`.
    #[track_caller]
    pub fn error(&self) -> String {
        assert!(!self.status.is_success(), "{} {}", self.status, self.text());
        let body = self.json();
        let error = &body["error"];
        let code = error["code"].as_str().unwrap_or_else(|| panic!("{body}"));
        let field = error["field"].as_str().unwrap_or_default();
        format!("{} {code} {field}", self.status.as_u16())
            .trim_end()
            .to_owned()
    }
}

impl Page {
    pub fn new(router: Router) -> Page {
        Page {
            router,
            cookie: None,
            origin: Some(format!("http://{HOST}")),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.request(method, path);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
        self.send_raw(request.body(body).unwrap()).await
    }

    /// A request with the page's headers, to be changed.
    pub fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let mut request = Request::builder()
            .method(method.clone())
            .uri(path)
            .header(header::HOST, HOST);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie.split(';').next().unwrap());
        }
        if let Some(origin) = self.origin.as_ref().filter(|_| method != Method::GET) {
            request = request.header(header::ORIGIN, origin);
        }
        request
    }

    pub async fn send_raw(&self, request: Request<Body>) -> Answer {
        Answer::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// Takes the cookie of an answer, as a browser does.
    pub fn take_cookie(&mut self, answer: &Answer) {
        let cookie = answer.header(header::SET_COOKIE);
        assert!(!cookie.is_empty(), "no cookie came");
        self.cookie = Some(cookie.to_owned());
    }
}
