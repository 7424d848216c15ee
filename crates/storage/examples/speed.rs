//! How fast the embedded store is on this disk, next to what the disk itself allows.
//!
//! `cargo run --release -p cairn-storage --example speed -- DIR` takes some seconds. The bare loop
//! writes one page and syncs it, again and again: no store that keeps its word can commit more often.

use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use cairn_storage::{EmbeddedStore, PutOptions, StoreResult, bytes_stream};
use futures::StreamExt;

const BUCKET: &str = "speed";
const CLIENTS: usize = 16;
const RUN: Duration = Duration::from_secs(3);
const LARGE_BYTES: usize = 256 * 1024 * 1024;

#[tokio::main]
async fn main() -> StoreResult<()> {
    let Some(dir) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("the first argument is a folder");
        return Ok(());
    };
    let store = EmbeddedStore::open(&dir).await?;
    if !store.bucket_exists(BUCKET).await? {
        store.create_bucket(BUCKET).await?;
    }
    match bare_loop(&dir.join("bare")) {
        Ok(commits) => println!("bare loop            {commits:>8.0} syncs/s"),
        Err(error) => println!("bare loop            {error}"),
    }
    for size in [100, 4_000, 16_000, 17_000] {
        let puts = small_puts(&store, size).await?;
        println!("puts of {size:>6} bytes {puts:>8.0} /s with {CLIENTS} clients");
    }
    let (write, read) = large_object(&store).await?;
    println!("large object written {write:>8.0} MB/s");
    println!("large object read    {read:>8.0} MB/s");
    store.close().await;
    Ok(())
}

fn bare_loop(path: &Path) -> std::io::Result<f64> {
    let mut file = std::fs::File::create(path)?;
    let page = [7; 4_096];
    file.write_all(&page.repeat(64))?;
    file.sync_all()?;
    let (started, mut commits) = (Instant::now(), 0u64);
    while started.elapsed() < RUN {
        file.write_all_at(&page, commits % 64 * 4_096)?;
        file.sync_data()?;
        commits += 1;
    }
    Ok(commits as f64 / started.elapsed().as_secs_f64())
}

async fn small_puts(store: &EmbeddedStore, size: usize) -> StoreResult<f64> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let started = Instant::now();
    let clients = (0..CLIENTS).map(|_| {
        let store = store.clone();
        async move {
            let mut puts = 0u64;
            while started.elapsed() < RUN {
                let key = format!("{size}/{}", NEXT.fetch_add(1, Ordering::Relaxed));
                let body = bytes_stream(Bytes::from(vec![7; size]));
                store.put(BUCKET, &key, body, PutOptions::default()).await?;
                puts += 1;
            }
            Ok::<u64, cairn_storage::StoreError>(puts)
        }
    });
    let puts: u64 = futures::future::try_join_all(clients).await?.iter().sum();
    Ok(puts as f64 / started.elapsed().as_secs_f64())
}

async fn large_object(store: &EmbeddedStore) -> StoreResult<(f64, f64)> {
    let piece = Bytes::from(vec![7; 256 * 1024]);
    let pieces = (0..LARGE_BYTES / piece.len()).map(move |_| Ok(piece.clone()));
    let body = futures::stream::iter(pieces).boxed();
    let started = Instant::now();
    store
        .put(BUCKET, "large", body, PutOptions::default())
        .await?;
    let write = megabytes_per_second(started);
    let started = Instant::now();
    let mut blob = store.get(BUCKET, "large", None, None).await?;
    let mut size = 0;
    while let Some(bytes) = blob.body.next().await {
        size += bytes?.len();
    }
    assert_eq!(size, LARGE_BYTES);
    Ok((write, megabytes_per_second(started)))
}

fn megabytes_per_second(started: Instant) -> f64 {
    LARGE_BYTES as f64 / 1e6 / started.elapsed().as_secs_f64()
}
