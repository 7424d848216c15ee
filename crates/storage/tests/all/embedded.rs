//! What only the embedded store promises: that crashes lose nothing and leave nothing.

use std::path::Path;

use bytes::Bytes;
use cairn_sqlite::rusqlite::Connection;
use cairn_sqlite::{Durability, execute};
use cairn_storage::{
    ChecksumAlgorithm, ChecksumKind, ChecksumRequest, CompletedPart, Completion, EmbeddedStore,
    ListQuery, ObjectHeaders, PART_BYTES_MIN, PutOptions, SmallPut, StoreError, Stores,
    bytes_stream,
};
use futures::StreamExt;

use crate::suite;
use crate::support::{TempDir, files_below, in_pieces, noise};

const BUCKET: &str = "bucket";

async fn open(dir: &TempDir) -> EmbeddedStore {
    EmbeddedStore::open(&dir.path().join("store"))
        .await
        .unwrap()
}

/// The index, past the store.
fn open_index(dir: &TempDir) -> Connection {
    let path = dir.path().join("store/index.sqlite");
    cairn_sqlite::open(&path, Durability::Disk, 1_000, 1_000).unwrap()
}

async fn open_with_bucket(dir: &TempDir) -> EmbeddedStore {
    let store = open(dir).await;
    store.create_bucket(BUCKET).await.unwrap();
    store
}

fn body_files(dir: &TempDir) -> Vec<std::path::PathBuf> {
    files_below(&dir.path().join("store/files"))
}

async fn put(store: &EmbeddedStore, key: &str, body: Bytes) {
    store
        .put(BUCKET, key, bytes_stream(body), PutOptions::default())
        .await
        .unwrap();
}

async fn get(store: &EmbeddedStore, key: &str) -> Bytes {
    let blob = store.get(BUCKET, key, None, None).await.unwrap();
    blob.collect(BUCKET, u64::MAX).await.unwrap()
}

fn completion(parts: Vec<CompletedPart>) -> Completion {
    Completion {
        parts,
        ..Completion::default()
    }
}

/// Waits until removals on other threads are done; fails after a while.
async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("waited too long until {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_holds() {
    let dir = TempDir::new();
    let store = open_with_bucket(&dir).await;
    let stores = Stores::new(Some(store), None);
    suite::check_all(&stores, BUCKET).await;
    stores.close().await;
    until("no file is left", || body_files(&dir).is_empty()).await;
}

#[tokio::test]
async fn keys_with_zeros_are_keys() {
    let dir = TempDir::new();
    let store = open_with_bucket(&dir).await;
    for key in ["a\0b", "a\0", "a", "\n\t\u{1}"] {
        put(&store, key, Bytes::copy_from_slice(key.as_bytes())).await;
    }
    let page = store.list(BUCKET, &ListQuery::default()).await.unwrap();
    let keys: Vec<&str> = page.objects.iter().map(|info| info.key.as_str()).collect();
    assert_eq!(keys, ["\n\t\u{1}", "a", "a\0", "a\0b"]);
    for key in keys {
        assert_eq!(get(&store, key).await, key.as_bytes());
    }
}

#[tokio::test]
async fn buckets_are_made_once_and_removed_empty() {
    let dir = TempDir::new();
    let store = open_with_bucket(&dir).await;
    let again = store.create_bucket(BUCKET).await;
    assert!(matches!(again, Err(StoreError::BucketExists { .. })));
    assert!(matches!(
        store.create_bucket("Not_A_Name").await,
        Err(StoreError::InvalidName { .. })
    ));
    put(&store, "key", Bytes::from_static(b"1")).await;
    let upload = store
        .begin_upload(BUCKET, "upload", ObjectHeaders::default(), None)
        .await
        .unwrap();
    let part = bytes_stream(Bytes::from_static(b"part"));
    store
        .put_part(BUCKET, "upload", &upload, 1, part, PutOptions::default())
        .await
        .unwrap();
    let full = store.delete_bucket(BUCKET).await;
    assert!(matches!(full, Err(StoreError::BucketNotEmpty { .. })));
    store.delete(BUCKET, "key").await.unwrap();
    store.delete_bucket(BUCKET).await.unwrap();
    assert!(store.list_buckets().await.unwrap().is_empty());
    until("the part is gone", || body_files(&dir).is_empty()).await;
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_the_store_is_opened_again() {
    let dir = TempDir::new();
    let (small, large) = (noise(900, 1), noise(900_000, 2));
    let store = open_with_bucket(&dir).await;
    put(&store, "small", small.clone()).await;
    put(&store, "large", large.clone()).await;
    store
        .set_bucket_cors(BUCKET, Some("[]".to_owned()))
        .await
        .unwrap();
    store.close().await;
    let closed = store.put(
        BUCKET,
        "x",
        bytes_stream(small.clone()),
        PutOptions::default(),
    );
    assert!(closed.await.is_err());
    drop(store);

    let store = open(&dir).await;
    assert_eq!(get(&store, "small").await, small);
    assert_eq!(get(&store, "large").await, large);
    assert_eq!(
        store.bucket_cors(BUCKET).await.unwrap().as_deref(),
        Some("[]")
    );
}

#[tokio::test]
async fn a_folder_has_one_owner() {
    let dir = TempDir::new();
    let store = open(&dir).await;
    let second = EmbeddedStore::open(&dir.path().join("store")).await;
    let error = second.err().expect("the folder is in use").to_string();
    assert!(error.contains("another process has it open"), "{error}");
    store.close().await;
}

#[tokio::test]
async fn readers_finish_what_is_overwritten_or_deleted_meanwhile() {
    let dir = TempDir::new();
    let store = open_with_bucket(&dir).await;
    let part = noise(PART_BYTES_MIN as usize, 1);
    let upload = store
        .begin_upload(BUCKET, "key", ObjectHeaders::default(), None)
        .await
        .unwrap();
    let mut parts = Vec::new();
    for number in 1..=3 {
        let body = bytes_stream(part.clone());
        let stored = store
            .put_part(BUCKET, "key", &upload, number, body, PutOptions::default())
            .await
            .unwrap();
        parts.push(CompletedPart {
            number,
            etag: stored.etag,
        });
    }
    store
        .complete_upload(BUCKET, "key", &upload, completion(parts))
        .await
        .unwrap();
    let mut reading = store.get(BUCKET, "key", None, None).await.unwrap();
    let first = reading.body.next().await.unwrap().unwrap();
    put(&store, "key", noise(100_000, 2)).await;
    store.delete(BUCKET, "key").await.unwrap();
    assert!(body_files(&dir).len() >= 3, "the reader's files are kept");
    let mut bytes = first.to_vec();
    while let Some(more) = reading.body.next().await {
        bytes.extend_from_slice(&more.unwrap());
    }
    assert_eq!(bytes, [&part[..], &part[..], &part[..]].concat());
    drop(reading);
    until("the files are gone", || body_files(&dir).is_empty()).await;
}

#[tokio::test]
async fn orphans_are_swept_and_nothing_else() {
    let dir = TempDir::new();
    let store = open_with_bucket(&dir).await;
    let large = noise(100_000, 1);
    put(&store, "large", large.clone()).await;
    let upload = store
        .begin_upload(BUCKET, "upload", ObjectHeaders::default(), None)
        .await
        .unwrap();
    store
        .put_part(
            BUCKET,
            "upload",
            &upload,
            7,
            bytes_stream(large.clone()),
            PutOptions::default(),
        )
        .await
        .unwrap();
    store.close().await;
    drop(store);
    let kept = body_files(&dir);
    assert_eq!(kept.len(), 2);
    // As a crash between writing a body and its row leaves it.
    let orphan_id =
        u64::from_str_radix(kept[0].file_name().unwrap().to_str().unwrap(), 16).unwrap();
    let orphan = kept[0].with_file_name(format!("{:016x}", orphan_id - 0x1_0000));
    std::fs::write(&orphan, b"half a bod").unwrap();

    let store = open(&dir).await;
    store.swept().await;
    let mut left = body_files(&dir);
    left.sort();
    let mut kept = kept;
    kept.sort();
    assert_eq!(left, kept);
    assert_eq!(get(&store, "large").await, large);
    let (parts, _) = store
        .list_parts(BUCKET, "upload", &upload, 0, 10)
        .await
        .unwrap();
    assert_eq!(parts.len(), 1);
}

#[tokio::test]
async fn a_put_that_is_given_up_leaves_no_file() {
    let dir = TempDir::new();
    let store = open_with_bucket(&dir).await;
    let body = in_pieces(noise(3_000_000, 1), 50_000).chain(futures::stream::pending());
    let putting = store.put(BUCKET, "key", body.boxed(), PutOptions::default());
    let given_up = tokio::time::timeout(std::time::Duration::from_millis(300), putting).await;
    assert!(given_up.is_err());
    until("the file is gone", || body_files(&dir).is_empty()).await;
    assert!(matches!(
        store.head(BUCKET, "key").await,
        Err(StoreError::NoSuchKey { .. })
    ));
}

#[tokio::test]
async fn many_are_stored_all_or_none() {
    let dir = TempDir::new();
    let store = open_with_bucket(&dir).await;
    let put = |bucket: &str, key: &str| SmallPut {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        body: noise(40_000, 1),
        content_type: "text/plain".to_owned(),
    };
    let some = vec![put(BUCKET, "a"), put("not-there", "b")];
    let stored = store.put_many(some).await;
    assert!(matches!(stored, Err(StoreError::NoSuchBucket { .. })));
    assert!(
        store
            .list(BUCKET, &ListQuery::default())
            .await
            .unwrap()
            .objects
            .is_empty()
    );
    until("no file is left", || body_files(&dir).is_empty()).await;
    // One key twice: the later wins, and the earlier's file goes.
    store
        .put_many(vec![put(BUCKET, "a"), put(BUCKET, "a")])
        .await
        .unwrap();
    until("one file is left", || body_files(&dir).len() == 1).await;
    assert_eq!(get(&store, "a").await, noise(40_000, 1));
    // The same key in another bucket is another object, in whatever order they come.
    store.create_bucket("other").await.unwrap();
    let mut puts: Vec<SmallPut> = [BUCKET, "other", BUCKET, "other"]
        .into_iter()
        .map(|bucket| put(bucket, "a"))
        .collect();
    puts[2].body = noise(50_000, 2);
    puts[3].body = Bytes::from_static(b"small");
    store.put_many(puts).await.unwrap();
    until("one file is left", || body_files(&dir).len() == 1).await;
    assert_eq!(get(&store, "a").await, noise(50_000, 2));
    assert_eq!(store.head("other", "a").await.unwrap().size, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_writes_that_share_a_commit_only_the_faulty_one_fails() {
    let dir = TempDir::new();
    let store = open_with_bucket(&dir).await;
    let index = open_index(&dir);
    let fault = "create trigger fault before insert on object when new.key = 'faulty'
      begin select raise(abort, 'this key is faulty'); end";
    execute(&index, fault, []).unwrap();
    let puts = (0..100).map(|at| {
        let key = match at {
            50 => "faulty".to_owned(),
            _ => format!("key/{at}"),
        };
        let store = store.clone();
        async move {
            let body = bytes_stream(noise(100, at));
            store.put(BUCKET, &key, body, PutOptions::default()).await
        }
    });
    let told: Vec<String> = futures::future::join_all(puts)
        .await
        .into_iter()
        .filter_map(Result::err)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(
        told,
        ["using the index for `faulty` in bucket `bucket`: this key is faulty"]
    );
    let stored = store.list(BUCKET, &ListQuery::default()).await.unwrap();
    assert_eq!(stored.objects.len(), 99);
    assert_eq!(get(&store, "key/99").await, noise(100, 99));
}

#[tokio::test]
async fn an_index_of_a_newer_program_is_refused() {
    let dir = TempDir::new();
    open(&dir).await.close().await;
    let index = open_index(&dir);
    index.pragma_update(None, "user_version", 99).unwrap();
    let opened = EmbeddedStore::open(&dir.path().join("store")).await;
    let told = opened.err().unwrap().to_string();
    let reason = "the bucket index has version 99, which is newer than this program";
    assert!(told.ends_with(reason), "{told}");
}

#[tokio::test]
async fn parts_become_an_object_without_being_copied() {
    let dir = TempDir::new();
    let store = open_with_bucket(&dir).await;
    let whole = noise(PART_BYTES_MIN as usize * 2 + 1_000, 9);
    let checksum = Some((ChecksumAlgorithm::Crc32, ChecksumKind::FullObject));
    let upload = store
        .begin_upload(BUCKET, "key", ObjectHeaders::of_type("image/png"), checksum)
        .await
        .unwrap();
    let mut parts = Vec::new();
    for (part, number) in whole.chunks(PART_BYTES_MIN as usize).zip(1..) {
        let body = in_pieces(whole.slice_ref(part), 100_000);
        let stored = store
            .put_part(BUCKET, "key", &upload, number, body, PutOptions::default())
            .await
            .unwrap();
        parts.push(CompletedPart {
            number,
            etag: stored.etag,
        });
    }
    let extra = bytes_stream(noise(10, 1));
    store
        .put_part(BUCKET, "key", &upload, 9, extra, PutOptions::default())
        .await
        .unwrap();
    let (uploads, _) = store.list_uploads(BUCKET, "k", ("", ""), 10).await.unwrap();
    assert_eq!(uploads.len(), 1);
    let before = body_files(&dir);
    assert_eq!(before.len(), 4);

    let complete = |parts: Vec<CompletedPart>| {
        store.complete_upload(BUCKET, "key", &upload, completion(parts))
    };
    let mut wrong = parts.clone();
    wrong[1].etag = "0".repeat(32);
    assert!(matches!(
        complete(wrong).await,
        Err(StoreError::InvalidPart { number: 2, .. })
    ));
    let mut backwards = parts.clone();
    backwards.reverse();
    assert!(matches!(
        complete(backwards).await,
        Err(StoreError::InvalidPart { .. })
    ));
    let info = complete(parts.clone()).await.unwrap();
    assert!(info.etag.ends_with("-3"));
    assert_eq!(info.part_count, Some(3));
    until("the unused part is gone", || body_files(&dir).len() == 3).await;
    assert!(body_files(&dir).iter().all(|file| before.contains(file)));
    assert_eq!(get(&store, "key").await, whole);

    // The checksum of the whole is what a plain put of the same bytes gets.
    let options = PutOptions {
        checksums: ChecksumRequest {
            algorithms: vec![ChecksumAlgorithm::Crc32],
            ..ChecksumRequest::default()
        },
        ..PutOptions::default()
    };
    let plain = store.put(BUCKET, "plain", bytes_stream(whole.clone()), options);
    assert_eq!(plain.await.unwrap().checksums.values, info.checksums.values);

    let second = store.get_part(BUCKET, "key", 2).await.unwrap();
    assert_eq!(second.span, PART_BYTES_MIN..PART_BYTES_MIN * 2);
    // Asked again, as a client does whose first answer was lost.
    assert_eq!(complete(parts).await.unwrap().version, info.version);
    let unknown = store
        .complete_upload(BUCKET, "other", &upload, completion(Vec::new()))
        .await;
    assert!(matches!(unknown, Err(StoreError::NoSuchUpload { .. })));
}

#[tokio::test]
async fn small_parts_are_refused_but_for_the_last() {
    let dir = TempDir::new();
    let store = open_with_bucket(&dir).await;
    let upload = store
        .begin_upload(BUCKET, "key", ObjectHeaders::default(), None)
        .await
        .unwrap();
    let mut parts = Vec::new();
    for number in [1, 2] {
        let body = bytes_stream(Bytes::from_static(b"small"));
        let stored = store
            .put_part(BUCKET, "key", &upload, number, body, PutOptions::default())
            .await
            .unwrap();
        parts.push(CompletedPart {
            number,
            etag: stored.etag,
        });
    }
    let complete = |parts| store.complete_upload(BUCKET, "key", &upload, completion(parts));
    let small = complete(parts.clone()).await;
    assert!(matches!(
        small,
        Err(StoreError::PartTooSmall { number: 1, .. })
    ));
    complete(parts[..1].to_vec()).await.unwrap();
    assert_eq!(get(&store, "key").await, "small");
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_at_once_share_commits_and_lose_nothing() {
    let dir = TempDir::new();
    let store = open_with_bucket(&dir).await;
    let writers = (0..16).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for at in 0..40 {
                put(&store, &format!("{at}"), noise(100, writer * 100 + at)).await;
                put(&store, &format!("{writer}/{at}"), noise(100, at)).await;
            }
        })
    });
    futures::future::try_join_all(writers).await.unwrap();
    for at in 0..40 {
        assert_eq!(get(&store, &format!("{at}")).await.len(), 100);
        for writer in 0..16 {
            assert_eq!(get(&store, &format!("{writer}/{at}")).await, noise(100, at));
        }
    }
}

/// A file system of two megabytes, where the test may mount one.
struct SmallDisk<'a>(&'a Path);

impl SmallDisk<'_> {
    fn mount(path: &Path) -> Option<SmallDisk<'_>> {
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
            .arg(path)
            .output();
        mounted
            .is_ok_and(|output| output.status.success())
            .then_some(SmallDisk(path))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount")
            .arg("-l")
            .arg(self.0)
            .output();
    }
}

#[tokio::test]
async fn a_full_disk_is_said_and_recovered_from() {
    let dir = TempDir::new();
    let Some(disk) = SmallDisk::mount(dir.path()) else {
        eprintln!("SKIPPED: no small file system can be mounted here, so no disk can be filled");
        return;
    };
    let store = open_with_bucket(&dir).await;
    put(&store, "kept", noise(300_000, 1)).await;
    let store_large = || {
        let body = in_pieces(noise(4_000_000, 2), 60_000);
        store.put(BUCKET, "large", body, PutOptions::default())
    };
    let full = store_large().await;
    assert!(matches!(full, Err(StoreError::Full { .. })), "{full:?}");
    until("the half file is gone", || body_files(&dir).len() == 1).await;
    // Small bodies fill the index instead.
    let mut stored = 0;
    let refused = loop {
        let body = bytes_stream(noise(16_000, stored));
        let key = format!("small/{stored}");
        match store.put(BUCKET, &key, body, PutOptions::default()).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::Full { .. }), "{refused}");
    for at in 0..stored {
        assert_eq!(get(&store, &format!("small/{at}")).await, noise(16_000, at));
    }
    assert_eq!(get(&store, "kept").await, noise(300_000, 1));
    // Room is made, and all goes on.
    store.delete(BUCKET, "kept").await.unwrap();
    until("the file is gone", || body_files(&dir).is_empty()).await;
    put(&store, "again", noise(100_000, 3)).await;
    assert_eq!(get(&store, "again").await, noise(100_000, 3));
    store.close().await;
    drop(store);
    drop(disk);
}
