//! Connections that read, lent one at a time.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::open::open_reader;

/// A connection that nobody wanted for this long is closed, which gives its pages back.
const IDLE_MAX: Duration = Duration::from_secs(60);

/// A bounded number of connections that read, opened as they are needed.
#[derive(Clone)]
pub struct Readers {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    cache_kib: u32,
    room: Arc<Semaphore>,
    /// The most recently used one is last.
    idle: Mutex<Vec<(Connection, Instant)>>,
}

/// The pool was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadersClosed;

impl Readers {
    /// Lends at most `count` connections at once to the file at `path`, each with `cache_kib` of pages.
    pub fn new(path: PathBuf, count: u32, cache_kib: u32) -> Readers {
        Readers {
            shared: Arc::new(Shared {
                path,
                cache_kib,
                room: Arc::new(Semaphore::new(count.max(1) as usize)),
                idle: Mutex::default(),
            }),
        }
    }

    /// Waits until fewer than the greatest number are lent, then lends one.
    pub async fn reader(&self) -> Result<Reader, ReadersClosed> {
        let room = self.shared.room.clone().acquire_owned().await;
        Ok(Reader {
            shared: self.shared.clone(),
            conn: None,
            _room: room.map_err(|_| ReadersClosed)?,
        })
    }

    /// Lends no more, and closes what is not lent.
    pub fn close(&self) {
        self.shared.room.close();
        self.shared.idle().clear();
    }
}

impl Shared {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<(Connection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that reads, given back when dropped.
pub struct Reader {
    shared: Arc<Shared>,
    conn: Option<Connection>,
    _room: OwnedSemaphorePermit,
}

impl Reader {
    /// Runs `work` here and now: for what reads a few rows by their key.
    pub fn quick<T, E: From<rusqlite::Error>>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        work(self.conn()?)
    }

    /// Runs `work` here, and lets other tasks of this thread go on elsewhere: for what may read many
    /// rows or wait for the disk.
    pub fn slow<T, E: From<rusqlite::Error>>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let shared_thread = Handle::try_current()
            .is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
        if shared_thread {
            tokio::task::block_in_place(|| self.quick(work))
        } else {
            self.quick(work)
        }
    }

    fn conn(&mut self) -> rusqlite::Result<&Connection> {
        let conn = match self.conn.take() {
            Some(conn) => conn,
            None => {
                let idle = self.shared.idle().pop();
                match idle {
                    Some((conn, _)) => conn,
                    None => open_reader(&self.shared.path, self.shared.cache_kib)?,
                }
            }
        };
        Ok(self.conn.insert(conn))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else {
            return;
        };
        // A statement left half read would keep its snapshot, and with it the log from being folded back.
        if conn.is_busy() {
            return;
        }
        let now = Instant::now();
        let mut idle = self.shared.idle();
        // Asked under the lock, so that a pool that closes just now does not miss this connection.
        if self.shared.room.is_closed() {
            return;
        }
        idle.push((conn, now));
        let oldest = idle.first().map(|(_, since)| *since);
        if oldest.is_some_and(|since| now.duration_since(since) > IDLE_MAX) {
            idle.remove(0);
        }
    }
}
