//! Items put in order by workers, two at a time (`left`, `right`, `label`) or several (`ranking`, best
//! first). The objects of the labels are the items, in the order found.
//!
//! An item is the same item in all rows, and every comparison counts.

use anyhow::bail;
use cairn_algorithms::ranking::{
    Comparison, Comparisons, ORDER_MAX, Order, Preferred, bradley_terry, order_of, win_share,
};
use serde::Deserialize;

use super::super::input::{Id, List};
use super::super::names::Names;
use super::super::outcome::Outcome;
use super::super::{Job, Method, write};
use super::{id, no_answers};

#[derive(Deserialize)]
struct Pair {
    worker_id: Id,
    left: Id,
    right: Id,
    label: Id,
}

#[derive(Deserialize)]
struct Ranked {
    worker_id: Id,
    ranking: List,
}

struct Input {
    items: Names,
    workers: Names,
    pairs: Vec<Comparison>,
    orders: Vec<Order>,
}

pub(super) fn run(job: &Job<'_>) -> anyhow::Result<Outcome> {
    if job.options.gold.is_some() {
        bail!("--gold is not there for ranking");
    }
    let columns = job.source.columns()?;
    let input = if columns.iter().any(|column| column == "ranking") {
        read_orders(job)?
    } else {
        read_pairs(job)?
    };
    let rows = input.pairs.len() + input.orders.len();
    if rows == 0 {
        return Err(no_answers(job));
    }
    job.progress.step(format!("consolidating {rows} answers"));
    let (items, workers) = (input.items.len(), input.workers.len());
    let comparisons = Comparisons::new(items, workers, &input.pairs, &input.orders)?;
    let mut answers = vec![0u32; items];
    let compared = input.pairs.iter().flat_map(|pair| [pair.left, pair.right]);
    let placed = input
        .orders
        .iter()
        .flat_map(|order| order.places.iter().flatten());
    for item in compared.chain(placed.copied()) {
        answers[item as usize] += 1;
    }
    let ranking = match job.method {
        Method::Majority => None,
        _ => Some(bradley_terry::rank(
            &comparisons,
            bradley_terry::Options::default(),
        )),
    };
    let scores = match &ranking {
        Some(ranking) => ranking.scores.clone(),
        None => win_share::shares(&comparisons),
    };
    let order = match &ranking {
        Some(ranking) => ranking.order.clone(),
        None => order_of(&scores),
    };
    let mut confidences = vec![None; items];
    if let Some(ranking) = &ranking {
        for (item, confidence) in order.iter().zip(&ranking.confidences) {
            confidences[*item as usize] = Some(*confidence);
        }
    }
    write::whole(&job.options.out, |out| {
        for (place, item) in order.iter().enumerate() {
            let item = *item as usize;
            let mut members = vec![
                ("place", (place + 1).into()),
                ("score", write::rounded(scores[item]).into()),
            ];
            if let Some(ranking) = &ranking {
                let error = ranking.standard_errors[item];
                members.push(("standard_error", write::rounded(error).into()));
                members.push(("confidence", confidences[item].map(write::rounded).into()));
            }
            members.push(("answers", answers[item].into()));
            write::line(out, input.items.name(item), &members)?;
        }
        Ok(())
    })?;
    let parts = ranking.as_ref().map_or(1, |ranking| {
        ranking.parts.iter().max().map_or(1, |part| part + 1)
    });
    let mut outcome = Outcome::new(input.items, input.workers, rows, answers, confidences);
    outcome.counted = rows;
    if let Some(ranking) = &ranking {
        outcome.set_errors(ranking.standard_errors.iter().copied().map(Some).collect());
        let workers = ranking.workers.iter();
        outcome.set_skills(
            ["reliability"],
            workers.map(|worker| (worker.answers, [Some(worker.reliability)])),
        );
    } else {
        for (worker, skill) in outcome.skills.iter_mut().enumerate() {
            skill.answers = comparisons.answers_of(worker);
        }
    }
    if parts > 1 {
        outcome.remarks.push(format!(
            "no comparison connects {parts} groups of items: which group is better is not known"
        ));
    }
    Ok(outcome)
}

fn read_pairs(job: &Job<'_>) -> anyhow::Result<Input> {
    let (mut items, mut workers) = (Names::default(), Names::default());
    let mut pairs = Vec::new();
    let columns = ["worker_id", "left", "right", "label"];
    job.source
        .rows(&columns, &[], job.progress, |_, row: Pair| {
            let label = row.label.0.as_str();
            let preferred = if row.left == row.right {
                bail!("`{}` is compared with itself", row.left.0)
            } else if label == row.left.0 {
                Preferred::Left
            } else if label == row.right.0 {
                Preferred::Right
            } else {
                match label {
                    "left" => Preferred::Left,
                    "right" => Preferred::Right,
                    "neither" | "tie" | "" => Preferred::Neither,
                    _ => bail!(
                        "`label` is `{label}`, not one of `{}`, `{}`, left, right and neither",
                        row.left.0,
                        row.right.0
                    ),
                }
            };
            pairs.push(Comparison {
                worker: id(&mut workers, "worker_id", &row.worker_id)?,
                left: id(&mut items, "left", &row.left)?,
                right: id(&mut items, "right", &row.right)?,
                preferred,
            });
            Ok(())
        })?;
    Ok(Input {
        items,
        workers,
        pairs,
        orders: Vec::new(),
    })
}

fn read_orders(job: &Job<'_>) -> anyhow::Result<Input> {
    let (mut items, mut workers) = (Names::default(), Names::default());
    let mut orders = Vec::new();
    let columns = ["worker_id", "ranking"];
    job.source
        .rows(&columns, &[], job.progress, |_, row: Ranked| {
            let ranked = &row.ranking.0;
            if ranked.len() > ORDER_MAX {
                bail!(
                    "`ranking` has {} items, at most {ORDER_MAX} are allowed",
                    ranked.len()
                );
            }
            let mut places = Vec::with_capacity(ranked.len());
            for item in ranked {
                let number = id(&mut items, "ranking", item)?;
                if places.contains(&vec![number]) {
                    bail!("`ranking` has `{}` twice", item.0);
                }
                places.push(vec![number]);
            }
            orders.push(Order {
                worker: id(&mut workers, "worker_id", &row.worker_id)?,
                places,
            });
            Ok(())
        })?;
    Ok(Input {
        items,
        workers,
        pairs: Vec::new(),
        orders,
    })
}
