//! A dataset object as the lists of the console show it.

use cairn_labeling::s3_uri::S3Uri;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::app::App;
use crate::object::object_path;

/// Characters of a text that are shown.
const TEXT_CHARS: usize = 300;
/// Addresses of pictures live between one and two of these. Within one they stay the same, so that
/// a list that is asked for again shows the pictures it has.
const PICTURE_MS: i64 = 15 * 60 * 1_000;

/// What a line of a manifest says of its object.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    source: Option<String>,
    source_ref: Option<String>,
}

/// The members of `Shown`: the object of `line`, whose text in the manifest is `text`. The address of
/// a picture is given where objects are pictures.
pub(super) fn shown(app: &App, line: i64, text: &[u8], is_image: bool) -> Map<String, Value> {
    let sources: Sources = serde_json::from_slice(text).unwrap_or_default();
    let mut shown = Map::new();
    shown.insert("objectId".to_owned(), line.to_string().into());
    if let Some(text) = sources.source {
        let head: String = text.chars().take(TEXT_CHARS).collect();
        shown.insert("text".to_owned(), head.into());
    }
    if let Some(uri) = sources.source_ref {
        if let Some(at) = S3Uri::parse_s3(&uri).ok().filter(|_| is_image) {
            let expires_at = (app.clock.now_ms() / PICTURE_MS + 2) * PICTURE_MS;
            let path = object_path(&app.secrets, &at.bucket, &at.key, expires_at);
            shown.insert("url".to_owned(), path.into());
        }
        shown.insert("uri".to_owned(), uri.into());
    }
    shown
}
