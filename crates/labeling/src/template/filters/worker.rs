//! What worker templates have beyond Liquid. `skip_autoescape` is no filter but a property of the chain it stands in.

use super::{Arguments, Filter, filter};
use crate::s3_uri::{S3Uri, S3UriError};
use crate::template::error::{Fault, TemplateErrorCode, excerpt};
use crate::template::meter::Meter;
use crate::template::value::Value;

pub(super) const FILTERS: &[Filter] = &[filter("grant_read_access", (0, 0), grant_read_access)];

/// An address that the worker's browser can open, for one that names a stored object; any other text stays.
fn grant_read_access<'a>(
    input: Value<'a>,
    _: &Arguments<'a>,
    meter: &mut Meter<'_>,
) -> Result<Value<'a>, Fault> {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let text = input.to_text(meter)?;
    let Some(S3Uri { bucket, key }) = stored_object(text.unescaped().trim())? else {
        return Ok(Value::Text(text));
    };
    meter
        .environment
        .grant_read_access(&bucket, &key)
        .map(Value::made)
        .map_err(|reason| {
            Fault::new(
                TemplateErrorCode::AccessRefused,
                format_args!("`grant_read_access` of `s3://{bucket}/{key}`: {reason}"),
            )
        })
}

/// The object that an address of S3 names, or nothing if it is an address of something else.
fn stored_object(address: &str) -> Result<Option<S3Uri>, Fault> {
    // A presigned address grants already what it says; another one made from it would lose its terms.
    if address.contains("X-Amz-Signature=") {
        return Ok(None);
    }
    let reason = match S3Uri::parse(address) {
        Ok(uri) if !uri.key.is_empty() => return Ok(Some(uri)),
        Ok(_) => format!("`{}` names no object", excerpt(address)),
        Err(S3UriError::Scheme(_) | S3UriError::Host(_)) => return Ok(None),
        Err(error @ (S3UriError::Bucket(_) | S3UriError::Key(_))) => error.to_string(),
    };
    Err(Fault::argument(format_args!(
        "`grant_read_access`: {reason}"
    )))
}
