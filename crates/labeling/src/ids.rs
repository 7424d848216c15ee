//! Identifiers as distinct types, so that mixing two kinds does not compile.

use std::fmt;

/// Row of a labeling job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub i64);

/// Row of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkerId(pub i64);

/// Zero-based line of an object in the input manifest of its job. Written as a decimal string it is
/// the `datasetObjectId` of every file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Line(pub i64);

impl Line {
    /// The line of a `datasetObjectId`.
    pub fn parse(text: &str) -> Option<Line> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits {
            return None;
        }
        text.parse().ok().map(Line)
    }
}

macro_rules! plain_display {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}
plain_display!(JobId, WorkerId, Line);

/// The name of a worker in answers and files: `private.<region>.` and the worker's key, 26 letters
/// and digits that are the same in every job and tell nothing about the person or their row.
pub fn worker_name(region: &str, worker_key: &str) -> String {
    format!("private.{region}.{worker_key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_has_one_name_in_every_job() {
        assert_eq!(
            worker_name("ap-northeast-1", "M3RIP775GHU24C5CQJVMAGMOMH"),
            "private.ap-northeast-1.M3RIP775GHU24C5CQJVMAGMOMH"
        );
    }

    #[test]
    fn a_line_reads_back_from_its_object_id() {
        assert_eq!(Line::parse(&Line(302).to_string()), Some(Line(302)));
        for wrong in ["", "-1", "+1", "1.0", "x", "99999999999999999999"] {
            assert_eq!(Line::parse(wrong), None, "{wrong}");
        }
    }
}
