//! What other programs reached on the same sets, from the table kept beside them.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};

/// Accuracies of others on one set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anchor {
    /// Majority vote.
    pub majority: f64,
    /// Dawid-Skene.
    pub dawid_skene: f64,
    /// MACE.
    pub mace: f64,
}

/// By set.
pub struct Anchors(HashMap<String, Anchor>);

impl Anchors {
    /// Reads the table whose header has the columns `set`, `MV`, `DS` and `MACE`.
    pub fn read(path: &Path) -> Result<Anchors> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        Anchors::parse(&text).with_context(|| format!("read {}", path.display()))
    }

    fn parse(text: &str) -> Result<Anchors> {
        let mut rows = text
            .lines()
            .filter_map(|line| line.strip_prefix('|'))
            .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
        let head = rows
            .find(|row| row.first() == Some(&"set"))
            .context("no table of sets")?;
        let column = |name: &str| {
            let at = head.iter().position(|cell| *cell == name);
            at.with_context(|| format!("no column {name}"))
        };
        let (majority, dawid_skene, mace) = (column("MV")?, column("DS")?, column("MACE")?);
        let mut anchors = HashMap::new();
        for row in rows {
            let number = |at: usize| row.get(at)?.parse::<f64>().ok();
            if let (Some(majority), Some(dawid_skene), Some(mace)) =
                (number(majority), number(dawid_skene), number(mace))
            {
                let anchor = Anchor {
                    majority,
                    dawid_skene,
                    mace,
                };
                anchors.insert(row[0].to_owned(), anchor);
            }
        }
        Ok(Anchors(anchors))
    }

    /// Those of one set.
    pub fn of(&self, set: &str) -> Result<Anchor> {
        let anchor = self.0.get(set);
        anchor
            .copied()
            .with_context(|| format!("no figures of others for {set}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_by_its_header() {
        let text = "words\n\n| set | n | MV | DS | x | MACE |\n|---|---|---|---|---|---|\n| a | 3 | 0.5 | 0.6 | - | 0.7 |\n";
        let anchors = Anchors::parse(text).unwrap();
        let expected = Anchor {
            majority: 0.5,
            dawid_skene: 0.6,
            mace: 0.7,
        };
        assert_eq!(anchors.of("a").unwrap(), expected);
        assert_eq!(
            anchors.of("b").unwrap_err().to_string(),
            "no figures of others for b"
        );
        assert!(Anchors::parse("| set | MV |").is_err());
    }
}
