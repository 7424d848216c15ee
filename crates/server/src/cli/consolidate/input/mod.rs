//! Where answers are read from. One file a format; to add one, a variant of [`Format`] and a file
//! beside this one that gives its rows.
//!
//! A format gives rows in one of two ways: as the bytes of a few flat columns, which is fast, or as a
//! value of whatever shape the kind of answers has. Columns that nobody asks for are not looked at.

mod csv;
mod file;
mod json_lines;
mod parquet;
mod quotes;
mod worker_responses;

use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::progress::Progress;
use file::Input;

/// A file, or folder, of answers or of true labels.
pub(super) struct Source {
    input: Input,
    format: Format,
}

enum Format {
    Csv,
    JsonLines,
    Parquet,
    /// Ground Truth's worker responses.
    WorkerResponses(worker_responses::Files),
}

/// Which row of a source: a line, or the place of a file among the files.
pub(super) type Place = u64;

/// What is done with the flat columns of a row.
type Each<'a, const N: usize> = &'a mut dyn FnMut(Place, [&[u8]; N]) -> anyhow::Result<()>;

impl Source {
    /// A folder holds worker responses; a file that ends in `.jsonl`, `.ndjson` or `.json`, with or
    /// without `.gz` after it, has a JSON object in each line, and so has a pipe that begins with `{`.
    /// One in `.parquet` is Parquet; any other is CSV with a header.
    ///
    /// `element` names the one element of the page whose answers are read, of worker responses.
    pub(super) fn open(path: &Path, element: Option<&str>) -> anyhow::Result<Source> {
        if path.is_dir() {
            return Ok(Source {
                input: Input::folder(path),
                format: Format::WorkerResponses(worker_responses::Files::find(path, element)?),
            });
        }
        if element.is_some() {
            bail!("--element is there for worker responses alone");
        }
        let input = Input::open(path)?;
        let start = input.start().trim_ascii_start();
        let format = match extension(path).as_deref() {
            Some("jsonl" | "ndjson" | "json") => Format::JsonLines,
            Some("parquet" | "pq") => Format::Parquet,
            _ if start.starts_with(b"PAR1") => Format::Parquet,
            None if start.starts_with(b"{") => Format::JsonLines,
            _ => Format::Csv,
        };
        if matches!(format, Format::JsonLines) && start.starts_with(b"[") {
            bail!(
                "{} is one list; a file with an object in each line is read, which `jq -c .[]` makes of it",
                path.display()
            );
        }
        Ok(Source { input, format })
    }

    pub(super) fn path(&self) -> &Path {
        self.input.named()
    }

    /// What the format is called.
    pub(super) fn format(&self) -> &'static str {
        match self.format {
            Format::Csv => "CSV",
            Format::JsonLines => "JSON Lines",
            Format::Parquet => "Parquet",
            Format::WorkerResponses(_) => "worker responses",
        }
    }

    /// What else there is to say of it once it is read.
    pub(super) fn remark(&self) -> Option<String> {
        let Format::WorkerResponses(files) = &self.format else {
            return None;
        };
        match files.unanswered() {
            0 => None,
            1 => Some("1 object has no answer, and no label".to_owned()),
            count => Some(format!("{count} objects have no answer, and no label")),
        }
    }

    /// Names of the columns; those of the first row where rows may differ.
    pub(super) fn columns(&self) -> anyhow::Result<Vec<String>> {
        match &self.format {
            Format::Csv => csv::columns(self),
            Format::JsonLines => json_lines::columns(self),
            Format::Parquet => parquet::columns(self),
            Format::WorkerResponses(files) => files.columns(),
        }
    }

    /// Where a row is, for people.
    pub(super) fn place(&self, place: Place) -> String {
        match &self.format {
            Format::WorkerResponses(files) => files.place(place),
            Format::Parquet => format!("{}, row {place}", self.path().display()),
            _ => format!("{}, line {place}", self.path().display()),
        }
    }

    /// Gives `each` the columns of every row. None of them may be missing; a number counts as the
    /// text that it is written as.
    pub(super) fn cells<const N: usize>(
        &self,
        columns: [&str; N],
        progress: &Progress,
        mut each: impl FnMut(Place, [&[u8]; N]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut at_place =
            |place: Place, cells: [&[u8]; N]| each(place, cells).with_context(|| self.place(place));
        match &self.format {
            Format::Csv => csv::cells(self, columns, progress, &mut at_place),
            Format::JsonLines => json_lines::cells(self, columns, progress, &mut at_place),
            Format::Parquet => parquet::values(self, &columns, progress, |place, row| {
                let texts = texts(&row, columns).with_context(|| self.place(place))?;
                at_place(place, std::array::from_fn(|at| texts[at].as_bytes()))
            }),
            Format::WorkerResponses(files) => files.values(progress, |place, row| {
                let texts = texts(&row, columns).with_context(|| self.place(place))?;
                at_place(place, std::array::from_fn(|at| texts[at].as_bytes()))
            }),
        }
    }

    /// Gives `each` the columns of every row that are asked for, as a value: those that `texts` names
    /// and those that `structured` names, which hold JSON in CSV.
    pub(super) fn rows<T: DeserializeOwned>(
        &self,
        texts: &[&str],
        structured: &[&str],
        progress: &Progress,
        mut each: impl FnMut(Place, T) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut at_place =
            |place: Place, row: T| each(place, row).with_context(|| self.place(place));
        match &self.format {
            Format::Csv => csv::rows(self, texts, structured, progress, &mut at_place),
            Format::JsonLines => json_lines::rows(self, progress, &mut at_place),
            Format::Parquet => {
                let wanted = [texts, structured].concat();
                parquet::values(self, &wanted, progress, |place, mut row| {
                    for column in structured {
                        if let Some(value) = row.get_mut(*column) {
                            parse_text(value).with_context(|| {
                                format!("{}, column `{column}`", self.place(place))
                            })?;
                        }
                    }
                    at_place(place, parsed(row).with_context(|| self.place(place))?)
                })
            }
            Format::WorkerResponses(files) => files.values(progress, |place, row| {
                at_place(place, parsed(row).with_context(|| self.place(place))?)
            }),
        }
    }
}

/// What a file's name ends in, in small letters, before `.gz` where that is the end.
fn extension(path: &Path) -> Option<String> {
    let ending = |path: &Path| {
        let ending = path.extension()?.to_str()?;
        Some(ending.to_ascii_lowercase())
    };
    match ending(path) {
        Some(gzip) if gzip == "gz" => ending(&path.with_extension("")),
        ending => ending,
    }
}

/// Takes a text for the JSON that it holds: not every writer of Parquet writes lists.
fn parse_text(value: &mut Value) -> anyhow::Result<()> {
    if let Value::String(text) = value {
        *value = serde_json::from_str(text).context("a text that is not JSON")?;
    }
    Ok(())
}

/// A row out of its members; the error names the one that is wrong.
fn parsed<T: DeserializeOwned>(members: Map<String, Value>) -> anyhow::Result<T> {
    let read = serde_path_to_error::deserialize(Value::Object(members));
    read.map_err(|error| wrong_member(&error.path().to_string(), &error.inner().to_string()))
}

/// What is wrong with a member, `path` as `boxes[0].left`, in words for people.
fn wrong_member(path: &str, reason: &str) -> anyhow::Error {
    const TYPES: [(&str, &str); 5] = [
        ("expected f64", "expected a number"),
        ("expected u64", "expected a whole number, not below 0"),
        ("expected u32", "expected a whole number, not below 0"),
        ("expected a tuple of size 2", "expected a list of two"),
        ("expected a tuple of size 3", "expected a list of three"),
    ];
    let mut reason = reason.replace("missing field", "there is no");
    for (of_rust, of_people) in TYPES {
        reason = reason.replace(of_rust, of_people);
    }
    match path {
        "." => anyhow::anyhow!(reason),
        path => anyhow::anyhow!("`{path}`: {reason}"),
    }
}

/// The wanted members of a row, each a text or a number.
fn texts<const N: usize>(
    row: &Map<String, Value>,
    wanted: [&str; N],
) -> anyhow::Result<[String; N]> {
    let mut texts: [String; N] = std::array::from_fn(|_| String::new());
    for (text, column) in texts.iter_mut().zip(wanted) {
        let found = row.get(column).with_context(|| {
            let names: Vec<&str> = row.keys().map(String::as_str).collect();
            format!("there is no `{column}`; there are {}", names.join(", "))
        })?;
        *text = Id::deserialize(found)
            .with_context(|| format!("`{column}`"))?
            .0;
    }
    Ok(texts)
}

fn check_single(header: &[String], column: &str) -> anyhow::Result<()> {
    if header.iter().filter(|name| *name == column).count() > 1 {
        bail!("there are two columns `{column}`");
    }
    Ok(())
}

/// Where the wanted columns are among those that a header names.
fn positions<const N: usize>(header: &[String], wanted: [&str; N]) -> anyhow::Result<[usize; N]> {
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(wanted) {
        let found = header.iter().position(|name| name == column);
        *place = found.with_context(|| {
            format!(
                "there is no column `{column}`; the columns are {}",
                header.join(", ")
            )
        })?;
        check_single(header, column)?;
    }
    Ok(places)
}

/// A list of names; in CSV a text, with `|` between them or as JSON.
pub(super) struct List(pub(super) Vec<Id>);

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<List, D::Error> {
        from.deserialize_any(ListVisitor)
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = List;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a list of texts or numbers")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<List, E> {
        let text = text.trim();
        if text.starts_with('[') {
            return serde_json::from_str(text).map(List).map_err(E::custom);
        }
        let names = text.split('|').map(str::trim);
        let names = names.filter(|_| !text.is_empty());
        Ok(List(names.map(|name| Id(name.to_owned())).collect()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<List, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(List(list))
    }
}

/// A number, or a text that is one.
pub(super) struct Decimal(pub(super) f64);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
        let text = Id::deserialize(from)?.0;
        let number = text.trim().parse().ok();
        let number = number.filter(|number: &f64| number.is_finite());
        number
            .map(Decimal)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is not a number")))
    }
}

/// Text, or a number or truth value as the text that it is written as.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Id(pub(super) String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Id, D::Error> {
        from.deserialize_any(IdVisitor)
    }
}

struct IdVisitor;

impl Visitor<'_> for IdVisitor {
    type Value = Id;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a text or a number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Id, E> {
        Ok(Id(text.to_owned()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Id, E> {
        Ok(Id(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Id, E> {
        Ok(Id(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Id, E> {
        Ok(Id(Value::from(number).to_string()))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Id, E> {
        Ok(Id(truth.to_string()))
    }
}
