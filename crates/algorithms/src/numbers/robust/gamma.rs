//! The gamma function's logarithm and its slopes, by their asymptotic series for large values and
//! their recurrences below. Source: Abramowitz and Stegun, "Handbook of mathematical functions",
//! 1964, 6.1.41, 6.3.18 and 6.4.12. Right to 1e-10 for values above 0.

/// Slope of the logarithm of the gamma function, by its asymptotic series above 6.
pub(super) fn digamma(value: f64) -> f64 {
    let (mut at, mut below) = (value, 0.0);
    while at < 6.0 {
        below += 1.0 / at;
        at += 1.0;
    }
    let square = 1.0 / (at * at);
    at.ln() - 0.5 / at - square * (1.0 / 12.0 - square * (1.0 / 120.0 - square / 252.0)) - below
}

/// Slope of [`digamma`].
pub(super) fn trigamma(value: f64) -> f64 {
    let (mut at, mut below) = (value, 0.0);
    while at < 6.0 {
        below += 1.0 / (at * at);
        at += 1.0;
    }
    let square = 1.0 / (at * at);
    below
        + 1.0 / at
        + square / 2.0
        + square / at * (1.0 / 6.0 - square * (1.0 / 30.0 - square / 42.0))
}

/// Logarithm of the gamma function, by Stirling's series above 10.
pub(super) fn log_gamma(value: f64) -> f64 {
    let (mut at, mut below) = (value, 0.0);
    while at < 10.0 {
        below += at.ln();
        at += 1.0;
    }
    let inverse = 1.0 / at;
    let series = inverse / 12.0 - inverse.powi(3) / 360.0 + inverse.powi(5) / 1260.0;
    (at - 0.5) * at.ln() - at + (2.0 * std::f64::consts::PI).ln() / 2.0 + series - below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_come_out() {
        assert!((log_gamma(5.0) - 24f64.ln()).abs() < 1e-9);
        assert!((log_gamma(0.5) - std::f64::consts::PI.ln() / 2.0).abs() < 1e-9);
        assert!((digamma(1.0) + 0.577_215_664_9).abs() < 1e-8);
        assert!((trigamma(1.0) - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-8);
    }
}
