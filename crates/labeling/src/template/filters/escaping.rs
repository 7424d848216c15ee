//! Escapes of HTML and JSON.

use super::{Arguments, Filter, filter};
use crate::template::error::Fault;
use crate::template::meter::Meter;
use crate::template::text::{Mark, Text, escape_into, escape_once_into};
use crate::template::value::Value;

pub(super) const FILTERS: &[Filter] = &[
    filter("escape", (0, 0), escape),
    filter("escape_once", (0, 0), escape_once),
    filter("h", (0, 0), escape),
    filter("to_json", (0, 0), to_json),
];

type Outcome<'a> = Result<Value<'a>, Fault>;

/// An author who escapes by hand means the worker to see the text as it is, so `escape` of what was escaped already
/// escapes only the rest.
fn escape<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    match &input {
        Value::Text(text) if text.mark != Mark::Plain => escape_once(input, arguments, meter),
        _ => escaped(&input, meter, escape_into),
    }
}

fn escape_once<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    escaped(&input, meter, escape_once_into)
}

fn escaped<'a>(
    input: &Value<'a>,
    meter: &mut Meter<'_>,
    escape: fn(&str, &mut String),
) -> Outcome<'a> {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let text = input.to_text(meter)?;
    let mut out = String::with_capacity(text.as_str().len());
    escape(text.as_str(), &mut out);
    meter.bytes(out.len())?;
    Ok(Value::Text(Text::made(out).marked(Mark::Escaped)))
}

fn to_json<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    let mut out = String::new();
    input.print_json(&mut out, meter)?;
    Ok(Value::made(out))
}
