//! What a worker is asked, and among what: the half of the form that makes the worker's page.

use std::collections::HashSet;

use cairn_labeling::label_category::LABELS_MAX;
use cairn_labeling::task_type::{self, Shape, TaskType};
use cairn_labeling::template::{built_in, instructions_of_text};
use serde::{Deserialize, Serialize};

use crate::page_error::PageError;
use crate::people::console::overview::TASK_TYPES;

const LABEL_CHARS_MAX: usize = cairn_labeling::label_category::LABEL_CHARS_MAX;
const HEADER_CHARS_MAX: usize = 128;
const INSTRUCTIONS_CHARS_MAX: usize = 2_000;
const FULL_INSTRUCTIONS_CHARS_MAX: usize = 20_000;

/// `Question`. What is missing reads as empty, so that its field is named.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Question {
    #[serde(default)]
    pub task_type: String,
    #[serde(default)]
    pub labels: Vec<String>,
    #[serde(default)]
    pub header: String,
    #[serde(default)]
    pub instructions: String,
    #[serde(default)]
    pub full_instructions: String,
}

impl Question {
    /// The task type, when everything is as it must be.
    pub fn check(&self) -> Result<&'static TaskType, PageError> {
        let task_type = task_type(&self.task_type)?;
        if self.labels.len() < task_type.labels_min.max(2) {
            return Err(PageError::rule(
                "too_few",
                "labels",
                "there must be two labels or more",
            ));
        }
        if self.labels.len() > LABELS_MAX {
            return Err(PageError::rule(
                "too_many",
                "labels",
                format!("there may be {LABELS_MAX} labels"),
            ));
        }
        let mut seen = HashSet::with_capacity(self.labels.len());
        for (at, label) in self.labels.iter().enumerate() {
            let field = format!("labels.{at}");
            if label.trim().is_empty() {
                return Err(PageError::rule("required", field, "a label has a name"));
            }
            if label.chars().count() > LABEL_CHARS_MAX {
                let rule = format!("a label has at most {LABEL_CHARS_MAX} characters");
                return Err(PageError::rule("too_long", field, rule));
            }
            if label.chars().any(char::is_control) {
                return Err(PageError::rule("pattern", field, "a label is one line"));
            }
            if !seen.insert(label.as_str()) {
                return Err(PageError::rule(
                    "duplicate",
                    field,
                    format!("the label `{label}` is there twice"),
                ));
            }
        }
        if self.header.trim().is_empty() {
            return Err(required("header"));
        }
        for (field, text, max) in [
            ("header", &self.header, HEADER_CHARS_MAX),
            ("instructions", &self.instructions, INSTRUCTIONS_CHARS_MAX),
            (
                "fullInstructions",
                &self.full_instructions,
                FULL_INSTRUCTIONS_CHARS_MAX,
            ),
        ] {
            if text.chars().count() > max {
                let rule = format!("this has at most {max} characters");
                return Err(PageError::rule("too_long", field, rule));
            }
        }
        Ok(task_type)
    }

    /// The worker task template.
    pub fn template(&self) -> Result<String, PageError> {
        let template = built_in(
            &self.task_type,
            self.header.trim(),
            &instructions_of_text(&self.instructions),
            &instructions_of_text(&self.full_instructions),
        );
        template.ok_or_else(unsupported)
    }
}

/// The task type of this name, if jobs of it can be created in the console.
pub(super) fn task_type(name: &str) -> Result<&'static TaskType, PageError> {
    if name.is_empty() {
        return Err(required("taskType"));
    }
    let found = TASK_TYPES
        .contains(&name)
        .then(|| task_type::task_type(name));
    found.flatten().ok_or_else(unsupported)
}

/// Whether one label is chosen of each object.
pub(super) fn is_single(task_type: &TaskType) -> bool {
    task_type.shape == Shape::SingleLabel
}

fn unsupported() -> PageError {
    PageError::rule(
        "unsupported",
        "taskType",
        "jobs of this task type cannot be created here",
    )
}

/// The error of a field that must be filled in.
pub(super) fn required(field: &'static str) -> PageError {
    PageError::rule("required", field, "this is required")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> Question {
        Question {
            task_type: "TextMultiClass".to_owned(),
            labels: vec!["good".to_owned(), "bad".to_owned()],
            header: "What is it like?".to_owned(),
            instructions: String::new(),
            full_instructions: String::new(),
        }
    }

    fn check(change: impl FnOnce(&mut Question), expected: &str) {
        let mut question = question();
        change(&mut question);
        let found = match question.check() {
            Ok(_) => String::new(),
            Err(error) => format!("{} {}", error.code, error.field.unwrap_or_default()),
        };
        assert_eq!(found, expected, "{question:?}");
    }

    #[test]
    fn every_rule_names_its_field() {
        check(|_| {}, "");
        check(|it| it.task_type.clear(), "required taskType");
        check(
            |it| it.task_type = "BoundingBox".to_owned(),
            "unsupported taskType",
        );
        check(|it| it.labels.truncate(1), "too_few labels");
        check(|it| it.labels.push("good".to_owned()), "duplicate labels.2");
        check(|it| it.labels[1] = "猫".repeat(257), "too_long labels.1");
        check(|it| it.labels[1] = "猫".repeat(256), "");
        check(|it| it.labels[0] = " ".to_owned(), "required labels.0");
        check(|it| it.labels[0] = "a\nb".to_owned(), "pattern labels.0");
        check(|it| it.header = " ".to_owned(), "required header");
        check(|it| it.header = "x".repeat(129), "too_long header");
        check(
            |it| it.instructions = "x".repeat(2_001),
            "too_long instructions",
        );
        check(
            |it| it.full_instructions = "x".repeat(20_001),
            "too_long fullInstructions",
        );
    }

    #[test]
    fn every_task_type_has_a_page() {
        for name in TASK_TYPES {
            let question = Question {
                task_type: name.to_owned(),
                ..question()
            };
            let page = question.template().unwrap();
            cairn_labeling::template::Template::parse(&page).unwrap();
            assert!(page.contains("What is it like?"), "{page}");
        }
    }
}
