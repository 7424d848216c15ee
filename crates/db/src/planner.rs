//! What SQLite's planner is told of the tables.
//!
//! Without figures it takes a table kept in the order of its key for the shortest way to anything of
//! one job, and walks all its rows where an index would find three. The figures below are those of
//! jobs with a hundred thousand objects; what is measured on a small or an odd job would mislead it,
//! so `ANALYZE` is never run. PostgreSQL keeps its own.

use cairn_sqlite::rusqlite::{Connection, params};

use crate::Result;

/// Table, index (the table's own name for its key), and in SQLite's terms: the rows of the index, then
/// how many rows share the first column, the first two, and so on.
/// <https://www.sqlite.org/fileformat2.html#stat1tab>
const FIGURES: &[(&str, &str, &str)] = &[
    ("annotation", "annotation", "3000000 300000 3 1 1"),
    ("assignment", "assignment", "3000000 300000 3 1"),
    ("assignment", "assignment_declined", "1000 100 10 1"),
    ("assignment", "assignment_expiry", "1000 1"),
    (
        "assignment",
        "assignment_history",
        "3000000 300000 30000 1 1",
    ),
    ("assignment", "assignment_lapsed", "1000 100 10 1"),
    ("assignment", "assignment_live", "1000 100 2 1"),
    ("consolidation", "consolidation", "100000 10000 1"),
    ("consolidation", "consolidation_begun", "10 1 1"),
    ("draft", "draft", "1000 100 1 1"),
    ("iteration", "iteration", "100000 10000 1"),
    ("iteration", "iteration_unwritten", "100 10 1"),
    ("job_worker", "job_worker", "1000 100 1"),
    ("label", "label", "1000000 100000 1"),
    ("label", "label_class", "1000000 100000 10000 2 1"),
    ("label", "label_failure", "1000 100 1 1"),
    ("label", "label_made", "1000000 100000 20 1"),
    ("task", "task", "1000000 100000 1"),
    ("task", "task_open", "10000 1000 100 1"),
    ("task", "task_queue", "10000 1000 1 1"),
    ("task", "task_ready", "1000 100 50 50 1"),
    ("task", "task_undecided", "1000 100 1"),
    ("worker_parameters", "worker_parameters", "1000 30 1"),
];

/// Writes the figures into the file, if it has others. Connections opened before keep what they knew.
pub(crate) fn inform(conn: &mut Connection) -> Result<()> {
    if is_informed(conn)? {
        return Ok(());
    }
    let txn = conn.transaction()?;
    // Looking at one small table makes the table of figures.
    txn.execute_batch("ANALYZE schema_version; DELETE FROM sqlite_stat1")?;
    for (table, index, figures) in FIGURES {
        txn.execute(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?1, ?2, ?3)",
            params![table, index, figures],
        )?;
    }
    txn.commit()?;
    conn.execute_batch("ANALYZE sqlite_schema")?;
    Ok(())
}

fn is_informed(conn: &Connection) -> Result<bool> {
    let exists = conn
        .prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'")?
        .exists([])?;
    if !exists {
        return Ok(false);
    }
    let mut statement =
        conn.prepare("SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY tbl, idx")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let known: Vec<(String, Option<String>, String)> = rows.collect::<Result<_, _>>()?;
    let told = FIGURES.iter().copied();
    Ok(known
        .iter()
        .map(|(table, index, figures)| {
            (
                table.as_str(),
                index.as_deref().unwrap_or_default(),
                figures.as_str(),
            )
        })
        .eq(told))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use cairn_sqlite::Durability;

    use super::*;
    use crate::migrate;
    use crate::sql::Conn;

    /// Tables that grow with a job.
    const LARGE: &[&str] = &["annotation", "assignment", "label", "manifest_page", "task"];

    async fn opened(folder: &Path) -> Connection {
        let path = folder.join("cairn.db");
        let mut conn = cairn_sqlite::open(&path, Durability::None, 1_024, 1_000).unwrap();
        migrate::run(&mut Conn::Sqlite(&mut conn)).await.unwrap();
        inform(&mut conn).unwrap();
        conn
    }

    /// Every text in the sources that is a statement.
    fn statements() -> Vec<(String, String)> {
        fn collect(folder: &Path, found: &mut Vec<(String, String)>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    collect(&path, found);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                for part in text.split('"') {
                    let whole = ["SELECT ", "UPDATE ", "DELETE ", "INSERT "]
                        .iter()
                        .any(|verb| part.starts_with(verb));
                    if whole && part.contains("$1") && !part.contains("FOR UPDATE") {
                        found.push((path.display().to_string(), part.to_owned()));
                    }
                }
            }
        }
        let mut found = Vec::new();
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        collect(&sources, &mut found);
        found
    }

    #[tokio::test]
    async fn no_statement_walks_a_whole_job() {
        let folder = std::env::temp_dir().join(format!("cairn-planner-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let conn = opened(&folder).await;
        let mut explained = 0;
        let mut walks = Vec::new();
        for (file, sql) in statements() {
            // What is only a part of a statement, or PostgreSQL's alone, does not parse.
            let Ok(mut plan) = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")) else {
                continue;
            };
            explained += 1;
            let count = plan.parameter_count();
            let steps: Vec<String> = plan
                .query_map(
                    cairn_sqlite::rusqlite::params_from_iter(vec![1i64; count]),
                    |row| row.get(3),
                )
                .unwrap()
                .map(Result::unwrap)
                .collect();
            if steps.iter().any(|step| is_walk(step, &sql)) {
                walks.push(format!("{file}: {sql}\n    {steps:?}"));
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(explained > 100, "only {explained} statements were found");
        assert!(walks.is_empty(), "{}", walks.join("\n"));
    }

    /// Whether a step of a plan reads all rows that a job has in a large table.
    fn is_walk(step: &str, sql: &str) -> bool {
        let mut words = step.split(' ');
        let (verb, name) = (words.next(), words.next().unwrap_or_default());
        let large = LARGE
            .iter()
            .any(|table| name == *table || sql.contains(&format!("{table} {name} ")));
        let by_job = step.contains("PRIMARY KEY (job_id=?)");
        large && (verb == Some("SCAN") || by_job)
    }

    #[tokio::test]
    async fn figures_are_written_once_and_name_what_there_is() {
        let folder = std::env::temp_dir().join(format!("cairn-figures-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut conn = opened(&folder).await;
        assert!(is_informed(&conn).unwrap());
        let before = conn.total_changes();
        inform(&mut conn).unwrap();
        assert_eq!(conn.total_changes(), before);
        for (table, index, _) in FIGURES {
            let found: i64 = conn
                .query_row(
                    "SELECT COUNT(*) FROM sqlite_schema WHERE tbl_name = ?1 AND name = ?2",
                    [table, index],
                    |row| row.get(0),
                )
                .unwrap();
            assert_eq!(found, 1, "{index} of {table}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
