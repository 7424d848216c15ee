//! Counting passed and failed tests in the closing lines of the runners we use.

use std::fmt;

/// How many tests passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Counts {
    /// A part that could not run counts as one failed test.
    pub fn one_failed() -> Counts {
        Counts {
            failed: 1,
            ..Counts::default()
        }
    }

    /// Adds the counts of another run.
    pub fn add(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// Adds what `line` says when it is the closing line of nextest, `cargo test`, pytest or `node --test`.
    pub fn read(&mut self, line: &str) {
        if line.trim_start().starts_with("Summary [") {
            // Summary [   0.020s] 5 tests run: 4 passed, 1 failed, 2 skipped
            self.read_list(line.split_once("run:").map_or("", |(_, list)| list));
        } else if let Some(list) = line.strip_prefix("test result:") {
            // At the start of a line only: nextest shows the same words of a failed test, indented.
            // test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s
            self.read_list(list.split_once('.').map_or("", |(_, list)| list));
        } else if let Some(list) = pytest_list(line) {
            self.read_list(list);
        } else if let Some(count) = line.strip_prefix("ℹ ").or(line.strip_prefix("# ")) {
            // ℹ pass 12
            if let Some((word, count)) = count.split_once(' ') {
                self.count(word, count);
            }
        }
    }

    fn read_list(&mut self, list: &str) {
        for item in list.split([',', ';']) {
            let mut words = item.split_whitespace();
            if let (Some(count), Some(word)) = (words.next(), words.next()) {
                self.count(word, count);
            }
        }
    }

    fn count(&mut self, word: &str, count: &str) {
        let Ok(count) = count.parse::<u64>() else {
            return;
        };
        match word {
            "passed" | "pass" => self.passed += count,
            "failed" | "fail" | "cancelled" | "error" | "errors" | "timed" => self.failed += count,
            "skipped" | "ignored" => self.skipped += count,
            _ => {}
        }
    }
}

/// The list in `1 failed, 2 passed, 1 skipped in 0.12s`, with or without a rule of `=` around it.
fn pytest_list(line: &str) -> Option<&str> {
    let (list, time) = line.trim_matches(['=', ' ']).rsplit_once(" in ")?;
    let seconds = time.split(' ').next()?.strip_suffix('s')?;
    seconds.parse::<f64>().ok().map(|_| list)
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], expected: &str) {
        let mut counts = Counts::default();
        for line in lines {
            counts.read(line);
        }
        assert_eq!(counts.to_string(), expected);
    }

    #[test]
    fn closing_lines_of_every_runner_are_counted() {
        check(
            &["     Summary [   0.020s] 5 tests run: 4 passed (1 slow), 1 failed, 2 skipped"],
            "4 passed, 1 failed, 2 skipped",
        );
        check(
            &["     Summary [   0.020s] 3 tests run: 1 passed, 1 failed, 1 timed out, 0 skipped"],
            "1 passed, 2 failed",
        );
        check(
            &[
                "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s",
                "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s",
            ],
            "4 passed, 2 failed, 1 skipped",
        );
        check(
            &["==== 1 failed, 2 passed, 1 skipped, 3 errors in 0.12s ===="],
            "2 passed, 4 failed, 1 skipped",
        );
        check(
            &["2 passed in 1.16s", "=== 61 passed in 75.20s (0:01:15) ==="],
            "63 passed, 0 failed",
        );
        check(
            &[
                "ℹ tests 14",
                "ℹ pass 12",
                "ℹ fail 1",
                "ℹ cancelled 1",
                "ℹ skipped 0",
            ],
            "12 passed, 2 failed",
        );
    }

    #[test]
    fn other_lines_count_nothing() {
        check(
            &[
                "3 passed",
                "test a::b ... ok",
                "== in which 3 passed ==",
                "# comment",
                "",
            ],
            "0 passed, 0 failed",
        );
        check(
            &["    test result: FAILED. 0 passed; 1 failed; 0 ignored"],
            "0 passed, 0 failed",
        );
    }
}
