//! What worker templates have beyond Liquid. `skip_autoescape` is no filter but a property of the chain it stands in.

use super::{Arguments, Filter, filter};
use crate::template::error::{Fault, TemplateErrorCode, excerpt};
use crate::template::meter::Meter;
use crate::template::s3_address::{Address, address_of};
use crate::template::value::Value;

pub(super) const FILTERS: &[Filter] = &[filter("grant_read_access", (0, 0), grant_read_access)];

/// An address that the worker's browser can open, for one that names a stored object; any other text stays.
fn grant_read_access<'a>(
    input: Value<'a>,
    _: &Arguments<'a>,
    meter: &mut Meter<'_>,
) -> Result<Value<'a>, Fault> {
    let text = input.to_text(meter)?;
    let (bucket, key) = match address_of(text.unescaped().trim()) {
        Address::Object { bucket, key } => (bucket, key),
        Address::Elsewhere if input.is_nil() => return Ok(Value::Nil),
        Address::Elsewhere => return Ok(Value::Text(text)),
        Address::Incomplete => {
            return Err(Fault::argument(format_args!(
                "`grant_read_access`: `{}` does not name a bucket and a key",
                excerpt(text.as_str())
            )));
        }
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
