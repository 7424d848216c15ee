//! True labels of some objects, as an augmented manifest has them.
//!
//! Every line has `source-ref` or `source`, and one label attribute with its `-metadata`: the output
//! manifest of a job that experts did is such a file. Labels are found by their names, so the
//! categories may be in another order.

use std::collections::HashSet;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::answer::Choice;
use crate::label_category::LabelCategories;
use crate::task_type::Shape;
use crate::text::shorten;

/// Objects that a file may have.
pub const KNOWN_MAX: usize = 1_000_000;

/// The true label of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLabel {
    /// Its `source-ref` or `source`.
    pub source: String,
    /// The label.
    pub choice: Choice,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub struct KnownLabelsError {
    /// From 1.
    pub line: usize,
    /// The rule that is broken.
    pub reason: String,
}

/// Reads a file. Lines that failed in their own job are passed over.
pub fn known_labels(
    bytes: &[u8],
    shape: Shape,
    categories: &LabelCategories,
) -> Result<Vec<KnownLabel>, KnownLabelsError> {
    let mut labels = Vec::new();
    let mut seen = HashSet::new();
    for (line, text) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let refuse = |reason: String| KnownLabelsError { line, reason };
        let Some(known) = known_label(text, shape, categories).map_err(refuse)? else {
            continue;
        };
        if !seen.insert(known.source.clone()) {
            let source = shorten(&known.source, 100);
            return Err(refuse(format!("`{source}` was there before")));
        }
        if labels.len() == KNOWN_MAX {
            return Err(refuse(format!("more than {KNOWN_MAX} objects")));
        }
        labels.push(known);
    }
    if labels.is_empty() {
        let reason = "there is no labeled object".to_owned();
        return Err(KnownLabelsError { line: 1, reason });
    }
    Ok(labels)
}

/// What names the object of a manifest line; none when it is not such a line.
pub fn source(line: &[u8]) -> Option<String> {
    let members: Map<String, Value> = serde_json::from_slice(line).ok()?;
    source_of(&members).map(str::to_owned)
}

fn source_of(members: &Map<String, Value>) -> Option<&str> {
    let source = members.get("source-ref").or_else(|| members.get("source"));
    source.and_then(Value::as_str)
}

fn known_label(
    text: &[u8],
    shape: Shape,
    categories: &LabelCategories,
) -> Result<Option<KnownLabel>, String> {
    let members: Map<String, Value> =
        serde_json::from_slice(text).map_err(|error| format!("is not a JSON object: {error}"))?;
    let source = source_of(&members).ok_or("has neither `source-ref` nor `source`")?;
    let mut attributes = members
        .iter()
        .filter(|(key, _)| key.ends_with("-metadata") && key.len() > "-metadata".len());
    let (key, metadata) = attributes
        .next()
        .ok_or("has no label attribute with its `-metadata`")?;
    if let Some((other, _)) = attributes.next() {
        return Err(format!("has two label attributes, `{key}` and `{other}`"));
    }
    if metadata.get("failure-reason").is_some() {
        return Ok(None);
    }
    let index = |name: &str| {
        let found = (0..categories.len() as u32).find(|at| categories.label(*at) == Some(name));
        found.ok_or_else(|| format!("`{}` is no label of the job", shorten(name, 100)))
    };
    let choice = match shape {
        Shape::SingleLabel => {
            let name = metadata["class-name"].as_str();
            let name = name.ok_or_else(|| format!("`{key}` has no `class-name`"))?;
            Choice::Single(index(name)?)
        }
        Shape::MultiLabel => {
            let names = metadata["class-map"].as_object();
            let names = names.ok_or_else(|| format!("`{key}` has no `class-map`"))?;
            let names = names.values().map(|name| {
                let name = name.as_str().ok_or_else(|| {
                    format!("`class-map` of `{key}` has something that is no text")
                })?;
                index(name)
            });
            Choice::Multi(names.collect::<Result<Vec<u32>, String>>()?)
        }
        Shape::Other => return Err("this kind of job has no known labels".to_owned()),
    };
    Ok(Some(KnownLabel {
        source: source.to_owned(),
        choice,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn categories() -> LabelCategories {
        let text =
            br#"{"document-version":"2018-11-28","labels":[{"label":"cat"},{"label":"dog"}]}"#;
        LabelCategories::parse(text, 2, "labels.json").unwrap()
    }

    #[test]
    fn an_output_manifest_is_read_by_the_names_of_its_labels() {
        let text = br#"{"source-ref":"s3://b/1.png","pets":7,"pets-metadata":{"class-name":"dog"}}

{"source":"two","pets":0,"pets-metadata":{"class-name":"cat","confidence":0.9}}
{"source":"three","pets-metadata":{"failure-reason":"ClientError: gone"}}
"#;
        let known = known_labels(text, Shape::SingleLabel, &categories()).unwrap();
        let read: Vec<(&str, &Choice)> = known
            .iter()
            .map(|known| (known.source.as_str(), &known.choice))
            .collect();
        assert_eq!(
            read,
            [
                ("s3://b/1.png", &Choice::Single(1)),
                ("two", &Choice::Single(0))
            ]
        );
        let text =
            br#"{"source":"one","l":[1,0],"l-metadata":{"class-map":{"1":"dog","0":"cat"}}}"#;
        let known = known_labels(text, Shape::MultiLabel, &categories()).unwrap();
        assert!(matches!(&known[0].choice, Choice::Multi(labels) if labels.len() == 2));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let refused = |text: &str, expected: &str| {
            let error =
                known_labels(text.as_bytes(), Shape::SingleLabel, &categories()).unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        refused("", "line 1: there is no labeled object");
        refused(
            "{\"source\":\"a\"}",
            "line 1: has no label attribute with its `-metadata`",
        );
        refused(
            "\n{\"l-metadata\":{}}",
            "line 2: has neither `source-ref` nor `source`",
        );
        refused(
            r#"{"source":"a","l-metadata":{"class-name":"cow"}}"#,
            "line 1: `cow` is no label of the job",
        );
        refused(
            r#"{"source":"a","l-metadata":{},"m-metadata":{}}"#,
            "line 1: has two label attributes, `l-metadata` and `m-metadata`",
        );
        let line = r#"{"source":"a","l-metadata":{"class-name":"cat"}}"#;
        refused(&format!("{line}\n{line}"), "line 2: `a` was there before");
    }
}
