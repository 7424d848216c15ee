//! Text as a template sees it: borrowed from the data or the template, or made by a filter, with a mark that says how
//! much of it is escaped already.

use std::borrow::Cow;
use std::rc::Rc;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Text<'a> {
    chars: Chars<'a>,
    pub mark: Mark,
}

#[derive(Clone, Debug)]
enum Chars<'a> {
    Borrowed(&'a str),
    Made(Rc<str>),
}

/// What is known about escapes in a text. Output escapes a plain text in full, and of any other text only what is not
/// an entity yet: that never doubles an escape and never lets a `<` or a quote through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// As the data or the author wrote it.
    Plain,
    /// `escape` or `escape_once` was applied.
    Escaped,
    /// Made by `capture`: what the author wrote, and outputs that were escaped on the way.
    Captured,
}

impl<'a> Text<'a> {
    pub fn borrowed(text: &'a str) -> Text<'a> {
        Text {
            chars: Chars::Borrowed(text),
            mark: Mark::Plain,
        }
    }

    pub fn made(text: impl Into<Rc<str>>) -> Text<'a> {
        Text {
            chars: Chars::Made(text.into()),
            mark: Mark::Plain,
        }
    }

    pub fn marked(mut self, mark: Mark) -> Text<'a> {
        self.mark = mark;
        self
    }

    pub fn as_str(&self) -> &str {
        match &self.chars {
            Chars::Borrowed(text) => text,
            Chars::Made(text) => text,
        }
    }

    /// The text a lookup or a comparison means: a captured `R&amp;D` names the key `R&D`.
    pub fn unescaped(&self) -> Cow<'_, str> {
        if self.mark == Mark::Captured {
            unescape(self.as_str())
        } else {
            Cow::Borrowed(self.as_str())
        }
    }

    /// The same text with only a part of its characters. The part of a borrowed text is borrowed too.
    pub fn slice(&self, select: impl for<'t> FnOnce(&'t str) -> &'t str) -> Text<'a> {
        let chars = match &self.chars {
            Chars::Borrowed(text) => Chars::Borrowed(select(text)),
            Chars::Made(text) => {
                let part = select(text);
                if part.len() == text.len() {
                    Chars::Made(text.clone())
                } else {
                    Chars::Made(part.into())
                }
            }
        };
        Text {
            chars,
            mark: self.mark,
        }
    }
}

/// The entity of a byte that HTML may not see bare.
fn entity(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        _ => None,
    }
}

/// Appends `text` with `& < > " '` as entities.
pub(super) fn escape_into(text: &str, out: &mut String) {
    escape_unless(text, out, |_| false);
}

/// Like [`escape_into`], but an `&` that begins an entity stays.
pub(super) fn escape_once_into(text: &str, out: &mut String) {
    escape_unless(text, out, begins_entity);
}

fn escape_unless(text: &str, out: &mut String, keep_ampersand: impl Fn(&str) -> bool) {
    let mut rest = text;
    // Text is long and what must be escaped is rare, so the search is a tight loop of its own.
    while let Some(at) = rest.bytes().position(|byte| IS_SPECIAL[usize::from(byte)]) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        match entity(from.as_bytes()[0]) {
            Some(entity) if !(from.starts_with('&') && keep_ampersand(from)) => {
                out.push_str(entity);
            }
            _ => out.push_str(&from[..1]),
        }
        rest = &from[1..];
    }
    out.push_str(rest);
}

/// Whether a byte has an [`entity`].
const IS_SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    table[b'&' as usize] = true;
    table[b'<' as usize] = true;
    table[b'>' as usize] = true;
    table[b'"' as usize] = true;
    table[b'\'' as usize] = true;
    table
};

/// Whether text that starts with `&` goes on as `&name;` or `&#123;`.
fn begins_entity(text: &str) -> bool {
    // No entity has a longer name than this, and a bound keeps a row of ampersands cheap.
    const NAME_BYTES_MAX: usize = 32;
    let body = &text.as_bytes()[1..text.len().min(NAME_BYTES_MAX + 2)];
    let (body, is_part): (&[u8], fn(&u8) -> bool) = match body.strip_prefix(b"#") {
        Some(digits) => (digits, u8::is_ascii_digit),
        None => (body, u8::is_ascii_alphabetic),
    };
    let length = body.iter().take_while(|byte| is_part(byte)).count();
    length > 0 && body.get(length) == Some(&b';')
}

/// Turns the five entities that [`escape_into`] makes back into their characters.
fn unescape(text: &str) -> Cow<'_, str> {
    const ENTITIES: [(&str, char); 5] = [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&quot;", '"'),
        ("&#39;", '\''),
    ];
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (taken, character) = ENTITIES
            .iter()
            .find(|(entity, _)| rest.starts_with(entity))
            .map_or((1, '&'), |(entity, character)| (entity.len(), *character));
        out.push(character);
        rest = &rest[taken..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}
