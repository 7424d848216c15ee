//! Reads answers and gold labels.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::Value;

/// Characters that a name or a label may have.
const CHARS_MAX: usize = 10_000;

/// Names, numbered as they come.
#[derive(Default)]
pub(super) struct Names {
    numbers: HashMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    pub(super) fn number(&mut self, name: &str) -> anyhow::Result<u32> {
        if let Some(number) = self.numbers.get(name) {
            return Ok(*number);
        }
        let number =
            u32::try_from(self.names.len()).context("more than four thousand million names")?;
        self.numbers.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        Ok(number)
    }

    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub(super) fn name(&self, number: usize) -> &str {
        &self.names[number]
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// In the order of their names; gives the new number of each.
    pub(super) fn sort(&mut self) -> Vec<u32> {
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        order.sort_by(|one, other| self.names[*one].cmp(&self.names[*other]));
        let mut new = vec![0; order.len()];
        let mut names = Vec::with_capacity(order.len());
        for (to, from) in order.into_iter().enumerate() {
            new[from] = to as u32;
            names.push(std::mem::take(&mut self.names[from]));
        }
        self.names = names;
        for number in self.numbers.values_mut() {
            *number = new[*number as usize];
        }
        new
    }
}

/// Gives `each` the wanted columns of every row, with the number of its line. A file that ends in
/// `.jsonl` or `.json` has an object in each line, any other is CSV with a header; what else a row
/// has is not looked at.
pub(super) fn rows<const N: usize>(
    path: &Path,
    columns: [&str; N],
    mut each: impl FnMut(u64, [&str; N]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let input = BufReader::with_capacity(1 << 20, file);
    let mut checked = |line: u64, row: [&str; N]| -> anyhow::Result<()> {
        for (column, value) in columns.iter().zip(row) {
            if value.is_empty() {
                bail!("{}, line {line}: `{column}` is empty", path.display());
            }
            if value.len() > CHARS_MAX {
                bail!(
                    "{}, line {line}: `{column}` has {} bytes, at most {CHARS_MAX} are allowed",
                    path.display(),
                    value.len()
                );
            }
        }
        each(line, row).with_context(|| format!("{}, line {line}", path.display()))
    };
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "jsonl" || extension == "json");
    if is_json {
        json_rows(path, input, columns, &mut checked)
    } else {
        csv_rows(path, input, columns, &mut checked)
    }
}

fn csv_rows<const N: usize>(
    path: &Path,
    input: impl BufRead,
    columns: [&str; N],
    each: &mut impl FnMut(u64, [&str; N]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut reader = csv::ReaderBuilder::new().from_reader(input);
    let failed = |error: csv::Error| anyhow::anyhow!("{}: {error}", path.display());
    let header = reader.headers().map_err(failed)?.clone();
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        let found = header
            .iter()
            .position(|name| name.trim_start_matches('\u{feff}').trim() == column);
        *place = found.with_context(|| {
            let names: Vec<&str> = header.iter().collect();
            format!(
                "{}, line 1: there is no column `{column}`; the columns are {}",
                path.display(),
                names.join(", ")
            )
        })?;
    }
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row).map_err(failed)? {
        let line = row.position().map_or(0, csv::Position::line);
        each(line, places.map(|place| row.get(place).unwrap_or_default()))?;
    }
    Ok(())
}

fn json_rows<const N: usize>(
    path: &Path,
    input: impl BufRead,
    columns: [&str; N],
    each: &mut impl FnMut(u64, [&str; N]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for (at, line) in input.lines().enumerate() {
        let number = at as u64 + 1;
        let line = line.with_context(|| format!("{}, line {number}", path.display()))?;
        if line.trim().is_empty() {
            continue;
        }
        let row: Value = serde_json::from_str(&line)
            .with_context(|| format!("{}, line {number} is not JSON", path.display()))?;
        let mut texts: [String; N] = std::array::from_fn(|_| String::new());
        for (text, column) in texts.iter_mut().zip(columns) {
            *text = match &row[column] {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(truth) => truth.to_string(),
                Value::Null => bail!("{}, line {number}: there is no `{column}`", path.display()),
                _ => bail!(
                    "{}, line {number}: `{column}` is neither a text nor a number",
                    path.display()
                ),
            };
        }
        each(number, std::array::from_fn(|at| texts[at].as_str()))?;
    }
    Ok(())
}
