//! The filter `date`: a given point in time in a format of `strftime`. Times without an offset are UTC, because the
//! place of the worker is not known.

use jiff::civil::{Date, Time};
use jiff::fmt::strtime::{BrokenDownTime, Config};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use super::texts::text_of;
use super::{Arguments, Filter, filter};
use crate::template::error::Fault;
use crate::template::meter::Meter;
use crate::template::number::Number;
use crate::template::value::Value;

pub(super) const FILTERS: &[Filter] = &[filter("date", (1, 1), date)];

/// Forms beyond ISO 8601 in which data writes dates.
const FORMS: [&str; 16] = [
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M %z",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%a %b %d %H:%M:%S %Y",
    "%a %b %d %H:%M:%S %z %Y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%Y-%m",
];

/// What cannot be read as a time, and any input of an empty format, stays as it is.
fn date<'a>(
    input: Value<'a>,
    arguments: &Arguments<'a>,
    meter: &mut Meter<'_>,
) -> Result<Value<'a>, Fault> {
    let format = text_of(&arguments.get(0), meter)?;
    if input.is_nil() || format.as_str().is_empty() {
        return Ok(input);
    }
    // A directive may widen to many characters.
    meter.steps(format.as_str().len())?;
    let time = match &input {
        Value::Number(Number::Int(seconds)) => of_seconds(*seconds),
        Value::Number(Number::Float(seconds)) => of_milliseconds((seconds * 1e3) as i64),
        Value::Text(text) => match text.as_str().trim() {
            "now" | "today" => match meter.environment.now_ms() {
                Some(now_ms) => of_milliseconds(now_ms),
                None => return Ok(Value::Nil),
            },
            text if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok().and_then(of_seconds)
            }
            text => meter.steps(1).map(|()| of_text(text))?,
        },
        _ => None,
    };
    Ok(time
        .and_then(|time| formatted(&time, format.as_str()))
        .map_or(input, Value::made))
}

fn of_seconds(seconds: i128) -> Option<Zoned> {
    let seconds = i64::try_from(seconds).ok()?;
    Some(
        Timestamp::from_second(seconds)
            .ok()?
            .to_zoned(TimeZone::UTC),
    )
}

fn of_milliseconds(milliseconds: i64) -> Option<Zoned> {
    let timestamp = Timestamp::from_millisecond(milliseconds).ok()?;
    Some(timestamp.to_zoned(TimeZone::UTC))
}

fn of_text(text: &str) -> Option<Zoned> {
    // No date is longer, and the forms below are tried one after the other.
    const BYTES_MAX: usize = 64;
    if text.len() > BYTES_MAX {
        return None;
    }
    if let Ok(pieces) = Pieces::parse(text) {
        return zoned(pieces.date(), pieces.time(), pieces.to_numeric_offset());
    }
    FORMS.iter().find_map(|form| {
        let read = BrokenDownTime::parse(form, text).ok()?;
        let date = read.to_date().ok().or_else(|| {
            // A month without a day is its first.
            Date::new(read.year()?, read.month()?, 1).ok()
        })?;
        zoned(date, read.to_time().ok(), read.offset())
    })
}

fn zoned(date: Date, time: Option<Time>, offset: Option<Offset>) -> Option<Zoned> {
    let zone = match offset {
        Some(offset) if !offset.is_zero() => TimeZone::fixed(offset),
        _ => TimeZone::UTC,
    };
    date.to_datetime(time.unwrap_or(Time::midnight()))
        .to_zoned(zone)
        .ok()
}

fn formatted(time: &Zoned, format: &str) -> Option<String> {
    // Directives that are unknown stay in the text instead of failing the page.
    let config = Config::new().lenient(true);
    BrokenDownTime::from(time)
        .to_string_with_config(&config, in_c_locale(format))
        .ok()
}

/// Spells out the directives that depend on a locale, and `%L` (milliseconds).
fn in_c_locale(format: &str) -> String {
    let mut out = String::with_capacity(format.len());
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let spelled = match rest.as_bytes().first() {
            Some(b'c') => "%a %b %e %H:%M:%S %Y",
            Some(b'x') => "%m/%d/%y",
            Some(b'X') => "%H:%M:%S",
            Some(b'r') => "%I:%M:%S %p",
            Some(b'v') => "%e-%^b-%Y",
            Some(b'L') => "%3f",
            Some(b'%') => "%%",
            _ => {
                out.push('%');
                continue;
            }
        };
        out.push_str(spelled);
        rest = &rest[1..];
    }
    out.push_str(rest);
    out
}
