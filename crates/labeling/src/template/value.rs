//! Values while a template is rendered. Those of the data are borrowed, never copied.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::error::Fault;
use super::loops::LoopState;
use super::meter::Meter;
use super::number::Number;
use super::text::Text;

/// One value; cheap to clone.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Nil,
    Bool(bool),
    Number(Number),
    Text(Text<'a>),
    Range(i64, i64),
    /// A list of the data.
    Array(&'a [Json]),
    /// A list that a filter made.
    List(Rc<[Value<'a>]>),
    /// A hash of the data.
    Object(&'a Map<String, Json>),
    /// `forloop` and `tablerowloop`.
    Loop(Rc<LoopState>),
    /// The words that stand for nothing within.
    Empty,
    Blank,
}

impl<'a> Value<'a> {
    pub fn of(json: &'a Json) -> Value<'a> {
        match json {
            Json::Null => Value::Nil,
            Json::Bool(bool) => Value::Bool(*bool),
            Json::Number(number) => Value::Number(match number.as_i64() {
                Some(integer) => Number::Int(integer.into()),
                None => match number.as_u64() {
                    Some(integer) => Number::Int(integer.into()),
                    None => Number::Float(number.as_f64().unwrap_or(f64::NAN)),
                },
            }),
            Json::String(text) => Value::Text(Text::borrowed(text)),
            Json::Array(items) => Value::Array(items),
            Json::Object(map) => Value::Object(map),
        }
    }

    pub fn int(integer: usize) -> Value<'a> {
        Value::Number(Number::Int(integer as i128))
    }

    pub fn made(text: impl Into<Rc<str>>) -> Value<'a> {
        Value::Text(Text::made(text))
    }

    pub fn is_nil(&self) -> bool {
        matches!(self, Value::Nil)
    }

    /// Only nil and false are not.
    pub fn is_truthy(&self) -> bool {
        !matches!(self, Value::Nil | Value::Bool(false))
    }

    /// Whether there is nothing in a text, a list or a hash. Nil is not empty.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Text(text) => text.as_str().is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Object(map) => map.is_empty(),
            Value::Range(from, to) => to < from,
            Value::Empty | Value::Blank => true,
            _ => false,
        }
    }

    /// Nil, false, empty, or text of white space alone.
    pub fn is_blank(&self) -> bool {
        match self {
            Value::Text(text) => text.as_str().trim().is_empty(),
            _ => !self.is_truthy() || self.is_empty(),
        }
    }

    /// The number a filter counts with: text is read as far as it is a number, anything else counts as 0.
    pub fn to_number(&self) -> Number {
        match self {
            Value::Number(number) => *number,
            Value::Text(text) => Number::of_text(text.as_str()),
            _ => Number::Int(0),
        }
    }

    /// An integer, or nothing if this is none. Text and floats with an integer in them count.
    pub fn to_integer(&self) -> Option<i128> {
        match self {
            Value::Number(number) => match number.whole(f64::trunc) {
                Number::Int(integer) => Some(integer),
                Number::Float(_) => None,
            },
            Value::Text(text) => text.as_str().trim().parse().ok(),
            _ => None,
        }
    }

    /// The text that a filter works on. Lists are joined without anything between, as output does.
    pub fn to_text(&self, meter: &mut Meter<'_>) -> Result<Text<'a>, Fault> {
        Ok(match self {
            Value::Text(text) => text.clone(),
            Value::Nil | Value::Empty | Value::Blank => Text::borrowed(""),
            Value::Bool(true) => Text::borrowed("true"),
            Value::Bool(false) => Text::borrowed("false"),
            _ => {
                let mut out = String::new();
                self.print(&mut out, meter)?;
                Text::made(out)
            }
        })
    }

    /// Appends the value as output shows it, without any escaping.
    pub fn print(&self, out: &mut String, meter: &mut Meter<'_>) -> Result<(), Fault> {
        match self {
            Value::Nil | Value::Empty | Value::Blank => {}
            Value::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
            Value::Number(number) => number.print(out),
            Value::Text(text) => {
                meter.bytes(text.as_str().len())?;
                out.push_str(text.as_str());
            }
            Value::Range(from, to) => {
                Number::Int((*from).into()).print(out);
                out.push_str("..");
                Number::Int((*to).into()).print(out);
            }
            Value::Array(items) => {
                meter.steps(items.len())?;
                for item in *items {
                    Value::of(item).print(out, meter)?;
                }
            }
            Value::List(items) => {
                meter.steps(items.len())?;
                for item in items.iter() {
                    item.print(out, meter)?;
                }
            }
            // Liquid has no form for a hash that anyone would want to show a worker; JSON is the one people expect.
            Value::Object(_) => self.print_json(out, meter)?,
            Value::Loop(state) => out.push_str(state.kind_name()),
        }
        Ok(())
    }

    /// Appends the value as JSON.
    pub fn print_json(&self, out: &mut String, meter: &mut Meter<'_>) -> Result<(), Fault> {
        let start = out.len();
        match self {
            Value::Nil | Value::Loop(_) => out.push_str("null"),
            Value::Bool(_) => self.print(out, meter)?,
            Value::Number(Number::Float(float)) if !float.is_finite() => out.push_str("null"),
            Value::Number(Number::Float(float)) => append_json(float, out),
            Value::Number(number) => number.print(out),
            Value::Text(text) => append_json(text.as_str(), out),
            Value::Empty | Value::Blank => out.push_str("\"\""),
            Value::Array(items) => append_json(items, out),
            Value::Object(map) => append_json(map, out),
            Value::Range(..) => {
                let items = self.items(meter)?;
                return Value::List(items).print_json(out, meter);
            }
            Value::List(items) => {
                meter.steps(items.len())?;
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.print_json(out, meter)?;
                }
                out.push(']');
                return Ok(());
            }
        }
        meter.bytes(out.len() - start)
    }

    /// What is inside at `key`: an entry of a hash, an item of a list, or `size`, `first` and `last`.
    pub fn member(&self, key: &Value<'a>) -> Value<'a> {
        match self {
            Value::Object(map) => object_member(map, key),
            Value::Array(_) | Value::List(_) | Value::Range(..) => self.list_member(key),
            Value::Text(text) => match key {
                Value::Text(key) if key.as_str() == "size" => {
                    Value::int(text.as_str().chars().count())
                }
                _ => Value::Nil,
            },
            Value::Loop(state) => match key {
                Value::Text(key) => state.member(key.as_str()),
                _ => Value::Nil,
            },
            _ => Value::Nil,
        }
    }

    fn list_member(&self, key: &Value<'a>) -> Value<'a> {
        let index = match key {
            Value::Text(key) => match key.as_str() {
                "size" => return Value::int(self.len()),
                "first" => Some(0),
                "last" => Some(-1),
                // A captured index is text.
                _ => key.as_str().trim().parse().ok(),
            },
            key => key.to_integer(),
        };
        let Some(index) = index else {
            return Value::Nil;
        };
        let from_start = if index < 0 {
            index + self.len() as i128
        } else {
            index
        };
        usize::try_from(from_start).map_or(Value::Nil, |index| self.item(index))
    }

    /// The number of items of a list or a range; 0 of anything else.
    pub fn len(&self) -> usize {
        match self {
            Value::Array(items) => items.len(),
            Value::List(items) => items.len(),
            Value::Range(from, to) if from <= to => {
                usize::try_from(i128::from(*to) - i128::from(*from) + 1).unwrap_or(usize::MAX)
            }
            _ => 0,
        }
    }

    /// One item of a list or a range.
    pub fn item(&self, index: usize) -> Value<'a> {
        match self {
            Value::Array(items) => items.get(index).map_or(Value::Nil, Value::of),
            Value::List(items) => items.get(index).cloned().unwrap_or(Value::Nil),
            Value::Range(from, _) if index < self.len() => {
                Value::Number(Number::Int(i128::from(*from) + index as i128))
            }
            _ => Value::Nil,
        }
    }

    /// What a loop walks, as a list or a range: pairs of a hash; a text, being one item, unless it is empty.
    pub fn loop_items(&self, meter: &mut Meter<'_>) -> Result<Value<'a>, Fault> {
        Ok(match self {
            Value::Array(_) | Value::List(_) | Value::Range(..) => self.clone(),
            Value::Object(map) => {
                meter.steps(map.len())?;
                Value::List(map.iter().map(|(key, item)| pair(key, item)).collect())
            }
            Value::Text(text) if !text.as_str().is_empty() => Value::List(Rc::new([self.clone()])),
            _ => Value::List(Rc::new([])),
        })
    }

    /// What a list filter walks: nested lists are laid flat, a single value is a list of one, nil is none.
    pub fn items(&self, meter: &mut Meter<'_>) -> Result<Rc<[Value<'a>]>, Fault> {
        match self {
            Value::Nil => Ok(Rc::new([])),
            Value::List(items) if !items.iter().any(Value::is_list) => {
                meter.steps(items.len())?;
                Ok(items.clone())
            }
            Value::Array(_) | Value::List(_) | Value::Range(..) => {
                let mut flat = Vec::new();
                self.flatten_into(&mut flat, meter)?;
                Ok(flat.into())
            }
            _ => Ok(Rc::new([self.clone()])),
        }
    }

    fn flatten_into(&self, flat: &mut Vec<Value<'a>>, meter: &mut Meter<'_>) -> Result<(), Fault> {
        meter.steps(self.len())?;
        for index in 0..self.len() {
            let item = self.item(index);
            if item.is_list() {
                item.flatten_into(flat, meter)?;
            } else {
                flat.push(item);
            }
        }
        Ok(())
    }

    pub fn is_list(&self) -> bool {
        matches!(self, Value::Array(_) | Value::List(_) | Value::Range(..))
    }

    /// Whether two values are the same: 1 is 1.0, "1" is not 1, and `empty` is what is empty.
    pub fn equals(&self, other: &Value<'a>, meter: &mut Meter<'_>) -> Result<bool, Fault> {
        Ok(match (self, other) {
            (Value::Empty, other) | (other, Value::Empty) => other.is_empty(),
            (Value::Blank, other) | (other, Value::Blank) => other.is_blank(),
            (Value::Nil, Value::Nil) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a.compare(*b) == Some(Ordering::Equal),
            (Value::Text(a), Value::Text(b)) => {
                meter.bytes(a.as_str().len().min(b.as_str().len()))?;
                a.as_str() == b.as_str() || a.unescaped() == b.unescaped()
            }
            (Value::Object(a), Value::Object(b)) => {
                if std::ptr::eq(*a, *b) {
                    return Ok(true);
                }
                meter.steps(a.len())?;
                a.len() == b.len() && {
                    for (key, item) in *a {
                        let same = match b.get(key) {
                            Some(other) => Value::of(item).equals(&Value::of(other), meter)?,
                            None => false,
                        };
                        if !same {
                            return Ok(false);
                        }
                    }
                    true
                }
            }
            (a, b) if a.is_list() && b.is_list() => {
                if a.len() != b.len() {
                    return Ok(false);
                }
                meter.steps(a.len())?;
                for index in 0..a.len() {
                    if !a.item(index).equals(&b.item(index), meter)? {
                        return Ok(false);
                    }
                }
                true
            }
            _ => false,
        })
    }

    /// The order of two numbers or two texts; other values have none, and comparing them is false.
    pub fn order(
        &self,
        other: &Value<'a>,
        meter: &mut Meter<'_>,
    ) -> Result<Option<Ordering>, Fault> {
        Ok(match (self, other) {
            (Value::Number(a), Value::Number(b)) => a.compare(*b),
            (Value::Text(a), Value::Text(b)) => {
                meter.bytes(a.as_str().len().min(b.as_str().len()))?;
                Some(a.unescaped().cmp(&b.unescaped()))
            }
            _ => None,
        })
    }

    /// Whether a text has the other within, a list has it as an item, a hash as a key.
    pub fn contains(&self, other: &Value<'a>, meter: &mut Meter<'_>) -> Result<bool, Fault> {
        match self {
            Value::Text(text) => {
                if other.is_nil() {
                    return Ok(false);
                }
                let part = other.to_text(meter)?;
                meter.bytes(text.as_str().len())?;
                Ok(text.as_str().contains(part.as_str())
                    || text.unescaped().contains(&*part.unescaped()))
            }
            Value::Object(map) => {
                let key = other.to_text(meter)?;
                Ok(map.contains_key(&*key.unescaped()))
            }
            _ if self.is_list() => {
                for index in 0..self.len() {
                    meter.steps(1)?;
                    if self.item(index).equals(other, meter)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => Ok(false),
        }
    }
}

/// Key and value of a hash, as a loop sees them.
fn pair<'a>(key: &'a str, item: &'a Json) -> Value<'a> {
    Value::List(Rc::new([Value::Text(Text::borrowed(key)), Value::of(item)]))
}

fn object_member<'a>(map: &'a Map<String, Json>, key: &Value<'a>) -> Value<'a> {
    let text: Cow<'_, str> = match key {
        Value::Text(text) => Cow::Borrowed(text.as_str()),
        Value::Number(number) => {
            let mut text = String::new();
            number.print(&mut text);
            Cow::Owned(text)
        }
        Value::Bool(bool) => Cow::Borrowed(if *bool { "true" } else { "false" }),
        _ => return Value::Nil,
    };
    if let Some(item) = map.get(&*text) {
        return Value::of(item);
    }
    if let Value::Text(captured) = key
        && let Some(item) = map.get(&*captured.unescaped())
    {
        return Value::of(item);
    }
    match &*text {
        "size" => Value::int(map.len()),
        "first" => map
            .iter()
            .next()
            .map_or(Value::Nil, |(key, item)| pair(key, item)),
        _ => Value::Nil,
    }
}

fn append_json(value: &(impl serde::Serialize + ?Sized), out: &mut String) {
    // Text, numbers and JSON itself always have a form in JSON.
    if let Ok(json) = serde_json::to_string(value) {
        out.push_str(&json);
    }
}
