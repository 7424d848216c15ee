//! Items put in order by workers, two at a time (`left`, `right`, `label`) or several (`ranking`, best
//! first). The objects of the labels are the items, in the order found.
//!
//! An item is the same item in all rows, and every comparison counts. True labels have the same forms,
//! without a worker.

use anyhow::bail;
use cairn_algorithms::agreement::comparisons::agreement;
use cairn_algorithms::ranking::{
    Comparison, Comparisons, ORDER_MAX, Order, Preferred, bradley_terry, order_of, win_share,
};
use serde::Deserialize;

use super::super::gold::Gold;
use super::super::input::{Id, List, Source};
use super::super::names::Names;
use super::super::outcome::{Agreement, Figure, Outcome};
use super::super::{Job, Method, write};
use super::{gold, id, no_answers};

#[derive(Deserialize)]
struct Pair {
    worker_id: Option<Id>,
    left: Id,
    right: Id,
    label: Id,
}

#[derive(Deserialize)]
struct Ranked {
    worker_id: Option<Id>,
    ranking: List,
}

struct Input {
    items: Names,
    workers: Names,
    pairs: Vec<Comparison>,
    orders: Vec<Order>,
}

pub(super) fn run(job: &Job<'_>) -> anyhow::Result<Outcome> {
    let input = if has_orders(job.source)? {
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
    job.outputs.write(&job.options.out, |out| {
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
    let gold = gold(job, |source| compare(job, source, &input.items, &scores))?;
    let parts = ranking.as_ref().map_or(1, |ranking| {
        ranking.parts.iter().max().map_or(1, |part| part + 1)
    });
    let mut outcome = Outcome::new(input.items, input.workers, rows, answers, confidences);
    outcome.counted = rows;
    outcome.gold = gold;
    outcome.agreement = agreement(&comparisons).map(|agreement| Agreement {
        objects: agreement.items,
        figures: vec![Figure {
            name: "pairs alike",
            value: agreement.alike,
            meaning: "how far two workers who compared the same two items prefer the same; one half is chance",
        }],
    });
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

impl Pair {
    fn preferred(&self) -> anyhow::Result<Preferred> {
        let label = self.label.0.as_str();
        if self.left == self.right {
            bail!("`{}` is compared with itself", self.left.0)
        } else if label == self.left.0 {
            return Ok(Preferred::Left);
        } else if label == self.right.0 {
            return Ok(Preferred::Right);
        }
        Ok(match label {
            "left" => Preferred::Left,
            "right" => Preferred::Right,
            "neither" | "tie" | "" => Preferred::Neither,
            _ => bail!(
                "`label` is `{label}`, not one of `{}`, `{}`, left, right and neither",
                self.left.0,
                self.right.0
            ),
        })
    }
}

impl Ranked {
    fn items(&self) -> anyhow::Result<&[Id]> {
        let items = &self.ranking.0;
        if items.len() > ORDER_MAX {
            bail!(
                "`ranking` has {} items, at most {ORDER_MAX} are allowed",
                items.len()
            );
        }
        Ok(items)
    }
}

fn has_orders(source: &Source) -> anyhow::Result<bool> {
    let columns = source.columns()?;
    Ok(columns.iter().any(|column| column == "ranking"))
}

fn worker(workers: &mut Names, name: Option<&Id>) -> anyhow::Result<u32> {
    match name {
        Some(name) => id(workers, "worker_id", name),
        None => bail!("there is no `worker_id`"),
    }
}

fn read_pairs(job: &Job<'_>) -> anyhow::Result<Input> {
    let (mut items, mut workers) = (Names::default(), Names::default());
    let mut pairs = Vec::new();
    let columns = ["worker_id", "left", "right", "label"];
    job.source
        .rows(&columns, &[], job.progress, |_, row: Pair| {
            pairs.push(Comparison {
                worker: worker(&mut workers, row.worker_id.as_ref())?,
                left: id(&mut items, "left", &row.left)?,
                right: id(&mut items, "right", &row.right)?,
                preferred: row.preferred()?,
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
            let ranked = row.items()?;
            let mut places = Vec::with_capacity(ranked.len());
            for item in ranked {
                let number = id(&mut items, "ranking", item)?;
                if places.contains(&vec![number]) {
                    bail!("`ranking` has `{}` twice", item.0);
                }
                places.push(vec![number]);
            }
            orders.push(Order {
                worker: worker(&mut workers, row.worker_id.as_ref())?,
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

/// Counts pairs of which one item is truly better. Pairs with an item that has no answers are left out.
struct Pairs<'a> {
    items: &'a Names,
    scores: &'a [f64],
    /// Items with gold.
    seen: Names,
    right: u64,
    equal: u64,
    all: u64,
}

impl Pairs<'_> {
    fn find(&mut self, name: &Id) -> anyhow::Result<Option<usize>> {
        id(&mut self.seen, "label", name)?;
        let found = self.items.find(name.0.as_bytes());
        Ok(found.map(|item| item as usize))
    }

    fn add(&mut self, better: Option<usize>, worse: Option<usize>) {
        if let (Some(better), Some(worse)) = (better, worse) {
            let (better, worse) = (self.scores[better], self.scores[worse]);
            self.all += 1;
            self.right += u64::from(better > worse);
            self.equal += u64::from(better == worse);
        }
    }
}

fn compare(job: &Job<'_>, source: &Source, items: &Names, scores: &[f64]) -> anyhow::Result<Gold> {
    let mut pairs = Pairs {
        items,
        scores,
        seen: Names::default(),
        right: 0,
        equal: 0,
        all: 0,
    };
    if has_orders(source)? {
        source.rows(&["ranking"], &[], job.progress, |_, row: Ranked| {
            let places = row.items()?.iter().map(|item| pairs.find(item));
            let places: Vec<Option<usize>> = places.collect::<anyhow::Result<_>>()?;
            for (at, better) in places.iter().enumerate() {
                for worse in &places[at + 1..] {
                    pairs.add(*better, *worse);
                }
            }
            Ok(())
        })?;
    } else {
        let columns = ["left", "right", "label"];
        source.rows(&columns, &[], job.progress, |_, row: Pair| {
            let (left, right) = (pairs.find(&row.left)?, pairs.find(&row.right)?);
            match row.preferred()? {
                Preferred::Left => pairs.add(left, right),
                Preferred::Right => pairs.add(right, left),
                Preferred::Neither => {}
            }
            Ok(())
        })?;
    }
    if pairs.all == 0 {
        bail!(
            "{}: none of its pairs has answers to both items and a better one",
            source.path().display()
        );
    }
    let known = pairs
        .seen
        .all()
        .filter(|name| items.find(name.as_bytes()).is_some());
    let known = known.count();
    let (right, equal, all) = (pairs.right as f64, pairs.equal as f64, pairs.all as f64);
    Gold::new(source.path(), known, pairs.seen.len() - known, || {
        vec![
            Figure {
                name: "pairs in order",
                value: (right + equal / 2.0) / all,
                meaning: "share of pairs of which the truly better item comes first; half for equal scores",
            },
            Figure {
                name: "Kendall's tau",
                value: (2.0 * right + equal - all) / all,
                meaning: "1 where all pairs are in order, 0 where half of them are, −1 where none is",
            },
        ]
    })
}
