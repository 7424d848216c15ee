//! An app in process, and clients of every kind for it.

#![allow(dead_code)]

mod page;
mod script;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use cairn_server::app::{self, App};
use cairn_server::auth::Role;
use cairn_server::clock::Clock;
use cairn_server::people::NewPerson;
use cairn_server::settings::Settings;
use tokio_util::sync::CancellationToken;

#[allow(unused_imports)]
pub use page::{Answer, Page};
pub use script::Script;

static MADE: AtomicU64 = AtomicU64::new(0);

/// A password that nobody would forbid.
pub const PASSWORD: &str = "correct horse battery";

/// A server in process, on an empty database and an empty folder, which go with it.
pub struct TestApp {
    pub app: Arc<App>,
    pub router: Router,
    folder: PathBuf,
    stop: CancellationToken,
}

impl TestApp {
    /// With default settings and the machine's clock.
    pub async fn start() -> TestApp {
        TestApp::start_with(Clock::System, |_| {}).await
    }

    /// With a clock that stands still until the test moves it.
    pub async fn start_still() -> TestApp {
        TestApp::start_with(Clock::manual(1_795_497_330_000), |_| {}).await
    }

    /// With settings changed. `CAIRN_TEST_DATABASE=postgres` runs every test on the PostgreSQL that
    /// `CAIRN_TEST_POSTGRES` names.
    pub async fn start_with(clock: Clock, change: impl FnOnce(&mut Settings)) -> TestApp {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("cairn_server_{}_{number}", std::process::id());
        let folder = std::env::temp_dir().join(&name);
        let mut settings = Settings::defaults(folder.clone());
        settings.secret = Some("07".repeat(32));
        if std::env::var("CAIRN_TEST_DATABASE").is_ok_and(|wish| wish == "postgres") {
            settings.database = Some(postgres_schema(&name).await);
        }
        change(&mut settings);
        TestApp::open(settings, clock, folder).await
    }

    /// A second server on the same database, secret and stores, as another replica is.
    pub async fn replica(&self) -> TestApp {
        let App {
            settings,
            clock,
            stores,
            ..
        } = &*self.app;
        let app = App::open_on(settings.clone(), clock.clone(), stores.clone()).await;
        TestApp::serve(app.unwrap(), PathBuf::new())
    }

    async fn open(settings: Settings, clock: Clock, folder: PathBuf) -> TestApp {
        TestApp::serve(App::open_at(settings, clock).await.unwrap(), folder)
    }

    fn serve(app: Arc<App>, folder: PathBuf) -> TestApp {
        app.engine.start();
        TestApp {
            router: app::router(app.clone()),
            app,
            folder,
            stop: CancellationToken::new(),
        }
    }

    /// Somebody without a session.
    pub fn visitor(&self) -> Page {
        Page::new(self.router.clone())
    }

    /// Adds somebody with [`PASSWORD`]; gives their id.
    pub async fn add_person(&self, name: &str, role: Role) -> i64 {
        let new = NewPerson {
            role,
            password: Some(PASSWORD.to_owned()),
            ..NewPerson::worker(name)
        };
        self.app
            .people
            .add(new, "test")
            .await
            .unwrap()
            .person
            .person_id
    }

    /// Somebody who is signed in, added when missing.
    pub async fn signed_in(&self, name: &str, role: Role) -> Page {
        let known = self.app.db.person_by_login(name).await.unwrap();
        let person_id = match known {
            Some(person) => person.person_id,
            None => self.add_person(name, role).await,
        };
        let mut page = self.visitor();
        page.cookie = Some(self.app.sessions.begin(person_id).await.unwrap());
        page
    }

    /// Somebody with this role who is signed in.
    pub async fn person(&self, role: Role) -> Page {
        self.signed_in(role.name(), role).await
    }

    /// Makes a team and puts people into it, who are added when missing, as workers.
    pub async fn team(&self, team: &str, names: &[&str]) {
        self.app
            .people
            .add_team(team, "a team", "test")
            .await
            .unwrap()
            .expect("the team is new");
        let mut person_ids = Vec::new();
        for name in names {
            let known = self.app.db.person_by_login(name).await.unwrap();
            person_ids.push(match known {
                Some(person) => person.person_id,
                None => self.add_person(name, Role::Worker).await,
            });
        }
        let members = cairn_db::group::GroupMembers {
            group_name: team.to_owned(),
            person_ids,
            member: true,
            actor: "test".to_owned(),
            now_ms: self.app.clock.now_ms(),
        };
        self.app.db.write(members).await.unwrap();
        self.app.memberships.forget();
    }

    /// A script with a key of this role.
    pub async fn script(&self, role: Role) -> Script {
        let key = self.app.people.add_access_key("test", role, None, "test");
        let id = key.await.unwrap().access_key_id;
        let secret = self.app.secrets.access_key_secret(&id);
        Script::new(self.router.clone(), self.app.clock.clone(), id, secret)
    }

    /// Puts the server on a socket until the test ends; gives its origin.
    pub async fn listen(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let stop = self.stop.clone().cancelled_owned();
        let (app, router) = (self.app.clone(), self.router.clone());
        tokio::spawn(cairn_server::serve::serve(app, router, listener, stop));
        origin
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
        if self.folder != PathBuf::new() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

async fn postgres_schema(schema: &str) -> String {
    use sqlx::{Connection, Executor};
    let server = std::env::var("CAIRN_TEST_POSTGRES").expect("CAIRN_TEST_POSTGRES names a server");
    let mut conn = sqlx::PgConnection::connect(&server).await.unwrap();
    let create = format!("CREATE SCHEMA {schema}");
    conn.execute(sqlx::AssertSqlSafe(create)).await.unwrap();
    let mark = if server.contains('?') { '&' } else { '?' };
    format!("{server}{mark}options[search_path]={schema}")
}
