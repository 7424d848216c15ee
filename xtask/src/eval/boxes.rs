//! Bounding boxes: found things and their place on sets with gold truth.
//!
//! A box is found when it has a gold box's label and an intersection over union with it of at least a
//! threshold; boxes are matched one to one, from the most alike down. F1 counts these over all objects with
//! gold; the mean IoU is that of the pairs matched at one half.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use cairn_algorithms::shapes::{
    self, BoundingBox, Labeled, Method, ObjectShapes, Options, ShapeAnswer, Size, agreement,
};
use serde_json::Value;

use super::figure::Figure;
use crate::bench::meter::Meter;
use crate::random::Random;

/// Evaluates the sets below `folder`, and prints a row for each method.
pub fn run(folder: &Path) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    println!("| set | method | F1@.5 | F1@.75 | mean IoU | precision | recall | Brier | ECE |");
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut agreements = Vec::new();
    for name in ["pedestrians", "bccd_sim"] {
        let set = Set::read(&folder.join(name)).with_context(|| format!("read {name}"))?;
        let row = |method: &str, score: &Score| {
            println!(
                "| {name} | {method} | {:.4} | {:.4} | {:.4} | {:.4} | {:.4} | {} |",
                score.f1(0),
                score.f1(1),
                score.iou / score.found[0],
                score.found[0] / score.given,
                score.found[0] / score.gold,
                score.calibration(),
            );
        };
        row("one worker", &set.one_worker());
        for (method, title) in [
            (Method::GroundTruth, "ground-truth"),
            (Method::Smaller, "smaller boxes"),
        ] {
            row(
                title,
                &set.score(Options {
                    method,
                    ..Options::default()
                })?,
            );
        }
        let ours = set.score(Options::default())?;
        row("cairn", &ours);
        let mut require = |what: &str, value: f64, least: f64| {
            figures.push(Figure::at_least(format!("{name}: {what}"), value, least));
        };
        if name == "pedestrians" {
            require("F1 at IoU .5", ours.f1(0), 0.94);
            require("F1 at IoU .75", ours.f1(1), 0.83);
            require("mean IoU", ours.iou / ours.found[0], 0.855);
        } else {
            require("F1 at IoU .75", ours.f1(1), 0.983);
        }
        if let Some(found) = agreement::agreement(&set.objects, set.workers, set.labels)? {
            agreements.push(format!(
                "{name}: IoU of two workers {:.3}, with any label {:.3}",
                found.iou, found.iou_any_label
            ));
        }
    }
    println!("\n{}.", agreements.join("; "));
    figures.push(Figure::at_least(
        "objects a CPU second",
        speed()?,
        200_000.0,
    ));
    Ok(figures)
}

/// A set; objects, workers and labels by number.
struct Set {
    objects: Vec<ObjectShapes<BoundingBox>>,
    workers: usize,
    labels: usize,
    /// By object.
    gold: Vec<Option<Vec<Labeled<BoundingBox>>>>,
}

impl Set {
    fn read(folder: &Path) -> Result<Set> {
        let (answers, gold) = (
            lines(&folder.join("answers.jsonl"))?,
            lines(&folder.join("gold.jsonl"))?,
        );
        let mut labels = Numbers::default();
        let (mut workers, mut objects) = (Numbers::default(), Numbers::default());
        let mut list: Vec<ObjectShapes<BoundingBox>> = Vec::new();
        for line in &answers {
            let object = objects.number(text(line, "object_id")?);
            if object as usize == list.len() {
                list.push(ObjectShapes {
                    size: Some(Size {
                        width: number(line, "width")?,
                        height: number(line, "height")?,
                    }),
                    answers: Vec::new(),
                });
            }
            list[object as usize].answers.push(ShapeAnswer {
                worker: workers.number(text(line, "worker_id")?),
                shapes: boxes(line, &mut labels)?,
            });
        }
        let mut truths = vec![None; list.len()];
        for line in &gold {
            let object = objects.0.get(text(line, "object_id")?);
            let object = *object.context("gold for an object without answers")?;
            truths[object as usize] = Some(boxes(line, &mut labels)?);
        }
        ensure!(!list.is_empty(), "no answers");
        Ok(Set {
            objects: list,
            workers: workers.0.len(),
            labels: labels.0.len(),
            gold: truths,
        })
    }

    fn score(&self, options: Options) -> Result<Score> {
        let result = shapes::consolidate(&self.objects, self.workers, self.labels, options)?;
        let mut score = Score::default();
        for (decision, gold) in result.objects.iter().zip(&self.gold) {
            let Some(gold) = gold else { continue };
            let given: Vec<(Labeled<BoundingBox>, f64)> = decision
                .iter()
                .flat_map(|decision| &decision.shapes)
                .map(|one| {
                    let (label, shape) = (one.label, one.shape);
                    (Labeled { label, shape }, one.confidence)
                })
                .collect();
            score.add(&given, gold);
        }
        Ok(score)
    }

    /// Every answer scored as if it were the only one.
    fn one_worker(&self) -> Score {
        let mut score = Score::default();
        for (object, gold) in self.objects.iter().zip(&self.gold) {
            let Some(gold) = gold else { continue };
            for answer in &object.answers {
                let given: Vec<_> = answer.shapes.iter().map(|shape| (*shape, 1.0)).collect();
                score.add(&given, gold);
            }
        }
        score
    }
}

/// Thresholds of the intersection over union.
const THRESHOLDS: [f64; 2] = [0.5, 0.75];

/// Counts over all objects.
#[derive(Default)]
struct Score {
    given: f64,
    gold: f64,
    /// Matched, by threshold.
    found: [f64; 2],
    /// Sum of the intersections over union matched at the first.
    iou: f64,
    /// Of each box, its confidence and whether it was matched at the first.
    confidences: Vec<(f64, bool)>,
}

impl Score {
    fn add(&mut self, given: &[(Labeled<BoundingBox>, f64)], gold: &[Labeled<BoundingBox>]) {
        self.given += given.len() as f64;
        self.gold += gold.len() as f64;
        let mut pairs = Vec::new();
        for (at, (one, _)) in given.iter().enumerate() {
            for (of_gold, truth) in gold.iter().enumerate() {
                if one.label == truth.label {
                    pairs.push((one.shape.iou(&truth.shape), at, of_gold));
                }
            }
        }
        pairs.sort_by(|one, two| two.0.total_cmp(&one.0));
        let mut matched = vec![false; given.len()];
        for (number, threshold) in THRESHOLDS.into_iter().enumerate() {
            let (mut used, mut used_gold) = (vec![false; given.len()], vec![false; gold.len()]);
            for (iou, at, of_gold) in &pairs {
                if *iou >= threshold && !used[*at] && !used_gold[*of_gold] {
                    (used[*at], used_gold[*of_gold]) = (true, true);
                    self.found[number] += 1.0;
                    if number == 0 {
                        self.iou += iou;
                    }
                }
            }
            if number == 0 {
                matched = used;
            }
        }
        let confidences = given.iter().zip(matched);
        self.confidences
            .extend(confidences.map(|((_, confidence), matched)| (*confidence, matched)));
    }

    fn f1(&self, threshold: usize) -> f64 {
        2.0 * self.found[threshold] / (self.given + self.gold)
    }

    /// Brier score, and expected calibration error in ten bins, of the boxes given.
    fn calibration(&self) -> String {
        let (mut brier, mut bins) = (0.0, [(0.0, 0.0); 10]);
        for (confidence, matched) in &self.confidences {
            let right = f64::from(u8::from(*matched));
            brier += (confidence - right) * (confidence - right);
            let bin = &mut bins[((confidence * 10.0) as usize).min(9)];
            *bin = (bin.0 + confidence, bin.1 + right);
        }
        let count = self.confidences.len() as f64;
        let gaps: f64 = bins
            .iter()
            .map(|(sure, right): &(f64, f64)| (sure - right).abs())
            .sum();
        format!("{:.4} | {:.4}", brier / count, gaps / count)
    }
}

/// Objects a CPU second: 5 workers each, who draw two to four boxes.
fn speed() -> Result<f64> {
    let (objects, workers) = (200_000, 1_000);
    let mut random = Random::new(11);
    let list: Vec<ObjectShapes<BoundingBox>> = (0..objects)
        .map(|_| {
            let things: Vec<(f64, f64)> = (0..2 + random.below(3))
                .map(|_| (random.fraction() * 1_100.0, random.fraction() * 600.0))
                .collect();
            let answers = (0..5)
                .map(|place| ShapeAnswer {
                    worker: (random.below(workers / 5) * 5 + place) as u32,
                    shapes: things
                        .iter()
                        .map(|(left, top)| Labeled {
                            label: random.below(3) as u32,
                            shape: BoundingBox {
                                left: left + random.fraction() * 8.0,
                                top: top + random.fraction() * 8.0,
                                width: 60.0 + random.fraction() * 8.0,
                                height: 90.0 + random.fraction() * 8.0,
                            },
                        })
                        .collect(),
                })
                .collect();
            ObjectShapes {
                size: Some(Size {
                    width: 1_280.0,
                    height: 720.0,
                }),
                answers,
            }
        })
        .collect();
    let meter = Meter::start(std::process::id())?;
    let result = shapes::consolidate(&list, workers as usize, 3, Options::default())?;
    let seconds = meter.end()?.cpu_s;
    let boxes: usize = (result.objects.iter().flatten())
        .map(|one| one.shapes.len())
        .sum();
    println!("\n{objects} objects x 5 workers, {boxes} boxes: {seconds:.2} CPU-s.");
    Ok(objects as f64 / seconds)
}

#[derive(Default)]
struct Numbers(HashMap<String, u32>);

impl Numbers {
    fn number(&mut self, name: &str) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(name.to_owned()).or_insert(next)
    }
}

fn lines(path: &Path) -> Result<Vec<Value>> {
    let text = std::fs::read_to_string(path).with_context(|| {
        format!(
            "read {}: the sets lie outside the repository, where CAIRN_SHARED says",
            path.display()
        )
    })?;
    let parsed = text.lines().map(serde_json::from_str);
    Ok(parsed.collect::<Result<_, _>>()?)
}

fn text<'a>(line: &'a Value, key: &str) -> Result<&'a str> {
    line[key]
        .as_str()
        .with_context(|| format!("no text in {key}"))
}

fn number(line: &Value, key: &str) -> Result<f64> {
    line[key]
        .as_f64()
        .with_context(|| format!("no number in {key}"))
}

fn boxes(line: &Value, labels: &mut Numbers) -> Result<Vec<Labeled<BoundingBox>>> {
    let list = line["boxes"].as_array().context("no boxes")?;
    list.iter()
        .map(|one| {
            Ok(Labeled {
                label: labels.number(text(one, "label")?),
                shape: BoundingBox {
                    left: number(one, "left")?,
                    top: number(one, "top")?,
                    width: number(one, "width")?,
                    height: number(one, "height")?,
                },
            })
        })
        .collect()
}
