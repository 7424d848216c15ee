//! Finding a manifest that a form names, and reading it line by line for no longer than a person
//! waits.

use std::time::{Duration, Instant};

use cairn_labeling::manifest::{LineSplitter, RawLine};
use cairn_labeling::s3_uri::S3Uri;
use cairn_storage::{ObjectInfo, StoreError};
use futures::StreamExt;

use super::question::required;
use crate::app::App;
use crate::page_error::PageError;

/// How much of a manifest is read.
pub(super) struct Reach {
    pub bytes: u64,
    pub time: Duration,
}

/// The stored object that `field` names by its S3 URI.
pub(super) async fn object(
    app: &App,
    field: &'static str,
    uri: &str,
) -> Result<(S3Uri, ObjectInfo), PageError> {
    let uri = uri.trim();
    if uri.is_empty() {
        return Err(required(field));
    }
    let at =
        S3Uri::parse(uri).map_err(|error| PageError::rule("pattern", field, error.to_string()))?;
    if at.key.is_empty() || at.key.ends_with('/') {
        let rule = format!("`{uri}` names a folder: this is the address of a file");
        return Err(PageError::rule("pattern", field, rule));
    }
    let info = app.stores.head(&at.bucket, &at.key).await;
    let info = info.map_err(|error| store_error(field, error))?;
    Ok((at, info))
}

/// The error of a store, about what `field` names.
pub(super) fn store_error(field: &'static str, error: StoreError) -> PageError {
    let code = match &error {
        StoreError::NoSuchBucket { .. } => "no_such_bucket",
        StoreError::NoSuchKey { .. } => "no_such_object",
        StoreError::AccessDenied { .. } | StoreError::ReadOnly { .. } => "no_access",
        StoreError::InvalidName { .. } => "pattern",
        error if error.is_transient() => return PageError::unavailable(anyhow::anyhow!("{error}")),
        _ => return PageError::internal(error),
    };
    PageError::rule(code, field, error.to_string())
}

/// Gives the lines of a manifest to `each` until it says false, the manifest ends or its reach does.
/// Gives whether the manifest was read to its end.
pub(super) async fn lines(
    app: &App,
    field: &'static str,
    (at, info): (&S3Uri, &ObjectInfo),
    bytes_max: usize,
    reach: Reach,
    mut each: impl FnMut(RawLine<'_>) -> bool,
) -> Result<bool, PageError> {
    let until = Instant::now() + reach.time;
    let got = app
        .stores
        .get_version(&at.bucket, &at.key, None, &info.version);
    let mut body = got.await.map_err(|error| store_error(field, error))?.body;
    let mut splitter = LineSplitter::new(bytes_max);
    let mut each = |line: RawLine<'_>| if each(line) { Ok(()) } else { Err(()) };
    let mut read = 0_u64;
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| store_error(field, error))?;
        read += chunk.len() as u64;
        if splitter.push(&chunk, &mut each).is_err() {
            return Ok(false);
        }
        if read < info.size && (read >= reach.bytes || Instant::now() >= until) {
            return Ok(false);
        }
        // A large file that is at hand would otherwise keep others from being answered.
        tokio::task::yield_now().await;
    }
    Ok(splitter.finish(&mut each).is_ok())
}
