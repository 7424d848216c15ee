//! Folders registered in place.

use std::os::unix::fs::symlink;
use std::path::Path;

use bytes::Bytes;
use cairn_storage::{ByteRange, EmbeddedStore, StoreError, Stores};

use crate::suite;
use crate::support::{TempDir, files_below, noise};

const BUCKET: &str = "photos";

async fn stores(dir: &TempDir) -> Stores {
    let store = EmbeddedStore::open(&dir.path().join("store"))
        .await
        .unwrap();
    Stores::new(Some(store), None)
}

fn write(root: &Path, key: &str, body: &[u8]) {
    let path = root.join(key);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, body).unwrap();
}

fn photos(dir: &TempDir) -> std::path::PathBuf {
    let root = dir.path().join("photos");
    std::fs::create_dir_all(&root).unwrap();
    root
}

#[tokio::test]
async fn files_are_listed_and_read_where_they_are() {
    let (dir, keys) = (
        TempDir::new(),
        ["a/1", "a/2/x", "a/2/y", "a-b", "b", "c d/1", "日/本"],
    );
    let root = photos(&dir);
    for key in keys {
        write(&root, key, key.as_bytes());
    }
    let large = noise(2_000_000, 1);
    let stores = stores(&dir).await;
    let report = stores.register_folder(BUCKET, &root).await.unwrap();
    assert_eq!((report.files, report.skipped), (7, 0));
    suite::check_listing_of(&stores, BUCKET, &keys).await;
    for key in keys {
        assert_eq!(
            stores.get_bytes(BUCKET, key, 1_000).await.unwrap(),
            key.as_bytes()
        );
    }

    write(&root, "large.JPG", &large);
    let unseen = stores.head(BUCKET, "large.JPG").await;
    assert!(matches!(unseen, Err(StoreError::NoSuchKey { .. })));
    stores.register_folder(BUCKET, &root).await.unwrap();
    let range = ByteRange::From {
        first: 1_000_000,
        last: Some(1_800_000),
    };
    let blob = stores.get(BUCKET, "large.JPG", Some(range)).await.unwrap();
    assert_eq!(
        blob.info.headers.content_type.as_deref(),
        Some("image/jpeg")
    );
    let bytes = blob.collect(BUCKET, u64::MAX).await.unwrap();
    assert_eq!(bytes, large[1_000_000..=1_800_000]);
    // Nothing is copied.
    assert!(files_below(&dir.path().join("store/files")).is_empty());
}

#[tokio::test]
async fn nothing_is_written() {
    let dir = TempDir::new();
    let root = photos(&dir);
    write(&root, "a", b"1");
    let stores = stores(&dir).await;
    stores.register_folder(BUCKET, &root).await.unwrap();
    let read_only = |error: StoreError| assert!(matches!(error, StoreError::ReadOnly { .. }));
    let put = stores.put_bytes(BUCKET, "b", Bytes::new(), "text/plain");
    read_only(put.await.unwrap_err());
    read_only(stores.delete(BUCKET, "a").await.unwrap_err());
    read_only(stores.delete_bucket(BUCKET).await.unwrap_err());
    read_only(stores.copy((BUCKET, "a"), (BUCKET, "b")).await.unwrap_err());
    // Copies out of it work, and the name is taken.
    stores.create_bucket("other").await.unwrap();
    stores.copy((BUCKET, "a"), ("other", "a")).await.unwrap();
    assert_eq!(stores.get_bytes("other", "a", 10).await.unwrap(), "1");
    assert!(matches!(
        stores.create_bucket(BUCKET).await,
        Err(StoreError::BucketExists { .. })
    ));
    assert!(matches!(
        stores.register_folder("other", &root).await,
        Err(StoreError::BucketExists { .. })
    ));
}

#[tokio::test]
async fn no_link_leads_out() {
    let dir = TempDir::new();
    let root = photos(&dir);
    write(dir.path(), "secret/file", b"secret");
    write(&root, "inside/file", b"inside");
    write(&root, "plain", b"plain!");
    symlink(dir.path().join("secret/file"), root.join("link")).unwrap();
    symlink(dir.path().join("secret"), root.join("folder-link")).unwrap();
    let stores = stores(&dir).await;
    let report = stores.register_folder(BUCKET, &root).await.unwrap();
    assert_eq!((report.files, report.skipped), (2, 2));
    for key in [
        "link",
        "folder-link/file",
        "../secret/file",
        "inside/../../secret/file",
    ] {
        let got = stores.get(BUCKET, key, None).await;
        assert!(
            matches!(got, Err(StoreError::NoSuchKey { .. })),
            "{key}: {got:?}"
        );
    }
    // Links put in place after the scan, of the same size, are not followed either.
    std::fs::rename(root.join("inside"), root.join("moved")).unwrap();
    symlink(dir.path().join("secret"), root.join("inside")).unwrap();
    std::fs::remove_file(root.join("plain")).unwrap();
    symlink(dir.path().join("secret/file"), root.join("plain")).unwrap();
    for key in ["inside/file", "plain"] {
        let got = stores.get(BUCKET, key, None).await;
        assert!(
            matches!(got, Err(StoreError::Changed { .. })),
            "{key}: {got:?}"
        );
    }
}

#[tokio::test]
async fn a_file_that_changed_since_the_scan_is_refused_until_the_next() {
    let dir = TempDir::new();
    let root = photos(&dir);
    for key in ["grown", "touched", "gone", "folder"] {
        write(&root, key, b"1");
    }
    let stores = stores(&dir).await;
    stores.register_folder(BUCKET, &root).await.unwrap();
    let version = stores.head(BUCKET, "touched").await.unwrap().version;
    write(&root, "grown", b"12");
    std::fs::remove_file(root.join("gone")).unwrap();
    std::fs::remove_file(root.join("folder")).unwrap();
    std::fs::create_dir(root.join("folder")).unwrap();
    let touched = std::fs::File::options()
        .write(true)
        .open(root.join("touched"))
        .unwrap();
    touched.set_modified(std::time::UNIX_EPOCH).unwrap();
    for key in ["grown", "touched", "gone", "folder"] {
        let got = stores.get(BUCKET, key, None).await;
        assert!(
            matches!(got, Err(StoreError::Changed { .. })),
            "{key}: {got:?}"
        );
    }
    stores.register_folder(BUCKET, &root).await.unwrap();
    assert_eq!(stores.get_bytes(BUCKET, "grown", 10).await.unwrap(), "12");
    let gone = stores.get(BUCKET, "gone", None).await;
    assert!(matches!(gone, Err(StoreError::NoSuchKey { .. })));
    let pinned = stores.get_version(BUCKET, "touched", None, &version).await;
    assert!(matches!(pinned, Err(StoreError::Changed { .. })));
}
