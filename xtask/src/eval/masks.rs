//! A class a pixel: intersection over union with gold masks, honesty of the confidence, and speed.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use cairn_algorithms::masks::{
    Consolidation, Mask, MaskAnswer, Method, Options, Order, Run, Shape, consolidate,
};
use serde_json::Value;

use super::figure::Figure;

/// Mean IoU that pixel votes of other programs reached.
const SETS: [(&str, f64); 4] = [
    ("bubil1", 0.746),
    ("bubil3", 0.835),
    ("bubil5", 0.894),
    ("camvid_sim", 0.894),
];
/// The sets where `slot1` of one object is somebody else than `slot1` of another.
const POSITIONS: &str = "bubil";
const METHODS: [Method; 4] = [
    Method::Vote,
    Method::Weighted,
    Method::Smoothed,
    Method::Cairn,
];
/// Megapixels a CPU-second that are required.
const SPEED: f64 = 200.0;
/// Answers to an object of which speed is measured.
const ANSWERS: usize = 5;

/// CPU-seconds for which speed is measured at least: the system's clock moves in steps of milliseconds.
const MEASURED_S: f64 = 0.4;

struct Set {
    name: String,
    classes: usize,
    workers: usize,
    objects: Vec<Vec<MaskAnswer>>,
    gold: Vec<Mask>,
}

/// Evaluates the sets in `folder`, and prints a row for each.
pub fn run(folder: &Path) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let mut all = Vec::new();
    println!(
        "Mean IoU with gold; confidence (expected IoU) beside what the default reached.\n\n| set | objects | answers | one worker | vote | weighted | smoothed | cairn | agreement | confidence: mean | error | correlation |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    let mut sets = Vec::new();
    for (name, bound) in SETS {
        let set = Set::read(&folder.join(name))?;
        let mut reached = Vec::new();
        let mut default = Consolidation::default();
        for method in METHODS {
            default = set.consolidate(method)?;
            reached.push(set.ious(&default));
        }
        let cairn = &reached[METHODS.len() - 1];
        let confidences: Vec<f64> = default
            .objects
            .iter()
            .flatten()
            .map(|decision| decision.confidence)
            .collect();
        println!(
            "| {name} | {} | {} | {:.4} | {} | {:.3} | {:.3} | {:.3} | {:.2} |",
            set.objects.len(),
            set.objects.iter().map(Vec::len).sum::<usize>(),
            mean(&set.single()),
            reached
                .iter()
                .map(|ious| format!("{:.4}", mean(ious)))
                .collect::<Vec<_>>()
                .join(" | "),
            default.agreement.unwrap_or(0.0),
            mean(&confidences),
            mean(
                &confidences
                    .iter()
                    .zip(cairn)
                    .map(|(said, is)| (said - is).abs())
                    .collect::<Vec<_>>()
            ),
            correlation(&confidences, cairn),
        );
        figures.push(Figure::at_least(
            format!("{name}: mean IoU"),
            mean(cairn),
            bound,
        ));
        if name.starts_with(POSITIONS) {
            all.push(mean(cairn));
        }
        sets.push(set);
    }
    let anchors: Vec<f64> = SETS
        .iter()
        .filter(|(name, _)| name.starts_with(POSITIONS))
        .map(|(_, bound)| *bound)
        .collect();
    figures.push(Figure::at_least(
        "bubil: mean of the three",
        mean(&all),
        mean(&anchors) + 0.01,
    ));
    figures.extend(speed(&sets)?);
    Ok(figures)
}

/// CPU-seconds of this thread so far.
fn cpu_s() -> Result<f64> {
    let path = "/proc/thread-self/schedstat";
    let text = std::fs::read_to_string(path).with_context(|| format!("read {path}"))?;
    let field = text.split_whitespace().next().unwrap_or_default();
    let nanoseconds: f64 = field.parse().with_context(|| format!("{path}: no time"))?;
    Ok(nanoseconds / 1e9)
}

/// Prints megapixels a CPU-second, by method, for masks as they are and enlarged.
fn speed(sets: &[Set]) -> Result<Vec<Figure>> {
    println!(
        "\nMegapixels (each object's counted once) a CPU-second, {ANSWERS} answers each.\n\n| masks | megapixels | pixels a run | vote | weighted | smoothed | cairn |\n|---|---|---|---|---|---|---|"
    );
    let mut figures = Vec::new();
    for (set, times, specks) in [
        (&sets[0], 1, 0),
        (&sets[3], 1, 0),
        (&sets[3], 8, 0),
        (&sets[3], 8, 1000),
        (&sets[3], 8, 100),
    ] {
        let large = set.enlarged(times, specks)?;
        let runs: usize = large
            .objects
            .iter()
            .flatten()
            .map(|answer| answer.mask.run_count())
            .sum();
        let pixels: u64 = large
            .objects
            .iter()
            .map(|answers| answers[0].mask.shape().pixels())
            .sum();
        let answers: usize = large.objects.iter().map(Vec::len).sum();
        let mut rates = Vec::new();
        for method in METHODS {
            let (start, mut rounds) = (cpu_s()?, 0.0);
            let mut took = 0.0;
            while took < MEASURED_S {
                let decided = large.consolidate(method)?;
                ensure!(decided.objects.len() == large.objects.len());
                rounds += 1.0;
                took = cpu_s()? - start;
            }
            rates.push(rounds * pixels as f64 / 1e6 / took);
        }
        let what = match (times, specks) {
            (1, _) => format!("{} as it is", set.name),
            (_, 0) => format!("{} enlarged {times} times", set.name),
            _ => format!(
                "{} enlarged {times} times, a speck every {specks} pixels",
                set.name
            ),
        };
        println!(
            "| {what} | {:.1} | {:.0} | {} |",
            pixels as f64 / 1e6,
            pixels as f64 / large.objects.len() as f64 * answers as f64 / runs as f64,
            rates
                .iter()
                .map(|rate| format!("{rate:.0}"))
                .collect::<Vec<_>>()
                .join(" | ")
        );
        figures.push(Figure::at_least(
            format!("{what}: megapixels a CPU-second"),
            rates[METHODS.len() - 1],
            SPEED,
        ));
    }
    Ok(figures)
}

impl Set {
    fn read(folder: &Path) -> Result<Set> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let (answers, gold) = (
            lines(&folder.join("answers.jsonl"))?,
            lines(&folder.join("gold.jsonl"))?,
        );
        let mut classes = 2;
        for line in answers.iter().chain(&gold) {
            for run in line["runs"].as_array().into_iter().flatten() {
                classes = classes.max(run[0].as_u64().context("run: no class")? as usize + 1);
            }
        }
        let (mut numbers, mut workers) = (HashMap::new(), HashMap::new());
        let mut set = Set {
            name: name.into_owned(),
            classes,
            workers: 0,
            objects: vec![Vec::new(); gold.len()],
            gold: Vec::new(),
        };
        for (number, line) in gold.iter().enumerate() {
            numbers.insert(line["object_id"].to_string(), number);
            set.gold.push(mask(line, classes)?);
        }
        for line in &answers {
            let Some(object) = numbers.get(&line["object_id"].to_string()) else {
                continue;
            };
            let next = workers.len() as u32;
            let worker = *workers.entry(line["worker_id"].to_string()).or_insert(next);
            set.objects[*object].push(MaskAnswer {
                worker,
                mask: mask(line, classes)?,
            });
        }
        set.workers = workers.len();
        Ok(set)
    }

    fn consolidate(&self, method: Method) -> Result<Consolidation> {
        let options = Options {
            method,
            workers_are_persons: !self.name.starts_with(POSITIONS),
        };
        Ok(consolidate(
            &self.objects,
            self.workers,
            self.classes,
            &options,
        )?)
    }

    fn ious(&self, consolidation: &Consolidation) -> Vec<f64> {
        self.gold
            .iter()
            .zip(&consolidation.objects)
            .map(|(gold, decision)| {
                decision
                    .as_ref()
                    .map_or(0.0, |decision| iou(&decision.mask, gold, self.classes))
            })
            .collect()
    }

    fn single(&self) -> Vec<f64> {
        let objects = self.objects.iter().zip(&self.gold);
        objects
            .flat_map(|(answers, gold)| {
                answers
                    .iter()
                    .map(|answer| iou(&answer.mask, gold, self.classes))
            })
            .collect()
    }

    /// Five answers to each object, every pixel `times` wide and high; and, unless `specks` is 0, one
    /// pixel of another class in about so many, elsewhere in each answer.
    fn enlarged(&self, times: u32, specks: u32) -> Result<Set> {
        let mut objects = Vec::new();
        let mut chance = 1u64;
        for answers in &self.objects {
            let mut large = Vec::new();
            for answer in answers.iter().take(ANSWERS) {
                let mut runs = enlarge(&answer.mask, times);
                if specks > 0 {
                    runs = speckle(&runs, specks, self.classes as u16, &mut chance);
                }
                let shape = answer.mask.shape();
                let shape = Shape {
                    width: shape.width * times,
                    height: shape.height * times,
                    order: shape.order,
                };
                large.push(MaskAnswer {
                    worker: answer.worker,
                    mask: Mask::from_runs(shape, self.classes, runs)?,
                });
            }
            objects.push(large);
        }
        Ok(Set {
            name: self.name.clone(),
            classes: self.classes,
            workers: self.workers,
            objects,
            gold: Vec::new(),
        })
    }
}

fn enlarge(mask: &Mask, times: u32) -> Vec<Run> {
    let line = mask.shape().line();
    let (mut runs, mut of_line) = (Vec::new(), Vec::new());
    let mut at = 0;
    for run in mask.runs() {
        let end = at + run.length;
        while at < end {
            let length = (end - at).min(line - at % line);
            of_line.push(Run {
                class: run.class,
                length: length * times,
            });
            at += length;
            if at % line == 0 {
                for _ in 0..times {
                    runs.extend_from_slice(&of_line);
                }
                of_line.clear();
            }
        }
    }
    runs
}

/// Puts a pixel of the next class after 0 to 2 × `specks` pixels, again and again.
fn speckle(runs: &[Run], specks: u32, classes: u16, chance: &mut u64) -> Vec<Run> {
    let mut speckled = Vec::new();
    let next = |chance: &mut u64| {
        *chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*chance >> 33) as u32 % (2 * specks)
    };
    let mut gap = next(chance);
    for run in runs {
        let mut left = run.length;
        while gap < left {
            speckled.push(Run {
                class: run.class,
                length: gap,
            });
            speckled.push(Run {
                class: (run.class + 1) % classes,
                length: 1,
            });
            left -= gap + 1;
            gap = next(chance);
        }
        gap -= left;
        speckled.push(Run {
            class: run.class,
            length: left,
        });
    }
    speckled
}

fn lines(path: &Path) -> Result<Vec<Value>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    text.lines()
        .enumerate()
        .map(|(at, line)| {
            serde_json::from_str(line)
                .with_context(|| format!("{}, line {}: not JSON", path.display(), at + 1))
        })
        .collect()
}

fn mask(line: &Value, classes: usize) -> Result<Mask> {
    let number = |value: &Value| value.as_u64().map(|number| number as u32);
    let (width, height) = (number(&line["width"]), number(&line["height"]));
    let (width, height) = width.zip(height).context("mask: no size")?;
    if let Some(lengths) = line["rle"].as_array() {
        let lengths: Option<Vec<u32>> = lengths.iter().map(number).collect();
        return Ok(Mask::from_binary_rle(
            width,
            height,
            &lengths.context("mask: not a length")?,
        )?);
    }
    let shape = Shape {
        width,
        height,
        order: Order::Columns,
    };
    let runs: Option<Vec<Run>> = line["runs"]
        .as_array()
        .context("mask: no runs")?
        .iter()
        .map(|run| {
            Some(Run {
                class: number(&run[0])? as u16,
                length: number(&run[1])?,
            })
        })
        .collect();
    let runs = runs.context("mask: not a run")?;
    Ok(Mask::from_runs(shape, classes, runs)?)
}

/// Mean over the classes that either has; of a binary mask, of the foreground.
fn iou(one: &Mask, other: &Mask, classes: usize) -> f64 {
    let first = usize::from(classes == 2);
    let mut both = vec![0u64; classes];
    let (mut of_one, mut of_other) = (one.runs(), other.runs());
    let empty = Run {
        class: 0,
        length: 0,
    };
    let (mut a, mut b) = (empty, empty);
    loop {
        if a.length == 0 {
            match of_one.next() {
                Some(run) => a = run,
                None => break,
            }
        }
        if b.length == 0 {
            match of_other.next() {
                Some(run) => b = run,
                None => break,
            }
        }
        let length = a.length.min(b.length);
        if a.class == b.class {
            both[usize::from(a.class)] += u64::from(length);
        }
        a.length -= length;
        b.length -= length;
    }
    let (one, other) = (one.areas(classes), other.areas(classes));
    let ious: Vec<f64> = (first..classes)
        .filter(|class| one[*class] + other[*class] > 0)
        .map(|class| both[class] as f64 / (one[class] + other[class] - both[class]) as f64)
        .collect();
    if ious.is_empty() { 1.0 } else { mean(&ious) }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn correlation(one: &[f64], other: &[f64]) -> f64 {
    let (mean_one, mean_other) = (mean(one), mean(other));
    let (mut product, mut of_one, mut of_other) = (0.0, 0.0, 0.0);
    for (a, b) in one.iter().zip(other) {
        product += (a - mean_one) * (b - mean_other);
        of_one += (a - mean_one).powi(2);
        of_other += (b - mean_other).powi(2);
    }
    product / (of_one * of_other).sqrt()
}
