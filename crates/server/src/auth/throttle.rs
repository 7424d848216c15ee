//! Slows down guessing: so many failed sign-ins for one name, and ten times as many from one address,
//! in a quarter of an hour. Counted in memory, by each replica for itself.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

/// Time after which failures are forgotten.
const WINDOW_MS: i64 = 15 * 60 * 1_000;
/// How much more one address may fail than one name: a whole team may sit behind it.
const ADDRESS_FACTOR: u32 = 10;
/// Names and addresses remembered; beyond, what is over is dropped first, then everything.
const KEYS_MAX: usize = 50_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Name(String),
    Address(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    since: i64,
    count: u32,
}

/// Counts tries to sign in.
#[derive(Debug)]
pub struct SignInThrottle {
    failures_max: u32,
    tries: Mutex<HashMap<Key, Tries>>,
}

impl SignInThrottle {
    /// Allows `failures_max` failures for one name.
    pub fn new(failures_max: u32) -> SignInThrottle {
        SignInThrottle {
            failures_max,
            tries: Mutex::default(),
        }
    }

    /// Counts a try as failed until [`SignInThrottle::succeeded`] is told otherwise, so that many
    /// tries at once do not slip through. Gives false when it is one too many.
    pub fn begin(&self, name: &str, address: Option<IpAddr>, now_ms: i64) -> bool {
        let mut tries = self.lock();
        if tries.len() >= KEYS_MAX {
            tries.retain(|_, each| now_ms - each.since < WINDOW_MS);
            if tries.len() >= KEYS_MAX {
                tries.clear();
            }
        }
        let mut count = |key: Key, max: u32| {
            let entry = tries.entry(key).or_insert(Tries {
                since: now_ms,
                count: 0,
            });
            if now_ms - entry.since >= WINDOW_MS {
                *entry = Tries {
                    since: now_ms,
                    count: 0,
                };
            }
            entry.count = entry.count.saturating_add(1);
            entry.count <= max
        };
        let by_name = count(Key::Name(name.to_owned()), self.failures_max);
        let by_address = address.is_none_or(|address| {
            let max = self.failures_max.saturating_mul(ADDRESS_FACTOR);
            count(Key::Address(address), max)
        });
        by_name && by_address
    }

    /// The try begun last was a good one: the name's failures are forgotten, and the address has one
    /// less.
    pub fn succeeded(&self, name: &str, address: Option<IpAddr>) {
        let mut tries = self.lock();
        tries.remove(&Key::Name(name.to_owned()));
        if let Some(entry) = address.and_then(|address| tries.get_mut(&Key::Address(address))) {
            entry.count = entry.count.saturating_sub(1);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Tries>> {
        self.tries
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn a_name_is_refused_after_its_failures_until_the_window_is_over() {
        let throttle = SignInThrottle::new(2);
        assert!(throttle.begin("ada", address(1), 0));
        assert!(throttle.begin("ada", address(2), 1));
        assert!(!throttle.begin("ada", address(3), 2));
        assert!(throttle.begin("ben", address(3), 2));
        assert!(!throttle.begin("ada", address(3), WINDOW_MS - 1));
        assert!(throttle.begin("ada", address(3), WINDOW_MS));
    }

    #[test]
    fn an_address_is_refused_after_ten_times_as_many_and_successes_do_not_count() {
        let throttle = SignInThrottle::new(1);
        for n in 0..100 {
            assert!(throttle.begin(&format!("good {n}"), address(1), 0));
            throttle.succeeded(&format!("good {n}"), address(1));
        }
        for n in 0..10 {
            assert!(throttle.begin(&format!("bad {n}"), address(1), 0));
        }
        assert!(!throttle.begin("bad 10", address(1), 0));
        assert!(throttle.begin("bad 11", address(2), 0));
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = SignInThrottle::new(1);
        for n in 0..KEYS_MAX + 10 {
            throttle.begin(&n.to_string(), None, 0);
        }
        assert!(throttle.lock().len() <= KEYS_MAX);
    }
}
