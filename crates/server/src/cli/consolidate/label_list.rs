//! The label categories of the command line.

use anyhow::{Context, bail};

/// Labels in their order; none where the answers name them.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct LabelList(Vec<String>);

impl LabelList {
    /// `a, b`, or JSON where a label has a comma: `["a, or b", "c"]`.
    pub(super) fn parse(text: &str) -> anyhow::Result<LabelList> {
        let labels: Vec<String> = match text.trim() {
            "" => Vec::new(),
            json if json.starts_with('[') => serde_json::from_str(json)
                .context("a list in JSON has texts between [ and ], as [\"a\", \"b\"]")?,
            names => names
                .split(',')
                .map(|name| name.trim().to_owned())
                .collect(),
        };
        for (at, label) in labels.iter().enumerate() {
            if label.is_empty() {
                bail!("label {} is empty", at + 1);
            }
            if labels[..at].contains(label) {
                bail!("`{label}` is there twice");
            }
        }
        Ok(LabelList(labels))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// For people.
    pub(super) fn listed(&self) -> String {
        self.0.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_between_commas_or_in_json() {
        let parsed = |text: &str| LabelList::parse(text).map_err(|error| error.to_string());
        let list = |labels: &[&str]| LabelList(labels.iter().map(|it| (*it).to_owned()).collect());
        assert_eq!(parsed("a, b c ,d").unwrap(), list(&["a", "b c", "d"]));
        assert_eq!(
            parsed(r#"["a, or b", "c"]"#).unwrap(),
            list(&["a, or b", "c"])
        );
        assert_eq!(parsed("").unwrap(), list(&[]));
        assert_eq!(parsed("a,,b").unwrap_err(), "label 2 is empty");
        assert_eq!(parsed("a,b,a").unwrap_err(), "`a` is there twice");
        assert!(parsed("[a]").unwrap_err().contains("JSON"));
    }
}
