//! Which shapes of different workers show the same thing.
//!
//! - Model: a group has at most one shape of a worker; shapes of a group are alike.
//! - Steps: all pairs of shapes of different workers that are at least `link` alike are taken from
//!   the most alike down; a pair joins the groups of its two shapes when no worker has a shape in
//!   both and the shapes of the one are on average at least `link` like those of the other. Shapes
//!   with different labels count as less alike ([`Shape::OTHER_LABEL`]): a shape with the right place and the
//!   wrong label still joins, but not when a neighbour with its own label wants it as well.
//! - Source: agglomerative clustering by average linkage (Sokal and Michener, 1958) with constraints
//!   that keep a worker's shapes apart; in the order of pairs instead of that of groups, which needs
//!   no table of groups.
//! - Complexity: O(n² log n) time and O(n²) memory for the n shapes of an object.
//! - Ties: by content of the shapes, as [`super::prepare`] orders them. Single answers: every shape is
//!   a group of its own.

use super::Shape;
use super::prepare::Item;

/// Two boxes that each cover the truth by one half or more seldom share less than this; boxes of two things mostly do.
pub(crate) const LINK: f64 = 0.3;
/// Members of a group that are compared with those of another; more are taken evenly spaced.
const COMPARED_MAX: usize = 16;

/// Buffers, and the groups found last.
#[derive(Debug, Default)]
pub(crate) struct Grouping {
    /// Positions in the list of items, by group.
    groups: Vec<Vec<u32>>,
    of_item: Vec<u32>,
    alike: Vec<f64>,
    pairs: Vec<(f64, u32, u32)>,
    spare: Vec<Vec<u32>>,
}

impl Grouping {
    /// Groups the items.
    pub(crate) fn group<S: Shape>(&mut self, items: &[Item<S>], link: f64, other: f64, reach: f64) {
        let count = items.len();
        self.spare.append(&mut self.groups);
        self.of_item.clear();
        for at in 0..count as u32 {
            let mut group = self.spare.pop().unwrap_or_default();
            group.clear();
            group.push(at);
            self.groups.push(group);
            self.of_item.push(at);
        }
        self.pairs.clear();
        self.alike.clear();
        self.alike.resize(count * count, 0.0);
        for (at, one) in items.iter().enumerate() {
            for (more, two) in items[at + 1..].iter().enumerate() {
                let with = at + 1 + more;
                if one.worker == two.worker {
                    continue;
                }
                let mut alike = one.shape.likeness(&two.shape, reach);
                if one.label != two.label {
                    alike *= other;
                }
                self.alike[at * count + with] = alike;
                if alike >= link {
                    self.pairs.push((alike, at as u32, with as u32));
                }
            }
        }
        self.pairs.sort_unstable_by(|one, two| {
            two.0
                .total_cmp(&one.0)
                .then((one.1, one.2).cmp(&(two.1, two.2)))
        });
        for at in 0..self.pairs.len() {
            let (_, one, two) = self.pairs[at];
            let (into, from) = (self.of_item[one as usize], self.of_item[two as usize]);
            if into != from && self.may_join(items, into, from, link) {
                let mut moved = std::mem::take(&mut self.groups[from as usize]);
                for item in &moved {
                    self.of_item[*item as usize] = into;
                }
                self.groups[into as usize].append(&mut moved);
                self.spare.push(moved);
            }
        }
        self.groups.retain(|group| !group.is_empty());
        for group in &mut self.groups {
            group.sort_unstable();
        }
    }

    /// The groups found last, each with the positions of its items, ascending.
    pub(crate) fn groups(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        self.groups.iter().map(Vec::as_slice)
    }

    /// How alike two items are on average in a group of at least two.
    pub(crate) fn mean_alike(&self, group: &[u32]) -> f64 {
        let count = self.of_item.len();
        let mut sum = 0.0;
        for (at, one) in group.iter().enumerate() {
            for two in &group[at + 1..] {
                sum += self.alike[*one as usize * count + *two as usize];
            }
        }
        sum / ((group.len() * (group.len() - 1) / 2).max(1)) as f64
    }

    fn may_join<S>(&self, items: &[Item<S>], into: u32, from: u32, link: f64) -> bool {
        let (one, two) = (&self.groups[into as usize], &self.groups[from as usize]);
        let worker = |at: &u32| items[*at as usize].worker;
        if one.len() == 1 && two.len() == 1 {
            return true;
        }
        if one
            .iter()
            .any(|a| two.iter().any(|b| worker(a) == worker(b)))
        {
            return false;
        }
        let (mut sum, mut compared) = (0.0, 0usize);
        let count = items.len();
        for a in one.iter().step_by(one.len().div_ceil(COMPARED_MAX)) {
            for b in two.iter().step_by(two.len().div_ceil(COMPARED_MAX)) {
                let (first, second) = (*a.min(b) as usize, *a.max(b) as usize);
                sum += self.alike[first * count + second];
                compared += 1;
            }
        }
        sum >= link * compared as f64
    }
}

/// The distance that is usual between two workers' shapes of the same thing: the median, over
/// shapes, of the distance to the nearest shape with the same label of another worker. 1 where
/// nothing can be compared, and never 0.
pub(crate) fn reach<'a, S: Shape + 'a>(objects: impl Iterator<Item = &'a [Item<S>]>) -> f64 {
    let mut nearest = Vec::new();
    for items in objects {
        for one in items {
            let others = items
                .iter()
                .filter(|two| two.worker != one.worker && two.label == one.label);
            let distance = others
                .filter_map(|two| one.shape.distance(&two.shape))
                .min_by(f64::total_cmp);
            nearest.extend(distance);
        }
    }
    if nearest.is_empty() {
        return 1.0;
    }
    let middle = nearest.len() / 2;
    let (_, median, _) = nearest.select_nth_unstable_by(middle, f64::total_cmp);
    median.max(1e-3)
}
