//! What is required of an evaluation.

/// A figure that was reached, and what is required of it.
pub struct Figure {
    what: String,
    value: f64,
    bound: f64,
    is_most: bool,
}

impl Figure {
    /// One that must be at least `bound`.
    pub fn at_least(what: impl Into<String>, value: f64, bound: f64) -> Figure {
        Figure {
            what: what.into(),
            value,
            bound,
            is_most: false,
        }
    }

    /// One that must be at most `bound`.
    pub fn at_most(what: impl Into<String>, value: f64, bound: f64) -> Figure {
        Figure {
            is_most: true,
            ..Figure::at_least(what, value, bound)
        }
    }

    /// Whether it is.
    pub fn is_met(&self) -> bool {
        if self.is_most {
            self.value <= self.bound
        } else {
            self.value >= self.bound
        }
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, met) = (
            if self.is_most { '≤' } else { '≥' },
            if self.is_met() { "met" } else { "**missed**" },
        );
        write!(
            f,
            "| {} | {:.4} | {sign} {} | {met} |",
            self.what, self.value, self.bound
        )
    }
}
