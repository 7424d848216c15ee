//! Any number of labels an answer, any number an object.

use anyhow::bail;
use cairn_algorithms::agreement::label_sets::agreement;
use cairn_algorithms::multi_label::{self, MultiAnswer, MultiConsolidation, MultiDecision};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::gold::Gold;
use super::super::input::{Id, List, Source};
use super::super::names::Names;
use super::super::outcome::{Agreement, Figure, Outcome};
use super::super::{Job, Method, write};
use super::{given_labels, gold, id, label_number, no_answers, sort_labels};

#[derive(Deserialize)]
struct Row {
    object_id: Id,
    worker_id: Id,
    labels: List,
}

#[derive(Deserialize)]
struct Truth {
    object_id: Id,
    labels: List,
}

pub(super) fn run(job: &Job<'_>) -> anyhow::Result<Outcome> {
    let (mut objects, mut workers) = (Names::default(), Names::default());
    let mut labels = given_labels(job)?;
    let mut list = Vec::new();
    job.source.rows(
        &["object_id", "worker_id", "labels"],
        &[],
        job.progress,
        |_, row: Row| {
            let mut chosen = Vec::with_capacity(row.labels.0.len());
            for label in &row.labels.0 {
                let number = label_number(&mut labels, job, label.0.as_bytes())?;
                if chosen.contains(&number) {
                    bail!("`labels` has `{}` twice", label.0);
                }
                chosen.push(number);
            }
            list.push(MultiAnswer {
                object: id(&mut objects, "object_id", &row.object_id)?,
                worker: id(&mut workers, "worker_id", &row.worker_id)?,
                labels: chosen,
            });
            Ok(())
        },
    )?;
    if list.is_empty() {
        return Err(no_answers(job));
    }
    let used = list.iter_mut().flat_map(|answer| &mut answer.labels);
    sort_labels(job, &mut labels, used)?;
    job.progress
        .step(format!("consolidating {} answers", list.len()));
    let (count, chosen) = (labels.len(), &list);
    let found = match job.method {
        Method::Majority => multi_label::majority(objects.len(), workers.len(), count, chosen)?,
        Method::GroundTruth => {
            multi_label::ground_truth(objects.len(), workers.len(), count, chosen)?
        }
        _ => multi_label::cairn::consolidate(objects.len(), workers.len(), count, chosen)?,
    };
    job.outputs.write(&job.options.out, |out| {
        for (object, decision) in found.objects.iter().enumerate() {
            let decision = decision.iter().flat_map(|decision| &decision.labels);
            let names: Vec<&str> = decision
                .clone()
                .map(|label| labels.name(label.label as usize))
                .collect();
            let posterior: Map<String, Value> = names
                .iter()
                .zip(decision)
                .map(|(name, label)| ((*name).to_owned(), write::rounded(label.posterior).into()))
                .collect();
            let members = [
                ("labels", names.into()),
                ("posterior", posterior.into()),
                (
                    "confidence",
                    confidence(&found, object).map(write::rounded).into(),
                ),
                ("answers", answers(&found, object).into()),
            ];
            write::line(out, objects.name(object), &members)?;
        }
        Ok(())
    })?;
    let gold = gold(job, |source| {
        compare(job, source, &objects, &labels, &found)
    })?;
    let agreement = agreement(objects.len(), workers.len(), labels.len(), &list)?;
    let decisions =
        (0..objects.len()).map(|at| Some((answers(&found, at), confidence(&found, at))));
    let decisions: Vec<_> = decisions.collect();
    let mut outcome = Outcome::of_decisions(objects, workers, list.len(), decisions.into_iter());
    let skills = found.workers.iter();
    outcome.set_skills(
        ["accuracy"],
        skills.map(|skill| (skill.answers, [Some(skill.accuracy)])),
    );
    outcome.labels = Some(labels);
    outcome.agreement = agreement.map(|agreement| {
        let mut figures = vec![Figure {
            name: "Jaccard",
            value: agreement.jaccard,
            meaning: "labels that two workers both gave an object, of those that either gave",
        }];
        figures.extend(agreement.alpha.map(|value| Figure {
            name: "Krippendorff's alpha",
            value,
            meaning: "by the MASI distance of sets: 1 where all agree, 0 where they agree as often as by chance",
        }));
        Agreement {
            objects: agreement.objects,
            figures,
        }
    });
    outcome.gold = gold;
    Ok(outcome)
}

fn confidence(found: &MultiConsolidation, object: usize) -> Option<f64> {
    Some(found.objects[object].as_ref()?.confidence)
}

fn answers(found: &MultiConsolidation, object: usize) -> u32 {
    let decision = found.objects[object].as_ref();
    decision.map_or(0, |decision| decision.answers)
}

fn compare(
    job: &Job<'_>,
    source: &Source,
    objects: &Names,
    labels: &Names,
    found: &MultiConsolidation,
) -> anyhow::Result<Gold> {
    let (mut count, mut missing, mut exact) = (0, 0, 0u32);
    let (mut right, mut given, mut wanted) = (0usize, 0usize, 0usize);
    source.rows(
        &["object_id", "labels"],
        &[],
        job.progress,
        |_, row: Truth| {
            let Some(object) = objects.find(row.object_id.0.as_bytes()) else {
                missing += 1;
                return Ok(());
            };
            let decision: Option<&MultiDecision> = found.objects[object as usize].as_ref();
            let decided = decision.map_or(&[][..], |decision| &decision.labels);
            let hits = row
                .labels
                .0
                .iter()
                .filter_map(|label| labels.find(label.0.as_bytes()))
                .filter(|truth| decided.iter().any(|label| label.label == *truth))
                .count();
            count += 1;
            right += hits;
            given += decided.len();
            wanted += row.labels.0.len();
            exact += u32::from(hits == decided.len() && hits == row.labels.0.len());
            Ok(())
        },
    )?;
    Gold::new(source.path(), count, missing, || {
        vec![
            Figure {
                name: "exact",
                value: f64::from(exact) / count as f64,
                meaning: "share of objects with all of their labels right",
            },
            Figure {
                name: "F1",
                value: 2.0 * right as f64 / (given + wanted).max(1) as f64,
                meaning: "of labels: twice those that are right, of those found and those that are true",
            },
        ]
    })
}
