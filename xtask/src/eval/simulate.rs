//! What simulations of crowds share.

use crate::random::Random;

/// A draw of the standard normal distribution (Box and Muller, 1958).
pub fn normal(random: &mut Random) -> f64 {
    let radius = (-2.0 * (1.0 - random.fraction()).ln()).sqrt();
    radius * (2.0 * std::f64::consts::PI * random.fraction()).cos()
}

/// A draw between two numbers.
pub fn between(random: &mut Random, low: f64, high: f64) -> f64 {
    low + (high - low) * random.fraction()
}

/// `count` different numbers below `end`, in the order drawn; fewer when there are fewer.
pub fn distinct(random: &mut Random, end: u32, count: usize) -> Vec<u32> {
    let mut all: Vec<u32> = (0..end).collect();
    let count = count.min(all.len());
    for at in 0..count {
        let other = at + random.below((all.len() - at) as u64) as usize;
        all.swap(at, other);
    }
    all.truncate(count);
    all
}
