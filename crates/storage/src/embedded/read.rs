//! Looking objects up in the index.

use bytes::Bytes;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row, SqliteConnection};

use super::body::Piece;
use super::write::from_json;
use crate::error::{StoreError, StoreResult};
use crate::object::ObjectInfo;

/// A row of the index.
pub(crate) struct ObjectRow {
    pub(crate) blob_id: i64,
    pub(crate) info: ObjectInfo,
    /// The body, where it is small and was asked for.
    pub(crate) inline: Option<Bytes>,
}

const INFO: &str =
    "o.key, o.blob_id, o.size, o.etag, o.modified_at_ms, o.part_count, o.headers, o.checksums";

fn info_from_row(row: &SqliteRow) -> Result<ObjectInfo, sqlx::Error> {
    let (blob_id, size): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
    let (headers, checksums): (&str, &str) = (row.try_get(6)?, row.try_get(7)?);
    let part_count: Option<i64> = row.try_get(5)?;
    Ok(ObjectInfo {
        key: row.try_get(0)?,
        size: size as u64,
        etag: row.try_get(3)?,
        version: blob_id.to_string(),
        modified_at_ms: row.try_get(4)?,
        headers: from_json(headers),
        checksums: from_json(checksums),
        part_count: part_count.map(|count| count as u32),
    })
}

/// The row of an object within a transaction, without its body.
pub(crate) async fn object_row(
    txn: &mut SqliteConnection,
    bucket_id: i64,
    key: &str,
) -> Result<Option<ObjectRow>, sqlx::Error> {
    let sql = format!("select {INFO} from object o where o.bucket_id = $1 and o.key = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(bucket_id)
        .bind(key)
        .fetch_optional(txn)
        .await?;
    row.map(|row| {
        Ok(ObjectRow {
            blob_id: row.try_get(1)?,
            info: info_from_row(&row)?,
            inline: None,
        })
    })
    .transpose()
}

/// The object under a key, with its body if that is small.
pub(crate) async fn find(readers: &SqlitePool, bucket: &str, key: &str) -> StoreResult<ObjectRow> {
    let failed = |error| super::index::describe(&error, (bucket, key));
    // The left joins tell a missing bucket from a missing object in one look.
    let sql = format!(
        "select {INFO}, i.body from bucket b
         left join object o on o.bucket_id = b.bucket_id and o.key = $2
         left join inline_body i on i.blob_id = o.blob_id
         where b.name = $1"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(bucket)
        .bind(key)
        .fetch_optional(readers)
        .await
        .map_err(failed)?
        .ok_or_else(|| StoreError::no_such_bucket(bucket))?;
    let blob_id: Option<i64> = row.try_get(1).map_err(failed)?;
    let blob_id = blob_id.ok_or_else(|| StoreError::no_such_key(bucket, key))?;
    let body: Option<&[u8]> = row.try_get(8).map_err(failed)?;
    Ok(ObjectRow {
        blob_id,
        info: info_from_row(&row).map_err(failed)?,
        inline: body.map(Bytes::copy_from_slice),
    })
}

/// The files of a blob, in order; none when it is gone or small.
pub(crate) async fn pieces(readers: &SqlitePool, blob_id: i64) -> Result<Vec<Piece>, sqlx::Error> {
    sqlx::query("select file_id, size from piece where blob_id = $1 order by number")
        .bind(blob_id)
        .fetch_all(readers)
        .await?
        .iter()
        .map(|row| {
            let size: i64 = row.try_get(1)?;
            Ok(Piece {
                file_id: row.try_get(0)?,
                size: size as u64,
            })
        })
        .collect()
}
