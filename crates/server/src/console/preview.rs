//! The worker's page of a job that is not there yet.
//!
//! The address of the page carries the whole question, packed and signed: nothing is stored, any
//! replica can make the page, and a page is good until its time is over.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cairn_labeling::manifest::{LineRules, RawLine};
use cairn_labeling::task_type::TaskType;
use cairn_labeling::template::Template;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::manifest_check::check_line;
use super::manifest_head::{self, Reach};
use super::question::{Question, task_type};
use crate::app::App;
use crate::json::{JsonBody, Reply};
use crate::origin::Origins;
use crate::page_error::PageError;
use crate::secrets::{Purpose, TokenError};

/// How long a page can be opened.
const LIFE_MS: i64 = 30 * 60 * 1_000;
/// How much of a manifest is read for its first objects.
const REACH: Reach = Reach {
    bytes: 4 * 1024 * 1024,
    time: Duration::from_secs(2),
};
/// Objects that can be looked at.
const OBJECTS: usize = 10;
/// Characters of an address, with room for the rest of a request's head.
const TOKEN_CHARS_MAX: usize = 48 * 1024;
/// Bytes that a packed question may unpack to.
const QUESTION_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How hard it is packed: what is signed is short, and made once for each pause in typing.
const ZSTD_LEVEL: i32 = 9;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PreviewBody {
    #[serde(default)]
    input_manifest: String,
    #[serde(default)]
    object: usize,
    #[serde(flatten)]
    question: Question,
}

/// What an address carries.
#[derive(Deserialize, Serialize)]
struct Packed {
    question: Question,
    /// Line of the manifest.
    line: String,
}

/// A page to be made.
pub struct Preview {
    /// The worker task template.
    pub template: String,
    /// `task.input`.
    pub input: Value,
    /// The origin that may frame the page.
    pub portal: String,
}

pub(super) async fn preview(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<PreviewBody>,
) -> Result<Reply, PageError> {
    let PreviewBody {
        input_manifest,
        object,
        question,
    } = body;
    let task_type = question.check()?;
    Template::parse(&question.template()?)
        .map_err(|error| PageError::rule("template", "instructions", error.to_string()))?;
    let mut lines = match input_manifest.trim() {
        "" => Vec::new(),
        // A manifest that cannot be read yet is no reason to show nothing: its own field says so.
        uri => first_lines(&app, uri, task_type).await.unwrap_or_default(),
    };
    let sample = lines.is_empty();
    if sample {
        lines = samples(task_type);
    }
    let objects = lines.len();
    let line = lines.swap_remove(object.min(objects - 1));
    let origins = Origins::of(&headers, &app.settings);
    let packed = pack(&Packed { question, line })?;
    let expires_at = app.clock.now_ms() + LIFE_MS;
    let token = app
        .secrets
        .sign(Purpose::Preview, expires_at, &[&packed, &origins.portal]);
    if token.len() > TOKEN_CHARS_MAX {
        return Err(PageError::rule(
            "too_long",
            "fullInstructions",
            "labels and instructions together are too long to be shown here",
        ));
    }
    let origin = origins.task.as_ref().unwrap_or(&origins.portal);
    let page = format!("{origin}/_/task/{token}");
    Reply::new(
        &app,
        json!({"page": page, "objects": objects, "sample": sample}),
    )
}

/// The page that a token of [`preview`] is for.
pub fn open_preview(app: &App, token: &str, now_ms: i64) -> Result<Preview, TokenError> {
    let fields = app.secrets.open(Purpose::Preview, token, now_ms)?;
    let [packed, portal] = fields.try_into().map_err(|_| TokenError::Invalid)?;
    let Packed { question, line } = unpack(&packed).ok_or(TokenError::Invalid)?;
    let task_type = task_type(&question.task_type).map_err(|_| TokenError::Invalid)?;
    let template = question.template().map_err(|_| TokenError::Invalid)?;
    let input = task_type
        .task_input(&line, &question.labels)
        .map_err(|_| TokenError::Invalid)?;
    Ok(Preview {
        template,
        input,
        portal,
    })
}

fn pack(packed: &Packed) -> Result<String, PageError> {
    let json = serde_json::to_vec(packed).map_err(PageError::internal)?;
    let packed = zstd::bulk::compress(&json, ZSTD_LEVEL).map_err(PageError::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(packed))
}

fn unpack(packed: &str) -> Option<Packed> {
    let packed = URL_SAFE_NO_PAD.decode(packed).ok()?;
    let json = zstd::bulk::decompress(&packed, QUESTION_BYTES_MAX).ok()?;
    serde_json::from_slice(&json).ok()
}

/// The first good lines of a manifest.
async fn first_lines(app: &App, uri: &str, task_type: &TaskType) -> Result<Vec<String>, PageError> {
    let field = "inputManifest";
    let (at, info) = manifest_head::object(app, field, uri).await?;
    let rules = LineRules::new("");
    let mut lines = Vec::new();
    let each = |line: RawLine<'_>| {
        if check_line(&line, &rules, task_type).is_ok() {
            lines.extend(String::from_utf8(line.bytes.to_vec()));
        }
        lines.len() < OBJECTS
    };
    manifest_head::lines(app, field, (&at, &info), rules.bytes_max(), REACH, each).await?;
    Ok(lines)
}

const SAMPLE_TEXTS: [&str; 2] = [
    "The parcel came two days late, but the shop wrote at once and sent the missing part for free.",
    "荷物は二日遅れて届きましたが、お店からすぐに連絡があり、足りない部品を無料で送ってくれました。",
];

/// A landscape: something with a few things in it to tell apart.
const SAMPLE_PICTURE: &str = concat!(
    r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 420">"##,
    r##"<rect width="640" height="420" fill="#bfe0f5"/><circle cx="520" cy="90" r="44" fill="#f6c945"/>"##,
    r##"<path d="M0 300 150 150 270 260 400 120 640 310V420H0Z" fill="#7d95a8"/>"##,
    r##"<path d="M0 320q160-50 320 0t320-10V420H0Z" fill="#6fa35b"/>"##,
    r##"<path d="M150 360v-70h90v70Z" fill="#e8ddc7"/><path d="M138 292 195 244 252 292Z" fill="#a8503f"/>"##,
    r##"<path d="M182 360v-34h26v34Z" fill="#6b4a35"/><path d="M430 370v-60h14v60Z" fill="#6b4a35"/>"##,
    r##"<circle cx="437" cy="284" r="38" fill="#3f7a46"/></svg>"##
);

/// Lines of the server's own.
fn samples(task_type: &TaskType) -> Vec<String> {
    if !task_type.is_image {
        let line = |text: &&str| json!({ "source": text }).to_string();
        return SAMPLE_TEXTS.iter().map(line).collect();
    }
    let picture = base64::engine::general_purpose::STANDARD.encode(SAMPLE_PICTURE);
    let address = format!("data:image/svg+xml;base64,{picture}");
    vec![json!({ "source-ref": address }).to_string()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_packed_and_unpacked() {
        let question = Question {
            task_type: "TextMultiClass".to_owned(),
            labels: vec!["猫".to_owned(), "犬".to_owned()],
            header: "どちら？".to_owned(),
            instructions: String::new(),
            full_instructions: "行\n".repeat(5_000),
        };
        let line = r#"{"source":"a"}"#.to_owned();
        let packed = pack(&Packed { question, line }).unwrap();
        assert!(packed.len() < 1_000, "{}", packed.len());
        let read = unpack(&packed).unwrap();
        assert_eq!(read.question.labels, ["猫", "犬"]);
        assert_eq!(read.line, r#"{"source":"a"}"#);
        assert!(unpack("AAAA").is_none() && unpack("").is_none());
    }

    #[test]
    fn every_task_type_has_something_to_show() {
        for name in crate::people::console::overview::TASK_TYPES {
            let task_type = task_type(name).unwrap();
            for line in samples(task_type) {
                task_type.task_input(&line, &["a".to_owned()]).unwrap();
            }
        }
    }
}
