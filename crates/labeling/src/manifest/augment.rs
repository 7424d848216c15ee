//! Lines of the output manifest.

use super::errors::LineProblem;
use super::members::{decode_key, members};

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// It has a label.
    Labeled {
        /// JSON of the label.
        label: &'a str,
        /// JSON of its metadata.
        metadata: &'a str,
    },
    /// It was given up; the metadata says why, and there is no label.
    Failed {
        /// JSON of the metadata.
        metadata: &'a str,
    },
}

/// The input line with the label attribute and its metadata at the end.
///
/// Keys and values of the input stay byte for byte and in order; only the white space between them
/// goes. What the line had under the attribute, or under its metadata, is replaced. `label` and
/// `metadata` must be JSON and are put in as they are. A line without outcome needs no call: it is
/// copied through.
pub fn augment(line: &[u8], attribute: &str, outcome: Outcome<'_>) -> Result<Vec<u8>, LineProblem> {
    let line = std::str::from_utf8(line).map_err(|error| LineProblem::NotUtf8 {
        at: error.valid_up_to(),
    })?;
    let (label, metadata) = match outcome {
        Outcome::Labeled { label, metadata } => (Some(label), metadata),
        Outcome::Failed { metadata } => (None, metadata),
    };
    let mut output = Vec::with_capacity(line.len() + metadata.len() + 2 * attribute.len() + 64);
    output.push(b'{');
    members(line, |key, value| {
        let name = decode_key(key)?;
        let replaced = match name.strip_prefix(attribute) {
            Some(rest) => rest.is_empty() || rest == "-metadata",
            None => false,
        };
        if !replaced {
            member(&mut output, key, value);
        }
        Ok(())
    })?;
    // The names of attributes are letters, digits and hyphens: nothing in them needs escaping.
    if let Some(label) = label {
        member(&mut output, &format!("\"{attribute}\""), label);
    }
    member(&mut output, &format!("\"{attribute}-metadata\""), metadata);
    output.push(b'}');
    Ok(output)
}

fn member(output: &mut Vec<u8>, key: &str, value: &str) {
    if output.len() > 1 {
        output.push(b',');
    }
    output.extend_from_slice(key.as_bytes());
    output.push(b':');
    output.extend_from_slice(value.as_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    const LABELED: Outcome<'static> = Outcome::Labeled {
        label: "0",
        metadata: r#"{"confidence":0.95}"#,
    };

    fn check(line: &str, outcome: Outcome<'_>, expected: &str) {
        let output = augment(line.as_bytes(), "species", outcome).unwrap();
        assert_eq!(String::from_utf8(output).unwrap(), expected);
    }

    #[test]
    fn the_label_and_its_metadata_come_last() {
        check(
            r#"{"source-ref":"s3:\/\/b/k","n":1.50,"e":1E+2,"deep":{"a": [1, 2]}}"#,
            LABELED,
            r#"{"source-ref":"s3:\/\/b/k","n":1.50,"e":1E+2,"deep":{"a": [1, 2]},"species":0,"species-metadata":{"confidence":0.95}}"#,
        );
        check(
            " { \"source\" : \"猫\\u732b\" } ",
            LABELED,
            "{\"source\":\"猫\\u732b\",\"species\":0,\"species-metadata\":{\"confidence\":0.95}}",
        );
        check(
            "{}",
            LABELED,
            r#"{"species":0,"species-metadata":{"confidence":0.95}}"#,
        );
    }

    #[test]
    fn an_attribute_of_the_same_name_is_replaced() {
        check(
            r#"{"species":5,"source":"a","species-metadata":{"x":1},"species-2":1,"specie":2}"#,
            LABELED,
            r#"{"source":"a","species-2":1,"specie":2,"species":0,"species-metadata":{"confidence":0.95}}"#,
        );
        check(
            r#"{"speci\u0065s":5,"source":"a"}"#,
            LABELED,
            r#"{"source":"a","species":0,"species-metadata":{"confidence":0.95}}"#,
        );
    }

    #[test]
    fn a_failed_object_has_metadata_only() {
        let outcome = Outcome::Failed {
            metadata: r#"{"failure-reason":"x"}"#,
        };
        check(
            r#"{"source":"a","species":1}"#,
            outcome,
            r#"{"source":"a","species-metadata":{"failure-reason":"x"}}"#,
        );
    }

    #[test]
    fn what_is_no_object_is_refused() {
        assert!(augment(b"[]", "l", LABELED).is_err());
        assert!(augment(b"{\"a\"", "l", LABELED).is_err());
        assert!(augment(b"\xff", "l", LABELED).is_err());
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map("[a-z]{1,4}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn other_keys_stay_byte_for_byte(
            members in prop::collection::vec(("[a-z\"\\\\猫]{1,6}", values()), 0..6),
        ) {
            let texts: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{}:{value}", Value::from(key.as_str())))
                .collect();
            let line = format!("{{{}}}", texts.join(","));
            let output = augment(line.as_bytes(), "species", LABELED).unwrap();
            let comma = if texts.is_empty() { "" } else { "," };
            let expected = format!(
                "{{{}{comma}\"species\":0,\"species-metadata\":{{\"confidence\":0.95}}}}",
                texts.join(","),
            );
            prop_assert_eq!(String::from_utf8(output).unwrap(), expected);
        }

        #[test]
        fn augmenting_twice_changes_nothing(members in prop::collection::vec(("[a-s]{1,3}", values()), 0..4)) {
            let texts: Vec<String> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
            let line = format!("{{{}}}", texts.join(","));
            let once = augment(line.as_bytes(), "species", LABELED).unwrap();
            let twice = augment(&once, "species", LABELED).unwrap();
            prop_assert_eq!(once, twice);
        }
    }
}
