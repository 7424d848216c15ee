//! Brings the schema up to date, one numbered file after another, each in a transaction.

use crate::sql::Conn;
use crate::{DbError, Result, args};

/// Every migration, oldest first. Only ever added to; the number is the place in the list, from 1.
const MIGRATIONS: &[&str] = &[
    include_str!("../schema/0001_labeling_jobs.sql"),
    include_str!("../schema/0002_people.sql"),
    include_str!("../schema/0003_human_task_uis.sql"),
    include_str!("../schema/0004_job_figures.sql"),
    include_str!("../schema/0005_plans.sql"),
    include_str!("../schema/0006_worker_parameters.sql"),
    include_str!("../schema/0007_held_up.sql"),
];

/// SQLite keeps a table in the order of its key only when told; PostgreSQL has no such word.
const CLUSTERED: &str = "/*clustered*/";

/// Runs what is missing. Replicas that start together take turns.
pub(crate) async fn run(conn: &mut Conn<'_>) -> Result<()> {
    let mut tries = 0;
    loop {
        match try_run(conn).await {
            // Two replicas made the same table at once: the other has made it now.
            Err(DbError::Conflict(_) | DbError::Statement(_))
                if tries < 5 && conn.is_postgres() =>
            {
                tries += 1;
                let _ = conn.execute("ROLLBACK", &[]).await;
                tokio::time::sleep(std::time::Duration::from_millis(100 * tries)).await;
            }
            outcome => return outcome,
        }
    }
}

async fn try_run(conn: &mut Conn<'_>) -> Result<()> {
    conn.execute(
        "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)",
        &[],
    )
    .await?;
    loop {
        let begin = if conn.is_postgres() {
            "BEGIN"
        } else {
            "BEGIN IMMEDIATE"
        };
        conn.execute(begin, &[]).await?;
        if conn.is_postgres() {
            conn.execute("LOCK TABLE schema_version IN EXCLUSIVE MODE", &[])
                .await?;
        }
        let version = conn
            .one(
                "SELECT COALESCE(MAX(version), 0) FROM schema_version",
                &[],
                |row| row.int(0),
            )
            .await?;
        let known = MIGRATIONS.len() as i64;
        if version > known {
            conn.execute("ROLLBACK", &[]).await?;
            return Err(DbError::NewerSchema {
                found: version,
                known,
            });
        }
        if version == known {
            conn.execute("COMMIT", &[]).await?;
            return Ok(());
        }
        let clustered = if conn.is_postgres() {
            ""
        } else {
            "WITHOUT ROWID"
        };
        let text = MIGRATIONS[version as usize].replace(CLUSTERED, clustered);
        conn.script(text).await?;
        conn.execute(
            "INSERT INTO schema_version (version, applied_at) VALUES ($1, 0)",
            args![version + 1],
        )
        .await?;
        conn.execute("COMMIT", &[]).await?;
    }
}
