//! Numbers: integers stay integers, and floats count in decimals as they were written, so that 0.1 + 0.2 is 0.3.

use std::cmp::Ordering;
use std::fmt::Write;

/// An integer or a float.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Int(i128),
    Float(f64),
}

impl Number {
    pub fn as_f64(self) -> f64 {
        match self {
            Number::Int(integer) => integer as f64,
            Number::Float(float) => float,
        }
    }

    /// The number a text begins with, as Liquid reads it; 0 if it begins with none.
    pub fn of_text(text: &str) -> Number {
        let text = text.trim();
        let length = integer_length(text);
        let is_decimal = text[length..]
            .strip_prefix('.')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
        if length > 0 && is_decimal {
            return text.parse().map_or(Number::Int(0), Number::Float);
        }
        match text[..length].parse() {
            Ok(integer) => Number::Int(integer),
            Err(_) if length > 0 => text[..length].parse().map_or(Number::Int(0), Number::Float),
            Err(_) => Number::Int(0),
        }
    }

    pub fn plus(self, other: Number) -> Number {
        self.exactly(other, Decimal::plus, |a, b| a + b)
    }

    pub fn minus(self, other: Number) -> Number {
        self.plus(other.negated())
    }

    pub fn times(self, other: Number) -> Number {
        self.exactly(other, Decimal::times, |a, b| a * b)
    }

    pub fn negated(self) -> Number {
        match self {
            Number::Int(integer) => match integer.checked_neg() {
                Some(negated) => Number::Int(negated),
                None => Number::Float(-(integer as f64)),
            },
            Number::Float(float) => Number::Float(-float),
        }
    }

    /// The quotient; of two integers the integer at or below it. Nothing for a division of an integer by 0.
    pub fn divided_by(self, other: Number) -> Option<Number> {
        match (self, other) {
            (_, Number::Int(0)) => None,
            (Number::Int(a), Number::Int(b)) => {
                let quotient = a.checked_div(b)?;
                let below = a % b != 0 && (a < 0) != (b < 0);
                Some(Number::Int(quotient - i128::from(below)))
            }
            _ => Some(Number::Float(self.as_f64() / other.as_f64())),
        }
    }

    /// The remainder with the sign of the divisor. Nothing if that is an integer 0.
    pub fn modulo(self, other: Number) -> Option<Number> {
        match (self, other) {
            (_, Number::Int(0)) => None,
            (Number::Int(a), Number::Int(b)) => {
                let remainder = a.checked_rem(b)?;
                let wrong_sign = remainder != 0 && (remainder < 0) != (b < 0);
                Some(Number::Int(remainder + if wrong_sign { b } else { 0 }))
            }
            _ => {
                let exact = Decimal::of(self)
                    .zip(Decimal::of(other))
                    .and_then(|(a, b)| a.modulo(b));
                Some(Number::Float(match exact {
                    Some(decimal) => decimal.as_f64(),
                    None => {
                        let (a, b) = (self.as_f64(), other.as_f64());
                        a - b * (a / b).floor()
                    }
                }))
            }
        }
    }

    pub fn abs(self) -> Number {
        match self {
            Number::Int(integer) if integer < 0 => self.negated(),
            Number::Int(_) => self,
            Number::Float(float) => Number::Float(float.abs()),
        }
    }

    /// The nearest integer in the direction that `towards` takes a float.
    pub fn whole(self, towards: fn(f64) -> f64) -> Number {
        match self {
            Number::Int(_) => self,
            // A float beyond i128 (or infinite, or none) has no integer; it stays as it is.
            Number::Float(float) if float.abs() < 1e38 => Number::Int(towards(float) as i128),
            Number::Float(_) => self,
        }
    }

    /// Rounded half away from zero to a number of decimal places; negative places round tens and hundreds.
    pub fn round(self, places: i128) -> Number {
        let scale = 10f64.powi(places.clamp(-40, 40) as i32);
        match self {
            Number::Int(_) if places >= 0 => self,
            Number::Int(integer) => {
                let Some(unit) = 10i128.checked_pow(places.unsigned_abs().min(99) as u32) else {
                    return Number::Int(0);
                };
                let half = if integer < 0 { -(unit / 2) } else { unit / 2 };
                integer
                    .checked_add(half)
                    .map_or(self, |sum| Number::Int(sum / unit * unit))
            }
            Number::Float(_) if places <= 0 => match self.whole(f64::round) {
                integer @ Number::Int(_) => integer.round(places),
                float => float,
            },
            Number::Float(float) => {
                let rounded = (float * scale).round() / scale;
                Number::Float(if rounded.is_finite() { rounded } else { float })
            }
        }
    }

    pub fn compare(self, other: Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
            _ => self.as_f64().partial_cmp(&other.as_f64()),
        }
    }

    /// Appends the number as Liquid prints it: `1`, `1.0`, `1.5`, `1.0e+20`.
    pub fn print(self, out: &mut String) {
        match self {
            Number::Int(integer) => {
                let _ = write!(out, "{integer}");
            }
            Number::Float(float) => print_float(float, out),
        }
    }

    fn exactly(
        self,
        other: Number,
        exact: fn(Decimal, Decimal) -> Option<Decimal>,
        near: fn(f64, f64) -> f64,
    ) -> Number {
        let result = Decimal::of(self)
            .zip(Decimal::of(other))
            .and_then(|(a, b)| exact(a, b));
        match (self, other, result) {
            (Number::Int(_), Number::Int(_), Some(decimal)) => Number::Int(decimal.digits),
            (_, _, Some(decimal)) => Number::Float(decimal.as_f64()),
            (_, _, None) => Number::Float(near(self.as_f64(), other.as_f64())),
        }
    }
}

/// The bytes of a leading integer with its sign.
fn integer_length(text: &str) -> usize {
    let sign = usize::from(text.starts_with(['-', '+']));
    let digits = text
        .bytes()
        .skip(sign)
        .take_while(u8::is_ascii_digit)
        .count();
    if digits == 0 { 0 } else { sign + digits }
}

fn print_float(float: f64, out: &mut String) {
    if !float.is_finite() {
        out.push_str(match float {
            _ if float.is_nan() => "NaN",
            _ if float > 0.0 => "Infinity",
            _ => "-Infinity",
        });
        return;
    }
    let size = float.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        // `1e20` in Rust is `1.0e+20` in Liquid.
        let text = format!("{float:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        out.push_str(digits);
        if !digits.contains('.') {
            out.push_str(".0");
        }
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        let _ = write!(out, "e{sign}{exponent:0>2}");
    } else {
        let _ = write!(out, "{float:?}");
    }
}

/// `digits / 10^places`, exact.
#[derive(Clone, Copy)]
struct Decimal {
    digits: i128,
    places: u32,
}

impl Decimal {
    /// The shortest decimal that reads back as the number; nothing if that does not fit.
    fn of(number: Number) -> Option<Decimal> {
        let float = match number {
            Number::Int(digits) => return Some(Decimal { digits, places: 0 }),
            Number::Float(float) if float.is_finite() && float.abs() < 1e18 => float,
            Number::Float(_) => return None,
        };
        let text = float.to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        if fraction.len() > 30 {
            return None;
        }
        let digits = format!("{whole}{fraction}").parse().ok()?;
        Some(Decimal {
            digits,
            places: fraction.len() as u32,
        })
    }

    fn scaled(self, places: u32) -> Option<i128> {
        let factor = 10i128.checked_pow(places.checked_sub(self.places)?)?;
        self.digits.checked_mul(factor)
    }

    fn plus(self, other: Decimal) -> Option<Decimal> {
        let places = self.places.max(other.places);
        let digits = self.scaled(places)?.checked_add(other.scaled(places)?)?;
        Some(Decimal { digits, places })
    }

    fn times(self, other: Decimal) -> Option<Decimal> {
        Some(Decimal {
            digits: self.digits.checked_mul(other.digits)?,
            places: self.places + other.places,
        })
    }

    fn modulo(self, other: Decimal) -> Option<Decimal> {
        let places = self.places.max(other.places);
        let (a, b) = (self.scaled(places)?, other.scaled(places)?);
        let remainder = a.checked_rem(b)?;
        let wrong_sign = remainder != 0 && (remainder < 0) != (b < 0);
        Some(Decimal {
            digits: remainder + if wrong_sign { b } else { 0 },
            places,
        })
    }

    fn as_f64(self) -> f64 {
        let places = self.places as usize;
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = format!(
            "{:0>width$}",
            self.digits.unsigned_abs(),
            width = places + 1
        );
        let (whole, fraction) = digits.split_at(digits.len() - places);
        format!("{sign}{whole}.{fraction}0")
            .parse()
            .unwrap_or(f64::NAN)
    }
}
