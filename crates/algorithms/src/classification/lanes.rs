//! Rows of numbers in whole lanes, which a processor's registers take four or more of at once.

/// Rows have a multiple of so many numbers.
pub(crate) const LANES: usize = 4;

/// Adds a row to another of the same width. For the widths that are common the compiler makes code of
/// whole registers; where it knows the width beforehand, nothing else.
#[inline(always)]
pub(crate) fn add<T: Copy + std::ops::AddAssign>(sums: &mut [T], row: &[T]) {
    match sums.len() {
        4 => add_fixed::<T, 4>(sums, row),
        8 => add_fixed::<T, 8>(sums, row),
        12 => add_fixed::<T, 12>(sums, row),
        16 => add_fixed::<T, 16>(sums, row),
        _ => {
            for (sum, one) in sums.iter_mut().zip(row) {
                *sum += *one;
            }
        }
    }
}

#[inline(always)]
fn add_fixed<T: Copy + std::ops::AddAssign, const N: usize>(sums: &mut [T], row: &[T]) {
    let (Some(sums), Some(row)) = (sums.first_chunk_mut::<N>(), row.first_chunk::<N>()) else {
        return;
    };
    // Of copies the compiler knows that neither changes the other.
    let (mut added, row) = (*sums, *row);
    for lane in 0..N {
        added[lane] += row[lane];
    }
    *sums = added;
}
