//! The answers as the models of workers take them: by object, each as the number of its pair of
//! worker and label given.

use super::given::{Earlier, Given};
use super::lanes::LANES;
use crate::answers::Answers;

/// Earlier answers of one worker that count at most; more of them are scaled down to so many.
pub const HISTORY_MAX: f64 = 100.0;

/// The pairs of worker and label given that there are, sorted by worker, then label.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Pairs {
    pub(crate) labels: usize,
    /// Width of a row by label: the labels and what fills up the last lanes.
    pub(crate) stride: usize,
    /// By pair.
    pub(crate) given: Vec<u32>,
    /// Where each worker's pairs start; one more at the end.
    pub(crate) starts: Vec<u32>,
}

impl Pairs {
    /// `given` must be sorted within the pairs of each worker.
    pub(crate) fn new(labels: usize, given: Vec<u32>, starts: Vec<u32>) -> Pairs {
        Pairs {
            labels,
            stride: labels.next_multiple_of(LANES),
            given,
            starts,
        }
    }

    pub(crate) fn workers(&self) -> usize {
        self.starts.len() - 1
    }

    /// The pairs of a worker.
    pub(crate) fn of(&self, worker: usize) -> std::ops::Range<usize> {
        self.starts[worker] as usize..self.starts[worker + 1] as usize
    }

    pub(crate) fn find(&self, worker: usize, label: u32) -> Option<usize> {
        let own = self.of(worker);
        let within = self.given[own.clone()].binary_search(&label).ok()?;
        Some(own.start + within)
    }
}

/// Answers by object, and what is known besides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Where each object's answers start in `pairs`; one more at the end.
    starts: Vec<u32>,
    /// By answer; sorted within an object, so that the order in which answers came is forgotten.
    pairs: Vec<u32>,
    /// By pair: how many answers, earlier ones included.
    pub(crate) said: Vec<f64>,
    /// True labels by object, sorted.
    pub(crate) known: Vec<(u32, u32)>,
    /// Pair, true label, count.
    pub(crate) history: Vec<(u32, u32, f64)>,
}

impl Seen {
    pub(crate) fn objects(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many answers.
    pub(crate) fn len(&self) -> usize {
        self.pairs.len()
    }

    #[inline(always)]
    pub(crate) fn of(&self, object: usize) -> &[u32] {
        &self.pairs[self.starts[object] as usize..self.starts[object + 1] as usize]
    }

    /// Where the answers of an object start.
    pub(crate) fn start(&self, object: usize) -> usize {
        self.starts[object] as usize
    }

    /// Some of it: every `step`-th object, and of its answers those at the positions to be kept.
    pub(crate) fn part(&self, step: usize, keep: impl Fn(usize) -> bool) -> Seen {
        let mut part = Seen {
            starts: vec![0],
            said: vec![0.0; self.said.len()],
            history: self.history.clone(),
            ..Seen::default()
        };
        for object in (0..self.objects()).step_by(step) {
            let start = self.start(object);
            for (at, pair) in self.of(object).iter().enumerate() {
                if keep(start + at) {
                    part.pairs.push(*pair);
                }
            }
            part.starts.push(part.pairs.len() as u32);
        }
        for (object, truth) in &self.known {
            if (*object as usize).is_multiple_of(step) {
                part.known.push((*object / step as u32, *truth));
            }
        }
        part.count();
        part
    }

    /// Leaves out the pairs that are not here, so that a sample does not pay for the whole crowd.
    pub(crate) fn renumber(&mut self, pairs: &Pairs) -> Pairs {
        let mut new = vec![u32::MAX; pairs.given.len()];
        let (mut given, mut starts) = (Vec::new(), vec![0]);
        for worker in 0..pairs.workers() {
            for pair in pairs.of(worker) {
                if self.said[pair] > 0.0 {
                    new[pair] = given.len() as u32;
                    given.push(pairs.given[pair]);
                }
            }
            starts.push(given.len() as u32);
        }
        for pair in &mut self.pairs {
            *pair = new[*pair as usize];
        }
        self.history
            .retain(|(pair, _, _)| new[*pair as usize] != u32::MAX);
        for (pair, _, _) in &mut self.history {
            *pair = new[*pair as usize];
        }
        self.said.retain(|said| *said > 0.0);
        Pairs::new(pairs.labels, given, starts)
    }

    fn count(&mut self) {
        self.said.fill(0.0);
        for pair in &self.pairs {
            self.said[*pair as usize] += 1.0;
        }
        for (pair, _, count) in &self.history {
            self.said[*pair as usize] += count;
        }
    }
}

/// Numbers the pairs. What is given must have been checked.
pub(crate) fn number(answers: &Answers, given: &Given<'_>) -> (Pairs, Seen) {
    let (workers, labels) = (answers.workers(), answers.labels());
    let keys = || {
        let now = answers
            .all()
            .iter()
            .map(|answer| (answer.worker, answer.label));
        now.chain(given.history.iter().map(|one| (one.worker, one.given)))
    };
    // A table of every worker and label is quickest where most of it is used.
    let is_dense = workers
        .checked_mul(labels)
        .is_some_and(|cells| cells <= 4 * answers.all().len() + 65_536);
    let mut table = vec![u32::MAX; if is_dense { workers * labels } else { 0 }];
    let mut starts = vec![0u32; workers + 1];
    let mut said = Vec::new();
    if is_dense {
        for (worker, label) in keys() {
            table[worker as usize * labels + label as usize] = 0;
        }
        for worker in 0..workers {
            for label in 0..labels {
                let place = &mut table[worker * labels + label];
                if *place == 0 {
                    *place = said.len() as u32;
                    said.push(label as u32);
                }
            }
            starts[worker + 1] = said.len() as u32;
        }
    } else {
        let mut sorted: Vec<(u32, u32)> = keys().collect();
        sorted.sort_unstable();
        sorted.dedup();
        for (worker, _) in &sorted {
            starts[*worker as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        said.extend(sorted.iter().map(|(_, label)| *label));
    }
    let pairs = Pairs::new(labels, said, starts);
    let find = |worker: u32, label: u32| {
        if is_dense {
            table[worker as usize * labels + label as usize]
        } else {
            // Every key has a number.
            pairs.find(worker as usize, label).unwrap_or_default() as u32
        }
    };
    let mut seen = Seen {
        starts: Vec::with_capacity(answers.objects() + 1),
        pairs: Vec::with_capacity(answers.all().len()),
        said: vec![0.0; pairs.given.len()],
        known: given.known.to_vec(),
        history: history(given.history, workers)
            .map(|(one, count)| (find(one.worker, one.given), one.truth, count))
            .collect(),
    };
    seen.known.sort_unstable();
    seen.known.dedup();
    seen.starts.push(0);
    for object in 0..answers.objects() {
        let first = seen.pairs.len();
        for answer in answers.of(object) {
            seen.pairs.push(find(answer.worker, answer.label));
        }
        seen.pairs[first..].sort_unstable();
        seen.starts.push(seen.pairs.len() as u32);
    }
    seen.count();
    (pairs, seen)
}

/// The earlier answers, each with what it counts.
fn history(history: &[Earlier], workers: usize) -> impl Iterator<Item = (&Earlier, f64)> {
    let mut all = vec![0.0; if history.is_empty() { 0 } else { workers }];
    for one in history {
        all[one.worker as usize] += one.count;
    }
    history.iter().map(move |one| {
        let scale = HISTORY_MAX / all[one.worker as usize].max(HISTORY_MAX);
        (one, one.count * scale)
    })
}
