//! Ground Truth's worker responses: `annotations/worker-response/iteration-N/<line>/<time>.json`.
//!
//! The folder given may be any of the first three. An object is called by its line of the input
//! manifest. A file has all answers that the object had when it was written, so that answers come
//! again in later files: each is read once. What an element of the page answered becomes a row like
//! those of the other formats, by its shape: whatever its name, `label` is a classification,
//! `boundingBoxes` are boxes, and so on.

mod mask;

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::progress::Progress;
use super::Place;

/// Bytes that a file may have.
const BYTES_MAX: u64 = 1 << 28;

/// Where the files are, by object, an object's in the order in which they were written.
pub(super) struct Files {
    root: PathBuf,
    /// The one element that is read, if the user names one.
    element: Option<String>,
    files: Vec<Found>,
    /// Objects that were asked about and that nobody answered, as far as they were read.
    unanswered: Cell<usize>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    /// Numbers first, in their order.
    line: (u64, String),
    iteration: u64,
    path: PathBuf,
}

#[derive(Deserialize)]
struct Response {
    answers: Vec<Answer>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Answer {
    answer_content: Map<String, Value>,
    submission_time: Option<String>,
    worker_id: String,
}

impl Files {
    pub(super) fn find(root: &Path, element: Option<&str>) -> anyhow::Result<Files> {
        let places = [
            root.to_owned(),
            root.join("worker-response"),
            root.join("annotations").join("worker-response"),
        ];
        let mut files = Vec::new();
        if let Some(iteration) = iteration(root) {
            objects(root, iteration, &mut files)?;
        }
        for place in places.iter().filter(|place| place.is_dir()) {
            for folder in entries(place)? {
                if let Some(iteration) = iteration(&folder) {
                    objects(&folder, iteration, &mut files)?;
                }
            }
        }
        if files.is_empty() {
            bail!(
                "{} has no worker responses (annotations/worker-response/iteration-1/0/….json)",
                root.display()
            );
        }
        files.sort();
        Ok(Files {
            root: root.to_owned(),
            element: element.map(str::to_owned),
            files,
            unanswered: Cell::new(0),
        })
    }

    pub(super) fn unanswered(&self) -> usize {
        self.unanswered.get()
    }

    pub(super) fn place(&self, place: Place) -> String {
        let found = usize::try_from(place).ok();
        let found = found.and_then(|place| self.files.get(place));
        found
            .map_or(&self.root, |found| &found.path)
            .display()
            .to_string()
    }

    pub(super) fn columns(&self) -> anyhow::Result<Vec<String>> {
        for (place, found) in self.files.iter().enumerate() {
            if let Some(answer) = read(&found.path)?.first() {
                let row = self.row(&found.line.1, answer);
                let row = row.with_context(|| self.place(place as Place))?;
                return Ok(row.into_iter().map(|(name, _)| name).collect());
            }
        }
        Ok(Vec::new())
    }

    pub(super) fn values(
        &self,
        progress: &Progress,
        mut each: impl FnMut(Place, Map<String, Value>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let reading = format!("reading {}", self.root.display());
        progress.count(reading, self.files.len() as u64, "files");
        for (first, of_object) in chunks(&self.files) {
            let mut seen: Vec<Answer> = Vec::new();
            for (at, found) in of_object.iter().enumerate() {
                let place = (first + at) as Place;
                for answer in read(&found.path)? {
                    if !seen.contains(&answer) {
                        let row = self.row(&found.line.1, &answer);
                        each(place, row.with_context(|| self.place(place))?)?;
                        seen.push(answer);
                    }
                }
                progress.forward(1);
            }
            if seen.is_empty() {
                self.unanswered.update(|count| count + 1);
            }
        }
        Ok(())
    }

    /// The row of an answer: `object_id`, `worker_id`, and what the elements of the page answered.
    /// Texts and numbers count where nothing else was answered: they may be remarks.
    fn row(&self, object: &str, answer: &Answer) -> anyhow::Result<Map<String, Value>> {
        let mut row = Map::new();
        row.insert("object_id".to_owned(), object.into());
        row.insert("worker_id".to_owned(), answer.worker_id.clone().into());
        let ids = row.len();
        let elements = answer.answer_content.iter();
        let elements =
            elements.filter(|(name, _)| self.element.as_ref().is_none_or(|it| it == *name));
        for is_plain in [false, true] {
            if row.len() > ids {
                break;
            }
            for (element, value) in elements.clone() {
                let members = if is_plain {
                    plain(value)
                } else {
                    annotated(value).with_context(|| {
                        let worker = &answer.worker_id;
                        format!("`{element}` of worker {worker} to object {object}")
                    })?
                };
                for (name, value) in members {
                    let is_second = row.insert(name.to_owned(), value).is_some();
                    if is_second && !["width", "height"].contains(&name) {
                        bail!(
                            "`{element}` gives a second `{name}` of worker {}; --element names the one to read",
                            answer.worker_id
                        );
                    }
                }
            }
        }
        if row.len() == ids {
            let elements: Vec<&str> = answer.answer_content.keys().map(String::as_str).collect();
            bail!(
                "nothing of the answer of worker {} can be consolidated; it has {}",
                answer.worker_id,
                elements.join(", ")
            );
        }
        Ok(row)
    }
}

/// The files of each object, and where the first of them is.
fn chunks(files: &[Found]) -> impl Iterator<Item = (usize, &[Found])> {
    let mut first = 0;
    let same = |one: &Found, other: &Found| one.line == other.line;
    files.chunk_by(same).map(move |of_object| {
        let here = first;
        first += of_object.len();
        (here, of_object)
    })
}

fn iteration(folder: &Path) -> Option<u64> {
    let name = folder.file_name()?.to_str()?;
    name.strip_prefix("iteration-")?.parse().ok()
}

fn objects(folder: &Path, iteration: u64, files: &mut Vec<Found>) -> anyhow::Result<()> {
    for object in entries(folder)?
        .into_iter()
        .filter(|object| object.is_dir())
    {
        let name = object.file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        for path in entries(&object)? {
            let is_json = path.extension().is_some_and(|ending| ending == "json");
            // Nobody waits for a pipe that has the name of a file.
            if is_json && path.is_file() {
                files.push(Found {
                    line: (name.parse().unwrap_or(u64::MAX), name.clone()),
                    iteration,
                    path,
                });
            }
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let reading = || format!("cannot read {}", folder.display());
    let entries = fs::read_dir(folder).with_context(reading)?;
    let paths = entries.map(|entry| Ok(entry?.path()));
    paths.collect::<std::io::Result<_>>().with_context(reading)
}

fn read(path: &Path) -> anyhow::Result<Vec<Answer>> {
    let about = fs::metadata(path).with_context(|| format!("cannot open {}", path.display()))?;
    if about.len() > BYTES_MAX {
        bail!("{}: more than {BYTES_MAX} bytes", path.display());
    }
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
    let response: Response =
        serde_json::from_slice(text).with_context(|| path.display().to_string())?;
    Ok(response.answers)
}

/// What a field answered, as a member of a row.
fn plain(value: &Value) -> Vec<(&'static str, Value)> {
    match value {
        Value::String(text) => vec![("text", text.as_str().into())],
        Value::Number(number) => vec![("value", number.clone().into())],
        _ => Vec::new(),
    }
}

/// What an annotator answered, as members of a row; empty when its shape is not known.
fn annotated(value: &Value) -> anyhow::Result<Vec<(&'static str, Value)>> {
    if value.get("labeledImage").is_some() {
        return mask::members(value);
    }
    let mut row = Vec::new();
    for (name, member) in [
        ("label", "label"),
        ("labels", "labels"),
        ("boundingBoxes", "boxes"),
        ("keypoints", "keypoints"),
        ("polygons", "polygons"),
        ("polylines", "polylines"),
        ("lines", "lines"),
    ] {
        if let Some(value) = value.get(name) {
            row.push((member, value.clone()));
        }
    }
    if let Some(entities) = value.get("entities").and_then(Value::as_array) {
        let span = |entity: &Value| json!({"start": entity["startOffset"], "end": entity["endOffset"], "label": entity["label"]});
        row.push(("spans", entities.iter().map(span).collect()));
    }
    let image = value.get("inputImageProperties");
    for name in ["width", "height"] {
        if let Some(length) = image.and_then(|image| image.get(name)) {
            row.push((name, length.clone()));
        }
    }
    Ok(row)
}
