//! Writes: operations, and the one writer of SQLite that puts many of them into one commit.
//!
//! The writer drains its queue into one `BEGIN IMMEDIATE … COMMIT`: sixteen people who submit at
//! once share one fsync. When a statement fails, the whole batch is rolled back and its operations
//! are run again one by one, so that only the one at fault is refused. Nobody is answered before the
//! commit is on the disk.

use std::future::Future;
use std::time::Duration;

use cairn_sqlite::Queue;
use cairn_sqlite::rusqlite::Connection;
use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::PgPool;
use tokio::sync::oneshot;

use crate::sql::Conn;
use crate::{DbError, Result};

/// How often an operation that PostgreSQL found in conflict is run again.
const CONFLICT_TRIES: u32 = 12;

/// One write. It may be run more than once, so it changes nothing but the database.
pub trait Operation: Send + Sync + 'static {
    /// What it found or decided. A refusal is a value too.
    type Output: Send + 'static;

    /// Whether the answer must survive a crash. Leases need not: a lost one is given anew.
    const DURABLE: bool = true;

    /// Does it, inside a transaction.
    fn run(&self, conn: &mut Conn<'_>) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// An operation with its types rubbed off, together with whoever waits for it.
trait Waiting: Send {
    /// Runs it and keeps the output.
    fn run<'a>(&'a mut self, conn: &'a mut Conn<'_>) -> BoxFuture<'a, Result<()>>;
    /// Tells the waiting caller: the kept output, or why there is none.
    fn finish(self: Box<Self>, committed: Result<()>);
}

struct Job<O: Operation> {
    operation: O,
    output: Option<O::Output>,
    reply: oneshot::Sender<Result<O::Output>>,
}

impl<O: Operation> Waiting for Job<O> {
    fn run<'a>(&'a mut self, conn: &'a mut Conn<'_>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.output = None;
            self.output = Some(self.operation.run(conn).await?);
            Ok(())
        })
    }

    fn finish(self: Box<Self>, committed: Result<()>) {
        let Job { output, reply, .. } = *self;
        let result = committed.and_then(|()| {
            output.ok_or_else(|| DbError::Statement("an operation gave no output".to_owned()))
        });
        // Whoever asked may have gone; what was written stays written.
        let _ = reply.send(result);
    }
}

/// The way to SQLite's writer.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: Queue<Box<dyn Waiting>>,
}

impl Writer {
    /// Starts the writer on `conn`. It ends when the last [`Writer`] is gone.
    pub(crate) fn start(conn: Connection) -> std::io::Result<Writer> {
        let queue = Queue::start("db-writer", conn, write_batch)?;
        Ok(Writer { queue })
    }

    pub(crate) async fn write<O: Operation>(&self, operation: O) -> Result<O::Output> {
        let (reply, answer) = oneshot::channel();
        let job = Job {
            operation,
            output: None,
            reply,
        };
        let stopped = || DbError::Unavailable("the writer has stopped".to_owned());
        self.queue
            .send(Box::new(job))
            .await
            .map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

fn write_batch(conn: &mut Connection, mut batch: Vec<Box<dyn Waiting>>) {
    match commit(conn, &mut batch) {
        Ok(()) => {
            for job in batch {
                job.finish(Ok(()));
            }
        }
        Err(error) if batch.len() == 1 => {
            for job in batch {
                job.finish(Err(error.clone()));
            }
        }
        Err(_) => {
            for job in batch {
                let mut alone = [job];
                let committed = commit(conn, &mut alone);
                let [job] = alone;
                job.finish(committed);
            }
        }
    }
}

/// Runs a batch in one transaction. On an error nothing of it has happened.
fn commit(conn: &mut Connection, batch: &mut [Box<dyn Waiting>]) -> Result<()> {
    let outcome = run_in_txn(conn, batch);
    if outcome.is_err() {
        // Fails when no transaction is open, as after a commit that SQLite itself rolled back.
        let _ = conn.execute_batch("ROLLBACK");
    }
    outcome
}

fn run_in_txn(conn: &mut Connection, batch: &mut [Box<dyn Waiting>]) -> Result<()> {
    conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    for job in batch {
        // Statements of SQLite never wait, so an operation is over when it is first polled.
        job.run(&mut Conn::Sqlite(conn))
            .now_or_never()
            .ok_or_else(|| {
                DbError::Statement("an operation waited for more than the database".to_owned())
            })??;
    }
    conn.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

/// Runs an operation in its own PostgreSQL transaction, again when it met a conflict.
pub(crate) async fn write_postgres<O: Operation>(
    pool: &PgPool,
    operation: &O,
) -> Result<O::Output> {
    let mut tries = 0;
    loop {
        match try_postgres(pool, operation).await {
            Err(DbError::Conflict(_)) if tries < CONFLICT_TRIES => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(1 << tries.min(7))).await;
            }
            outcome => return outcome,
        }
    }
}

async fn try_postgres<O: Operation>(pool: &PgPool, operation: &O) -> Result<O::Output> {
    let mut transaction = pool.begin().await?;
    let mut conn = Conn::Postgres(&mut transaction);
    if !O::DURABLE {
        conn.execute("SET LOCAL synchronous_commit TO OFF", &[])
            .await?;
    }
    let output = operation.run(&mut conn).await?;
    transaction.commit().await?;
    Ok(output)
}
