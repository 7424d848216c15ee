//! Where a thing is, from several workers' shapes of it.
//!
//! - Model: a worker's shape is the true one with each offset (an edge of a box, a coordinate of a
//!   point) moved by a bias of the worker and a noise of the worker, both in units of the shape's
//!   extent to a power of the crowd. The noise has heavy tails (Student's t with
//!   [`FREEDOM`] degrees of freedom), so that a slip counts little.
//! - What the crowd cannot say is by how much all of its workers are off together. A plain mean takes it that
//!   they are right on average. They are not: hasty workers leave room around a thing, careful ones do not.
//!   Here the *exact* workers are right on average: biases are such that their mean, weighted by the inverse of
//!   the workers' variances, is 0. Whether a crowd's mean is large or small thus comes out of its own answers.
//! - Steps: the middle of each group to begin with; then rounds of the power (a regression of offsets
//!   on extents), biases (drawn to 0 by as much as workers' biases are alike), variances (drawn to the
//!   crowd's; a worker who decides a group has less freedom to be far from it), and the groups' shapes:
//!   means of the members without their biases, weighted by the inverse of their variances.
//! - Source: EM for the t distribution (Lange, Little and Taylor, 1989); the observers' bias and
//!   variance of image annotations as in Welinder and Perona, "Online crowdsourcing", 2010. Where 0 is for the
//!   biases is ours: see docs/decisions/2026-11-29-shapes.md.
//! - Complexity: O(offsets of all members) a round, [`ROUNDS`] rounds, [`FUSE_ROUNDS`] for a group later on.
//! - Ties: none, offsets are numbers. Single answers: the shape itself, without the worker's bias.

use super::Shape;
use super::sample::Sample;

/// Rounds that the workers' parameters take.
const ROUNDS: usize = 10;
/// Rounds that a group takes under fixed parameters, at most.
const FUSE_ROUNDS: usize = 4;
/// Degrees of freedom of the noise: the usual choice where tails are heavy.
pub(crate) const FREEDOM: f64 = 4.0;
/// Offsets by which a worker's variance is drawn to the crowd's.
const MORE_OFFSETS: f64 = 4.0;
/// Standard deviation over extent where nothing can be compared.
const NOISE: f64 = 0.05;
/// A group's shape is found when it moves by less than this, in extents to the power.
const STILL: f64 = 2e-3;
/// No variance is smaller, in squared extents to the power.
const VARIANCE_MIN: f64 = 1e-8;

/// Groups of a batch, with the members' workers.
#[derive(Debug)]
pub(crate) struct Members<S> {
    pub shapes: Vec<(u32, S)>,
    /// Where each group ends.
    pub ends: Vec<usize>,
}

/// What is known of the workers.
#[derive(Clone, Debug)]
pub(crate) struct Positions {
    pub(crate) power: f64,
    /// By worker and kind of bias.
    pub(crate) bias: Vec<f64>,
    /// By worker and kind of noise.
    variance: Vec<f64>,
    /// One over that.
    pub(crate) exact: Vec<f64>,
    /// By kind of noise.
    crowd: Vec<f64>,
    pub(crate) biases: usize,
    pub(crate) noises: usize,
}

/// Buffers of [`Positions::fuse`].
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    /// By member and offset: the offset, the bias and exactness of its worker, what is left without the bias, over
    /// the scale, and its weight.
    offsets: Vec<f64>,
    biases: Vec<f64>,
    exacts: Vec<f64>,
    rests: Vec<f64>,
    weights: Vec<f64>,
    /// By offset: the sum of the weights, and where it moves.
    totals: Vec<f64>,
    moves: Vec<f64>,
    /// Standard deviations of the offsets of the shape found last.
    pub deviations: Vec<f64>,
}

impl Buffers {
    /// Finds where each offset moves; gives the furthest.
    fn weigh(&mut self, scale: f64) -> f64 {
        // The same for any number of offsets; loops over a number that is known are unrolled.
        match self.moves.len() {
            4 => self.weigh_each(4, scale),
            count => self.weigh_each(count.max(1), scale),
        }
    }

    #[inline(always)]
    fn weigh_each(&mut self, count: usize, scale: f64) -> f64 {
        let inverse = 1.0 / scale;
        let (totals, moves) = (&mut self.totals[..count], &mut self.moves[..count]);
        totals.fill(0.0);
        moves.fill(0.0);
        let known = (self.offsets.chunks_exact(count))
            .zip(self.biases.chunks_exact(count))
            .zip(self.exacts.chunks_exact(count));
        let found = (self.rests.chunks_exact_mut(count)).zip(self.weights.chunks_exact_mut(count));
        for (((offsets, biases), exacts), (rests, weights)) in known.zip(found) {
            for at in 0..count {
                rests[at] = offsets[at] * inverse - biases[at];
                let square = rests[at] * rests[at] * exacts[at];
                weights[at] = (FREEDOM + 1.0) * exacts[at] / (FREEDOM + square);
            }
            for at in 0..count {
                totals[at] += weights[at];
                moves[at] += weights[at] * rests[at];
            }
        }
        let mut most = 0.0;
        for (by, total) in moves.iter_mut().zip(totals) {
            *by *= scale / *total;
            if by.abs() > most {
                most = by.abs();
            }
        }
        most
    }
}

impl Positions {
    /// Nothing known: every worker alike and without bias.
    fn unknown<S: Shape>(workers: usize) -> Positions {
        Positions {
            power: 1.0,
            bias: vec![0.0; workers * S::BIASES],
            variance: vec![NOISE * NOISE; workers * S::NOISES],
            exact: vec![1.0 / (NOISE * NOISE); workers * S::NOISES],
            crowd: vec![NOISE * NOISE; S::NOISES],
            biases: S::BIASES,
            noises: S::NOISES,
        }
    }

    /// Finds the workers' biases and noises.
    pub(crate) fn fit<S: Shape>(members: &Members<S>, workers: usize) -> Positions {
        let mut positions = Positions::unknown::<S>(workers);
        let Some(mut sample) = Sample::new(members) else {
            return positions;
        };
        for _ in 0..ROUNDS {
            positions.power = sample.measure();
            positions.estimate(&mut sample, workers);
            sample.update(&positions);
        }
        positions
    }

    fn estimate<S: Shape>(&mut self, sample: &mut Sample<S>, workers: usize) {
        sample.scale(self.power);
        let (biases, noises) = (self.biases, self.noises);
        // Sums by worker and kind: of weights, and of weighted offsets.
        let mut weights = vec![0.0; workers * biases];
        let mut sums = vec![0.0; workers * biases];
        sample.each(|worker, member| {
            let (weights, sums) = (
                &mut weights[worker * biases..],
                &mut sums[worker * biases..],
            );
            let each = member.offsets.iter().zip(member.trusts).enumerate();
            for (offset, (value, trust)) in each {
                if let (Some(kind), _) = S::kinds(offset) {
                    weights[kind] += trust;
                    sums[kind] += trust * value * member.inverse;
                }
            }
        });
        let spread = self.spread::<S>(&weights, &sums);
        for at in 0..self.bias.len() {
            let variance = self.bias_variance::<S>(at);
            self.bias[at] =
                (sums[at] / variance) / (weights[at] / variance + 1.0 / spread[at % biases]);
        }
        let (mut squares, mut freedom) = (vec![0.0; workers * noises], vec![0.0; workers * noises]);
        sample.each(|worker, member| {
            let known = &self.bias[worker * biases..];
            let (squares, freedom) = (
                &mut squares[worker * noises..],
                &mut freedom[worker * noises..],
            );
            let each = member.offsets.iter().zip(member.trusts).zip(member.shares);
            for (offset, ((value, trust), share)) in each.enumerate() {
                let (bias, noise) = S::kinds(offset);
                let rest = value * member.inverse - bias.map_or(0.0, |kind| known[kind]);
                squares[noise] += trust * rest * rest;
                freedom[noise] += (1.0 - share).max(0.1);
            }
        });
        for noise in 0..noises {
            let of_all = |list: &[f64]| list.iter().skip(noise).step_by(noises).sum::<f64>();
            let crowd = (of_all(&squares) / of_all(&freedom).max(1e-9)).max(VARIANCE_MIN);
            self.crowd[noise] = crowd;
            for at in (noise..workers * noises).step_by(noises) {
                let variance = (squares[at] + MORE_OFFSETS * crowd) / (freedom[at] + MORE_OFFSETS);
                self.variance[at] = variance.max(VARIANCE_MIN);
                self.exact[at] = 1.0 / self.variance[at];
            }
        }
        // The exact workers are right on average.
        for kind in 0..biases {
            let (mut sum, mut total) = (0.0, 0.0);
            for at in (kind..workers * biases).step_by(biases) {
                let weight = weights[at] / self.bias_variance::<S>(at);
                sum += weight * self.bias[at];
                total += weight;
            }
            if total > 0.0 {
                for at in (kind..workers * biases).step_by(biases) {
                    self.bias[at] -= sum / total;
                }
            }
        }
        for worker in 0..workers {
            if weights[worker * biases..(worker + 1) * biases]
                .iter()
                .all(|weight| *weight == 0.0)
            {
                self.bias[worker * biases..(worker + 1) * biases].fill(0.0);
            }
        }
    }

    /// How much workers' biases differ, by kind: their variance beyond what noise explains.
    fn spread<S: Shape>(&self, weights: &[f64], sums: &[f64]) -> Vec<f64> {
        (0..self.biases)
            .map(|kind| {
                let (mut squares, mut total, mut noise) = (0.0, 0.0, 0.0);
                for at in (kind..weights.len()).step_by(self.biases) {
                    if weights[at] > 0.0 {
                        squares += sums[at] * sums[at] / weights[at];
                        noise += self.bias_variance::<S>(at);
                        total += weights[at];
                    }
                }
                ((squares - noise) / f64::max(total, 1e-9)).max(VARIANCE_MIN)
            })
            .collect()
    }

    /// The variance of the noise that goes with a bias.
    fn bias_variance<S: Shape>(&self, at: usize) -> f64 {
        let (worker, kind) = (at / self.biases, at % self.biases);
        self.variance[worker * self.noises + S::noise_of_bias(kind)]
    }

    /// The shape of a group, from its members' workers and shapes. The deviations of its offsets are
    /// left in the buffers.
    pub(crate) fn fuse<S: Shape>(
        &self,
        workers: &[u32],
        members: &[&S],
        buffers: &mut Buffers,
    ) -> S {
        let mut shape = S::middle(members);
        let scale = shape.extent().powf(self.power);
        for round in 0..FUSE_ROUNDS {
            buffers.offsets.clear();
            for member in members {
                shape.offsets(member, &mut buffers.offsets);
            }
            if round == 0 {
                self.look_up::<S>(workers, buffers);
            }
            let most = buffers.weigh(scale);
            shape = shape.moved(&buffers.moves);
            if round > 0 && most < STILL * scale {
                break;
            }
        }
        // Where members are further apart than their noises say, so is what comes of them.
        let each = buffers.rests.iter().zip(&buffers.weights);
        let squares: f64 = each.map(|(rest, weight)| weight * rest * rest).sum();
        let free = (buffers.offsets.len() - buffers.moves.len()) as f64;
        let wider = scale * ((squares + MORE_OFFSETS) / (free + MORE_OFFSETS)).sqrt();
        buffers.deviations.clear();
        let totals = buffers.totals.iter();
        buffers
            .deviations
            .extend(totals.map(|total| wider / total.sqrt()));
        shape
    }

    /// Lays out what is known of the workers as their offsets are.
    fn look_up<S: Shape>(&self, workers: &[u32], buffers: &mut Buffers) {
        let count = buffers.offsets.len() / workers.len().max(1);
        buffers.biases.clear();
        buffers.exacts.clear();
        for worker in workers {
            let worker = *worker as usize;
            let biases = &self.bias[worker * self.biases..(worker + 1) * self.biases];
            let exacts = &self.exact[worker * self.noises..(worker + 1) * self.noises];
            let kinds = (0..count).map(S::kinds);
            let bias_of = |(bias, _): (Option<usize>, usize)| bias.map_or(0.0, |kind| biases[kind]);
            buffers.biases.extend(kinds.clone().map(bias_of));
            buffers.exacts.extend(kinds.map(|(_, noise)| exacts[noise]));
        }
        for (list, length) in [
            (&mut buffers.rests, buffers.offsets.len()),
            (&mut buffers.weights, buffers.offsets.len()),
            (&mut buffers.totals, count),
            (&mut buffers.moves, count),
        ] {
            list.clear();
            list.resize(length, 0.0);
        }
    }

    /// The biases of a worker, in units of the crowd's noise.
    pub(crate) fn bias<S: Shape>(&self, worker: usize) -> Vec<f64> {
        (0..self.biases)
            .map(|kind| {
                let noise = self.crowd[S::noise_of_bias(kind)].sqrt();
                self.bias[worker * self.biases + kind] / noise
            })
            .collect()
    }

    /// The standard deviation of a worker's offsets over that of the crowd.
    pub(crate) fn noise(&self, worker: usize) -> f64 {
        let own = &self.variance[worker * self.noises..(worker + 1) * self.noises];
        let ratios = own.iter().zip(&self.crowd).map(|(own, crowd)| own / crowd);
        (ratios.sum::<f64>() / self.noises.max(1) as f64).sqrt()
    }
}
