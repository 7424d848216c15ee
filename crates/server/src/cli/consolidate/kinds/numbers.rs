//! One number an answer, one number an object: ratings, counts, positions of a slider.

use anyhow::bail;
use cairn_algorithms::agreement::krippendorff::{Difference, Units, alpha};
use cairn_algorithms::numbers::{Estimate, NumberAnswer, Numbers, VALUE_MAX, plain, robust};
use serde::Deserialize;

use super::super::gold::Gold;
use super::super::input::{Decimal, Id, Source};
use super::super::names::Names;
use super::super::outcome::{Agreement, Figure, Outcome};
use super::super::{Job, Method, write};
use super::{gold, id, no_answers};

#[derive(Deserialize)]
struct Row {
    object_id: Id,
    worker_id: Id,
    value: Decimal,
}

#[derive(Deserialize)]
struct Truth {
    object_id: Id,
    value: Decimal,
}

/// The number of an object, and how far off it may be where the method knows.
type Found = Option<(f64, Option<Estimate>)>;

pub(super) fn run(job: &Job<'_>) -> anyhow::Result<Outcome> {
    let (mut objects, mut workers) = (Names::default(), Names::default());
    let mut list = Vec::new();
    job.source.rows(
        &["object_id", "worker_id", "value"],
        &[],
        job.progress,
        |_, row: Row| {
            list.push(NumberAnswer {
                object: id(&mut objects, "object_id", &row.object_id)?,
                worker: id(&mut workers, "worker_id", &row.worker_id)?,
                value: within(&row.value)?,
            });
            Ok(())
        },
    )?;
    if list.is_empty() {
        return Err(no_answers(job));
    }
    let numbers = Numbers::new(objects.len(), workers.len(), &list, None)?;
    job.progress
        .step(format!("consolidating {} answers", list.len()));
    let plainly = |values: Vec<Option<f64>>| -> Vec<Found> {
        let values = values.into_iter();
        values.map(|value| Some((value?, None))).collect()
    };
    let (found, skills) = match job.method {
        Method::Mean => (plainly(plain::means(&numbers)), Vec::new()),
        Method::Median => (plainly(plain::medians(&numbers)), Vec::new()),
        _ => {
            let consolidation = robust::consolidate(&numbers, robust::Options::default());
            let estimates = consolidation.objects.into_iter();
            let found = estimates.map(|one| one.map(|one| (one.value, Some(one))));
            (found.collect(), consolidation.workers)
        }
    };
    let answers: Vec<u32> = (0..objects.len())
        .map(|object| numbers.of(object).len() as u32)
        .collect();
    write_labels(job, &objects, &found, &answers)?;
    let gold = gold(job, |source| compare(job, source, &objects, &found))?;
    let errors: Vec<Option<f64>> = found
        .iter()
        .map(|found| found.as_ref()?.1?.standard_error)
        .collect();
    let units = Units::of_numbers(&numbers);
    let confidences = vec![None; objects.len()];
    let mut outcome = Outcome::new(objects, workers, list.len(), answers, confidences);
    outcome.set_errors(errors);
    if skills.is_empty() {
        for answer in (0..outcome.objects.len()).flat_map(|object| numbers.of(object)) {
            outcome.skills[answer.0 as usize].answers += 1;
        }
    } else {
        let skills = skills.iter().map(|skill| {
            let figures = [skill.weight, skill.bias, skill.stretch, skill.spread];
            (skill.answers, figures.map(Some))
        });
        outcome.set_skills(["weight", "bias", "stretch", "spread"], skills);
    }
    outcome.agreement = alpha(&units, Difference::Interval).map(|alpha| Agreement {
        objects: outcome.answers.iter().filter(|count| **count > 1).count(),
        figures: vec![Figure {
            name: "Krippendorff's alpha of differences",
            value: alpha,
            meaning: "1 where all give the same number, 0 where they are as near as by chance",
        }],
    });
    outcome.gold = gold;
    Ok(outcome)
}

fn write_labels(
    job: &Job<'_>,
    objects: &Names,
    found: &[Found],
    answers: &[u32],
) -> anyhow::Result<()> {
    job.outputs.write(&job.options.out, |out| {
        for (object, found) in found.iter().enumerate() {
            let Some((value, estimate)) = found else {
                continue;
            };
            let mut members = vec![("value", write::significant(*value).into())];
            if let Some(estimate) = estimate {
                let error = estimate.standard_error.map(write::significant);
                members.push(("standard_error", error.into()));
                let interval = estimate.interval.map(|(low, high)| [low, high]);
                let interval = interval.map(|ends| ends.map(write::significant).to_vec());
                members.push(("interval", interval.into()));
            }
            members.push(("answers", answers[object].into()));
            write::line(out, objects.name(object), &members)?;
        }
        Ok(())
    })
}

fn compare(
    job: &Job<'_>,
    source: &Source,
    objects: &Names,
    found: &[Found],
) -> anyhow::Result<Gold> {
    let (mut count, mut missing) = (0usize, 0);
    let (mut absolute, mut squared) = (0.0, 0.0);
    let (mut intervals, mut covered) = (0u32, 0u32);
    source.rows(
        &["object_id", "value"],
        &[],
        job.progress,
        |_, row: Truth| {
            let object = objects.find(row.object_id.0.as_bytes());
            let object = object.and_then(|object| found[object as usize].as_ref());
            let Some((value, estimate)) = object else {
                missing += 1;
                return Ok(());
            };
            let truth = within(&row.value)?;
            let off = value - truth;
            count += 1;
            absolute += off.abs();
            squared += off * off;
            if let Some((low, high)) = estimate.and_then(|estimate| estimate.interval) {
                intervals += 1;
                covered += u32::from((low..=high).contains(&truth));
            }
            Ok(())
        },
    )?;
    Gold::new(source.path(), count, missing, || {
        let mut figures = vec![
            Figure {
                name: "mean error",
                value: absolute / count as f64,
                meaning: "mean distance from the true number",
            },
            Figure {
                name: "root mean square error",
                value: (squared / count as f64).sqrt(),
                meaning: "the same, where large distances count more",
            },
        ];
        if intervals > 0 {
            figures.push(Figure {
                name: "within the interval",
                value: f64::from(covered) / f64::from(intervals),
                meaning: "share of true numbers within the interval; 0.95 is honest",
            });
        }
        figures
    })
}

/// A number that can be reckoned with.
fn within(value: &Decimal) -> anyhow::Result<f64> {
    if value.0.abs() > VALUE_MAX {
        bail!("`value` is not a number within ±{VALUE_MAX:e}");
    }
    Ok(value.0)
}
