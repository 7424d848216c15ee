//! Reads what stands inside a tag or an output: operands, conditions, filters.

use std::ops::Range;

use super::error::{Fault, Located, TemplateErrorCode, excerpt};
use super::filters;
use super::syntax::{Chain, Comparison, Condition, FilterCall, Lookup, Operand};
use super::tokens::is_space;

/// How deep brackets and conditions may nest within one piece of markup.
const NESTING_MAX: usize = 200;

/// Reads markup from left to right. Positions are bytes of the whole source, so that errors need no translation.
pub(super) struct Cursor<'s> {
    source: &'s str,
    position: usize,
    end: usize,
    nesting: usize,
}

impl<'s> Cursor<'s> {
    pub fn new(source: &'s str, markup: Range<usize>) -> Cursor<'s> {
        let mut cursor = Cursor {
            source,
            position: markup.start,
            end: markup.end,
            nesting: 0,
        };
        cursor.skip_space();
        cursor
    }

    /// The byte to be read next.
    pub fn position(&self) -> usize {
        self.position
    }

    pub fn rest(&self) -> &'s str {
        &self.source[self.position..self.end]
    }

    pub fn at_end(&self) -> bool {
        self.position >= self.end
    }

    /// The source between an earlier position and this one, without the space before this one.
    pub fn since(&self, start: usize) -> &'s str {
        self.source[start..self.position].trim_end_matches(is_space)
    }

    /// Fails unless everything was read; `after` names what was read last.
    pub fn finish(&self, after: &str) -> Result<(), Located> {
        if self.at_end() {
            return Ok(());
        }
        Err(self.error(format_args!(
            "unexpected `{}` after {after}",
            excerpt(self.rest())
        )))
    }

    pub fn error(&self, message: impl std::fmt::Display) -> Located {
        Located::syntax(self.position, message)
    }

    /// Takes `text` if it comes next, and the space after it.
    pub fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.position += text.len();
            self.skip_space();
        }
        found
    }

    /// Takes a whole word if it comes next.
    pub fn take_word(&mut self, word: &str) -> bool {
        let found = self.peek_word() == word;
        if found {
            self.position += word.len();
            self.skip_space();
        }
        found
    }

    /// The name that comes next, or an empty string.
    pub fn peek_word(&self) -> &'s str {
        let rest = self.rest();
        let length = rest
            .find(|character: char| !is_name_char(character))
            .unwrap_or(rest.len());
        let question_mark = length > 0 && rest[length..].starts_with('?');
        &rest[..length + usize::from(question_mark)]
    }

    /// A name; `what` says in an error what it would have been the name of.
    pub fn name(&mut self, what: &str) -> Result<&'s str, Located> {
        let name = self.peek_word();
        if name.is_empty() || name == "-" {
            return Err(self.error(format_args!("expected {what}{}", self.but_found())));
        }
        self.position += name.len();
        self.skip_space();
        Ok(name)
    }

    fn but_found(&self) -> String {
        if self.at_end() {
            " but the markup ends here".to_owned()
        } else {
            format!(" but found `{}`", excerpt(self.rest()))
        }
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.position += rest.len() - rest.trim_start_matches(is_space).len();
    }

    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Located>,
    ) -> Result<T, Located> {
        if self.nesting == NESTING_MAX {
            return Err(Fault::new(
                TemplateErrorCode::DepthLimit,
                format_args!("more than {NESTING_MAX} brackets or conditions within each other"),
            )
            .at(self.position));
        }
        self.nesting += 1;
        let result = read(self);
        self.nesting -= 1;
        result
    }

    /// A value and its filters, up to the end of the markup. Nothing at all is nil, as Liquid has it.
    pub fn chain(&mut self) -> Result<Chain, Located> {
        let at = self.position;
        let head = if self.at_end() {
            Operand::Nil
        } else {
            self.operand()?
        };
        let mut chain = Chain {
            head,
            filters: Vec::new(),
            skip_autoescape: false,
            at,
        };
        while self.take("|") {
            let filter_at = self.position;
            let name = self.name("the name of a filter after `|`")?;
            if name == "skip_autoescape" {
                if self.take(":") {
                    return Err(self.error("`skip_autoescape` takes no argument"));
                }
                chain.skip_autoescape = true;
                continue;
            }
            let call = self.filter_call(name, filter_at)?;
            chain.filters.push(call);
        }
        self.finish("the value")?;
        Ok(chain)
    }

    fn filter_call(&mut self, name: &str, at: usize) -> Result<FilterCall, Located> {
        let filter = filters::find(name).ok_or_else(|| {
            Fault::new(
                TemplateErrorCode::UnknownFilter,
                format_args!("unknown filter `{}`", excerpt(name)),
            )
            .at(at)
        })?;
        let mut positional = Vec::new();
        let mut named = Vec::new();
        if self.take(":") {
            loop {
                let argument_at = self.position;
                match self.argument_name() {
                    Some(argument) if filter.named.contains(&argument) => {
                        named.push((argument.into(), self.operand()?));
                    }
                    Some(argument) => {
                        return Err(Located::syntax(
                            argument_at,
                            format_args!("filter `{name}` has no argument `{}`", excerpt(argument)),
                        ));
                    }
                    None => positional.push(self.operand()?),
                }
                if !self.take(",") {
                    break;
                }
            }
        }
        let (min, max) = filter.arguments;
        if positional.len() < min || positional.len() > max {
            let wanted = match (min, max) {
                (0, 0) => "no argument".to_owned(),
                (1, 1) => "one argument".to_owned(),
                (2, 2) => "two arguments".to_owned(),
                (0, 1) => "at most one argument".to_owned(),
                _ => format!("{min} to {max} arguments"),
            };
            return Err(Located::syntax(
                at,
                format_args!(
                    "filter `{name}` takes {wanted} but was given {}",
                    positional.len()
                ),
            ));
        }
        Ok(FilterCall {
            filter,
            positional,
            named,
            at,
        })
    }

    /// `name:` if that comes next.
    pub fn argument_name(&mut self) -> Option<&'s str> {
        let name = self.peek_word();
        let after = self.rest()[name.len()..].trim_start_matches(is_space);
        if name.is_empty() || !after.starts_with(':') {
            return None;
        }
        self.position += name.len();
        self.skip_space();
        self.take(":");
        Some(name)
    }

    /// A condition up to the end of the markup.
    pub fn condition(&mut self) -> Result<Condition, Located> {
        let condition = self.condition_rest()?;
        if self.rest().starts_with('|') {
            return Err(self.error(
                "a condition takes no filters: assign the filtered value to a variable first",
            ));
        }
        if self.rest().starts_with("&&") || self.rest().starts_with("||") {
            return Err(self.error("conditions are joined by `and` and `or`"));
        }
        self.finish("the condition")?;
        Ok(condition)
    }

    fn condition_rest(&mut self) -> Result<Condition, Located> {
        let first = self.comparison()?;
        // Liquid evaluates from the right: what follows is one condition, whatever it is made of.
        if self.take_word("and") {
            let rest = self.deeper(Self::condition_rest)?;
            Ok(Condition::And(Box::new((first, rest))))
        } else if self.take_word("or") {
            let rest = self.deeper(Self::condition_rest)?;
            Ok(Condition::Or(Box::new((first, rest))))
        } else {
            Ok(first)
        }
    }

    fn comparison(&mut self) -> Result<Condition, Located> {
        if self.rest().starts_with('(') && !self.looks_like_range() {
            return Err(self.error(
                "conditions have no parentheses; nest another `if` or assign a part to a variable",
            ));
        }
        let left = self.operand()?;
        let at = self.position;
        let comparison = match () {
            _ if self.take("==") => Comparison::Equal,
            _ if self.take("!=") || self.take("<>") => Comparison::NotEqual,
            _ if self.take("<=") => Comparison::LessOrEqual,
            _ if self.take(">=") => Comparison::GreaterOrEqual,
            _ if self.take("<") => Comparison::Less,
            _ if self.take(">") => Comparison::Greater,
            _ if self.take_word("contains") => Comparison::Contains,
            _ if self.rest().starts_with('=') => {
                return Err(self.error("`=` does not compare; write `==`"));
            }
            _ => return Ok(Condition::Truthy(left)),
        };
        let right = self.operand()?;
        Ok(Condition::Compare {
            left,
            comparison,
            right,
            at,
        })
    }

    fn looks_like_range(&self) -> bool {
        let rest = self.rest();
        rest[..rest.find(')').unwrap_or(rest.len())].contains("..")
    }

    /// A literal, a range or a variable with its path.
    pub fn operand(&mut self) -> Result<Operand, Located> {
        let at = self.position;
        let operand = match self.rest().chars().next() {
            Some(quote @ ('"' | '\'')) => Operand::Text(self.string(quote)?.into()),
            Some('(') => self.deeper(Self::range)?,
            Some('[') => Operand::Lookup(Box::new(Lookup {
                root: self.bracketed_root()?,
                path: self.path()?,
                at,
            })),
            Some(first) if is_name_char(first) => match self.number() {
                Some(number) => number,
                None => self.named_operand()?,
            },
            _ => return Err(self.error(format_args!("expected a value{}", self.but_found()))),
        };
        self.skip_space();
        Ok(operand)
    }

    fn named_operand(&mut self) -> Result<Operand, Located> {
        let at = self.position;
        let root = self.peek_word();
        if root == "-" {
            return Err(self.error("expected a value but found `-`"));
        }
        self.position += root.len();
        let path = self.path()?;
        let literal = match root {
            "nil" | "null" => Operand::Nil,
            "true" => Operand::Bool(true),
            "false" => Operand::Bool(false),
            "empty" => Operand::Empty,
            "blank" => Operand::Blank,
            _ => {
                return Ok(Operand::Lookup(Box::new(Lookup {
                    root: root.into(),
                    path,
                    at,
                })));
            }
        };
        if path.is_empty() {
            Ok(literal)
        } else {
            Err(Located::syntax(
                at,
                format_args!("`{root}` is a value and has nothing inside"),
            ))
        }
    }

    /// `["any name"]` as the first part of a path.
    fn bracketed_root(&mut self) -> Result<Box<str>, Located> {
        self.position += 1;
        self.skip_space();
        match self.deeper(Self::operand)? {
            Operand::Text(name) if self.rest().starts_with(']') => {
                self.position += 1;
                Ok(name)
            }
            _ => Err(self.error("expected a quoted name and `]`")),
        }
    }

    fn path(&mut self) -> Result<Vec<Operand>, Located> {
        let mut path = Vec::new();
        loop {
            let rest = self.rest();
            if rest.starts_with('.') && !rest.starts_with("..") {
                self.position += 1;
                self.skip_space();
                let name = self.peek_word();
                if name.is_empty() {
                    return Err(self.error(format_args!(
                        "expected a name after `.`{}",
                        self.but_found()
                    )));
                }
                self.position += name.len();
                path.push(Operand::Text(name.into()));
            } else if rest.starts_with('[') {
                self.position += 1;
                self.skip_space();
                path.push(self.deeper(Self::operand)?);
                if !self.rest().starts_with(']') {
                    return Err(self.error(format_args!("expected `]`{}", self.but_found())));
                }
                self.position += 1;
            } else {
                return Ok(path);
            }
        }
    }

    fn string(&mut self, quote: char) -> Result<&'s str, Located> {
        let inner = &self.rest()[1..];
        let length = inner
            .find(quote)
            .ok_or_else(|| self.error(format_args!("string is never closed by {quote}")))?;
        self.position += length + 2;
        Ok(&inner[..length])
    }

    fn range(&mut self) -> Result<Operand, Located> {
        self.take("(");
        let from = self.operand()?;
        if !self.take("..") {
            return Err(self.error(format_args!("expected `..` of a range{}", self.but_found())));
        }
        let to = self.operand()?;
        if !self.take(")") {
            return Err(self.error(format_args!("expected `)` of a range{}", self.but_found())));
        }
        Ok(Operand::Range(Box::new((from, to))))
    }

    /// A number, unless the digits are the beginning of a name such as `2019-metadata`.
    fn number(&mut self) -> Option<Operand> {
        let rest = self.rest();
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let sign = usize::from(rest.starts_with('-'));
        let whole = digits(&rest[sign..]);
        if whole == 0 {
            return None;
        }
        let mut length = sign + whole;
        let fraction = match rest[length..].strip_prefix('.') {
            Some(after) => digits(after),
            None => 0,
        };
        if fraction > 0 {
            length += 1 + fraction;
        }
        if rest[length..].starts_with(is_name_char) {
            return None;
        }
        let text = &rest[..length];
        let number = if fraction > 0 {
            Operand::Float(text.parse().ok()?)
        } else {
            match text.parse() {
                Ok(integer) => Operand::Int(integer),
                Err(_) => Operand::Float(text.parse().ok()?),
            }
        };
        self.position += length;
        Some(number)
    }
}

/// Letters and digits of any script, `_` and `-`: keys of manifests are made of these.
fn is_name_char(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '-'
}
