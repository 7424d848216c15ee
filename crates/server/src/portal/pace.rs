//! How often one worker may ask for what is cheap to ask and dear to do.

use std::collections::HashMap;
use std::sync::Mutex;

/// Workers kept; past that all begin anew.
const WORKERS_MAX: usize = 100_000;

/// A bucket of tokens for each worker: so many at once, so many a second after that.
pub struct Pace {
    burst: f64,
    a_second: f64,
    workers: Mutex<HashMap<i64, (f64, i64)>>,
}

impl Pace {
    /// Lets `burst` requests through at once and `a_second` each second.
    pub fn new(burst: u32, a_second: u32) -> Pace {
        Pace {
            burst: f64::from(burst),
            a_second: f64::from(a_second),
            workers: Mutex::default(),
        }
    }

    /// Whether the worker may ask now.
    pub fn admits(&self, worker_id: i64, now_ms: i64) -> bool {
        let mut workers = self
            .workers
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if workers.len() >= WORKERS_MAX {
            workers.clear();
        }
        let (tokens, at) = workers.entry(worker_id).or_insert((self.burst, now_ms));
        let elapsed_s = (now_ms - *at).max(0) as f64 / 1_000.0;
        *tokens = (*tokens + elapsed_s * self.a_second).min(self.burst);
        *at = now_ms;
        if *tokens < 1.0 {
            return false;
        }
        *tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_and_then_so_many_a_second() {
        let pace = Pace::new(3, 2);
        let admitted =
            |at_ms: i64, tries: usize| (0..tries).filter(|_| pace.admits(7, at_ms)).count();
        assert_eq!(admitted(0, 10), 3);
        assert_eq!(admitted(400, 10), 0);
        assert_eq!(admitted(1_000, 10), 2);
        assert_eq!(admitted(60_000, 10), 3);
        assert!(pace.admits(8, 0), "another worker has a pace of their own");
    }
}
