//! Which labels are taken for which, as tables with coloured cells.

use std::collections::HashMap;

use maud::{Markup, html};

use super::super::names::Names;
use super::super::outcome::Confusions;
use super::{count, name};

/// Labels that a table has at most.
const LABELS_MAX: usize = 12;

/// What workers say by the label concluded.
pub(super) fn of_crowd(confusions: &Confusions, labels: &Names) -> Markup {
    let mut cells: HashMap<(u32, u32), f64> = HashMap::new();
    let mut totals = vec![0.0; labels.len()];
    for skill in &confusions.by_worker {
        let columns = skill.confusion.given.iter().zip(&skill.confusion.counts);
        for (given, counts) in columns {
            for (truth, answers) in counts.iter().map(|(truth, answers)| (*truth, answers)) {
                totals[truth as usize] += answers;
                if *answers > 0.0 && labels.len() <= LABELS_MAX {
                    *cells.entry((truth, *given)).or_default() += answers;
                }
            }
        }
    }
    let shown = most_frequent(&totals);
    if labels.len() > LABELS_MAX {
        for skill in &confusions.by_worker {
            for truth in &shown {
                for given in &shown {
                    *cells.entry((*truth, *given)).or_default() +=
                        skill.confusion.count(*truth, *given);
                }
            }
        }
    }
    let share = |truth: u32, given: u32| {
        let met = totals[truth as usize];
        let answers = cells.get(&(truth, given)).copied().unwrap_or_default();
        if met > 1e-9 { answers / met } else { 0.0 }
    };
    html! {
        figure {
            h3 { "What the crowd says" }
            (table(&shown, labels, "label", "answers", |truth, given| {
                let share = share(truth, given);
                (share, format!("{share:.2}"))
            }))
            figcaption {
                "A row for each label that was concluded: the share of the answers that gave each label. "
                (left_out(labels.len()))
            }
        }
    }
}

/// Labels found by true label.
pub(super) fn of_gold(pairs: &[(Option<u32>, u32)], labels: &Names) -> Markup {
    let mut cells: HashMap<(u32, u32), usize> = HashMap::new();
    let mut totals = vec![0.0; labels.len()];
    let mut unknown = 0;
    for (truth, found) in pairs {
        match truth {
            Some(truth) => {
                *cells.entry((*truth, *found)).or_default() += 1;
                totals[*truth as usize] += 1.0;
            }
            None => unknown += 1,
        }
    }
    let shown = most_frequent(&totals);
    html! {
        figure {
            h3 { "True label and label found" }
            (table(&shown, labels, "true", "found", |truth, found| {
                let objects = cells.get(&(truth, found)).copied().unwrap_or_default();
                (objects as f64 / totals[truth as usize].max(1.0), count(objects))
            }))
            figcaption {
                "Objects by true label (rows) and label found (columns). "
                (left_out(labels.len()))
                @if unknown > 0 { " " (count(unknown)) " objects have a true label that no answer gave." }
            }
        }
    }
}

fn left_out(labels: usize) -> String {
    if labels > LABELS_MAX {
        format!(
            "The {LABELS_MAX} most frequent of {} labels.",
            count(labels)
        )
    } else {
        String::new()
    }
}

/// The labels with the largest totals, in their own order.
fn most_frequent(totals: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..totals.len() as u32).collect();
    order.sort_by(|one, other| totals[*other as usize].total_cmp(&totals[*one as usize]));
    order.truncate(LABELS_MAX);
    order.sort_unstable();
    order
}

fn table(
    shown: &[u32],
    labels: &Names,
    rows: &str,
    columns: &str,
    cell: impl Fn(u32, u32) -> (f64, String),
) -> Markup {
    let label = |number: u32| name(labels.name(number as usize));
    html! {
        div.scroll { table.heat {
            thead { tr {
                th.corner { (rows) " ↓ " (columns) " →" }
                @for given in shown { th title=(label(*given)) { (label(*given)) } }
            } }
            tbody {
                @for truth in shown {
                    tr {
                        th title=(label(*truth)) { (label(*truth)) }
                        @for given in shown {
                            @let (share, text) = cell(*truth, *given);
                            td style=(format!("--share:{share:.3}")) { (text) }
                        }
                    }
                }
            }
        } }
    }
}
