//! Sets of answers with gold truth: `answers.csv` and `gold.csv` in a folder each. No field of them is quoted.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use cairn_algorithms::{Answer, Answers};

/// One set.
pub struct Set {
    /// Its folder's name.
    pub name: String,
    /// The answers; objects, workers and labels by number.
    pub answers: Answers,
    /// True labels, by object.
    pub gold: Vec<(usize, u32)>,
}

impl Set {
    /// Reads all sets below a folder, by name.
    pub fn read_all(folder: &Path) -> Result<Vec<Set>> {
        let entries = std::fs::read_dir(folder).with_context(|| {
            format!(
                "read {}: the sets lie outside the repository, where CAIRN_SHARED says",
                folder.display()
            )
        })?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                names.push(entry.file_name());
            }
        }
        names.sort();
        ensure!(!names.is_empty(), "no sets in {}", folder.display());
        names
            .iter()
            .map(|name| Set::read(&folder.join(name)))
            .collect()
    }

    /// Labels are numbered in the order of their names, so that ties go to the first of them.
    fn read(folder: &Path) -> Result<Set> {
        let (given, gold) = (
            rows::<3>(&folder.join("answers.csv"))?,
            rows::<2>(&folder.join("gold.csv"))?,
        );
        let mut names: Vec<&str> = given.iter().map(|[_, _, label]| label.as_str()).collect();
        names.extend(gold.iter().map(|[_, label]| label.as_str()));
        names.sort_unstable();
        names.dedup();
        let labels: HashMap<&str, u32> = names.iter().copied().zip(0..).collect();
        let (mut objects, mut workers) = (HashMap::new(), HashMap::new());
        let list: Vec<Answer> = given
            .iter()
            .map(|[object, worker, label]| Answer {
                object: number(&mut objects, object),
                worker: number(&mut workers, worker),
                label: labels[label.as_str()],
            })
            .collect();
        let gold = gold
            .iter()
            .filter_map(|[object, label]| {
                let object = *objects.get(object.as_str())?;
                Some((object as usize, labels[label.as_str()]))
            })
            .collect();
        Ok(Set {
            name: folder
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
            answers: Answers::new(objects.len(), workers.len(), names.len(), &list)?,
            gold,
        })
    }
}

fn number<'a>(numbers: &mut HashMap<&'a str, u32>, name: &'a str) -> u32 {
    let next = numbers.len() as u32;
    *numbers.entry(name).or_insert(next)
}

fn rows<const N: usize>(path: &Path) -> Result<Vec<[String; N]>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    text.lines()
        .enumerate()
        .skip(1)
        .map(|(at, line)| {
            let fields: Vec<String> = line.split(',').map(str::to_owned).collect();
            fields
                .try_into()
                .ok()
                .with_context(|| format!("{}, line {}: not {N} fields", path.display(), at + 1))
        })
        .collect()
}
