//! What can be wrong with a template, and where.

use std::fmt;

/// The rule that was broken; the name is what RenderUiTemplate returns as an error's `Code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TemplateErrorCode {
    /// The text is not Liquid.
    Syntax,
    /// A tag that Liquid does not have, or that worker templates may not use.
    UnknownTag,
    /// A filter that neither Liquid nor Cairn has.
    UnknownFilter,
    /// A filter or tag was given a value it cannot work with.
    BadArgument,
    /// `grant_read_access` was refused by the environment.
    AccessRefused,
    /// The page became longer than [`Limits::output_bytes_max`](super::Limits::output_bytes_max).
    OutputLimit,
    /// Rendering took more than [`Limits::steps_max`](super::Limits::steps_max) steps.
    StepLimit,
    /// Blocks are nested too deeply.
    DepthLimit,
    /// The environment said that the time is up.
    TimeLimit,
}

impl TemplateErrorCode {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            TemplateErrorCode::Syntax => "TemplateSyntax",
            TemplateErrorCode::UnknownTag => "TemplateUnknownTag",
            TemplateErrorCode::UnknownFilter => "TemplateUnknownFilter",
            TemplateErrorCode::BadArgument => "TemplateBadArgument",
            TemplateErrorCode::AccessRefused => "TemplateAccessRefused",
            TemplateErrorCode::OutputLimit => "TemplateOutputLimit",
            TemplateErrorCode::StepLimit => "TemplateStepLimit",
            TemplateErrorCode::DepthLimit => "TemplateDepthLimit",
            TemplateErrorCode::TimeLimit => "TemplateTimeLimit",
        }
    }
}

/// A mistake in a template, or a limit met while rendering it, with its place in the source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TemplateError {
    /// The rule that was broken.
    pub code: TemplateErrorCode,
    /// Line in the template, from 1.
    pub line: u32,
    /// Character within the line, from 1.
    pub column: u32,
    /// What is wrong, in words for the author of the template.
    pub message: String,
}

/// An error whose place is not known yet; the caller that knows the node adds it.
#[derive(Debug)]
pub(super) struct Fault {
    pub code: TemplateErrorCode,
    pub message: String,
}

impl Fault {
    pub fn new(code: TemplateErrorCode, message: impl fmt::Display) -> Fault {
        Fault {
            code,
            message: message.to_string(),
        }
    }

    pub fn argument(message: impl fmt::Display) -> Fault {
        Fault::new(TemplateErrorCode::BadArgument, message)
    }

    pub fn at(self, offset: usize) -> Located {
        Located {
            fault: self,
            offset,
        }
    }
}

/// An error at a byte of the source; lines are counted only when one is reported.
#[derive(Debug)]
pub(super) struct Located {
    pub fault: Fault,
    pub offset: usize,
}

impl Located {
    pub fn syntax(offset: usize, message: impl fmt::Display) -> Located {
        Fault::new(TemplateErrorCode::Syntax, message).at(offset)
    }

    pub fn in_source(self, source: &str) -> TemplateError {
        let (line, column) = line_and_column(source, self.offset);
        TemplateError {
            code: self.fault.code,
            line,
            column,
            message: self.fault.message,
        }
    }
}

/// Line and column (characters, both from 1) of a byte offset.
pub(super) fn line_and_column(source: &str, offset: usize) -> (u32, u32) {
    let mut end = offset.min(source.len());
    while !source.is_char_boundary(end) {
        end -= 1;
    }
    let before = &source[..end];
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    let column = before[before.rfind('\n').map_or(0, |at| at + 1)..]
        .chars()
        .count()
        + 1;
    (line as u32, column as u32)
}

/// A piece of source short enough to stand in a message.
pub(super) fn excerpt(text: &str) -> String {
    const CHARS_MAX: usize = 40;
    let first_line = text.trim().lines().next().unwrap_or_default().trim_end();
    if first_line.chars().count() > CHARS_MAX {
        first_line.chars().take(CHARS_MAX).chain(['…']).collect()
    } else {
        first_line.to_owned()
    }
}
