//! Writes files: labels through what each kind makes of an object, workers, objects that deserve one
//! more answer.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value};

use super::names::Names;
use super::outcome::{Confusions, Outcome};
use super::outputs::Outputs;

/// One row a worker; the confusion is JSON: true label → label given → share.
pub(super) fn workers(outputs: &Outputs, path: &Path, outcome: &Outcome) -> anyhow::Result<()> {
    outputs.write(path, |out| {
        let mut rows = csv::Writer::from_writer(out);
        let mut header = vec!["worker_id", "answers"];
        header.extend(&outcome.skill_names);
        if outcome.confusions.is_some() {
            header.push("confusion");
        }
        rows.write_record(header)?;
        for (worker, skill) in outcome.skills.iter().enumerate() {
            let mut row = vec![outcome.workers.name(worker).to_owned()];
            row.push(skill.answers.to_string());
            let figure =
                |figure: &Option<f64>| figure.map_or(String::new(), |it| format!("{it:.6}"));
            row.extend(skill.figures.iter().map(figure));
            if let (Some(confusions), Some(labels)) = (&outcome.confusions, &outcome.labels) {
                row.push(confusion(confusions, worker, labels).to_string());
            }
            rows.write_record(row)?;
        }
        rows.flush()?;
        Ok(())
    })
}

fn confusion(confusions: &Confusions, worker: usize, labels: &Names) -> Value {
    let of_worker = &confusions.by_worker[worker].confusion;
    // By true label, in order: how many answers there are, and each label given.
    let mut by_truth: BTreeMap<u32, (f64, Vec<(u32, f64)>)> = BTreeMap::new();
    for (given, counts) in of_worker.given.iter().zip(&of_worker.counts) {
        for (truth, count) in counts {
            let (all, each) = by_truth.entry(*truth).or_default();
            *all += count;
            each.push((*given, *count));
        }
    }
    let mut confusion = Map::new();
    for (truth, (all, each)) in by_truth {
        let shares = each
            .into_iter()
            .map(|(given, count)| (given, rounded(count / all)));
        let shares: Map<String, Value> = shares
            .filter(|(_, share)| *share > 0.0)
            .map(|(given, share)| (labels.name(given as usize).to_owned(), share.into()))
            .collect();
        if !shares.is_empty() {
            confusion.insert(labels.name(truth as usize).to_owned(), shares.into());
        }
    }
    confusion.into()
}

/// One row an object, the one that most deserves it first.
pub(super) fn deserving(outputs: &Outputs, path: &Path, outcome: &Outcome) -> anyhow::Result<()> {
    outputs.write(path, |out| {
        let mut rows = csv::Writer::from_writer(out);
        let (name, values) = outcome.unsure();
        rows.write_record(["object_id", "answers", name])?;
        for object in &outcome.deserving {
            let object = *object as usize;
            rows.write_record([
                outcome.objects.name(object),
                &outcome.answers[object].to_string(),
                &values[object].map_or(String::new(), |value| format!("{value:.6}")),
            ])?;
        }
        rows.flush()?;
        Ok(())
    })
}

/// A line of the labels: `object_id`, then what the kind has to say, as members of JSON.
pub(super) fn line(
    out: &mut dyn Write,
    object: &str,
    members: &[(&str, Value)],
) -> anyhow::Result<()> {
    out.write_all(b"{\"object_id\":")?;
    serde_json::to_writer(&mut *out, object)?;
    for (name, value) in members {
        write!(out, ",\"{name}\":")?;
        serde_json::to_writer(&mut *out, value)?;
    }
    out.write_all(b"}\n")?;
    Ok(())
}

/// Six decimals.
pub(super) fn rounded(value: f64) -> f64 {
    // Nothing is not less than nothing: -0 becomes 0.
    (value * 1e6).round() / 1e6 + 0.0
}

/// Twelve digits, which is more than anybody measures: the last few of a mean are rounding.
pub(super) fn significant(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

/// A figure with so many decimals, without the sign of what is shown as nothing.
pub(super) fn shown(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.bytes().all(|byte| matches!(byte, b'0' | b'.')) => digits.to_owned(),
        _ => text,
    }
}

/// A number with at most three decimals, and none where it is whole.
pub(super) fn number(value: f64) -> Value {
    let rounded = (value * 1e3).round() / 1e3;
    if rounded.fract() == 0.0 && rounded.abs() < 1e15 {
        return (rounded as i64).into();
    }
    rounded.into()
}
