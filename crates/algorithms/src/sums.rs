//! Sums by key.

use std::ops::AddAssign;

/// Makes one of entries with the same key, which stand side by side: values are added in their order.
pub(crate) fn add_equal<K: PartialEq, V: Copy + AddAssign>(sorted: &mut Vec<(K, V)>) {
    sorted.dedup_by(|next, first| {
        let is_same = next.0 == first.0;
        if is_same {
            first.1 += next.1;
        }
        is_same
    });
}
