//! The figures of other tools on the same workload, measured before and kept beside the repository.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::workspace;

/// The figures, by tool and step.
pub struct Peers(Value);

/// A tool that was measured: its name in the file, and as people write it.
pub const PEERS: [(&str, &str); 3] = [
    ("label-studio-sqlite", "Label Studio"),
    ("label-studio-pg", "Label Studio, PostgreSQL"),
    ("doccano-sqlite", "doccano"),
];

impl Peers {
    /// Reads the figures; none of them when the file is not there.
    pub fn read() -> Result<Peers> {
        let path = workspace::shared().join("bench/results.json");
        if !path.is_file() {
            println!("no figures of other tools: {} is not there", path.display());
            return Ok(Peers(Value::Null));
        }
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        Ok(Peers(
            serde_json::from_str(&text).with_context(|| format!("read {}", path.display()))?,
        ))
    }

    /// Figures for tests.
    #[cfg(test)]
    pub fn of(value: Value) -> Peers {
        Peers(value)
    }

    /// A figure of a tool by its path, as `W4_t100k_16/loops_per_s`; of a list, the median. `a:b` is a divided by b.
    pub fn figure(&self, peer: &str, path: &str) -> Option<f64> {
        if let Some((above, below)) = path.split_once(':') {
            return Some(self.figure(peer, above)? / self.figure(peer, below)?);
        }
        let value = path
            .split('/')
            .try_fold(self.0.get(peer)?, |value, part| value.get(part))?;
        match value {
            Value::Array(list) => {
                let mut numbers: Vec<f64> = list.iter().filter_map(Value::as_f64).collect();
                numbers.sort_by(f64::total_cmp);
                numbers.get(numbers.len() / 2).copied()
            }
            value => value.as_f64(),
        }
    }
}
