//! The app: all state of a server, and the router that is a function of it.
//!
//! Tests call [`router`] in process; the binary serves the same value.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};

use crate::api;
use crate::auth::access_keys::AccessKeys;
use crate::auth::roles::Door;
use crate::clock::Clock;
use crate::door::Entrance;
use crate::metrics::Metrics;
use crate::page_error::PageError;
use crate::request_scope;
use crate::secrets::Secrets;
use crate::settings::Settings;

/// Everything a request may need.
pub struct App {
    /// Settings of this server.
    pub settings: Settings,
    /// The server secret.
    pub secrets: Secrets,
    /// The time.
    pub clock: Clock,
    /// Access keys of scripts.
    pub keys: Arc<dyn AccessKeys>,
    /// Counters.
    pub metrics: Metrics,
}

/// The whole server as one service.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/_/health", get(health))
        .route("/_/metrics", get(metrics))
        .fallback(dispatch)
        .layer(axum::middleware::from_fn_with_state(
            app.clone(),
            request_scope::surround,
        ))
        .with_state(app)
}

/// Sends what has no fixed path to its door.
async fn dispatch(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let entrance = Entrance::of(&parts);
    let request = Request::from_parts(parts, body);
    match entrance {
        Entrance::Fixed => PageError::not_found("there is no such page").into_response(),
        Entrance::Json | Entrance::UnknownService => api::answer_json(app, request).await,
        Entrance::Sts => api::query::answer_query(app, Door::Sts, request).await,
        Entrance::Iam => api::query::answer_query(app, Door::Iam, request).await,
        Entrance::S3 => s3(app, request).await,
    }
}

/// The mount point of the object store.
async fn s3(_app: Arc<App>, _request: Request) -> Response {
    (
        StatusCode::NOT_IMPLEMENTED,
        "<Error><Code>NotImplemented</Code></Error>",
    )
        .into_response()
}

/// Whether the server can work, for load balancers: open to all and says no more than that.
async fn health() -> Response {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n").into_response()
}

/// Counters, for whoever holds the metrics token.
async fn metrics(State(app): State<Arc<App>>, request: Request) -> Response {
    use subtle::ConstantTimeEq;
    let expected = format!("Bearer {}", app.secrets.metrics_token());
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .map(|value| value.as_bytes());
    if !bool::from(given.unwrap_or_default().ct_eq(expected.as_bytes())) {
        return PageError::sign_in().into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, app.metrics.render()).into_response()
}
