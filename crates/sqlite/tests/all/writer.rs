//! The one thread that writes.

use std::sync::mpsc::{self, Sender};

use cairn_sqlite::{Queue, Stopped};

use crate::support::{TempDir, count, insert, open_rows};

/// A writer of row numbers that tells of each batch. It does its first batch only once the sender is dropped.
fn held_writer(dir: &TempDir) -> (Queue<i64>, Sender<()>, mpsc::Receiver<Vec<i64>>) {
    let (hold, held) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel();
    let queue = Queue::start(
        "test-writer",
        open_rows(dir),
        move |conn, batch: Vec<i64>| {
            let _ = held.recv();
            batch.iter().for_each(|id| insert(conn, *id));
            tell.send(batch).unwrap();
        },
    );
    (queue.unwrap(), hold, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_done_in_order_and_together() {
    let dir = TempDir::new();
    let (queue, hold, told) = held_writer(&dir);
    for id in 1..=100 {
        queue.send(id).await.unwrap();
    }
    drop(hold);
    queue.close().await;
    let batches: Vec<Vec<i64>> = told.iter().collect();
    assert!(batches.len() <= 3, "they came in {} batches", batches.len());
    assert_eq!(batches.concat(), (1..=100).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_does_what_was_given_and_closes_the_file() {
    let dir = TempDir::new();
    let (queue, hold, _told) = held_writer(&dir);
    for id in 1..=600 {
        queue.send(id).await.unwrap();
    }
    let closing = tokio::spawn({
        let queue = queue.clone();
        async move { queue.close().await }
    });
    drop(hold);
    closing.await.unwrap();
    assert_eq!(queue.send(601).await, Err(Stopped));
    // A second time there is nothing to wait for.
    queue.close().await;
    assert!(!dir.file("rows-wal").exists(), "the log was folded back");
    assert_eq!(count(&open_rows(&dir)), 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_nobody_can_reach_ends() {
    let dir = TempDir::new();
    let (queue, hold, told) = held_writer(&dir);
    queue.send(1).await.unwrap();
    drop((queue, hold));
    // The sender of the batches goes with the thread.
    assert_eq!(told.iter().collect::<Vec<_>>(), [[1]]);
}
