//! Any number of labeled shapes an answer, any number an object: what all kinds of shapes share.

use anyhow::bail;
use cairn_algorithms::shapes::{
    self, Labeled, ObjectShapes, Options, Reason, SHAPES_MAX, Shape, ShapeAnswer,
    ShapeConsolidation, ShapeDecision, Size, agreement,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::gold::Gold;
use super::super::input::{Id, Place, Source};
use super::super::names::Names;
use super::super::outcome::{Agreement, Figure, Outcome, WorkerSkill};
use super::super::{Job, Method, write};
use super::{given_labels, id, label_number, no_answers};

/// How a kind of shapes is written.
pub(super) trait Format {
    type Shape: Shape;
    /// A shape in an answer.
    type Drawn: DeserializeOwned;
    /// The row of an answer.
    type Row: DeserializeOwned + Into<Row<Self::Drawn>>;
    /// The member that holds the shapes.
    const MEMBER: &'static str;
    /// What its shapes have in common when they are alike.
    const LIKENESS: &'static str;

    fn label(drawn: &Self::Drawn) -> &Id;
    fn shape(drawn: &Self::Drawn) -> Self::Shape;
    /// The members of a shape but its label.
    fn members(shape: &Self::Shape) -> Map<String, Value>;
}

/// What a row of any kind of shapes has; of true labels without a worker.
pub(super) struct Row<D> {
    pub(super) object_id: Id,
    pub(super) worker_id: Option<Id>,
    pub(super) width: Option<f64>,
    pub(super) height: Option<f64>,
    pub(super) drawn: Vec<D>,
}

struct Input<S> {
    names: Names,
    workers: Names,
    labels: Names,
    objects: Vec<ObjectShapes<S>>,
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
    let gold = match &job.options.gold {
        Some(path) => Some(compare::<F>(
            job,
            &Source::open(path, None)?,
            &input,
            &found,
        )?),
        None => None,
    };
    let agreement = agreement::agreement(&input.objects, workers, labels)?;
    let decisions = || found.objects.iter().map(Option::as_ref);
    let answers = decisions().map(|decision| decision.map_or(0, |decision| decision.answers));
    let mut outcome = Outcome::new(
        input.names,
        input.workers,
        input.rows,
        answers.collect(),
        decisions().map(|decision| confidence(decision?)).collect(),
    );
    outcome.skill_names = vec!["found", "real", "label_accuracy", "noise"];
    outcome.skills = found
        .workers
        .iter()
        .map(|skill| WorkerSkill {
            answers: skill.answers,
            figures: [
                1.0 - skill.miss_rate,
                1.0 - skill.false_alarm_rate,
                skill.label_accuracy,
                skill.noise,
            ]
            .map(Some)
            .to_vec(),
        })
        .collect();
    outcome.labels = Some(input.labels);
    outcome.agreement = agreement.map(|agreement| Agreement {
        objects: agreement.objects,
        figures: vec![
            Figure {
                name: F::LIKENESS,
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
    let ignored = |reason: Reason| {
        let ignored = decisions().flatten().flat_map(|decision| &decision.ignored);
        ignored.filter(|shape| shape.reason == reason).count()
    };
    for (count, why) in [
        (ignored(Reason::NoArea), "have no extent"),
        (ignored(Reason::Outside), "lie outside their object"),
    ] {
        if count > 0 {
            outcome
                .remarks
                .push(format!("{count} {} {why} and do not count", F::MEMBER));
        }
    }
    Ok(outcome)
}

fn read<F: Format>(job: &Job<'_>) -> anyhow::Result<Input<F::Shape>> {
    let (mut names, mut workers) = (Names::default(), Names::default());
    let mut labels = given_labels(job)?;
    let mut objects: Vec<ObjectShapes<F::Shape>> = Vec::new();
    let mut counts: Vec<usize> = Vec::new();
    let mut rows = 0;
    let each = |_: Place, row: F::Row| {
        let row: Row<F::Drawn> = row.into();
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
        objects[object].answers.push(ShapeAnswer {
            worker,
            shapes: drawn,
        });
        rows += 1;
        Ok(())
    };
    let structured = [F::MEMBER, "width", "height"];
    job.source
        .rows(&["object_id", "worker_id"], &structured, job.progress, each)?;
    if rows == 0 {
        return Err(no_answers(job));
    }
    if job.options.labels.is_empty() {
        let (sorted, new) = labels.sorted()?;
        labels = sorted;
        let answers = objects.iter_mut().flat_map(|object| &mut object.answers);
        for shape in answers.flat_map(|answer| &mut answer.shapes) {
            shape.label = new[shape.label as usize];
        }
    }
    Ok(Input {
        names,
        workers,
        labels,
        objects,
        rows,
    })
}

fn size<D>(row: &Row<D>) -> anyhow::Result<Option<Size>> {
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
    let shape = F::shape(drawn);
    if !shape.is_sound() {
        bail!(
            "`{}[{at}]`: a coordinate is not a number of at most {:e}",
            F::MEMBER,
            shapes::COORDINATE_MAX
        );
    }
    Ok(shape)
}

/// The mean of its shapes'; none where there is nothing.
fn confidence<S>(decision: &ShapeDecision<S>) -> Option<f64> {
    let sum: f64 = decision.shapes.iter().map(|shape| shape.confidence).sum();
    (!decision.shapes.is_empty()).then(|| sum / decision.shapes.len() as f64)
}

fn write_labels<F: Format>(
    job: &Job<'_>,
    input: &Input<F::Shape>,
    found: &ShapeConsolidation<F::Shape>,
) -> anyhow::Result<()> {
    write::whole(&job.options.out, |out| {
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
            let confidence = confidence(decision).map(write::rounded);
            members.push(("confidence", confidence.into()));
            members.push(("answers", decision.answers.into()));
            write::line(out, input.names.name(object), &members)?;
        }
        Ok(())
    })
}

/// Pairs shapes with true ones of the same label one to one, from the most alike down.
fn compare<F: Format>(
    job: &Job<'_>,
    source: &Source,
    input: &Input<F::Shape>,
    found: &ShapeConsolidation<F::Shape>,
) -> anyhow::Result<Gold> {
    let (mut objects, mut missing) = (0, 0);
    let (mut given, mut wanted) = (0usize, 0usize);
    let mut likenesses: Vec<f64> = Vec::new();
    let structured = [F::MEMBER, "width", "height"];
    source.rows(
        &["object_id"],
        &structured,
        job.progress,
        |_, row: F::Row| {
            let row: Row<F::Drawn> = row.into();
            let Some(object) = input.names.find(row.object_id.0.as_bytes()) else {
                missing += 1;
                return Ok(());
            };
            let decision = found.objects[object as usize].as_ref();
            let decided = decision.map_or(&[][..], |decision| &decision.shapes);
            let mut pairs = Vec::new();
            for (at, truth) in row.drawn.iter().enumerate() {
                let shape = sound::<F>(truth, at)?;
                let label = input.labels.find(F::label(truth).0.as_bytes());
                for (number, one) in decided.iter().enumerate() {
                    let likeness = one.shape.likeness(&shape, 1.0);
                    if label == Some(one.label) && likeness >= 0.5 {
                        pairs.push((likeness, at, number));
                    }
                }
            }
            pairs.sort_by(|one, other| other.0.total_cmp(&one.0));
            let mut taken = vec![false; row.drawn.len()];
            let mut used = vec![false; decided.len()];
            for (likeness, truth, number) in pairs {
                if !taken[truth] && !used[number] {
                    (taken[truth], used[number]) = (true, true);
                    likenesses.push(likeness);
                }
            }
            objects += 1;
            given += decided.len();
            wanted += row.drawn.len();
            Ok(())
        },
    )?;
    if objects == 0 {
        bail!(
            "{}: none of its objects has an answer",
            source.path().display()
        );
    }
    let f1 = |least: f64| {
        let right = likenesses.iter().filter(|likeness| **likeness >= least);
        match given + wanted {
            0 => 1.0,
            all => 2.0 * right.count() as f64 / all as f64,
        }
    };
    let mean = likenesses.iter().sum::<f64>() / likenesses.len().max(1) as f64;
    Ok(Gold {
        objects,
        missing,
        figures: vec![
            Figure {
                name: "F1 at IoU .5",
                value: f1(0.5),
                meaning: "twice the true shapes found, of those found and those that are true",
            },
            Figure {
                name: "F1 at IoU .75",
                value: f1(0.75),
                meaning: "the same, where only shapes that are more alike count",
            },
            Figure {
                name: "mean IoU",
                value: mean,
                meaning: "of shapes found and the true ones, where it is at least one half",
            },
        ],
        calibration: Vec::new(),
        confusion: Vec::new(),
    })
}
