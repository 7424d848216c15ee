//! Limits of a rendering, and the meter that holds it to them.

use super::error::{Fault, TemplateErrorCode};

/// How much one rendering may produce and do.
///
/// A step is one tag, one output, one turn of a loop, one filter, one item of a list that a filter walks, or 64 bytes
/// of text that a filter or a comparison reads or makes. Text held in memory is therefore at most `64 * steps_max`
/// bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the finished page. 4 MiB by default.
    pub output_bytes_max: usize,
    /// Steps. 1,000,000 by default.
    pub steps_max: u64,
    /// Blocks within blocks. 100 by default; a template nested deeper than 128 is refused by the parser already.
    pub depth_max: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            output_bytes_max: 4 << 20,
            steps_max: 1_000_000,
            depth_max: 100,
        }
    }
}

/// What a template may ask of the world around it.
pub trait Environment {
    /// Gives an address at which the worker's browser can read one stored object for a short time, or says why not.
    fn grant_read_access(&self, bucket: &str, key: &str) -> Result<String, String>;

    /// Whether the time for this rendering is up; asked every few hundred steps.
    fn expired(&self) -> bool;

    /// The time for `{{ "now" | date: … }}` in milliseconds since the epoch; without one such a date renders as empty.
    fn now_ms(&self) -> Option<i64> {
        None
    }
}

const STEPS_BETWEEN_POLLS: u64 = 256;
const BYTES_A_STEP: usize = 64;

/// Counts the steps of one rendering.
pub(super) struct Meter<'m> {
    pub environment: &'m dyn Environment,
    limits: &'m Limits,
    steps: u64,
    poll_at: u64,
}

impl<'m> Meter<'m> {
    pub fn new(environment: &'m dyn Environment, limits: &'m Limits) -> Meter<'m> {
        Meter {
            environment,
            limits,
            steps: 0,
            poll_at: STEPS_BETWEEN_POLLS,
        }
    }

    pub fn limits(&self) -> &Limits {
        self.limits
    }

    /// Charges `count` steps. Call it before the work, so that a refused piece of work is not begun.
    pub fn steps(&mut self, count: usize) -> Result<(), Fault> {
        self.steps = self.steps.saturating_add(count as u64);
        if self.steps > self.limits.steps_max {
            return Err(Fault::new(
                TemplateErrorCode::StepLimit,
                format_args!("rendering takes more than {} steps", self.limits.steps_max),
            ));
        }
        if self.steps >= self.poll_at {
            self.poll_at = self.steps + STEPS_BETWEEN_POLLS;
            if self.environment.expired() {
                return Err(Fault::new(
                    TemplateErrorCode::TimeLimit,
                    "rendering takes too long",
                ));
            }
        }
        Ok(())
    }

    /// Charges for reading or making `count` bytes of text.
    pub fn bytes(&mut self, count: usize) -> Result<(), Fault> {
        self.steps(count / BYTES_A_STEP)
    }
}
