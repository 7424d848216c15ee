//! One label an answer, one label an object.

mod chances;

use anyhow::bail;
use cairn_algorithms::agreement::{ReportOptions, report};
use cairn_algorithms::classification::Skill;
use cairn_algorithms::next_answer::{self, Crowd};
use cairn_algorithms::{Answer, Answers};

use super::super::gold::{Gold, Scores};
use super::super::input::Source;
use super::super::names::{Names, number_of};
use super::super::outcome::{Agreement, Confusions, Figure, Outcome, counted};
use super::super::{Job, write};
use super::{Task, given_labels, gold, label_number, no_answers, number, sort_labels};
use chances::{Chances, Decided, Found, decide};

pub(super) use chances::model;

/// Labels up to which it matters which of them the crowd takes for which, when objects are ordered
/// by what one more answer is worth: the work grows with their square.
const CONFUSED_MAX: usize = 50;

/// The answers, and what their numbers stand for.
struct Input {
    objects: Names,
    workers: Names,
    labels: Names,
    answers: Answers,
    /// Objects with their true labels, which workers may be judged by.
    known: Vec<(u32, u32)>,
    /// Objects with a known label that nobody answered.
    unanswered: usize,
    rows: usize,
}

pub(super) fn run(job: &Job<'_>) -> anyhow::Result<Outcome> {
    let input = read(job)?;
    let count = input.answers.all().len();
    job.progress.step(format!("consolidating {count} answers"));
    let Decided {
        chances,
        skills,
        weights,
    } = decide(job.method, &input)?;
    let found: Vec<Found> = (0..input.objects.len())
        .map(|object| chances.found(&input.answers, object))
        .collect();
    job.progress
        .step(format!("writing {}", job.options.out.display()));
    write_labels(job, &input, &chances, &found)?;
    let gold = gold(job, |source| compare(job, source, &input, &chances, &found))?;
    let answers: Vec<u32> = (0..input.objects.len())
        .map(|object| input.answers.of(object).len() as u32)
        .collect();
    let confidences: Vec<Option<f64>> = found.iter().map(|found| Some(found.confidence)).collect();
    let labels = input.labels.len();
    let is_by_name = job.task == Task::Ordered
        && job.options.labels.is_empty()
        && input.labels.all().any(|label| number_of(label).is_none());
    let agreement = measure(&input, job.task == Task::Ordered);
    let unanswered = input.unanswered;
    let mut outcome = Outcome::new(
        input.objects,
        input.workers,
        input.rows,
        answers,
        confidences,
    );
    if chances.are_of_all() {
        outcome.deserving = deserving(&chances, outcome.objects.len(), &skills, labels)?;
    }
    outcome.set_skills(
        ["accuracy"],
        skills
            .iter()
            .map(|skill| (skill.answers, [Some(skill.accuracy)])),
    );
    outcome.confusions = Some(Confusions { by_worker: skills });
    outcome.labels = Some(input.labels);
    outcome.weights = weights;
    outcome.agreement = agreement;
    outcome.gold = gold;
    if unanswered > 0 {
        let objects = counted(unanswered, "object");
        let remark = format!("{objects} with a known label without any answer");
        outcome.remarks.push(remark);
    }
    if is_by_name {
        outcome.remarks.push(
            "the labels are not all numbers: their order is that of their names; --labels gives another"
                .to_owned(),
        );
    }
    Ok(outcome)
}

fn read(job: &Job<'_>) -> anyhow::Result<Input> {
    let (mut objects, mut workers) = (Names::default(), Names::default());
    let mut labels = given_labels(job)?;
    let mut list = Vec::new();
    job.source.cells(
        ["object_id", "worker_id", "label"],
        job.progress,
        |_, [object, worker, label]| {
            list.push(Answer {
                object: number(&mut objects, "object_id", object)?,
                worker: number(&mut workers, "worker_id", worker)?,
                label: label_number(&mut labels, job, label)?,
            });
            Ok(())
        },
    )?;
    if list.is_empty() {
        return Err(no_answers(job));
    }
    let (mut known, unanswered) = read_known(job, &objects, &mut labels)?;
    let answered = list.iter_mut().map(|answer| &mut answer.label);
    let of_known = known.iter_mut().map(|(_, label)| label);
    sort_labels(job, &mut labels, answered.chain(of_known))?;
    Ok(Input {
        answers: Answers::new(objects.len(), workers.len(), labels.len(), &list)?,
        rows: list.len(),
        known,
        unanswered,
        objects,
        workers,
        labels,
    })
}

/// Objects with known labels, and how many of the file nobody answered.
fn read_known(
    job: &Job<'_>,
    objects: &Names,
    labels: &mut Names,
) -> anyhow::Result<(Vec<(u32, u32)>, usize)> {
    let (mut known, mut unanswered) = (Vec::new(), 0);
    let Some(path) = &job.options.known else {
        return Ok((known, unanswered));
    };
    let mut seen = vec![false; objects.len()];
    let source = Source::open(path, None)?;
    source.cells(
        ["object_id", "label"],
        job.progress,
        |_, [object, label]| {
            // What nobody answered is no help in judging anybody.
            let Some(object) = objects.find(object) else {
                unanswered += 1;
                return Ok(());
            };
            if std::mem::replace(&mut seen[object as usize], true) {
                bail!("`{}` is there twice", objects.name(object as usize));
            }
            known.push((object, label_number(labels, job, label)?));
            Ok(())
        },
    )?;
    Ok((known, unanswered))
}

/// All objects, first the one that one more answer is worth most for.
fn deserving(
    chances: &Chances,
    objects: usize,
    skills: &[Skill],
    labels: usize,
) -> anyhow::Result<Vec<u32>> {
    let confusion;
    let crowd = if labels <= CONFUSED_MAX {
        confusion = next_answer::mean_confusion(skills, labels);
        Crowd::Confusion(&confusion)
    } else {
        Crowd::Accuracy(next_answer::mean_accuracy(skills))
    };
    let posteriors = (0..objects).filter_map(|object| chances.posterior(object));
    let order = next_answer::order(posteriors, crowd, usize::MAX)?;
    Ok(order.into_iter().map(|worth| worth.object).collect())
}

/// One line an object. Probabilities have six decimals; labels whose probability is less are left out.
fn write_labels(
    job: &Job<'_>,
    input: &Input,
    chances: &Chances,
    found: &[Found],
) -> anyhow::Result<()> {
    let mut quoted = Vec::with_capacity(input.labels.len());
    for label in input.labels.all() {
        quoted.push(serde_json::to_string(label)?);
    }
    job.outputs.write(&job.options.out, |out| {
        let mut posterior = Vec::new();
        for (object, found) in found.iter().enumerate() {
            out.write_all(b"{\"object_id\":")?;
            serde_json::to_writer(&mut *out, input.objects.name(object))?;
            write!(
                out,
                ",\"label\":{},\"posterior\":{{",
                quoted[found.label as usize]
            )?;
            chances.of(&input.answers, object, &mut posterior);
            let mut separator = "";
            for (label, chance) in &posterior {
                let chance = write::rounded(*chance);
                if chance > 0.0 {
                    write!(out, "{separator}{}:", quoted[*label as usize])?;
                    serde_json::to_writer(&mut *out, &chance)?;
                    separator = ",";
                }
            }
            out.write_all(b"},\"confidence\":")?;
            serde_json::to_writer(&mut *out, &write::rounded(found.confidence))?;
            writeln!(out, ",\"answers\":{}}}", input.answers.of(object).len())?;
        }
        Ok(())
    })
}

fn measure(input: &Input, is_ordered: bool) -> Option<Agreement> {
    let options = ReportOptions {
        is_ordered,
        listed_max: 0,
        ..ReportOptions::default()
    };
    let report = report(&input.answers, options)?;
    let mut figures = vec![
        Figure {
            name: "raw",
            value: report.raw,
            meaning: "share of the pairs of answers to one object that are equal",
        },
        Figure {
            name: "Krippendorff's alpha",
            value: report.alpha,
            meaning: "1 where all agree, 0 where they agree as often as by chance",
        },
        Figure {
            name: "Fleiss' kappa",
            value: report.fleiss,
            meaning: "the same question, asked as if every answer came from anybody",
        },
    ];
    figures.extend(report.alpha_ordinal.map(|value| Figure {
        name: "alpha of ordered labels",
        value,
        meaning: "Krippendorff's alpha, where labels far apart disagree more",
    }));
    figures.extend(report.cohen.mean.map(|value| Figure {
        name: "Cohen's kappa",
        value,
        meaning: "the mean over all pairs of workers with ten common objects or more",
    }));
    Some(Agreement {
        objects: report.objects,
        figures,
    })
}

fn compare(
    job: &Job<'_>,
    source: &Source,
    input: &Input,
    chances: &Chances,
    found: &[Found],
) -> anyhow::Result<Gold> {
    let mut scores = Scores::default();
    let mut seen = vec![false; input.objects.len()];
    let mut given = vec![false; input.objects.len()];
    for (object, _) in &input.known {
        given[*object as usize] = true;
    }
    let (mut apart, mut placed) = (0.0, 0u32);
    source.cells(
        ["object_id", "label"],
        job.progress,
        |_, [object, label]| {
            let Some(object) = input.objects.find(object) else {
                scores.missing += 1;
                return Ok(());
            };
            let object = object as usize;
            if std::mem::replace(&mut seen[object], true) {
                bail!("`{}` is there twice", input.objects.name(object));
            }
            if given[object] {
                scores.given += 1;
                return Ok(());
            }
            let truth = input.labels.find(label);
            if truth.is_none() && (label.is_empty() || !job.options.labels.is_empty()) {
                bail!(
                    "the true label `{}` is not one of the labels",
                    String::from_utf8_lossy(label)
                );
            }
            let of_truth = truth.map_or(0.0, |truth| {
                chances.of_label(&input.answers, object, truth, input.labels.len())
            });
            let found = found[object];
            if let Some(truth) = truth {
                apart += f64::from(found.label.abs_diff(truth));
                placed += 1;
            }
            scores.add(truth, found.label, found.chance, of_truth);
            Ok(())
        },
    )?;
    let mut gold = scores.gold(source.path())?;
    if job.task == Task::Ordered && placed > 0 {
        gold.figures.push(Figure {
            name: "mean distance",
            value: apart / f64::from(placed),
            meaning: "how many labels off the label is, where the true one is one of the labels",
        });
    }
    Ok(gold)
}
