//! CSV with a header, as RFC 4180 has it; a byte order mark is passed over. Where the header has no
//! comma, but a semicolon or a tab, that is between the columns.

use std::io::{BufRead, BufReader, Read};

use anyhow::{Context, bail};
use csv::{ByteRecord, Position, Reader, ReaderBuilder};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::progress::Progress;
use super::quotes::Quotes;
use super::{Each, Place, Source, check_single, parsed, positions};

/// Bytes read at once.
const BUFFER: usize = 1 << 18;

pub(super) fn columns(source: &Source) -> anyhow::Result<Vec<String>> {
    header(source, &mut reader(source, source.input.peek()?)?)
}

pub(super) fn cells<const N: usize>(
    source: &Source,
    columns: [&str; N],
    progress: &Progress,
    each: Each<'_, N>,
) -> anyhow::Result<()> {
    let mut reader = reader(source, source.input.read(progress)?)?;
    let header = header(source, &mut reader)?;
    let places = positions(&header, columns).with_context(|| source.place(1))?;
    let mut row = ByteRecord::new();
    while next(source, &mut reader, &mut row)? {
        // A row has as many fields as the header, which has these.
        let cells = places.map(|place| row.get(place).unwrap_or_default());
        each(line(&reader, &row), cells)?;
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
    let mut reader = reader(source, source.input.read(progress)?)?;
    let header = header(source, &mut reader)?;
    // Some of these need not be there; which, the first row tells.
    for column in texts.iter().chain(structured) {
        check_single(&header, column).with_context(|| source.place(1))?;
    }
    let mut row = ByteRecord::new();
    while next(source, &mut reader, &mut row)? {
        let place = line(&reader, &row);
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
        let row = parsed(members).map_err(|error| match absent(&error, &header) {
            Some(error) => error.context(source.place(1)),
            None => error.context(source.place(place)),
        });
        each(place, row?)?;
    }
    Ok(())
}

type Rows = Reader<Quotes<BufReader<Box<dyn Read>>>>;

fn reader(source: &Source, input: Box<dyn Read>) -> anyhow::Result<Rows> {
    let mut input = BufReader::with_capacity(BUFFER, input);
    let start = input.fill_buf().with_context(|| source.place(1))?;
    let header = start.split(|byte| *byte == b'\n').next().unwrap_or(start);
    let separator = [b',', b';', b'\t']
        .into_iter()
        .find(|byte| header.contains(byte));
    let separator = separator.unwrap_or(b',');
    Ok(ReaderBuilder::new()
        .buffer_capacity(BUFFER)
        .delimiter(separator)
        .from_reader(Quotes::new(input, separator)))
}

fn header(source: &Source, reader: &mut Rows) -> anyhow::Result<Vec<String>> {
    let header = reader.byte_headers();
    let header = header.map_err(|error| failed(source, &error))?;
    let name = |name: &[u8]| {
        let name = String::from_utf8_lossy(name);
        name.trim_start_matches('\u{feff}').trim().to_owned()
    };
    if header.is_empty() {
        bail!("{} is empty: there is no header", source.path().display());
    }
    Ok(header.iter().map(name).collect())
}

fn next(source: &Source, reader: &mut Rows, row: &mut ByteRecord) -> anyhow::Result<bool> {
    let is_row = reader.read_byte_record(row);
    // It has swallowed whatever rows there were after it.
    if let Some(line) = reader.get_ref().open() {
        bail!(
            "{}: a quote opens here and is not closed",
            source.place(line)
        );
    }
    is_row.map_err(|error| failed(source, &error))
}

/// The line in which a row begins. The reader counts from where the row before ended; empty lines
/// between the two belong to none.
fn line(reader: &Rows, row: &ByteRecord) -> Place {
    let begins = row.position().map_or(0, Position::line);
    let is_cut_off = reader.get_ref().is_cut_off();
    let passed = reader.position().line() - begins + u64::from(is_cut_off);
    if passed <= 1 {
        return begins;
    }
    let within = row.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
    begins + (passed - 1).saturating_sub(within)
}

/// Whether a row lacks what the header does not name: that is not the row's fault.
fn absent(error: &anyhow::Error, header: &[String]) -> Option<anyhow::Error> {
    let error = error.to_string();
    let column = error.strip_prefix("there is no `")?.strip_suffix('`')?;
    positions(header, [column]).err()
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
