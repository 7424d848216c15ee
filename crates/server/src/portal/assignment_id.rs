//! The name of an assignment in addresses: `<job>-<line>`. Whose it is comes from the session.

use std::fmt;

use serde::{Serialize, Serializer};

/// Longest number of digits that is read: those of the greatest 64-bit integer.
const DIGITS_MAX: usize = 19;

/// A worker's hold on one object, named without the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssignmentId {
    /// The job.
    pub job_id: i64,
    /// Line of the object.
    pub line: i64,
}

impl AssignmentId {
    /// Reads a name; none when it is not of the form.
    pub fn parse(text: &str) -> Option<AssignmentId> {
        let (job_id, line) = text.split_once('-')?;
        Some(AssignmentId {
            job_id: number(job_id)?,
            line: number(line)?,
        })
    }
}

/// A number in the one form in which it is written: no sign, no leading zero.
pub fn number(text: &str) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = text == "0" || !text.starts_with('0');
    if !digits || !plain || text.len() > DIGITS_MAX {
        return None;
    }
    text.parse().ok()
}

impl fmt::Display for AssignmentId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.job_id, self.line)
    }
}

impl Serialize for AssignmentId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_and_nothing_else_is_read() {
        let id = AssignmentId {
            job_id: 229_763_102_415_618_048,
            line: 0,
        };
        assert_eq!(AssignmentId::parse(&id.to_string()), Some(id));
        for bad in [
            "",
            "-",
            "1",
            "1-",
            "-1",
            "1-2-3",
            "1--2",
            "+1-2",
            "01-2",
            "1-٣",
            "1-99999999999999999999",
            "9223372036854775808-1",
        ] {
            assert_eq!(AssignmentId::parse(bad), None, "{bad}");
        }
    }
}
