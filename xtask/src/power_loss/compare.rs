//! Whether two folders hold the same.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};

/// What differs between two folders, as lines to read; SQLite's `-shm` files are left out.
///
/// A record is complete when a folder rebuilt from it with everything kept equals the folder itself.
pub fn differences(one: &Path, other: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    compare(one, other, "", &mut found)?;
    Ok(found)
}

fn compare(one: &Path, other: &Path, name: &str, found: &mut Vec<String>) -> Result<()> {
    let both: BTreeSet<String> = names(one)?.union(&names(other)?).cloned().collect();
    for child in both.iter().filter(|child| !child.ends_with("-shm")) {
        let path = format!("{name}{child}");
        let (one, other) = (one.join(child), other.join(child));
        match (one.is_dir(), other.is_dir()) {
            (true, true) => compare(&one, &other, &format!("{path}/"), found)?,
            (false, false) if one.is_file() && other.is_file() => {
                let (one, other) = (std::fs::read(&one)?, std::fs::read(&other)?);
                if one != other {
                    let at = one.iter().zip(&other).position(|(a, b)| a != b);
                    let at = at.unwrap_or(one.len().min(other.len()));
                    let (one, other) = (one.len(), other.len());
                    found.push(format!(
                        "{path}: {one} and {other} bytes, which differ from byte {at}"
                    ));
                }
            }
            _ => found.push(format!("{path}: is there on one side only")),
        }
    }
    Ok(())
}

fn names(folder: &Path) -> Result<BTreeSet<String>> {
    std::fs::read_dir(folder)
        .with_context(|| format!("list {}", folder.display()))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect()
}
