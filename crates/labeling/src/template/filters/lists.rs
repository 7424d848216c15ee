//! Filters of lists, and those that take a list or a text.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::texts::text_of;
use super::{Arguments, Filter, filter};
use crate::template::error::Fault;
use crate::template::meter::Meter;
use crate::template::number::Number;
use crate::template::text::Text;
use crate::template::value::Value;

pub(super) const FILTERS: &[Filter] = &[
    filter("compact", (0, 1), compact),
    filter("concat", (1, 1), concat),
    Filter {
        name: "default",
        arguments: (0, 1),
        named: &["allow_false"],
        apply: default,
    },
    filter("first", (0, 0), first),
    filter("join", (0, 1), join),
    filter("last", (0, 0), last),
    filter("map", (1, 1), map),
    filter("reverse", (0, 0), reverse),
    filter("size", (0, 0), size),
    filter("slice", (1, 2), slice),
    filter("sort", (0, 1), sort),
    filter("sort_natural", (0, 1), sort_natural),
    filter("sum", (0, 1), sum),
    filter("uniq", (0, 1), uniq),
];

type Outcome<'a> = Result<Value<'a>, Fault>;

fn list(items: Vec<Value<'_>>) -> Value<'_> {
    Value::List(Rc::from(items))
}

/// What a filter with an optional property looks at: the item, or what it has under that name.
fn looked_at<'a>(item: &Value<'a>, property: &Value<'a>) -> Value<'a> {
    if property.is_nil() {
        item.clone()
    } else {
        item.member(property)
    }
}

fn compact<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    let property = arguments.get(0);
    let items = input.items(meter)?;
    let kept = items
        .iter()
        .filter(|item| !looked_at(item, &property).is_nil());
    Ok(list(kept.cloned().collect()))
}

fn concat<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    let other = arguments.get(0);
    if !other.is_list() && !other.is_nil() {
        return Err(Fault::argument("`concat` needs a list as its argument"));
    }
    let mut items = input.items(meter)?.to_vec();
    items.extend(other.items(meter)?.iter().cloned());
    Ok(list(items))
}

/// The argument in place of nil, false and what is empty; with `allow_false: true` false stays.
fn default<'a>(input: Value<'a>, arguments: &Arguments<'a>, _: &mut Meter<'_>) -> Outcome<'a> {
    let allow_false = arguments.named.iter().any(|(_, value)| value.is_truthy());
    let lacking = match &input {
        Value::Bool(false) => !allow_false,
        other => other.is_nil() || other.is_empty(),
    };
    Ok(if lacking {
        arguments
            .positional
            .first()
            .cloned()
            .unwrap_or(Value::Text(Text::borrowed("")))
    } else {
        input
    })
}

fn first<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    match &input {
        Value::Object(_) => Ok(input.loop_items(meter)?.item(0)),
        _ => Ok(input.item(0)),
    }
}

fn last<'a>(input: Value<'a>, _: &Arguments<'a>, _: &mut Meter<'_>) -> Outcome<'a> {
    Ok(input
        .len()
        .checked_sub(1)
        .map_or(Value::Nil, |index| input.item(index)))
}

fn join<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    let between = match arguments.positional.first() {
        Some(value) => text_of(value, meter)?,
        None => Text::borrowed(" "),
    };
    let mut mark = between.mark;
    let mut out = String::new();
    for (index, item) in input.items(meter)?.iter().enumerate() {
        if index > 0 {
            meter.bytes(between.as_str().len())?;
            out.push_str(between.as_str());
        }
        if let Value::Text(text) = item {
            mark = mark.max(text.mark);
        }
        item.print(&mut out, meter)?;
    }
    // Each item was paid for, but 64 times nothing is nothing: many small ones are paid for together.
    meter.bytes(out.len())?;
    Ok(Value::Text(Text::made(out).marked(mark)))
}

fn map<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    let property = arguments.get(0);
    let items = input.items(meter)?;
    Ok(list(
        items.iter().map(|item| item.member(&property)).collect(),
    ))
}

fn reverse<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    Ok(list(input.items(meter)?.iter().rev().cloned().collect()))
}

fn size<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    Ok(Value::int(match &input {
        Value::Text(text) => {
            meter.bytes(text.as_str().len())?;
            text.as_str().chars().count()
        }
        Value::Object(map) => map.len(),
        list => list.len(),
    }))
}

/// A part of a list, or the characters of a text: from an index (from the end if negative), one item or so many.
fn slice<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let offset = arguments.integer(0, 0, "slice")?;
    let count = arguments.integer(1, 1, "slice")?;
    let range = |length: usize| {
        let length = length as i128;
        let start = if offset < 0 { length + offset } else { offset };
        if start < 0 || start > length || count < 0 {
            return 0..0;
        }
        let end = start.saturating_add(count).min(length);
        start as usize..end as usize
    };
    if input.is_list() {
        let range = range(input.len());
        meter.steps(range.len())?;
        return Ok(list(range.map(|index| input.item(index)).collect()));
    }
    let text = text_of(&input, meter)?;
    let range = range(text.as_str().chars().count());
    Ok(Value::Text(text.slice(|text| {
        let byte = |index: usize| {
            text.char_indices()
                .nth(index)
                .map_or(text.len(), |(at, _)| at)
        };
        &text[byte(range.start)..byte(range.end)]
    })))
}

fn sort<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    sorted(&input, arguments, meter, |value, meter| {
        Ok(match value {
            Value::Nil => SortKey::Nil,
            Value::Number(number) => SortKey::Number(number),
            Value::Text(text) => SortKey::Text(text.unescaped().into_owned()),
            other => SortKey::Other(other.to_text(meter)?.as_str().to_owned()),
        })
    })
}

/// Sorts without regard to case, numbers as text.
fn sort_natural<'a>(
    input: Value<'a>,
    arguments: &Arguments<'a>,
    meter: &mut Meter<'_>,
) -> Outcome<'a> {
    sorted(&input, arguments, meter, |value, meter| {
        Ok(match value {
            Value::Nil => SortKey::Nil,
            other => SortKey::Text(other.to_text(meter)?.unescaped().to_lowercase()),
        })
    })
}

/// What an item is sorted by. Kinds that have no order among each other come one after the other, nil last.
#[derive(PartialEq)]
enum SortKey {
    Number(Number),
    Text(String),
    Other(String),
    Nil,
}

impl SortKey {
    fn rank(&self) -> u8 {
        match self {
            SortKey::Number(_) => 0,
            SortKey::Text(_) => 1,
            SortKey::Other(_) => 2,
            SortKey::Nil => 3,
        }
    }

    fn order(&self, other: &SortKey) -> Ordering {
        match (self, other) {
            (SortKey::Number(a), SortKey::Number(b)) => a.as_f64().total_cmp(&b.as_f64()).then(
                // Large integers may be one float and yet differ.
                a.compare(*b).unwrap_or(Ordering::Equal),
            ),
            (SortKey::Text(a), SortKey::Text(b)) | (SortKey::Other(a), SortKey::Other(b)) => {
                a.cmp(b)
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

fn sorted<'a>(
    input: &Value<'a>,
    arguments: &Arguments<'a>,
    meter: &mut Meter<'_>,
    key_of: fn(Value<'a>, &mut Meter<'_>) -> Result<SortKey, Fault>,
) -> Outcome<'a> {
    let property = arguments.get(0);
    let items = input.items(meter)?;
    let mut keyed = Vec::with_capacity(items.len());
    let mut bytes = 0usize;
    for item in items.iter() {
        let key = key_of(looked_at(item, &property), meter)?;
        if let SortKey::Text(text) | SortKey::Other(text) = &key {
            bytes = bytes.saturating_add(text.len());
            meter.bytes(text.len())?;
        }
        keyed.push((key, item));
    }
    let comparisons_each = keyed.len().max(1).ilog2() as usize;
    meter.steps(keyed.len().saturating_mul(comparisons_each))?;
    meter.bytes(bytes.saturating_mul(comparisons_each))?;
    keyed.sort_by(|(a, _), (b, _)| a.order(b));
    Ok(list(
        keyed.into_iter().map(|(_, item)| item.clone()).collect(),
    ))
}

fn sum<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    let property = arguments.get(0);
    let total = input
        .items(meter)?
        .iter()
        .map(|item| looked_at(item, &property).to_number())
        .fold(Number::Int(0), Number::plus);
    Ok(Value::Number(total))
}

fn uniq<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    let property = arguments.get(0);
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for item in input.items(meter)?.iter() {
        let mut key = String::new();
        looked_at(item, &property).print_json(&mut key, meter)?;
        meter.steps(1)?;
        if seen.insert(key) {
            kept.push(item.clone());
        }
    }
    Ok(list(kept))
}
