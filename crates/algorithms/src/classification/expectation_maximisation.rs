//! What all models of workers share: from answers to posteriors and back, until nothing moves.
//!
//! - Model: every object has one true label, drawn by the prior; every answer depends on that label
//!   and on its worker alone, as a [`WorkerModel`] says.
//! - Steps: start from the shares of the votes, each label with half a vote more; then, at most
//!   [`ROUNDS`] times or until posteriors move by less than [`STILL`] in the mean,
//!   1. expected counts: for every pair of worker and label given, how many of its objects have each
//!      true label, earlier answers added;
//!   2. the model turns them into P(label given | true label, worker), and the posteriors, one
//!      object added to each label, into the prior;
//!   3. posterior of an object = prior times the product over its answers, in logarithms; where the
//!      truth is known, that.
//!
//!   The third step of a round and the first of the next are one pass over the objects: a posterior
//!   is counted while it is at hand, and not kept.
//! - Source: Dempster, Laird and Rubin, "Maximum likelihood from incomplete data via the EM
//!   algorithm", 1977; for labels of workers Dawid and Skene, 1979.
//! - Complexity: O(answers × labels) a round; memory O(answers + pairs × labels).
//! - Single answers, missing workers: the smoothing of the models decides. An object without answers
//!   keeps the prior; it does not move it.

use super::fixed::{ABSENT, SUMMED_MAX, fixed, log2, power};
use super::lanes::LANES;
use super::pairs::{Pairs, Seen};

/// Rounds at most.
pub const ROUNDS: usize = 30;
/// A change of the posteriors that does not matter, in the mean over objects and labels.
const STILL: f64 = 1e-4;
/// Objects on which the change is measured; of more, evenly spaced ones.
pub(crate) const WATCHED_MAX: usize = 65_536;
/// Half a vote for every label at the start.
const FIRST_VOTES: f32 = 0.5;

/// How a worker's answers depend on the true label.
pub(crate) trait WorkerModel {
    /// Cells that are counted in.
    fn cells(&self) -> usize;
    /// Counts an answer of the object whose posterior this is.
    fn count(&mut self, pairs: &Pairs, pair: usize, posterior: &[f32]);
    /// Adds what was counted in single precision to the sums in double, before it grows too large
    /// to take another answer exactly enough.
    fn flush(&mut self);
    /// Makes tables out of the sums, and empties these.
    fn learn(&mut self, pairs: &Pairs, seen: &Seen);
    /// Adds the logarithms of P(label given | true label), up to what is the same for all labels.
    fn add(&self, pairs: &Pairs, pair: usize, sums: &mut [i32]);
    /// P(label given) for an object with this posterior.
    fn predicted(&self, pairs: &Pairs, pair: usize, posterior: &[f64]) -> f64;
}

/// Fits a model to the answers, and gives the prior, in logarithms.
pub(crate) fn fit<M: WorkerModel>(pairs: &Pairs, seen: &Seen, model: &mut M) -> Vec<i32> {
    let mut rounds = Rounds {
        prior: vec![ABSENT; pairs.stride],
        totals: vec![0.0; pairs.stride],
        watched: Vec::new(),
        step: seen.objects().div_ceil(WATCHED_MAX).max(1),
    };
    rounds.run::<M, true>(pairs, seen, model);
    for _ in 0..ROUNDS {
        model.learn(pairs, seen);
        rounds.learn_prior(pairs.labels);
        if rounds.run::<M, false>(pairs, seen, model) < STILL {
            break;
        }
    }
    rounds.prior
}

struct Rounds {
    /// Logarithms, in lanes.
    prior: Vec<i32>,
    /// Sums of the posteriors.
    totals: Vec<f64>,
    /// Posteriors of the objects watched, in the round before.
    watched: Vec<f32>,
    /// From one object watched to the next.
    step: usize,
}

impl Rounds {
    fn learn_prior(&mut self, labels: usize) {
        let all: f64 = self.totals[..labels].iter().map(|sum| sum + 1.0).sum();
        for (prior, total) in self.prior[..labels].iter_mut().zip(&self.totals) {
            *prior = fixed(log2((total + 1.0) / all));
        }
        self.totals.fill(0.0);
    }

    /// One pass over the objects: how far posteriors moved. The compiler makes one of it for every
    /// width that is common, in which a row's lanes stay in registers.
    fn run<M: WorkerModel, const FIRST: bool>(
        &mut self,
        pairs: &Pairs,
        seen: &Seen,
        model: &mut M,
    ) -> f64 {
        match pairs.stride {
            4 => self.pass::<M, FIRST>(pairs, seen, model, &mut [0; 4], &mut [0.0; 4]),
            8 => self.pass::<M, FIRST>(pairs, seen, model, &mut [0; 8], &mut [0.0; 8]),
            12 => self.pass::<M, FIRST>(pairs, seen, model, &mut [0; 12], &mut [0.0; 12]),
            16 => self.pass::<M, FIRST>(pairs, seen, model, &mut [0; 16], &mut [0.0; 16]),
            wide => {
                self.pass::<M, FIRST>(pairs, seen, model, &mut vec![0; wide], &mut vec![0.0; wide])
            }
        }
    }

    #[inline(always)]
    fn pass<M: WorkerModel, const FIRST: bool>(
        &mut self,
        pairs: &Pairs,
        seen: &Seen,
        model: &mut M,
        sums: &mut [i32],
        posterior: &mut [f32],
    ) -> f64 {
        let block = (4 * model.cells()).clamp(1 << 12, 1 << 20);
        let mut known = seen.known.iter().peekable();
        let (mut counted, mut moved, mut watched, mut slot) = (0, 0.0, 0, 0);
        for object in 0..seen.objects() {
            let own = seen.of(object);
            if own.is_empty() {
                continue;
            }
            while known.next_if(|(at, _)| (*at as usize) < object).is_some() {}
            if let Some((_, truth)) = known.next_if(|(at, _)| *at as usize == object) {
                posterior.fill(0.0);
                posterior[*truth as usize] = 1.0;
            } else if FIRST {
                share_out(pairs, own, posterior);
            } else {
                let add = |at: usize, sums: &mut [i32]| model.add(pairs, own[at] as usize, sums);
                sum_up(&self.prior, own.len(), add, sums);
                normalise(sums, posterior);
            }
            let totals = &mut self.totals[..posterior.len()];
            for (total, part) in totals.iter_mut().zip(posterior.iter()) {
                *total += f64::from(*part);
            }
            for pair in own {
                model.count(pairs, *pair as usize, posterior);
            }
            counted += own.len();
            if counted >= block {
                model.flush();
                counted = 0;
            }
            if object >= watched {
                watched = object + self.step;
                if FIRST {
                    self.watched.extend_from_slice(&posterior[..pairs.labels]);
                }
                let before = &mut self.watched[slot..slot + pairs.labels];
                for (before, now) in before.iter_mut().zip(posterior.iter()) {
                    moved += f64::from((*before - *now).abs());
                    *before = *now;
                }
                slot += pairs.labels;
            }
        }
        model.flush();
        moved / (slot.max(1) as f64)
    }
}

/// Adds up the logarithms of an object: the prior, and what `add` knows of each of `count` answers.
/// Lanes without a label stay below the others.
#[inline(always)]
pub(crate) fn sum_up(
    prior: &[i32],
    count: usize,
    add: impl Fn(usize, &mut [i32]),
    sums: &mut [i32],
) {
    if count > SUMMED_MAX {
        return sum_up_many(prior, count, add, sums);
    }
    sums.copy_from_slice(prior);
    for at in 0..count {
        add(at, sums);
    }
}

/// As many as do not fit in 32 bits: what remains is how far each label is below the first.
#[cold]
#[inline(never)]
fn sum_up_many(prior: &[i32], count: usize, add: impl Fn(usize, &mut [i32]), sums: &mut [i32]) {
    let mut all: Vec<i64> = prior.iter().map(|log| i64::from(*log)).collect();
    for start in (0..count).step_by(SUMMED_MAX) {
        sums.fill(0);
        for at in start..count.min(start + SUMMED_MAX) {
            add(at, sums);
        }
        for (all, sum) in all.iter_mut().zip(sums.iter()) {
            *all += i64::from(*sum);
        }
    }
    let labels = prior.iter().zip(&all).filter(|(log, _)| **log != ABSENT);
    let most = labels.map(|(_, sum)| *sum).max().unwrap_or(0);
    for ((sum, all), log) in sums.iter_mut().zip(all).zip(prior) {
        *sum = if *log == ABSENT {
            ABSENT
        } else {
            (all - most).max(i64::from(ABSENT)) as i32
        };
    }
}

/// From sums of logarithms to probabilities.
#[inline(always)]
fn normalise(sums: &[i32], posterior: &mut [f32]) {
    let most = sums.iter().copied().fold(i32::MIN, i32::max);
    for (chance, sum) in posterior.iter_mut().zip(sums) {
        *chance = power(most - sum);
    }
    let mut lanes = [0.0f32; LANES];
    for four in posterior.as_chunks::<LANES>().0 {
        for (lane, chance) in lanes.iter_mut().zip(four) {
            *lane += chance;
        }
    }
    let scale = 1.0 / ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]));
    for chance in posterior {
        *chance *= scale;
    }
}

/// The share of each label among the votes, each with half a vote more.
fn share_out(pairs: &Pairs, own: &[u32], posterior: &mut [f32]) {
    let scale = 1.0 / (own.len() as f32 + FIRST_VOTES * pairs.labels as f32);
    posterior.fill(0.0);
    posterior[..pairs.labels].fill(FIRST_VOTES * scale);
    for pair in own {
        posterior[pairs.given[*pair as usize] as usize] += scale;
    }
}
