//! The one way to stored objects: finds the store that has a bucket and asks it.

use std::path::Path;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};

use crate::embedded::EmbeddedStore;
use crate::error::{StoreError, StoreResult};
use crate::folder::FolderStore;
use crate::object::{
    Blob, BucketInfo, ByteRange, ByteStream, ListPage, ListQuery, ObjectHeaders, ObjectInfo,
    PutCondition, PutOptions, SmallPut, bytes_stream,
};
use crate::remote::RemoteStore;
use crate::scan::ScanReport;

/// Small puts sent to a remote store at once.
const REMOTE_PUTS_AT_ONCE: usize = 16;

/// Every store a server has. Cheap to clone.
#[derive(Clone)]
pub struct Stores {
    embedded: Option<EmbeddedStore>,
    folders: Option<FolderStore>,
    remote: Option<RemoteStore>,
}

/// The store that has a bucket.
pub enum Home<'a> {
    /// A folder registered for reading only.
    Folder(&'a FolderStore),
    /// This machine.
    Embedded(&'a EmbeddedStore),
    /// Another S3.
    Remote(&'a RemoteStore),
}

impl Stores {
    /// The stores of a server: its own buckets, where it has any, and a remote S3 for every other
    /// name, where one is configured.
    pub fn new(embedded: Option<EmbeddedStore>, remote: Option<RemoteStore>) -> Stores {
        Stores {
            folders: embedded.as_ref().map(EmbeddedStore::folders),
            embedded,
            remote,
        }
    }

    /// Ends what the embedded store has under way and closes it.
    pub async fn close(&self) {
        if let Some(embedded) = &self.embedded {
            embedded.close().await;
        }
    }

    /// The store that has `bucket`: a registered folder, else this machine, else the remote S3,
    /// which is not asked whether it does.
    pub async fn home(&self, bucket: &str) -> StoreResult<Home<'_>> {
        if let Some(folders) = &self.folders
            && folders.bucket_exists(bucket).await?
        {
            return Ok(Home::Folder(folders));
        }
        if let Some(embedded) = &self.embedded
            && embedded.bucket_exists(bucket).await?
        {
            return Ok(Home::Embedded(embedded));
        }
        match &self.remote {
            Some(remote) => Ok(Home::Remote(remote)),
            None => Err(StoreError::no_such_bucket(bucket)),
        }
    }

    /// The store of this machine, for what only it does.
    pub fn embedded(&self) -> Option<&EmbeddedStore> {
        self.embedded.as_ref()
    }

    /// The remote S3.
    pub fn remote(&self) -> Option<&RemoteStore> {
        self.remote.as_ref()
    }

    /// Registers a folder of this machine as a read-only bucket, or scans it again.
    pub async fn register_folder(&self, bucket: &str, root: &Path) -> StoreResult<ScanReport> {
        let Some(folders) = &self.folders else {
            return Err(StoreError::Unavailable {
                target: format!("folder {}", root.display()),
                reason: "this server has no store of its own".to_owned(),
            });
        };
        folders.register(bucket, root).await
    }

    /// Whether some store has the bucket. A remote S3 is asked.
    pub async fn bucket_exists(&self, bucket: &str) -> StoreResult<bool> {
        match self.home(bucket).await {
            Ok(Home::Remote(remote)) => remote.bucket_exists(bucket).await,
            Ok(_) => Ok(true),
            Err(StoreError::NoSuchBucket { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes a bucket: on this machine, or in the remote S3 when there is no store here.
    pub async fn create_bucket(&self, bucket: &str) -> StoreResult<()> {
        match (&self.embedded, &self.remote) {
            (Some(embedded), _) => embedded.create_bucket(bucket).await,
            (None, Some(remote)) => remote.create_bucket(bucket).await,
            (None, None) => Err(StoreError::no_such_bucket(bucket)),
        }
    }

    /// Removes an empty bucket.
    pub async fn delete_bucket(&self, bucket: &str) -> StoreResult<()> {
        match self.home(bucket).await? {
            Home::Folder(_) => Err(read_only(bucket)),
            Home::Embedded(embedded) => embedded.delete_bucket(bucket).await,
            Home::Remote(remote) => remote.delete_bucket(bucket).await,
        }
    }

    /// The buckets of this machine, registered folders included, by name. Those of a remote S3 are
    /// not listed: most keys may not.
    pub async fn list_buckets(&self) -> StoreResult<Vec<BucketInfo>> {
        let mut buckets = Vec::new();
        if let Some(embedded) = &self.embedded {
            buckets.extend(embedded.list_buckets().await?);
        }
        if let Some(folders) = &self.folders {
            buckets.extend(folders.list_buckets().await?);
        }
        buckets.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(buckets)
    }

    /// What is known of an object.
    pub async fn head(&self, bucket: &str, key: &str) -> StoreResult<ObjectInfo> {
        match self.home(bucket).await? {
            Home::Folder(folders) => folders.head(bucket, key).await,
            Home::Embedded(embedded) => embedded.head(bucket, key).await,
            Home::Remote(remote) => remote.head(bucket, key).await,
        }
    }

    /// Reads an object, or a range of it.
    pub async fn get(
        &self,
        bucket: &str,
        key: &str,
        range: Option<ByteRange>,
    ) -> StoreResult<Blob> {
        self.get_if(bucket, key, range, None).await
    }

    /// Reads an object that must still be the one whose [`ObjectInfo::version`] was seen before;
    /// [`StoreError::Changed`] when it is not.
    pub async fn get_version(
        &self,
        bucket: &str,
        key: &str,
        range: Option<ByteRange>,
        version: &str,
    ) -> StoreResult<Blob> {
        self.get_if(bucket, key, range, Some(version)).await
    }

    async fn get_if(
        &self,
        bucket: &str,
        key: &str,
        range: Option<ByteRange>,
        version: Option<&str>,
    ) -> StoreResult<Blob> {
        match self.home(bucket).await? {
            Home::Folder(folders) => folders.get(bucket, key, range, version).await,
            Home::Embedded(embedded) => embedded.get(bucket, key, range, version).await,
            Home::Remote(remote) => remote.get(bucket, key, range, version).await,
        }
    }

    /// All bytes of an object that has no more than `bytes_max`; [`StoreError::TooLarge`] when it
    /// has.
    pub async fn get_bytes(&self, bucket: &str, key: &str, bytes_max: u64) -> StoreResult<Bytes> {
        let blob = self.get(bucket, key, None).await?;
        blob.collect(bucket, bytes_max).await
    }

    /// Stores an object; it is durable when this returns.
    pub async fn put(
        &self,
        bucket: &str,
        key: &str,
        body: ByteStream,
        options: PutOptions,
    ) -> StoreResult<ObjectInfo> {
        match self.home(bucket).await? {
            Home::Folder(_) => Err(read_only(bucket)),
            Home::Embedded(embedded) => embedded.put(bucket, key, body, options).await,
            Home::Remote(remote) => remote.put(bucket, key, body, options).await,
        }
    }

    /// Stores an object whose bytes are at hand.
    pub async fn put_bytes(
        &self,
        bucket: &str,
        key: &str,
        body: Bytes,
        content_type: &str,
    ) -> StoreResult<ObjectInfo> {
        let options = PutOptions {
            headers: ObjectHeaders::of_type(content_type),
            size: Some(body.len() as u64),
            ..PutOptions::default()
        };
        self.put(bucket, key, bytes_stream(body), options).await
    }

    /// Stores many small objects. Those of this machine are stored in one commit, all or none; those
    /// of a remote S3 a few at a time, so that an error may leave some stored: doing it all again
    /// is safe.
    pub async fn put_many(&self, puts: Vec<SmallPut>) -> StoreResult<()> {
        let mut here = Vec::with_capacity(puts.len());
        let mut away = Vec::new();
        let mut last: Option<(String, bool)> = None;
        for put in puts {
            let is_here = match &last {
                Some((bucket, is_here)) if *bucket == put.bucket => *is_here,
                _ => match self.home(&put.bucket).await? {
                    Home::Folder(_) => return Err(read_only(&put.bucket)),
                    Home::Embedded(_) => true,
                    Home::Remote(_) => false,
                },
            };
            last = Some((put.bucket.clone(), is_here));
            match is_here {
                true => here.push(put),
                false => away.push(put),
            }
        }
        if let Some(embedded) = &self.embedded {
            embedded.put_many(here).await?;
        }
        futures::stream::iter(away)
            .map(|put| async move {
                let SmallPut {
                    bucket,
                    key,
                    body,
                    content_type,
                } = put;
                self.put_bytes(&bucket, &key, body, &content_type).await
            })
            .buffer_unordered(REMOTE_PUTS_AT_ONCE)
            .try_for_each(|_| async { Ok(()) })
            .await
    }

    /// Removes an object. That it was not there is no error.
    pub async fn delete(&self, bucket: &str, key: &str) -> StoreResult<()> {
        match self.home(bucket).await? {
            Home::Folder(_) => Err(read_only(bucket)),
            Home::Embedded(embedded) => embedded.delete(bucket, key).await.map(drop),
            Home::Remote(remote) => remote.delete(bucket, key).await,
        }
    }

    /// One page of the keys of a bucket, in the order of their bytes.
    pub async fn list(&self, bucket: &str, query: &ListQuery) -> StoreResult<ListPage> {
        match self.home(bucket).await? {
            Home::Folder(folders) => folders.list(bucket, query).await,
            Home::Embedded(embedded) => embedded.list(bucket, query).await,
            Home::Remote(remote) => remote.list(bucket, query).await,
        }
    }

    /// Copies an object, within a store or between two, with its headers: so that a manifest stays
    /// as it was when its job was made.
    pub async fn copy(&self, from: (&str, &str), to: (&str, &str)) -> StoreResult<ObjectInfo> {
        self.copy_with(from, to, None, PutCondition::Always, None)
            .await
    }

    /// [`Stores::copy`] with other headers, a condition on what is replaced, and the version that
    /// the source must have.
    pub async fn copy_with(
        &self,
        from: (&str, &str),
        to: (&str, &str),
        headers: Option<ObjectHeaders>,
        condition: PutCondition,
        version: Option<&str>,
    ) -> StoreResult<ObjectInfo> {
        match (self.home(from.0).await?, self.home(to.0).await?) {
            (_, Home::Folder(_)) => Err(read_only(to.0)),
            (Home::Embedded(embedded), Home::Embedded(_)) => {
                embedded.copy(from, to, headers, condition, version).await
            }
            (Home::Remote(remote), Home::Remote(_)) if condition == PutCondition::Always => {
                remote.copy(from, to, headers, version).await
            }
            _ => {
                let blob = self.get_if(from.0, from.1, None, version).await?;
                let options = PutOptions {
                    headers: headers.unwrap_or(blob.info.headers),
                    condition,
                    size: Some(blob.info.size),
                    ..PutOptions::default()
                };
                self.put(to.0, to.1, blob.body, options).await
            }
        }
    }
}

fn read_only(bucket: &str) -> StoreError {
    StoreError::ReadOnly {
        bucket: bucket.to_owned(),
    }
}
