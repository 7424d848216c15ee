//! Cuts a template into text, outputs and tags, and applies whitespace control.
//!
//! `raw` becomes plain text here and `comment` vanishes here, because neither is Liquid inside.

use std::ops::Range;

use super::error::{Fault, Located, TemplateErrorCode};

/// A piece of the source; ranges are bytes of it.
#[derive(Debug, PartialEq)]
pub(super) enum Token {
    Text(Range<usize>),
    /// Markup between `{{` and `}}`.
    Output(Range<usize>),
    /// A tag: its name and what follows the name.
    Tag(Range<usize>, Range<usize>),
}

/// The tokens of a whole template.
pub(super) fn tokenize(source: &str) -> Result<Vec<Token>, Located> {
    let mut scanner = Scanner {
        source,
        position: 0,
        trim_next: false,
        tokens: Vec::new(),
    };
    scanner.run()?;
    Ok(scanner.tokens)
}

/// The tags in a `{% liquid %}` body, one a line.
pub(super) fn tokenize_lines(source: &str, body: Range<usize>) -> Result<Vec<Token>, Located> {
    let mut tokens = Vec::new();
    let mut comment: Option<(usize, usize)> = None;
    let mut line_start = body.start;
    for line in source[body].split('\n') {
        let range = trimmed(source, line_start..line_start + line.len());
        line_start += line.len() + 1;
        if range.is_empty() {
            continue;
        }
        let (name, markup) = tag_parts(source, range.clone());
        let word = &source[name.clone()];
        match (&mut comment, word) {
            (None, "comment") => comment = Some((0, range.start)),
            (Some((depth, _)), "comment") => *depth += 1,
            (Some((0, _)), "endcomment") => comment = None,
            (Some((depth, _)), "endcomment") => *depth -= 1,
            (Some(_), _) => {}
            (None, "raw") => {
                return Err(Located::syntax(
                    range.start,
                    "`raw` cannot stand inside a `liquid` tag",
                ));
            }
            (None, _) => tokens.push(Token::Tag(name, markup)),
        }
    }
    match comment {
        Some((_, at)) => Err(Located::syntax(
            at,
            "`comment` is never closed by `endcomment`",
        )),
        None => Ok(tokens),
    }
}

/// What Liquid strips: ASCII white space. An ideographic space is content.
pub(super) fn is_space(character: char) -> bool {
    character.is_ascii_whitespace() || character == '\u{b}' || character == '\0'
}

struct Scanner<'s> {
    source: &'s str,
    position: usize,
    /// The last tag ended with `-`.
    trim_next: bool,
    tokens: Vec<Token>,
}

/// A tag as found in the source.
struct RawTag {
    start: usize,
    name: Range<usize>,
    markup: Range<usize>,
    trims_before: bool,
    trims_after: bool,
    end: usize,
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<(), Located> {
        while let Some((start, is_tag)) = self.next_opening(self.position) {
            if is_tag {
                let tag = self.tag_at(start)?;
                self.text(start, tag.trims_before);
                self.position = tag.end;
                self.trim_next = tag.trims_after;
                match &self.source[tag.name.clone()] {
                    "raw" => self.raw(&tag)?,
                    "comment" => self.comment(&tag)?,
                    _ => self.tokens.push(Token::Tag(tag.name, tag.markup)),
                }
            } else {
                let end = start
                    + 2
                    + self.source[start + 2..].find("}}").ok_or_else(|| {
                        Located::syntax(start, "output `{{` is never closed by `}}`")
                    })?;
                let (markup, before, after) = self.controlled(start + 2..end);
                self.text(start, before);
                self.position = end + 2;
                self.trim_next = after;
                self.tokens.push(Token::Output(markup));
            }
        }
        self.text(self.source.len(), false);
        Ok(())
    }

    /// The next `{{` or `{%` from `from` on; true for a tag.
    fn next_opening(&self, mut from: usize) -> Option<(usize, bool)> {
        let bytes = self.source.as_bytes();
        loop {
            let at = from + self.source[from..].find('{')?;
            match bytes.get(at + 1) {
                Some(b'%') => return Some((at, true)),
                Some(b'{') => return Some((at, false)),
                _ => from = at + 1,
            }
        }
    }

    fn tag_at(&self, start: usize) -> Result<RawTag, Located> {
        let inner = start + 2;
        let end = inner
            + self.source[inner..]
                .find("%}")
                .ok_or_else(|| Located::syntax(start, "tag `{%` is never closed by `%}`"))?;
        let (markup, trims_before, trims_after) = self.controlled(inner..end);
        let (name, markup) = tag_parts(self.source, trimmed(self.source, markup));
        if name.is_empty() {
            return Err(Located::syntax(start, "a tag needs a name after `{%`"));
        }
        Ok(RawTag {
            start,
            name,
            markup,
            trims_before,
            trims_after,
            end: end + 2,
        })
    }

    /// Takes the hyphens of whitespace control off both ends.
    fn controlled(&self, mut range: Range<usize>) -> (Range<usize>, bool, bool) {
        let before = self.source[range.clone()].starts_with('-');
        range.start += usize::from(before);
        let after = self.source[range.clone()].ends_with('-');
        range.end -= usize::from(after);
        (range, before, after)
    }

    /// Emits the text from the current position to `end`.
    fn text(&mut self, end: usize, trim_end: bool) {
        let mut range = self.position..end;
        if self.trim_next {
            let text = &self.source[range.clone()];
            range.start += text.len() - text.trim_start_matches(is_space).len();
        }
        if trim_end {
            range.end = range.start + self.source[range.clone()].trim_end_matches(is_space).len();
        }
        if !range.is_empty() {
            self.tokens.push(Token::Text(range));
        }
    }

    fn raw(&mut self, opening: &RawTag) -> Result<(), Located> {
        let closing = self.closing_raw(opening)?;
        self.text(closing.start, closing.trims_before);
        self.position = closing.end;
        self.trim_next = closing.trims_after;
        Ok(())
    }

    /// The `endraw` of a `raw` whose content begins at the current position.
    fn closing_raw(&self, opening: &RawTag) -> Result<RawTag, Located> {
        let mut from = opening.end;
        while let Some(found) = self.source[from..].find("{%") {
            let start = from + found;
            // What stands here is content unless it is exactly the closing tag.
            if is_endraw(&self.source[start + 2..]) {
                return self.tag_at(start);
            }
            from = start + 2;
        }
        Err(Located::syntax(
            opening.start,
            "`raw` is never closed by `endraw`",
        ))
    }

    fn comment(&mut self, opening: &RawTag) -> Result<(), Located> {
        let mut depth = 0;
        let mut from = opening.end;
        while let Some(found) = self.source[from..].find("{%") {
            let Ok(tag) = self.tag_at(from + found) else {
                // `{%%}` has no name and is as good as text in a comment; one never closed ends the search.
                from += found + 2;
                if !self.source[from..].contains("%}") {
                    break;
                }
                continue;
            };
            from = tag.end;
            match &self.source[tag.name.clone()] {
                "raw" => from = self.closing_raw(&tag)?.end,
                "comment" => depth += 1,
                "endcomment" if depth > 0 => depth -= 1,
                "endcomment" => {
                    self.position = tag.end;
                    self.trim_next = tag.trims_after;
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(Located::syntax(
            opening.start,
            "`comment` is never closed by `endcomment`",
        ))
    }
}

/// Whether text after `{%` closes a `raw`.
fn is_endraw(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let Some(rest) = text.trim_start_matches(is_space).strip_prefix("endraw") else {
        return false;
    };
    let rest = rest.trim_start_matches(is_space);
    rest.starts_with("%}") || rest.starts_with("-%}")
}

fn trimmed(source: &str, range: Range<usize>) -> Range<usize> {
    let text = &source[range.clone()];
    let start = range.start + (text.len() - text.trim_start_matches(is_space).len());
    start..start + source[start..range.end].trim_end_matches(is_space).len()
}

/// Splits trimmed markup into the tag's name and the rest. `#` is a name of its own.
fn tag_parts(source: &str, markup: Range<usize>) -> (Range<usize>, Range<usize>) {
    let text = &source[markup.clone()];
    let length = if text.starts_with('#') {
        1
    } else {
        text.find(|character: char| !(character.is_alphanumeric() || character == '_'))
            .unwrap_or(text.len())
    };
    let name = markup.start..markup.start + length;
    (name, trimmed(source, markup.start + length..markup.end))
}

/// An unknown tag, with a hint for what Liquid has but worker templates have not.
pub(super) fn unknown_tag(name: &str, at: usize) -> Located {
    let message = match name {
        "include" | "render" | "section" | "layout" => format!(
            "tag `{name}` is not available: a worker template is one file and has no partials"
        ),
        _ => format!("unknown tag `{}`", super::error::excerpt(name)),
    };
    Fault::new(TemplateErrorCode::UnknownTag, message).at(at)
}
