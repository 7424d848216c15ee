//! A confusion matrix for each worker, on the pieces that the marks cut a text into.
//!
//! - Model: the starts and ends of all spans of an object cut its text into pieces. A piece is
//!   outside, begins a span of some label, or continues one; a piece continues a label only after a
//!   piece of that label. The truth of a piece is drawn by a prior that is the same everywhere (among
//!   what may follow the piece before), and each worker says one of the same marks, from a confusion
//!   matrix of their own. A piece can only have a label that some worker gave to it: without that
//!   bound the model comes to believe that all have missed long stretches of text.
//! - Steps: start from the shares of the votes. Then, at most [`ROUNDS`] times or until posteriors
//!   move little: the matrices, smoothed by the crowd's own
//!   ([`super::matrices`]); the prior; the posteriors of each run of pieces by
//!   forward and backward sums, in logarithms. At the end the posterior of each possible span: that
//!   it begins here, continues to there, and stops.
//! - Source: Dawid and Skene, 1979; on marks of sequences as in Nguyen et al., 2017, and Simpson and
//!   Gurevych, "A Bayesian approach for sequence tagging with crowds", 2019. Pieces instead of words
//!   make it the same for characters and words, and give long spans no more say than short ones.
//!   Transitions that are learnt, and workers whose mark depends on their mark before, did worse.
//! - Complexity: O(marks × labels in use) a round, marks being answers times pieces, and
//!   O(pieces²) an object at worst for the posteriors of spans; memory O((pieces + pairs of worker
//!   and mark) × labels in use).
//! - Ties: whoever selects decides. Single answers: believed as far as their worker is. Missing
//!   workers: an object without answers has no pieces.
//!
//! Where the spans of one answer overlap, the model hears the one that starts first, of those the
//! longest, of those the one with the first label.

use super::answers::{Marked, MarkedAnswer};
use super::matrices::{Matrices, too_large};
use super::{Span, SpansError};

/// Rounds at most.
const ROUNDS: usize = 30;
/// A change of the posteriors that does not matter, in the mean over pieces and marks.
const STILL: f64 = 1e-6;
/// Added to every mark in the prior.
const PRIOR: f64 = 0.1;
/// Spans that are less probable are not listed.
const SPAN_LEAST: f64 = 1e-3;

const OUTSIDE: usize = 0;
const NEVER: f64 = f64::NEG_INFINITY;

/// The mark of a piece that begins a span of a label.
fn begins(label: usize) -> usize {
    1 + 2 * label
}

/// The mark of a piece that continues a span of a label.
fn continues(label: usize) -> usize {
    2 + 2 * label
}

/// By object, spans with the probability that exactly they are right. Those of one object do not
/// exclude each other.
pub(crate) fn posteriors(marked: &Marked) -> Result<Vec<Vec<(Span, f64)>>, SpansError> {
    let pieces = Pieces::new(marked)?;
    let marks = pieces.marks;
    let (mut matrices, pairs) = Matrices::new(&pieces.answers, marked.workers, marks)?;
    let mut posteriors = pieces.shares();
    let mut sums = Sums::default();
    for _ in 0..ROUNDS {
        for piece in 0..pieces.ranges.len() {
            let posterior = &posteriors[piece * marks..(piece + 1) * marks];
            for pair in &pairs[pieces.of(piece)] {
                let counts = &mut matrices.counts[*pair as usize * marks..];
                for mark in pieces.states(piece) {
                    counts[mark] += posterior[mark];
                }
            }
        }
        matrices.learn();
        sums.prior = Prior::new(&posteriors, marks);
        let mut moved = 0.0;
        for run in &pieces.runs {
            sums.over(&pieces, &pairs, &matrices, run);
            for (at, piece) in run.clone().enumerate() {
                let old = &mut posteriors[piece * marks..(piece + 1) * marks];
                for (state, mark) in pieces.states(piece).enumerate() {
                    let new = sums.posterior(at, state);
                    moved += (old[mark] - new).abs();
                    old[mark] = new;
                }
            }
        }
        if moved < STILL * posteriors.len() as f64 {
            break;
        }
    }
    let mut spans = vec![Vec::new(); marked.objects()];
    for run in &pieces.runs {
        sums.over(&pieces, &pairs, &matrices, run);
        let object = pieces.object_of[run.start] as usize;
        sums.spans(&pieces, run, &mut spans[object]);
    }
    Ok(spans)
}

/// The texts in pieces, with the marks of every answer.
struct Pieces {
    /// How many different marks there are.
    marks: usize,
    /// Worker and mark, by piece and answer.
    answers: Vec<(u32, u32)>,
    /// Where each piece's answers start in `answers`; one more at the end.
    starts: Vec<usize>,
    /// Labels in use, ascending; within this file a label is a position here.
    used: Vec<u32>,
    /// By piece, its range. The last of an object is all that lies outside of every span, where
    /// everybody agrees; its range is empty.
    ranges: Vec<(u64, u64)>,
    /// By piece.
    object_of: Vec<u32>,
    /// By piece, the labels that somebody gave to it.
    given: Vec<Vec<u32>>,
    /// Pieces in a row that somebody marked.
    runs: Vec<std::ops::Range<usize>>,
}

impl Pieces {
    fn new(marked: &Marked) -> Result<Pieces, SpansError> {
        let mut used: Vec<u32> = (0..marked.objects())
            .flat_map(|object| marked.of(object))
            .flat_map(|answer| answer.spans.iter().map(|span| span.label))
            .collect();
        used.sort_unstable();
        used.dedup();
        let marks = 1 + 2 * used.len();
        let (mut ranges, mut object_of) = (Vec::new(), Vec::new());
        let mut given: Vec<Vec<u32>> = Vec::new();
        let (mut list, mut starts) = (Vec::new(), Vec::new());
        for object in 0..marked.objects() {
            let mut cuts: Vec<u64> = marked
                .of(object)
                .iter()
                .flat_map(|answer| answer.spans.iter().flat_map(|span| [span.start, span.end]))
                .collect();
            cuts.sort_unstable();
            cuts.dedup();
            let first = ranges.len();
            ranges.extend(cuts.windows(2).map(|pair| (pair[0], pair[1])));
            ranges.push((u64::MAX, u64::MAX));
            object_of.resize(ranges.len(), object as u32);
            given.resize(ranges.len(), Vec::new());
            let of_object = marked.of(object);
            let from = list.len();
            for _ in first..ranges.len() {
                starts.push(list.len());
                list.extend(
                    of_object
                        .iter()
                        .map(|answer| (answer.worker, OUTSIDE as u32)),
                );
            }
            for (number, answer) in of_object.iter().enumerate() {
                for span in heard(answer) {
                    // The cuts hold the ends of every span, and the labels in use its label.
                    let start = cuts.partition_point(|cut| *cut < span.start);
                    let end = cuts.partition_point(|cut| *cut < span.end);
                    let label = used.partition_point(|label| *label < span.label);
                    for piece in start..end {
                        let mark = if piece == start {
                            begins(label)
                        } else {
                            continues(label)
                        };
                        list[from + piece * of_object.len() + number].1 = mark as u32;
                        given[first + piece].push(label as u32);
                    }
                }
            }
            too_large(ranges.len(), marks)?;
        }
        starts.push(list.len());
        for labels in &mut given {
            labels.sort_unstable();
            labels.dedup();
        }
        Ok(Pieces {
            marks,
            answers: list,
            starts,
            runs: runs(&given),
            used,
            ranges,
            object_of,
            given,
        })
    }

    /// Where the answers about a piece are.
    fn of(&self, piece: usize) -> std::ops::Range<usize> {
        self.starts[piece]..self.starts[piece + 1]
    }

    /// The marks that a piece may have.
    fn states(&self, piece: usize) -> impl Iterator<Item = usize> + '_ {
        let labels = self.given[piece].iter();
        let inside = labels.flat_map(|label| [begins(*label as usize), continues(*label as usize)]);
        std::iter::once(OUTSIDE).chain(inside)
    }

    /// The share of each mark among those given to a piece.
    fn shares(&self) -> Vec<f64> {
        let mut shares = vec![0.0; self.ranges.len() * self.marks];
        for piece in 0..self.ranges.len() {
            let of_piece = &self.answers[self.of(piece)];
            for (_, mark) in of_piece {
                shares[piece * self.marks + *mark as usize] += 1.0 / of_piece.len() as f64;
            }
        }
        shares
    }
}

/// The spans of an answer that the model hears, none over another.
fn heard(answer: &MarkedAnswer) -> Vec<Span> {
    let mut spans = answer.spans.clone();
    spans.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end), span.label));
    let mut end = 0;
    spans.retain(|span| {
        let free = span.start >= end;
        if free {
            end = span.end;
        }
        free
    });
    spans
}

fn runs(given: &[Vec<u32>]) -> Vec<std::ops::Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for (piece, labels) in given.iter().enumerate() {
        if labels.is_empty() {
            if start < piece {
                runs.push(start..piece);
            }
            start = piece + 1;
        }
    }
    runs
}

/// How often each mark is the true one.
#[derive(Default)]
struct Prior {
    /// Logarithm by mark.
    log: Vec<f64>,
    /// By mark, the logarithm of the sum of all that may follow it.
    log_after: Vec<f64>,
}

impl Prior {
    fn new(posteriors: &[f64], marks: usize) -> Prior {
        let mut sums = vec![PRIOR; marks];
        for of_piece in posteriors.chunks_exact(marks) {
            for (sum, chance) in sums.iter_mut().zip(of_piece) {
                *sum += chance;
            }
        }
        let anywhere: f64 = sums[OUTSIDE] + sums.iter().skip(1).step_by(2).sum::<f64>();
        let mut log_after = vec![anywhere.ln(); marks];
        for label in 0..marks / 2 {
            let after = (anywhere + sums[continues(label)]).ln();
            log_after[begins(label)] = after;
            log_after[continues(label)] = after;
        }
        Prior {
            log: sums.iter().map(|sum| sum.ln()).collect(),
            log_after,
        }
    }
}

/// Forward and backward sums over one run, all logarithms, by piece of the run and by its states.
#[derive(Default)]
struct Sums {
    prior: Prior,
    /// The marks given to the piece, under each state.
    seen: Vec<Vec<f64>>,
    /// All that was seen up to the piece, and its state.
    forward: Vec<Vec<f64>>,
    /// All that is seen after the piece, under its state.
    backward: Vec<Vec<f64>>,
    /// The same, when the next piece does not continue it.
    stops: Vec<Vec<f64>>,
    total: f64,
}

impl Sums {
    fn over(
        &mut self,
        pieces: &Pieces,
        pairs: &[u32],
        matrices: &Matrices,
        run: &std::ops::Range<usize>,
    ) {
        let prior = &self.prior;
        self.seen.clear();
        self.forward.clear();
        // Before and after a run lies a piece that is outside.
        let mut before: f64 = -prior.log_after[OUTSIDE];
        for (at, piece) in run.clone().enumerate() {
            let mut seen = vec![0.0; pieces.states(piece).count()];
            for pair in &pairs[pieces.of(piece)] {
                let logs = &matrices.logs[*pair as usize * pieces.marks..];
                for (sum, mark) in seen.iter_mut().zip(pieces.states(piece)) {
                    *sum += logs[mark];
                }
            }
            let forward: Vec<f64> = pieces
                .states(piece)
                .zip(&seen)
                .map(|(mark, seen)| {
                    let from = match label_continued(mark) {
                        None => before,
                        Some(label) if at > 0 => match state_of(pieces, piece - 1, label) {
                            Some(state) => {
                                let last = &self.forward[at - 1];
                                sum_of_logs(&last[state..state + 2]) - prior.log_after[mark]
                            }
                            None => NEVER,
                        },
                        Some(_) => NEVER,
                    };
                    from + prior.log[mark] + seen
                })
                .collect();
            let leaving: Vec<f64> = pieces
                .states(piece)
                .zip(&forward)
                .map(|(mark, sum)| sum - prior.log_after[mark])
                .collect();
            before = sum_of_logs(&leaving);
            self.seen.push(seen);
            self.forward.push(forward);
        }
        self.total = before + prior.log[OUTSIDE];
        self.backwards(pieces, run);
    }

    fn backwards(&mut self, pieces: &Pieces, run: &std::ops::Range<usize>) {
        let prior = &self.prior;
        let length = run.len();
        self.backward.clear();
        self.backward.resize(length, Vec::new());
        self.stops.clear();
        self.stops.resize(length, Vec::new());
        // What follows a piece that is not continued; at first the piece outside after the run.
        let mut anew = prior.log[OUTSIDE];
        for at in (0..length).rev() {
            let piece = run.start + at;
            let stops: Vec<f64> = pieces
                .states(piece)
                .map(|mark| anew - prior.log_after[mark])
                .collect();
            let backward: Vec<f64> = pieces
                .states(piece)
                .zip(&stops)
                .map(|(mark, stop)| {
                    let next = match label_inside(mark) {
                        Some(label) if at + 1 < length => state_of(pieces, piece + 1, label),
                        _ => None,
                    };
                    match (next, label_inside(mark)) {
                        (Some(state), Some(label)) => {
                            let goes_on = prior.log[continues(label as usize)]
                                + self.seen[at + 1][state + 1]
                                + self.backward[at + 1][state + 1]
                                - prior.log_after[mark];
                            sum_of_logs(&[*stop, goes_on])
                        }
                        _ => *stop,
                    }
                })
                .collect();
            let starts: Vec<f64> = pieces
                .states(piece)
                .enumerate()
                .filter(|(_, mark)| label_continued(*mark).is_none())
                .map(|(state, mark)| prior.log[mark] + self.seen[at][state] + backward[state])
                .collect();
            anew = sum_of_logs(&starts);
            self.stops[at] = stops;
            self.backward[at] = backward;
        }
    }

    fn posterior(&self, at: usize, state: usize) -> f64 {
        (self.forward[at][state] + self.backward[at][state] - self.total)
            .exp()
            .min(1.0)
    }

    /// Lists the spans that are probable enough.
    fn spans(&self, pieces: &Pieces, run: &std::ops::Range<usize>, into: &mut Vec<(Span, f64)>) {
        for at in 0..run.len() {
            for label in &pieces.given[run.start + at] {
                self.spans_from(pieces, run, at, *label, into);
            }
        }
    }

    fn spans_from(
        &self,
        pieces: &Pieces,
        run: &std::ops::Range<usize>,
        from: usize,
        label: u32,
        into: &mut Vec<(Span, f64)>,
    ) {
        let prior = &self.prior;
        let mark = continues(label as usize);
        let Some(first) = state_of(pieces, run.start + from, label) else {
            return;
        };
        let mut state = first;
        let mut so_far = self.forward[from][first] - self.total;
        for at in from..run.len() {
            if (so_far + self.backward[at][state]).exp() < SPAN_LEAST {
                return;
            }
            let chance = (so_far + self.stops[at][state]).exp();
            if chance >= SPAN_LEAST {
                let span = Span {
                    start: pieces.ranges[run.start + from].0,
                    end: pieces.ranges[run.start + at].1,
                    label: pieces.used[label as usize],
                };
                into.push((span, chance.min(1.0)));
            }
            if at + 1 == run.len() {
                return;
            }
            let Some(next) = state_of(pieces, run.start + at + 1, label) else {
                return;
            };
            state = next + 1;
            so_far += prior.log[mark] - prior.log_after[mark] + self.seen[at + 1][state];
        }
    }
}

/// The state of a piece in which it begins a label; the next state continues it.
fn state_of(pieces: &Pieces, piece: usize, label: u32) -> Option<usize> {
    let at = pieces.given[piece].binary_search(&label).ok()?;
    Some(1 + 2 * at)
}

fn label_inside(mark: usize) -> Option<u32> {
    (mark != OUTSIDE).then(|| (mark as u32 - 1) / 2)
}

fn label_continued(mark: usize) -> Option<u32> {
    (mark != OUTSIDE && mark.is_multiple_of(2)).then(|| (mark as u32 - 1) / 2)
}

fn sum_of_logs(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(NEVER, f64::max);
    if most == NEVER {
        return NEVER;
    }
    most + values
        .iter()
        .map(|value| (value - most).exp())
        .sum::<f64>()
        .ln()
}
