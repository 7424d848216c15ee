//! The rounds themselves; see [`super`].

use super::gamma::{digamma, log_gamma, trigamma};
use super::gross::slips;
use super::{FREEDOM, LIKE_ALL, NumberConsolidation, NumberSkill};
use crate::connected::parts;
use crate::numbers::plain::median;
use crate::numbers::{Estimate, NORMAL_95, Numbers};

/// Made-up workers in the variance of biases and of stretches: half of everybody's spread, and 0.1.
const MADE_UP: f64 = 1.0;
/// Variances are not smaller, as a part of the squared range.
const LEAST: f64 = 1e-18;

/// One answer; its value is in units of the range around the middle, as everything is in a fit.
struct One {
    object: usize,
    worker: usize,
    value: f64,
    /// 0 of a slip, and so it stays.
    weight: f64,
    is_slip: bool,
}

/// What is known of a worker.
#[derive(Clone, Copy)]
struct Worker {
    /// Slips left out.
    answers: f64,
    slips: f64,
    part: usize,
    bias: f64,
    bias_variance: f64,
    /// Stretch less 1.
    more: f64,
    more_variance: f64,
    variance: f64,
}

/// Everything that moves.
pub(super) struct Fit {
    all: Vec<One>,
    /// Where each object's answers start in `all`; one more at the end.
    starts: Vec<usize>,
    middle: f64,
    unit: f64,
    numbers: Vec<f64>,
    variances: Vec<f64>,
    /// By object.
    part: Vec<usize>,
    /// By part, around what its workers stretch.
    centres: Vec<f64>,
    workers: Vec<Worker>,
    bias_variance: f64,
    more_variance: f64,
    variance: f64,
    freedom: f64,
    /// Made-up answers of every worker.
    alike: f64,
}

impl Fit {
    pub(super) fn new(numbers: &Numbers) -> Fit {
        let (mut all, mut starts) = (Vec::new(), vec![0]);
        let mut values = Vec::new();
        for object in 0..numbers.objects() {
            for (worker, value) in numbers.of(object) {
                values.push(value);
                all.push(One {
                    object,
                    worker: worker as usize,
                    value,
                    weight: 1.0,
                    is_slip: false,
                });
            }
            starts.push(all.len());
        }
        let given: Vec<(usize, f64)> = all.iter().map(|one| (one.worker, one.value)).collect();
        for (one, is_slip) in all
            .iter_mut()
            .zip(slips(&given, &starts, numbers.workers()))
        {
            one.is_slip = is_slip;
            one.weight = if is_slip { 0.0 } else { 1.0 };
        }
        let middle = if values.is_empty() {
            0.0
        } else {
            median(&mut values)
        };
        let farthest = counted(&all)
            .map(|one| (one.value - middle).abs())
            .fold(0.0, f64::max);
        // A range too small to divide by is none.
        let unit = if farthest.is_normal() { farthest } else { 1.0 };
        let mut per_worker = vec![(0.0, 0.0); numbers.workers()];
        for one in &mut all {
            one.value = (one.value - middle) / unit;
            let (answers, slips) = &mut per_worker[one.worker];
            match one.is_slip {
                true => *slips += 1.0,
                false => *answers += 1.0,
            }
        }
        // Objects, then workers.
        let objects = numbers.objects();
        let links = counted(&all).map(|one| (one.object as u32, (objects + one.worker) as u32));
        let part: Vec<usize> = parts(objects + numbers.workers(), links)
            .into_iter()
            .map(|part| part as usize)
            .collect();
        let part_count = part.iter().copied().max().map_or(0, |most| most + 1);
        let medians: Vec<f64> = starts
            .windows(2)
            .map(|range| {
                let own = counted(&all[range[0]..range[1]]);
                let mut own: Vec<f64> = own.map(|one| one.value).collect();
                if own.is_empty() {
                    0.0
                } else {
                    median(&mut own)
                }
            })
            .collect();
        let (mut squares, mut free) = (0.0, 0.0);
        for one in counted(&all) {
            squares += (one.value - medians[one.object]).powi(2);
        }
        for range in starts.windows(2) {
            let own = counted(&all[range[0]..range[1]]);
            free += own.count().saturating_sub(1) as f64;
        }
        let variance = if free > 0.0 { squares / free } else { 0.0 }.max(LEAST);
        let workers = per_worker
            .into_iter()
            .enumerate()
            .map(|(worker, (answers, slips))| Worker {
                answers,
                slips,
                part: part[objects + worker],
                bias: 0.0,
                bias_variance: 0.0,
                more: 0.0,
                more_variance: 0.0,
                variance,
            })
            .collect();
        Fit {
            all,
            starts,
            middle,
            unit,
            variances: vec![variance; medians.len()],
            numbers: medians,
            part: part[..objects].to_vec(),
            centres: vec![0.0; part_count],
            workers,
            bias_variance: variance,
            more_variance: 0.01,
            variance,
            freedom: 4.0,
            alike: 4.0,
        }
    }

    /// Error of an answer, and its expected square.
    fn error(&self, one: &One) -> (f64, f64) {
        let worker = &self.workers[one.worker];
        let (number, variance) = (self.numbers[one.object], self.variances[one.object]);
        let from_centre = number - self.centres[worker.part];
        let error = one.value - number - worker.bias - worker.more * from_centre;
        let unsure = variance * (1.0 + worker.more).powi(2)
            + worker.bias_variance
            + worker.more_variance * (from_centre * from_centre + variance);
        (error, error * error + unsure)
    }

    pub(super) fn weigh(&mut self) {
        for at in 0..self.all.len() {
            let one = &self.all[at];
            if one.is_slip {
                continue;
            }
            let (_, square) = self.error(one);
            let spread = self.workers[one.worker].variance;
            self.all[at].weight = steady((self.freedom + 1.0) / (self.freedom + square / spread));
        }
    }

    /// The numbers given the workers; how far the farthest moved.
    pub(super) fn learn_numbers(&mut self) -> f64 {
        let mut most: f64 = 0.0;
        for object in 0..self.numbers.len() {
            let (mut held, mut sum) = (0.0, 0.0);
            for one in &self.all[self.starts[object]..self.starts[object + 1]] {
                let worker = &self.workers[one.worker];
                let slope = 1.0 + worker.more;
                let weight = one.weight / worker.variance;
                let rest = one.value - worker.bias + worker.more * self.centres[worker.part];
                held += weight * slope * slope;
                sum += weight * slope * rest;
            }
            // Only a worker who always says the same has no slope at all.
            if held > 0.0 {
                let number = sum / held;
                most = most.max((number - self.numbers[object]).abs());
                self.numbers[object] = number;
                self.variances[object] = 1.0 / held;
            }
        }
        most
    }

    pub(super) fn learn_biases(&mut self) {
        let mut held = vec![1.0 / self.bias_variance; self.workers.len()];
        let mut sums = vec![0.0; self.workers.len()];
        for one in &self.all {
            let worker = &self.workers[one.worker];
            let weight = one.weight / worker.variance;
            held[one.worker] += weight;
            sums[one.worker] += weight * (self.error(one).0 + worker.bias);
        }
        for (worker, (sum, held)) in self.workers.iter_mut().zip(sums.iter().zip(&held)) {
            worker.bias = steady(sum / held);
            worker.bias_variance = 1.0 / held;
        }
        // The numbers of a part can all be shifted for nothing; its workers' mean bias is 0.
        let shifts = self.means(|worker| worker.bias);
        for worker in &mut self.workers {
            worker.bias -= shifts[worker.part];
        }
        for (number, part) in self.numbers.iter_mut().zip(&self.part) {
            *number += shifts[*part];
        }
        let made_up = MADE_UP * self.variance / 4.0;
        self.bias_variance = self.spread_of(made_up, |w| w.bias * w.bias + w.bias_variance);
    }

    pub(super) fn learn_stretches(&mut self) {
        let (mut sums, mut counts) = (vec![0.0; self.centres.len()], vec![0.0; self.centres.len()]);
        for (object, number) in self.numbers.iter().enumerate() {
            if self.starts[object] < self.starts[object + 1] {
                sums[self.part[object]] += number;
                counts[self.part[object]] += 1.0;
            }
        }
        for (centre, (sum, count)) in self.centres.iter_mut().zip(sums.iter().zip(&counts)) {
            let next = if *count > 0.0 { sum / count } else { 0.0 };
            *centre = next;
        }
        let mut held = vec![1.0 / self.more_variance; self.workers.len()];
        let mut sums = vec![0.0; self.workers.len()];
        for one in &self.all {
            let worker = &self.workers[one.worker];
            let weight = one.weight / worker.variance;
            let (number, variance) = (self.numbers[one.object], self.variances[one.object]);
            let from_centre = number - self.centres[worker.part];
            let rest = one.value - worker.bias - number;
            held[one.worker] += weight * (from_centre * from_centre + variance);
            sums[one.worker] += weight * (rest * from_centre - variance);
        }
        for (worker, (sum, held)) in self.workers.iter_mut().zip(sums.iter().zip(&held)) {
            // Nobody turns the scale round: that would be an adversary, not a stretch.
            worker.more = (sum / held).max(-0.9);
            worker.more_variance = 1.0 / held;
        }
        let factors = self.means(|worker| worker.more);
        for worker in &mut self.workers {
            worker.more = (1.0 + worker.more) / (1.0 + factors[worker.part]) - 1.0;
        }
        for (object, part) in self.part.iter().enumerate() {
            let centre = self.centres[*part];
            let factor = 1.0 + factors[*part];
            self.numbers[object] = centre + (self.numbers[object] - centre) * factor;
            self.variances[object] *= factor * factor;
        }
        self.more_variance = self.spread_of(MADE_UP * 0.01, |w| w.more * w.more + w.more_variance);
    }

    /// By part, the mean over its workers with answers. Who answers by chance has little say in what
    /// the middle of the crowd is: at three times everybody's spread half a say.
    fn means(&self, of: impl Fn(&Worker) -> f64) -> Vec<f64> {
        let (mut sums, mut counts) = (vec![0.0; self.centres.len()], vec![0.0; self.centres.len()]);
        for worker in self.workers.iter().filter(|worker| worker.answers > 0.0) {
            let wider = worker.variance / (9.0 * self.variance);
            let say = 1.0 / (1.0 + wider * wider);
            sums[worker.part] += say * of(worker);
            counts[worker.part] += say;
        }
        sums.iter()
            .zip(&counts)
            .map(|(sum, count): (&f64, &f64)| sum / count.max(1e-6))
            .collect()
    }

    /// The mean over workers with answers and the made-up ones.
    fn spread_of(&self, made_up: f64, of: impl Fn(&Worker) -> f64) -> f64 {
        let (mut sum, mut count) = (made_up, MADE_UP);
        for worker in self.workers.iter().filter(|worker| worker.answers > 0.0) {
            sum += of(worker);
            count += 1.0;
        }
        (sum / count).max(LEAST)
    }

    /// The same spread for all.
    pub(super) fn learn_common_spread(&mut self) {
        let squares: f64 = counted(&self.all).map(|one| self.error(one).1).sum();
        self.variance = (squares / counted(&self.all).count().max(1) as f64).max(LEAST);
        for worker in &mut self.workers {
            worker.variance = self.variance;
        }
    }

    /// Spreads drawn towards the crowd's, by as much as the spreads differ less than chance lets
    /// them.
    pub(super) fn learn_spreads(&mut self) {
        let count = self.workers.len();
        let (mut expected, mut seen, mut free) =
            (vec![0.0; count], vec![0.0; count], vec![0.0; count]);
        for one in counted(&self.all) {
            let worker = &self.workers[one.worker];
            let slope = 1.0 + worker.more;
            let own = one.weight / worker.variance * slope * slope * self.variances[one.object];
            let (error, square) = self.error(one);
            expected[one.worker] += one.weight * square;
            seen[one.worker] += one.weight * error * error;
            free[one.worker] += (1.0 - own).max(0.0);
        }
        let (mut sum, mut squares, mut chance, mut weight) = (0.0, 0.0, 0.0, 0.0);
        for (seen, free) in seen.iter().zip(&free) {
            if *free > 1.0 {
                let log = (seen / free).max(LEAST).ln() - digamma(free / 2.0) + (free / 2.0).ln();
                sum += free * log;
                squares += free * log * log;
                chance += free * trigamma(free / 2.0);
                weight += free;
            }
        }
        if weight > 0.0 {
            let mean = sum / weight;
            let excess = (squares / weight - mean * mean - chance / weight).max(0.0);
            // Trigamma of half the made-up answers is the excess; it is nearly 1/x + 1/(2x²).
            let half = if excess > 0.0 {
                (1.0 + (1.0 + 2.0 * excess).sqrt()) / (2.0 * excess)
            } else {
                f64::INFINITY
            };
            self.alike = (2.0 * half).clamp(LIKE_ALL.0, LIKE_ALL.1);
            let half = self.alike / 2.0;
            self.variance = (mean + digamma(half) - half.ln()).exp().max(LEAST);
        }
        for (worker, expected) in self.workers.iter_mut().zip(&expected) {
            let sum = expected + self.alike * self.variance;
            worker.variance = steady((sum / (worker.answers + self.alike)).max(LEAST));
        }
    }

    /// Takes the degrees of freedom that foretell each answer best from the others of its object.
    pub(super) fn learn_freedom(&mut self) {
        let mut logs = FREEDOM.map(|_| 0.0);
        let mut count = 0.0;
        for one in counted(&self.all) {
            let worker = &self.workers[one.worker];
            let slope = 1.0 + worker.more;
            // The answer's own part in its number; a lone answer is all of it.
            let own = one.weight / worker.variance * slope * slope * self.variances[one.object];
            if own > 1.0 - 1e-6 {
                continue;
            }
            let error = self.error(one).0 / (1.0 - own);
            let variance =
                worker.variance + slope * slope * self.variances[one.object] / (1.0 - own);
            let ratio = error * error / variance;
            for (log, freedom) in logs.iter_mut().zip(FREEDOM) {
                *log -= (freedom + 1.0) / 2.0 * (ratio / freedom).ln_1p();
            }
            count += 1.0;
        }
        for (log, freedom) in logs.iter_mut().zip(FREEDOM) {
            *log += count * log_factor(freedom);
        }
        let mut best = 0;
        for at in 1..logs.len() {
            if logs[at] > logs[best] {
                best = at;
            }
        }
        self.freedom = FREEDOM[best];
    }

    /// Whether the rounds ended with numbers.
    pub(super) fn is_finite(&self) -> bool {
        let objects = self.numbers.iter().chain(&self.variances);
        let workers = self.workers.iter().flat_map(|worker| {
            [
                worker.bias,
                worker.bias_variance,
                worker.more,
                worker.more_variance,
                worker.variance,
            ]
        });
        objects.copied().chain(workers).all(f64::is_finite)
            && self.all.iter().all(|one| one.weight.is_finite())
    }

    /// Without the noise of rounding, which is twelve digits below the size of all answers.
    fn tidy(&self, value: f64) -> f64 {
        let size = (self.middle.abs() + self.unit).log10().ceil();
        let factor = 10f64.powi(12 - size as i32);
        let tidy = (value * factor).round() / factor;
        // Adding 0 makes a 0 of -0.
        match factor.is_normal() && tidy.is_finite() {
            true => tidy + 0.0,
            false => value + 0.0,
        }
    }

    pub(super) fn finish(self, numbers: &Numbers) -> NumberConsolidation {
        let knows = self.starts.windows(2).any(|range| range[1] - range[0] > 1);
        let objects = (0..self.numbers.len())
            .map(|object| {
                let own = &self.all[self.starts[object]..self.starts[object + 1]];
                if own.is_empty() {
                    return None;
                }
                let value = self.tidy(self.middle + self.unit * self.numbers[object]);
                let mut variance = self.variances[object];
                for one in own {
                    let worker = &self.workers[one.worker];
                    let slope = 1.0 + worker.more;
                    let pull = one.weight / worker.variance * slope * self.variances[object];
                    let from_centre = self.numbers[object] - self.centres[worker.part];
                    variance += pull
                        * pull
                        * (worker.bias_variance + worker.more_variance * from_centre * from_centre);
                }
                let error = self.unit * variance.sqrt();
                let within = |value| numbers.within_bounds(value);
                Some(Estimate {
                    value: within(value),
                    standard_error: knows.then_some(error),
                    interval: knows.then_some((
                        within(value - NORMAL_95 * error),
                        within(value + NORMAL_95 * error),
                    )),
                    answers: own.len() as u32,
                })
            })
            .collect();
        let mut weights = vec![0.0; self.workers.len()];
        for one in &self.all {
            weights[one.worker] += one.weight;
        }
        let workers = self
            .workers
            .iter()
            .zip(&weights)
            .map(|(worker, weight)| NumberSkill {
                answers: (worker.answers + worker.slips) as u32,
                bias: self.tidy(self.unit * worker.bias),
                stretch: 1.0 + worker.more,
                spread: self.unit * worker.variance.sqrt(),
                weight: if worker.answers + worker.slips > 0.0 {
                    weight / (worker.answers + worker.slips)
                } else {
                    1.0
                },
            })
            .collect();
        NumberConsolidation {
            objects,
            workers,
            freedom: self.freedom,
        }
    }
}

/// The answers that are no slips.
fn counted(all: &[One]) -> impl Iterator<Item = &One> {
    all.iter().filter(|one| !one.is_slip)
}

/// The value to nine digits. Two answers far apart with equally good workers stay at their middle;
/// the noise of adding in another order would grow from round to round and choose one of them.
fn steady(value: f64) -> f64 {
    const DROPPED: u64 = (1 << 22) - 1;
    f64::from_bits((value.to_bits() + DROPPED / 2) & !DROPPED)
}

/// Logarithm of the factor of Student's density: Γ((ν+1)/2) / (Γ(ν/2)·√(νπ)).
fn log_factor(freedom: f64) -> f64 {
    log_gamma((freedom + 1.0) / 2.0)
        - log_gamma(freedom / 2.0)
        - (freedom * std::f64::consts::PI).ln() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn densities_have_their_factors() {
        // Those of Cauchy's density and the normal one.
        assert!((log_factor(1.0).exp() * std::f64::consts::PI - 1.0).abs() < 1e-8);
        assert!((log_factor(1e6).exp() - 0.398_942_28).abs() < 1e-6);
    }
}
