//! One page about the answers and their labels, complete in itself: no script, nothing fetched.
//!
//! Its size is bounded whatever the input: tables show so many rows and say so, names are cut.

mod chart;
mod heat;

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::gold::Gold;
use super::input::Source;
use super::kinds::Task;
use super::outcome::{Agreement, Outcome, of_many};
use super::outputs::Outputs;
use super::{Method, write};
use crate::assets;

/// Rows that the table of workers has.
const WORKERS_MAX: usize = 50;
/// Rows that the table of objects has.
const OBJECTS_MAX: usize = 20;
/// Characters of a name that are shown.
const NAME_MAX: usize = 80;
/// Bins of the confidences.
const CONFIDENCE_BINS: usize = 20;
/// Labels up to which a table of them has room beside a plot.
const BESIDE_MAX: usize = 6;
/// Bars of the answers an object; what has more goes into the last.
const ANSWERS_MAX: usize = 20;

const STYLE: &str = include_str!("report.css");

pub(super) struct About<'a> {
    pub(super) source: &'a Source,
    pub(super) task: Task,
    pub(super) method: Method,
}

pub(super) fn write(
    outputs: &Outputs,
    path: &Path,
    about: &About<'_>,
    outcome: &Outcome,
) -> anyhow::Result<()> {
    outputs.write(path, |out| {
        let page = page(about, outcome).into_string();
        Ok(out.write_all(page.as_bytes())?)
    })
}

fn page(about: &About<'_>, outcome: &Outcome) -> Markup {
    let file = about.source.path().file_name().unwrap_or_default();
    let file = file.to_string_lossy();
    let mark = assets::bytes("mark.svg").unwrap_or_default();
    let mark = format!("data:image/svg+xml;base64,{}", STANDARD.encode(mark));
    let theme = assets::bytes("theme.css").unwrap_or_default();
    let theme = String::from_utf8_lossy(&theme);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { "Labels of " (name(&file)) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:";
                link rel="icon" href=(mark);
                style { (PreEscaped(theme)) (PreEscaped(STYLE)) }
            }
            body {
                header {
                    img src=(mark) alt="Cairn";
                    h1 { "Labels of " (name(&file)) }
                }
                p.lead {
                    (things(outcome.counted, "answer")) " of " (things(outcome.workers.len(), "worker"))
                    " about " (things(outcome.objects.len(), "object")) "."
                    @if let Some(gold) = &outcome.gold {
                        @if let Some(first) = gold.figures.first() {
                            " Against true labels of " (things(gold.objects, "object")) ": " (first.name) " " (decimals(first.value)) "."
                        }
                    }
                }
                main {
                    (overview(about, outcome))
                    @if let Some(gold) = &outcome.gold { (gold_section(gold, outcome)) }
                    (confidence(outcome))
                    @if let Some(agreement) = &outcome.agreement { (agreement_section(agreement)) }
                    (workers(outcome))
                    (deserving(outcome))
                }
                footer { "Written by cairn consolidate " (env!("CARGO_PKG_VERSION")) "." }
            }
        }
    }
}

fn overview(about: &About<'_>, outcome: &Outcome) -> Markup {
    html! {
        section {
            h2 { "What was read" }
            dl.figures {
                div.wide { dt { "File" } dd { (name(&about.source.path().display().to_string())) } }
                div { dt { "Format" } dd { (about.source.format()) } }
                div { dt { "Kind of answers" } dd { (about.task.title()) } }
                div { dt { "Objects" } dd { (count(outcome.objects.len())) } }
                div { dt { "Workers" } dd { (count(outcome.workers.len())) } }
                div { dt { "Answers" } dd { (count(outcome.counted)) } }
                @if let Some(labels) = &outcome.labels {
                    div { dt { "Labels" } dd { (count(labels.len())) } }
                }
                div { dt { "Method" } dd { (about.method.name()) } }
            }
            @for note in outcome.notes() { p { (note) "." } }
            @if !outcome.weights.is_empty() {
                h3 { "Models of workers that the method mixes" }
                p.quiet { "Each weighs as much as it helps to foresee answers that it has not seen." }
                div.scroll { table {
                    thead { tr { th { "Model" } th.number { "Weight" } th {} } }
                    tbody {
                        @for (model, weight) in &outcome.weights {
                            tr { td { (model) } td.number { (format!("{weight:.2}")) } (meter(*weight)) }
                        }
                    }
                } }
            }
        }
    }
}

fn gold_section(gold: &Gold, outcome: &Outcome) -> Markup {
    html! {
        section {
            h2 { "Against true labels" }
            p {
                (count(gold.objects)) " objects have a true label."
                @if gold.missing > 0 { " " (count(gold.missing)) " more have one but no answers." }
            }
            dl.figures {
                @for figure in &gold.figures {
                    div { dt { (figure.name) } dd { (decimals(figure.value)) } dd.meaning { (figure.meaning) } }
                }
            }
            @let labels = outcome.labels.as_ref().filter(|_| !gold.confusion.is_empty());
            @let is_beside = labels.is_some_and(|labels| labels.len() <= BESIDE_MAX);
            @if !gold.calibration.is_empty() || is_beside {
                div.pair {
                    @if !gold.calibration.is_empty() { (chart::calibration(&gold.calibration)) }
                    @if let (Some(labels), true) = (labels, is_beside) {
                        (heat::of_gold(&gold.confusion, labels))
                    }
                }
            }
            @if let (Some(labels), false) = (labels, is_beside) {
                (heat::of_gold(&gold.confusion, labels))
            }
        }
    }
}

fn confidence(outcome: &Outcome) -> Markup {
    let mut bins = [0; CONFIDENCE_BINS];
    let known: Vec<f64> = outcome.confidences.iter().copied().flatten().collect();
    for confidence in &known {
        bins[((confidence * CONFIDENCE_BINS as f64) as usize).min(CONFIDENCE_BINS - 1)] += 1;
    }
    let sure = known
        .iter()
        .filter(|confidence| **confidence >= 0.9)
        .count();
    let bin = |at: usize| format!("{:.2}", at as f64 / CONFIDENCE_BINS as f64);
    let confidences = chart::Bars {
        title: "Objects by confidence".to_owned(),
        unit: "confidence",
        between: true,
        bars: bins
            .iter()
            .enumerate()
            .map(|(at, objects)| (bin(at), *objects))
            .collect(),
        end: "1.00".to_owned(),
    };
    let most = outcome.answers.iter().copied().max().unwrap_or_default() as usize;
    let mut counts = vec![0; most.min(ANSWERS_MAX) + 1];
    for answers in &outcome.answers {
        counts[(*answers as usize).min(ANSWERS_MAX)] += 1;
    }
    let bar = |at: usize| match at {
        ANSWERS_MAX if most > ANSWERS_MAX => format!("{at}+"),
        _ => at.to_string(),
    };
    let answers = chart::Bars {
        title: "Objects by number of answers".to_owned(),
        unit: "answers",
        between: false,
        bars: counts
            .iter()
            .enumerate()
            .map(|(at, objects)| (bar(at), *objects))
            .collect(),
        end: String::new(),
    };
    html! {
        section {
            h2 { "How sure the labels are" }
            @if let Some(mean) = mean_error(outcome) {
                p { "The standard error tells how far off each may be; the mean of all is " (decimals(mean)) "." }
            } @else if known.is_empty() {
                p { "No label has a confidence." }
            } @else {
                p {
                    (count(sure)) " of " (count(known.len())) " objects have a confidence of at least 0.9; the mean is "
                    (decimals(known.iter().sum::<f64>() / known.len() as f64)) "."
                    @if known.len() < outcome.objects.len() {
                        " " (count(outcome.objects.len() - known.len())) " have none."
                    }
                }
            }
            div.pair {
                @if !known.is_empty() { (confidences.draw()) }
                (answers.draw())
            }
        }
    }
}

/// Of the standard errors that are known.
fn mean_error(outcome: &Outcome) -> Option<f64> {
    let known: Vec<f64> = outcome.errors.iter().flatten().copied().flatten().collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}

fn agreement_section(agreement: &Agreement) -> Markup {
    html! {
        section {
            h2 { "Agreement" }
            p { "Over the " (count(agreement.objects)) " objects with two answers or more." }
            dl.figures {
                @for figure in &agreement.figures {
                    div { dt { (figure.name) } dd { (decimals(figure.value)) } dd.meaning { (figure.meaning) } }
                }
            }
        }
    }
}

fn workers(outcome: &Outcome) -> Markup {
    let skills = &outcome.skills;
    let mut order: Vec<usize> = (0..skills.len()).collect();
    order.sort_by_key(|worker| std::cmp::Reverse(skills[*worker].answers));
    let shown = order.len().min(WORKERS_MAX);
    html! {
        section {
            h2 { "Workers" }
            p {
                @if shown < order.len() {
                    "The " (shown) " of " (count(order.len())) " workers with the most answers."
                } @else {
                    "By number of answers."
                }
                @if outcome.skill_names.is_empty() {
                    " The method says nothing of how good each is."
                } @else {
                    " How good each is follows from all answers; no true labels are needed for it."
                }
            }
            @if let (Some(confusions), Some(labels)) = (&outcome.confusions, &outcome.labels) {
                (heat::of_crowd(confusions, labels))
            }
            div.scroll { table {
                thead { tr {
                    th { "Worker" }
                    th.number { "Answers" }
                    @for (at, name) in outcome.skill_names.iter().enumerate() {
                        th.number { (capital(name)) }
                        @if at == 0 { th {} }
                    }
                } }
                tbody {
                    @for worker in &order[..shown] {
                        tr {
                            td.name { (name(outcome.workers.name(*worker))) }
                            td.number { (count(skills[*worker].answers as usize)) }
                            @for (at, figure) in skills[*worker].figures.iter().enumerate() {
                                td.number { (optional(*figure)) }
                                // A bar of the one that tells how good the worker is.
                                @if at == 0 { (meter(figure.unwrap_or(0.0))) }
                            }
                        }
                    }
                }
            } }
        }
    }
}

fn deserving(outcome: &Outcome) -> Markup {
    let (unsure, values) = outcome.unsure();
    let shown = &outcome.deserving[..outcome.deserving.len().min(OBJECTS_MAX)];
    html! {
        section {
            h2 { "Objects that most deserve one more answer" }
            @if shown.is_empty() {
                p { "None." }
            } @else {
                p {
                    "The first " (shown.len()) " of " (count(outcome.deserving.len()))
                    "; --deserving writes all of them."
                }
                div.scroll { table {
                    thead { tr { th { "Object" } th.number { "Answers" } th.number { (capital(unsure)) } } }
                    tbody {
                        @for object in shown {
                            @let object = *object as usize;
                            tr {
                                td.name { (name(outcome.objects.name(object))) }
                                td.number { (outcome.answers[object]) }
                                td.number { (optional(values[object])) }
                            }
                        }
                    }
                } }
            }
        }
    }
}

fn meter(share: f64) -> Markup {
    let width = share.clamp(0.0, 1.0) * 100.0;
    html! { td.meter { span.track { i style=(format!("width:{width:.1}%")) {} } } }
}

/// A name as it is shown.
fn name(name: &str) -> String {
    match name.char_indices().nth(NAME_MAX) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

fn capital(name: &str) -> String {
    let name = name.replace('_', " ");
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_uppercase());
    first.into_iter().flatten().chain(characters).collect()
}

fn decimals(value: f64) -> String {
    write::shown(value, 3)
}

fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| "none".to_owned(), decimals)
}

/// `1,204 answers`, `1 answer`.
fn things(number: usize, what: &str) -> String {
    format!("{} {}", count(number), of_many(number, what))
}

/// A count, its thousands apart.
fn count(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
