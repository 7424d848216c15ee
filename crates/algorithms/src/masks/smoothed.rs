//! Votes, where neighbouring pixels count too.
//!
//! - Model: a Markov random field (Potts): a pixel's class is likely by the share of its votes, and
//!   by how many of its eight neighbours have the same class.
//! - Steps: start from the plurality. [`ROUNDS`] times, each pixel takes the candidate with the
//!   largest ln(share) + [`NEIGHBOURS`] × share of its neighbours, all pixels at once from the labels
//!   of the round before. Only classes that somebody gave the pixel are candidates, so that what all
//!   agree on stays.
//! - Source: Besag, "On the statistical analysis of dirty pictures", 1986 (iterated conditional
//!   modes; his are one after another, ours at once, which keeps a line's work apart from the next).
//! - Complexity: a line is looked at where one of its votes, or a label on it or beside it, changes;
//!   what lies between is alike. O(runs × (answers + candidates)) a round, and filling three lines.
//! - Ties: the class with the lowest index. Single answers: the label is the answer. Missing workers:
//!   not counted.

use super::mask::{Builder, Mask};
use super::patterns::Patterns;

/// Rounds.
pub const ROUNDS: usize = 2;
/// What eight like neighbours weigh against ln(share): a vote of 3 to 2 turns where six of the eight
/// are against it.
const NEIGHBOURS: f64 = 1.0;

/// The label of one object from the shares of its votes; `labels` by pattern is where it starts.
pub(super) fn label(patterns: &Patterns, shares: &[f64], labels: &[u16]) -> Mask {
    let mut label = patterns.mask(labels);
    let logs: Vec<f64> = shares.iter().map(|share| share.max(1e-9).ln()).collect();
    for _ in 0..ROUNDS {
        label = round(patterns, &logs, &label);
    }
    label
}

fn round(patterns: &Patterns, logs: &[f64], label: &Mask) -> Mask {
    let line = label.shape().line() as usize;
    let lines = (label.shape().pixels() / line as u64) as usize;
    let mut builder = Builder::of_checked(label.shape());
    let mut regions = Lines::new(&patterns.ends, &patterns.regions, line);
    let mut labels = Lines::new(label.ends(), label.classes(), line);
    // Labels of the line before, this one and the next, with one pixel that is outside at both ends.
    let mut rows: [Vec<u16>; 3] = std::array::from_fn(|_| vec![OUTSIDE; line + 2]);
    let mut changes: [Vec<usize>; 3] = Default::default();
    labels.next(|value, from, to| {
        rows[2][from + 1..to + 1].fill(value);
        changes[2].push(to);
    });
    let mut of_line = Vec::new();
    let mut cuts = Vec::new();
    for number in 0..lines {
        rows.rotate_left(1);
        changes.rotate_left(1);
        changes[2].clear();
        if number + 1 < lines {
            labels.next(|value, from, to| {
                rows[2][from + 1..to + 1].fill(value);
                changes[2].push(to);
            });
        } else {
            rows[2].fill(OUTSIDE);
        }
        of_line.clear();
        regions.next(|pattern, _, to| of_line.push((to, pattern)));
        cuts.clear();
        cuts.extend(changes.iter().flatten().copied());
        cuts.extend(of_line.iter().map(|(to, _)| *to));
        cuts.sort_unstable();
        cuts.dedup();
        let start = number * line;
        let (mut from, mut region) = (0, 0);
        for to in &cuts {
            while of_line[region].0 < *to {
                region += 1;
            }
            let pattern = of_line[region].1 as usize;
            let choose = |at: usize| choose(patterns, logs, pattern, &rows, at);
            builder.push(choose(from), (start + from + 1) as u32);
            if *to - from > 2 {
                builder.push(choose(from + 1), (start + to - 1) as u32);
            }
            builder.push(choose(to - 1), (start + to) as u32);
            from = *to;
        }
    }
    builder.finish()
}

/// Label of what is beyond the edge; no class has it as index.
const OUTSIDE: u16 = u16::MAX;

fn choose(
    patterns: &Patterns,
    logs: &[f64],
    pattern: usize,
    rows: &[Vec<u16>; 3],
    at: usize,
) -> u16 {
    let range = patterns.range(pattern);
    let candidates = &patterns.candidates[range.clone()];
    if let [class] = candidates {
        return *class;
    }
    let mut best = (f64::NEG_INFINITY, candidates[0]);
    for (class, log) in candidates.iter().zip(&logs[range]) {
        let around = rows.iter().flat_map(|row| &row[at..at + 3]);
        let mut like = around.filter(|label| *label == class).count();
        // The pixel itself is none of its neighbours.
        like -= usize::from(rows[1][at + 1] == *class);
        let score = log + NEIGHBOURS * like as f64 / 8.0;
        if score > best.0 + 1e-9 {
            best = (score, *class);
        }
    }
    best.1
}

/// Runs cut at the ends of lines.
struct Lines<'a, T> {
    ends: &'a [u32],
    values: &'a [T],
    line: usize,
    run: usize,
    start: usize,
}

impl<'a, T: Copy> Lines<'a, T> {
    fn new(ends: &'a [u32], values: &'a [T], line: usize) -> Self {
        Lines {
            ends,
            values,
            line,
            run: 0,
            start: 0,
        }
    }

    /// Calls `piece` with the value, start and end of each run on the next line.
    fn next(&mut self, mut piece: impl FnMut(T, usize, usize)) {
        let mut from = 0;
        while from < self.line {
            let end = self.ends[self.run] as usize - self.start;
            piece(self.values[self.run], from, end.min(self.line));
            from = end.min(self.line);
            if end <= self.line {
                self.run += 1;
            }
        }
        self.start += self.line;
    }
}
