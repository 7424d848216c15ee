//! How many workers to ask about an object, when that may depend on their answers.
//!
//! - Model: an object is worth another answer while its label is not sure enough. The requester says
//!   how sure is enough; or how many answers objects may have on average, and the least sure get them.
//! - Steps ([`plan`], for a mean): objects that have what they wanted wait together. When nearly nobody
//!   else is in the queue, the least sure tenth of them gets one more answer each, as far as the mean
//!   leaves answers over. When it leaves none, the surer half has enough and makes room for new objects,
//!   each of which brings its share of answers; without new objects all have enough.
//! - Source: ours. A threshold that follows the mean was tried and swings, because what it decides shows
//!   only after a window of objects: see docs/decisions/2026-11-29-fewer-answers.md.
//! - Complexity: O(n log n) for n waiting objects.
//! - Ties: the object that comes first. Single answers: an object may have enough with one.

/// A first fit of the workers is worth it from so many answers on.
const FIRST_FIT: u64 = 20;
/// A fit follows when answers have grown by one in so many.
const GROWTH: u64 = 4;
/// Of the objects that wait, one in so many is asked about at once.
const AT_ONCE: usize = 10;
/// Objects wait while more than one in so many stand in the queue.
const QUEUED: usize = 20;

/// Whether workers are to be judged anew, `fitted` being the answers by which they were judged last, 0
/// when they never were. Over the life of a job all fits together look at five times its answers.
pub fn is_fit_due(answers: u64, fitted: u64) -> bool {
    answers >= (fitted + fitted / GROWTH).max(fitted + FIRST_FIT)
}

/// An object that has the answers it wanted and may have more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waiting {
    /// How probable its label is, 0 to 1.
    pub assured: f64,
    /// How many answers it wanted.
    pub wanted: u32,
    /// How many it may have: more than it wanted.
    pub most: u32,
}

/// Where a job stands with its answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// How many answers objects may have on average.
    pub mean: f64,
    /// Objects that were put before workers so far.
    pub objects: u64,
    /// Answers that these have or want.
    pub wanted: u64,
    /// Whether more objects are to come.
    pub more_to_come: bool,
}

/// What becomes of waiting objects, as positions in the list given; the others go on waiting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Those that get one more answer.
    pub more: Vec<usize>,
    /// Those that have enough.
    pub enough: Vec<usize>,
}

/// Whether waiting objects are looked at now, with so many in the queue.
pub fn is_plan_due(waiting: usize, queued: usize) -> bool {
    waiting > 0 && queued <= waiting / QUEUED
}

/// Decides about waiting objects by what the mean leaves over.
pub fn plan(standing: Standing, waiting: &[Waiting]) -> Plan {
    let left = standing.mean * standing.objects as f64 - standing.wanted as f64;
    let mut order: Vec<usize> = (0..waiting.len()).collect();
    order.sort_by(|one, other| {
        let assured = |at: &usize| waiting[*at].assured;
        assured(one).total_cmp(&assured(other)).then(one.cmp(other))
    });
    if left < 1.0 {
        // The surest first: they gain least by another answer.
        let kept = match standing.more_to_come {
            true => waiting.len() / 2,
            false => 0,
        };
        let mut enough = order.split_off(kept);
        enough.sort_unstable();
        return Plan {
            more: Vec::new(),
            enough,
        };
    }
    let count = waiting.len().div_ceil(AT_ONCE).min(left as usize);
    order.truncate(count);
    order.sort_unstable();
    Plan {
        more: order,
        enough: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(assured: &[f64]) -> Vec<Waiting> {
        let waiting = assured.iter().map(|assured| Waiting {
            assured: *assured,
            wanted: 1,
            most: 9,
        });
        waiting.collect()
    }

    fn standing(mean: f64, objects: u64, wanted: u64) -> Standing {
        Standing {
            mean,
            objects,
            wanted,
            more_to_come: true,
        }
    }

    #[test]
    fn the_least_sure_get_what_is_left() {
        let objects = waiting(&[0.9, 0.3, 0.8, 0.4]);
        let planned = plan(standing(2.0, 4, 4), &objects);
        assert_eq!((planned.more, planned.enough), (vec![1], vec![]));
        let many = waiting(&[0.5; 100]);
        let planned = plan(standing(2.0, 100, 197), &many);
        assert_eq!(planned.more, [0, 1, 2], "no more than are left");
    }

    #[test]
    fn without_answers_left_the_surer_half_has_enough() {
        let objects = waiting(&[0.9, 0.3, 0.8, 0.4]);
        let planned = plan(standing(1.0, 4, 4), &objects);
        assert_eq!((planned.more, planned.enough), (vec![], vec![0, 2]));
        let last = Standing {
            more_to_come: false,
            ..standing(1.0, 4, 4)
        };
        assert_eq!(plan(last, &objects).enough, [0, 1, 2, 3]);
        assert_eq!(plan(last, &[]), Plan::default());
        // A single object never waits for good.
        assert_eq!(plan(standing(1.0, 1, 1), &waiting(&[0.2])).enough, [0]);
    }

    #[test]
    fn a_long_queue_is_worked_off_first() {
        assert!(is_plan_due(100, 5) && !is_plan_due(100, 6));
        assert!(is_plan_due(3, 0) && !is_plan_due(3, 1) && !is_plan_due(0, 0));
    }

    #[test]
    fn fits_become_rarer_as_answers_grow() {
        let mut fitted = 0;
        let due: Vec<u64> = (0..1_000)
            .filter(|answers| {
                let due = is_fit_due(*answers, fitted);
                if due {
                    fitted = *answers;
                }
                due
            })
            .collect();
        assert_eq!(due[..5], [20, 40, 60, 80, 100]);
        assert!(due.len() < 20, "{due:?}");
    }
}
