//! A class for every pixel: `rle`, lengths of runs down the columns, of background and foreground by
//! turns; or `runs`, pairs of class and length. Class 0 is the background.
//!
//! Classes are numbers, or names: those of --labels, the first being the background, or those that
//! are given, where `background` comes first.

use anyhow::{Context, bail};
use cairn_algorithms::masks::{
    self, CLASSES_MAX, Consolidation, Mask, MaskAnswer, Options, Order, Run, Shape,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::gold::Gold;
use super::super::input::{Id, Source};
use super::super::names::Names;
use super::super::outcome::{Agreement, Figure, Outcome};
use super::super::{Job, Method, WorkersAre, write};
use super::{given_labels, gold, id, no_answers};

const BACKGROUND: &str = "background";
/// Columns that hold JSON in CSV.
const STRUCTURED: [&str; 4] = ["rle", "runs", "width", "height"];

#[derive(Deserialize)]
struct Row {
    object_id: Id,
    worker_id: Option<Id>,
    width: u32,
    height: u32,
    rle: Option<Vec<u32>>,
    runs: Option<Vec<(Class, u32)>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Class {
    Number(u16),
    Name(String),
}

/// What classes are called; none where they are numbers.
#[derive(Default)]
struct Classes {
    names: Names,
    are_named: bool,
    are_numbered: bool,
    is_open: bool,
    most: u16,
}

pub(super) fn run(job: &Job<'_>) -> anyhow::Result<Outcome> {
    let (mut names, mut workers) = (Names::default(), Names::default());
    let given = given_labels(job)?;
    let mut classes = Classes {
        is_open: given.len() == 0,
        names: given,
        ..Classes::default()
    };
    if classes.is_open {
        classes.names.number(BACKGROUND.as_bytes())?;
    }
    let mut objects: Vec<Vec<MaskAnswer>> = Vec::new();
    let mut rows = 0;
    let mut is_binary = true;
    job.source.rows(
        &["object_id", "worker_id"],
        &STRUCTURED,
        job.progress,
        |_, row: Row| {
            let Some(worker) = &row.worker_id else {
                bail!("there is no `worker_id`");
            };
            let worker = id(&mut workers, "worker_id", worker)?;
            let object = id(&mut names, "object_id", &row.object_id)? as usize;
            is_binary &= row.rle.is_some();
            let mask = classes.mask(&row)?;
            if object == objects.len() {
                objects.push(Vec::new());
            }
            if let Some(first) = objects[object].first()
                && first.mask.shape() != mask.shape()
            {
                let (first, found) = (first.mask.shape(), mask.shape());
                bail!(
                    "the mask of worker `{}` to `{}` has {} × {} pixels, that of its first answer {} × {}",
                    workers.name(worker as usize),
                    row.object_id.0,
                    found.width,
                    found.height,
                    first.width,
                    first.height
                );
            }
            objects[object].push(MaskAnswer { worker, mask });
            rows += 1;
            Ok(())
        },
    )?;
    if rows == 0 {
        return Err(no_answers(job));
    }
    let count = classes.count();
    job.progress.step(format!("consolidating {rows} answers"));
    let options = Options {
        method: match job.method {
            Method::Majority => masks::Method::Vote,
            _ => masks::Method::Cairn,
        },
        workers_are_persons: job.options.workers_are == WorkersAre::Persons,
    };
    let found = masks::consolidate(&objects, workers.len(), count, &options)?;
    write_labels(job, &names, &classes, &found, is_binary)?;
    let gold = gold(job, |source| {
        compare(job, source, &names, &mut classes, &found)
    })?;
    let decisions = found.objects.iter().map(Option::as_ref);
    let decisions = decisions.map(|one| one.map(|one| (one.answers, Some(one.confidence))));
    let mut outcome = Outcome::of_decisions(names, workers, rows, decisions);
    if options.workers_are_persons {
        let skills = found.workers.iter();
        outcome.set_skills(
            ["agreement"],
            skills.map(|skill| (skill.answers, [skill.agreement])),
        );
    } else {
        for answers in &objects {
            // As in consolidation, one answer a position and object counts.
            let mut workers: Vec<u32> = answers.iter().map(|answer| answer.worker).collect();
            workers.sort_unstable();
            workers.dedup();
            for worker in workers {
                outcome.skills[worker as usize].answers += 1;
            }
        }
    }
    outcome.agreement = found.agreement.map(|agreement| Agreement {
        objects: outcome.answers.iter().filter(|count| **count > 1).count(),
        figures: vec![Figure {
            name: "IoU",
            value: agreement,
            meaning: "of two workers' masks of one object, over the classes but the background",
        }],
    });
    outcome.gold = gold;
    Ok(outcome)
}

impl Classes {
    fn count(&self) -> usize {
        let numbered = usize::from(self.most) + 1;
        numbered.max(if self.are_named { self.names.len() } else { 0 })
    }

    fn mask(&mut self, row: &Row) -> anyhow::Result<Mask> {
        let mask = match (&row.rle, &row.runs) {
            (Some(lengths), None) => {
                self.most = self.most.max(1);
                Mask::from_binary_rle(row.width, row.height, lengths)?
            }
            (None, Some(runs)) => {
                let shape = Shape {
                    width: row.width,
                    height: row.height,
                    order: Order::Columns,
                };
                let mut list = Vec::with_capacity(runs.len());
                for (class, length) in runs {
                    list.push(Run {
                        class: self.number(class)?,
                        length: *length,
                    });
                }
                Mask::from_runs(shape, CLASSES_MAX, list)?
            }
            _ => bail!("there must be one of `rle` and `runs`"),
        };
        Ok(mask)
    }

    fn number(&mut self, class: &Class) -> anyhow::Result<u16> {
        let number = match class {
            Class::Number(number) => {
                self.are_numbered = true;
                *number
            }
            Class::Name(name) => {
                self.are_named = true;
                let found = match self.names.find(name.as_bytes()) {
                    None if self.is_open => {
                        super::number(&mut self.names, "runs", name.as_bytes())?
                    }
                    None => bail!("`runs`: `{name}` is not one of the labels"),
                    Some(found) => found,
                };
                u16::try_from(found).context("`runs` has too many classes")?
            }
        };
        if self.are_named && self.are_numbered {
            bail!("`runs` has classes by number and by name");
        }
        if usize::from(number) >= CLASSES_MAX {
            bail!("`runs`: class {number} is not below {CLASSES_MAX}");
        }
        self.most = self.most.max(number);
        Ok(number)
    }

    fn shown(&self, class: u16) -> Value {
        match self.are_named {
            true => self.names.name(usize::from(class)).into(),
            false => class.into(),
        }
    }
}

fn write_labels(
    job: &Job<'_>,
    names: &Names,
    classes: &Classes,
    found: &Consolidation,
    is_binary: bool,
) -> anyhow::Result<()> {
    job.outputs.write(&job.options.out, |out| {
        for (object, decision) in found.objects.iter().enumerate() {
            let Some(decision) = decision else { continue };
            let shape = decision.mask.shape();
            let mask = if is_binary {
                ("rle", decision.mask.to_binary_rle().into())
            } else {
                let runs = decision.mask.runs();
                let runs = runs.map(|run| json!([classes.shown(run.class), run.length]));
                ("runs", runs.collect::<Vec<Value>>().into())
            };
            let members = [
                ("width", shape.width.into()),
                ("height", shape.height.into()),
                mask,
                ("confidence", write::rounded(decision.confidence).into()),
                ("answers", decision.answers.into()),
            ];
            write::line(out, names.name(object), &members)?;
        }
        Ok(())
    })
}

/// Mean over objects of the mean IoU of the classes but the background that either mask has.
fn compare(
    job: &Job<'_>,
    source: &Source,
    names: &Names,
    classes: &mut Classes,
    found: &Consolidation,
) -> anyhow::Result<Gold> {
    let (mut count, mut missing) = (0usize, 0);
    let mut sum = 0.0;
    source.rows(&["object_id"], &STRUCTURED, job.progress, |_, row: Row| {
        let object = names.find(row.object_id.0.as_bytes());
        let decision = object.and_then(|object| found.objects[object as usize].as_ref());
        let Some(decision) = decision else {
            missing += 1;
            return Ok(());
        };
        let truth = classes.mask(&row)?;
        if truth.shape() != decision.mask.shape() {
            bail!("`{}` has another size than in its answers", row.object_id.0);
        }
        count += 1;
        sum += iou(&decision.mask, &truth);
        Ok(())
    })?;
    Gold::new(source.path(), count, missing, || {
        vec![Figure {
            name: "mean IoU",
            value: sum / count as f64,
            meaning: "of the label and the true mask, over the classes but the background, over objects",
        }]
    })
}

/// 1 where neither has anything but background. Both have one size.
fn iou(one: &Mask, other: &Mask) -> f64 {
    let (areas, others) = (one.areas(CLASSES_MAX), other.areas(CLASSES_MAX));
    let mut shared = vec![0u64; CLASSES_MAX];
    let (mut left, mut right) = (one.runs(), other.runs());
    let (mut here, mut there) = (left.next(), right.next());
    while let (Some(mine), Some(theirs)) = (&mut here, &mut there) {
        let length = mine.length.min(theirs.length);
        if mine.class == theirs.class {
            shared[usize::from(mine.class)] += u64::from(length);
        }
        mine.length -= length;
        theirs.length -= length;
        let (mine_ended, theirs_ended) = (mine.length == 0, theirs.length == 0);
        if mine_ended {
            here = left.next();
        }
        if theirs_ended {
            there = right.next();
        }
    }
    let (mut sum, mut met) = (0.0, 0u32);
    for class in 1..CLASSES_MAX {
        let union = areas[class] + others[class] - shared[class];
        if union > 0 {
            sum += shared[class] as f64 / union as f64;
            met += 1;
        }
    }
    if met == 0 { 1.0 } else { sum / f64::from(met) }
}
