//! Any number of labeled ranges of a text an answer: `{"start", "end", "label"}`, the end excluded.
//! Offsets count whatever the answers count, characters or tokens, and come back as they were given.

use anyhow::bail;
use cairn_algorithms::agreement::spans::agreement;
use cairn_algorithms::spans::{self, Consolidation, Options, Span, SpanAnswer};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::gold::Gold;
use super::super::input::{Id, Source};
use super::super::names::Names;
use super::super::outcome::{Agreement, Figure, Outcome};
use super::super::{Job, Method, write};
use super::{given_labels, gold, id, label_number, no_answers, sort_labels};

#[derive(Deserialize)]
struct Row {
    object_id: Id,
    worker_id: Id,
    /// How long the text is.
    length: Option<u64>,
    spans: Vec<Marked>,
}

#[derive(Deserialize)]
struct Truth {
    object_id: Id,
    spans: Vec<Marked>,
}

#[derive(Deserialize)]
struct Marked {
    start: u64,
    end: u64,
    label: Id,
}

pub(super) fn run(job: &Job<'_>) -> anyhow::Result<Outcome> {
    let (mut objects, mut workers) = (Names::default(), Names::default());
    let mut labels = given_labels(job)?;
    let mut lengths = Vec::new();
    let mut list = Vec::new();
    job.source.rows(
        &["object_id", "worker_id"],
        &["spans", "length"],
        job.progress,
        |_, row: Row| {
            let object = id(&mut objects, "object_id", &row.object_id)?;
            if object as usize == lengths.len() {
                lengths.push(row.length);
            } else if lengths[object as usize] != row.length {
                bail!(
                    "`{}` has another `length` than in its first answer",
                    row.object_id.0
                );
            }
            let mut marked = Vec::with_capacity(row.spans.len());
            for (at, span) in row.spans.iter().enumerate() {
                let (start, end) = (span.start, span.end);
                if end < start {
                    bail!("`spans[{at}]` ends at {end}, before its start at {start}");
                }
                if row.length.is_some_and(|length| end > length) {
                    bail!("`spans[{at}]` ends at {end}, after the end of the text");
                }
                let label = label_number(&mut labels, job, span.label.0.as_bytes())?;
                marked.push(Span { start, end, label });
            }
            list.push(SpanAnswer {
                object,
                worker: id(&mut workers, "worker_id", &row.worker_id)?,
                spans: marked,
            });
            Ok(())
        },
    )?;
    if list.is_empty() {
        return Err(no_answers(job));
    }
    let used = list.iter_mut().flat_map(|answer| &mut answer.spans);
    sort_labels(job, &mut labels, used.map(|span| &mut span.label))?;
    job.progress
        .step(format!("consolidating {} answers", list.len()));
    let options = Options {
        method: match job.method {
            Method::Majority => spans::Method::Majority,
            Method::GroundTruth => spans::Method::GroundTruth,
            _ => spans::Method::Cairn,
        },
    };
    let found = spans::consolidate(&lengths, workers.len(), labels.len(), &list, &options)?;
    write_labels(job, &objects, &labels, &found)?;
    let gold = gold(job, |source| {
        compare(job, source, &objects, &labels, &found)
    })?;
    let agreement = agreement(&lengths, workers.len(), labels.len(), &list)?;
    let decisions = found.objects.iter().map(Option::as_ref);
    let decisions = decisions.map(|one| one.map(|one| (one.answers, Some(one.confidence()))));
    let mut outcome = Outcome::of_decisions(objects, workers, list.len(), decisions);
    let skills = found.workers.iter();
    outcome.set_skills(
        ["precision", "recall"],
        skills.map(|skill| (skill.answers, [skill.precision, skill.recall].map(Some))),
    );
    outcome.labels = Some(labels);
    outcome.agreement = agreement.map(|agreement| Agreement {
        objects: agreement.objects,
        figures: vec![
            Figure {
                name: "F1",
                value: agreement.f1,
                meaning: "of two workers' spans of one object: twice those that both marked, of those of each",
            },
            Figure {
                name: "with any label",
                value: agreement.f1_any_label,
                meaning: "the same, of ranges whatever their labels say",
            },
        ],
    });
    outcome.gold = gold;
    if found.ignored > 0 {
        outcome.remarks.push(format!(
            "{} spans are empty, or twice in one answer, and do not count",
            found.ignored
        ));
    }
    Ok(outcome)
}

fn write_labels(
    job: &Job<'_>,
    objects: &Names,
    labels: &Names,
    found: &Consolidation,
) -> anyhow::Result<()> {
    job.outputs.write(&job.options.out, |out| {
        for (object, decision) in found.objects.iter().enumerate() {
            let Some(decision) = decision else { continue };
            let span = |one: &spans::SpanLabel| -> Value {
                json!({
                    "start": one.span.start,
                    "end": one.span.end,
                    "label": labels.name(one.span.label as usize),
                    "confidence": one.confidence,
                })
            };
            let members = [
                ("spans", decision.spans.iter().map(span).collect()),
                ("confidence", write::rounded(decision.confidence()).into()),
                ("answers", decision.answers.into()),
            ];
            write::line(out, objects.name(object), &members)?;
        }
        Ok(())
    })
}

/// Counts spans whose range and label are those of a true one.
fn compare(
    job: &Job<'_>,
    source: &Source,
    objects: &Names,
    labels: &Names,
    found: &Consolidation,
) -> anyhow::Result<Gold> {
    let (mut count, mut missing) = (0, 0);
    let (mut right, mut given, mut wanted) = (0usize, 0usize, 0usize);
    source.rows(&["object_id"], &["spans"], job.progress, |_, row: Truth| {
        let Some(object) = objects.find(row.object_id.0.as_bytes()) else {
            missing += 1;
            return Ok(());
        };
        let decision = found.objects[object as usize].as_ref();
        let decided = decision.map_or(&[][..], |decision| &decision.spans);
        let truths = row.spans.iter().filter_map(|truth| {
            Some(Span {
                start: truth.start,
                end: truth.end,
                label: labels.find(truth.label.0.as_bytes())?,
            })
        });
        right += truths
            .filter(|truth| decided.iter().any(|one| one.span == *truth))
            .count();
        count += 1;
        given += decided.len();
        wanted += row.spans.len();
        Ok(())
    })?;
    let share = |of: usize| right as f64 / of.max(1) as f64;
    Gold::new(source.path(), count, missing, || {
        vec![
            Figure {
                name: "F1",
                value: 2.0 * right as f64 / (given + wanted).max(1) as f64,
                meaning: "twice the spans that are exactly right, of those found and those that are true",
            },
            Figure {
                name: "precision",
                value: share(given),
                meaning: "share of the spans found that are true",
            },
            Figure {
                name: "recall",
                value: share(wanted),
                meaning: "share of the true spans that are found",
            },
        ]
    })
}
