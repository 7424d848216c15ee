//! The remote store against an S3 server that is not ours.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use cairn_storage::{
    EmbeddedStore, ObjectHeaders, PutOptions, RemoteConfig, RemoteStore, StoreError, Stores,
};

use crate::suite;
use crate::support::{TempDir, in_pieces, noise};

const BUCKET: &str = "far-away";

/// moto's server on a port of its own, ended with the test.
struct Moto {
    child: Child,
    endpoint: String,
}

impl Moto {
    /// None, said loudly, where there is no such server to start.
    async fn start() -> Option<Moto> {
        let Some(program) = std::env::var_os("CAIRN_MOTO") else {
            eprintln!("SKIPPED: CAIRN_MOTO does not name a moto_server, so no remote S3 is tested");
            return None;
        };
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let child = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("CAIRN_MOTO names a program");
        let moto = Moto {
            child,
            endpoint: format!("http://127.0.0.1:{port}"),
        };
        for _ in 0..300 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .is_ok()
            {
                return Some(moto);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("moto did not start");
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn remote(endpoint: &str) -> RemoteStore {
    // Another test may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    RemoteStore::new(RemoteConfig {
        endpoint: endpoint.to_owned(),
        region: "us-east-1".to_owned(),
        keys: Some(("AKIAEXAMPLE".to_owned(), "secret".to_owned())),
        session_token: None,
    })
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_holds() {
    let Some(moto) = Moto::start().await else {
        return;
    };
    let stores = Stores::new(None, Some(remote(&moto.endpoint)));
    stores.create_bucket(BUCKET).await.unwrap();
    suite::check_all(&stores, BUCKET).await;
    stores.delete_bucket(BUCKET).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn large_objects_go_in_parts_and_presigned_addresses_work() {
    let Some(moto) = Moto::start().await else {
        return;
    };
    let remote = remote(&moto.endpoint);
    remote.create_bucket(BUCKET).await.unwrap();
    let body = noise(40_000_000, 1);
    let options = PutOptions {
        headers: ObjectHeaders::of_type("video/mp4"),
        size: Some(body.len() as u64),
        ..PutOptions::default()
    };
    let info = remote
        .put(
            BUCKET,
            "large//one",
            in_pieces(body.clone(), 70_000),
            options,
        )
        .await
        .unwrap();
    assert!(info.etag.ends_with("-3"), "{}", info.etag);
    let blob = remote
        .get(BUCKET, "large//one", None, Some(&info.version))
        .await
        .unwrap();
    assert_eq!(blob.info.headers.content_type.as_deref(), Some("video/mp4"));
    assert_eq!(blob.collect(BUCKET, u64::MAX).await.unwrap(), body);

    let url = remote.presign_get(BUCKET, "large//one", 60).unwrap();
    let got = reqwest::get(&url).await.unwrap();
    assert_eq!(got.bytes().await.unwrap(), body);
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_go_between_here_and_there() {
    let Some(moto) = Moto::start().await else {
        return;
    };
    let dir = TempDir::new();
    let embedded = EmbeddedStore::open(dir.path()).await.unwrap();
    embedded.create_bucket("here").await.unwrap();
    let remote = remote(&moto.endpoint);
    remote.create_bucket(BUCKET).await.unwrap();
    let stores = Stores::new(Some(embedded), Some(remote));
    let body = noise(100_000, 1);
    stores
        .put_bytes("here", "a//b", body.clone(), "image/png")
        .await
        .unwrap();
    stores
        .copy(("here", "a//b"), (BUCKET, "dir/"))
        .await
        .unwrap();
    stores
        .copy((BUCKET, "dir/"), ("here", "back"))
        .await
        .unwrap();
    assert_eq!(
        stores.get_bytes("here", "back", u64::MAX).await.unwrap(),
        body
    );
    let info = stores.head("here", "back").await.unwrap();
    assert_eq!(info.headers.content_type.as_deref(), Some("image/png"));
}

#[tokio::test]
async fn a_store_that_is_away_is_said_to_be() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let away = remote(&endpoint).head(BUCKET, "key").await.unwrap_err();
    assert!(matches!(away, StoreError::Unavailable { .. }), "{away}");
    assert!(
        away.to_string().contains("`key` in bucket `far-away`"),
        "{away}"
    );
    assert!(away.is_transient());
}

#[tokio::test]
async fn passing_failures_are_tried_again_and_lasting_ones_are_not() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let answers = [
            "503 Slow Down",
            "500 Internal Server Error",
            "200 OK",
            "403 Forbidden",
        ];
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 4_096];
            let read = stream.read(&mut head).await.unwrap();
            assert!(head[..read].starts_with(b"PUT /far-away/key HTTP/1.1"));
            let body = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
            let answer = format!(
                "HTTP/1.1 {answer}\r\netag: \"e\"\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let store = remote(&endpoint);
    let put = || {
        let body = in_pieces(Bytes::from_static(b"x"), 1);
        store.put(BUCKET, "key", body, PutOptions::default())
    };
    assert_eq!(put().await.unwrap().etag, "e");
    let denied = put().await.unwrap_err();
    assert!(
        matches!(denied, StoreError::AccessDenied { .. }),
        "{denied}"
    );
    serving.await.unwrap();
}
