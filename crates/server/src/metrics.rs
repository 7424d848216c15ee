//! Counters for `/_/metrics`, in the Prometheus text form.
//!
//! Small and of our own: every label value is known at compile time, so the table cannot grow with
//! what clients send.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::door::Entrance;

/// Upper bounds of the histogram of response times, in seconds.
const BUCKETS_SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5, 10.0];
const ENTRANCES: [Entrance; 6] = [
    Entrance::Fixed,
    Entrance::Json,
    Entrance::Sts,
    Entrance::Iam,
    Entrance::UnknownService,
    Entrance::S3,
];

/// All counters of one server.
#[derive(Default)]
pub struct Metrics {
    doors: [DoorMetrics; ENTRANCES.len()],
    operations: Mutex<BTreeMap<&'static str, u64>>,
    /// Connections open now.
    pub connections: AtomicI64,
    /// Requests that panicked.
    pub panics: AtomicU64,
}

#[derive(Default)]
struct DoorMetrics {
    /// Responses by hundreds of their status: 1xx to 5xx.
    statuses: [AtomicU64; 5],
    buckets: [AtomicU64; BUCKETS_SECONDS.len()],
    total_us: AtomicU64,
}

impl Metrics {
    /// Counts a response and the time to its head.
    pub fn response(&self, entrance: Entrance, status: u16, elapsed: Duration) {
        let at = ENTRANCES
            .iter()
            .position(|each| *each == entrance)
            .unwrap_or_default();
        let door = &self.doors[at];
        let class = usize::from(status / 100).clamp(1, 5) - 1;
        door.statuses[class].fetch_add(1, Ordering::Relaxed);
        door.total_us
            .fetch_add(elapsed.as_micros() as u64, Ordering::Relaxed);
        let seconds = elapsed.as_secs_f64();
        if let Some(bucket) = BUCKETS_SECONDS.iter().position(|bound| seconds <= *bound) {
            door.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a call of an operation of the table.
    pub fn operation(&self, name: &'static str) {
        let mut operations = self
            .operations
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        *operations.entry(name).or_default() += 1;
    }

    /// All counters as text.
    pub fn render(&self) -> String {
        let mut text = String::with_capacity(4_096);
        help(
            &mut text,
            "cairn_responses_total",
            "counter",
            "responses by door and status class",
        );
        for (entrance, door) in ENTRANCES.iter().zip(&self.doors) {
            for (class, count) in door.statuses.iter().enumerate() {
                let count = count.load(Ordering::Relaxed);
                let (door, class) = (entrance.name(), class + 1);
                line(
                    &mut text,
                    format_args!(
                        "cairn_responses_total{{door=\"{door}\",status=\"{class}xx\"}} {count}"
                    ),
                );
            }
        }
        help(
            &mut text,
            "cairn_response_seconds",
            "histogram",
            "time to the head of a response",
        );
        for (entrance, door) in ENTRANCES.iter().zip(&self.doors) {
            let name = entrance.name();
            let mut below = 0;
            for (bound, count) in BUCKETS_SECONDS.iter().zip(&door.buckets) {
                below += count.load(Ordering::Relaxed);
                line(
                    &mut text,
                    format_args!(
                        "cairn_response_seconds_bucket{{door=\"{name}\",le=\"{bound}\"}} {below}"
                    ),
                );
            }
            let count: u64 = door
                .statuses
                .iter()
                .map(|each| each.load(Ordering::Relaxed))
                .sum();
            let sum = door.total_us.load(Ordering::Relaxed) as f64 / 1e6;
            line(
                &mut text,
                format_args!(
                    "cairn_response_seconds_bucket{{door=\"{name}\",le=\"+Inf\"}} {count}"
                ),
            );
            line(
                &mut text,
                format_args!("cairn_response_seconds_sum{{door=\"{name}\"}} {sum}"),
            );
            line(
                &mut text,
                format_args!("cairn_response_seconds_count{{door=\"{name}\"}} {count}"),
            );
        }
        help(
            &mut text,
            "cairn_operations_total",
            "counter",
            "calls by operation",
        );
        let operations = self
            .operations
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        for (name, count) in operations.iter() {
            line(
                &mut text,
                format_args!("cairn_operations_total{{operation=\"{name}\"}} {count}"),
            );
        }
        help(
            &mut text,
            "cairn_connections",
            "gauge",
            "connections open now",
        );
        line(
            &mut text,
            format_args!(
                "cairn_connections {}",
                self.connections.load(Ordering::Relaxed)
            ),
        );
        help(
            &mut text,
            "cairn_panics_total",
            "counter",
            "requests that panicked",
        );
        line(
            &mut text,
            format_args!("cairn_panics_total {}", self.panics.load(Ordering::Relaxed)),
        );
        if let Some(bytes) = resident_bytes() {
            help(
                &mut text,
                "process_resident_memory_bytes",
                "gauge",
                "resident memory",
            );
            line(
                &mut text,
                format_args!("process_resident_memory_bytes {bytes}"),
            );
        }
        text
    }
}

/// Resident memory of this process, where the system tells.
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(
        line.trim()
            .strip_suffix(" kB")?
            .trim()
            .parse::<u64>()
            .ok()?
            * 1_024,
    )
}

fn help(text: &mut String, name: &str, kind: &str, meaning: &str) {
    line(
        text,
        format_args!("# HELP {name} {meaning}\n# TYPE {name} {kind}"),
    );
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    writeln!(text, "{arguments}").expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_counted_by_door_and_status() {
        let metrics = Metrics::default();
        metrics.response(Entrance::S3, 404, Duration::from_millis(3));
        metrics.response(Entrance::S3, 200, Duration::from_secs(60));
        metrics.operation("ListTags");
        let text = metrics.render();
        for line in [
            "cairn_responses_total{door=\"s3\",status=\"4xx\"} 1",
            "cairn_response_seconds_bucket{door=\"s3\",le=\"0.0025\"} 0",
            "cairn_response_seconds_bucket{door=\"s3\",le=\"0.005\"} 1",
            "cairn_response_seconds_bucket{door=\"s3\",le=\"10\"} 1",
            "cairn_response_seconds_bucket{door=\"s3\",le=\"+Inf\"} 2",
            "cairn_operations_total{operation=\"ListTags\"} 1",
        ] {
            assert!(text.lines().any(|each| each == line), "{line} in\n{text}");
        }
    }
}
