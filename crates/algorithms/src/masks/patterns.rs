//! Regions in which every worker gives the same class all over, counted by what they give.
//!
//! All that consolidation needs to know of a pixel is which class each worker gave it: its *pattern*.
//! An image of millions of pixels has tens or hundreds of patterns, so that models of workers are
//! fitted to patterns with a number of pixels each.

use super::mask::{Builder, Mask, Order, Shape};
use crate::classification::first_largest;

/// The patterns of one object, and where they are.
pub(super) struct Patterns {
    /// What the masks are drawn on; of no pixels where there are none.
    pub shape: Shape,
    /// Worker of each answer.
    pub workers: Vec<u32>,
    /// Classes given, one row a pattern, one column an answer.
    given: Vec<u16>,
    /// Pixels of each pattern.
    pub pixels: Vec<u64>,
    /// The classes that occur in a pattern, ascending; rows start at `starts`.
    pub candidates: Vec<u16>,
    /// Where each pattern's candidates start; one more at the end.
    pub starts: Vec<usize>,
    /// Pattern of each region, in the order of pixels; no two neighbours are the same.
    pub regions: Vec<u32>,
    /// Where each region ends.
    pub ends: Vec<u32>,
}

impl Patterns {
    /// Counts the patterns of masks of one shape.
    pub fn count(workers: Vec<u32>, masks: &[&Mask], classes: usize) -> Patterns {
        let nothing = Shape {
            width: 0,
            height: 0,
            order: Order::default(),
        };
        let mut patterns = Patterns {
            shape: masks.first().map_or(nothing, |mask| mask.shape()),
            workers,
            given: Vec::new(),
            pixels: Vec::new(),
            candidates: Vec::new(),
            starts: vec![0],
            regions: Vec::new(),
            ends: Vec::new(),
        };
        if masks.is_empty() {
            return patterns;
        }
        let mut codes = Codes::new(masks.len(), classes);
        let mut start = 0;
        sweep(masks, &codes.units.clone(), |given, code, end| {
            let pattern = patterns.number(&mut codes, given, code);
            patterns.pixels[pattern as usize] += u64::from(end - start);
            patterns.regions.push(pattern);
            patterns.ends.push(end);
            start = end;
        });
        patterns
    }

    /// How many answers there are; with none there are no patterns either.
    pub fn answers(&self) -> usize {
        self.workers.len()
    }

    /// How many patterns there are.
    pub fn len(&self) -> usize {
        self.pixels.len()
    }

    /// What each answer gives.
    pub fn given(&self, pattern: usize) -> &[u16] {
        &self.given[pattern * self.answers()..(pattern + 1) * self.answers()]
    }

    /// Where the pattern's candidates are in `candidates`.
    pub fn range(&self, pattern: usize) -> std::ops::Range<usize> {
        self.starts[pattern]..self.starts[pattern + 1]
    }

    /// By pattern, the first of the largest beliefs, which are one a candidate.
    pub fn labels(&self, beliefs: &[f64]) -> Vec<u16> {
        (0..self.len())
            .map(|pattern| {
                let range = self.range(pattern);
                self.candidates[range.start + first_largest(&beliefs[range])]
            })
            .collect()
    }

    /// The mask that has the same class wherever a pattern is; `of_pattern` names it.
    pub fn mask(&self, of_pattern: &[u16]) -> Mask {
        let mut builder = Builder::of_checked(self.shape);
        let mut ends = self.ends.iter();
        for same in self
            .regions
            .chunk_by(|one, other| of_pattern[*one as usize] == of_pattern[*other as usize])
        {
            if let Some(end) = ends.nth(same.len() - 1) {
                builder.push(of_pattern[same[0] as usize], *end);
            }
        }
        builder.finish()
    }

    fn number(&mut self, codes: &mut Codes, given: &[u16], code: u64) -> u32 {
        let mut at = codes.place(code);
        loop {
            let pattern = codes.slots[at];
            if pattern == EMPTY {
                break;
            }
            let is_alike = codes.codes[pattern as usize] == code;
            if is_alike && (codes.are_exact || self.given(pattern as usize) == given) {
                return pattern;
            }
            at = (at + 1) & (codes.slots.len() - 1);
        }
        let pattern = self.len() as u32;
        self.given.extend_from_slice(given);
        self.pixels.push(0);
        let mut classes = given.to_vec();
        classes.sort_unstable();
        classes.dedup();
        self.candidates.extend(classes);
        self.starts.push(self.candidates.len());
        codes.insert(code, pattern);
        pattern
    }
}

const EMPTY: u32 = u32::MAX;

/// A table from patterns to their numbers, with linear probing.
struct Codes {
    /// By answer; a pattern's code is the sum of its classes times these.
    units: Vec<u64>,
    /// Whether no two patterns have the same code.
    are_exact: bool,
    slots: Vec<u32>,
    /// Code of each pattern.
    codes: Vec<u64>,
}

impl Codes {
    fn new(answers: usize, classes: usize) -> Codes {
        let bits = (classes.max(2) - 1).ilog2() + 1;
        let are_exact = answers * bits as usize <= 64;
        let units = (0..answers as u64)
            .map(|answer| match are_exact {
                true => 1 << (u64::from(bits) * answer),
                false => (answer * 2 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            })
            .collect();
        Codes {
            units,
            are_exact,
            slots: vec![EMPTY; 64],
            codes: Vec::new(),
        }
    }

    fn place(&self, code: u64) -> usize {
        let mixed = code.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as usize & (self.slots.len() - 1)
    }

    fn insert(&mut self, code: u64, pattern: u32) {
        self.codes.push(code);
        if self.codes.len() * 2 > self.slots.len() {
            self.slots = vec![EMPTY; self.slots.len() * 2];
            for at in 0..self.codes.len() {
                self.put(self.codes[at], at as u32);
            }
        } else {
            self.put(code, pattern);
        }
    }

    fn put(&mut self, code: u64, pattern: u32) {
        let mut at = self.place(code);
        while self.slots[at] != EMPTY {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = pattern;
    }
}

/// Walks over masks of one shape together, from one place where any of them changes to the next.
fn sweep(masks: &[&Mask], units: &[u64], mut region: impl FnMut(&[u16], u64, u32)) {
    let pixels = masks[0].ends().last().copied().unwrap_or(0);
    let runs: Vec<(&[u32], &[u16])> = masks
        .iter()
        .map(|mask| (mask.ends(), mask.classes()))
        .collect();
    let mut numbers = vec![0usize; masks.len()];
    let mut ends: Vec<u32> = masks.iter().map(|mask| mask.ends()[0]).collect();
    let mut given: Vec<u16> = masks.iter().map(|mask| mask.classes()[0]).collect();
    let mut code = given.iter().zip(units).fold(0u64, |code, (class, unit)| {
        code.wrapping_add(u64::from(*class).wrapping_mul(*unit))
    });
    loop {
        let end = ends.iter().copied().fold(u32::MAX, u32::min);
        region(&given, code, end);
        if end >= pixels {
            return;
        }
        // Bits, and not a branch for each answer: mostly one answer changes, but there is no saying
        // which.
        for first in (0..ends.len()).step_by(64) {
            let of_chunk = ends[first..].iter().take(64);
            let mut bits = of_chunk.enumerate().fold(0u64, |bits, (at, of_answer)| {
                bits | (u64::from(*of_answer == end) << at)
            });
            while bits != 0 {
                let answer = first + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                numbers[answer] += 1;
                let (all_ends, classes) = runs[answer];
                ends[answer] = all_ends[numbers[answer]];
                let class = classes[numbers[answer]];
                let step = u64::from(class).wrapping_sub(u64::from(given[answer]));
                code = code.wrapping_add(step.wrapping_mul(units[answer]));
                given[answer] = class;
            }
        }
    }
}
