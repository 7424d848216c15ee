//! The one thread that writes.

use rusqlite::Connection;
use tokio::sync::mpsc;

/// Work that may wait for the writer; more waits for room.
const QUEUE_MAX: usize = 4_096;
/// Work given to the writer at once.
const BATCH_MAX: usize = 256;

/// The way to the writer: what is sent here comes to it in order, many at a time when many wait.
pub struct Queue<W> {
    /// None asks it to end.
    sender: mpsc::Sender<Option<W>>,
}

/// The writer has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl<W> Clone for Queue<W> {
    fn clone(&self) -> Self {
        Queue {
            sender: self.sender.clone(),
        }
    }
}

impl<W: Send + 'static> Queue<W> {
    /// Starts a thread that gives whatever waits to `work`. It ends, and closes the connection, after
    /// [`Queue::close`] or when every [`Queue`] is gone.
    pub fn start(
        name: &str,
        mut conn: Connection,
        mut work: impl FnMut(&mut Connection, Vec<W>) + Send + 'static,
    ) -> std::io::Result<Queue<W>> {
        let (sender, mut incoming) = mpsc::channel(QUEUE_MAX);
        let run = move || {
            let mut received = Vec::with_capacity(BATCH_MAX);
            let mut ends = false;
            while !ends && incoming.blocking_recv_many(&mut received, BATCH_MAX) > 0 {
                ends = received.iter().any(Option::is_none);
                let batch: Vec<W> = received.drain(..).map_while(|each| each).collect();
                if !batch.is_empty() {
                    work(&mut conn, batch);
                }
            }
            // A clean end folds the log back into the file.
            if let Err((_, error)) = conn.close() {
                tracing::warn!(error.cause = %error, "closing a SQLite file failed");
            }
            drop(incoming);
        };
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(run)?;
        Ok(Queue { sender })
    }

    /// Hands `work` over, waiting for room.
    pub async fn send(&self, work: W) -> Result<(), Stopped> {
        self.sender.send(Some(work)).await.map_err(|_| Stopped)
    }

    /// Lets the writer do what it was given, and waits until it has closed the file.
    pub async fn close(&self) {
        // An error says that it has ended already.
        let _ = self.sender.send(None).await;
        self.sender.closed().await;
    }
}
