//! The field rules of the API for comparison with the service model
//! (`tests/python/test_rules_against_model.py`).
//!
//! Without arguments prints the rules as JSON. With `match` reads lines of JSON, `["<pattern>",
//! "<text>"]`, and answers each with `true` or `false`, or `null` for a pattern that no rule uses.

// A tool beside the crate, which itself reads nothing.
#![allow(clippy::disallowed_methods)]

use std::io::{self, BufRead, Write};

use cairn_labeling::api_rules::{dump, pattern};

fn main() -> io::Result<()> {
    if std::env::args().nth(1).as_deref() != Some("match") {
        println!("{:#}", dump());
        return Ok(());
    }
    let mut output = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let (text_of_pattern, text): (String, String) = serde_json::from_str(&line?)?;
        match pattern(&text_of_pattern) {
            Some(pattern) => writeln!(output, "{}", (pattern.matches)(&text))?,
            None => writeln!(output, "null")?,
        }
    }
    Ok(())
}
