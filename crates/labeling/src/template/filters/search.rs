//! Filters that look for items by a property: `where`, `reject`, `find`, `find_index`, `has`.

use std::rc::Rc;

use super::{Arguments, Filter, filter};
use crate::template::error::Fault;
use crate::template::meter::Meter;
use crate::template::value::Value;

pub(super) const FILTERS: &[Filter] = &[
    filter("find", (1, 2), find),
    filter("find_index", (1, 2), find_index),
    filter("has", (1, 2), has),
    filter("reject", (1, 2), reject),
    filter("where", (1, 2), select),
];

type Outcome<'a> = Result<Value<'a>, Fault>;

/// Whether an item's property is the wanted value, or is truthy when no value is wanted.
fn matches<'a>(
    item: &Value<'a>,
    arguments: &Arguments<'a>,
    meter: &mut Meter<'_>,
) -> Result<bool, Fault> {
    meter.steps(1)?;
    let found = item.member(&arguments.get(0));
    match arguments.get(1) {
        Value::Nil => Ok(found.is_truthy()),
        wanted => found.equals(&wanted, meter),
    }
}

fn filtered<'a>(
    input: &Value<'a>,
    arguments: &Arguments<'a>,
    meter: &mut Meter<'_>,
    keep: bool,
) -> Outcome<'a> {
    let mut kept = Vec::new();
    for item in input.items(meter)?.iter() {
        if matches(item, arguments, meter)? == keep {
            kept.push(item.clone());
        }
    }
    Ok(Value::List(Rc::from(kept)))
}

fn position<'a>(
    input: &Value<'a>,
    arguments: &Arguments<'a>,
    meter: &mut Meter<'_>,
) -> Result<Option<(usize, Value<'a>)>, Fault> {
    for (index, item) in input.items(meter)?.iter().enumerate() {
        if matches(item, arguments, meter)? {
            return Ok(Some((index, item.clone())));
        }
    }
    Ok(None)
}

fn select<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    filtered(&input, arguments, meter, true)
}

fn reject<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    filtered(&input, arguments, meter, false)
}

fn find<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    Ok(position(&input, arguments, meter)?.map_or(Value::Nil, |(_, item)| item))
}

fn find_index<'a>(
    input: Value<'a>,
    arguments: &Arguments<'a>,
    meter: &mut Meter<'_>,
) -> Outcome<'a> {
    Ok(position(&input, arguments, meter)?.map_or(Value::Nil, |(index, _)| Value::int(index)))
}

fn has<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    Ok(Value::Bool(position(&input, arguments, meter)?.is_some()))
}
