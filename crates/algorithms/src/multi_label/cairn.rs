//! Cairn's own consolidation of several labels: one yes-or-no question a label, with workers' skill
//! shared among the questions.
//!
//! - Model: a label is there with a probability of its own. A worker chooses a label that is there
//!   with one probability (a hit) and one that is not with another (a false alarm), of their own for
//!   each label. Where a worker has met a label rarely, both are drawn towards what the label's
//!   difficulty and the worker's skill over all labels let expect: on the scale of log odds, label +
//!   worker − everybody.
//! - Steps: only pairs of object and label that somebody chose are looked at one by one. Start from
//!   the shares of the votes, each answer with half a vote more; then, at most [`ROUNDS`] times or
//!   until posteriors move by less than [`STILL`] in the mean: hits and false alarms by the expected
//!   counts, [`LIKE_ALL`] answers made up of what is expected; posterior of a pair = odds of the label
//!   times the product over the object's answers. The labels that nobody chose for an object are
//!   counted together: nearly all are rightly not chosen, and as many were missed by everybody as
//!   hits and the number of answers tell. At the end one part in four of a posterior is the share of
//!   the votes, as in [`crate::classification::cairn`].
//! - Source: Dawid and Skene, 1979, for each label; the sharing is ours, in the manner of the additive
//!   effects of Rasch's model.
//! - Limit: a label that nobody chose for an object is never kept, however likely it was missed. No
//!   label tells anything about another.
//! - Complexity: O(Σ over objects of answers × labels chosen) a round and for memory, however many
//!   labels there are; at most [`ENTRIES_MAX`].
//! - Ties: a label is kept when it is more likely there than not. Labels come ordered by confidence,
//!   highest first, equal ones by index.
//! - Single answers: a posterior like any other, from what is known of the worker. Missing workers: an
//!   object without answers gets no decision.

use super::{
    MultiAnswer, MultiConsolidation, MultiDecision, MultiLabel, MultiSkill, standing, together,
};
use crate::answers::AnswersError;
use crate::classification::two_decimals;

/// Rounds at most.
pub const ROUNDS: usize = 30;
/// A change of the posteriors that does not matter, in the mean.
pub const STILL: f64 = 1e-4;
/// Made-up answers of a worker to a label, and of a worker or a label as a whole.
pub const LIKE_ALL: f64 = 4.0;
/// Answers times labels chosen, over all objects.
pub const ENTRIES_MAX: usize = 100_000_000;
/// Part of the shares of the votes in the posterior.
const SHARES: f64 = 0.25;
/// Votes for either side that an object has more in the shares.
const MORE_VOTES: f64 = 0.5;
/// What everybody is taken for before they answered, as made-up answers: hits and false alarms.
const FIRST_HITS: Rate = Rate {
    yes: 8.0,
    all: 10.0,
};
const FIRST_ALARMS: Rate = Rate {
    yes: 1.0,
    all: 20.0,
};
/// No probability is nearer to 0 or 1.
const LEAST: f64 = 1e-9;

/// Why several labels cannot be consolidated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MultiError {
    /// An index names nothing.
    #[error(transparent)]
    Index(#[from] AnswersError),
    /// More than [`ENTRIES_MAX`].
    #[error(
        "the answers to an object times the labels chosen for it are, over all objects, more than {ENTRIES_MAX}"
    )]
    TooLarge,
}

/// Every label that somebody chose, with its posterior.
#[derive(Clone, Debug, PartialEq)]
pub struct MultiEstimate {
    /// By object, then by label.
    candidates: Vec<MultiLabel>,
    starts: Vec<usize>,
    answers: Vec<u32>,
    /// Answers without labels, by object.
    without: Vec<u32>,
    /// By worker.
    pub workers: Vec<MultiSkill>,
}

impl MultiEstimate {
    /// The labels that somebody chose for an object, by index.
    pub fn of(&self, object: usize) -> &[MultiLabel] {
        &self.candidates[self.starts[object]..self.starts[object + 1]]
    }

    /// How probable it is that no label applies to an object: half that none does that somebody chose, half
    /// the share of answers without labels, each side with half a vote more. Who all chose something hardly
    /// meant that nothing applies, whatever the model says of each label alone.
    fn nothing(&self, object: usize) -> f64 {
        let (answers, without) = (self.answers[object], self.without[object]);
        let share = (f64::from(without) + MORE_VOTES) / (f64::from(answers) + 2.0 * MORE_VOTES);
        let chosen = self.of(object).iter();
        let none: f64 = chosen.map(|label| 1.0 - label.posterior).product();
        f64::midpoint(none, share)
    }
}

/// Keeps the labels that are more likely there than not.
pub fn consolidate(
    objects: usize,
    workers: usize,
    labels: usize,
    answers: &[MultiAnswer],
) -> Result<MultiConsolidation, MultiError> {
    let estimate = estimate(objects, workers, labels, answers)?;
    let objects = (0..objects)
        .map(|object| {
            let kept = estimate.of(object).iter();
            let mut labels: Vec<MultiLabel> = kept
                .filter(|label| label.posterior > 0.5)
                .copied()
                .collect();
            // The candidates come by index and the sort is stable.
            labels.sort_by(|left, right| right.confidence.total_cmp(&left.confidence));
            let answers = estimate.answers[object];
            let nothing = estimate.nothing(object);
            (answers > 0).then_some(MultiDecision {
                confidence: together(&labels, two_decimals(nothing)),
                labels,
                nothing,
                answers,
            })
        })
        .collect();
    Ok(MultiConsolidation {
        objects,
        workers: estimate.workers,
    })
}

/// Finds the posteriors.
pub fn estimate(
    objects: usize,
    workers: usize,
    labels: usize,
    answers: &[MultiAnswer],
) -> Result<MultiEstimate, MultiError> {
    let table = Table::new(objects, workers, labels, answers)?;
    let mut posteriors: Vec<f64> = table.candidates.iter().map(Candidate::share).collect();
    let mut skills = Skills::new(&table);
    for _ in 0..ROUNDS {
        skills.learn(&table, &posteriors);
        let mut moved = 0.0;
        for (candidate, posterior) in table.candidates.iter().zip(&mut posteriors) {
            let next = skills.posterior(&table, candidate);
            moved += (next - *posterior).abs();
            *posterior = next;
        }
        if moved < STILL * posteriors.len() as f64 {
            break;
        }
    }
    Ok(table.finish(&posteriors))
}

/// A label that somebody chose for an object.
struct Candidate {
    object: u32,
    /// Number among the labels in use.
    label: u32,
    votes: u32,
    /// Its entries, one an answer of the object.
    from: usize,
    upto: usize,
}

impl Candidate {
    fn share(&self) -> f64 {
        let answers = (self.upto - self.from) as f64;
        (f64::from(self.votes) + MORE_VOTES) / (answers + 2.0 * MORE_VOTES)
    }
}

/// The questions that were answered.
struct Table {
    /// Labels in use, ascending.
    labels: Vec<u32>,
    candidates: Vec<Candidate>,
    /// By object.
    starts: Vec<usize>,
    /// The slot of worker and label, and whether the worker chose it.
    entries: Vec<(u32, bool)>,
    /// By slot: worker, and number of the label.
    slots: Vec<(u32, u32)>,
    /// By object.
    answers: Vec<u32>,
    /// Of these those without labels.
    without: Vec<u32>,
    /// By worker.
    answers_of: Vec<u32>,
}

impl Table {
    fn new(
        objects: usize,
        workers: usize,
        labels: usize,
        answers: &[MultiAnswer],
    ) -> Result<Table, MultiError> {
        let standing = standing(objects, workers, answers)?;
        let mut in_use = Vec::new();
        let mut chosen_by = Vec::with_capacity(standing.all().len());
        for answer in standing.all() {
            let mut chosen: Vec<u32> = answers[answer.label as usize].labels.clone();
            chosen.retain(|label| (*label as usize) < labels);
            chosen.sort_unstable();
            chosen.dedup();
            in_use.extend_from_slice(&chosen);
            chosen_by.push(chosen);
        }
        in_use.sort_unstable();
        in_use.dedup();

        let (mut candidates, mut starts) = (Vec::new(), vec![0]);
        let (mut keys, mut said) = (Vec::new(), Vec::new());
        let mut answers_of = vec![0u32; workers];
        let mut without = Vec::with_capacity(objects);
        let mut at = 0;
        for object in 0..objects {
            let of_object = standing.of(object);
            let by_worker = &chosen_by[at..at + of_object.len()];
            at += of_object.len();
            without.push(by_worker.iter().filter(|chosen| chosen.is_empty()).count() as u32);
            for answer in of_object {
                answers_of[answer.worker as usize] += 1;
            }
            let mut here: Vec<u32> = by_worker.iter().flatten().copied().collect();
            here.sort_unstable();
            here.dedup();
            if keys.len() + here.len() * of_object.len() > ENTRIES_MAX {
                return Err(MultiError::TooLarge);
            }
            for label in here {
                // It is there, as all labels chosen are.
                let number = in_use.partition_point(|other| *other < label) as u32;
                let from = keys.len();
                let mut votes = 0;
                for (answer, chosen) in of_object.iter().zip(by_worker) {
                    let is_chosen = chosen.binary_search(&label).is_ok();
                    votes += u32::from(is_chosen);
                    keys.push((answer.worker, number));
                    said.push(is_chosen);
                }
                candidates.push(Candidate {
                    object: object as u32,
                    label: number,
                    votes,
                    from,
                    upto: keys.len(),
                });
            }
            starts.push(candidates.len());
        }
        let mut slots = keys.clone();
        slots.sort_unstable();
        slots.dedup();
        let entries = keys
            .iter()
            .zip(said)
            .map(|(key, said)| (slots.partition_point(|slot| slot < key) as u32, said))
            .collect();
        Ok(Table {
            labels: in_use,
            candidates,
            starts,
            entries,
            slots,
            answers: (0..objects)
                .map(|object| standing.of(object).len() as u32)
                .collect(),
            without,
            answers_of,
        })
    }

    fn finish(self, posteriors: &[f64]) -> MultiEstimate {
        let mut wrong = vec![0.0; self.answers_of.len()];
        let mut candidates = Vec::with_capacity(self.candidates.len());
        for (candidate, posterior) in self.candidates.iter().zip(posteriors) {
            for (slot, said) in &self.entries[candidate.from..candidate.upto] {
                wrong[self.slots[*slot as usize].0 as usize] +=
                    if *said { 1.0 - posterior } else { *posterior };
            }
            let posterior = (1.0 - SHARES) * posterior + SHARES * candidate.share();
            candidates.push(MultiLabel {
                label: self.labels[candidate.label as usize],
                posterior,
                confidence: two_decimals(posterior),
                votes: candidate.votes,
            });
        }
        let workers = self
            .answers_of
            .iter()
            .zip(wrong)
            .map(|(answers, wrong)| {
                let questions = f64::from(*answers) * self.labels.len() as f64;
                MultiSkill {
                    answers: *answers,
                    accuracy: if questions > 0.0 {
                        1.0 - wrong / questions
                    } else {
                        0.0
                    },
                }
            })
            .collect();
        MultiEstimate {
            candidates,
            starts: self.starts,
            answers: self.answers,
            without: self.without,
            workers,
        }
    }
}

/// How often yes, of how many questions.
#[derive(Clone, Copy, Default)]
struct Rate {
    yes: f64,
    all: f64,
}

impl Rate {
    fn add(&mut self, other: Rate) {
        self.yes += other.yes;
        self.all += other.all;
    }

    /// The rate with made-up answers of a rate that is expected.
    fn towards(self, expected: f64) -> f64 {
        let rate = (self.yes + LIKE_ALL * expected) / (self.all.max(0.0) + LIKE_ALL);
        rate.clamp(LEAST, 1.0 - LEAST)
    }
}

/// What is known of workers and labels.
struct Skills {
    /// By slot: logarithms of the odds that a yes and a no speak for the label.
    speaks: Vec<(f64, f64)>,
    /// By label in use: log odds that it is there.
    there: Vec<f64>,
    /// By label in use, of questions that nobody said yes to: the share that was there all the same.
    missed: Vec<f64>,
    /// How many objects have so many answers, by that number.
    sizes: Vec<(u32, f64)>,
    /// By label in use and number of answers, how many objects are candidates of the label.
    taken: Vec<Vec<f64>>,
}

impl Skills {
    fn new(table: &Table) -> Skills {
        let mut sorted: Vec<u32> = table.answers.iter().copied().filter(|n| *n > 0).collect();
        sorted.sort_unstable();
        let sizes: Vec<(u32, f64)> = sorted
            .chunk_by(|one, other| one == other)
            .map(|same| (same[0], same.len() as f64))
            .collect();
        let mut taken = vec![Vec::new(); table.labels.len()];
        for candidate in &table.candidates {
            let answers = table.answers[candidate.object as usize];
            let of_label: &mut Vec<f64> = &mut taken[candidate.label as usize];
            of_label.resize(sizes.len(), 0.0);
            of_label[sizes.partition_point(|(size, _)| *size < answers)] += 1.0;
        }
        Skills {
            speaks: vec![(0.0, 0.0); table.slots.len()],
            there: vec![0.0; table.labels.len()],
            missed: vec![0.0; table.labels.len()],
            sizes,
            taken,
        }
    }

    fn posterior(&self, table: &Table, candidate: &Candidate) -> f64 {
        let mut odds = self.there[candidate.label as usize];
        for (slot, said) in &table.entries[candidate.from..candidate.upto] {
            let (yes, no) = self.speaks[*slot as usize];
            odds += if *said { yes } else { no };
        }
        logistic(odds)
    }

    fn learn(&mut self, table: &Table, posteriors: &[f64]) {
        let labels = table.labels.len();
        let mut hits = vec![Rate::default(); table.slots.len()];
        // For now all of a slot's questions that somebody said yes to.
        let mut alarms = vec![Rate::default(); table.slots.len()];
        let mut present = vec![0.0; labels];
        for (candidate, posterior) in table.candidates.iter().zip(posteriors) {
            present[candidate.label as usize] += posterior;
            for (slot, said) in &table.entries[candidate.from..candidate.upto] {
                let (hit, alarm) = (&mut hits[*slot as usize], &mut alarms[*slot as usize]);
                hit.all += posterior;
                alarm.all += 1.0;
                if *said {
                    hit.yes += posterior;
                    alarm.yes += 1.0 - posterior;
                }
            }
        }
        // The questions that nobody said yes to.
        for (slot, (worker, label)) in table.slots.iter().enumerate() {
            let rest = f64::from(table.answers_of[*worker as usize]) - alarms[slot].all;
            let missed = rest * self.missed[*label as usize];
            hits[slot].all += missed;
            alarms[slot].all += rest - hits[slot].all;
        }

        let (mut hits_all, mut alarms_all) = (FIRST_HITS, FIRST_ALARMS);
        let mut of_label = vec![(Rate::default(), Rate::default()); labels];
        let mut of_worker = vec![(Rate::default(), Rate::default()); table.answers_of.len()];
        for (slot, (worker, label)) in table.slots.iter().enumerate() {
            hits_all.add(hits[slot]);
            alarms_all.add(alarms[slot]);
            for (hit, alarm) in [
                &mut of_label[*label as usize],
                &mut of_worker[*worker as usize],
            ] {
                hit.add(hits[slot]);
                alarm.add(alarms[slot]);
            }
        }
        let hits_all = hits_all.yes / hits_all.all;
        let alarms_all = alarms_all.yes / alarms_all.all;
        let towards = |rates: &[(Rate, Rate)]| -> Vec<(f64, f64)> {
            let each = rates.iter();
            each.map(|(hit, alarm)| (hit.towards(hits_all), alarm.towards(alarms_all)))
                .collect()
        };
        let (of_label, of_worker) = (towards(&of_label), towards(&of_worker));
        for (slot, (worker, label)) in table.slots.iter().enumerate() {
            let (worker, label) = (of_worker[*worker as usize], of_label[*label as usize]);
            let expected =
                |one: f64, other: f64, all: f64| logistic(logit(one) + logit(other) - logit(all));
            let hit = hits[slot].towards(expected(worker.0, label.0, hits_all));
            let alarm = alarms[slot].towards(expected(worker.1, label.1, alarms_all));
            self.speaks[slot] = ((hit / alarm).ln(), ((1.0 - hit) / (1.0 - alarm)).ln());
        }

        let objects: f64 = self.sizes.iter().map(|(_, objects)| objects).sum();
        for label in 0..labels {
            // What the round before knew of the label, for want of better.
            let there = logistic(self.there[label]);
            let (hit, alarm) = of_label[label];
            let (mut missed, mut answers, mut missed_objects) = (0.0, 0.0, 0.0);
            for ((size, objects), taken) in self.sizes.iter().zip(&self.taken[label]) {
                let was_there = there * (1.0 - hit).powi(*size as i32);
                let was_not = (1.0 - there) * (1.0 - alarm).powi(*size as i32);
                let share = was_there / (was_there + was_not).max(f64::MIN_POSITIVE);
                let rest = (objects - taken).max(0.0);
                missed_objects += rest * share;
                missed += rest * share * f64::from(*size);
                answers += rest * f64::from(*size);
            }
            self.missed[label] = if answers > 0.0 { missed / answers } else { 0.0 };
            let rate =
                (present[label] + missed_objects + MORE_VOTES) / (objects + 2.0 * MORE_VOTES);
            self.there[label] = logit(rate.clamp(LEAST, 1.0 - LEAST));
        }
    }
}

fn logistic(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}

fn logit(chance: f64) -> f64 {
    (chance / (1.0 - chance)).ln()
}
