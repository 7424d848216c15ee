//! A file here or in S3, to read from or to write to.
//!
//! S3 is reached as the `aws` command reaches it, by `AWS_ENDPOINT_URL` (or `AWS_ENDPOINT_URL_S3`),
//! `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` and `AWS_REGION`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, bail};
use bytes::Bytes;
use cairn_labeling::s3_uri::S3Uri;
use cairn_storage::{ObjectHeaders, PutOptions, RemoteConfig, RemoteStore, Stores};
use futures::{Stream, StreamExt};
use tokio_util::io::ReaderStream;

/// Bytes read of a file at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// A file.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// On this machine.
    Local(PathBuf),
    /// In S3.
    S3(S3Uri),
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Place, String> {
        match text.starts_with("s3://") {
            true => S3Uri::parse_s3(text)
                .map(Place::S3)
                .map_err(|error| error.to_string()),
            false => Ok(Place::Local(PathBuf::from(text))),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Local(path) => path.display().fmt(formatter),
            Place::S3(uri) => uri.fmt(formatter),
        }
    }
}

/// Bytes, a chunk at a time.
pub(super) type Chunks =
    std::pin::Pin<Box<dyn Stream<Item = anyhow::Result<Bytes>> + Send + 'static>>;

impl Place {
    /// The content, and its size.
    pub(super) async fn read(&self) -> anyhow::Result<(Chunks, u64)> {
        let reading = || format!("reading {self}");
        match self {
            Place::Local(path) => {
                let file = tokio::fs::File::open(path).await.with_context(reading)?;
                let size = file.metadata().await.with_context(reading)?.len();
                let name = reading();
                let chunks = ReaderStream::with_capacity(file, CHUNK_BYTES)
                    .map(move |chunk| chunk.with_context(|| name.clone()));
                Ok((chunks.boxed(), size))
            }
            Place::S3(uri) => {
                let blob = remote()?
                    .get(&uri.bucket, &uri.key, None)
                    .await
                    .with_context(reading)?;
                let name = reading();
                let size = blob.info.size;
                let chunks = blob
                    .body
                    .map(move |chunk| chunk.with_context(|| name.clone()));
                Ok((chunks.boxed(), size))
            }
        }
    }

    /// Puts the file at `path` there, whole or not at all.
    pub(super) async fn write(&self, path: &std::path::Path) -> anyhow::Result<()> {
        match self {
            Place::Local(target) => {
                let copying = || format!("writing {}", target.display());
                let folder = target
                    .parent()
                    .filter(|folder| !folder.as_os_str().is_empty());
                let beside = folder.unwrap_or(std::path::Path::new("."));
                let part = beside.join(format!(".{}.part", crate::secrets::random_base32(12)));
                tokio::fs::copy(path, &part).await.with_context(copying)?;
                tokio::fs::rename(&part, target).await.with_context(copying)
            }
            Place::S3(uri) => {
                let (body, size) = Place::Local(path.to_owned()).read().await?;
                let body = body.map(|chunk| {
                    chunk.map_err(|error| cairn_storage::StoreError::Source(error.into()))
                });
                let options = PutOptions {
                    headers: ObjectHeaders::of_type("application/jsonlines"),
                    size: Some(size),
                    ..PutOptions::default()
                };
                remote()?
                    .put(&uri.bucket, &uri.key, body.boxed(), options)
                    .await
                    .with_context(|| format!("writing {uri}"))?;
                Ok(())
            }
        }
    }
}

/// The S3 that the environment names.
pub(super) fn remote() -> anyhow::Result<Stores> {
    let get = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let endpoint = get("AWS_ENDPOINT_URL_S3").or_else(|| get("AWS_ENDPOINT_URL"));
    let Some(endpoint) = endpoint else {
        bail!("s3:// needs the address of an S3 in AWS_ENDPOINT_URL, and its keys");
    };
    let store = RemoteStore::new(RemoteConfig {
        endpoint,
        region: get("AWS_REGION")
            .or_else(|| get("AWS_DEFAULT_REGION"))
            .unwrap_or_else(|| "us-east-1".to_owned()),
        keys: get("AWS_ACCESS_KEY_ID").zip(get("AWS_SECRET_ACCESS_KEY")),
        session_token: get("AWS_SESSION_TOKEN"),
    })?;
    Ok(Stores::new(None, Some(store)))
}
