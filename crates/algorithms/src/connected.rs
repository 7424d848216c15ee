//! Which things hang together: parts of a graph by union of its edges.
//!
//! - Complexity: O(edges × log things) time at worst, O(things) memory.

/// The part of each of `count` things, numbered by the parts' first things.
pub(crate) fn parts(count: usize, edges: impl Iterator<Item = (u32, u32)>) -> Vec<u32> {
    let mut above: Vec<u32> = (0..count as u32).collect();
    for (one, other) in edges {
        let (one, other) = (root(&mut above, one), root(&mut above, other));
        above[one.max(other) as usize] = one.min(other);
    }
    let mut numbers = vec![u32::MAX; count];
    let mut next = 0;
    (0..count as u32)
        .map(|thing| {
            let root = root(&mut above, thing) as usize;
            if numbers[root] == u32::MAX {
                numbers[root] = next;
                next += 1;
            }
            numbers[root]
        })
        .collect()
}

fn root(above: &mut [u32], mut thing: u32) -> u32 {
    while above[thing as usize] != thing {
        // Every other link is shortened on the way.
        above[thing as usize] = above[above[thing as usize] as usize];
        thing = above[thing as usize];
    }
    thing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_what_edges_connect() {
        let edges = [(1, 4), (3, 5), (4, 5)];
        assert_eq!(parts(6, edges.into_iter()), [0, 1, 2, 1, 1, 1]);
    }
}
