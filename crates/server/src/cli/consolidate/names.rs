//! Names of objects, workers and labels, numbered as they come.
//!
//! All names lie one behind the other in one text, and a table of numbers finds them by their hash:
//! no name has an allocation of its own. The hash is keyed anew in every run, so that a file cannot
//! be made whose names all collide; the numbers follow the order of the file alone.

use anyhow::{Context, bail};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// Bytes that a name may have.
pub(super) const BYTES_MAX: usize = 10_000;

#[derive(Clone, Default)]
pub(super) struct Names {
    text: String,
    /// Where each name ends in `text`.
    ends: Vec<usize>,
    table: HashTable<u32>,
    keys: RandomState,
}

impl Names {
    /// The number of a name, a new one if it is new. Its errors follow on what the name is of, as
    /// "is empty" on "`worker_id`".
    pub(super) fn number(&mut self, name: &[u8]) -> anyhow::Result<u32> {
        let hash = self.keys.hash_one(name);
        let (text, ends) = (self.text.as_bytes(), &self.ends);
        let same = |number: &u32| bytes(text, ends, *number) == name;
        if let Some(number) = self.table.find(hash, same) {
            return Ok(*number);
        }
        if name.is_empty() {
            bail!("is empty");
        }
        if name.len() > BYTES_MAX {
            bail!("has {} bytes, at most {BYTES_MAX} are allowed", name.len());
        }
        let name = std::str::from_utf8(name).ok().context("is not UTF-8")?;
        let number = u32::try_from(self.ends.len())
            .context("has more than 4,294,967,295 different values")?;
        self.text.push_str(name);
        self.ends.push(self.text.len());
        let (text, ends, keys) = (self.text.as_bytes(), &self.ends, &self.keys);
        self.table.insert_unique(hash, number, |number| {
            keys.hash_one(bytes(text, ends, *number))
        });
        Ok(number)
    }

    pub(super) fn find(&self, name: &[u8]) -> Option<u32> {
        let hash = self.keys.hash_one(name);
        let (text, ends) = (self.text.as_bytes(), &self.ends);
        let same = |number: &u32| bytes(text, ends, *number) == name;
        self.table.find(hash, same).copied()
    }

    pub(super) fn name(&self, number: usize) -> &str {
        &self.text[range(&self.ends, number)]
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|number| self.name(number))
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The same names in order, and the new number of each. Names that are all numbers are ordered
    /// as numbers, so that 10 follows 9.
    pub(super) fn sorted(&self) -> anyhow::Result<(Names, Vec<u32>)> {
        let numbers: Option<Vec<f64>> = self.all().map(number_of).collect();
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by(|one, other| {
            let by_name = self.name(*one).cmp(self.name(*other));
            match &numbers {
                Some(numbers) => numbers[*one].total_cmp(&numbers[*other]).then(by_name),
                None => by_name,
            }
        });
        let mut names = Names::default();
        let mut new = vec![0; order.len()];
        for old in order {
            new[old] = names.number(self.name(old).as_bytes())?;
        }
        Ok((names, new))
    }
}

/// A name that is a finite number.
pub(super) fn number_of(name: &str) -> Option<f64> {
    name.parse().ok().filter(|number: &f64| number.is_finite())
}

fn range(ends: &[usize], number: usize) -> std::ops::Range<usize> {
    let start = if number == 0 { 0 } else { ends[number - 1] };
    start..ends[number]
}

fn bytes<'a>(text: &'a [u8], ends: &[usize], number: u32) -> &'a [u8] {
    &text[range(ends, number as usize)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_as_they_come() {
        let mut names = Names::default();
        for (name, number) in [("b", 0), ("猫", 1), ("b", 0), ("a", 2)] {
            assert_eq!(names.number(name.as_bytes()).unwrap(), number);
        }
        for number in 0..10_000u32 {
            let name = format!("w{number}");
            assert_eq!(names.number(name.as_bytes()).unwrap(), number + 3);
        }
        assert_eq!(names.find("w77".as_bytes()), Some(80));
        assert_eq!(names.name(80), "w77");
        assert_eq!(names.find(b"w10000"), None);
        assert!(names.number(b"").is_err());
        assert!(names.number(b"\xff").is_err());
        assert!(names.number(&[b'x'; BYTES_MAX + 1]).is_err());
    }

    #[test]
    fn numbers_are_ordered_as_numbers_and_texts_as_texts() {
        let sorted = |list: &[&str]| {
            let mut names = Names::default();
            for name in list {
                names.number(name.as_bytes()).unwrap();
            }
            let (names, new) = names.sorted().unwrap();
            (names.all().collect::<Vec<_>>().join(" "), new)
        };
        assert_eq!(
            sorted(&["10", "9", "-1"]),
            ("-1 9 10".to_owned(), vec![2, 1, 0])
        );
        assert_eq!(sorted(&["10", "9", "b"]).0, "10 9 b");
        assert_eq!(sorted(&["nan", "1"]).0, "1 nan");
    }
}
