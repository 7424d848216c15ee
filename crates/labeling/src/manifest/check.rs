//! The rules for one line.

use std::borrow::Cow;
use std::collections::HashSet;

use memchr::memmem;

use super::errors::LineProblem;
use super::members::{decode_key, members};
use crate::s3_uri::S3Uri;
use crate::text::longer_than;

/// What a line is held against.
#[derive(Clone, Copy, Debug)]
pub struct LineRules<'a> {
    /// The job's label attribute: a line that has it is labeled already.
    pub label_attribute: &'a str,
    /// How many characters a line may have.
    pub line_chars_max: usize,
    /// How many characters the value of one attribute may have, as it is written.
    pub attribute_chars_max: usize,
}

impl<'a> LineRules<'a> {
    /// The limits of Ground Truth: 100,000 characters a line, 20,000 an attribute.
    pub fn new(label_attribute: &'a str) -> LineRules<'a> {
        LineRules {
            label_attribute,
            line_chars_max: 100_000,
            attribute_chars_max: 20_000,
        }
    }

    /// More bytes than this cannot be a line within the limit, since a character has at most four.
    pub fn bytes_max(&self) -> usize {
        self.line_chars_max * 4
    }

    pub(super) fn too_long(&self) -> LineProblem {
        LineProblem::TooLong {
            limit: self.line_chars_max,
        }
    }
}

/// What a line says about its object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineInfo {
    /// Where the data is.
    pub source: Source,
    /// Whether the line has the label attribute, and so is not sent to anybody again.
    pub already_labeled: bool,
}

/// Where the data of an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the line itself, under `source`.
    Inline,
    /// In a stored object, named under `source-ref`.
    Ref(S3Uri),
}

/// Checks one line, without its line end, against the rules for manifests.
///
/// Reads top-level keys and skips over values without building them.
pub fn check_line(bytes: &[u8], rules: &LineRules<'_>) -> Result<LineInfo, LineProblem> {
    if bytes.len() > rules.bytes_max() {
        return Err(rules.too_long());
    }
    let line = std::str::from_utf8(bytes).map_err(|error| LineProblem::NotUtf8 {
        at: error.valid_up_to(),
    })?;
    if longer_than(line, rules.line_chars_max) {
        return Err(rules.too_long());
    }

    let mut keys = Keys::default();
    let mut source = None;
    let mut already_labeled = false;
    members(line, |key, value| {
        let name = decode_key(key)?;
        if name.starts_with('$') {
            return Err(LineProblem::DollarName { name: shown(&name) });
        }
        if longer_than(written(value), rules.attribute_chars_max) {
            return Err(LineProblem::AttributeTooLong {
                name: shown(&name),
                limit: rules.attribute_chars_max,
            });
        }
        match name.as_ref() {
            "source" | "source-ref" if source.is_some() && !keys.holds(&name) => {
                return Err(LineProblem::BothSources);
            }
            "source" => source = Some(inline(value)?),
            "source-ref" => source = Some(reference(value)?),
            name if name == rules.label_attribute => already_labeled = true,
            _ => {}
        }
        keys.add(name)
    })?;
    if reads_back_differently(bytes) {
        serde_json::from_str::<serde_json::Value>(line)
            .map_err(|error| LineProblem::not_json(&error))?;
    }
    Ok(LineInfo {
        source: source.ok_or(LineProblem::NoSource)?,
        already_labeled,
    })
}

fn inline(value: &str) -> Result<Source, LineProblem> {
    if value.starts_with('"') {
        Ok(Source::Inline)
    } else {
        Err(LineProblem::SourceNotText)
    }
}

fn reference(value: &str) -> Result<Source, LineProblem> {
    if !value.starts_with('"') {
        return Err(LineProblem::SourceRefNotText);
    }
    let uri = S3Uri::parse_s3(&decode_key(value)?).map_err(LineProblem::SourceRef)?;
    if uri.key.is_empty() {
        return Err(LineProblem::SourceRefNoKey);
    }
    Ok(Source::Ref(uri))
}

/// The text of a value, without the quotes of a string.
fn written(value: &str) -> &str {
    value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(value)
}

/// Skipping a value accepts two things that reading it does not: halves of surrogate pairs, and
/// nesting deeper than the reader follows. Both are rare, so only lines that could hold them are
/// read in full.
fn reads_back_differently(bytes: &[u8]) -> bool {
    let openings = memchr::memchr2_iter(b'{', b'[', bytes).take(DEPTH_MAX);
    if openings.count() == DEPTH_MAX {
        return true;
    }
    memmem::find_iter(bytes, b"\\u").any(|at| {
        let digits = bytes.get(at + 2..at + 4).unwrap_or_default();
        matches!(
            digits,
            [b'd' | b'D', b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F']
        )
    })
}

/// serde_json follows 127 levels.
const DEPTH_MAX: usize = 127;

fn shown(name: &str) -> String {
    crate::text::shorten(name, 100)
}

/// The keys met so far. A handful is compared one by one; a line made of nothing but keys is not
/// allowed to cost their square.
#[derive(Default)]
struct Keys<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    const FEW: usize = 24;

    fn holds(&self, name: &str) -> bool {
        self.few.iter().any(|key| key == name) || self.many.contains(name)
    }

    fn add(&mut self, name: Cow<'a, str>) -> Result<(), LineProblem> {
        if self.holds(&name) {
            return Err(LineProblem::Duplicate { name: shown(&name) });
        }
        if self.few.len() < Keys::FEW {
            self.few.push(name);
        } else {
            self.many.insert(name);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(line: &str) -> Result<LineInfo, String> {
        check_line(line.as_bytes(), &LineRules::new("species"))
            .map_err(|problem| problem.to_string())
    }

    fn refused(line: &str, expected: &str) {
        assert_eq!(check(line), Err(expected.to_owned()), "{line}");
    }

    #[test]
    fn objects_are_found() {
        let inline = check(r#"{"source":"猫"}"#).unwrap();
        assert_eq!(inline.source, Source::Inline);
        assert!(!inline.already_labeled);
        let reference = check(r#" { "source-ref" : "s3:\/\/b\/a//k" , "x":[{}] } "#).unwrap();
        let uri = S3Uri {
            bucket: "b".into(),
            key: "a//k".into(),
        };
        assert_eq!(reference.source, Source::Ref(uri));
        assert!(
            check(r#"{"source":"","species":0}"#)
                .unwrap()
                .already_labeled
        );
        assert!(
            check(r#"{"source":"","speci\u0065s":null}"#)
                .unwrap()
                .already_labeled
        );
        assert!(
            !check(r#"{"source":"","species-metadata":{}}"#)
                .unwrap()
                .already_labeled
        );
        assert!(check(r#"{"source":"\ud83d\ude00"}"#).is_ok());
    }

    #[test]
    fn broken_rules_are_named() {
        refused("", "is blank");
        refused("[1]", "is not a JSON object");
        refused("\"x\"", "is not a JSON object");
        refused("x", "is not JSON: expected value at column 1");
        refused("{\"a\":1,}", "is not JSON: trailing comma at column 8");
        refused(
            "{\"a\":1",
            "is not JSON: EOF while parsing an object at column 6",
        );
        refused("{\"a\":tru}", "is not JSON: expected ident at column 9");
        refused(
            "{\"source\":\"a\"} x",
            "is not JSON: trailing characters at column 16",
        );
        refused("{}", "neither `source-ref` nor `source` is there");
        let both = "both `source-ref` and `source` are there";
        refused(r#"{"source":"a","source-ref":"s3://b/k"}"#, both);
        refused(r#"{"source-ref":"s3://b/k","x":1,"source":"a"}"#, both);
        refused(r#"{"source":1}"#, "`source` is not a string");
        refused(r#"{"source-ref":{}}"#, "`source-ref` is not a string");
        refused(
            r#"{"source-ref":"https://x/y.jpg"}"#,
            "`source-ref` `https://x/y.jpg` is not an S3 URI: it must begin with s3://",
        );
        refused(
            r#"{"source-ref":"s3:///k"}"#,
            "`source-ref` `s3:///k` names no bucket",
        );
        refused(
            r#"{"source-ref":"s3://b"}"#,
            "`source-ref` names a bucket but no object",
        );
        refused(r#"{"source":"a","$x":1}"#, "`$x` begins with `$`");
        refused(r#"{"source":"a","source":"b"}"#, "`source` is there twice");
        refused(r#"{"source":"a","x":1,"\u0078":2}"#, "`x` is there twice");
        refused(
            r#"{"source":"\ud800"}"#,
            "is not JSON: unexpected end of hex escape at column 18",
        );
    }

    #[test]
    fn bytes_that_are_not_text_are_refused() {
        let problem = check_line(b"{\"source\":\"\xff\"}", &LineRules::new("l")).unwrap_err();
        assert_eq!(problem.to_string(), "is not UTF-8 (byte 11)");
    }

    #[test]
    fn limits_count_characters() {
        let text = |count: usize| format!(r#"{{"source":"{}"}}"#, "猫".repeat(count));
        assert!(check(&text(20_000)).is_ok());
        refused(&text(20_001), "`source` is longer than 20000 characters");
        let line = |count: usize| {
            let part = "猫".repeat(19_000);
            let rest = "猫".repeat(count);
            format!(
                r#"{{"source":"a","b":"{part}","c":"{part}","d":"{part}","e":"{part}","f":"{part}","g":"{rest}"}}"#
            )
        };
        let room = 100_000 - line(0).chars().count();
        assert!(check(&line(room)).is_ok());
        refused(&line(room + 1), "is longer than 100000 characters");
        let bytes = vec![b' '; 400_001];
        assert!(matches!(
            check_line(&bytes, &LineRules::new("l")),
            Err(LineProblem::TooLong { .. })
        ));
    }

    #[test]
    fn nesting_is_followed_as_far_as_reading_goes() {
        let nested = |depth: usize| {
            format!(
                r#"{{"source":"a","x":{}{}}}"#,
                "[".repeat(depth),
                "]".repeat(depth)
            )
        };
        assert!(check(&nested(126)).is_ok());
        refused(
            &nested(127),
            "is not JSON: recursion limit exceeded at column 145",
        );
        refused(
            &nested(9_000),
            "is not JSON: recursion limit exceeded at column 145",
        );
    }

    #[test]
    fn many_keys_are_compared_quickly() {
        let keys: Vec<String> = (0..9_000).map(|at| format!(r#""k{at}":1"#)).collect();
        let line = format!(r#"{{"source":"a",{}}}"#, keys.join(","));
        assert!(check(&line).is_ok());
        refused(
            &line.replace("\"k8000\"", "\"k7000\""),
            "`k7000` is there twice",
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_checked_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = check_line(&bytes, &LineRules::new("l"));
        }

        #[test]
        fn what_passes_reads_back(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "{", "}", "[", "]", "\"source\"", "\"source-ref\"", "\"s3://b/k\"", "\"l\"", ":", ":", ",",
                "1e5", "null", "\"\\ud800\"", "\"\\n\"", " ", "\"猫\"",
            ]), 0..14),
        ) {
            let line = pieces.concat();
            if let Ok(info) = check_line(line.as_bytes(), &LineRules::new("l")) {
                let value: serde_json::Value = serde_json::from_str(&line).unwrap();
                prop_assert_eq!(info.already_labeled, value.get("l").is_some());
                prop_assert_eq!(info.source == Source::Inline, value.get("source").is_some());
            }
        }
    }
}
