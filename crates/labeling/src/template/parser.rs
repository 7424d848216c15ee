//! Builds the tree of blocks from tokens.

use std::ops::Range;

use super::error::{Fault, Located, TemplateErrorCode, excerpt, line_and_column};
use super::expression::Cursor;
use super::syntax::{Arm, Block, Branch, CycleGroup, Loop, Node, Offset, Operand};
use super::tokens::{Token, tokenize, tokenize_lines, unknown_tag};

/// How deep blocks may nest in any template. It bounds the stack of everything that walks the tree.
const NESTING_MAX: usize = 128;

/// The nodes of a template, and how many `ifchanged` it has.
pub(super) fn parse(source: &str) -> Result<(Block, usize), Located> {
    let mut parser = Parser {
        source,
        tokens: tokenize(source)?.into_iter(),
        nesting: 0,
        ifchanged_count: 0,
    };
    let block = parser.whole()?;
    Ok((block, parser.ifchanged_count))
}

struct Parser<'s> {
    source: &'s str,
    tokens: std::vec::IntoIter<Token>,
    nesting: usize,
    ifchanged_count: usize,
}

/// A tag on its way to becoming a node.
#[derive(Clone)]
struct Tag<'s> {
    name: &'s str,
    at: usize,
    markup: Range<usize>,
}

impl<'s> Parser<'s> {
    /// Everything up to the end of the tokens.
    fn whole(&mut self) -> Result<Block, Located> {
        let mut block = Block::new();
        while let Some(token) = self.tokens.next() {
            match self.node(token)? {
                Ok(Some(node)) => block.push(node),
                Ok(None) => {}
                Err(tag) => return Err(stray(&tag)),
            }
        }
        Ok(block)
    }

    /// Everything up to a tag named in `closing`, and that tag.
    fn until(&mut self, opening: &Tag<'s>, closing: &[&str]) -> Result<(Block, Tag<'s>), Located> {
        if self.nesting == NESTING_MAX {
            return Err(Fault::new(
                TemplateErrorCode::DepthLimit,
                format_args!("blocks are nested more than {NESTING_MAX} deep"),
            )
            .at(opening.at));
        }
        self.nesting += 1;
        let mut block = Block::new();
        while let Some(token) = self.tokens.next() {
            match self.node(token)? {
                Ok(Some(node)) => block.push(node),
                Ok(None) => {}
                Err(tag) if closing.contains(&tag.name) => {
                    self.nesting -= 1;
                    return Ok((block, tag));
                }
                Err(tag) if !divides_or_closes(tag.name) => {
                    return Err(unknown_tag(tag.name, tag.at));
                }
                Err(tag) => {
                    let (line, _) = line_and_column(self.source, opening.at);
                    return Err(Located::syntax(
                        tag.at,
                        format_args!(
                            "`{}` does not fit here: `{}` of line {line} is still open",
                            tag.name, opening.name
                        ),
                    ));
                }
            }
        }
        Err(Located::syntax(
            opening.at,
            format_args!("`{0}` is never closed by `end{0}`", opening.name),
        ))
    }

    /// One node; nothing for a comment; `Err` of a tag that closes or divides a block, for the block to judge.
    fn node(&mut self, token: Token) -> Result<Result<Option<Node>, Tag<'s>>, Located> {
        let tag = match token {
            Token::Text(range) => return Ok(Ok(Some(Node::Text(range)))),
            Token::Output(markup) => {
                let chain = Cursor::new(self.source, markup).chain()?;
                return Ok(Ok(Some(Node::Output(chain))));
            }
            Token::Tag(name, markup) => Tag {
                name: &self.source[name.clone()],
                at: name.start,
                markup,
            },
        };
        let node = match tag.name {
            "assign" => self.assign(&tag)?,
            "break" => self.bare(&tag, Node::Break)?,
            "capture" => self.capture(&tag)?,
            "case" => self.case(&tag)?,
            "continue" => self.bare(&tag, Node::Continue)?,
            "cycle" => self.cycle(&tag)?,
            "decrement" => self.count(&tag, -1)?,
            "echo" => Node::Output(self.cursor(&tag).chain()?),
            "for" => self.for_loop(&tag)?,
            "if" | "unless" => self.condition(&tag)?,
            "ifchanged" => self.ifchanged(&tag)?,
            "increment" => self.count(&tag, 1)?,
            "liquid" => self.liquid(&tag)?,
            "tablerow" => self.tablerow(&tag)?,
            "#" => {
                self.inline_comment(&tag)?;
                return Ok(Ok(None));
            }
            "else" | "elsif" | "when" => return Ok(Err(tag)),
            name if name.starts_with("end") => return Ok(Err(tag)),
            name => return Err(unknown_tag(name, tag.at)),
        };
        Ok(Ok(Some(node)))
    }

    fn cursor(&self, tag: &Tag<'s>) -> Cursor<'s> {
        Cursor::new(self.source, tag.markup.clone())
    }

    fn nothing_follows(&self, tag: &Tag<'s>) -> Result<(), Located> {
        self.cursor(tag).finish(&format!("`{}`", tag.name))
    }

    fn bare(&self, tag: &Tag<'s>, node: Node) -> Result<Node, Located> {
        self.nothing_follows(tag)?;
        Ok(node)
    }

    fn assign(&self, tag: &Tag<'s>) -> Result<Node, Located> {
        let mut cursor = self.cursor(tag);
        let name = cursor.name("the name of a variable")?;
        if !cursor.take("=") {
            return Err(cursor.error(format_args!("expected `=` after `{name}`")));
        }
        if cursor.at_end() {
            return Err(cursor.error("expected a value after `=`"));
        }
        Ok(Node::Assign {
            name: name.into(),
            value: cursor.chain()?,
        })
    }

    fn capture(&mut self, tag: &Tag<'s>) -> Result<Node, Located> {
        let mut cursor = self.cursor(tag);
        // Liquid also takes the name in quotes.
        let name: Box<str> = if cursor.rest().starts_with(['"', '\'']) {
            match cursor.operand()? {
                Operand::Text(name) => name,
                _ => return Err(cursor.error("expected the name of a variable")),
            }
        } else {
            cursor.name("the name of a variable")?.into()
        };
        cursor.finish("the name")?;
        let (body, end) = self.until(tag, &["endcapture"])?;
        self.nothing_follows(&end)?;
        Ok(Node::Capture {
            name,
            body,
            at: tag.at,
        })
    }

    fn condition(&mut self, tag: &Tag<'s>) -> Result<Node, Located> {
        let closing = if tag.name == "if" {
            "endif"
        } else {
            "endunless"
        };
        let mut branches = Vec::new();
        let mut otherwise = Block::new();
        let mut branch_tag = tag.clone();
        loop {
            let condition = self.cursor(&branch_tag).condition()?;
            let (body, end) = self.until(tag, &["elsif", "else", closing])?;
            branches.push(Branch {
                condition,
                negated: branches.is_empty() && tag.name == "unless",
                body,
                at: branch_tag.at,
            });
            if end.name == "elsif" {
                branch_tag = end;
                continue;
            }
            self.nothing_follows(&end)?;
            if end.name == "else" {
                let (body, end) = self.until(tag, &[closing])?;
                self.nothing_follows(&end)?;
                otherwise = body;
            }
            return Ok(Node::If {
                branches,
                otherwise,
                at: tag.at,
            });
        }
    }

    fn case(&mut self, tag: &Tag<'s>) -> Result<Node, Located> {
        let mut cursor = self.cursor(tag);
        let subject = cursor.operand()?;
        cursor.finish("the value of `case`")?;
        let mut arms = Vec::new();
        let mut otherwise = Block::new();
        // What stands before the first `when` is never shown.
        let (_, mut end) = self.until(tag, &["when", "else", "endcase"])?;
        while end.name == "when" {
            let at = end.at;
            let values = self.when_values(&end)?;
            let (body, next) = self.until(tag, &["when", "else", "endcase"])?;
            arms.push(Arm { values, body, at });
            end = next;
        }
        self.nothing_follows(&end)?;
        if end.name == "else" {
            let (body, end) = self.until(tag, &["endcase"])?;
            self.nothing_follows(&end)?;
            otherwise = body;
        }
        Ok(Node::Case {
            subject,
            arms,
            otherwise,
            at: tag.at,
        })
    }

    fn when_values(&self, tag: &Tag<'s>) -> Result<Vec<Operand>, Located> {
        let mut cursor = self.cursor(tag);
        let mut values = vec![cursor.operand()?];
        while cursor.take(",") || cursor.take_word("or") {
            values.push(cursor.operand()?);
        }
        cursor.finish("the value of `when`")?;
        Ok(values)
    }

    fn for_loop(&mut self, tag: &Tag<'s>) -> Result<Node, Located> {
        let mut parsed = self.loop_head(tag)?;
        let (body, end) = self.until(tag, &["else", "endfor"])?;
        self.nothing_follows(&end)?;
        parsed.body = body;
        if end.name == "else" {
            let (body, end) = self.until(tag, &["endfor"])?;
            self.nothing_follows(&end)?;
            parsed.otherwise = body;
        }
        Ok(Node::For(Box::new(parsed)))
    }

    fn tablerow(&mut self, tag: &Tag<'s>) -> Result<Node, Located> {
        let mut parsed = self.loop_head(tag)?;
        let (body, end) = self.until(tag, &["endtablerow"])?;
        self.nothing_follows(&end)?;
        parsed.body = body;
        Ok(Node::TableRow(Box::new(parsed)))
    }

    /// `item in collection reversed limit: 2 offset: 1`, with or without commas.
    fn loop_head(&self, tag: &Tag<'s>) -> Result<Loop, Located> {
        let mut cursor = self.cursor(tag);
        let variable = cursor.name("the name of a variable")?;
        if !cursor.take_word("in") {
            return Err(cursor.error(format_args!("expected `in` after `{variable}`")));
        }
        let collection_at = cursor.position();
        let collection = cursor.operand()?;
        let mut parsed = Loop {
            variable: variable.into(),
            name: format!("{variable}-{}", cursor.since(collection_at)).into(),
            collection,
            reversed: false,
            limit: None,
            offset: None,
            columns: None,
            body: Block::new(),
            otherwise: Block::new(),
            at: tag.at,
        };
        while !cursor.at_end() {
            if cursor.take(",") {
                continue;
            }
            if tag.name == "for" && cursor.take_word("reversed") {
                parsed.reversed = true;
                continue;
            }
            let at = cursor.position();
            match cursor.argument_name() {
                Some("limit") => parsed.limit = Some(cursor.operand()?),
                Some("offset") if cursor.peek_word() == "continue" => {
                    cursor.take_word("continue");
                    parsed.offset = Some(Offset::Continue);
                }
                Some("offset") => parsed.offset = Some(Offset::At(cursor.operand()?)),
                Some("cols") if tag.name == "tablerow" => parsed.columns = Some(cursor.operand()?),
                Some(name) => {
                    return Err(Located::syntax(
                        at,
                        format_args!("`{}` has no argument `{}`", tag.name, excerpt(name)),
                    ));
                }
                None if cursor.rest().starts_with('|') => {
                    return Err(cursor.error(format_args!(
                        "`{}` takes no filters: assign the filtered value to a variable first",
                        tag.name
                    )));
                }
                None => {
                    cursor.finish("the collection")?;
                }
            }
        }
        Ok(parsed)
    }

    fn cycle(&self, tag: &Tag<'s>) -> Result<Node, Located> {
        let mut cursor = self.cursor(tag);
        let start = cursor.position();
        let first = cursor.operand()?;
        let mut values = Vec::new();
        let named = cursor.take(":");
        let group = if named {
            values.push(cursor.operand()?);
            Some(first)
        } else {
            values.push(first);
            None
        };
        while cursor.take(",") {
            if cursor.at_end() {
                break;
            }
            values.push(cursor.operand()?);
        }
        cursor.finish("the values of `cycle`")?;
        Ok(Node::Cycle {
            group: match group {
                Some(operand) => CycleGroup::Named(operand),
                None => CycleGroup::Values(cursor.since(start).into()),
            },
            values,
            at: tag.at,
        })
    }

    fn count(&self, tag: &Tag<'s>, by: i128) -> Result<Node, Located> {
        let mut cursor = self.cursor(tag);
        let name = cursor.name("the name of a counter")?;
        cursor.finish("the name")?;
        Ok(Node::Count {
            name: name.into(),
            by,
            at: tag.at,
        })
    }

    fn ifchanged(&mut self, tag: &Tag<'s>) -> Result<Node, Located> {
        self.nothing_follows(tag)?;
        let slot = self.ifchanged_count;
        self.ifchanged_count += 1;
        let (body, end) = self.until(tag, &["endifchanged"])?;
        self.nothing_follows(&end)?;
        Ok(Node::IfChanged {
            slot,
            body,
            at: tag.at,
        })
    }

    fn liquid(&mut self, tag: &Tag<'s>) -> Result<Node, Located> {
        let lines = tokenize_lines(self.source, tag.markup.clone())?;
        let outer = std::mem::replace(&mut self.tokens, lines.into_iter());
        // A `liquid` tag can hold another one on its last line only, yet that too nests.
        if self.nesting == NESTING_MAX {
            return Err(Fault::new(
                TemplateErrorCode::DepthLimit,
                format_args!("blocks are nested more than {NESTING_MAX} deep"),
            )
            .at(tag.at));
        }
        self.nesting += 1;
        let body = self.whole()?;
        self.nesting -= 1;
        self.tokens = outer;
        Ok(Node::Inline { body, at: tag.at })
    }

    /// Every further line of an inline comment starts with `#` too.
    fn inline_comment(&self, tag: &Tag<'s>) -> Result<(), Located> {
        let mut line_start = tag.markup.start;
        for (number, line) in self.source[tag.markup.clone()].split('\n').enumerate() {
            let content = line.trim_start();
            if number > 0 && !content.is_empty() && !content.starts_with('#') {
                let at = line_start + (line.len() - content.len());
                return Err(Located::syntax(
                    at,
                    "each line of a `#` comment starts with `#`",
                ));
            }
            line_start += line.len() + 1;
        }
        Ok(())
    }
}

/// A closing or dividing tag outside of any block.
fn stray(tag: &Tag<'_>) -> Located {
    if divides_or_closes(tag.name) {
        Located::syntax(
            tag.at,
            format_args!("`{}` belongs to no open block", tag.name),
        )
    } else {
        unknown_tag(tag.name, tag.at)
    }
}

/// Whether a tag is part of some block, though perhaps not of the one that is open.
fn divides_or_closes(name: &str) -> bool {
    matches!(name, "else" | "elsif" | "when")
        || matches!(
            name.strip_prefix("end"),
            Some(
                "capture"
                    | "case"
                    | "comment"
                    | "for"
                    | "if"
                    | "ifchanged"
                    | "raw"
                    | "tablerow"
                    | "unless"
            )
        )
}
