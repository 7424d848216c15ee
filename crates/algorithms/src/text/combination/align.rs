//! One more answer aligned with the places of a layout, at the least cost.
//!
//! - Costs: a word that its place has already nothing, any other word 1, a new place 1, a place passed
//!   over 1 unless another answer passed over it before.
//! - Steps: as long as costs are below a bound, no path has more new places than the bound, and so it
//!   stays within a band of cells around the diagonals. The bound starts low and doubles until the
//!   cost found is within it: then all cheapest paths are in the band, and the one chosen is that of
//!   the whole table.
//! - Source: Wagner and Fischer, "The string-to-string correction problem", 1974; the band is that of
//!   Ukkonen, "Algorithms for approximate string matching", 1985.
//! - Complexity: O(words × (cost + places − words)), at worst O(words × places).
//! - Ties: a word with a place, then a place passed over, then a new place, from the end on.

use super::NO_WORD;

/// What is next, in a path from the first place and word to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// The next word is in the next place.
    Both,
    /// The next place has no word of this answer.
    Pass,
    /// The next word has a place of its own.
    New,
}

/// The bound of costs to begin with, beside a sixteenth of the words.
const BOUND: usize = 16;
/// Cost of cells outside the band; more can be added to it.
const OUTSIDE: u32 = u32::MAX / 2;

/// `places`: the numbers that each has; `words`: those of the answer; all are below `count`. And how
/// many cells that took.
pub(super) fn moves(places: &[Vec<u32>], words: &[u32], count: usize) -> (Vec<Move>, usize) {
    // There are at least this many new places.
    let least = words.len().saturating_sub(places.len());
    let most = words.len() + places.len();
    let mut bound = least + BOUND + words.len() / 16;
    let mut cells = 0;
    loop {
        let bounded = bound.min(most);
        let table = Table::new(places, words, count, bounded);
        cells += table.moves.len();
        if table.cost as usize <= bounded {
            return (table.path(places.len(), words.len()), cells);
        }
        bound *= 2;
    }
}

/// The last move to each cell of the band; a row is a place more, a column a word more.
struct Table {
    moves: Vec<Move>,
    width: usize,
    /// How many rows beyond its column a cell may be.
    behind: usize,
    cost: u32,
}

impl Table {
    /// `bound` is not below the words that are more than the places.
    fn new(places: &[Vec<u32>], words: &[u32], count: usize, bound: usize) -> Table {
        let (rows, columns) = (places.len(), words.len());
        // How many columns beyond its row, and rows beyond its column, a cell may be.
        let beyond = bound.min(columns);
        let behind = (rows + bound - columns).min(rows);
        let width = beyond + behind + 1;
        let mut table = Table {
            moves: vec![Move::New; (rows + 1) * width],
            width,
            behind,
            cost: 0,
        };
        let mut above = vec![OUTSIDE; columns + 1];
        for (column, cost) in (0u32..).zip(&mut above[..=beyond]) {
            *cost = column;
        }
        let mut here = vec![OUTSIDE; columns + 1];
        // By number, the row whose place has it.
        let mut row_of = vec![0u32; count];
        for (place, numbers) in places.iter().enumerate() {
            let row = place + 1;
            for number in numbers {
                row_of[*number as usize] = row as u32;
            }
            let pass = u32::from(row_of[NO_WORD as usize] != row as u32);
            let first = row.saturating_sub(behind);
            let last = (row + beyond).min(columns);
            let moves = &mut table.moves[row * width..(row + 1) * width];
            // Where the column `first` is in its row.
            let start = first + behind - row;
            let mut left = OUTSIDE;
            if first == 0 {
                left = above[0] + pass;
                here[0] = left;
                moves[start] = Move::Pass;
            } else {
                here[first - 1] = OUTSIDE;
            }
            let from = first.max(1);
            let words = &words[from - 1..last];
            let (diagonal, straight) = (&above[from - 1..last], &above[from..=last]);
            let cells = here[from..=last].iter_mut();
            let moves = moves[start + from - first..].iter_mut();
            let costs = diagonal.iter().zip(straight);
            for (((word, (diagonal, straight)), cell), step) in
                words.iter().zip(costs).zip(cells).zip(moves)
            {
                let both = diagonal + u32::from(row_of[*word as usize] != row as u32);
                let (passed, new) = (straight + pass, left + 1);
                let cheaper = both.min(passed);
                left = cheaper.min(new);
                *step = if left == both {
                    Move::Both
                } else if left == passed {
                    Move::Pass
                } else {
                    Move::New
                };
                *cell = left;
            }
            std::mem::swap(&mut above, &mut here);
        }
        table.cost = above[columns];
        table
    }

    fn path(&self, rows: usize, columns: usize) -> Vec<Move> {
        let (mut row, mut column) = (rows, columns);
        let mut path = Vec::with_capacity(rows + columns);
        while row > 0 || column > 0 {
            let step = self.moves[row * self.width + column + self.behind - row];
            match step {
                Move::Both => (row, column) = (row - 1, column - 1),
                Move::Pass => row -= 1,
                Move::New => column -= 1,
            }
            path.push(step);
        }
        path.reverse();
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the whole table.
    fn plainly(places: &[Vec<u32>], words: &[u32]) -> Vec<Move> {
        let most = places.len() + words.len();
        Table::new(places, words, 10, most).path(places.len(), words.len())
    }

    #[test]
    fn the_band_changes_nothing() {
        let mut state = 1u64;
        let mut below = |most: u32| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as u32 % most
        };
        for round in 0..100 {
            let places: Vec<Vec<u32>> = (0..below(60))
                .map(|at| {
                    let mut own = vec![1 + at % 9];
                    for _ in 0..below(3) {
                        own.push(below(10));
                    }
                    own
                })
                .collect();
            // From nearly the same words to quite others.
            let words: Vec<u32> = (0..below(60))
                .map(|at| match below(20) < round / 5 {
                    true => 1 + below(9),
                    false => 1 + at % 9,
                })
                .collect();
            let whole = plainly(&places, &words);
            assert_eq!(moves(&places, &words, 10).0, whole);
            let least = words.len().saturating_sub(places.len());
            for bound in least..places.len() + words.len() {
                let table = Table::new(&places, &words, 10, bound);
                if table.cost as usize <= bound {
                    assert_eq!(table.path(places.len(), words.len()), whole, "{bound}");
                }
            }
        }
    }
}
