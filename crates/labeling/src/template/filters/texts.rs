//! Filters of text.

use std::rc::Rc;

use super::{Arguments, Filter, filter};
use crate::template::error::Fault;
use crate::template::meter::Meter;
use crate::template::text::Text;
use crate::template::tokens::is_space;
use crate::template::value::Value;

pub(super) const FILTERS: &[Filter] = &[
    filter("append", (1, 1), append),
    filter("capitalize", (0, 0), capitalize),
    filter("downcase", (0, 0), downcase),
    filter("lstrip", (0, 0), lstrip),
    filter("newline_to_br", (0, 0), newline_to_br),
    filter("prepend", (1, 1), prepend),
    filter("remove", (1, 1), remove),
    filter("remove_first", (1, 1), remove_first),
    filter("remove_last", (1, 1), remove_last),
    filter("replace", (1, 2), replace),
    filter("replace_first", (1, 2), replace_first),
    filter("replace_last", (2, 2), replace_last),
    filter("rstrip", (0, 0), rstrip),
    filter("split", (1, 1), split),
    filter("squish", (0, 0), squish),
    filter("strip", (0, 0), strip),
    filter("strip_html", (0, 0), strip_html),
    filter("strip_newlines", (0, 0), strip_newlines),
    filter("truncate", (0, 2), truncate),
    filter("truncatewords", (0, 2), truncatewords),
    filter("upcase", (0, 0), upcase),
];

type Outcome<'a> = Result<Value<'a>, Fault>;

/// The input as text, charged for reading it.
pub(super) fn text_of<'a>(value: &Value<'a>, meter: &mut Meter<'_>) -> Result<Text<'a>, Fault> {
    let text = value.to_text(meter)?;
    meter.bytes(text.as_str().len())?;
    Ok(text)
}

/// Applies a function that makes new text from the input.
fn mapped<'a>(
    input: &Value<'a>,
    meter: &mut Meter<'_>,
    make: impl FnOnce(&str) -> String,
) -> Outcome<'a> {
    let text = text_of(input, meter)?;
    let made = make(text.as_str());
    meter.bytes(made.len())?;
    Ok(Value::Text(Text::made(made).marked(text.mark)))
}

/// Applies a function that selects a part of the input.
fn part<'a>(
    input: &Value<'a>,
    meter: &mut Meter<'_>,
    select: impl for<'t> FnOnce(&'t str) -> &'t str,
) -> Outcome<'a> {
    Ok(Value::Text(text_of(input, meter)?.slice(select)))
}

fn append<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    let tail = text_of(&arguments.get(0), meter)?;
    mapped(&input, meter, |text| format!("{text}{}", tail.as_str()))
}

fn prepend<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    let head = text_of(&arguments.get(0), meter)?;
    mapped(&input, meter, |text| format!("{}{text}", head.as_str()))
}

fn capitalize<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    mapped(&input, meter, |text| {
        let mut chars = text.chars();
        match chars.next() {
            Some(first) => first
                .to_uppercase()
                .chain(chars.as_str().to_lowercase().chars())
                .collect(),
            None => String::new(),
        }
    })
}

fn downcase<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    mapped(&input, meter, str::to_lowercase)
}

fn upcase<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    mapped(&input, meter, str::to_uppercase)
}

fn lstrip<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    part(&input, meter, |text| text.trim_start_matches(is_space))
}

fn rstrip<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    part(&input, meter, |text| text.trim_end_matches(is_space))
}

fn strip<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    part(&input, meter, |text| text.trim_matches(is_space))
}

/// Strips both ends and turns each run of white space within into one space.
fn squish<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    mapped(&input, meter, |text| {
        let words: Vec<&str> = words(text).collect();
        words.join(" ")
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|word| !word.is_empty())
}

fn newline_to_br<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    mapped(&input, meter, |text| {
        text.replace("\r\n", "\n").replace('\n', "<br />\n")
    })
}

fn strip_newlines<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    mapped(&input, meter, |text| {
        text.replace("\r\n", "").replace('\n', "")
    })
}

/// Which places of a text are replaced.
#[derive(Clone, Copy, PartialEq)]
enum Which {
    All,
    First,
    Last,
}

fn replaced<'a>(
    input: &Value<'a>,
    search: &Value<'a>,
    replacement: &Value<'a>,
    which: Which,
    meter: &mut Meter<'_>,
) -> Outcome<'a> {
    let text = text_of(input, meter)?;
    let search = text_of(search, meter)?;
    let replacement = text_of(replacement, meter)?;
    let (from, to) = (search.as_str(), replacement.as_str());
    if which == Which::All {
        // A short text can become a huge one, so that is paid for before it is made.
        let places = text.as_str().matches(from).count();
        meter.bytes(places.saturating_mul(to.len()))?;
    }
    let made = match which {
        Which::All => text.as_str().replace(from, to),
        Which::First => text.as_str().replacen(from, to, 1),
        Which::Last => match text.as_str().rfind(from) {
            Some(at) => {
                let (head, tail) = text.as_str().split_at(at);
                format!("{head}{to}{}", &tail[from.len()..])
            }
            None => return Ok(Value::Text(text)),
        },
    };
    meter.bytes(made.len())?;
    Ok(Value::Text(Text::made(made).marked(text.mark)))
}

fn replace<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    let (from, to) = (arguments.get(0), arguments.get(1));
    replaced(&input, &from, &to, Which::All, meter)
}

fn replace_first<'a>(
    input: Value<'a>,
    arguments: &Arguments<'a>,
    meter: &mut Meter<'_>,
) -> Outcome<'a> {
    let (from, to) = (arguments.get(0), arguments.get(1));
    replaced(&input, &from, &to, Which::First, meter)
}

fn replace_last<'a>(
    input: Value<'a>,
    arguments: &Arguments<'a>,
    meter: &mut Meter<'_>,
) -> Outcome<'a> {
    let (from, to) = (arguments.get(0), arguments.get(1));
    replaced(&input, &from, &to, Which::Last, meter)
}

fn remove<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    replaced(&input, &arguments.get(0), &Value::Nil, Which::All, meter)
}

fn remove_first<'a>(
    input: Value<'a>,
    arguments: &Arguments<'a>,
    meter: &mut Meter<'_>,
) -> Outcome<'a> {
    replaced(&input, &arguments.get(0), &Value::Nil, Which::First, meter)
}

fn remove_last<'a>(
    input: Value<'a>,
    arguments: &Arguments<'a>,
    meter: &mut Meter<'_>,
) -> Outcome<'a> {
    replaced(&input, &arguments.get(0), &Value::Nil, Which::Last, meter)
}

/// Splits at a text; at `" "` into words, at `""` into characters. Empty pieces at the end are dropped.
fn split<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    let text = text_of(&input, meter)?;
    let separator = text_of(&arguments.get(0), meter)?;
    let whole = text.as_str();
    let mut pieces: Vec<&str> = match separator.as_str() {
        " " => words(whole).collect(),
        "" => {
            meter.steps(whole.len())?;
            whole
                .char_indices()
                .map(|(at, character)| &whole[at..at + character.len_utf8()])
                .collect()
        }
        separator => whole.split(separator).collect(),
    };
    while pieces.last().is_some_and(|piece| piece.is_empty()) {
        pieces.pop();
    }
    meter.steps(pieces.len())?;
    let pieces: Vec<Value<'a>> = pieces
        .into_iter()
        .map(|piece| {
            let start = piece.as_ptr() as usize - whole.as_ptr() as usize;
            let range = start..start + piece.len();
            Value::Text(text.slice(|whole| &whole[range]))
        })
        .collect();
    Ok(Value::List(Rc::from(pieces)))
}

/// Drops scripts, styles and comments with what is in them, then every tag.
fn strip_html<'a>(input: Value<'a>, _: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    mapped(&input, meter, |text| {
        let text = without(text, "<script", "</script>");
        let text = without(&text, "<!--", "-->");
        let text = without(&text, "<style", "</style>");
        without(&text, "<", ">")
    })
}

/// The text without any stretch from `start` to the next `end`.
fn without(text: &str, start: &str, end: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(start) {
        let Some(length) = rest[at..].find(end) else {
            break;
        };
        out.push_str(&rest[..at]);
        rest = &rest[at + length + end.len()..];
    }
    out.push_str(rest);
    out
}

/// At most so many characters, the ellipsis among them.
fn truncate<'a>(input: Value<'a>, arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Outcome<'a> {
    let length = arguments.integer(0, 50, "truncate")?;
    let length = usize::try_from(length.max(0)).unwrap_or(usize::MAX);
    let ellipsis = ellipsis(arguments, meter)?;
    let text = text_of(&input, meter)?;
    if text.as_str().chars().count() <= length {
        return Ok(Value::Text(text));
    }
    let kept = length.saturating_sub(ellipsis.as_str().chars().count());
    mapped(&Value::Text(text), meter, |text| {
        text.chars()
            .take(kept)
            .chain(ellipsis.as_str().chars())
            .collect()
    })
}

/// At most so many words.
fn truncatewords<'a>(
    input: Value<'a>,
    arguments: &Arguments<'a>,
    meter: &mut Meter<'_>,
) -> Outcome<'a> {
    let count = arguments.integer(0, 15, "truncatewords")?;
    let count = usize::try_from(count.max(1)).unwrap_or(usize::MAX);
    let ellipsis = ellipsis(arguments, meter)?;
    let text = text_of(&input, meter)?;
    if words(text.as_str()).nth(count).is_none() {
        return Ok(Value::Text(text));
    }
    mapped(&Value::Text(text), meter, |text| {
        let kept: Vec<&str> = words(text).take(count).collect();
        format!("{}{}", kept.join(" "), ellipsis.as_str())
    })
}

fn ellipsis<'a>(arguments: &Arguments<'a>, meter: &mut Meter<'_>) -> Result<Text<'a>, Fault> {
    match arguments.positional.get(1) {
        Some(value) => text_of(value, meter),
        None => Ok(Text::borrowed("...")),
    }
}
