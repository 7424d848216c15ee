//! What can be wrong with a line, and with a whole file of them.

use std::fmt;

use thiserror::Error;

use crate::ids::Line;
use crate::s3_uri::S3UriError;
use crate::text::shorten;

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum LineProblem {
    #[error("is longer than {limit} characters")]
    TooLong { limit: usize },
    #[error("is not UTF-8 (byte {at})")]
    NotUtf8 { at: usize },
    #[error("is blank")]
    Blank,
    #[error("is not JSON: {reason}")]
    NotJson { reason: String },
    #[error("is not a JSON object")]
    NotObject,
    #[error("neither `source-ref` nor `source` is there")]
    NoSource,
    #[error("both `source-ref` and `source` are there")]
    BothSources,
    #[error("`source` is not a string")]
    SourceNotText,
    #[error("`source-ref` is not a string")]
    SourceRefNotText,
    #[error("`source-ref` {0}")]
    SourceRef(S3UriError),
    #[error("`source-ref` names a bucket but no object")]
    SourceRefNoKey,
    #[error("`{name}` is longer than {limit} characters")]
    AttributeTooLong { name: String, limit: usize },
    #[error("`{name}` begins with `$`")]
    DollarName { name: String },
    #[error("`{name}` is there twice")]
    Duplicate { name: String },
}

impl LineProblem {
    /// That a line is not JSON, and where. A line is one line: the column is all that the position
    /// has to say.
    pub fn not_json(error: &serde_json::Error) -> LineProblem {
        let text = error.to_string();
        let reason = match text.split_once(" at line ") {
            Some((what, _)) => format!("{what} at column {}", error.column()),
            None => text,
        };
        LineProblem::NotJson { reason }
    }

    /// The problem with the line it was found in.
    pub fn at(self, line: Line) -> LineError {
        LineError {
            line,
            problem: self,
        }
    }
}

/// A problem and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct LineError {
    /// Zero-based; shown from 1, as editors count.
    pub line: Line,
    /// What is wrong there.
    #[source]
    pub problem: LineProblem,
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line.0 + 1, self.problem)
    }
}

/// The first errors of a file, and how many there are in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineErrors {
    first: Vec<LineError>,
    count: u64,
}

impl LineErrors {
    /// How many errors are kept with their text.
    pub const KEPT: usize = 10;

    /// None so far.
    pub fn new() -> LineErrors {
        LineErrors::default()
    }

    /// Counts an error, and keeps it if it is among the first.
    pub fn push(&mut self, error: LineError) {
        self.count += 1;
        if self.first.len() < LineErrors::KEPT {
            self.first.push(error);
        }
    }

    /// Whether nothing was wrong.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many errors there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first of them.
    pub fn first(&self) -> &[LineError] {
        &self.first
    }

    /// The text for `FailureReason`: at most 1,024 characters, naming the file. As many of the
    /// errors as fit, and the number of the rest.
    pub fn failure_reason(&self, file: &str) -> String {
        let lines = if self.count == 1 {
            "line is"
        } else {
            "lines are"
        };
        let head = format!(
            "ClientError: manifest {}: {} {lines} not valid: ",
            shorten(file, 300),
            self.count
        );
        let mut text = head;
        let mut shown = 0;
        for error in &self.first {
            let one = shorten(&error.to_string(), 200);
            let separator = if shown == 0 { "" } else { "; " };
            // 40 characters stay for the number of the rest.
            if text.chars().count() + separator.len() + one.chars().count()
                > FAILURE_REASON_MAX - 40
            {
                break;
            }
            text.push_str(separator);
            text.push_str(&one);
            shown += 1;
        }
        let rest = self.count - shown;
        if rest > 0 {
            text.push_str(&format!("; and {rest} more"));
        }
        text
    }
}

/// How long `FailureReason` may be, in characters.
pub(crate) const FAILURE_REASON_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_line_from_one() {
        assert_eq!(
            LineProblem::NoSource.at(Line(11)).to_string(),
            "line 12: neither `source-ref` nor `source` is there"
        );
    }

    #[test]
    fn a_failure_reason_names_the_file_and_fits() {
        let mut errors = LineErrors::new();
        assert!(errors.is_empty());
        errors.push(LineProblem::Blank.at(Line(1)));
        assert_eq!(
            errors.failure_reason("s3://b/m.manifest"),
            "ClientError: manifest s3://b/m.manifest: 1 line is not valid: line 2: is blank"
        );
        for line in 2..5_000 {
            let name = "x".repeat(19_000);
            errors.push(LineProblem::Duplicate { name }.at(Line(line)));
        }
        assert_eq!(errors.first().len(), LineErrors::KEPT);
        let reason = errors.failure_reason(&"猫".repeat(2_000));
        assert!(reason.chars().count() <= FAILURE_REASON_MAX, "{reason}");
        let shown = reason.matches("line ").count();
        assert!(shown > 2);
        assert!(
            reason.ends_with(&format!("; and {} more", 4_999 - shown)),
            "{reason}"
        );
    }
}
