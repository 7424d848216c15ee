//! Worker templates: Liquid with `task.input`, escaped output and `grant_read_access`.
//!
//! A [`Template`] is parsed once and rendered for each object. Rendering is a function of the data, an [`Environment`]
//! and [`Limits`]; it reads no clock, no file and no network. What differs from Liquid elsewhere:
//!
//! * Every `{{ … }}` is HTML-escaped at the end of its filters unless `skip_autoescape` is one of them. What `escape`,
//!   `escape_once` or `capture` escaped already is not escaped again.
//! * Names may begin with a digit and hold hyphens and letters of any script. A number finds the key of its digits.
//! * Mistakes are errors with line and column, never text on the page. Only missing values are forgiven: they are nil,
//!   which every filter takes.
//! * A hash is shown as JSON.
//!
//! Beside the engine: [`rewrite_scripts`] points a page to Cairn's crowd elements, [`lint()`] tells a requester what
//! workers would stumble over, [`built_in`] makes the pages of the built-in task types.
//!
//! One more filter is one more entry in a table of `filters/`; one more tag is a node in `syntax.rs`, a reader in
//! `parser.rs` and an arm in `render.rs`.

mod builtin;
mod error;
mod expression;
mod filters;
mod html;
mod lint;
mod loops;
mod meter;
mod number;
mod parser;
mod render;
mod rewrite;
mod syntax;
mod text;
mod tokens;
mod value;

#[cfg(test)]
mod tests;

use serde_json::Value as Json;

pub use builtin::{built_in, instructions_of_text};
pub use error::{TemplateError, TemplateErrorCode};
pub use lint::{Warning, lint};
pub use meter::{Environment, Limits};
pub use rewrite::rewrite_scripts;

use error::{Fault, Located};

/// The longest template that is parsed. Ground Truth takes 128,000 characters.
pub const SOURCE_BYTES_MAX: usize = 1 << 20;

/// A parsed template; rendering it needs no further parsing and may happen on many threads at once.
#[derive(Debug)]
pub struct Template {
    source: Box<str>,
    nodes: syntax::Block,
    ifchanged_count: usize,
}

impl Template {
    /// Parses a whole template, or tells the first mistake in it.
    pub fn parse(source: &str) -> Result<Template, TemplateError> {
        parse_located(source)
            .map(|(nodes, ifchanged_count)| Template {
                source: source.into(),
                nodes,
                ifchanged_count,
            })
            .map_err(|error| error.in_source(source))
    }

    /// Renders the page of one task. `data` is an object whose `task.input` holds what the template shows.
    pub fn render(
        &self,
        data: &Json,
        environment: &dyn Environment,
        limits: &Limits,
    ) -> Result<String, TemplateError> {
        render::render(
            &self.source,
            &self.nodes,
            self.ifchanged_count,
            data,
            environment,
            limits,
        )
        .map_err(|error| error.in_source(&self.source))
    }
}

fn parse_located(source: &str) -> Result<(syntax::Block, usize), Located> {
    if source.len() > SOURCE_BYTES_MAX {
        return Err(Fault::new(
            TemplateErrorCode::Syntax,
            format_args!("the template is longer than {SOURCE_BYTES_MAX} bytes"),
        )
        .at(0));
    }
    parser::parse(source)
}
