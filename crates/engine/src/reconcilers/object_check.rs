//! Looks at an object before it is put before people: whether it is there, and whether an image is
//! one. What is wrong fails that object alone, with its reason.

use cairn_labeling::manifest::{LineRules, Source, check_line};
use cairn_storage::{ByteRange, StoreError};

use crate::EngineError;
use crate::engine::Inner;
use crate::facts::JobFacts;

/// Bytes an image may have, as Ground Truth documents.
const IMAGE_BYTES_MAX: u64 = 40 * 1024 * 1024;
/// Pixels an image may have.
const IMAGE_PIXELS_MAX: usize = 100_000_000;
/// Bytes read of an image to learn its kind and size.
const HEAD_BYTES: u64 = 64 * 1024;

/// Why an object cannot be shown, or nothing when it can. Passing trouble with the store is an
/// error: nobody's object fails because a network was away.
pub async fn problem(
    inner: &Inner,
    facts: &JobFacts,
    line: &[u8],
) -> Result<Option<String>, EngineError> {
    let info = match check_line(line, &LineRules::new(&facts.label_attribute)) {
        Ok(info) => info,
        Err(problem) => return Ok(Some(format!("the manifest line {problem}"))),
    };
    let Source::Ref(uri) = info.source else {
        return Ok(facts.task_type.is_image.then(|| {
            "the line has `source`, but this task type shows images: it needs `source-ref`"
                .to_owned()
        }));
    };
    let range = ByteRange::From {
        first: 0,
        last: Some(HEAD_BYTES - 1),
    };
    let read = match inner.stores.get(&uri.bucket, &uri.key, Some(range)).await {
        Ok(blob) => {
            let size = blob.info.size;
            blob.collect(&uri.bucket, HEAD_BYTES)
                .await
                .map(|head| (size, head))
        }
        Err(error) => Err(error),
    };
    let (size, head) = match read {
        Ok(read) => read,
        Err(StoreError::InvalidRange { .. }) => return Ok(Some(format!("{uri} is empty"))),
        Err(error) if error.is_transient() => return Err(error.into()),
        Err(error) => return Ok(Some(format!("`source-ref`: {error}"))),
    };
    if !facts.task_type.is_image {
        return Ok(None);
    }
    if size > IMAGE_BYTES_MAX {
        return Ok(Some(format!(
            "{uri} has {size} bytes; an image may have {IMAGE_BYTES_MAX}"
        )));
    }
    Ok(match imagesize::blob_size(&head) {
        Ok(dimensions) if dimensions.width == 0 || dimensions.height == 0 => {
            Some(format!("{uri} is an image without pixels"))
        }
        Ok(dimensions) if dimensions.width.saturating_mul(dimensions.height) > IMAGE_PIXELS_MAX => {
            Some(format!(
                "{uri} has {} × {} pixels; an image may have {IMAGE_PIXELS_MAX}",
                dimensions.width, dimensions.height
            ))
        }
        Ok(_) => None,
        // An SVG is text and has no header to read a size from.
        Err(_) if looks_like_svg(&head) => None,
        Err(error) => Some(format!("{uri} is not an image that can be shown: {error}")),
    })
}

fn looks_like_svg(head: &[u8]) -> bool {
    memchr::memmem::find(&head[..head.len().min(4_096)], b"<svg").is_some()
}
