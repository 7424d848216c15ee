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

impl Tries {
    fn is_over(self, now_ms: i64) -> bool {
        now_ms - self.since >= WINDOW_MS
    }
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

    /// Whether somebody may try now.
    pub fn allows(&self, name: &str, address: Option<IpAddr>, now_ms: i64) -> bool {
        let tries = self.lock();
        let is_below = |key: &Key, max: u32| {
            let found = tries.get(key);
            found.is_none_or(|tries| tries.is_over(now_ms) || tries.count < max)
        };
        let address_max = self.failures_max.saturating_mul(ADDRESS_FACTOR);
        is_below(&Key::Name(name.to_owned()), self.failures_max)
            && address.is_none_or(|address| is_below(&Key::Address(address), address_max))
    }

    /// Counts a failure.
    pub fn failed(&self, name: &str, address: Option<IpAddr>, now_ms: i64) {
        let mut tries = self.lock();
        if tries.len() >= KEYS_MAX {
            tries.retain(|_, each| !each.is_over(now_ms));
            if tries.len() >= KEYS_MAX {
                tries.clear();
            }
        }
        let keys = [Some(Key::Name(name.to_owned())), address.map(Key::Address)];
        for key in keys.into_iter().flatten() {
            let fresh = Tries {
                since: now_ms,
                count: 0,
            };
            let entry = tries.entry(key).or_insert(fresh);
            if entry.is_over(now_ms) {
                *entry = fresh;
            }
            entry.count = entry.count.saturating_add(1);
        }
    }

    /// Forgets the failures of a name: its owner is here.
    pub fn succeeded(&self, name: &str) {
        self.lock().remove(&Key::Name(name.to_owned()));
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

    fn fail(throttle: &SignInThrottle, name: &str, address: Option<IpAddr>, now_ms: i64) -> bool {
        let allowed = throttle.allows(name, address, now_ms);
        if allowed {
            throttle.failed(name, address, now_ms);
        }
        allowed
    }

    #[test]
    fn a_name_is_refused_after_its_failures_until_the_window_is_over() {
        let throttle = SignInThrottle::new(2);
        assert!(fail(&throttle, "ada", address(1), 0));
        assert!(fail(&throttle, "ada", address(2), 1));
        assert!(!fail(&throttle, "ada", address(3), 2));
        assert!(fail(&throttle, "ben", address(3), 2));
        assert!(!fail(&throttle, "ada", address(3), WINDOW_MS - 1));
        assert!(fail(&throttle, "ada", address(3), WINDOW_MS));
        throttle.succeeded("ada");
        assert!(fail(&throttle, "ada", None, WINDOW_MS));
        assert!(fail(&throttle, "ada", None, WINDOW_MS));
        assert!(!fail(&throttle, "ada", None, WINDOW_MS));
    }

    #[test]
    fn an_address_is_refused_after_ten_times_as_many() {
        let throttle = SignInThrottle::new(1);
        for n in 0..10 {
            assert!(fail(&throttle, &format!("bad {n}"), address(1), 0));
        }
        assert!(!throttle.allows("good", address(1), 0));
        assert!(throttle.allows("good", address(2), 0));
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = SignInThrottle::new(1);
        for n in 0..KEYS_MAX + 10 {
            throttle.failed(&n.to_string(), None, 0);
        }
        assert!(throttle.lock().len() <= KEYS_MAX);
    }
}
