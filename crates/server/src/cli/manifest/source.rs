//! What a manifest is made from: images by name, texts by line or column, or another manifest.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use cairn_labeling::manifest::{LineRules, LineSplitter};
use cairn_labeling::s3_uri::S3Uri;
use cairn_storage::ListQuery;
use futures::StreamExt;
use serde_json::{Map, Value, json};

use super::place::{Place, remote};

/// Endings of image files that browsers show.
const IMAGE_ENDINGS: [&str; 9] = [
    "jpg", "jpeg", "png", "gif", "webp", "bmp", "svg", "apng", "avif",
];

/// Takes each line; an error ends the making.
pub(super) type Each<'a> = dyn FnMut(&[u8]) -> anyhow::Result<()> + Send + 'a;

/// Whether a name ends like an image.
pub(in crate::cli) fn is_image(name: &str) -> bool {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| IMAGE_ENDINGS.contains(&ending.as_str()))
}

/// One line for each image below an S3 prefix, in the order of their keys.
pub(super) async fn prefix(uri: &S3Uri, each: &mut Each<'_>) -> anyhow::Result<()> {
    let stores = remote()?;
    let mut query = ListQuery::prefix(&uri.key);
    loop {
        let page = stores
            .list(&uri.bucket, &query)
            .await
            .with_context(|| format!("listing {uri}"))?;
        for object in page.objects.iter().filter(|object| is_image(&object.key)) {
            each(reference(&uri.bucket, &object.key).as_bytes())?;
        }
        match page.next {
            Some(next) => query.continuation = Some(next),
            None => return Ok(()),
        }
    }
}

fn reference(bucket: &str, key: &str) -> String {
    json!({"source-ref": format!("s3://{bucket}/{key}")}).to_string()
}

/// One line for each image below a folder, named as it will be once the folder is copied to `base`.
pub(super) fn folder(root: &Path, base: &S3Uri, each: &mut Each<'_>) -> anyhow::Result<()> {
    let mut pending = vec![PathBuf::new()];
    let slash = match base.key.is_empty() || base.key.ends_with('/') {
        true => "",
        false => "/",
    };
    while let Some(folder) = pending.pop() {
        let here = root.join(&folder);
        let reading = || format!("reading {}", here.display());
        let mut entries = std::fs::read_dir(&here)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .with_context(reading)?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        let mut folders = Vec::new();
        for entry in entries {
            let path = folder.join(entry.file_name());
            let kind = entry.file_type().with_context(reading)?;
            if kind.is_dir() {
                folders.push(path);
                continue;
            }
            let Some(name) = path.to_str() else {
                bail!("{} is not UTF-8", root.join(&path).display());
            };
            if kind.is_file() && is_image(name) {
                let key = format!("{}{slash}{}", base.key, name.replace('\\', "/"));
                each(reference(&base.bucket, &key).as_bytes())?;
            }
        }
        pending.extend(folders.into_iter().rev());
    }
    Ok(())
}

/// One line for each line of text that is not blank.
pub(super) async fn text(place: &Place, each: &mut Each<'_>) -> anyhow::Result<()> {
    let mut number = 0_u64;
    lines(place, &mut |line| {
        number += 1;
        let Ok(text) = std::str::from_utf8(line) else {
            bail!("{place}: line {number} is not UTF-8");
        };
        match text.trim().is_empty() {
            true => Ok(()),
            false => each(json!({ "source": text }).to_string().as_bytes()),
        }
    })
    .await
}

/// The lines of another manifest.
pub(super) async fn manifest(place: &Place, each: &mut Each<'_>) -> anyhow::Result<()> {
    lines(place, each).await
}

async fn lines(place: &Place, each: &mut Each<'_>) -> anyhow::Result<()> {
    let (mut chunks, _) = place.read().await?;
    let mut splitter = LineSplitter::new(LineRules::new("").bytes_max());
    while let Some(chunk) = chunks.next().await {
        splitter.push(&chunk?, |line| match line.cut {
            true => Err(anyhow::anyhow!(
                "{place}: line {} is too long",
                line.line.0 + 1
            )),
            false => each(line.bytes),
        })?;
    }
    splitter.finish(|line| each(line.bytes))
}

/// One line for each row of a CSV file with a header: the column `column` (else `source`, else
/// `source-ref`, else `text`, else the first) is the object; the others go along as they are named.
pub(super) async fn csv(
    place: &Place,
    column: Option<&str>,
    each: &mut Each<'_>,
) -> anyhow::Result<()> {
    let (mut chunks, _) = place.read().await?;
    // Quoted cells may hold line ends, so rows cannot be cut as lines are.
    let mut spooled = super::spool::Spool::new()?;
    while let Some(chunk) = chunks.next().await {
        spooled.push_raw(&chunk?)?;
    }
    let file = std::fs::File::open(spooled.finish()?)?;
    let mut reader = csv::ReaderBuilder::new().from_reader(std::io::BufReader::new(file));
    let row_error = |error: csv::Error| anyhow::anyhow!("{place}: {error}");
    let headers = reader.headers().map_err(row_error)?.clone();
    let names: Vec<&str> = headers
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').trim())
        .collect();
    let object = match column {
        Some(column) => names
            .iter()
            .position(|name| *name == column)
            .with_context(|| {
                format!(
                    "{place}: there is no column `{column}`; columns are {}",
                    names.join(", ")
                )
            })?,
        None => ["source", "source-ref", "text"]
            .iter()
            .find_map(|wanted| names.iter().position(|name| name == wanted))
            .unwrap_or(0),
    };
    for row in reader.records() {
        let row = row.map_err(row_error)?;
        let value = row.get(object).unwrap_or_default();
        if value.trim().is_empty() {
            continue;
        }
        let key = match value.starts_with("s3://") {
            true => "source-ref",
            false => "source",
        };
        let mut line = Map::new();
        line.insert(key.to_owned(), Value::from(value));
        for (index, name) in names.iter().enumerate() {
            if index != object && !name.is_empty() {
                let value = row.get(index).unwrap_or_default();
                line.insert((*name).to_owned(), Value::from(value));
            }
        }
        each(Value::Object(line).to_string().as_bytes())?;
    }
    Ok(())
}
