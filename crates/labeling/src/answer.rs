//! A worker's answer: whether it may be taken, what it chose, and how to show it in a list.

mod exclusion;

use serde_json::Value;
use thiserror::Error;

pub use exclusion::exclusion_of_page;

use crate::label_category::LabelCategories;
use crate::task_type::{Shape, TaskType};
use crate::text::shorten;

/// How large an answer may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerLimits {
    /// Bytes of its JSON.
    pub bytes_max: usize,
    /// Levels of nesting.
    pub depth_max: usize,
}

impl Default for AnswerLimits {
    /// A megabyte and 32 levels.
    fn default() -> AnswerLimits {
        AnswerLimits {
            bytes_max: 1_000_000,
            depth_max: 32,
        }
    }
}

/// What an answer chose, as indices into the label categories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// One label.
    Single(u32),
    /// Any number of labels; none when the worker says that no label applies.
    Multi(Vec<u32>),
}

/// Why an answer is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum AnswerError {
    #[error("answer has {found} bytes, at most {limit} are allowed")]
    TooLarge { found: usize, limit: usize },
    #[error("answer is not JSON: {reason}")]
    NotJson { reason: String },
    #[error("answer is not an object")]
    NotObject,
    #[error("answer is nested deeper than {limit} levels")]
    TooDeep { limit: usize },
    #[error("answer has no `{element}`")]
    NoElement { element: &'static str },
    #[error("`{path}` is missing")]
    Missing { path: String },
    #[error("`{path}` is not {expected}")]
    Type {
        path: String,
        expected: &'static str,
    },
    #[error("`{path}`: `{label}` is not one of the job's labels")]
    UnknownLabel { path: String, label: String },
    #[error("`{path}`: `{label}` is chosen twice")]
    Twice { path: String, label: String },
    #[error("`{path}`: `{label}` rules out all others")]
    NotAlone { path: String, label: String },
    #[error("`{path}`: at least one label must be chosen")]
    NothingChosen { path: String },
    #[error("answers of {title} jobs are not read here")]
    NotOffered { title: &'static str },
}

/// Reads an answer and holds it against the limits that every answer has.
pub fn parse(content: &str, limits: AnswerLimits) -> Result<Value, AnswerError> {
    if content.len() > limits.bytes_max {
        return Err(AnswerError::TooLarge {
            found: content.len(),
            limit: limits.bytes_max,
        });
    }
    let value: Value = serde_json::from_str(content).map_err(|error| AnswerError::NotJson {
        reason: error.to_string(),
    })?;
    if !value.is_object() {
        return Err(AnswerError::NotObject);
    }
    if depth(&value) > limits.depth_max {
        return Err(AnswerError::TooDeep {
            limit: limits.depth_max,
        });
    }
    Ok(value)
}

/// What an answer chose. `exclusion` is the category of the page that rules out all others, if it
/// has one ([`exclusion_of_page`]).
pub fn choice(
    answer: &Value,
    task_type: &'static TaskType,
    categories: &LabelCategories,
    exclusion: Option<&str>,
) -> Result<Choice, AnswerError> {
    let no_element = AnswerError::NoElement {
        element: task_type.element,
    };
    let value = task_type.element_value(answer).ok_or(no_element)?;
    match task_type.shape {
        Shape::SingleLabel => {
            let path = path(task_type, answer, "label");
            let label = member(value, "label", &path)?;
            let label = label.as_str().ok_or_else(|| AnswerError::Type {
                path: path.clone(),
                expected: "a string",
            })?;
            let index = known(categories, label, &path)?;
            Ok(Choice::Single(index))
        }
        Shape::MultiLabel => {
            let path = path(task_type, answer, "labels");
            let labels = member(value, "labels", &path)?;
            many(labels, categories, exclusion, path)
        }
        Shape::Other => Err(AnswerError::NotOffered {
            title: task_type.title,
        }),
    }
}

/// An answer in a few words: the labels chosen, else the names of what was filled in. At most 80
/// characters.
pub fn summary(answer: &Value, task_type: &TaskType) -> String {
    let value = task_type.element_value(answer);
    let label = value
        .and_then(|value| value.get("label"))
        .and_then(Value::as_str);
    let labels = value
        .and_then(|value| value.get("labels"))
        .and_then(Value::as_array);
    let text = match (label, labels) {
        (Some(label), _) => label.to_owned(),
        (None, Some(labels)) => join(labels.iter().filter_map(Value::as_str)),
        (None, None) => match answer.as_object() {
            Some(answer) => join(answer.keys().map(String::as_str)),
            None => String::new(),
        },
    };
    shorten(&text, 80)
}

fn many(
    labels: &Value,
    categories: &LabelCategories,
    exclusion: Option<&str>,
    path: String,
) -> Result<Choice, AnswerError> {
    let Some(labels) = labels.as_array() else {
        let expected = "a list";
        return Err(AnswerError::Type { path, expected });
    };
    if labels.is_empty() {
        return Err(AnswerError::NothingChosen { path });
    }
    let mut indices = Vec::with_capacity(labels.len().min(categories.len()));
    for (at, label) in labels.iter().enumerate() {
        let path = format!("{path}[{at}]");
        let Some(label) = label.as_str() else {
            let expected = "a string";
            return Err(AnswerError::Type { path, expected });
        };
        // A job may list its exclusion category among the labels: then it is a label like others.
        if exclusion == Some(label) && categories.index_of(label).is_none() {
            if labels.len() > 1 {
                let label = shown(label);
                return Err(AnswerError::NotAlone { path, label });
            }
            return Ok(Choice::Multi(Vec::new()));
        }
        let index = known(categories, label, &path)?;
        if indices.contains(&index) {
            let label = shown(label);
            return Err(AnswerError::Twice { path, label });
        }
        indices.push(index);
    }
    Ok(Choice::Multi(indices))
}

fn member<'a>(value: &'a Value, name: &str, path: &str) -> Result<&'a Value, AnswerError> {
    value.get(name).ok_or_else(|| AnswerError::Missing {
        path: path.to_owned(),
    })
}

fn known(categories: &LabelCategories, label: &str, path: &str) -> Result<u32, AnswerError> {
    categories
        .index_of(label)
        .ok_or_else(|| AnswerError::UnknownLabel {
            path: path.to_owned(),
            label: shown(label),
        })
}

/// Where in the answer something is: the annotator's name there, which need not be the usual one.
fn path(task_type: &TaskType, answer: &Value, name: &str) -> String {
    let element = answer
        .as_object()
        .filter(|answer| !answer.contains_key(task_type.element))
        .and_then(|answer| answer.keys().next())
        .map_or(task_type.element, String::as_str);
    format!("{}.{name}", shown(element))
}

fn shown(text: &str) -> String {
    shorten(text, 100)
}

fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.collect();
    words.join(", ")
}

/// Levels of nesting. What is parsed is at most 128 deep, so recursion is safe.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::task_type::task_type;

    fn categories() -> LabelCategories {
        let file = LabelCategories::file_of(&["dog", "猫", "other"]);
        LabelCategories::parse(file.as_bytes(), 2, "labels").unwrap()
    }

    fn check(suffix: &str, answer: Value) -> Result<Choice, String> {
        let row = task_type(suffix).unwrap();
        choice(&answer, row, &categories(), Some("none")).map_err(|error| error.to_string())
    }

    fn refused(suffix: &str, answer: Value, expected: &str) {
        assert_eq!(check(suffix, answer), Err(expected.to_owned()));
    }

    #[test]
    fn one_label_is_read() {
        let answer = json!({"crowd-classifier": {"label": "猫"}, "note": "x"});
        assert_eq!(check("TextMultiClass", answer), Ok(Choice::Single(1)));
        let answer = json!({"mine": {"label": "dog", "workerComment": "blurred"}});
        assert_eq!(check("ImageMultiClass", answer), Ok(Choice::Single(0)));
        refused(
            "TextMultiClass",
            json!({}),
            "answer has no `crowd-classifier`",
        );
        refused(
            "TextMultiClass",
            json!({"a": 1, "b": 2}),
            "answer has no `crowd-classifier`",
        );
        refused("TextMultiClass", json!({"a": 1}), "`a.label` is missing");
        refused(
            "TextMultiClass",
            json!({"a": {"label": ["dog"]}}),
            "`a.label` is not a string",
        );
        refused(
            "TextMultiClass",
            json!({"crowd-classifier": {"label": "dog "}}),
            "`crowd-classifier.label`: `dog ` is not one of the job's labels",
        );
        refused(
            "TextMultiClass",
            json!({"crowd-classifier": {"label": "none"}}),
            "`crowd-classifier.label`: `none` is not one of the job's labels",
        );
    }

    #[test]
    fn many_labels_are_read() {
        let suffix = "ImageMultiClassMultiLabel";
        let answer =
            |labels: Value| json!({"crowd-image-classifier-multi-select": {"labels": labels}});
        let name = "crowd-image-classifier-multi-select.labels";
        assert_eq!(
            check(suffix, answer(json!(["other", "dog"]))),
            Ok(Choice::Multi(vec![2, 0]))
        );
        assert_eq!(
            check(suffix, answer(json!(["none"]))),
            Ok(Choice::Multi(vec![]))
        );
        let nothing = format!("`{name}`: at least one label must be chosen");
        refused(suffix, answer(json!([])), &nothing);
        refused(
            suffix,
            answer(json!("dog")),
            &format!("`{name}` is not a list"),
        );
        refused(
            suffix,
            answer(json!(["dog", 1])),
            &format!("`{name}[1]` is not a string"),
        );
        refused(
            suffix,
            answer(json!(["dog", "dog"])),
            &format!("`{name}[1]`: `dog` is chosen twice"),
        );
        let alone = format!("`{name}[1]`: `none` rules out all others");
        refused(suffix, answer(json!(["dog", "none"])), &alone);
        let unknown = format!("`{name}[0]`: `x` is not one of the job's labels");
        refused(suffix, answer(json!(["x"])), &unknown);
        refused(suffix, json!({"x": {}}), "`x.labels` is missing");
    }

    #[test]
    fn limits_hold_for_every_answer() {
        let limits = AnswerLimits {
            bytes_max: 60,
            depth_max: 3,
        };
        let check = |content: &str, expected: &str| {
            assert_eq!(parse(content, limits).unwrap_err().to_string(), expected);
        };
        assert!(parse(r#"{"a":{"b":[1]}}"#, limits).is_ok());
        check(
            r#"{"a":{"b":[[1]]}}"#,
            "answer is nested deeper than 3 levels",
        );
        check("[1]", "answer is not an object");
        check(
            "{",
            "answer is not JSON: EOF while parsing an object at line 1 column 1",
        );
        check(
            &format!("\"{}\"", "x".repeat(59)),
            "answer has 61 bytes, at most 60 are allowed",
        );
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(50_000), "]".repeat(50_000));
        assert!(parse(&deep, AnswerLimits::default()).is_err());
    }

    #[test]
    fn a_summary_is_short() {
        let text = task_type("TextMultiClass").unwrap();
        assert_eq!(
            summary(&json!({"crowd-classifier": {"label": "猫"}}), text),
            "猫"
        );
        assert_eq!(summary(&json!({"a": {"labels": ["x", "y"]}}), text), "x, y");
        assert_eq!(summary(&json!({"a": 1, "b": 2}), text), "a, b");
        assert_eq!(summary(&json!([]), text), "");
        let long = json!({"a": {"label": "猫".repeat(200)}});
        assert_eq!(summary(&long, text).chars().count(), 80);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(content in "[{}\\[\\]\":,a-c0-9]{0,30}") {
            if let Ok(answer) = parse(&content, AnswerLimits::default()) {
                for row in crate::task_type::TASK_TYPES {
                    let _ = choice(&answer, row, &categories(), None);
                    let _ = summary(&answer, row);
                }
            }
        }
    }
}
