//! Filters over the lines of a manifest.

use serde_json::Value;
use thiserror::Error;

use crate::text::shorten;

/// A condition on one key of a line: `key=value`, `key!=value` or `key contains text`.
///
/// The key is that of a member of the line, or a path into it (`species-metadata.class-name`). A
/// value is compared with strings as it is and with other values as their JSON (`width=640`,
/// `crowded=true`). A list contains a text when one of its items equals it; a string when the text
/// is in it. A line without the key fulfils `!=` alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    key: String,
    operator: Operator,
    operand: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Contains,
}

/// Why a text is not a filter.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not a filter: write key=value, key!=value or `key contains text`")]
pub struct FilterError(String);

impl Filter {
    /// Reads a filter. White space around key and value does not count; a value may be put in
    /// quotes of either kind to keep its own.
    pub fn parse(text: &str) -> Result<Filter, FilterError> {
        const OPERATORS: [(&str, Operator); 3] = [
            ("!=", Operator::NotEqual),
            ("=", Operator::Equal),
            (" contains ", Operator::Contains),
        ];
        // The first operator counts: what follows it is value. `!=` is found before its own `=`.
        let found = OPERATORS
            .iter()
            .filter_map(|(sign, operator)| Some((text.find(sign)?, *sign, *operator)))
            .min_by_key(|(at, ..)| *at);
        let refuse = || FilterError(shorten(text, 200));
        let (at, sign, operator) = found.ok_or_else(refuse)?;
        let (key, operand) = (text[..at].trim(), unquote(text[at + sign.len()..].trim()));
        if key.is_empty() {
            return Err(refuse());
        }
        Ok(Filter {
            key: key.to_owned(),
            operator,
            operand: operand.to_owned(),
        })
    }

    /// Whether a line, read as JSON, fulfils the condition.
    pub fn matches(&self, line: &Value) -> bool {
        let value = lookup(line, &self.key);
        match self.operator {
            Operator::Equal => value.is_some_and(|value| equals(value, &self.operand)),
            Operator::NotEqual => !value.is_some_and(|value| equals(value, &self.operand)),
            Operator::Contains => match value {
                Some(Value::String(text)) => text.contains(&self.operand),
                Some(Value::Array(items)) => items.iter().any(|item| equals(item, &self.operand)),
                _ => false,
            },
        }
    }
}

/// The value of a key, which may itself hold dots; else of the path that its dots make.
pub(super) fn lookup<'a>(line: &'a Value, key: &str) -> Option<&'a Value> {
    if let Some(value) = line.get(key) {
        return Some(value);
    }
    key.match_indices('.').find_map(|(dot, _)| {
        let inner = line.get(&key[..dot])?;
        lookup(inner, &key[dot + 1..])
    })
}

fn equals(value: &Value, operand: &str) -> bool {
    match value {
        Value::String(text) => text == operand,
        other => {
            let json = other.to_string();
            json == operand
        }
    }
}

fn unquote(text: &str) -> &str {
    for quote in ['"', '\''] {
        let inner = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner {
            return inner;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_hold_or_not() {
        let line = json!({
            "source-ref": "s3://b/cats/1.jpg", "width": 640, "crowded": true, "tags": ["a", "b c", 3], "a.b": "dots",
            "a": {"b": "path", "c.d": {"e": "deep"}},
            "species-metadata": {"class-name": "猫", "human-annotated": "yes"},
        });
        for (filter, expected) in [
            ("species-metadata.class-name=猫", true),
            ("species-metadata.class-name!=猫", false),
            ("species-metadata.class-name != dog", true),
            ("source-ref contains /cats/", true),
            ("source-ref contains dogs", false),
            ("width=640", true),
            ("width=64", false),
            ("crowded = true", true),
            ("tags contains b c", true),
            ("tags contains b", false),
            ("tags contains 3", true),
            ("missing=", false),
            ("missing!=x", true),
            ("missing contains x", false),
            ("a.b=dots", true),
            ("a.c.d.e=deep", true),
            ("width contains 6", false),
        ] {
            assert_eq!(
                Filter::parse(filter).unwrap().matches(&line),
                expected,
                "{filter}"
            );
        }
    }

    #[test]
    fn the_first_operator_counts() {
        let check = |text: &str, key: &str, operator: Operator, operand: &str| {
            let filter = Filter::parse(text).unwrap();
            let parts = (
                filter.key.as_str(),
                filter.operator,
                filter.operand.as_str(),
            );
            assert_eq!(parts, (key, operator, operand), "{text}");
        };
        check("a=b!=c", "a", Operator::Equal, "b!=c");
        check("a != b=c", "a", Operator::NotEqual, "b=c");
        check("a contains x=y", "a", Operator::Contains, "x=y");
        check("a=' b '", "a", Operator::Equal, " b ");
        check("a=\"\"", "a", Operator::Equal, "");
        check("a='", "a", Operator::Equal, "'");
    }

    #[test]
    fn other_texts_are_no_filters() {
        for text in ["", "a", "=b", " contains x", "a>b"] {
            assert_eq!(
                Filter::parse(text).unwrap_err().to_string(),
                format!(
                    "`{text}` is not a filter: write key=value, key!=value or `key contains text`"
                )
            );
        }
    }
}
