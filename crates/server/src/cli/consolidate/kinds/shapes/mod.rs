//! Any number of labeled shapes an answer, any number an object: what all kinds of shapes share. What
//! differs is in the file of each kind, beside this folder.

mod gold;
mod points;
mod row;

use anyhow::{Context, bail};
use cairn_algorithms::shapes::{
    self, Labeled, ObjectShapes, Options, Reason, SHAPES_MAX, Shape, ShapeAnswer,
    ShapeConsolidation, Size, agreement,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::input::{Id, Place};
use super::super::names::Names;
use super::super::outcome::{Agreement, Figure, Outcome};
use super::super::{Job, Method, write};
use super::{given_labels, gold, id, label_number, no_answers, sort_labels};
pub(super) use points::{Vertex, points, vertices};
use row::Row;

/// How a kind of shapes is written.
pub(super) trait Format {
    type Shape: Shape;
    /// A shape in an answer.
    type Drawn: DeserializeOwned;
    /// The member that holds the shapes.
    const MEMBER: &'static str;
    /// Whether shapes are compared by how far apart they are, rather than by IoU.
    const IS_BY_DISTANCE: bool;

    fn label(drawn: &Self::Drawn) -> &Id;
    /// Its error says what about the shape is wrong.
    fn shape(drawn: &Self::Drawn) -> anyhow::Result<Self::Shape>;
    /// The members of a shape but its label.
    fn members(shape: &Self::Shape) -> Map<String, Value>;
}

struct Input<S> {
    names: Names,
    workers: Names,
    labels: Names,
    objects: Vec<ObjectShapes<S>>,
    /// By object and answer, where it was read.
    places: Vec<Vec<Place>>,
    rows: usize,
}

pub(super) fn run<F: Format>(job: &Job<'_>) -> anyhow::Result<Outcome> {
    let input = read::<F>(job)?;
    let (workers, labels) = (input.workers.len(), input.labels.len());
    job.progress
        .step(format!("consolidating {} answers", input.rows));
    let options = Options {
        method: match job.method {
            Method::GroundTruth => shapes::Method::GroundTruth,
            Method::Smaller => shapes::Method::Smaller,
            _ => shapes::Method::Cairn,
        },
        ..Options::default()
    };
    let found = shapes::consolidate(&input.objects, workers, labels, options)?;
    write_labels::<F>(job, &input, &found)?;
    let gold = gold(job, |source| {
        gold::compare::<F>(job, source, &input, &found)
    })?;
    let agreement = agreement::agreement(&input.objects, workers, labels)?;
    let decisions = || found.objects.iter().map(Option::as_ref);
    let each = decisions().map(|one| one.map(|one| (one.answers, Some(one.confidence()))));
    let mut outcome = Outcome::of_decisions(input.names, input.workers, input.rows, each);
    let skills = found.workers.iter().map(|skill| {
        let figures = [
            1.0 - skill.miss_rate,
            1.0 - skill.false_alarm_rate,
            skill.label_accuracy,
            skill.noise,
        ];
        (skill.answers, figures.map(Some))
    });
    outcome.set_skills(["found", "real", "label_accuracy", "noise"], skills);
    outcome.labels = Some(input.labels);
    outcome.agreement = agreement.map(|agreement| Agreement {
        objects: agreement.objects,
        figures: vec![
            Figure {
                name: if F::IS_BY_DISTANCE { "likeness" } else { "IoU" },
                value: agreement.iou,
                meaning: "of two workers' shapes of one thing with one label; 0 for a shape that only one of them drew",
            },
            Figure {
                name: "with any label",
                value: agreement.iou_any_label,
                meaning: "the same whatever their labels say",
            },
        ],
    });
    outcome.gold = gold;
    for (reason, why) in [
        (Reason::NoArea, "have no extent"),
        (Reason::Outside, "lie outside their object"),
    ] {
        let ignored = decisions()
            .zip(&input.places)
            .flat_map(|(decision, places)| {
                let ignored = decision.into_iter().flat_map(|one| &one.ignored);
                let ignored = ignored.filter(|shape| shape.reason == reason);
                ignored.map(|shape| places[shape.answer as usize])
            });
        let ignored: Vec<Place> = ignored.collect();
        if let Some(first) = ignored.iter().min() {
            outcome.remarks.push(format!(
                "{} of the {} {why} and do not count, the first in {}",
                ignored.len(),
                F::MEMBER,
                job.source.place(*first)
            ));
        }
    }
    Ok(outcome)
}

fn read<F: Format>(job: &Job<'_>) -> anyhow::Result<Input<F::Shape>> {
    let (mut names, mut workers) = (Names::default(), Names::default());
    let mut labels = given_labels(job)?;
    let mut objects: Vec<ObjectShapes<F::Shape>> = Vec::new();
    let mut counts: Vec<usize> = Vec::new();
    let mut places: Vec<Vec<Place>> = Vec::new();
    let mut rows = 0;
    let each = |place: Place, row: Row<F>| {
        let Some(worker) = &row.worker_id else {
            bail!("there is no `worker_id`");
        };
        let worker = id(&mut workers, "worker_id", worker)?;
        let size = size(&row)?;
        let object = id(&mut names, "object_id", &row.object_id)? as usize;
        if object == objects.len() {
            objects.push(ObjectShapes {
                size,
                answers: Vec::new(),
            });
            counts.push(0);
            places.push(Vec::new());
        } else if objects[object].size != size {
            bail!(
                "`{}` has another `width` or `height` than in its first answer",
                row.object_id.0
            );
        }
        counts[object] += row.drawn.len();
        if counts[object] > SHAPES_MAX {
            bail!(
                "the answers to `{}` have more than {SHAPES_MAX} {}",
                row.object_id.0,
                F::MEMBER
            );
        }
        let mut drawn = Vec::with_capacity(row.drawn.len());
        for (at, one) in row.drawn.iter().enumerate() {
            drawn.push(Labeled {
                label: label_number(&mut labels, job, F::label(one).0.as_bytes())?,
                shape: sound::<F>(one, at)?,
            });
        }
        places[object].push(place);
        objects[object].answers.push(ShapeAnswer {
            worker,
            shapes: drawn,
        });
        rows += 1;
        Ok(())
    };
    let structured = [F::MEMBER, "width", "height"];
    let ids = ["object_id", "worker_id"];
    job.source.rows(&ids, &structured, job.progress, each)?;
    if rows == 0 {
        return Err(no_answers(job));
    }
    let answers = objects.iter_mut().flat_map(|object| &mut object.answers);
    let used = answers.flat_map(|answer| &mut answer.shapes);
    sort_labels(job, &mut labels, used.map(|shape| &mut shape.label))?;
    Ok(Input {
        names,
        workers,
        labels,
        objects,
        places,
        rows,
    })
}

fn size<F: Format>(row: &Row<F>) -> anyhow::Result<Option<Size>> {
    match (row.width, row.height) {
        (None, None) => Ok(None),
        (Some(width), Some(height)) if width > 0.0 && height > 0.0 => {
            Ok(Some(Size { width, height }))
        }
        (Some(_), Some(_)) => bail!("`width` and `height` must be above 0"),
        _ => bail!("there must be both of `width` and `height`, or neither"),
    }
}

fn sound<F: Format>(drawn: &F::Drawn, at: usize) -> anyhow::Result<F::Shape> {
    let here = || format!("`{}[{at}]`", F::MEMBER);
    let shape = F::shape(drawn).with_context(here)?;
    if !shape.is_sound() {
        bail!(
            "{}: a coordinate is not a number of at most {:e}, or there are more than {} points",
            here(),
            shapes::COORDINATE_MAX,
            shapes::POINTS_MAX
        );
    }
    Ok(shape)
}

fn write_labels<F: Format>(
    job: &Job<'_>,
    input: &Input<F::Shape>,
    found: &ShapeConsolidation<F::Shape>,
) -> anyhow::Result<()> {
    job.outputs.write(&job.options.out, |out| {
        for (object, decision) in found.objects.iter().enumerate() {
            let Some(decision) = decision else { continue };
            let mut members = Vec::new();
            if let Some(size) = input.objects[object].size {
                members.push(("width", write::number(size.width)));
                members.push(("height", write::number(size.height)));
            }
            let shape = |one: &shapes::ConsolidatedShape<F::Shape>| {
                let mut members = Map::new();
                let label = input.labels.name(one.label as usize);
                members.insert("label".to_owned(), label.into());
                members.extend(F::members(&one.shape));
                let confidence = write::rounded(one.confidence);
                members.insert("confidence".to_owned(), confidence.into());
                Value::Object(members)
            };
            members.push((F::MEMBER, decision.shapes.iter().map(shape).collect()));
            let confidence = write::rounded(decision.confidence());
            members.push(("confidence", confidence.into()));
            members.push(("answers", decision.answers.into()));
            write::line(out, input.names.name(object), &members)?;
        }
        Ok(())
    })
}
