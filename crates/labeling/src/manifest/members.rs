//! The members of a JSON object, as text: nothing is decoded that nobody asks for.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::errors::LineProblem;

/// Gives each member of the object in `line` to `each`, in order, as the text of its key (with
/// quotes) and the text of its value. The whole line is checked to be JSON, nested values included.
pub(super) fn members<'a>(
    line: &'a str,
    each: impl FnMut(&'a str, &'a str) -> Result<(), LineProblem>,
) -> Result<(), LineProblem> {
    let first = line.bytes().find(|byte| !byte.is_ascii_whitespace());
    match first {
        Some(b'{') => {}
        None => return Err(LineProblem::Blank),
        Some(_) => {
            // `[1]` is JSON but no object; `x` is not even JSON.
            return Err(match serde_json::from_str::<&RawValue>(line) {
                Ok(_) => LineProblem::NotObject,
                Err(error) => LineProblem::not_json(&error),
            });
        }
    }
    let mut problem = None;
    let mut deserializer = serde_json::Deserializer::from_str(line);
    let result = deserializer
        .deserialize_map(Members {
            each,
            problem: &mut problem,
        })
        .and_then(|()| deserializer.end());
    match (problem, result) {
        (Some(problem), _) => Err(problem),
        (None, Err(error)) => Err(LineProblem::not_json(&error)),
        (None, Ok(())) => Ok(()),
    }
}

/// The key that a text with quotes stands for.
pub(super) fn decode_key(key: &str) -> Result<Cow<'_, str>, LineProblem> {
    if memchr::memchr(b'\\', key.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(&key[1..key.len() - 1]));
    }
    serde_json::from_str(key)
        .map(Cow::Owned)
        .map_err(|error| LineProblem::not_json(&error))
}

struct Members<'p, F> {
    each: F,
    problem: &'p mut Option<LineProblem>,
}

impl<'a, F> Visitor<'a> for Members<'_, F>
where
    F: FnMut(&'a str, &'a str) -> Result<(), LineProblem>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            if let Err(problem) = (self.each)(key.get(), value.get()) {
                *self.problem = Some(problem);
                return Err(serde::de::Error::custom("a rule is broken"));
            }
        }
        Ok(())
    }
}
