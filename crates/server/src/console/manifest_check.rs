//! Checking an input manifest before a job is made of it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use cairn_labeling::manifest::{LineProblem, LineRules, RawLine, Source};
use cairn_labeling::task_type::TaskType;
use serde::Deserialize;
use serde_json::{Value, json};

use super::manifest_head::{self, Reach};
use super::question::task_type;
use super::shown::shown;
use crate::app::App;
use crate::json::{JsonBody, Reply};
use crate::page_error::PageError;

/// Whoever fills in the form waits for it.
const REACH: Reach = Reach {
    bytes: 256 * 1024 * 1024,
    time: Duration::from_secs(3),
};
/// Errors told of.
const ERRORS: usize = 20;
/// Good objects shown.
const FIRST: usize = 5;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ManifestCheck {
    #[serde(default)]
    uri: String,
    #[serde(default)]
    task_type: String,
    #[serde(default)]
    label_attribute_name: String,
}

pub(super) async fn check(
    State(app): State<Arc<App>>,
    JsonBody(body): JsonBody<ManifestCheck>,
) -> Result<Reply, PageError> {
    let task_type = task_type(&body.task_type)?;
    let (at, info) = manifest_head::object(&app, "uri", &body.uri).await?;
    let rules = LineRules::new(body.label_attribute_name.trim());
    let (mut lines, mut labeled, mut error_count) = (0_u64, 0_u64, 0_u64);
    let mut errors: Vec<Value> = Vec::new();
    let mut first: Vec<Value> = Vec::new();
    let each = |line: RawLine<'_>| {
        if !line.bytes.trim_ascii().is_empty() {
            lines += 1;
        }
        match check_line(&line, &rules, task_type) {
            Ok(is_labeled) => {
                labeled += u64::from(is_labeled);
                if first.len() < FIRST {
                    let shown = shown(&app, line.line.0, line.bytes, task_type.is_image);
                    first.push(Value::Object(shown));
                }
            }
            Err((code, message)) => {
                error_count += 1;
                if errors.len() < ERRORS {
                    let line = line.line.0 + 1;
                    errors.push(json!({"line": line, "code": code, "message": message}));
                }
            }
        }
        true
    };
    let size = info.size;
    let complete =
        manifest_head::lines(&app, "uri", (&at, &info), rules.bytes_max(), REACH, each).await?;
    let report = json!({
        "lines": lines,
        "bytes": size,
        "complete": complete,
        "labeled": labeled,
        "errorCount": error_count,
        "errors": errors,
        "first": first,
    });
    Reply::new(&app, report)
}

/// Whether a line has its label already, or the code and the words of what is wrong with it.
pub(super) fn check_line(
    line: &RawLine<'_>,
    rules: &LineRules<'_>,
    task_type: &TaskType,
) -> Result<bool, (&'static str, String)> {
    let info = line.check(rules).map_err(|error| {
        let problem = error.problem;
        (code(&problem), problem.to_string())
    })?;
    match (&info.source, task_type.is_image) {
        (Source::Inline, true) => Err((
            "wrong_kind",
            "the line has `source`, but tasks show pictures: it needs `source-ref`".to_owned(),
        )),
        (Source::Ref(_), false) => Err((
            "wrong_kind",
            "the line has `source-ref`, but tasks show texts: it needs `source`".to_owned(),
        )),
        _ => Ok(info.already_labeled),
    }
}

fn code(problem: &LineProblem) -> &'static str {
    match problem {
        LineProblem::TooLong { .. } | LineProblem::AttributeTooLong { .. } => "too_long",
        LineProblem::NotUtf8 { .. } => "not_utf8",
        LineProblem::Blank => "blank",
        LineProblem::NotJson { .. } | LineProblem::NotObject => "not_json",
        LineProblem::NoSource => "no_source",
        LineProblem::BothSources => "two_sources",
        LineProblem::SourceNotText | LineProblem::SourceRefNotText => "not_text",
        LineProblem::SourceRef(_) | LineProblem::SourceRefNoKey => "bad_uri",
        LineProblem::DollarName { .. } => "reserved",
        LineProblem::Duplicate { .. } => "duplicate",
    }
}
