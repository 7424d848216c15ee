//! The guard of the routes below `/_/`: each has a row in the table of roles, and is reached only by
//! whom the row admits.
//!
//! What changes state must come from the server's own pages. Three things hold that together: the
//! cookie is `SameSite=Lax`, so no other site's POST carries it; a body must say that it is JSON, which
//! a form cannot; and a browser's `Origin` must be the server's own. A request with neither `Origin`
//! nor `Sec-Fetch-Site` is a script's: browsers send one or the other with everything that changes
//! state, and a script has no cookie that it was not given.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use http::{HeaderMap, Method, StatusCode, header};

use super::roles::{self, Access, Door, Row};
use crate::app::App;
use crate::origin::Origins;
use crate::page_error::PageError;
use crate::serve::Peer;
use crate::settings::Settings;

/// Routes that somebody whose password was given by an administrator may call.
const BEFORE_CHANGE: &[&str] = &["/me", "/password", "/sign-out", "/language"];

/// Collects guarded routes.
pub struct Routes {
    app: Arc<App>,
    router: Router<Arc<App>>,
}

impl Routes {
    /// No routes yet.
    pub fn new(app: Arc<App>) -> Routes {
        Routes {
            app,
            router: Router::new(),
        }
    }

    /// Adds a route by its row in the table, as `GET /_/portal/api/me`.
    ///
    /// # Panics
    /// When the table has no such row: a mistake of ours that every start would meet.
    pub fn add<H, T>(self, door: Door, operation: &'static str, handler: H) -> Routes
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        let row = roles::row(door, operation)
            .unwrap_or_else(|| panic!("`{operation}` has no row in the table of roles"));
        let (method, path) = operation
            .split_once(' ')
            .unwrap_or_else(|| panic!("`{operation}` is not a method and a path"));
        let method = method.parse::<Method>().ok();
        let filter = method
            .and_then(|method| MethodFilter::try_from(method).ok())
            .unwrap_or_else(|| panic!("`{operation}` has no method that a route can have"));
        let guard = axum::middleware::from_fn_with_state((self.app.clone(), row), guard);
        Routes {
            router: self.router.route(path, on(filter, handler).layer(guard)),
            app: self.app,
        }
    }

    /// All of them.
    pub fn into_router(self) -> Router<Arc<App>> {
        self.router
    }
}

async fn guard(
    State((app, row)): State<(Arc<App>, &'static Row)>,
    mut request: Request,
    next: Next,
) -> Response {
    app.metrics.operation(row.operation);
    match admit(&app, row, &mut request).await {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

async fn admit(app: &App, row: &Row, request: &mut Request) -> Result<(), PageError> {
    if Origins::is_task(request.headers(), &app.settings) {
        return Err(PageError::not_found("task pages have no way in here"));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        check_origin(request.headers(), &app.settings)?;
    }
    let Access::Roles(_) = row.access else {
        return Ok(());
    };
    let session = app.sessions.find(request.headers()).await?;
    let session = session.ok_or_else(PageError::no_session)?;
    if !row.access.admits(session.person.role) {
        return Err(PageError::no_access());
    }
    let is_before_change = BEFORE_CHANGE
        .iter()
        .any(|end| row.operation.ends_with(end) && row.operation.matches('/').count() == 4);
    if session.person.must_change && !is_before_change {
        return Err(PageError::new(
            StatusCode::FORBIDDEN,
            "password_change",
            "set a password of your own first",
        ));
    }
    request.extensions_mut().insert(session);
    Ok(())
}

fn check_origin(headers: &HeaderMap, settings: &Settings) -> Result<(), PageError> {
    let own = Origins::of(headers, settings).portal;
    let is_own = match headers.get(header::ORIGIN) {
        Some(origin) => origin.as_bytes().eq_ignore_ascii_case(own.as_bytes()),
        None => !headers.contains_key("sec-fetch-site"),
    };
    if is_own {
        return Ok(());
    }
    Err(PageError::new(
        StatusCode::FORBIDDEN,
        "foreign_origin",
        format!(
            "the request does not come from {own}; behind a proxy, that is the setting public-url"
        ),
    ))
}

/// Address of whoever sent a request: of the connection, or, behind the proxy that the setting
/// `public_url` speaks of, the one that the proxy met.
pub fn client_address(
    request_headers: &HeaderMap,
    peer: Option<Peer>,
    settings: &Settings,
) -> Option<IpAddr> {
    let forwarded = || {
        let value = request_headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()?;
        value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
    };
    settings
        .public_url
        .is_some()
        .then(forwarded)
        .flatten()
        .or(peer.map(|Peer(address)| address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_servers_own_origin_may_change_state() {
        let settings = Settings::defaults(std::path::PathBuf::new());
        let check = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "127.0.0.1:9000".parse().unwrap());
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            check_origin(&headers, &settings).is_ok()
        };
        assert!(check(&[("origin", "http://127.0.0.1:9000")]));
        assert!(check(&[]));
        for foreign in [
            "null",
            "http://127.0.0.1:9001",
            "https://127.0.0.1:9000",
            "http://task.localhost:9000",
            "",
        ] {
            assert!(!check(&[("origin", foreign)]), "{foreign}");
        }
        assert!(!check(&[("sec-fetch-site", "same-origin")]));
    }

    #[test]
    fn the_client_is_whom_the_proxy_met() {
        let mut settings = Settings::defaults(std::path::PathBuf::new());
        let peer = Some(Peer([10, 0, 0, 1].into()));
        let headers = HeaderMap::from_iter([(
            "x-forwarded-for".parse().unwrap(),
            "192.0.2.9, 192.0.2.1".parse().unwrap(),
        )]);
        assert_eq!(
            client_address(&headers, peer, &settings),
            Some([10, 0, 0, 1].into())
        );
        settings.public_url = Some("https://label.example.com".to_owned());
        assert_eq!(
            client_address(&headers, peer, &settings),
            Some([192, 0, 2, 1].into())
        );
        assert_eq!(
            client_address(&HeaderMap::new(), peer, &settings),
            Some([10, 0, 0, 1].into())
        );
    }
}
