//! Looking objects up in the index.

use bytes::Bytes;
use cairn_sqlite::rusqlite::{Connection, Row, params};
use cairn_sqlite::{all, first, rusqlite};

use super::body::Piece;
use super::index::{Index, describe};
use super::write::from_json;
use crate::error::{StoreError, StoreResult};
use crate::object::ObjectInfo;

/// A row of the index.
pub(crate) struct ObjectRow {
    pub(crate) blob_id: i64,
    pub(crate) info: ObjectInfo,
    /// The body, where it is small.
    pub(crate) inline: Option<Bytes>,
}

macro_rules! info_columns {
    () => {
        "o.key, o.blob_id, o.size, o.etag, o.modified_at_ms, o.part_count, o.headers, o.checksums"
    };
}

fn info_from_row(row: &Row<'_>) -> rusqlite::Result<ObjectInfo> {
    let (blob_id, size): (i64, i64) = (row.get(1)?, row.get(2)?);
    Ok(ObjectInfo {
        key: row.get(0)?,
        size: size as u64,
        etag: row.get(3)?,
        version: blob_id.to_string(),
        modified_at_ms: row.get(4)?,
        headers: from_json(row.get_ref(6)?.as_str()?),
        checksums: from_json(row.get_ref(7)?.as_str()?),
        part_count: row.get(5)?,
    })
}

/// What is known of an object within a transaction.
pub(crate) fn info_of(
    txn: &Connection,
    bucket_id: i64,
    key: &str,
) -> rusqlite::Result<Option<ObjectInfo>> {
    let sql = concat!(
        "select ",
        info_columns!(),
        " from object o where o.bucket_id = ?1 and o.key = ?2"
    );
    first(txn, sql, params![bucket_id, key], info_from_row)
}

/// The object under a key, with its body if that is small.
pub(crate) async fn find(index: &Index, bucket: &str, key: &str) -> StoreResult<ObjectRow> {
    // The left joins tell a missing bucket from a missing object in one look.
    let sql = concat!(
        "select ",
        info_columns!(),
        ", i.body from bucket b
         left join object o on o.bucket_id = b.bucket_id and o.key = ?2
         left join inline_body i on i.blob_id = o.blob_id
         where b.name = ?1"
    );
    let from_row = |row: &Row<'_>| {
        let Some(blob_id) = row.get(1)? else {
            return Ok(None);
        };
        let body = row.get_ref(8)?.as_blob_or_null()?;
        Ok(Some(ObjectRow {
            blob_id,
            info: info_from_row(row)?,
            inline: body.map(Bytes::copy_from_slice),
        }))
    };
    let mut reader = index.reader().await?;
    reader
        .quick(|conn| first(conn, sql, params![bucket, key], from_row))
        .map_err(|error| describe(&error, (bucket, key)))?
        .ok_or_else(|| StoreError::no_such_bucket(bucket))?
        .ok_or_else(|| StoreError::no_such_key(bucket, key))
}

/// The files of an object's blob, in order; none when it is gone or small.
pub(crate) async fn pieces(
    index: &Index,
    bucket: &str,
    object: &ObjectRow,
) -> StoreResult<Vec<Piece>> {
    let look = |conn: &Connection| {
        all(
            conn,
            "select file_id, size from piece where blob_id = ?1 order by number",
            params![object.blob_id],
            |row| {
                let size: i64 = row.get(1)?;
                Ok(Piece {
                    file_id: row.get(0)?,
                    size: size as u64,
                })
            },
        )
    };
    let mut reader = index.reader().await?;
    // Only what was uploaded in parts has more than one.
    let pieces = match object.info.part_count {
        None => reader.quick(look),
        Some(_) => reader.slow(look),
    };
    pieces.map_err(|error: rusqlite::Error| describe(&error, (bucket, &object.info.key)))
}
