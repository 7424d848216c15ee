//! Logarithms as whole numbers, which make a sum the same in whatever order it is taken.
//!
//! A probability is kept as its base-two logarithm in units of 2⁻¹⁸ (a relative step of 2.6e-6).
//! Adding them is exact, so that neither the order of an object's answers nor the width of the
//! processor's registers can change a bit of a posterior; and labels with the same evidence tie
//! exactly. Powers and logarithms are polynomials of our own rather than the system's, for the same
//! reason, and because the compiler can work on several at once.

/// Digits after the point.
const DIGITS: u32 = 18;
const UNIT: f64 = (1u32 << DIGITS) as f64;
/// No probability is smaller, so that no answer excludes a label for good: 2⁻⁴⁰, about 1e-12.
const MOST: f64 = 40.0;
/// Bounds every table entry.
pub(crate) const ENTRY_MAX: i32 = (MOST * UNIT) as i32;
/// Answers of an object that can be added up in 32 bits, with room for [`ABSENT`] and the prior.
pub(crate) const SUMMED_MAX: usize = 64;
/// In lanes that hold no label: below any sum of [`SUMMED_MAX`] entries, so that its power is 0.
pub(crate) const ABSENT: i32 = -(1 << 30);

/// A logarithm as a table keeps it.
#[inline]
pub(crate) fn fixed(log: f64) -> i32 {
    // Adding this leaves the nearest whole number in the low bits: rounding that needs no call.
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    let within = log.clamp(-MOST, MOST);
    (within * UNIT + SHIFT).to_bits() as i32
}

/// The base-two logarithm, to 1e-9; of nothing or less, that of the smallest probability.
#[inline]
pub(crate) fn log2(value: f64) -> f64 {
    const HALF_ROOT: i64 = 0x3fe6_a09e_667f_3bcd;
    // 2/ln 2 and its odd parts: the series of the inverse hyperbolic tangent.
    const SERIES: [f64; 5] = [
        2.885_390_081_777_927,
        0.961_796_693_925_975_6,
        0.577_078_016_355_585_3,
        0.412_198_583_111_132_4,
        0.320_598_897_975_325_2,
    ];
    let bits = value.max(1e-30).to_bits() as i64;
    let exponent = (bits - HALF_ROOT) >> 52;
    let part = f64::from_bits((bits - (exponent << 52)) as u64);
    let slope = (part - 1.0) / (part + 1.0);
    let square = slope * slope;
    let [first, second, third, fourth, fifth] = SERIES;
    let odd = first + square * (second + square * (third + square * (fourth + square * fifth)));
    exponent as f64 + slope * odd
}

/// 2 to the minus `below` units, to 6e-7; 0 from 2⁻¹²⁰ on. `below` is not negative.
#[inline(always)]
pub(crate) fn power(below: i32) -> f32 {
    const SERIES: [f32; 5] = [
        -0.693_146_94,
        0.240_214_69,
        -0.055_408_56,
        0.009_344_231,
        -0.001_003_630_5,
    ];
    let whole = below >> DIGITS;
    let part = (below & ((1 << DIGITS) - 1)) as f32 * (1.0 / UNIT as f32);
    let [first, second, third, fourth, fifth] = SERIES;
    let sum = first + part * (second + part * (third + part * (fourth + part * fifth)));
    let bits = (1.0 + part * sum).to_bits() as i32;
    if whole < 120 {
        f32::from_bits((bits - (whole << 23)) as u32)
    } else {
        0.0
    }
}

/// The same in double precision.
#[inline(always)]
pub(crate) fn power_exact(below: i32) -> f64 {
    const SERIES: [f64; 12] = [
        -std::f64::consts::LN_2,
        0.240_226_506_959_100_7,
        -0.055_504_108_664_819_91,
        0.009_618_129_107_597_248,
        -0.001_333_355_814_340_948_4,
        0.000_154_035_302_210_093_7,
        -1.525_272_755_617_794_5e-5,
        1.321_533_740_166_984_5e-6,
        -1.017_569_527_257_973e-7,
        7.029_493_604_070_281e-9,
        -4.272_172_821_505_748e-10,
        1.869_066_271_314_656_3e-11,
    ];
    let whole = below >> DIGITS;
    let part = f64::from(below & ((1 << DIGITS) - 1)) * (1.0 / UNIT);
    let mut sum = 0.0;
    for factor in SERIES.iter().rev() {
        sum = sum * part + factor;
    }
    let bits = (1.0 + part * sum).to_bits() as i64;
    if whole < 120 {
        f64::from_bits((bits - (i64::from(whole) << 52)) as u64)
    } else {
        0.0
    }
}

/// 2 to a table's entry.
pub(crate) fn chance(entry: i32) -> f64 {
    if entry > 0 {
        1.0 / power_exact(entry)
    } else {
        power_exact(-entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_and_powers_are_those_of_the_system() {
        for step in 0..4_000 {
            let value = (f64::from(step) / 150.0 - 20.0).exp();
            assert!((log2(value) - value.log2()).abs() < 2e-9, "{value}");
            // Up to 2^-119.
            let below = step * 7_799;
            let exact = (-f64::from(below) / UNIT).exp2();
            assert!((power_exact(below) / exact - 1.0).abs() < 1e-14, "{below}");
            assert!((f64::from(power(below)) / exact - 1.0).abs() < 1e-6);
        }
        assert_eq!((power(0), power_exact(0)), (1.0, 1.0));
        assert_eq!((power(i32::MAX), power_exact(i32::MAX)), (0.0, 0.0));
    }

    #[test]
    fn entries_are_bounded_and_rounded() {
        assert_eq!(fixed(0.0), 0);
        assert_eq!(fixed(-1.0), -(1 << DIGITS));
        assert_eq!(fixed(0.6 / UNIT), 1);
        assert_eq!(fixed(log2(0.0)), fixed(log2(-1.0)));
        assert_eq!(fixed(f64::NEG_INFINITY), -ENTRY_MAX);
        assert_eq!(fixed(1e9), ENTRY_MAX);
        assert!((chance(fixed(log2(0.3))) - 0.3).abs() < 1e-6);
    }
}
