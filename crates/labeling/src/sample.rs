//! Choosing lines of a manifest: by a filter, at random, or at random within groups.
//!
//! The same seed and the same input give the same choice on every machine.

mod filter;

pub use filter::{Filter, FilterError};

use std::collections::{BTreeMap, HashSet};

/// How many of `total` lines `percent` is, rounded to the nearest.
pub fn count_of_percent(total: u64, percent: f64) -> u64 {
    let share = (total as f64 * percent.clamp(0.0, 100.0) / 100.0).round();
    (share as u64).min(total)
}

/// `count` of the numbers below `total` (all of them if there are fewer), each set equally likely,
/// in ascending order.
pub fn choose(total: u64, count: u64, seed: u64) -> Vec<u64> {
    choose_with(&mut Generator::new(seed), total, count)
}

/// `count` positions of `strata`, in ascending order, so that each stratum has the share of the
/// choice that it has of the whole, to the nearest; the largest remainders get the rest, and of equal
/// ones the stratum that comes first in order. `strata` holds the group of each line.
pub fn choose_stratified(strata: &[u32], count: u64, seed: u64) -> Vec<u64> {
    let total = strata.len() as u64;
    let count = count.min(total);
    let mut members: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for (position, stratum) in strata.iter().enumerate() {
        members.entry(*stratum).or_default().push(position as u64);
    }
    if total == 0 {
        return Vec::new();
    }
    // Whole shares first; in integers, so that no share depends on rounding.
    let share = |size: usize| u128::from(count) * size as u128;
    let mut quotas: Vec<(u32, u64, u128)> = members
        .iter()
        .map(|(stratum, lines)| {
            let exact = share(lines.len());
            let whole = (exact / u128::from(total)) as u64;
            (*stratum, whole, exact % u128::from(total))
        })
        .collect();
    let given: u64 = quotas.iter().map(|(_, whole, _)| whole).sum();
    quotas.sort_by(|left, right| right.2.cmp(&left.2).then(left.0.cmp(&right.0)));
    for (_, quota, _) in quotas.iter_mut().take((count - given) as usize) {
        *quota += 1;
    }
    quotas.sort_by_key(|(stratum, ..)| *stratum);

    let mut generator = Generator::new(seed);
    let mut chosen = Vec::with_capacity(count as usize);
    for (stratum, quota, _) in quotas {
        let lines = &members[&stratum];
        let picked = choose_with(&mut generator, lines.len() as u64, quota);
        chosen.extend(picked.iter().map(|at| lines[*at as usize]));
    }
    chosen.sort_unstable();
    chosen
}

/// Floyd's method: as many draws as numbers wanted, and memory for those alone.
fn choose_with(generator: &mut Generator, total: u64, count: u64) -> Vec<u64> {
    if count >= total {
        return (0..total).collect();
    }
    let mut chosen = HashSet::with_capacity(count as usize);
    for last in total - count..total {
        let drawn = generator.below(last + 1);
        if !chosen.insert(drawn) {
            chosen.insert(last);
        }
    }
    let mut chosen: Vec<u64> = chosen.into_iter().collect();
    chosen.sort_unstable();
    chosen
}

/// SplitMix64: small, fast, good enough to choose lines with, and the same everywhere.
pub struct Generator {
    state: u64,
}

impl Generator {
    /// The same seed gives the same numbers.
    pub fn new(seed: u64) -> Generator {
        Generator { state: seed }
    }

    /// 64 bits, each as likely.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, without the bias of a plain remainder.
    fn below(&mut self, bound: u64) -> u64 {
        loop {
            let product = u128::from(self.bits()) * u128::from(bound);
            let low = product as u64;
            if low >= bound.wrapping_neg() % bound {
                return (product >> 64) as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn percents_round_to_the_nearest_line() {
        assert_eq!(count_of_percent(1000, 12.5), 125);
        assert_eq!(count_of_percent(3, 50.0), 2);
        assert_eq!(count_of_percent(10, 250.0), 10);
        assert_eq!(count_of_percent(10, -1.0), 0);
        assert_eq!(count_of_percent(10, f64::NAN), 0);
    }

    #[test]
    fn the_generator_gives_the_published_sequence() {
        let mut generator = Generator { state: 1_234_567 };
        let first: Vec<u64> = (0..3).map(|_| generator.bits()).collect();
        let published = [
            6457827717110365317,
            3203168211198807973,
            9817491932198370423,
        ];
        assert_eq!(first, published);
    }

    #[test]
    fn every_line_is_about_equally_likely() {
        let mut counts = [0u32; 10];
        for seed in 0..5_000 {
            for line in choose(10, 3, seed) {
                counts[line as usize] += 1;
            }
        }
        // 1,500 expected; five standard deviations are 162.
        assert!(
            counts.iter().all(|count| (1_338..1_662).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn strata_keep_their_shares() {
        let strata: Vec<u32> = (0..100)
            .map(|at| if at < 70 { 5 } else { at % 3 })
            .collect();
        let chosen = choose_stratified(&strata, 10, 1);
        let of = |stratum| {
            chosen
                .iter()
                .filter(|at| strata[**at as usize] == stratum)
                .count()
        };
        assert_eq!((of(5), of(0), of(1), of(2)), (7, 1, 1, 1));
        assert_eq!(choose_stratified(&[], 5, 1), Vec::<u64>::new());
    }

    proptest! {
        #[test]
        fn a_choice_is_a_set_of_the_size_asked_for(
            strata in prop::collection::vec(0..4u32, 0..60), count in 0..70u64, seed: u64,
        ) {
            let total = strata.len() as u64;
            for chosen in [choose(total, count, seed), choose_stratified(&strata, count, seed)] {
                prop_assert_eq!(chosen.len() as u64, count.min(total));
                prop_assert!(chosen.is_sorted_by(|left, right| left < right));
                prop_assert!(chosen.iter().all(|line| *line < total));
            }
            prop_assert_eq!(choose(total, count, seed), choose(total, count, seed));
        }
    }
}
