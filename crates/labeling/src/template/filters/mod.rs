//! Filters, one table a theme.

mod dates;
mod encoding;
mod escaping;
mod lists;
mod numbers;
mod search;
mod texts;
mod worker;

use super::error::Fault;
use super::meter::Meter;
use super::value::Value;

/// A filter as the parser knows it.
pub(super) struct Filter {
    pub name: &'static str,
    /// How many arguments without a name it takes, at least and at most.
    pub arguments: (usize, usize),
    /// Arguments that are given by name.
    pub named: &'static [&'static str],
    pub apply: Apply,
}

/// What a filter does with its input. Nil is always a possible input, because data may lack anything.
pub(super) type Apply =
    for<'a> fn(Value<'a>, &Arguments<'a>, &mut Meter<'_>) -> Result<Value<'a>, Fault>;

/// What a template passed to a filter.
#[derive(Default)]
pub(super) struct Arguments<'a> {
    pub positional: Vec<Value<'a>>,
    pub named: Vec<(&'a str, Value<'a>)>,
}

impl<'a> Arguments<'a> {
    /// An argument; nil if it was not given.
    pub fn get(&self, index: usize) -> Value<'a> {
        self.positional.get(index).cloned().unwrap_or(Value::Nil)
    }

    /// An argument as an integer, or `default` if it was not given or is nil.
    pub fn integer(&self, index: usize, default: i128, filter: &str) -> Result<i128, Fault> {
        match self.get(index) {
            Value::Nil => Ok(default),
            value => value.to_integer().ok_or_else(|| {
                Fault::argument(format_args!("`{filter}` needs an integer as its argument"))
            }),
        }
    }
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

/// A filter without named arguments.
const fn filter(name: &'static str, arguments: (usize, usize), apply: Apply) -> Filter {
    Filter {
        name,
        arguments,
        named: &[],
        apply,
    }
}

const TABLES: [&[Filter]; 8] = [
    dates::FILTERS,
    encoding::FILTERS,
    escaping::FILTERS,
    lists::FILTERS,
    numbers::FILTERS,
    search::FILTERS,
    texts::FILTERS,
    worker::FILTERS,
];

/// Every filter, in no particular order.
pub(super) fn all() -> impl Iterator<Item = &'static Filter> {
    TABLES.into_iter().flatten()
}

/// A filter by its name.
pub(super) fn find(name: &str) -> Option<&'static Filter> {
    all().find(|filter| filter.name == name)
}
