//! CSV with a header, as RFC 4180 has it; a byte order mark is passed over.

use std::io::Read;

use anyhow::Context;
use csv::{ByteRecord, Position, Reader, ReaderBuilder};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::progress::{self, Progress};
use super::{Each, Place, Source, positions};

/// Bytes read at once.
const BUFFER: usize = 1 << 18;

pub(super) fn columns(source: &Source) -> anyhow::Result<Vec<String>> {
    header(source, &mut reader(progress::open(source.path())?))
}

pub(super) fn cells<const N: usize>(
    source: &Source,
    columns: [&str; N],
    progress: &Progress,
    each: Each<'_, N>,
) -> anyhow::Result<()> {
    let mut reader = reader(progress.open(source.path())?);
    let header = header(source, &mut reader)?;
    let places = positions(&header, columns).with_context(|| source.place(1))?;
    let mut row = ByteRecord::new();
    while next(source, &mut reader, &mut row)? {
        // A row has as many fields as the header, which has these.
        let cells = places.map(|place| row.get(place).unwrap_or_default());
        each(line(&row), cells)?;
    }
    Ok(())
}

pub(super) fn rows<T: DeserializeOwned>(
    source: &Source,
    texts: &[&str],
    structured: &[&str],
    progress: &Progress,
    each: &mut dyn FnMut(Place, T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut reader = reader(progress.open(source.path())?);
    let header = header(source, &mut reader)?;
    let mut row = ByteRecord::new();
    while next(source, &mut reader, &mut row)? {
        let place = line(&row);
        let at_column = |name: &str| format!("{}, column `{name}`", source.place(place));
        let mut members = Map::new();
        for (name, cell) in header.iter().zip(&row) {
            let is_structured = structured.contains(&name.as_str());
            if !is_structured && !texts.contains(&name.as_str()) {
                continue;
            }
            let text = std::str::from_utf8(cell).ok();
            let text = text.context("not UTF-8").with_context(|| at_column(name))?;
            let value = match text.trim() {
                "" if is_structured => continue,
                json if is_structured => serde_json::from_str(json)
                    .context("not JSON")
                    .with_context(|| at_column(name))?,
                _ => Value::from(text),
            };
            members.insert(name.clone(), value);
        }
        let row = serde_json::from_value(Value::Object(members));
        each(place, row.with_context(|| source.place(place))?)?;
    }
    Ok(())
}

fn reader<R: Read>(input: R) -> Reader<R> {
    ReaderBuilder::new()
        .buffer_capacity(BUFFER)
        .from_reader(input)
}

fn header(source: &Source, reader: &mut Reader<impl Read>) -> anyhow::Result<Vec<String>> {
    let header = reader.byte_headers();
    let header = header.map_err(|error| failed(source, &error))?;
    let name = |name: &[u8]| {
        let name = String::from_utf8_lossy(name);
        name.trim_start_matches('\u{feff}').trim().to_owned()
    };
    Ok(header.iter().map(name).collect())
}

fn next(
    source: &Source,
    reader: &mut Reader<impl Read>,
    row: &mut ByteRecord,
) -> anyhow::Result<bool> {
    reader
        .read_byte_record(row)
        .map_err(|error| failed(source, &error))
}

fn line(row: &ByteRecord) -> Place {
    row.position().map_or(0, Position::line)
}

fn failed(source: &Source, error: &csv::Error) -> anyhow::Error {
    let at = error.position().map_or_else(
        || source.path().display().to_string(),
        |at| source.place(at.line()),
    );
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => anyhow::anyhow!("{at}: {len} fields, but the header has {expected_len}"),
        _ => anyhow::anyhow!("{at}: {error}"),
    }
}
