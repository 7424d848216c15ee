//! Tests of the template engine: tables of template, data and page.

mod builtin;
mod errors;
mod escaping;
mod expressions;
mod filters;
mod lint;
mod oracle;
mod properties;
mod rewrite;
mod samples;
mod tags;

use serde_json::{Value as Json, json};

use super::{Environment, Limits, Template, TemplateError};

/// Grants everything at a recognisable address.
pub(super) struct Granting;

impl Environment for Granting {
    fn grant_read_access(&self, bucket: &str, key: &str) -> Result<String, String> {
        Ok(format!("https://cairn.test/{bucket}/{key}?token=t&until=9"))
    }

    fn expired(&self) -> bool {
        false
    }
}

pub(super) fn try_render(template: &str, data: &Json) -> Result<String, TemplateError> {
    Template::parse(template)?.render(data, &Granting, &Limits::default())
}

pub(super) fn render(template: &str, data: &Json) -> String {
    match try_render(template, data) {
        Ok(page) => page,
        Err(error) => panic!("{template}: {error}"),
    }
}

/// Checks templates that need no data, or only a few lists and hashes, against their pages.
#[track_caller]
pub(super) fn check(cases: &[(&str, &str)]) {
    let data = json!({"task": {"input": {
        "taskObject": "s3://photos/2026/a b.jpg",
        "labels": ["Cat", "Dog"],
        "text": "Tom & <b>Jerry</b> \"say\" 'hi'",
        "nothing": null,
        "yes": true,
        "no": false,
        "seven": 7,
        "half": 0.5,
        "numbers": [3, 1, 2],
        "nested": [[1, 2], [3, [4]]],
        "people": [
            {"name": "Ann", "age": 30, "on": true},
            {"name": "bob", "age": 25, "on": false},
            {"name": "Cid", "age": 41},
        ],
        "hash": {"b": 1, "a": 2},
        "source-ref": "s3://bucket/key.png",
        "20191014-metadata": {"class-name": "Cat", "job-name": "x"},
        "class-map": {"0": "Car", "1": "R&D"},
        "annotations": [{"class_id": 0}, {"class_id": 1}],
        "key": "R&D",
        "名前": "猫",
    }}});
    let mut wrong = String::new();
    for (template, expected) in cases {
        let page = match try_render(template, &data) {
            Ok(page) => page,
            Err(error) => format!("error: {error}"),
        };
        if page != *expected {
            wrong.push_str(&format!(
                "{template}\n  gives    {page:?}\n  expected {expected:?}\n"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
