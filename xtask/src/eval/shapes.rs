//! Shapes without sets of their own: crowds are simulated around a known truth.
//!
//! Each worker has a noise, a bias (by chance, and the more outward the hastier the worker), a rate of misses and one of false
//! alarms; every twentieth offset is a slip of four times the noise. The limit of a simulation is the error of the mean that
//! knows every worker's noise and bias and who drew what.

use anyhow::Result;
use cairn_algorithms::shapes::{
    self, BoundingBox, Keypoint, Labeled, Line, Method, ObjectShapes, Options, Point, Polygon,
    Polyline, RotatedBox, Shape, ShapeAnswer, Size,
};

use super::figure::Figure;
use super::simulate::normal;
use crate::random::Random;

const OBJECTS: usize = 400;
const WORKERS: usize = 24;
const ANSWERS: usize = 5;
const LABELS: u32 = 3;
/// Things lie in cells of this side, 4 x 3 of them, so that two are seldom at the same place.
const CELL: f64 = 250.0;
/// Noise of a usual worker, over the extent; in pixels for keypoints.
const NOISE: f64 = 0.04;
const NOISE_PIXELS: f64 = 4.0;
/// The limit knows what no crowd tells; at most so many times its error is asked for.
const OVER_LIMIT: f64 = 1.1;

/// Simulates each kind of shape, and prints a row for each method.
pub fn run() -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    println!("| shape | method | F1 | mean error | error over the limit |");
    println!("|---|---|---|---|---|");
    simulate("bounding boxes", bounding_box, &mut figures)?;
    simulate("rotated boxes", rotated_box, &mut figures)?;
    simulate("polygons", polygon, &mut figures)?;
    simulate("keypoints", keypoint, &mut figures)?;
    simulate("lines", line, &mut figures)?;
    simulate("polylines", polyline, &mut figures)?;
    println!("\nErrors are 1 - IoU, or pixels for keypoints, lines and polylines.");
    Ok(figures)
}

struct Worker {
    noise: f64,
    bias: Vec<f64>,
    misses: f64,
    invents: f64,
    misnames: f64,
}

/// A thing, and how each worker who drew it moved its offsets, in units of its scale.
struct Thing<S> {
    label: u32,
    shape: S,
    drawn: Vec<(usize, Vec<f64>)>,
}

fn simulate<S: Shape>(
    name: &str,
    thing: fn(&mut Random, Point) -> S,
    figures: &mut Vec<Figure>,
) -> Result<()> {
    let mut random = Random::new(5);
    let workers: Vec<Worker> = (0..WORKERS)
        .map(|_| {
            let noise = (0.6 * normal(&mut random)).exp();
            let room = (noise - 1.0).max(0.0);
            Worker {
                noise,
                bias: (0..S::BIASES)
                    .map(|_| 0.6 * noise * normal(&mut random) + room)
                    .collect(),
                misses: 0.3 * random.fraction(),
                invents: 0.2 * random.fraction(),
                misnames: 0.1 * random.fraction(),
            }
        })
        .collect();
    let mut objects = Vec::new();
    let mut truths = Vec::new();
    for _ in 0..OBJECTS {
        let (object, things) = draw(&mut random, &workers, thing);
        objects.push(object);
        truths.push(things);
    }
    let limit = limit(&truths, &workers);
    let mut of_mean = (0.0, 0.0);
    for (method, title) in [
        (Method::GroundTruth, "plain mean, half of the workers"),
        (Method::Smaller, "smaller shapes weigh more, two workers"),
        (Method::Cairn, "cairn"),
    ] {
        let options = Options {
            method,
            ..Options::default()
        };
        let result = shapes::consolidate(&objects, WORKERS, LABELS as usize, options)?;
        let mut score = Score::default();
        for (decision, things) in result.objects.iter().zip(&truths) {
            let given: Vec<Labeled<S>> = decision
                .iter()
                .flat_map(|decision| &decision.shapes)
                .map(|one| Labeled {
                    label: one.label,
                    shape: one.shape.clone(),
                })
                .collect();
            score.add(&given, things);
        }
        let (f1, error) = (score.f1(), score.error / score.found);
        println!(
            "| {name} | {title} | {f1:.4} | {error:.4} | {:.2} |",
            error / limit
        );
        match method {
            Method::GroundTruth => of_mean = (f1, error),
            Method::Smaller => {}
            Method::Cairn => {
                let mut ask = |what: &str, value, most| {
                    figures.push(Figure::at_most(format!("{name}: {what}"), value, most));
                };
                ask("error over the limit", error / limit, OVER_LIMIT);
                ask("error over that of the plain mean", error / of_mean.1, 1.0);
                figures.push(Figure::at_least(
                    format!("{name}: F1 beyond the plain mean's"),
                    f1 - of_mean.0,
                    0.0,
                ));
            }
        }
    }
    Ok(())
}

fn draw<S: Shape>(
    random: &mut Random,
    workers: &[Worker],
    thing: fn(&mut Random, Point) -> S,
) -> (ObjectShapes<S>, Vec<Thing<S>>) {
    let mut cells: Vec<u64> = (0..12).collect();
    let mut place = |random: &mut Random| {
        let cell = cells.swap_remove(random.below(cells.len() as u64) as usize);
        let side =
            |cell: u64, random: &mut Random| (cell as f64 + 0.4 + 0.2 * random.fraction()) * CELL;
        Point {
            x: side(cell % 4, random),
            y: side(cell / 4, random),
        }
    };
    let mut things: Vec<Thing<S>> = (0..1 + random.below(4))
        .map(|_| {
            let at = place(random);
            let shape = thing(random, at);
            Thing {
                label: random.below(u64::from(LABELS)) as u32,
                // With as many offsets as consolidation gives it.
                shape: S::middle(&[&shape]),
                drawn: Vec::new(),
            }
        })
        .collect();
    let first = random.below(WORKERS as u64) as usize;
    let step = [1, 5, 7, 11][random.below(4) as usize];
    let mut answers = Vec::new();
    for turn in 0..ANSWERS {
        let number = (first + turn * step) % WORKERS;
        let worker = &workers[number];
        let mut shapes = Vec::new();
        for thing in &mut things {
            if random.chance(worker.misses) {
                continue;
            }
            let offsets = offsets(random, worker, &thing.shape);
            let scale = scale(&thing.shape);
            let moves: Vec<f64> = offsets.iter().map(|offset| offset * scale).collect();
            let wrong = u32::from(random.chance(worker.misnames));
            shapes.push(Labeled {
                label: (thing.label + wrong) % LABELS,
                shape: thing.shape.moved(&moves).finished(),
            });
            thing.drawn.push((number, offsets));
        }
        if random.chance(worker.invents) {
            let at = place(random);
            shapes.push(Labeled {
                label: random.below(u64::from(LABELS)) as u32,
                shape: thing(random, at),
            });
        }
        answers.push(ShapeAnswer {
            worker: number as u32,
            shapes,
        });
    }
    let object = ObjectShapes {
        size: Some(Size {
            width: 4.0 * CELL,
            height: 3.0 * CELL,
        }),
        answers,
    };
    (object, things)
}

fn scale<S: Shape>(shape: &S) -> f64 {
    if shape.extent() > 1.0 {
        NOISE * shape.extent()
    } else {
        NOISE_PIXELS
    }
}

/// How a worker moves the offsets of a thing. Those of a long chain of points go together, as a hand does.
fn offsets<S: Shape>(random: &mut Random, worker: &Worker, shape: &S) -> Vec<f64> {
    let mut own = Vec::new();
    shape.offsets(shape, &mut own);
    let waves: Vec<f64> = (0..5).map(|_| normal(random) / 5f64.sqrt()).collect();
    let count = own.len();
    let slip = if random.chance(0.05) { 4.0 } else { 1.0 };
    (0..count)
        .map(|offset| {
            let turn = std::f64::consts::TAU * offset as f64 / count as f64;
            let noise = if count < 8 {
                normal(random)
            } else {
                waves[0]
                    + 2f64.sqrt() * (waves[1] * turn.sin() + waves[2] * turn.cos())
                    + 2f64.sqrt() * (waves[3] * (2.0 * turn).sin() + waves[4] * (2.0 * turn).cos())
            };
            let bias = S::kinds(offset).0.map_or(0.0, |kind| worker.bias[kind]);
            bias + slip * worker.noise * noise
        })
        .collect()
}

/// The mean error of those who know the workers' noises and biases.
fn limit<S: Shape>(truths: &[Vec<Thing<S>>], workers: &[Worker]) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for thing in truths
        .iter()
        .flatten()
        .filter(|thing| thing.drawn.len() > 1)
    {
        let mut moves = vec![0.0; thing.drawn[0].1.len()];
        let mut total = 0.0;
        for (number, offsets) in &thing.drawn {
            let worker = &workers[*number];
            let weight = 1.0 / (worker.noise * worker.noise);
            for (offset, (sum, value)) in moves.iter_mut().zip(offsets).enumerate() {
                let bias = S::kinds(offset).0.map_or(0.0, |kind| worker.bias[kind]);
                *sum += weight * (value - bias);
            }
            total += weight;
        }
        let scale = scale(&thing.shape);
        for by in &mut moves {
            *by *= scale / total;
        }
        sum += error(&thing.shape.moved(&moves), &thing.shape);
        count += 1.0;
    }
    sum / count
}

/// 1 - IoU, or the distance.
fn error<S: Shape>(one: &S, other: &S) -> f64 {
    one.distance(other)
        .unwrap_or_else(|| 1.0 - one.likeness(other, 1.0))
}

#[derive(Default)]
struct Score {
    given: f64,
    truth: f64,
    found: f64,
    error: f64,
}

impl Score {
    /// One to one, from the smallest error up; found are those with an IoU of at least one half, or within a tenth of a cell.
    fn add<S: Shape>(&mut self, given: &[Labeled<S>], things: &[Thing<S>]) {
        self.given += given.len() as f64;
        self.truth += things.len() as f64;
        let mut pairs = Vec::new();
        for (at, one) in given.iter().enumerate() {
            for (of_truth, thing) in things.iter().enumerate() {
                let error = error(&one.shape, &thing.shape);
                let most = if one.shape.distance(&one.shape).is_some() {
                    CELL / 10.0
                } else {
                    0.5
                };
                if one.label == thing.label && error <= most {
                    pairs.push((error, at, of_truth));
                }
            }
        }
        pairs.sort_by(|one, two| one.0.total_cmp(&two.0));
        let (mut used, mut used_truth) = (vec![false; given.len()], vec![false; things.len()]);
        for (error, at, of_truth) in pairs {
            if !used[at] && !used_truth[of_truth] {
                (used[at], used_truth[of_truth]) = (true, true);
                self.found += 1.0;
                self.error += error;
            }
        }
    }

    fn f1(&self) -> f64 {
        2.0 * self.found / (self.given + self.truth)
    }
}

/// Between 40 and 120 pixels.
fn side(random: &mut Random) -> f64 {
    40.0 + 80.0 * random.fraction()
}

fn bounding_box(random: &mut Random, at: Point) -> BoundingBox {
    let (width, height) = (side(random), side(random));
    BoundingBox {
        left: at.x - width / 2.0,
        top: at.y - height / 2.0,
        width,
        height,
    }
}

fn rotated_box(random: &mut Random, at: Point) -> RotatedBox {
    RotatedBox {
        x: at.x,
        y: at.y,
        width: side(random),
        height: side(random),
        angle: std::f64::consts::TAU * random.fraction(),
    }
}

fn keypoint(_random: &mut Random, at: Point) -> Keypoint {
    Keypoint { x: at.x, y: at.y }
}

fn line(random: &mut Random, at: Point) -> Line {
    let angle = std::f64::consts::TAU * random.fraction();
    let half = side(random) / 2.0;
    let end = |way: f64| Point {
        x: at.x + way * half * angle.cos(),
        y: at.y + way * half * angle.sin(),
    };
    Line {
        from: end(-1.0),
        to: end(1.0),
    }
}

fn polyline(random: &mut Random, at: Point) -> Polyline {
    let length = 2.0 * side(random);
    let points = (0..6).map(|step| Point {
        x: at.x + length * (f64::from(step) / 5.0 - 0.5),
        y: at.y + 30.0 * (random.fraction() - 0.5),
    });
    Polyline {
        points: points.collect(),
    }
}

fn polygon(random: &mut Random, at: Point) -> Polygon {
    let radius = side(random) / 2.0;
    let points = (0..9).map(|step| {
        let angle = std::f64::consts::TAU * f64::from(step) / 9.0;
        let far = radius * (0.7 + 0.5 * random.fraction());
        Point {
            x: at.x + far * angle.cos(),
            y: at.y + far * angle.sin(),
        }
    });
    Polygon {
        points: points.collect(),
    }
}
