//! A text an answer, a text an object: transcriptions, translations, captions.

use cairn_algorithms::agreement::texts::agreement;
use cairn_algorithms::text::{self, Consolidation, Options, TextAnswer};
use serde::Deserialize;

use super::super::gold::Gold;
use super::super::input::{Id, Source};
use super::super::names::Names;
use super::super::outcome::{Agreement, Figure, Outcome};
use super::super::{Job, write};
use super::{gold, id, no_answers};

#[derive(Deserialize)]
struct Row {
    object_id: Id,
    worker_id: Id,
    text: String,
}

#[derive(Deserialize)]
struct Truth {
    object_id: Id,
    text: String,
}

pub(super) fn run(job: &Job<'_>) -> anyhow::Result<Outcome> {
    let (mut objects, mut workers) = (Names::default(), Names::default());
    let mut rows = Vec::new();
    job.source.rows(
        &["object_id", "worker_id", "text"],
        &[],
        job.progress,
        |_, row: Row| {
            let object = id(&mut objects, "object_id", &row.object_id)?;
            let worker = id(&mut workers, "worker_id", &row.worker_id)?;
            rows.push((object, worker, row.text));
            Ok(())
        },
    )?;
    if rows.is_empty() {
        return Err(no_answers(job));
    }
    job.progress
        .step(format!("consolidating {} answers", rows.len()));
    let list: Vec<TextAnswer<'_>> = rows
        .iter()
        .map(|(object, worker, text)| TextAnswer {
            object: *object,
            worker: *worker,
            text,
        })
        .collect();
    let options = Options::default();
    let found = text::consolidate(objects.len(), workers.len(), &list, &options)?;
    job.outputs.write(&job.options.out, |out| {
        for (object, decision) in found.objects.iter().enumerate() {
            let Some(decision) = decision else { continue };
            let worker = decision.worker.map(|worker| workers.name(worker as usize));
            let members = [
                ("text", decision.text.as_str().into()),
                ("worker_id", worker.into()),
                ("confidence", decision.confidence.into()),
                ("answers", decision.answers.into()),
            ];
            write::line(out, objects.name(object), &members)?;
        }
        Ok(())
    })?;
    let gold = gold(job, |source| compare(job, source, &objects, &found))?;
    let agreement = agreement(objects.len(), workers.len(), &list, options.units)?;
    let decisions = found.objects.iter().map(Option::as_ref);
    let decisions = decisions.map(|one| one.map(|one| (one.answers, Some(one.confidence))));
    let mut outcome = Outcome::of_decisions(objects, workers, rows.len(), decisions);
    let skills = found.workers.iter();
    outcome.set_skills(
        ["agreement"],
        skills.map(|skill| (skill.answers, [Some(skill.agreement)])),
    );
    outcome.agreement = agreement.map(|agreement| Agreement {
        objects: agreement.objects,
        figures: vec![
            Figure {
                name: "similarity",
                value: agreement.similarity,
                meaning: "of two workers' texts for one object: the runs of one to four words that they share",
            },
            Figure {
                name: "same",
                value: agreement.same,
                meaning: "share of pairs of texts that are the same but for white space and capitals",
            },
        ],
    });
    outcome.gold = gold;
    outcome.remarks.push(
        match found.combined {
            true => "texts were put together word by word: that agrees more with answers left out",
            false => "each text is one of its answers: that agrees more with answers left out",
        }
        .to_owned(),
    );
    Ok(outcome)
}

/// Counts texts that are the true one, white space apart.
fn compare(
    job: &Job<'_>,
    source: &Source,
    objects: &Names,
    found: &Consolidation,
) -> anyhow::Result<Gold> {
    let (mut count, mut missing, mut exact) = (0usize, 0, 0u32);
    source.rows(
        &["object_id", "text"],
        &[],
        job.progress,
        |_, row: Truth| {
            let object = objects.find(row.object_id.0.as_bytes());
            let decision = object.and_then(|object| found.objects[object as usize].as_ref());
            let Some(decision) = decision else {
                missing += 1;
                return Ok(());
            };
            let is_same = decision
                .text
                .split_whitespace()
                .eq(row.text.split_whitespace());
            count += 1;
            exact += u32::from(is_same);
            Ok(())
        },
    )?;
    Gold::new(source.path(), count, missing, || {
        vec![Figure {
            name: "exact",
            value: f64::from(exact) / count as f64,
            meaning: "share of texts that are the true one, white space apart",
        }]
    })
}
