//! How far a class fills the convex hulls of its pieces: 1 for a disc or a box, less the more bays,
//! holes and arms it has.
//!
//! - Steps: pieces are runs that touch across neighbouring lines ([`crate::connected`]). Of each the
//!   first and last pixel on every line make its hull, by Andrew's monotone chain from line to line,
//!   with pixels as squares.
//! - Complexity: O(runs), and O(1) memory a run.

use super::mask::Mask;
use crate::connected::parts;

/// Pixels on one line that belong together.
#[derive(Clone, Copy)]
struct Piece {
    class: u16,
    line: u32,
    from: u32,
    to: u32,
}

/// By class, its pixels over those of its hulls. A class without pixels has 1, as the background.
pub(super) fn solidities(label: &Mask, classes: usize) -> Vec<f64> {
    let pieces = pieces(label);
    let parts = parts(pieces.len(), touching(&pieces).into_iter());
    // Grouped by part, each group in order of lines.
    let count = parts.iter().max().map_or(0, |last| *last as usize + 1);
    let mut next = vec![0usize; count + 1];
    for part in &parts {
        next[*part as usize + 1] += 1;
    }
    for part in 0..count {
        next[part + 1] += next[part];
    }
    let mut order = vec![0u32; pieces.len()];
    for (at, part) in (0..).zip(&parts) {
        order[next[*part as usize]] = at;
        next[*part as usize] += 1;
    }
    let mut lines: Vec<(i64, i64, i64)> = Vec::new();
    let (mut areas, mut hulls) = (vec![0.0; classes], vec![0.0; classes]);
    for group in order.chunk_by(|one, other| parts[*one as usize] == parts[*other as usize]) {
        lines.clear();
        let class = usize::from(pieces[group[0] as usize].class);
        for at in group {
            let piece = pieces[*at as usize];
            areas[class] += f64::from(piece.to - piece.from);
            let (line, from, to) = (i64::from(piece.line), piece.from.into(), piece.to.into());
            match lines.last_mut() {
                Some(last) if last.0 == line => last.2 = to,
                _ => lines.push((line, from, to)),
            }
        }
        hulls[class] += hull_area(&lines);
    }
    areas
        .iter()
        .zip(&hulls)
        .map(|(area, hull)| if *hull > 0.0 { area / hull } else { 1.0 })
        .collect()
}

/// Runs of everything but background, cut at the ends of lines.
fn pieces(label: &Mask) -> Vec<Piece> {
    let length = label.shape().line();
    let mut pieces = Vec::new();
    let mut start = 0;
    for run in label.runs() {
        let end = start + run.length;
        if run.class == 0 {
            start = end;
        }
        while start < end {
            let (line, from) = (start / length, start % length);
            let to = length.min(from + (end - start));
            pieces.push(Piece {
                class: run.class,
                line,
                from,
                to,
            });
            start += to - from;
        }
    }
    pieces
}

/// Pairs of pieces of one class that share an edge.
fn touching(pieces: &[Piece]) -> Vec<(u32, u32)> {
    let mut pairs = Vec::new();
    // First piece on the line before that may still touch.
    let mut before = 0;
    for (at, piece) in pieces.iter().enumerate() {
        while pieces[before].line + 1 < piece.line
            || pieces[before].line < piece.line && pieces[before].to <= piece.from
        {
            before += 1;
        }
        let mut other = before;
        while pieces[other].line < piece.line && pieces[other].from < piece.to {
            if pieces[other].class == piece.class {
                pairs.push((at as u32, other as u32));
            }
            other += 1;
        }
    }
    pairs
}

/// Area of the hull of (line, first pixel, one past the last pixel), in order of lines.
fn hull_area(lines: &[(i64, i64, i64)]) -> f64 {
    let sum = |side: fn(&(i64, i64, i64)) -> i64, sign: i64| -> f64 {
        let mut chain: Vec<(i64, i64)> = Vec::with_capacity(lines.len() + 1);
        for line in lines {
            for point in [(line.0, sign * side(line)), (line.0 + 1, sign * side(line))] {
                while chain.len() > 1
                    && !bends(chain[chain.len() - 2], chain[chain.len() - 1], point)
                {
                    chain.pop();
                }
                // Two points on one level: the outer one is on the hull.
                match chain.last_mut() {
                    Some(last) if last.0 == point.0 => last.1 = last.1.max(point.1),
                    _ => chain.push(point),
                }
            }
        }
        let below = chain
            .windows(2)
            .map(|two| (two[1].0 - two[0].0) as f64 * (two[0].1 + two[1].1) as f64 / 2.0);
        below.sum()
    };
    sum(|line| line.2, 1) + sum(|line| line.1, -1)
}

/// Whether the middle point lies outside of the line between the two others.
fn bends(one: (i64, i64), middle: (i64, i64), other: (i64, i64)) -> bool {
    (middle.0 - one.0) * (other.1 - one.1) < (middle.1 - one.1) * (other.0 - one.0)
}

#[cfg(test)]
mod tests {
    use super::super::mask::{Order, Shape};
    use super::*;

    fn of(rows: &[&str]) -> Vec<f64> {
        let bytes: Vec<u8> = rows.iter().flat_map(|row| row.bytes()).collect();
        let bytes: Vec<u8> = bytes.iter().map(|byte| byte - b'0').collect();
        let shape = Shape {
            width: rows[0].len() as u32,
            height: rows.len() as u32,
            order: Order::Rows,
        };
        let mask = Mask::from_palette(shape, 4, &bytes).unwrap();
        let found = solidities(&mask, 4);
        let turned = solidities(&mask.in_order(Order::Columns), 4);
        for (one, other) in found.iter().zip(turned) {
            assert!((one - other).abs() < 1e-12, "{found:?}");
        }
        found
    }

    #[test]
    fn boxes_are_solid_and_pieces_have_hulls_of_their_own() {
        assert_eq!(of(&["1110", "1110", "0001", "2203"]), [1.0; 4]);
    }

    #[test]
    fn bays_and_holes_and_arms_are_not() {
        // A hull of 3 × 3.
        assert_eq!(of(&["111", "101", "111"])[1], 8.0 / 9.0);
        assert_eq!(of(&["101", "101", "111"])[1], 7.0 / 9.0);
        // A plus: the hull lacks four corners of half a pixel.
        assert_eq!(of(&["010", "111", "010"])[1], 5.0 / 7.0);
        // Joined late, on a line below.
        assert_eq!(of(&["10001", "10101", "11111"])[1], 10.0 / 15.0);
    }
}
