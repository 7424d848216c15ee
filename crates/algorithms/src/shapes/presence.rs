//! How probable it is that a group of shapes shows something that is there.
//!
//! - Model: what shapes are drawn around is of three kinds: things surely there, nothing, and what is
//!   contested. Each worker draws the first two at rates of the worker's own: 1 minus the rate for
//!   things there is the worker's miss rate, the rate for nothing makes the worker's false alarms. Contested
//!   are hard things and mistakes that workers share; they are drawn at rates half way between. What nobody draws is
//!   never seen, so the rates are those of a sample cut off at one vote. Who drew what cannot tell hard things
//!   from shared mistakes, so that a contested group is taken to be there with the share of its supporters, each
//!   weighted by how much more often they draw things than nothing.
//! - Steps: EM. Groups get a probability of each kind; rates and the kinds' frequencies follow from them,
//!   with the groups that nobody drew added as expected. A worker's rates are drawn towards the crowd's.
//! - Source: the worker model of Dawid and Skene, 1979, for the question "is it there?"; EM for data
//!   without the cases of zero as in Dempster, Laird and Rubin, 1977. The third kind is ours: with two
//!   kinds, workers who miss small things together make the model sure that there is nothing.
//! - Complexity: O(answers + votes) a round, at most [`ROUNDS_MAX`] rounds.
//! - Ties: none are broken here. Single answers: the kinds' frequencies decide.

/// The kinds.
pub(crate) const KINDS: usize = 3;
const NOTHING: usize = 0;
const THERE: usize = 1;
const CONTESTED: usize = 2;

/// Rounds of EM.
const ROUNDS_MAX: usize = 60;
/// The rounds end when probabilities move by less than this in the mean.
const MOVED_MIN: f64 = 1e-4;
/// Rates to begin with, by kind; a crowd's are drawn to them by [`CROWD_VOTES`] votes.
const RATES: [f64; KINDS] = [0.1, 0.9, 0.5];
const CROWD_VOTES: f64 = 4.0;
/// Votes by which a worker's rates are drawn to the crowd's.
const WORKER_VOTES: f64 = 2.0;
/// Groups of each kind to begin with.
const GROUPS: [f64; KINDS] = [0.5, 1.0, 0.5];
/// No rate is nearer to 0 or 1.
const RATE_MIN: f64 = 1e-4;

/// Who answered and who drew what, in a batch.
#[derive(Debug, Default)]
pub(crate) struct Votes {
    /// Workers who answered, by object.
    answered: Vec<u32>,
    /// Of each object: where its workers end, where its groups end.
    objects: Vec<(usize, usize)>,
    /// Supporters, by group.
    supporters: Vec<u32>,
    /// Where each group's supporters end.
    groups: Vec<usize>,
}

impl Votes {
    /// Adds a group of the object that is being added.
    pub(crate) fn add_group(&mut self, supporters: impl Iterator<Item = u32>) {
        self.supporters.extend(supporters);
        self.groups.push(self.supporters.len());
    }

    /// Ends the object whose groups were added.
    pub(crate) fn end_object(&mut self, answered: &[u32]) {
        self.answered.extend_from_slice(answered);
        self.objects.push((self.answered.len(), self.groups.len()));
    }
}

/// Rates of the workers and frequencies of the kinds.
#[derive(Clone, Debug)]
pub(crate) struct Presence {
    rates: Vec<[f64; KINDS]>,
    /// One minus the rate, and rate over one minus the rate.
    absent: Vec<[f64; KINDS]>,
    odds: Vec<[f64; KINDS]>,
    /// How frequent each kind is.
    frequencies: [f64; KINDS],
}

/// What the workers who answered an object say together before any of its groups is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered {
    /// How probable each kind is when nobody draws it, over the largest.
    absent: [f64; KINDS],
    informed: f64,
}

/// Multiplies chances of which only the ratios count. Those of many workers would leave the range of numbers.
#[inline]
fn multiply(chances: &mut [f64; KINDS], by: &[f64; KINDS]) {
    for (chance, by) in chances.iter_mut().zip(by) {
        *chance *= by;
    }
    let most = chances.iter().copied().fold(0.0, f64::max);
    if !(1e-100..1e100).contains(&most) {
        *chances = chances.map(|chance| (chance / most).max(f64::MIN_POSITIVE));
    }
}

impl Presence {
    /// Finds the rates.
    pub(crate) fn fit(votes: &Votes, workers: usize) -> Presence {
        let mut presence = Presence {
            rates: vec![RATES; workers],
            absent: vec![[0.0; KINDS]; workers],
            odds: vec![[0.0; KINDS]; workers],
            frequencies: [1.0; KINDS],
        };
        presence.take_odds();
        let mut last = vec![[0.0; KINDS]; votes.groups.len()];
        for _ in 0..ROUNDS_MAX {
            let moved = presence.round(votes, &mut last);
            if moved < MOVED_MIN * votes.groups.len() as f64 {
                break;
            }
        }
        presence
    }

    fn round(&mut self, votes: &Votes, last: &mut [[f64; KINDS]]) -> f64 {
        let workers = self.rates.len();
        let (mut met, mut drawn) = (vec![[0.0; KINDS]; workers], vec![[0.0; KINDS]; workers]);
        let (mut counts, mut moved) = (GROUPS, 0.0);
        let (mut from_worker, mut from_group, mut from_vote) = (0, 0, 0);
        for (to_worker, to_group) in &votes.objects {
            let answered = &votes.answered[from_worker..*to_worker];
            let of_object = self.answered(answered);
            let seen = self.seen(answered).map(|chance| 1.0 / chance);
            let mut sums = [0.0; KINDS];
            let groups = from_group..*to_group;
            for (last, to_vote) in last[groups.clone()].iter_mut().zip(&votes.groups[groups]) {
                let supporters = &votes.supporters[from_vote..*to_vote];
                let kinds = self.kinds(&of_object, supporters);
                for kind in 0..KINDS {
                    moved += (kinds[kind] - last[kind]).abs();
                    // With the groups like it that nobody drew.
                    sums[kind] += kinds[kind] * seen[kind];
                }
                for worker in supporters {
                    for (sum, kind) in drawn[*worker as usize].iter_mut().zip(kinds) {
                        *sum += kind;
                    }
                }
                *last = kinds;
                from_vote = *to_vote;
            }
            for worker in answered {
                for (sum, more) in met[*worker as usize].iter_mut().zip(sums) {
                    *sum += more;
                }
            }
            for (count, sum) in counts.iter_mut().zip(sums) {
                *count += sum;
            }
            (from_worker, from_group) = (*to_worker, *to_group);
        }
        for kind in [NOTHING, THERE] {
            let all_met: f64 = met.iter().map(|of| of[kind]).sum();
            let all_drawn: f64 = drawn.iter().map(|of| of[kind]).sum();
            let crowd = (all_drawn + CROWD_VOTES * RATES[kind]) / (all_met + CROWD_VOTES);
            for (worker, rates) in self.rates.iter_mut().enumerate() {
                let rate = (drawn[worker][kind] + WORKER_VOTES * crowd)
                    / (met[worker][kind] + WORKER_VOTES);
                rates[kind] = rate.clamp(RATE_MIN, 1.0 - RATE_MIN);
            }
        }
        for rates in &mut self.rates {
            rates[CONTESTED] = f64::midpoint(rates[NOTHING], rates[THERE]);
        }
        let total: f64 = counts.iter().sum();
        self.frequencies = counts.map(|count| count / total);
        self.take_odds();
        moved
    }

    fn take_odds(&mut self) {
        for (worker, rates) in self.rates.iter().enumerate() {
            self.absent[worker] = rates.map(|rate| 1.0 - rate);
            self.odds[worker] = rates.map(|rate| rate / (1.0 - rate));
        }
    }

    /// How much of a worker's drawing goes by what is there.
    fn informed(&self, worker: u32) -> f64 {
        let rates = &self.rates[worker as usize];
        (rates[THERE] - rates[NOTHING]).max(0.0) + RATE_MIN
    }

    /// Looks at the workers who answered an object.
    pub(crate) fn answered(&self, workers: &[u32]) -> Answered {
        let mut of_object = Answered {
            absent: [1.0; KINDS],
            informed: 0.0,
        };
        for worker in workers {
            multiply(&mut of_object.absent, &self.absent[*worker as usize]);
            of_object.informed += self.informed(*worker);
        }
        of_object
    }

    /// How probable it is, by kind, that at least one of the workers draws.
    fn seen(&self, workers: &[u32]) -> [f64; KINDS] {
        let mut unseen = [1.0; KINDS];
        for worker in workers {
            for (unseen, absent) in unseen.iter_mut().zip(self.absent[*worker as usize]) {
                *unseen *= absent;
            }
        }
        unseen.map(|chance| (1.0 - chance).max(RATE_MIN))
    }

    /// How probable it is that at least one of the workers draws a thing that is there.
    pub(crate) fn seen_if_there(&self, workers: &[u32]) -> f64 {
        self.seen(workers)[THERE]
    }

    fn kinds(&self, of_object: &Answered, supporters: &[u32]) -> [f64; KINDS] {
        let mut chances = of_object.absent;
        for worker in supporters {
            multiply(&mut chances, &self.odds[*worker as usize]);
        }
        multiply(&mut chances, &self.frequencies);
        let total: f64 = chances.iter().sum();
        chances.map(|chance| chance / total)
    }

    /// The probability that a group with these supporters shows something that is there.
    pub(crate) fn of(&self, of_object: &Answered, supporters: &[u32]) -> f64 {
        let kinds = self.kinds(of_object, supporters);
        let informed: f64 = supporters.iter().map(|worker| self.informed(*worker)).sum();
        let share = (informed / of_object.informed).min(1.0);
        (kinds[THERE] + kinds[CONTESTED] * share).min(1.0)
    }
}
