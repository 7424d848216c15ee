//! Which shapes of different workers show the same thing.
//!
//! - Model: a group has at most one shape of a worker; shapes of a group are alike.
//! - Steps: all pairs of shapes of different workers that are at least `link` alike are taken from
//!   the most alike down; a pair joins the groups of its two shapes when no worker has a shape in
//!   both and the shapes of the one are on average at least `link` like those of the other. Shapes
//!   with different labels count as less alike ([`Shape::OTHER_LABEL`]): a shape with the right place and the
//!   wrong label still joins, but not when a neighbour with its own label wants it as well. Shapes that are all
//!   alike and like no others are a group whatever the order, and are found first.
//! - Source: agglomerative clustering by average linkage (Sokal and Michener, 1958) with constraints
//!   that keep a worker's shapes apart; in the order of pairs instead of that of groups, which needs
//!   no table of groups.
//! - Complexity: O(n² log n) time and O(n²) memory for the n shapes of an object.
//! - Ties: by content of the shapes, as [`super::prepare`] orders them. Single answers: every shape is
//!   a group of its own.

use super::prepare::Item;
use super::{SHAPES_MAX, Shape};

/// Two boxes that each cover the truth by one half or more seldom share less than this; boxes of two things mostly do.
pub(crate) const LINK: f64 = 0.3;
/// Members of a group that are compared with those of another; more are taken evenly spaced.
const COMPARED_MAX: usize = 16;

/// Buffers, and the groups found last.
#[derive(Debug, Default)]
pub(crate) struct Grouping {
    /// How many items there are.
    count: usize,
    /// Positions in the list of items, by group.
    members: Vec<u32>,
    /// Where each group ends.
    ends: Vec<usize>,
    nodes: Vec<Node>,
    alike: Vec<f64>,
    pairs: Vec<u64>,
    /// Of each item, the items that are alike enough and itself, as bits; of at most [`FEW`] items.
    near: Vec<u64>,
}

/// Items that have a bit each.
const FEW: usize = 64;

/// An item in the list of its group.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// The first item of its group.
    head: u32,
    /// The next item of its group; itself at the end.
    next: u32,
    /// Of the first item: the last, how many there are, and whose they are, by number modulo 64.
    last: u32,
    count: u32,
    workers: u64,
}

/// Bits of a position in a pair; [`SHAPES_MAX`] positions fit.
const PLACE: u32 = 12;
const _: () = assert!(SHAPES_MAX <= 1 << PLACE);

/// A pair as a number: the more alike the smaller, equally alike ones (to nine digits) by position.
/// Numbers are sorted in a fraction of the time of triples.
fn pair(alike: f64, one: usize, two: usize) -> u64 {
    let places = (one as u64) << PLACE | two as u64;
    // A likeness is never below 0, so that its bits rise with it and the first is free.
    (!(alike.to_bits() << 1) & (u64::MAX << (2 * PLACE))) | places
}

fn places(pair: u64) -> (usize, usize) {
    let mask = (1 << PLACE) - 1;
    ((pair >> PLACE & mask) as usize, (pair & mask) as usize)
}

impl Grouping {
    /// Groups the items, which are in the order of [`super::prepare`].
    pub(crate) fn group<S: Shape>(&mut self, items: &[Item<S>], link: f64, other: f64, reach: f64) {
        self.members.clear();
        self.ends.clear();
        self.compare(items, link, other, reach);
        let done = self.take_cliques();
        if done.count_ones() as usize == items.len() {
            return;
        }
        let is_done = |at: usize| at < FEW && done >> at & 1 == 1;
        self.pairs.retain(|pair| !is_done(places(*pair).0));
        self.pairs.sort_unstable();
        self.nodes.clear();
        let each = items.iter().zip(0..);
        self.nodes.extend(each.map(|(item, at)| Node {
            head: at,
            next: at,
            last: at,
            count: 1,
            workers: 1 << (item.worker % 64),
        }));
        for at in 0..self.pairs.len() {
            let (one, two) = places(self.pairs[at]);
            let (into, from) = (self.nodes[one].head, self.nodes[two].head);
            if into != from && self.may_join(items, into, from, link) {
                self.join(into, from);
            }
        }
        for at in 0..items.len() {
            if self.nodes[at].head as usize == at && !is_done(at) {
                let from = self.members.len();
                self.members.extend(list(&self.nodes, at as u32));
                self.members[from..].sort_unstable();
                self.ends.push(self.members.len());
            }
        }
    }

    /// Groups items that are all alike and like no others, which is what most are: in whatever order their
    /// pairs are taken, they all join. Gives them as bits.
    fn take_cliques(&mut self) -> u64 {
        let mut done = 0;
        for (at, near) in self.near.iter().enumerate() {
            if done >> at & 1 == 0 && bits(*near).all(|with| self.near[with as usize] == *near) {
                done |= near;
                self.members.extend(bits(*near));
                self.ends.push(self.members.len());
            }
        }
        done
    }

    /// Finds how alike the items are, and the pairs that are alike enough.
    fn compare<S: Shape>(&mut self, items: &[Item<S>], link: f64, other: f64, reach: f64) {
        let count = items.len();
        self.pairs.clear();
        self.alike.clear();
        self.alike.resize(count * count, 0.0);
        self.count = count;
        self.near.clear();
        if count <= FEW {
            self.near.extend((0..count).map(|at| 1 << at));
        }
        for (at, one) in items.iter().enumerate() {
            let (_, to) = one.shape.span();
            for (with, two) in items.iter().enumerate().skip(at + 1) {
                if two.shape.span().0 >= to {
                    break;
                }
                if one.worker == two.worker {
                    continue;
                }
                let times = [other, 1.0][usize::from(one.label == two.label)];
                let alike = times * one.shape.likeness(&two.shape, reach);
                self.alike[at * count + with] = alike;
                if alike >= link {
                    self.pairs.push(pair(alike, at, with));
                    if count <= FEW {
                        self.near[at] |= 1 << with;
                        self.near[with] |= 1 << at;
                    }
                }
            }
        }
    }

    /// The groups found last, each with the positions of its items, ascending.
    pub(crate) fn groups(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        let mut from = 0;
        self.ends.iter().map(move |to| {
            let group = &self.members[from..*to];
            from = *to;
            group
        })
    }

    /// How alike two items are on average in a group of at least two.
    pub(crate) fn mean_alike(&self, group: &[u32]) -> f64 {
        let count = self.count;
        let mut sum = 0.0;
        for (at, one) in group.iter().enumerate() {
            for two in &group[at + 1..] {
                sum += self.alike[*one as usize * count + *two as usize];
            }
        }
        sum / ((group.len() * (group.len() - 1) / 2).max(1)) as f64
    }

    fn may_join<S>(&self, items: &[Item<S>], into: u32, from: u32, link: f64) -> bool {
        let (one, two) = (self.nodes[into as usize], self.nodes[from as usize]);
        if one.count == 1 && two.count == 1 {
            return true;
        }
        let worker = |at: u32| items[at as usize].worker;
        let both = || (list(&self.nodes, into), list(&self.nodes, from));
        if one.workers & two.workers != 0 {
            let (mut one, two) = both();
            if one.any(|a| two.clone().any(|b| worker(a) == worker(b))) {
                return false;
            }
        }
        let step = |node: Node| (node.count as usize).div_ceil(COMPARED_MAX);
        let (mut sum, mut compared) = (0.0, 0usize);
        let count = items.len();
        let (all, others) = both();
        for a in all.step_by(step(one)) {
            for b in others.clone().step_by(step(two)) {
                let (first, second) = (a.min(b) as usize, a.max(b) as usize);
                sum += self.alike[first * count + second];
                compared += 1;
            }
        }
        sum >= link * compared as f64
    }

    fn join(&mut self, into: u32, from: u32) {
        let (first, other) = (self.nodes[into as usize], self.nodes[from as usize]);
        let mut at = from;
        loop {
            let node = &mut self.nodes[at as usize];
            node.head = into;
            if node.next == at {
                break;
            }
            at = node.next;
        }
        self.nodes[first.last as usize].next = from;
        let first = &mut self.nodes[into as usize];
        first.last = other.last;
        first.count += other.count;
        first.workers |= other.workers;
    }
}

/// The positions of the bits that are set, ascending.
fn bits(of: u64) -> impl Iterator<Item = u32> {
    let left = std::iter::successors(Some(of), |left| Some(left & left.wrapping_sub(1)));
    left.take_while(|left| *left != 0).map(u64::trailing_zeros)
}

/// The items of a group from its first on.
fn list(nodes: &[Node], head: u32) -> impl Iterator<Item = u32> + Clone {
    std::iter::successors(Some(head), |at| {
        let next = nodes[*at as usize].next;
        (next != *at).then_some(next)
    })
}

#[cfg(test)]
mod tests {
    use super::super::BoundingBox;
    use super::*;

    /// The groups of boxes of one side at these places, each of another worker than its neighbours.
    fn groups(lefts: &[f64]) -> Vec<Vec<u32>> {
        let items: Vec<Item<BoundingBox>> = (0..)
            .zip(lefts)
            .map(|(at, left)| Item {
                worker: at % 5,
                label: 0,
                shape: BoundingBox::between(*left, 0.0, left + 100.0, 100.0),
            })
            .collect();
        let mut grouping = Grouping::default();
        grouping.group(&items, LINK, 1.0, 1.0);
        grouping.groups().map(<[u32]>::to_vec).collect()
    }

    #[test]
    fn groups_seen_at_once_are_those_found_pair_by_pair() {
        // Beyond this many items none are seen at once; the ones added are like no others.
        let far = (0..FEW).map(|at| 1e5 + 1e3 * at as f64);
        let mut place = 1u64;
        for _ in 0..200 {
            let mut lefts: Vec<f64> = (0..15)
                .map(|_| {
                    place = place
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    (place >> 40) as f64 % 1_000.0
                })
                .collect();
            lefts.sort_by(f64::total_cmp);
            let few = groups(&lefts);
            lefts.extend(far.clone());
            let mut many = groups(&lefts);
            many.retain(|group| group[0] < 15);
            let sorted = |mut groups: Vec<Vec<u32>>| {
                groups.sort();
                groups
            };
            assert_eq!(sorted(few), sorted(many));
        }
    }
}
