//! The groups on which [`super::position`] finds the workers' parameters, from round to round.
//!
//! Numbers of all members lie in one list each, member after member, so that a round reads them from front to back.

use super::Shape;
use super::position::{FREEDOM, Members, Positions};

/// Members by which the power is drawn to 1.
const MORE_MEMBERS: f64 = 5.0;
/// Mean offsets whose product is still a number.
const FACTORS: usize = 16;

/// Groups with the shapes found so far.
pub(crate) struct Sample<'a, S> {
    groups: Vec<Group<'a, S>>,
    /// By member and offset: how far the member is from the shape of its group, in pixels; how much it is trusted; and
    /// how far it decides where the shape is, in 0..=1.
    offsets: Vec<f64>,
    trusts: Vec<f64>,
    shares: Vec<f64>,
}

struct Group<'a, S> {
    members: &'a [(u32, S)],
    shape: S,
    /// How many offsets a member has.
    count: usize,
    ln_extent: f64,
    /// One over the extent to the power.
    inverse: f64,
}

/// A member's part of the lists.
pub(crate) struct Member<'a> {
    pub offsets: &'a [f64],
    pub trusts: &'a [f64],
    pub shares: &'a [f64],
    /// One over the extent of its group to the power.
    pub inverse: f64,
}

impl<'a, S: Shape> Sample<'a, S> {
    /// Groups of three or more tell who is off; those of two only that somebody is, and are taken when
    /// there are no others.
    pub(crate) fn new(members: &'a Members<S>) -> Option<Sample<'a, S>> {
        for least in [3, 2] {
            let mut groups = Vec::new();
            let mut from = 0;
            let mut all = Vec::new();
            for to in &members.ends {
                let own = &members.shapes[from..*to];
                from = *to;
                if own.len() >= least {
                    all.clear();
                    all.extend(own.iter().map(|(_, shape)| shape));
                    groups.push(Group {
                        members: own,
                        shape: S::middle(&all),
                        count: 0,
                        ln_extent: 0.0,
                        inverse: 1.0,
                    });
                }
            }
            if !groups.is_empty() {
                return Some(Sample {
                    groups,
                    offsets: Vec::new(),
                    trusts: Vec::new(),
                    shares: Vec::new(),
                });
            }
        }
        None
    }

    /// Finds the offsets, and gives the power of the extent that they grow with, in 0..=1.
    pub(crate) fn measure(&mut self) -> f64 {
        let (mut count, mut sum_x, mut sum_y, mut sum_xx, mut sum_xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        self.offsets.clear();
        for group in &mut self.groups {
            let from = self.offsets.len();
            for (_, member) in group.members {
                group.shape.offsets(member, &mut self.offsets);
            }
            if self.trusts.len() < self.offsets.len() {
                let share = 1.0 / group.members.len() as f64;
                group.count = (self.offsets.len() - from) / group.members.len();
                self.trusts.resize(self.offsets.len(), 1.0);
                self.shares.resize(self.offsets.len(), share);
            }
            group.ln_extent = group.shape.extent().ln();
            let (x, each) = (group.ln_extent, 1.0 / group.count as f64);
            let mut y = 0.0;
            // The logarithm of a product is had for that of one factor.
            for members in self.offsets[from..].chunks(FACTORS * group.count.max(1)) {
                let means = members.chunks_exact(group.count.max(1)).map(|offsets| {
                    let sum: f64 = offsets.iter().map(|offset| offset.abs()).sum();
                    (sum * each).max(1e-3)
                });
                y += means.product::<f64>().ln();
            }
            let members = group.members.len() as f64;
            count += members;
            (sum_x, sum_y) = (sum_x + members * x, sum_y + y);
            (sum_xx, sum_xy) = (sum_xx + members * x * x, sum_xy + x * y);
        }
        if count == 0.0 {
            return 1.0;
        }
        let square = (sum_xx - sum_x * sum_x / count).max(0.0);
        let product = sum_xy - sum_x * sum_y / count;
        ((product + MORE_MEMBERS) / (square + MORE_MEMBERS)).clamp(0.0, 1.0)
    }

    /// Takes a power.
    pub(crate) fn scale(&mut self, power: f64) {
        for group in &mut self.groups {
            group.inverse = (-power * group.ln_extent).exp();
        }
    }

    /// Calls with each member's worker and part of the lists.
    pub(crate) fn each(&self, mut call: impl FnMut(usize, Member)) {
        let mut from = 0;
        for group in &self.groups {
            for (worker, _) in group.members {
                let own = from..from + group.count;
                from = own.end;
                let member = Member {
                    offsets: &self.offsets[own.clone()],
                    trusts: &self.trusts[own.clone()],
                    shares: &self.shares[own],
                    inverse: group.inverse,
                };
                call(*worker as usize, member);
            }
        }
    }

    /// Moves the shapes to where what is known of the workers puts them.
    pub(crate) fn update(&mut self, positions: &Positions) {
        let (mut moves, mut totals) = (Vec::new(), Vec::new());
        let mut from = 0;
        for group in &mut self.groups {
            for sums in [&mut moves, &mut totals] {
                sums.clear();
                sums.resize(group.count, 0.0);
            }
            let all = from..from + group.members.len() * group.count;
            from = all.end;
            let count = group.count.max(1);
            let offsets = self.offsets[all.clone()].chunks_exact(count);
            let trusts = self.trusts[all.clone()].chunks_exact_mut(count);
            let shares = &mut self.shares[all];
            let each = offsets.zip(trusts).zip(shares.chunks_exact_mut(count));
            for ((worker, _), ((offsets, trusts), shares)) in group.members.iter().zip(each) {
                let worker = *worker as usize;
                let biases = &positions.bias[worker * positions.biases..];
                let exacts = &positions.exact[worker * positions.noises..];
                let sums = moves.iter_mut().zip(&mut totals);
                let each = offsets.iter().zip(trusts).zip(shares).zip(sums);
                for (offset, (((value, trust), share), (by, total))) in each.enumerate() {
                    let (bias, noise) = S::kinds(offset);
                    let rest = value * group.inverse - bias.map_or(0.0, |kind| biases[kind]);
                    let exact = exacts[noise];
                    *trust = (FREEDOM + 1.0) / (FREEDOM + rest * rest * exact);
                    *share = *trust * exact;
                    *by += *share * rest;
                    *total += *share;
                }
            }
            for (by, total) in moves.iter_mut().zip(&mut totals) {
                *total = 1.0 / *total;
                *by *= *total / group.inverse;
            }
            for shares in shares.chunks_exact_mut(count) {
                for (share, total) in shares.iter_mut().zip(&totals) {
                    *share *= total;
                }
            }
            group.shape = group.shape.moved(&moves);
        }
    }
}
