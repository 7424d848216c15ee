//! Expected answers by column of a worker's matrix and true label: a table where it is small, else a list
//! of what was counted.

use crate::sums::add_equal;

/// Cells of a table that is not worth doing without.
const TABLE_MAX: usize = 4_000_000;
/// Entries that a list takes before those of the same place are added up.
const LIST_MIN: usize = 1_000_000;

/// What was counted so far.
pub(super) enum Counts {
    /// By column and label.
    Table { labels: usize, cells: Vec<f64> },
    /// Column and label, and the count; those before `sorted` are sorted and of one place each.
    List {
        entries: Vec<((u32, u32), f64)>,
        sorted: usize,
    },
}

impl Counts {
    pub(super) fn new(columns: usize, labels: usize) -> Counts {
        match columns.checked_mul(labels) {
            Some(cells) if cells <= TABLE_MAX => Counts::Table {
                labels,
                cells: vec![0.0; cells],
            },
            _ => Counts::List {
                entries: Vec::new(),
                sorted: 0,
            },
        }
    }

    /// Counts; a place at most once for an object, or sums depend on the order of answers.
    pub(super) fn add(&mut self, column: u32, label: u32, count: f64) {
        match self {
            Counts::Table { labels, cells } => {
                cells[column as usize * *labels + label as usize] += count;
            }
            Counts::List { entries, sorted } => {
                entries.push(((column, label), count));
                if entries.len() >= 2 * *sorted + LIST_MIN {
                    add_up(entries);
                    *sorted = entries.len();
                }
            }
        }
    }

    /// Label and count of each place that has one, by column; labels ascending.
    pub(super) fn columns(self, columns: usize) -> Vec<Vec<(u32, f64)>> {
        let mut of = vec![Vec::new(); columns];
        match self {
            Counts::Table { labels, cells } => {
                for (column, row) in of.iter_mut().zip(cells.chunks_exact(labels.max(1))) {
                    let counts = (0..).zip(row.iter().copied());
                    column.extend(counts.filter(|(_, count)| *count > 0.0));
                }
            }
            Counts::List { mut entries, .. } => {
                add_up(&mut entries);
                for ((column, label), count) in entries {
                    of[column as usize].push((label, count));
                }
            }
        }
        of
    }
}

/// Stable, so that counts are added in the order of objects.
fn add_up(entries: &mut Vec<((u32, u32), f64)>) {
    entries.sort_by_key(|(place, _)| *place);
    add_equal(entries);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_what_a_table_has() {
        let mut table = Counts::new(3, 4);
        let mut list = Counts::new(usize::MAX, 4);
        for at in 0..LIST_MIN as u32 + 7 {
            let (column, label) = (at * 7 % 3, at * 5 % 4);
            if column != 1 {
                table.add(column, label, 0.5);
                list.add(column, label, 0.5);
            }
        }
        let (table, list) = (table.columns(3), list.columns(3));
        assert_eq!(table, list);
        assert!(table[1].is_empty() && table[0].len() == 4);
    }
}
