//! Stored bytes: buckets of objects on this machine, in folders registered in place, and in a
//! remote S3.
//!
//! [`Stores`] finds the store that has a bucket. Each store is a module with the same handful of
//! functions: [`EmbeddedStore`] keeps an index and files, [`FolderStore`] reads folders where they
//! are, [`RemoteStore`] speaks to another S3. One suite (`tests/suite`) runs against all of them; a
//! further store is one more module, one more arm in [`Stores`] and one more run of the suite.
//!
//! This crate knows nothing of labeling and of our other crates, and nothing of how S3 looks on the
//! wire to our own clients: that is the server's.

mod checksum;
mod embedded;
mod error;
mod folder;
mod list;
mod name;
mod object;
mod remote;
mod scan;
mod stores;

pub use checksum::{ChecksumAlgorithm, ChecksumKind, ChecksumRequest, Checksums, Trailers};
pub use embedded::{
    CompletedPart, Completion, EmbeddedStore, PART_BYTES_MIN, PARTS_MAX, PartInfo, UploadInfo,
};
pub use error::{StoreError, StoreResult};
pub use folder::{FolderStore, content_type_of};
pub use name::{KEY_BYTES_MAX, check_bucket_name, check_key};
pub use object::{
    Blob, BucketInfo, ByteRange, ByteStream, LIST_MAX, ListPage, ListQuery, ObjectHeaders,
    ObjectInfo, PutCondition, PutOptions, SmallPut, bytes_stream,
};
pub use remote::{RemoteConfig, RemoteStore};
pub use scan::ScanReport;
pub use stores::{Home, Stores};
