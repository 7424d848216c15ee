//! Finds tags in HTML, as much as rewriting and linting need: no tree, no entities, no error recovery beyond a browser's
//! own way of reading tags.

use std::cell::Cell;
use std::ops::Range;

/// An opening tag; ranges are bytes of the source.
#[derive(Debug)]
pub(super) struct Tag<'s> {
    /// As written, in any case.
    pub name: &'s str,
    /// From `<` to after `>`.
    pub range: Range<usize>,
    pub attributes: Vec<Attribute<'s>>,
}

/// One attribute; no value is an empty one.
#[derive(Debug)]
pub(super) struct Attribute<'s> {
    pub name: &'s str,
    pub value: &'s str,
    /// Where the value begins.
    pub value_at: usize,
}

impl<'s> Tag<'s> {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    pub fn attribute(&self, name: &str) -> Option<&Attribute<'s>> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }
}

/// Walks the opening tags of a document. Comments are passed over; the content of scripts and styles is passed over by
/// [`Tags::skip_content`] when the caller asks.
pub(super) struct Tags<'s> {
    source: &'s str,
    position: usize,
    /// Take `{{ … }}` and `{% … %}` as one piece, so that quotes within do not end an attribute.
    liquid: bool,
    /// Ends of Liquid that the rest of the source is known not to hold: looking for them from each place anew would
    /// take the square of the time.
    missing: [Cell<bool>; 2],
}

impl<'s> Tags<'s> {
    /// Walks a finished page.
    pub fn of_page(source: &'s str) -> Tags<'s> {
        Tags {
            source,
            position: 0,
            liquid: false,
            missing: Default::default(),
        }
    }

    /// Walks a template.
    pub fn of_template(source: &'s str) -> Tags<'s> {
        Tags {
            source,
            position: 0,
            liquid: true,
            missing: Default::default(),
        }
    }

    /// Moves on to a byte; it must begin a character.
    pub fn jump(&mut self, position: usize) {
        self.position = position;
    }

    /// Moves past the content of a script or a style, whose `<` begin no tags. Without an end tag that is all the rest.
    pub fn skip_content(&mut self, tag: &Tag<'s>) {
        if !tag.is("script") && !tag.is("style") {
            return;
        }
        let mut at = tag.range.end;
        while let Some(found) = self.source[at..].find("</") {
            at += found;
            if let Some(end) = end_tag(self.source, at, tag.name) {
                self.position = end;
                return;
            }
            at += 2;
        }
        self.position = self.source.len();
    }

    /// Reads a tag whose `<` is at `start`; nothing if the source ends within it.
    fn tag_at(&self, start: usize) -> Option<Tag<'s>> {
        let bytes = self.source.as_bytes();
        let mut at = start + 1;
        while !is_end_of_name(*bytes.get(at)?) {
            at += 1;
        }
        let name = &self.source[start + 1..at];
        let mut attributes = Vec::new();
        loop {
            while bytes.get(at)?.is_ascii_whitespace() || bytes[at] == b'/' {
                at += 1;
            }
            if bytes[at] == b'>' {
                return Some(Tag {
                    name,
                    range: start..at + 1,
                    attributes,
                });
            }
            if let Some(after) = self.past_liquid(at) {
                at = after;
                continue;
            }
            let name_start = at;
            at += 1;
            while !is_end_of_name(*bytes.get(at)?) && bytes[at] != b'=' {
                at += 1;
            }
            let name = &self.source[name_start..at];
            let mut value = at..at;
            let mut next = at;
            while bytes.get(next)?.is_ascii_whitespace() {
                next += 1;
            }
            if bytes[next] == b'=' {
                next += 1;
                while bytes.get(next)?.is_ascii_whitespace() {
                    next += 1;
                }
                value = self.value_at(next)?;
                at = value.end + usize::from(matches!(bytes[next], b'"' | b'\''));
            }
            attributes.push(Attribute {
                name,
                value: &self.source[value.clone()],
                value_at: value.start,
            });
        }
    }

    /// The value that begins at `start`, without its quotes.
    fn value_at(&self, start: usize) -> Option<Range<usize>> {
        let bytes = self.source.as_bytes();
        let quote = Some(bytes[start]).filter(|byte| matches!(byte, b'"' | b'\''));
        let start = start + usize::from(quote.is_some());
        let mut at = start;
        loop {
            let byte = *bytes.get(at)?;
            let ended = match quote {
                Some(quote) => byte == quote,
                None => byte.is_ascii_whitespace() || byte == b'>',
            };
            if ended {
                return Some(start..at);
            }
            at = self.past_liquid(at).unwrap_or(at + 1);
        }
    }

    /// The byte after a piece of Liquid that begins at `at`.
    fn past_liquid(&self, at: usize) -> Option<usize> {
        if !self.liquid {
            return None;
        }
        let (end, missing) = match self.source.as_bytes().get(at..at + 2)? {
            b"{{" => ("}}", &self.missing[0]),
            b"{%" => ("%}", &self.missing[1]),
            _ => return None,
        };
        if missing.get() {
            return None;
        }
        let found = self.source[at..].find(end);
        missing.set(found.is_none());
        Some(at + found? + 2)
    }
}

impl<'s> Iterator for Tags<'s> {
    type Item = Tag<'s>;

    fn next(&mut self) -> Option<Tag<'s>> {
        loop {
            let start = self.position + self.source[self.position..].find('<')?;
            let rest = &self.source[start..];
            if rest.starts_with("<!--") {
                // A comment that never ends hides the rest, as in a browser.
                self.position = start + rest.find("-->")? + 3;
            } else if rest[1..].starts_with(|next: char| next.is_ascii_alphabetic()) {
                // So does a tag that never ends.
                let tag = self.tag_at(start)?;
                self.position = tag.range.end;
                return Some(tag);
            } else {
                self.position = start + 1;
            }
        }
    }
}

/// The byte after the end tag of `name` at `at`, if that is what stands there.
pub(super) fn end_tag(source: &str, at: usize, name: &str) -> Option<usize> {
    let rest = source[at..].strip_prefix("</")?;
    let matches = rest
        .get(..name.len())
        .is_some_and(|found| found.eq_ignore_ascii_case(name))
        && rest[name.len()..]
            .starts_with(|next: char| next.is_ascii_whitespace() || next == '>' || next == '/');
    if matches {
        Some(at + source[at..].find('>')? + 1)
    } else {
        None
    }
}

fn is_end_of_name(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'>' || byte == b'/'
}
