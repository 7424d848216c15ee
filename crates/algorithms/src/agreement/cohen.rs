//! Cohen's kappa: how far two workers agree beyond chance.
//!
//! - Steps: over the objects that both answered, the share of equal answers, and the share that
//!   would be equal if each worker's answers were dealt out by chance; (equal − by chance)/(1 − by
//!   chance). Two workers with too few common objects have none.
//! - Source: Cohen, "A coefficient of agreement for nominal scales", 1960.
//! - Complexity: O(answers), and of workers with enough answers O(Σ of the squared answers of an object
//!   × log) time; memory for the pairs of one worker at a time, and for pairs of workers with a kappa.
//! - When both only ever gave one and the same label the kappa is 1, as they agree.

use crate::answers::{Answer, Answers};

/// Two workers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The worker with the lower index.
    pub one: u32,
    /// The other worker.
    pub other: u32,
    /// Objects that both answered.
    pub objects: u32,
    /// Share of equal answers, in 0..=1.
    pub raw: f64,
    /// 1 where all are equal, 0 where as many as by chance, below where fewer.
    pub kappa: f64,
}

/// Kappas of all pairs of workers with enough common objects.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Cohen {
    /// How many pairs these are.
    pub pairs: usize,
    /// The mean of their kappas; none without pairs.
    pub mean: Option<f64>,
    /// Those with the most common objects first, equal ones by their workers.
    pub listed: Vec<Pair>,
}

/// Measures pairs of workers with at least `common_min` common objects (and at least one), and lists
/// at most `listed_max` of them.
pub fn kappas(answers: &Answers, common_min: usize, listed_max: usize) -> Cohen {
    let common_min = common_min.max(1);
    let mut counts = vec![0usize; answers.workers()];
    for answer in answers.all() {
        counts[answer.worker as usize] += 1;
    }
    // Who answered too few objects has no pair: many have, where a crowd answers once each, and every
    // two of them met.
    let (mut enough, mut starts): (Vec<&Answer>, Vec<usize>) = (Vec::new(), vec![0]);
    for object in 0..answers.objects() {
        let of_object = answers.of(object).iter();
        enough.extend(of_object.filter(|answer| counts[answer.worker as usize] >= common_min));
        starts.push(enough.len());
    }
    let mut answers_of: Vec<Vec<&Answer>> = vec![Vec::new(); answers.workers()];
    for answer in &enough {
        answers_of[answer.worker as usize].push(answer);
    }
    let mut listed: Vec<Pair> = Vec::new();
    let (mut sum, mut pairs) = (0.0, 0);
    let mut met = Vec::new();
    for (worker, own) in answers_of.iter().enumerate() {
        let worker = worker as u32;
        met.clear();
        for own in own {
            let object = own.object as usize;
            let of_object = enough[starts[object]..starts[object + 1]].iter();
            let others = of_object.filter(|other| other.worker > worker);
            met.extend(others.map(|other| (other.worker, own.label, other.label)));
        }
        met.sort_unstable();
        for common in met.chunk_by(|one, other| one.0 == other.0) {
            if common.len() < common_min {
                continue;
            }
            let pair = of_common(worker, common);
            sum += pair.kappa;
            pairs += 1;
            listed.push(pair);
        }
        // So that a crowd of thousands does not keep millions of pairs.
        if listed.len() > 2 * listed_max + 1_000 {
            keep_most(&mut listed, listed_max);
        }
    }
    keep_most(&mut listed, listed_max);
    Cohen {
        pairs,
        mean: (pairs > 0).then(|| sum / pairs as f64),
        listed,
    }
}

fn keep_most(listed: &mut Vec<Pair>, most: usize) {
    listed.sort_by_key(|pair| (std::cmp::Reverse(pair.objects), pair.one, pair.other));
    listed.truncate(most);
}

/// `common`: the other worker, the one's label and the other's, sorted.
fn of_common(one: u32, common: &[(u32, u32, u32)]) -> Pair {
    let count = common.len() as f64;
    let equal = common.iter().filter(|(_, own, theirs)| own == theirs);
    let raw = equal.count() as f64 / count;
    let mut theirs: Vec<u32> = common.iter().map(|(_, _, theirs)| *theirs).collect();
    theirs.sort_unstable();
    let mut together = 0.0;
    for own in common.chunk_by(|left, right| left.1 == right.1) {
        let label = own[0].1;
        let before = theirs.partition_point(|their| *their < label);
        let upto = theirs.partition_point(|their| *their <= label);
        together += own.len() as f64 * (upto - before) as f64;
    }
    Pair {
        one,
        other: common[0].0,
        objects: common.len() as u32,
        raw,
        kappa: beyond_chance(raw, together / (count * count)),
    }
}

/// Where chance alone makes all agree, so they do.
pub(super) fn beyond_chance(agreeing: f64, by_chance: f64) -> f64 {
    let rest = 1.0 - by_chance;
    if rest > 1e-12 {
        super::no_noise((agreeing - by_chance) / rest)
    } else {
        1.0
    }
}
