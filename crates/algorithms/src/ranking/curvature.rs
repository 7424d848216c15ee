//! How sharply the comparisons hold the scores: a matrix with an edge for every pair of items that
//! was compared, and the same small amount on all of the diagonal.
//!
//! - Steps ([`Curvature::solve`]): conjugate gradients, each entry divided by its diagonal first.
//!   ([`Curvature::invert`]): up to a number of items the whole inverse by Cholesky's
//!   decomposition. Above it the first two terms of its series around the diagonal, without
//!   covariances; every term left out is positive, so variances come out somewhat too small there.
//! - Source: Hestenes and Stiefel, "Methods of conjugate gradients for solving linear systems", 1952.
//! - Complexity: O(edges × steps) to solve; O(items³) to invert exactly, O(edges) else.

/// Items up to which the covariances that are published are exact.
pub const EXACT_MAX: usize = 1_000;
/// Steps of conjugate gradients at most; scores need no more digits than these give.
const STEPS: usize = 200;
/// How small the rest is when it is small enough, relative to the right-hand side.
const REST: f64 = 1e-10;

/// The matrix: ridge·I + Σ weight·(e_left − e_right)(e_left − e_right)ᵀ.
pub(crate) struct Curvature<'a> {
    pub(crate) items: usize,
    /// Pairs of items, each once.
    pub(crate) edges: &'a [(u32, u32)],
    /// By edge, not negative.
    pub(crate) weights: &'a [f64],
    /// Above 0.
    pub(crate) ridge: f64,
}

/// The inverse, as far as it is known.
pub(crate) enum Covariance {
    /// Items × items.
    Whole(Vec<f64>, usize),
    /// Variances alone.
    Diagonal(Vec<f64>),
}

impl Covariance {
    pub(crate) fn variance(&self, item: usize) -> f64 {
        match self {
            Covariance::Whole(cells, items) => cells[item * items + item],
            Covariance::Diagonal(variances) => variances[item],
        }
    }

    /// Of the difference of two items' scores.
    pub(crate) fn of_difference(&self, one: usize, other: usize) -> f64 {
        let apart = self.variance(one) + self.variance(other);
        match self {
            Covariance::Whole(cells, items) => {
                (apart - 2.0 * cells[one * items + other]).max(f64::MIN_POSITIVE)
            }
            Covariance::Diagonal(_) => apart,
        }
    }
}

impl Curvature<'_> {
    pub(crate) fn diagonal(&self) -> Vec<f64> {
        let mut diagonal = vec![self.ridge; self.items];
        for ((left, right), weight) in self.edges.iter().zip(self.weights) {
            diagonal[*left as usize] += weight;
            diagonal[*right as usize] += weight;
        }
        diagonal
    }

    fn times(&self, vector: &[f64], result: &mut [f64]) {
        for (sum, value) in result.iter_mut().zip(vector) {
            *sum = self.ridge * value;
        }
        for ((left, right), weight) in self.edges.iter().zip(self.weights) {
            let (left, right) = (*left as usize, *right as usize);
            let flow = weight * (vector[left] - vector[right]);
            result[left] += flow;
            result[right] -= flow;
        }
    }

    /// The vector that the matrix turns into `target`.
    pub(crate) fn solve(&self, target: &[f64]) -> Vec<f64> {
        let diagonal = self.diagonal();
        let mut found = vec![0.0; self.items];
        let mut rest = target.to_vec();
        let mut scaled: Vec<f64> = rest.iter().zip(&diagonal).map(|(r, d)| r / d).collect();
        let mut direction = scaled.clone();
        let mut image = vec![0.0; self.items];
        let mut size = dot(&rest, &scaled);
        let enough = size * REST * REST;
        for _ in 0..STEPS {
            if size <= enough {
                break;
            }
            self.times(&direction, &mut image);
            let along = dot(&direction, &image);
            if along <= 0.0 {
                break;
            }
            let step = size / along;
            for at in 0..self.items {
                found[at] += step * direction[at];
                rest[at] -= step * image[at];
                scaled[at] = rest[at] / diagonal[at];
            }
            let next = dot(&rest, &scaled);
            let turn = next / size;
            for (direction, scaled) in direction.iter_mut().zip(&scaled) {
                *direction = scaled + turn * *direction;
            }
            size = next;
        }
        found
    }

    pub(crate) fn invert(&self, exact_max: usize) -> Covariance {
        if self.items <= exact_max {
            return Covariance::Whole(self.inverse(), self.items);
        }
        let diagonal = self.diagonal();
        let mut variances: Vec<f64> = diagonal.iter().map(|held| 1.0 / held).collect();
        for ((left, right), weight) in self.edges.iter().zip(self.weights) {
            let (left, right) = (*left as usize, *right as usize);
            let both = weight * weight / (diagonal[left] * diagonal[right]);
            variances[left] += both / diagonal[left];
            variances[right] += both / diagonal[right];
        }
        Covariance::Diagonal(variances)
    }

    fn inverse(&self) -> Vec<f64> {
        let items = self.items;
        let mut cells = vec![0.0; items * items];
        for (at, value) in self.diagonal().into_iter().enumerate() {
            cells[at * items + at] = value;
        }
        for ((left, right), weight) in self.edges.iter().zip(self.weights) {
            let (left, right) = (*left as usize, *right as usize);
            cells[left.max(right) * items + left.min(right)] -= weight;
        }
        // The matrix becomes L, row by row.
        for row in 0..items {
            for column in 0..=row {
                let (above, below) = cells.split_at(row * items);
                let own = &below[..column];
                let (other, corner) = if column < row {
                    (&above[column * items..column * items + column], None)
                } else {
                    (own, Some(()))
                };
                let rest = below[column] - dot(own, other);
                cells[row * items + column] = match corner {
                    // The ridge keeps it above 0 but for rounding.
                    Some(()) => rest.max(self.ridge * 1e-12).sqrt(),
                    None => rest / cells[column * items + column],
                };
            }
        }
        // Row k of `lower` is column k of L⁻¹, so that the sums below run along rows.
        let mut lower = vec![0.0; items * items];
        for column in 0..items {
            let own = &mut lower[column * items..(column + 1) * items];
            for row in column..items {
                let start = f64::from(u8::from(row == column));
                let line = &cells[row * items..row * items + row];
                let sum = dot(&line[column..], &own[column..row]);
                own[row] = (start - sum) / cells[row * items + row];
            }
        }
        for one in 0..items {
            for other in 0..=one {
                let sum = dot(
                    &lower[one * items + one..(one + 1) * items],
                    &lower[other * items + one..(other + 1) * items],
                );
                cells[one * items + other] = sum;
                cells[other * items + one] = sum;
            }
        }
        cells
    }
}

/// In four sums: one alone would wait for each addition before the next.
fn dot(one: &[f64], other: &[f64]) -> f64 {
    let (ones, rest_of_one) = one.as_chunks::<4>();
    let (others, rest_of_other) = other.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in ones.iter().zip(others) {
        for at in 0..4 {
            sums[at] += a[at] * b[at];
        }
    }
    let rest = rest_of_one.iter().zip(rest_of_other);
    rest.map(|(a, b)| a * b).sum::<f64>() + (sums[0] + sums[1]) + (sums[2] + sums[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_undoes_the_matrix() {
        let edges = [(0, 1), (1, 2), (0, 3), (2, 3)];
        let weights = [2.0, 0.5, 0.0, 3.0];
        let curvature = Curvature {
            items: 5,
            edges: &edges,
            weights: &weights,
            ridge: 0.1,
        };
        let inverse = curvature.inverse();
        for column in 0..5 {
            let mut unit = vec![0.0; 5];
            unit[column] = 1.0;
            let solved = curvature.solve(&unit);
            let mut image = vec![0.0; 5];
            curvature.times(&inverse[column * 5..(column + 1) * 5], &mut image);
            for at in 0..5 {
                assert!((image[at] - unit[at]).abs() < 1e-9);
                assert!((solved[at] - inverse[column * 5 + at]).abs() < 1e-7);
            }
        }
    }
}
