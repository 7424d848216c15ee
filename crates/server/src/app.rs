//! The app: all state of a server, and the router that is a function of it.
//!
//! Tests call [`router`] in process; the binary serves the same value.

use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use cairn_db::Db;
use cairn_engine::{Engine, EngineOptions, Hooks};
use cairn_labeling::arn::Place;
use cairn_storage::{EmbeddedStore, RemoteConfig, RemoteStore, Stores};
use http::{Method, StatusCode, header};
use tower_http::compression::CompressionLayer;

use crate::auth::access_keys::AccessKeys;
use crate::auth::guard::Routes;
use crate::auth::roles::Door;
use crate::auth::sessions::Sessions;
use crate::auth::sigv4;
use crate::auth::stored_keys::StoredKeys;
use crate::auth::throttle::SignInThrottle;
use crate::clock::Clock;
use crate::console::figures::Figures;
use crate::door::Entrance;
use crate::mail::Mailer;
use crate::metrics::Metrics;
use crate::page_error::PageError;
use crate::people::People;
use crate::people::memberships::Memberships;
use crate::replica::Replica;
use crate::secrets::Secrets;
use crate::settings::Settings;
use crate::{api, assets, console, object, people, portal, request_scope, s3, task_page};

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
    /// The database.
    pub db: Db,
    /// Stored objects.
    pub stores: Stores,
    /// What happens without a request. Whoever serves the app starts it.
    pub engine: Engine,
    /// Sessions of people.
    pub sessions: Sessions,
    /// Counts failed sign-ins.
    pub throttle: SignInThrottle,
    /// Does things to people.
    pub people: People,
    /// Who works in which teams.
    pub memberships: Memberships,
    /// Figures of jobs that somebody watches.
    pub figures: Figures,
    /// Sends mail, where a mail server is set.
    pub mailer: Option<Mailer>,
    /// What the portal keeps in memory between requests.
    pub portal: portal::Memory,
    /// The name of this server.
    pub replica: Replica,
}

impl App {
    /// Opens everything the settings name, making what is missing.
    pub async fn open(settings: Settings) -> anyhow::Result<Arc<App>> {
        App::open_at(settings, Clock::System).await
    }

    /// The same with a clock of the caller's, for tests.
    pub async fn open_at(settings: Settings, clock: Clock) -> anyhow::Result<Arc<App>> {
        let stores = open_stores(&settings).await?;
        App::open_on(settings, clock, stores).await
    }

    /// The same on stores that are open already, as a second replica in one process has them.
    pub async fn open_on(
        settings: Settings,
        clock: Clock,
        stores: Stores,
    ) -> anyhow::Result<Arc<App>> {
        let secrets = open_secrets(&settings)?;
        let db = open_db(&settings).await?;
        make_data_folder(&settings)?;
        let replica = Replica::open(&settings.data).context("opening the name of this server")?;
        let (of_keys, of_sessions, of_engine) = (secrets.clone(), secrets.clone(), clock.clone());
        let engine = Engine::new(EngineOptions {
            db: db.clone(),
            stores: stores.clone(),
            place: Place {
                region: settings.region.clone(),
                account: settings.account_id.clone(),
            },
            now_ms: Arc::new(move || of_engine.now_ms()),
            owner: replica.name().to_owned(),
            hooks: open_hooks(&settings)?,
        });
        Ok(Arc::new(App {
            keys: Arc::new(StoredKeys::new(db.clone(), of_keys, clock.clone())),
            metrics: Metrics::default(),
            sessions: Sessions::new(db.clone(), of_sessions, clock.clone(), &settings),
            throttle: SignInThrottle::new(settings.sign_in_failures_max),
            people: People::new(db.clone(), secrets.clone(), clock.clone(), &settings),
            memberships: Memberships::new(db.clone(), clock.clone()),
            figures: Figures::default(),
            mailer: Mailer::of(&settings)?,
            portal: portal::Memory::default(),
            replica,
            settings,
            secrets,
            clock,
            db,
            stores,
            engine,
        }))
    }
}

/// Where stored objects lie: in the data folder, with a remote S3 behind it where one is set. A
/// server on PostgreSQL may be one of several, whose folders differ: with a remote S3 it keeps no
/// buckets of its own.
pub async fn open_stores(settings: &Settings) -> anyhow::Result<Stores> {
    let remote = match &settings.remote_s3 {
        None => None,
        Some(endpoint) => {
            install_tls();
            let keys = settings
                .remote_s3_access_key_id
                .clone()
                .zip(settings.remote_s3_secret_access_key.clone());
            Some(RemoteStore::new(RemoteConfig {
                endpoint: endpoint.clone(),
                region: settings.remote_s3_region.clone(),
                keys,
                session_token: None,
            })?)
        }
    };
    let is_postgres = settings
        .database
        .as_deref()
        .is_some_and(|url| url.starts_with("postgres"));
    let embedded = match remote.is_some() && is_postgres {
        true => None,
        false => {
            make_data_folder(settings)?;
            Some(EmbeddedStore::open(&settings.data.join("buckets")).await?)
        }
    };
    Ok(Stores::new(embedded, remote))
}

fn open_hooks(settings: &Settings) -> anyhow::Result<Hooks> {
    if !settings.consolidation_hooks.is_empty() {
        install_tls();
    }
    Hooks::new(settings.consolidation_hooks.clone()).context("preparing the consolidation hooks")
}

fn install_tls() {
    // Set by whoever came first; another of the same kind serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The server secret: the setting, else the file in the data folder, made when missing.
pub fn open_secrets(settings: &Settings) -> anyhow::Result<Secrets> {
    if let Some(secret) = &settings.secret {
        return Secrets::from_hex(secret);
    }
    make_data_folder(settings)?;
    Ok(Secrets::load_or_create(&settings.data.join("secret"))?.0)
}

/// The database: the setting, else SQLite in the data folder, made when missing.
pub async fn open_db(settings: &Settings) -> anyhow::Result<Db> {
    let url = match &settings.database {
        Some(url) => url.clone(),
        None => {
            make_data_folder(settings)?;
            format!("sqlite:{}", settings.data.join("cairn.db").display())
        }
    };
    let opened = Db::open(&url, &cairn_db::Options::default()).await;
    opened.context("opening the database")
}

/// What lies in the data folder is for its owner alone.
fn make_data_folder(settings: &Settings) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(&settings.data)
        .with_context(|| format!("making the data folder {}", settings.data.display()))
}

/// The whole server as one service.
pub fn router(app: Arc<App>) -> Router {
    let routes = Routes::new(app.clone());
    let routes = people::portal::routes(routes);
    let routes = people::console::routes(routes);
    let routes = portal::routes(routes);
    let routes = console::routes(routes);
    let pages = Router::new()
        .route("/_/assets/{*path}", get(assets::asset))
        .route("/_/portal", get(assets::portal))
        .route("/_/portal/", get(assets::portal))
        .route("/_/console", get(assets::console))
        .route("/_/console/", get(assets::console))
        .layer(CompressionLayer::new());
    Router::new()
        .route("/_/health", get(health))
        .route("/_/metrics", get(metrics))
        .route(object::ROUTE, get(object::serve_object))
        .route(
            api::describe_human_task_ui::CONTENT_ROUTE,
            get(api::describe_human_task_ui::serve_content),
        )
        .merge(pages)
        .route(task_page::ROUTE, get(task_page::show))
        .merge(routes.into_router())
        .method_not_allowed_fallback(method_not_allowed)
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
    let is_visit = is_visit(&parts);
    let request = Request::from_parts(parts, body);
    match entrance {
        Entrance::S3 if is_visit => to_portal(),
        Entrance::Fixed => PageError::not_found("there is no such page").into_response(),
        Entrance::Json | Entrance::UnknownService => api::answer_json(app, request).await,
        Entrance::Sts => api::query::answer_query(app, Door::Sts, request).await,
        Entrance::Iam => api::query::answer_query(app, Door::Iam, request).await,
        Entrance::S3 => s3::answer(app, request).await,
    }
}

/// Whether somebody typed the server's bare address into a browser: a script that lists its buckets
/// signs its request and does not ask for a page.
fn is_visit(parts: &http::request::Parts) -> bool {
    let wants_page = parts
        .headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    parts.method == Method::GET
        && parts.uri.path() == "/"
        && wants_page
        && parts.uri.query().is_none()
        && !parts.headers.contains_key(header::AUTHORIZATION)
        && sigv4::claimed_scope(parts).is_none()
}

fn to_portal() -> Response {
    let headers = [
        (header::LOCATION, "/_/portal"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::FOUND, headers).into_response()
}

async fn method_not_allowed() -> Response {
    PageError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this page does not know the method",
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
        return PageError::no_session().into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, app.metrics.render()).into_response()
}
