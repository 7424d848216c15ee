//! Parquet, flat or with lists and groups. Only the columns asked for are read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use serde_json::{Map, Number, Value};

use super::super::progress::{self, Progress};
use super::{Place, Source};

/// Rows after which the bar moves.
const ROWS_SHOWN: u64 = 10_000;

pub(super) fn columns(source: &Source) -> anyhow::Result<Vec<String>> {
    guarded(source, || {
        let reader = SerializedFileReader::new(progress::open(source.path())?)?;
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
        let reader = SerializedFileReader::new(progress::open(source.path())?)?;
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

/// The reader of the format takes much of a file at its word and may panic where it lies.
fn guarded<T>(source: &Source, read: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let path = source.path().display();
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Err(error)) if error.is::<parquet::errors::ParquetError>() => {
            Err(error.context(format!("{path} is not Parquet, or damaged")))
        }
        Ok(read) => read,
        Err(_) => Err(anyhow!("{path} is damaged: it cannot be read as Parquet")),
    }
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
        other => other.to_string().into(),
    }))
}
