//! The label category file: the classes that a job chooses among.

use std::collections::HashMap;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::text::{longer_than, shorten};

/// One class, with what the file says about it.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelCategory {
    /// The class as workers see it and answers carry it.
    pub label: String,
    /// The other members of its entry, as `shortDisplayName`, untouched.
    pub extras: Map<String, Value>,
}

/// The classes of a job. Their order defines the class index in outputs.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelCategories {
    categories: Vec<LabelCategory>,
    indices: HashMap<String, u32>,
    /// The other members of the file, as `instructions`, untouched.
    pub extras: Map<String, Value>,
}

/// What is wrong with a label category file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("label category file {file}: {problem}")]
pub struct LabelCategoryError {
    /// Which file.
    pub file: String,
    /// What is wrong.
    #[source]
    pub problem: LabelCategoryProblem,
}

/// What is wrong, without the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum LabelCategoryProblem {
    #[error("is not UTF-8 (byte {at})")]
    NotUtf8 { at: usize },
    #[error("is not JSON: {reason}")]
    NotJson { reason: String },
    #[error("is not a JSON object")]
    NotObject,
    #[error("`{name}` is not a string")]
    Version { name: &'static str },
    #[error("`labels` is missing")]
    NoLabels,
    #[error("`labels` is not a list")]
    LabelsNotList,
    #[error("`labels` has {found} entries, the task type needs at least {least}")]
    TooFew { found: usize, least: usize },
    #[error("`labels` has {found} entries, at most {most} are allowed")]
    TooMany { found: usize, most: usize },
    #[error("labels[{at}] is not an object with a `label`")]
    NoLabel { at: usize },
    #[error("labels[{at}]: `label` is not a string")]
    LabelNotText { at: usize },
    #[error("labels[{at}]: `label` is empty")]
    LabelEmpty { at: usize },
    #[error("labels[{at}]: `label` is longer than {LABEL_CHARS_MAX} characters")]
    LabelTooLong { at: usize },
    #[error("labels[{at}]: `{label}` is there already, as labels[{first}]")]
    Duplicate {
        at: usize,
        first: u32,
        label: String,
    },
}

/// How many characters a label may have.
pub const LABEL_CHARS_MAX: usize = 256;
/// How many labels a file may have. Ground Truth allows 50 for most kinds of work; the limit here
/// only keeps a task's page from growing without bound.
pub const LABELS_MAX: usize = 10_000;

impl LabelCategories {
    /// Reads a file. `labels_min` is the task type's; `file` names it in errors.
    pub fn parse(
        bytes: &[u8],
        labels_min: usize,
        file: &str,
    ) -> Result<LabelCategories, LabelCategoryError> {
        parse(bytes, labels_min).map_err(|problem| LabelCategoryError {
            file: shorten(file, 300),
            problem,
        })
    }

    /// The file that these labels would have been read from.
    pub fn file_of<S: AsRef<str>>(labels: &[S]) -> String {
        let labels: Vec<Value> = labels
            .iter()
            .map(|label| serde_json::json!({"label": label.as_ref()}))
            .collect();
        serde_json::json!({"document-version": "2018-11-28", "labels": labels}).to_string()
    }

    /// The classes, by index.
    pub fn all(&self) -> &[LabelCategory] {
        &self.categories
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.categories.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.categories.is_empty()
    }

    /// The label of an index.
    pub fn label(&self, index: u32) -> Option<&str> {
        let category = self.categories.get(index as usize)?;
        Some(&category.label)
    }

    /// The index of a label, which must match exactly.
    pub fn index_of(&self, label: &str) -> Option<u32> {
        self.indices.get(label).copied()
    }

    /// The labels alone, by index.
    pub fn labels(&self) -> Vec<String> {
        let label = |category: &LabelCategory| category.label.clone();
        self.categories.iter().map(label).collect()
    }
}

fn parse(bytes: &[u8], labels_min: usize) -> Result<LabelCategories, LabelCategoryProblem> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| LabelCategoryProblem::NotUtf8 {
        at: error.valid_up_to(),
    })?;
    let file: Value =
        serde_json::from_str(text).map_err(|error| LabelCategoryProblem::NotJson {
            reason: error.to_string(),
        })?;
    let Value::Object(mut file) = file else {
        return Err(LabelCategoryProblem::NotObject);
    };
    for name in ["document-version", "documentVersion"] {
        if file.get(name).is_some_and(|version| !version.is_string()) {
            return Err(LabelCategoryProblem::Version { name });
        }
    }
    let entries = match file.remove("labels") {
        None => return Err(LabelCategoryProblem::NoLabels),
        Some(Value::Array(entries)) => entries,
        Some(_) => return Err(LabelCategoryProblem::LabelsNotList),
    };
    let found = entries.len();
    if found > LABELS_MAX {
        let most = LABELS_MAX;
        return Err(LabelCategoryProblem::TooMany { found, most });
    }

    let mut categories = Vec::with_capacity(found);
    let mut indices = HashMap::with_capacity(found);
    for (at, entry) in entries.into_iter().enumerate() {
        let category = category(at, entry)?;
        if let Some(first) = indices.insert(category.label.clone(), at as u32) {
            let label = category.label;
            return Err(LabelCategoryProblem::Duplicate { at, first, label });
        }
        categories.push(category);
    }
    if found < labels_min {
        let least = labels_min;
        return Err(LabelCategoryProblem::TooFew { found, least });
    }
    Ok(LabelCategories {
        categories,
        indices,
        extras: file,
    })
}

fn category(at: usize, entry: Value) -> Result<LabelCategory, LabelCategoryProblem> {
    let Value::Object(mut extras) = entry else {
        return Err(LabelCategoryProblem::NoLabel { at });
    };
    let label = match extras.remove("label") {
        None => return Err(LabelCategoryProblem::NoLabel { at }),
        Some(Value::String(label)) => label,
        Some(_) => return Err(LabelCategoryProblem::LabelNotText { at }),
    };
    if label.trim().is_empty() {
        return Err(LabelCategoryProblem::LabelEmpty { at });
    }
    if longer_than(&label, LABEL_CHARS_MAX) {
        return Err(LabelCategoryProblem::LabelTooLong { at });
    }
    Ok(LabelCategory { label, extras })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<LabelCategories, String> {
        LabelCategories::parse(text.as_bytes(), 2, "s3://b/labels.json")
            .map_err(|error| error.to_string())
    }

    #[test]
    fn labels_keep_the_order_of_the_file() {
        let file =
            parse(r#"{"document-version":"2018-11-28","labels":[{"label":"dog"},{"label":"猫"}]}"#)
                .unwrap();
        assert_eq!(file.labels(), ["dog", "猫"]);
        assert_eq!((file.index_of("猫"), file.index_of("cat")), (Some(1), None));
        assert_eq!((file.label(0), file.label(2)), (Some("dog"), None));
        assert!(parse("\u{feff}{\"labels\":[{\"label\":\"a\"},{\"label\":\"b\"}]}").is_ok());
        assert_eq!(
            parse(&LabelCategories::file_of(&["a", "b"])).unwrap().len(),
            2
        );
    }

    #[test]
    fn what_entity_recognition_adds_is_kept() {
        let file = parse(
            r#"{"labels":[{"label":"Date","shortDisplayName":"dt"},{"label":"Place"}],"instructions":{"shortInstruction":"x"}}"#,
        )
        .unwrap();
        assert_eq!(file.all()[0].extras["shortDisplayName"], "dt");
        assert_eq!(file.extras["instructions"]["shortInstruction"], "x");
    }

    #[test]
    fn problems_name_the_file_and_the_entry() {
        let check = |text: &str, expected: &str| {
            let error = parse(text).unwrap_err();
            assert_eq!(
                error,
                format!("label category file s3://b/labels.json: {expected}")
            );
        };
        check(
            "",
            "is not JSON: EOF while parsing a value at line 1 column 0",
        );
        check("[]", "is not a JSON object");
        check("{}", "`labels` is missing");
        check(r#"{"labels":{}}"#, "`labels` is not a list");
        check(
            r#"{"labels":[]}"#,
            "`labels` has 0 entries, the task type needs at least 2",
        );
        check(
            r#"{"documentVersion":1,"labels":[]}"#,
            "`documentVersion` is not a string",
        );
        check(
            r#"{"labels":[{"label":"a"},"b"]}"#,
            "labels[1] is not an object with a `label`",
        );
        check(
            r#"{"labels":[{"label":1}]}"#,
            "labels[0]: `label` is not a string",
        );
        check(
            r#"{"labels":[{"label":" "}]}"#,
            "labels[0]: `label` is empty",
        );
        check(
            r#"{"labels":[{"label":"a"},{"label":"b"},{"label":"a"}]}"#,
            "labels[2]: `a` is there already, as labels[0]",
        );
        let long = format!(r#"{{"labels":[{{"label":"{}"}}]}}"#, "猫".repeat(257));
        check(&long, "labels[0]: `label` is longer than 256 characters");
        let many = vec![r#"{"label":"x"}"#; LABELS_MAX + 1].join(",");
        let text = "`labels` has 10001 entries, at most 10000 are allowed";
        check(&format!(r#"{{"labels":[{many}]}}"#), text);
        let error = LabelCategories::parse(b"\xff", 1, "l.json").unwrap_err();
        assert_eq!(
            error.to_string(),
            "label category file l.json: is not UTF-8 (byte 0)"
        );
    }
}
