//! Consolidates a made crowd, for `cargo xtask bench consolidation`: `crowd METHOD ANSWERS`. It says `made` when the
//! answers are there, `grouped` when they are checked and `done` at the end, and waits for a line after each, so that
//! whoever started it can look at what it has used. `crowd list ANSWERS` writes the answers as CSV instead, `crowd
//! one-object ANSWERS` has fitted `cairn` when it says `grouped`, and then labels up to 100,000 objects each alone, as a
//! job does when an answer comes.
//!
//! Five answers to each object, drawn from 5,000 workers and 10 labels. A worker is right with an accuracy of their own
//! between 0.45 and 0.95, and prefers one kind of mistake.

// A program, not the pure library beside it.
#![allow(clippy::disallowed_methods)]

use std::error::Error;
use std::io::{BufRead, BufWriter, Write};

use cairn_algorithms::classification::cairn::{self, Given, Model};
use cairn_algorithms::classification::{first_largest, majority};
use cairn_algorithms::{Answer, Answers};

const WORKERS: u32 = 5_000;
const LABELS: u32 = 10;
const EACH: u32 = 5;
/// Objects that are labeled each alone.
const ALONE: u32 = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "crowd list|majority|dawid-skene|cairn|one-object ANSWERS";
    let mut arguments = std::env::args().skip(1);
    let method = arguments.next().ok_or(usage)?;
    let objects = arguments.next().ok_or(usage)?.parse::<u32>()? / EACH;
    let list = crowd(objects);
    if method == "list" {
        return write(&list);
    }
    pause("made")?;
    let answers = Answers::new(objects as usize, WORKERS as usize, LABELS as usize, &list)?;
    drop(list);
    let known = match method.as_str() {
        "one-object" => Some(cairn::estimate(&answers)?.parameters),
        _ => None,
    };
    pause("grouped")?;
    let labels: Vec<u32> = match method.as_str() {
        "majority" => {
            let objects = majority::consolidate(&answers).objects.into_iter();
            objects.map(|one| one.map_or(0, |one| one.label)).collect()
        }
        "dawid-skene" | "cairn" => {
            let fitted = if method == "cairn" {
                cairn::estimate(&answers)?
            } else {
                cairn::fit_one(&answers, &Given::default(), Model::DawidSkene)?
            };
            let largest = |object| first_largest(fitted.posterior(object)) as u32;
            (0..objects as usize).map(largest).collect()
        }
        "one-object" => {
            let known = known.ok_or(usage)?;
            let label = |object: u32| {
                let answers = answers.of(object as usize).iter();
                let answers: Vec<(u32, u32)> = answers.map(|one| (one.worker, one.label)).collect();
                first_largest(&known.posterior(&answers)) as u32
            };
            (0..objects.min(ALONE)).map(label).collect()
        }
        _ => return Err(usage.into()),
    };
    let labeled = labels.len();
    let right = labels
        .iter()
        .zip(0..objects)
        .filter(|(label, object)| **label == truth(*object));
    let share = right.count() as f64 / labeled.max(1) as f64;
    pause(&format!("done {share:.4}"))
}

/// Shows a mark, and waits for a line.
fn pause(mark: &str) -> Result<(), Box<dyn Error>> {
    println!("{mark}");
    std::io::stdout().flush()?;
    std::io::stdin().lock().read_line(&mut String::new())?;
    Ok(())
}

fn truth(object: u32) -> u32 {
    (mix(u64::from(object)) % u64::from(LABELS)) as u32
}

fn crowd(objects: u32) -> Vec<Answer> {
    let mut state = 0;
    let mut bits = || {
        state += 1;
        mix(state ^ 0xc20d_0000_0000_0000)
    };
    let accuracies: Vec<f64> = (0..WORKERS)
        .map(|_| 0.45 + 0.5 * fraction(bits()))
        .collect();
    let mut list = Vec::with_capacity((objects * EACH) as usize);
    for object in 0..objects {
        let truth = truth(object);
        let first = list.len();
        while list.len() < first + EACH as usize {
            let worker = (bits() % u64::from(WORKERS)) as u32;
            let is_new = list[first..]
                .iter()
                .all(|one: &Answer| one.worker != worker);
            let error = if fraction(bits()) < 0.4 {
                1 + worker % 3
            } else {
                1 + (bits() % u64::from(LABELS - 1)) as u32
            };
            let is_right = fraction(bits()) < accuracies[worker as usize];
            let label = if is_right {
                truth
            } else {
                (truth + error) % LABELS
            };
            if is_new {
                list.push(Answer {
                    object,
                    worker,
                    label,
                });
            }
        }
    }
    list
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
fn mix(state: u64) -> u64 {
    let mut bits = state.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn fraction(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

fn write(list: &[Answer]) -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    writeln!(out, "task,worker,label")?;
    for answer in list {
        writeln!(out, "{},{},{}", answer.object, answer.worker, answer.label)?;
    }
    Ok(out.flush()?)
}
