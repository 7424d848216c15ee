//! Fresh databases of each engine.

use std::sync::atomic::{AtomicU64, Ordering};

use cairn_db::{Db, Options};
use sqlx::{Connection, Executor};

static MADE: AtomicU64 = AtomicU64::new(0);

/// An empty database, removed with its folder or schema when the test ends.
pub struct Fresh {
    /// The database.
    pub db: Db,
    /// Its address, to open it a second time.
    pub url: String,
    folder: Option<std::path::PathBuf>,
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Runs `test` on a fresh database of every engine there is.
pub fn on_each<F: std::future::Future<Output = ()>>(test: impl Fn(Fresh) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        test(sqlite().await).await;
        match std::env::var("CAIRN_TEST_POSTGRES") {
            Ok(url) => test(postgres(&url).await).await,
            Err(_) => {
                eprintln!("SKIPPED on PostgreSQL: CAIRN_TEST_POSTGRES is not set");
            }
        }
    });
}

/// A name no other test has.
fn unique() -> String {
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    format!("cairn_{}_{number}", std::process::id())
}

async fn sqlite() -> Fresh {
    let folder = std::env::temp_dir().join(unique());
    std::fs::create_dir_all(&folder).unwrap();
    let url = format!("sqlite:{}", folder.join("cairn.db").display());
    let db = Db::open(&url, &Options::default()).await.unwrap();
    Fresh {
        db,
        url,
        folder: Some(folder),
    }
}

async fn postgres(server: &str) -> Fresh {
    let schema = unique();
    let mut conn = sqlx::PgConnection::connect(server).await.unwrap();
    let create = format!("CREATE SCHEMA {schema}");
    conn.execute(sqlx::AssertSqlSafe(create)).await.unwrap();
    let mark = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{mark}options[search_path]={schema}");
    let db = Db::open(&url, &Options::default()).await.unwrap();
    Fresh {
        db,
        url,
        folder: None,
    }
}
