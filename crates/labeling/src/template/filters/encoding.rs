//! URL and base64 encodings.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::texts::text_of;
use super::{Arguments, Filter, filter};
use crate::template::error::Fault;
use crate::template::meter::Meter;
use crate::template::value::Value;

pub(super) const FILTERS: &[Filter] = &[
    filter("base64_decode", (0, 0), base64_decode),
    filter("base64_encode", (0, 0), base64_encode),
    filter("base64_url_safe_decode", (0, 0), base64_url_safe_decode),
    filter("base64_url_safe_encode", (0, 0), base64_url_safe_encode),
    filter("url_decode", (0, 0), url_decode),
    filter("url_encode", (0, 0), url_encode),
];

type Outcome<'a> = Result<Value<'a>, Fault>;

/// What a form encodes; a space becomes `+` afterwards.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b' ');

fn converted<'a>(
    input: &Value<'a>,
    meter: &mut Meter<'_>,
    convert: impl FnOnce(&str) -> Result<String, Fault>,
) -> Outcome<'a> {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let made = convert(text_of(input, meter)?.as_str())?;
    meter.bytes(made.len())?;
    Ok(Value::made(made))
}

fn url_encode<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    converted(&input, meter, |text| {
        Ok(utf8_percent_encode(text, FORM)
            .to_string()
            .replace(' ', "+"))
    })
}

fn url_decode<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    converted(&input, meter, |text| {
        let spaced = text.replace('+', " ");
        Ok(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
    })
}

fn base64_encode<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    converted(&input, meter, |text| Ok(STANDARD.encode(text)))
}

fn base64_url_safe_encode<'a>(
    input: Value<'a>,
    _: &Arguments<'a>,
    meter: &mut Meter<'_>,
) -> Outcome<'a> {
    converted(&input, meter, |text| Ok(URL_SAFE.encode(text)))
}

fn base64_decode<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    converted(&input, meter, |text| {
        decoded("base64_decode", STANDARD.decode(text))
    })
}

fn base64_url_safe_decode<'a>(
    input: Value<'a>,
    _: &Arguments<'a>,
    meter: &mut Meter<'_>,
) -> Outcome<'a> {
    converted(&input, meter, |text| {
        decoded("base64_url_safe_decode", URL_SAFE.decode(text))
    })
}

fn decoded(filter: &str, bytes: Result<Vec<u8>, base64::DecodeError>) -> Result<String, Fault> {
    let bytes =
        bytes.map_err(|error| Fault::argument(format_args!("`{filter}`: not base64: {error}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
