//! The kinds of answers. One file a kind, which reads its answers, consolidates them, and writes its
//! labels in the form of the answers; to add one, a variant of [`Task`] and a file beside this one.

mod boxes;
mod classification;
mod keypoints;
mod lines;
mod masks;
mod multi_label;
mod numbers;
mod polygons;
mod polylines;
mod ranking;
mod rotated_boxes;
mod shapes;
mod spans;
mod text;

use anyhow::{Context, bail};
use clap::ValueEnum;

use super::gold::Gold;
use super::input::{Id, Source};
use super::names::Names;
use super::outcome::Outcome;
use super::{Job, Method};

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Task {
    /// One label: column `label`
    Classification,
    /// One label, the labels in an order (that of --labels, or of numbers): column `label`
    Ordered,
    /// Any number of labels: column `labels`, a list
    MultiLabel,
    /// Bounding boxes: column `boxes`, a list
    Boxes,
    /// Boxes turned by an angle: column `rotated_boxes`, a list
    RotatedBoxes,
    /// Places that have a name: column `keypoints`, a list
    Keypoints,
    /// Outlines: column `polygons`, a list
    Polygons,
    /// Straight lines between two ends: column `lines`, a list
    Lines,
    /// Chains of lines: column `polylines`, a list
    Polylines,
    /// A class for every pixel: column `rle` or `runs`, a list
    Masks,
    /// Labeled ranges of a text: column `spans`, a list
    Spans,
    /// A text: column `text`
    Text,
    /// Items compared by two, columns `left`, `right` and `label` (the better one), or put in order,
    /// column `ranking`, a list
    Ranking,
    /// A number: column `value`
    Numbers,
}

/// What the columns of a kind look like, the first that fits.
const COLUMNS: &[(&str, Task)] = &[
    ("labels", Task::MultiLabel),
    ("boxes", Task::Boxes),
    ("rotated_boxes", Task::RotatedBoxes),
    ("keypoints", Task::Keypoints),
    ("polygons", Task::Polygons),
    ("lines", Task::Lines),
    ("polylines", Task::Polylines),
    ("rle", Task::Masks),
    ("runs", Task::Masks),
    ("spans", Task::Spans),
    ("ranking", Task::Ranking),
    ("left", Task::Ranking),
    ("value", Task::Numbers),
    ("label", Task::Classification),
    // Last: beside any other answer it is what was shown.
    ("text", Task::Text),
];

/// Columns that a list of boxes has within it.
const BOX: [&str; 4] = ["left", "top", "width", "height"];

/// The methods for one label, the default first, and last the one that knows of an order.
const ORDERING: &[Method] = &[
    Method::Cairn,
    Method::Majority,
    Method::GroundTruth,
    Method::DawidSkene,
    Method::DawidSkeneGroups,
    Method::OneCoin,
    Method::Guessing,
    Method::WeightedVotes,
    Method::Groups,
    Method::Glad,
    Method::Odds,
    Method::Ordered,
];
/// Those for labels without an order.
const CLASSIFYING: &[Method] = ORDERING.split_at(ORDERING.len() - 1).0;

impl Task {
    /// For people.
    pub(super) fn title(self) -> &'static str {
        match self {
            Task::Classification => "classification",
            Task::Ordered => "ordered classification",
            Task::MultiLabel => "multi-label classification",
            Task::Boxes => "bounding boxes",
            Task::RotatedBoxes => "rotated boxes",
            Task::Keypoints => "keypoints",
            Task::Polygons => "polygons",
            Task::Lines => "lines",
            Task::Polylines => "polylines",
            Task::Masks => "masks",
            Task::Spans => "spans",
            Task::Text => "text",
            Task::Ranking => "ranking",
            Task::Numbers => "numbers",
        }
    }

    /// The methods that it has, the default first.
    pub(super) fn methods(self) -> &'static [Method] {
        match self {
            Task::Classification => CLASSIFYING,
            Task::Ordered => ORDERING,
            Task::MultiLabel | Task::Spans => {
                &[Method::Cairn, Method::Majority, Method::GroundTruth]
            }
            Task::Boxes
            | Task::RotatedBoxes
            | Task::Keypoints
            | Task::Polygons
            | Task::Lines
            | Task::Polylines => &[Method::Cairn, Method::GroundTruth, Method::Smaller],
            Task::Text => &[Method::Cairn],
            Task::Masks | Task::Ranking => &[Method::Cairn, Method::Majority],
            Task::Numbers => &[Method::Cairn, Method::Mean, Method::Median],
        }
    }

    /// Whether its answers have labels out of a list.
    pub(super) fn has_labels(self) -> bool {
        !matches!(self, Task::Text | Task::Ranking | Task::Numbers)
    }

    /// Whether a method of it uses true labels that are known.
    pub(super) fn takes_known(self, method: Method) -> bool {
        let is_fitted = method == Method::Cairn || classification::model(method).is_some();
        matches!(self, Task::Classification | Task::Ordered) && is_fitted
    }
}

/// What kind of answers a source looks like.
pub(super) fn guess(source: &Source) -> anyhow::Result<Task> {
    let columns = source.columns()?;
    let has = |name: &str| columns.iter().any(|column| column == name);
    if BOX.iter().all(|column| has(column)) {
        bail!(
            "{}: the columns {} look like a box; boxes are a list in JSON, in a column `boxes`",
            source.path().display(),
            BOX.join(", ")
        );
    }
    let fits: Vec<&(&str, Task)> = COLUMNS.iter().filter(|(column, _)| has(column)).collect();
    // A `text` is what was shown, and a `label` the better of two.
    if let [(first, task), (second, other), ..] = fits[..]
        && task != other
        && *task != Task::Ranking
        && *other != Task::Text
    {
        bail!(
            "{}: there are the columns `{first}` and `{second}`; --task says which has the answers",
            source.path().display()
        );
    }
    match fits.first() {
        Some((_, task)) => Ok(*task),
        None if columns.is_empty() => bail!("{} has no answers", source.path().display()),
        None => {
            let known: Vec<&str> = COLUMNS.iter().map(|(column, _)| *column).collect();
            bail!(
                "{}: no column tells what kind of answers these are; one of {} would, the columns are {}",
                source.path().display(),
                known.join(", "),
                columns.join(", ")
            )
        }
    }
}

pub(super) fn run(job: &Job<'_>) -> anyhow::Result<Outcome> {
    match job.task {
        Task::Classification | Task::Ordered => classification::run(job),
        Task::MultiLabel => multi_label::run(job),
        Task::Boxes => shapes::run::<boxes::Boxes>(job),
        Task::RotatedBoxes => shapes::run::<rotated_boxes::RotatedBoxes>(job),
        Task::Keypoints => shapes::run::<keypoints::Keypoints>(job),
        Task::Polygons => shapes::run::<polygons::Polygons>(job),
        Task::Lines => shapes::run::<lines::Lines>(job),
        Task::Polylines => shapes::run::<polylines::Polylines>(job),
        Task::Masks => masks::run(job),
        Task::Spans => spans::run(job),
        Task::Text => text::run(job),
        Task::Ranking => ranking::run(job),
        Task::Numbers => numbers::run(job),
    }
}

/// The label categories that the user names; none when the answers name them.
fn given_labels(job: &Job<'_>) -> anyhow::Result<Names> {
    let mut labels = Names::default();
    for label in job.options.labels.iter() {
        labels
            .number(label.as_bytes())
            .with_context(|| format!("--labels: `{label}`"))?;
    }
    Ok(labels)
}

/// The number of a label: a new one where the answers name them, else an error.
fn label_number(labels: &mut Names, job: &Job<'_>, label: &[u8]) -> anyhow::Result<u32> {
    if job.options.labels.is_empty() {
        return number(labels, "label", label);
    }
    match labels.find(label) {
        Some(number) => Ok(number),
        None => bail!(
            "`{}` is not one of the labels {}",
            String::from_utf8_lossy(label),
            job.options.labels.listed()
        ),
    }
}

/// Puts labels in order, where the answers name them, and renumbers those that the answers use: ties go
/// to the first label, which must not depend on who answered first.
fn sort_labels<'a>(
    job: &Job<'_>,
    labels: &mut Names,
    used: impl IntoIterator<Item = &'a mut u32>,
) -> anyhow::Result<()> {
    if job.options.labels.is_empty() {
        let (sorted, new) = labels.sorted()?;
        *labels = sorted;
        for label in used {
            *label = new[*label as usize];
        }
    }
    Ok(())
}

/// Holds labels against true ones, where the user has them.
fn gold(
    job: &Job<'_>,
    compare: impl FnOnce(&Source) -> anyhow::Result<Gold>,
) -> anyhow::Result<Option<Gold>> {
    let Some(path) = &job.options.gold else {
        return Ok(None);
    };
    compare(&Source::open(path, None)?).map(Some)
}

/// The number of a name; its error names the column.
fn number(names: &mut Names, column: &str, name: &[u8]) -> anyhow::Result<u32> {
    names
        .number(name)
        .map_err(|error| anyhow::anyhow!("`{column}` {error}"))
}

fn id(names: &mut Names, column: &str, id: &Id) -> anyhow::Result<u32> {
    number(names, column, id.0.as_bytes())
}

fn no_answers(job: &Job<'_>) -> anyhow::Error {
    anyhow::anyhow!("{} has no answers", job.source.path().display())
}
