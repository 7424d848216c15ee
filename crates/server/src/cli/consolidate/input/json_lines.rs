//! A JSON object in each line; empty lines are passed over.

use std::fmt;
use std::io::{BufRead, BufReader, Read};

use anyhow::{Context, bail};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor,
};
use serde_json::Value;

use super::super::progress::Progress;
use super::{Each, Id, Place, Source, wrong_member};

/// Bytes read at once.
const BUFFER: usize = 1 << 18;
/// Bytes that a line may have.
const LINE_MAX: u64 = 1 << 28;

pub(super) fn columns(source: &Source) -> anyhow::Result<Vec<String>> {
    let mut columns = None;
    lines(source, source.input.peek()?, |place, line| {
        let row: Value = parse(source, place, serde_json::from_slice(line))?;
        let Value::Object(members) = row else {
            bail!("{}: not an object", source.place(place));
        };
        columns = Some(members.into_iter().map(|(name, _)| name).collect());
        Ok(false)
    })?;
    Ok(columns.unwrap_or_default())
}

pub(super) fn cells<const N: usize>(
    source: &Source,
    columns: [&str; N],
    progress: &Progress,
    each: Each<'_, N>,
) -> anyhow::Result<()> {
    let mut texts: [Option<Id>; N] = std::array::from_fn(|_| None);
    lines(source, source.input.read(progress)?, |place, line| {
        texts.fill_with(|| None);
        let mut input = serde_json::Deserializer::from_slice(line);
        let wanted = Wanted {
            columns,
            texts: &mut texts,
        };
        let read = wanted.deserialize(&mut input).and_then(|()| input.end());
        parse(source, place, read)?;
        for (text, column) in texts.iter().zip(columns) {
            if text.is_none() {
                bail!("{}: there is no `{column}`", source.place(place));
            }
        }
        let cell = |at: usize| texts[at].as_ref().map_or("", |text| &text.0).as_bytes();
        each(place, std::array::from_fn(cell))?;
        Ok(true)
    })
}

pub(super) fn rows<T: DeserializeOwned>(
    source: &Source,
    progress: &Progress,
    each: &mut dyn FnMut(Place, T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    lines(source, source.input.read(progress)?, |place, line| {
        let row = match serde_json::from_slice(line) {
            // Read again by a slower way, which tells the member.
            Err(error) if error.is_data() => {
                let column = error.column();
                let wrong = wrong::<T>(line).unwrap_or_else(|| error.into());
                Err(wrong.context(format!("{}, column {column}", source.place(place))))
            }
            read => parse(source, place, read),
        };
        each(place, row?)?;
        Ok(true)
    })
}

/// Gives `each` the lines until it says that it has enough.
fn lines(
    source: &Source,
    input: impl Read,
    mut each: impl FnMut(Place, &[u8]) -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let mut input = BufReader::with_capacity(BUFFER, input);
    let mut line = Vec::new();
    for place in 1.. {
        line.clear();
        let read = input.by_ref().take(LINE_MAX).read_until(b'\n', &mut line);
        let read = read.with_context(|| source.place(place))?;
        if read == 0 {
            break;
        }
        if read as u64 == LINE_MAX {
            bail!("{}: more than {LINE_MAX} bytes", source.place(place));
        }
        let text = if place == 1 {
            line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&line)
        } else {
            &line
        };
        if !text.trim_ascii().is_empty() && !each(place, text)? {
            break;
        }
    }
    Ok(())
}

/// Which member of a line is wrong, and how.
fn wrong<T: DeserializeOwned>(line: &[u8]) -> Option<anyhow::Error> {
    let mut input = serde_json::Deserializer::from_slice(line);
    let error = serde_path_to_error::deserialize::<_, T>(&mut input).err()?;
    Some(wrong_member(
        &error.path().to_string(),
        &reason(error.inner()),
    ))
}

/// What the parser says, without where: what it calls line 1 is some line of the file.
fn reason(error: &serde_json::Error) -> String {
    let reason = error.to_string();
    let at = format!(" at line {} column {}", error.line(), error.column());
    reason.strip_suffix(&at).unwrap_or(&reason).to_owned()
}

/// Says where in the file a line is wrong.
fn parse<T>(source: &Source, place: Place, read: serde_json::Result<T>) -> anyhow::Result<T> {
    read.map_err(|error| {
        let place = source.place(place);
        let reason = reason(&error);
        if error.is_data() {
            anyhow::anyhow!("{place}, column {}: {reason}", error.column())
        } else if error.is_eof() {
            anyhow::anyhow!("{place}: not JSON: the line ends within a value")
        } else {
            anyhow::anyhow!("{place}, column {}: not JSON: {reason}", error.column())
        }
    })
}

/// Reads the wanted members of an object and passes over the others.
struct Wanted<'a, const N: usize> {
    columns: [&'a str; N],
    texts: &'a mut [Option<Id>; N],
}

impl<'de, const N: usize> DeserializeSeed<'de> for Wanted<'_, N> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Wanted<'_, N> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(known) = members.next_key_seed(Key(&self.columns))? {
            match known {
                Some(at) if self.texts[at].is_some() => {
                    let name = self.columns[at];
                    return Err(A::Error::custom(format!("`{name}` is there twice")));
                }
                Some(at) => {
                    let text = members.next_value();
                    self.texts[at] = Some(text.map_err(|error| {
                        A::Error::custom(format!("`{}`: {error}", self.columns[at]))
                    })?);
                }
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Reads the name of a member: its place among the wanted, if it is one of them.
struct Key<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<usize>, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|column| *column == name))
    }
}
