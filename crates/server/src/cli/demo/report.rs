//! What the demo found: how right the labels are, and what it learnt about the workers.

use std::collections::{BTreeMap, HashMap};

use cairn_db::Db;
use cairn_db::label::LabelKind;
use cairn_engine::JobFacts;
use cairn_labeling::answer::{self, AnswerLimits};
use cairn_labeling::consolidation::{Label, Method, ObjectAnswers, consolidate};
use cairn_labeling::ids::{Line, WorkerId};
use cairn_labeling::worker_parameters::{Besides, Gathered, WorkerParameters};

use super::worker::CHARACTERS;

/// Dollars that a public crowd would be paid for one classification, at the least.
const DOLLARS_AN_ANSWER: f64 = 0.012;

/// A worker in a job.
pub(super) struct WorkerFound {
    name: String,
    answers: u32,
    found: f64,
    right: f64,
}

/// One job.
pub(super) struct Report {
    pub(super) job: String,
    objects: usize,
    answers: usize,
    majority: f64,
    consolidated: f64,
    seconds: f64,
    workers: Vec<WorkerFound>,
}

/// Compares a job's labels with the truth.
pub(super) async fn report(
    db: &Db,
    facts: &JobFacts,
    truth: &[usize],
    names: &HashMap<i64, String>,
) -> anyhow::Result<Report> {
    let total = truth.len() as i64;
    let annotations = db.annotation_range(facts.job_id, 0, total).await?;
    let labels = db.label_range(facts.job_id, 0, total).await?;
    let labeled: BTreeMap<i64, Option<u32>> = labels
        .iter()
        .filter(|label| label.kind == LabelKind::Human)
        .map(|label| (label.line, facts.categories.index_of(&label.summary)))
        .collect();
    let mut objects: BTreeMap<i64, Vec<_>> = BTreeMap::new();
    let mut seconds = 0.0;
    let mut right: HashMap<i64, (u32, u32)> = HashMap::new();
    for annotation in &annotations {
        seconds += annotation.time_spent_ms as f64 / 1_000.0;
        let answer = answer::parse(&annotation.content, AnswerLimits::default())?;
        let choice = answer::choice(&answer, facts.task_type, &facts.categories, None)?;
        let is_right = choice == answer::Choice::Single(truth[annotation.line as usize] as u32);
        let count = right.entry(annotation.worker_id).or_default();
        count.0 += u32::from(is_right);
        count.1 += 1;
        objects
            .entry(annotation.line)
            .or_default()
            .push((WorkerId(annotation.worker_id), choice));
    }
    let given: Vec<ObjectAnswers> = objects
        .into_iter()
        .filter(|(line, _)| labeled.contains_key(line))
        .map(|(line, answers)| ObjectAnswers {
            line: Line(line),
            answers,
        })
        .collect();
    let labels = facts.labels.len();
    let majority = consolidate(Method::Majority, facts.task_type, labels, &given)?;
    let mut gathered = Gathered::new(facts.task_type.shape, labels);
    for object in &given {
        gathered.add(object.line, &object.answers);
    }
    let skills = WorkerParameters::fit(gathered, &Besides::default())?.skills();
    let is_true = |line: i64, label: Option<u32>| label == Some(truth[line as usize] as u32);
    let majority = majority
        .iter()
        .filter(|(line, label)| {
            let label = label.as_ref().and_then(|label| match label {
                Label::Single { index, .. } => Some(*index),
                Label::Multi(_) => None,
            });
            is_true(line.0, label)
        })
        .count();
    let consolidated = labeled
        .iter()
        .filter(|(line, label)| is_true(**line, **label))
        .count();
    let share = |count: usize| count as f64 / labeled.len().max(1) as f64;
    let mut workers: Vec<WorkerFound> = skills
        .into_iter()
        .map(|(worker, found)| {
            let (hits, given) = right.get(&worker.0).copied().unwrap_or_default();
            WorkerFound {
                name: names.get(&worker.0).cloned().unwrap_or_default(),
                answers: given,
                found,
                right: f64::from(hits) / f64::from(given.max(1)),
            }
        })
        .collect();
    let place = |name: &str| CHARACTERS.iter().position(|known| known.name == name);
    workers.sort_by_key(|worker| place(&worker.name).unwrap_or(CHARACTERS.len()));
    Ok(Report {
        job: facts.name.clone(),
        objects: labeled.len(),
        answers: annotations.len(),
        majority: share(majority),
        consolidated: share(consolidated),
        seconds,
        workers,
    })
}

/// Prints the reports as tables.
pub(super) fn print(reports: &[Report]) {
    println!(
        "{:<18}{:>9}{:>9}{:>16}{:>16}{:>15}{:>10}",
        "job", "labeled", "answers", "majority right", "consolidated", "workers' time", "cost"
    );
    for report in reports {
        println!(
            "{:<18}{:>9}{:>9}{:>15.1}%{:>15.1}%{:>11.0} min{:>10}",
            report.job,
            report.objects,
            report.answers,
            report.majority * 100.0,
            report.consolidated * 100.0,
            report.seconds / 60.0,
            format!("${:.2}", report.answers as f64 * DOLLARS_AN_ANSWER),
        );
    }
    println!("(cost as a public crowd would be paid: ${DOLLARS_AN_ANSWER} an answer)");
    for report in reports {
        println!();
        println!(
            "{:<18}{:>9}{:>14}{:>16}",
            report.job, "answers", "skill found", "truly right"
        );
        for worker in &report.workers {
            println!(
                "  {:<16}{:>9}{:>13.0}%{:>15.0}%",
                worker.name,
                worker.answers,
                worker.found * 100.0,
                worker.right * 100.0
            );
        }
    }
}
