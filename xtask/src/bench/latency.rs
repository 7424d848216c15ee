//! Durations of many operations, and what is told of them.

use std::fmt;
use std::time::Duration;

/// How long each operation took.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    nanoseconds: Vec<u64>,
}

impl Latencies {
    /// Adds one.
    pub fn push(&mut self, duration: Duration) {
        self.nanoseconds
            .push(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Adds all of another.
    pub fn extend(&mut self, other: &Latencies) {
        self.nanoseconds.extend_from_slice(&other.nanoseconds);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.nanoseconds.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nanoseconds.is_empty()
    }

    /// Milliseconds that the given part of all operations stayed within; 0 when there are none.
    pub fn quantile_ms(&self, part: f64) -> f64 {
        let mut sorted = self.nanoseconds.clone();
        sorted.sort_unstable();
        let at = ((sorted.len() as f64 * part) as usize).min(sorted.len().saturating_sub(1));
        sorted
            .get(at)
            .map_or(0.0, |nanoseconds| *nanoseconds as f64 / 1e6)
    }
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p90, p99, max] = [0.5, 0.9, 0.99, 1.0].map(|part| self.quantile_ms(part));
        write!(f, "{p50:.2} / {p90:.2} / {p99:.2} / {max:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_sorted_list() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.to_string(), "0.00 / 0.00 / 0.00 / 0.0");
        for ms in (1..=100).rev() {
            latencies.push(Duration::from_millis(ms));
        }
        assert_eq!(latencies.to_string(), "51.00 / 91.00 / 100.00 / 100.0");
    }
}
