//! Numbers by simulated workers: how near the true ones are found, beside the plain mean, the median and an oracle that
//! knows every worker.

use anyhow::Result;
use cairn_algorithms::numbers::robust::{Options, consolidate};
use cairn_algorithms::numbers::{Bounds, NumberAnswer, Numbers, plain};

use super::figure::Figure;
use super::score::mean;
use super::simulate::{between, distinct, normal};
use crate::random::Random;

const WORKERS: usize = 40;
const CROWDS: u64 = 5;
/// The slider.
const LOW: f64 = 0.0;
const HIGH: f64 = 100.0;
/// How much larger than the oracle's error ours may be.
const OVER_ORACLE: f64 = 1.1;

/// What workers are like.
#[derive(Clone, Copy, Default)]
struct Crowd {
    objects: usize,
    answers: usize,
    /// Standard deviation of the workers' biases.
    bias: f64,
    /// Standard deviations of errors are within this factor of 5 either way.
    spreads: f64,
    /// Share of answers from anywhere on the slider.
    outliers: f64,
    /// Share of workers who answer by chance alone.
    spammers: f64,
    /// Stretches are within this factor of 1 either way.
    stretches: f64,
}

/// A worker as the oracle knows them.
struct Known {
    bias: f64,
    spread: f64,
    stretch: f64,
    outliers: f64,
}

/// Evaluates all crowds, and prints a row for each.
pub fn run() -> Result<Vec<Figure>> {
    println!(
        "Root of the mean squared error on a slider from {LOW} to {HIGH}; {CROWDS} crowds a row, {WORKERS} workers.\n"
    );
    println!(
        "| crowd | one worker | mean | median | robust, no stretches | robust | oracle | in the interval |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let plain = Crowd {
        objects: 1_000,
        answers: 5,
        spreads: 1.0,
        stretches: 1.0,
        ..Crowd::default()
    };
    let human = Crowd {
        bias: 4.0,
        spreads: 3.0,
        outliers: 0.03,
        ..plain
    };
    let crowds = [
        ("all alike", plain),
        (
            "spreads",
            Crowd {
                spreads: 3.0,
                ..plain
            },
        ),
        ("biases", Crowd { bias: 6.0, ..plain }),
        (
            "outliers",
            Crowd {
                outliers: 0.1,
                ..plain
            },
        ),
        ("all of these", human),
        (
            "3 answers",
            Crowd {
                answers: 3,
                ..human
            },
        ),
        (
            "9 answers",
            Crowd {
                answers: 9,
                ..human
            },
        ),
        (
            "a fifth spam",
            Crowd {
                spammers: 0.2,
                ..human
            },
        ),
        (
            "stretches",
            Crowd {
                stretches: 1.5,
                ..human
            },
        ),
        (
            "100 objects",
            Crowd {
                objects: 100,
                ..human
            },
        ),
    ];
    let mut figures = Vec::new();
    for (name, crowd) in crowds {
        let rows: Vec<[f64; 7]> = (0..CROWDS)
            .map(|seed| one(crowd, seed))
            .collect::<Result<_>>()?;
        let root = |column: usize| mean(rows.iter().map(|row| row[column])).sqrt();
        let within = mean(rows.iter().map(|row| row[6]));
        println!(
            "| {name} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {within:.3} |",
            root(0),
            root(1),
            root(2),
            root(3),
            root(4),
            root(5),
        );
        figures.push(Figure::at_most(
            format!("numbers, {name}: error over the oracle's"),
            root(4) / root(5),
            OVER_ORACLE,
        ));
        figures.push(Figure::at_most(
            format!("numbers, {name}: error over the mean's"),
            root(4) / root(1),
            1.02,
        ));
    }
    Ok(figures)
}

/// The columns of one crowd: mean squared errors, then the share of intervals with the truth.
fn one(crowd: Crowd, seed: u64) -> Result<[f64; 7]> {
    let mut random = Random::new(0x9a11 + seed);
    // Away from the ends, where answers would pile up.
    let truth: Vec<f64> = (0..crowd.objects)
        .map(|_| between(&mut random, 20.0, 80.0))
        .collect();
    let mut workers: Vec<Known> = (0..WORKERS)
        .map(|worker| Known {
            bias: crowd.bias * normal(&mut random),
            spread: 5.0 * crowd.spreads.powf(between(&mut random, -1.0, 1.0)),
            stretch: crowd.stretches.powf(between(&mut random, -1.0, 1.0)),
            outliers: if (worker as f64) < crowd.spammers * WORKERS as f64 {
                1.0
            } else {
                crowd.outliers
            },
        })
        .collect();
    // No crowd can tell a bias that all share, nor a stretch.
    let shift = mean(workers.iter().map(|worker| worker.bias));
    let factor = mean(workers.iter().map(|worker| worker.stretch));
    for worker in &mut workers {
        worker.bias -= shift;
        worker.stretch /= factor;
    }
    let mut answers = Vec::new();
    for (object, truth) in truth.iter().enumerate() {
        for worker in distinct(&mut random, WORKERS as u32, crowd.answers) {
            let known = &workers[worker as usize];
            let value = if random.chance(known.outliers) {
                between(&mut random, LOW, HIGH)
            } else {
                let seen = 50.0 + known.stretch * (truth - 50.0) + known.bias;
                (seen + known.spread * normal(&mut random)).clamp(LOW, HIGH)
            };
            answers.push(NumberAnswer {
                object: object as u32,
                worker,
                value,
            });
        }
    }
    let numbers = Numbers::new(crowd.objects, WORKERS, &answers, Bounds::new(LOW, HIGH))?;
    let error = |found: &[Option<f64>]| {
        let squares = found.iter().zip(&truth).map(|(found, truth)| {
            let found = found.unwrap_or(f64::NAN);
            (found - truth).powi(2)
        });
        mean(squares)
    };
    let first: Vec<Option<f64>> = (0..crowd.objects)
        .map(|object| numbers.of(object).first().map(|(_, value)| *value))
        .collect();
    let even = consolidate(&numbers, Options { stretches: false });
    let ours = consolidate(&numbers, Options::default());
    let values = |found: &cairn_algorithms::numbers::robust::NumberConsolidation| {
        let values = found.objects.iter();
        values
            .map(|one| one.map(|one| one.value))
            .collect::<Vec<_>>()
    };
    let known: Vec<Option<f64>> = (0..crowd.objects)
        .map(|object| Some(oracle(&numbers.of(object), &workers)))
        .collect();
    let within = ours.objects.iter().zip(&truth).map(|(found, truth)| {
        let interval = found.and_then(|one| one.interval);
        let is_in = interval.is_some_and(|(low, high)| low <= *truth && *truth <= high);
        f64::from(u8::from(is_in))
    });
    Ok([
        error(&first),
        error(&plain::means(&numbers)),
        error(&plain::medians(&numbers)),
        error(&values(&even)),
        error(&values(&ours)),
        error(&known),
        mean(within),
    ])
}

/// The expected number for who knows all workers but not which answers come from anywhere, summed over a fine grid.
fn oracle(answers: &[(u32, f64)], workers: &[Known]) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    for step in 0..=500 {
        let number = LOW + (HIGH - LOW) * f64::from(step) / 500.0;
        let chance: f64 = answers
            .iter()
            .map(|(worker, value)| {
                let known = &workers[*worker as usize];
                let seen = 50.0 + known.stretch * (number - 50.0) + known.bias;
                let error = (value - seen) / known.spread;
                let density = (-error * error / 2.0).exp()
                    / (known.spread * (2.0 * std::f64::consts::PI).sqrt());
                (1.0 - known.outliers) * density + known.outliers / (HIGH - LOW)
            })
            .product();
        sum += chance * number;
        total += chance;
    }
    sum / total.max(f64::MIN_POSITIVE)
}
