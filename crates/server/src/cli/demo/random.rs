//! Numbers that look random and are the same on every machine.

use cairn_labeling::sample::Generator;

/// A generator of what the demo draws.
pub(super) struct Random(Generator);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(Generator::new(seed))
    }

    /// From 0 up to 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From `low` up to `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }

    /// A whole number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((self.unit() * bound as f64) as usize).min(bound.saturating_sub(1))
    }
}
