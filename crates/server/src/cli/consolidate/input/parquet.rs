//! Parquet, flat or with lists and groups. Only the columns asked for are read.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::{Arc, Once};

use anyhow::{Context, anyhow, bail};
use parquet::basic::Compression;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use serde_json::{Map, Number, Value};

use super::super::progress::Progress;
use super::{Place, Source};

/// Rows after which the bar moves.
const ROWS_SHOWN: u64 = 10_000;

pub(super) fn columns(source: &Source) -> anyhow::Result<Vec<String>> {
    guarded(source, || {
        let reader = SerializedFileReader::new(source.input.file()?)?;
        let fields = reader.metadata().file_metadata().schema().get_fields();
        Ok(fields.iter().map(|field| field.name().to_owned()).collect())
    })
}

/// Gives `each` the columns that `wanted` names of every row; nulls are left out. A place is the
/// number of a row, from 1.
pub(super) fn values(
    source: &Source,
    wanted: &[&str],
    progress: &Progress,
    mut each: impl FnMut(Place, Map<String, Value>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    guarded(source, || {
        let reader = SerializedFileReader::new(source.input.file()?)?;
        check_compression(source, reader.metadata(), wanted)?;
        let about = reader.metadata().file_metadata();
        let reading = format!("reading {}", source.path().display());
        progress.count(reading, about.num_rows().try_into().unwrap_or(0), "rows");
        let rows = reader.get_row_iter(Some(projection(about.schema(), wanted)?))?;
        for (row, place) in rows.zip(1..) {
            let row = row.with_context(|| source.place(place))?;
            each(place, members(&row).with_context(|| source.place(place))?)?;
            if place % ROWS_SHOWN == 0 {
                progress.forward(ROWS_SHOWN);
            }
        }
        Ok(())
    })
}

thread_local! {
    /// Whether a panic of this thread is about to become an error.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// The reader of the format takes much of a file at its word and may panic where it lies. That is the
/// file's fault, and said of the file alone.
fn guarded<T>(source: &Source, read: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let hook = take_hook();
        set_hook(Box::new(move |panic| {
            if !IS_GUARDED.get() {
                hook(panic);
            }
        }));
    });
    let path = source.path().display();
    let before = IS_GUARDED.replace(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    IS_GUARDED.set(before);
    match read {
        Ok(Err(error)) if error.is::<parquet::errors::ParquetError>() => {
            Err(error.context(format!("{path} is not Parquet, or damaged")))
        }
        Ok(read) => read,
        Err(_) => Err(anyhow!("{path} is damaged: it cannot be read as Parquet")),
    }
}

/// Says what is wrong with a column that the reader has no decoder for.
fn check_compression(
    source: &Source,
    about: &ParquetMetaData,
    wanted: &[&str],
) -> anyhow::Result<()> {
    for column in about.row_groups().iter().flat_map(|group| group.columns()) {
        let name = column.column_path().parts().first();
        let name = name.map_or("", String::as_str);
        let unread = match column.compression() {
            Compression::BROTLI(_) => Some("Brotli"),
            Compression::LZO => Some("LZO"),
            _ => None,
        };
        if let Some(unread) = unread.filter(|_| wanted.contains(&name)) {
            bail!(
                "{}: column `{name}` is compressed with {unread}; Snappy, Gzip, LZ4 and Zstandard are read",
                source.path().display()
            );
        }
    }
    Ok(())
}

fn projection(schema: &Type, wanted: &[&str]) -> anyhow::Result<Type> {
    let fields = schema.get_fields().iter();
    let fields: Vec<Arc<Type>> = fields
        .filter(|field| wanted.contains(&field.name()))
        .cloned()
        .collect();
    Ok(Type::group_type_builder(schema.name())
        .with_fields(fields)
        .build()?)
}

fn members(row: &Row) -> anyhow::Result<Map<String, Value>> {
    let mut members = Map::new();
    for (name, field) in row.get_column_iter() {
        if let Some(value) = value(field).with_context(|| format!("`{name}`"))? {
            members.insert(name.clone(), value);
        }
    }
    Ok(members)
}

/// None of a null.
fn value(field: &Field) -> anyhow::Result<Option<Value>> {
    let float = |value: f64| {
        let number = Number::from_f64(value);
        number.map(Value::Number).context("not a finite number")
    };
    Ok(Some(match field {
        Field::Null => return Ok(None),
        Field::Bool(truth) => (*truth).into(),
        Field::Byte(number) => (*number).into(),
        Field::Short(number) => (*number).into(),
        Field::Int(number) => (*number).into(),
        Field::Long(number) => (*number).into(),
        Field::UByte(number) => (*number).into(),
        Field::UShort(number) => (*number).into(),
        Field::UInt(number) => (*number).into(),
        Field::ULong(number) => (*number).into(),
        // The shortest decimal that reads as the same number, rather than the digits of its double.
        Field::Float(number) => float(number.to_string().parse()?)?,
        Field::Double(number) => float(*number)?,
        Field::Str(text) => text.as_str().into(),
        Field::Bytes(bytes) => std::str::from_utf8(bytes.data())
            .context("not UTF-8")?
            .into(),
        Field::Group(row) => members(row)?.into(),
        Field::ListInternal(list) => {
            let mut items = Vec::new();
            for item in list.elements() {
                items.push(value(item)?.unwrap_or(Value::Null));
            }
            items.into()
        }
        Field::MapInternal(_) => bail!("a map is neither a value nor a list"),
        other => other.to_string().into(),
    }))
}
