//! What was said of each pair of items, gathered from the answers.
//!
//! - Steps: answers in an order of their own, each with its items by index; then, for each item, the
//!   pairs in which it has the smaller index, counted into their places. Equal votes of a worker on a
//!   pair are one vote with a number, so that many answers about few items cost little.
//! - Thinned: beyond [`WHOLE_VOTES`], of orders of more than [`WHOLE_MAX`] items only some pairs. Their items are laid in a
//!   ring by the share of comparisons won, and each is paired with those [`STEPS`] distances away, from
//!   the next one to the opposite one. So all distances have their say, the names of items have
//!   none, and all workers say something of the same pairs.
//! - Complexity: O(votes) time and memory, for the items of a pair are never sorted by comparing; when
//!   thinned O(places × [`STEPS`]).

/// Items of an order up to which thinning keeps all of its pairs.
pub(crate) const WHOLE_MAX: usize = 100;
/// Votes up to which nothing is thinned.
pub(crate) const WHOLE_VOTES: usize = 200_000;
/// Distances around the ring at which pairs are kept.
const STEPS: usize = 12;

/// Answers as orders; a comparison is one of two items.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Said {
    workers: Vec<u32>,
    /// Where each answer starts in `placed`; one more at the end.
    starts: Vec<usize>,
    /// Items with their places, by item.
    placed: Vec<(u32, u32)>,
}

/// What one worker said of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vote {
    pub(crate) worker: u32,
    /// How often.
    pub(crate) times: u32,
    /// Items in the answer that it is from.
    length: u16,
    /// 2 when the left item was preferred, 0 when the right one, 1 when neither.
    halves: u8,
}

/// All votes, by pair and there by worker.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Votes {
    /// Pairs of items, each once, sorted; the left one has the smaller index.
    edges: Vec<(u32, u32)>,
    /// Where each pair's votes start in `list`; one more at the end.
    starts: Vec<usize>,
    list: Vec<Vote>,
    /// By the length of an answer, what a vote from it weighs.
    weights: Vec<f64>,
}

impl Vote {
    /// 1 when the left item was preferred, 0 when the right one, a half when neither.
    pub(crate) fn for_left(&self) -> f64 {
        f64::from(self.halves) / 2.0
    }
}

impl Said {
    pub(crate) fn push(&mut self, worker: u32, placed: impl Iterator<Item = (u32, u32)>) {
        let start = self.placed.len();
        self.placed.extend(placed);
        self.placed[start..].sort_unstable();
        self.starts.push(start);
        self.workers.push(worker);
    }

    /// The same whatever order the answers were given in, so that sums come out the same too.
    pub(crate) fn sorted(mut self) -> Said {
        self.starts.push(self.placed.len());
        let key = |at: &usize| {
            let placed = self.of(*at);
            (self.workers[*at], placed.len(), placed)
        };
        let mut order: Vec<usize> = (0..self.workers.len()).collect();
        order.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
        let mut sorted = Said::default();
        sorted.placed.reserve_exact(self.placed.len());
        for at in order {
            sorted.starts.push(sorted.placed.len());
            sorted.workers.push(self.workers[at]);
            sorted.placed.extend_from_slice(self.of(at));
        }
        sorted.starts.push(sorted.placed.len());
        sorted
    }

    fn of(&self, answer: usize) -> &[(u32, u32)] {
        &self.placed[self.starts[answer]..self.starts[answer + 1]]
    }

    fn longest(&self) -> usize {
        let lengths = self.starts.windows(2).map(|range| range[1] - range[0]);
        lengths.max().unwrap_or(0)
    }

    /// Whether thinning would leave anything out of its votes.
    pub(crate) fn is_long(&self) -> bool {
        self.longest() > WHOLE_MAX
    }

    /// All pairs of all answers. An order of n items holds n − 1 free choices, which its pairs share.
    pub(crate) fn votes(&self, items: usize) -> Votes {
        let weights = (0..=self.longest()).map(|length| 2.0 / length.max(2) as f64);
        self.gather(items, weights.collect(), |answer, at, add| {
            let placed = self.of(answer);
            for other in at + 1..placed.len() {
                add(other);
            }
        })
    }

    /// Fewer pairs of long orders, `by_share` being the items by their share of wins.
    pub(crate) fn thinned(&self, items: usize, by_share: &[u32]) -> Votes {
        let mut rank = vec![0u32; items];
        for (at, item) in (0..).zip(by_share) {
            rank[*item as usize] = at;
        }
        // Of each answer, where in its ring each of its items is, and which item is where.
        let mut ring: Vec<u32> = Vec::with_capacity(self.placed.len());
        let mut place = vec![0u32; self.placed.len()];
        for range in self.starts.windows(2) {
            let placed = &self.placed[range[0]..range[1]];
            let mut own: Vec<u32> = (0..placed.len() as u32).collect();
            own.sort_unstable_by_key(|at| rank[placed[*at as usize].0 as usize]);
            for (turn, at) in (0..).zip(&own) {
                place[range[0] + *at as usize] = turn;
            }
            ring.extend(own);
        }
        let weights = (0..=self.longest()).map(|length| match length > WHOLE_MAX {
            true => (length - 1) as f64 / (length * STEPS) as f64,
            false => 2.0 / length.max(2) as f64,
        });
        self.gather(items, weights.collect(), |answer, at, add| {
            let (start, length) = (self.starts[answer], self.of(answer).len());
            if length <= WHOLE_MAX {
                (at + 1..length).for_each(add);
                return;
            }
            let own = place[start + at] as usize;
            let farthest = (length - 1) / 2;
            for step in 0..STEPS {
                let distance = 1 + step * (farthest - 1) / (STEPS - 1);
                for turn in [own + distance, own + length - distance] {
                    let other = ring[start + turn % length] as usize;
                    if other > at {
                        add(other);
                    }
                }
            }
        })
    }

    /// `pairs` names, for an answer and the position of an item in it, the later positions that the
    /// item is paired with.
    fn gather(
        &self,
        items: usize,
        weights: Vec<f64>,
        pairs: impl Fn(usize, usize, &mut dyn FnMut(usize)),
    ) -> Votes {
        // By item, the answers that have it, and where.
        let mut ends = vec![0usize; items + 1];
        for (item, _) in &self.placed {
            ends[*item as usize + 1] += 1;
        }
        for item in 0..items {
            ends[item + 1] += ends[item];
        }
        let starts_of = ends.clone();
        let mut of_item = vec![(0u32, 0u32); self.placed.len()];
        for answer in 0..self.workers.len() {
            for (at, (item, _)) in (0u32..).zip(self.of(answer)) {
                let end = &mut ends[*item as usize];
                of_item[*end] = (answer as u32, at);
                *end += 1;
            }
        }
        let mut votes = Votes {
            edges: Vec::new(),
            starts: vec![0],
            list: Vec::new(),
            weights,
        };
        let filler = Vote {
            worker: 0,
            times: 0,
            length: 0,
            halves: 0,
        };
        let mut ends = vec![0u32; items];
        let (mut rights, mut own): (Vec<u32>, Vec<Vote>) = (Vec::new(), Vec::new());
        for left in 0..items {
            let answers = &of_item[starts_of[left]..starts_of[left + 1]];
            rights.clear();
            for (answer, at) in answers {
                let placed = self.of(*answer as usize);
                pairs(*answer as usize, *at as usize, &mut |other| {
                    let (right, _) = placed[other];
                    if ends[right as usize] == 0 {
                        rights.push(right);
                    }
                    ends[right as usize] += 1;
                });
            }
            rights.sort_unstable();
            let mut sum = 0;
            for right in &rights {
                let end = &mut ends[*right as usize];
                (sum, *end) = (sum + *end, sum);
            }
            own.clear();
            own.resize(sum as usize, filler);
            for (answer, at) in answers {
                let placed = self.of(*answer as usize);
                let (_, place) = placed[*at as usize];
                let (worker, length) = (self.workers[*answer as usize], placed.len() as u16);
                pairs(*answer as usize, *at as usize, &mut |other| {
                    let (right, other) = placed[other];
                    let end = &mut ends[right as usize];
                    own[*end as usize] = Vote {
                        worker,
                        times: 1,
                        length,
                        halves: 1 + u8::from(place < other) - u8::from(place > other),
                    };
                    *end += 1;
                });
            }
            let mut start = 0;
            for right in &rights {
                let end = std::mem::take(&mut ends[*right as usize]) as usize;
                votes.push((left as u32, *right), &own[start..end]);
                start = end;
            }
        }
        votes
    }
}

impl Votes {
    fn push(&mut self, edge: (u32, u32), votes: &[Vote]) {
        self.edges.push(edge);
        let first = self.list.len();
        for vote in votes {
            match self.list[first..].last_mut() {
                Some(last) if (Vote { times: 1, ..*last }) == *vote => last.times += 1,
                _ => self.list.push(*vote),
            }
        }
        self.starts.push(self.list.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn edges(&self) -> &[(u32, u32)] {
        &self.edges
    }

    /// Pairs with what was said of them.
    pub(crate) fn each(&self) -> impl Iterator<Item = ((u32, u32), &[Vote])> {
        let ranges = self.starts.windows(2);
        let edges = self.edges.iter().zip(ranges);
        edges.map(|(edge, range)| (*edge, &self.list[range[0]..range[1]]))
    }

    /// What one of the times of a vote weighs: 1 of a comparison, less of a pair of an order.
    pub(crate) fn weight(&self, vote: &Vote) -> f64 {
        self.weights[usize::from(vote.length)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(orders: &[(u32, &[u32])]) -> Said {
        let mut said = Said::default();
        for (worker, order) in orders {
            said.push(*worker, order.iter().copied().zip(0..));
        }
        said.sorted()
    }

    #[test]
    fn equal_votes_of_a_worker_are_one() {
        let votes = said(&[(1, &[2, 0]), (0, &[0, 2, 1]), (1, &[2, 0]), (1, &[0, 2])]).votes(3);
        let all: Vec<_> = votes
            .each()
            .map(|(edge, votes)| {
                let votes = votes.iter();
                let votes = votes.map(|it| (it.worker, it.times, it.for_left(), it.length));
                (edge, votes.collect::<Vec<_>>())
            })
            .collect();
        let expected = [
            ((0, 1), vec![(0, 1, 1.0, 3)]),
            ((0, 2), vec![(0, 1, 1.0, 3), (1, 1, 1.0, 2), (1, 2, 0.0, 2)]),
            ((1, 2), vec![(0, 1, 0.0, 3)]),
        ];
        assert_eq!(all, expected);
        assert_eq!(votes.weights, [1.0, 1.0, 1.0, 2.0 / 3.0]);
    }

    #[test]
    fn thinned_orders_weigh_as_much_and_every_item_has_as_many_pairs() {
        let items = 3 * WHOLE_MAX;
        let order: Vec<u32> = (0..items as u32).map(|at| at * 7 % items as u32).collect();
        let said = said(&[(0, &order), (1, &[4, 5])]);
        let by_share: Vec<u32> = (0..items as u32).rev().collect();
        let votes = said.thinned(items, &by_share);
        let mut partners = vec![0; items];
        let mut weight = 0.0;
        for ((left, right), of_edge) in votes.each() {
            for vote in of_edge.iter().filter(|vote| vote.worker == 0) {
                assert_eq!(vote.times, 1);
                weight += votes.weight(vote);
                partners[left as usize] += 1;
                partners[right as usize] += 1;
            }
        }
        assert!((weight - (items as f64 - 1.0)).abs() < 1e-6);
        assert!(partners.iter().all(|count| *count == 2 * STEPS));
    }
}
