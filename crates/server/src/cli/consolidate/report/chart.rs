//! Plots as SVG.

use maud::{Markup, html};

use super::super::gold::Bin;
use super::{count, decimals};

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 230.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 44.0;

/// Counts as bars.
pub(super) struct Bars {
    pub(super) title: String,
    /// What stands below the axis.
    pub(super) unit: &'static str,
    /// Whether the names of the bars are where they begin, and not what they are.
    pub(super) between: bool,
    /// Names and counts.
    pub(super) bars: Vec<(String, usize)>,
    /// Where the last bar ends, if names are beginnings.
    pub(super) end: String,
}

impl Bars {
    pub(super) fn draw(&self) -> Markup {
        let most = self.bars.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let (top, step) = scale(most);
        let wide = (WIDTH - LEFT - RIGHT) / self.bars.len().max(1) as f64;
        let y = |value: usize| bottom() - (bottom() - TOP) * value as f64 / top as f64;
        // As many names below the axis as are readable there.
        let every = self.bars.len().div_ceil(10).max(1);
        html! {
            figure {
                h3 { (self.title) }
                svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(self.title) {
                    @for tick in (0..=top).step_by(step) {
                        line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(at(y(tick))) y2=(at(y(tick))) {}
                        text x=(LEFT - 8.0) y=(at(y(tick) + 4.0)) text-anchor="end" { (count(tick)) }
                    }
                    @for (number, (name, objects)) in self.bars.iter().enumerate() {
                        @let left = LEFT + wide * number as f64;
                        rect.bar x=(at(left + 1.0)) width=(at((wide - 2.0).clamp(1.0, 40.0))) y=(at(y(*objects)))
                            height=(at(bottom() - y(*objects))) rx="1" {
                            title { (self.bar_name(number)) ": " (count(*objects)) }
                        }
                        // The last is named where it stands for more than itself.
                        @if number % every == 0 || (number + 1 == self.bars.len() && name.ends_with('+')) {
                            @let middle = left + if self.between { 0.0 } else { 1.0 + (wide - 2.0).clamp(1.0, 40.0) / 2.0 };
                            text x=(at(middle)) y=(bottom() + 16.0) text-anchor="middle" { (name) }
                        }
                    }
                    @if self.between {
                        text x=(WIDTH - RIGHT) y=(bottom() + 16.0) text-anchor="middle" { (self.end) }
                    }
                    line.axis x1=(LEFT) x2=(WIDTH - RIGHT) y1=(bottom()) y2=(bottom()) {}
                    text x=((LEFT + WIDTH - RIGHT) / 2.0) y=(HEIGHT - 8.0) text-anchor="middle" { (self.unit) }
                }
                details {
                    summary { "As a table" }
                    table {
                        thead { tr { th { (self.unit) } th.number { "objects" } } }
                        tbody {
                            @for (number, (_, objects)) in self.bars.iter().enumerate() {
                                tr { td { (self.bar_name(number)) } td.number { (count(*objects)) } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn bar_name(&self, number: usize) -> String {
        let (name, _) = &self.bars[number];
        if !self.between {
            return name.clone();
        }
        let next = self.bars.get(number + 1).map(|(name, _)| name);
        format!("{name} to {}", next.unwrap_or(&self.end))
    }
}

/// Confidence against the share that is right, the area of a dot by its objects.
pub(super) fn calibration(bins: &[Bin]) -> Markup {
    let x = |value: f64| LEFT + (WIDTH - LEFT - RIGHT) * value;
    let y = |value: f64| bottom() - (bottom() - TOP) * value;
    let filled: Vec<(usize, f64, f64)> = bins
        .iter()
        .filter(|bin| bin.objects > 0)
        .map(|bin| {
            let objects = bin.objects as f64;
            (bin.objects, bin.confidence / objects, bin.right / objects)
        })
        .collect();
    let most = filled.iter().map(|bin| bin.0).max().unwrap_or(1) as f64;
    let points: Vec<String> = filled
        .iter()
        .map(|(_, sure, right)| format!("{},{}", at(x(*sure)), at(y(*right))))
        .collect();
    html! {
        figure {
            h3 { "Calibration" }
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label="Accuracy by confidence" {
                @for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
                    line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(at(y(tick))) y2=(at(y(tick))) {}
                    text x=(LEFT - 8.0) y=(at(y(tick) + 4.0)) text-anchor="end" { (tick) }
                    text x=(at(x(tick))) y=(bottom() + 16.0) text-anchor="middle" { (tick) }
                }
                line.axis x1=(LEFT) x2=(WIDTH - RIGHT) y1=(bottom()) y2=(bottom()) {}
                line.ideal x1=(LEFT) y1=(bottom()) x2=(WIDTH - RIGHT) y2=(TOP) {}
                polyline.curve points=(points.join(" ")) {}
                @for (objects, sure, right) in &filled {
                    circle.dot cx=(at(x(*sure))) cy=(at(y(*right))) r=(at(3.0 + 6.0 * (*objects as f64 / most).sqrt())) {
                        title { (count(*objects)) " objects, confidence " (decimals(*sure)) ", accuracy " (decimals(*right)) }
                    }
                }
                text x=((LEFT + WIDTH - RIGHT) / 2.0) y=(HEIGHT - 8.0) text-anchor="middle" { "confidence" }
            }
            figcaption {
                "Share of right labels by confidence, larger dots for more objects. On the dashed line confidence is honest; above it labels are better than they claim."
            }
            details {
                summary { "As a table" }
                table {
                    thead { tr { th.number { "objects" } th.number { "confidence" } th.number { "accuracy" } } }
                    tbody {
                        @for (objects, sure, right) in &filled {
                            tr { td.number { (count(*objects)) } td.number { (decimals(*sure)) } td.number { (decimals(*right)) } }
                        }
                    }
                }
            }
        }
    }
}

fn bottom() -> f64 {
    HEIGHT - BOTTOM
}

/// A coordinate with one decimal.
fn at(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The upper end of an axis of counts, and the step of its ticks: 1, 2 or 5 times a power of ten.
fn scale(most: usize) -> (usize, usize) {
    let mut power = 1usize;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if most.div_ceil(step) <= 4 {
                return (most.div_ceil(step).max(1).saturating_mul(step), step);
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn axes_end_at_round_numbers() {
        assert_eq!(super::scale(0), (1, 1));
        assert_eq!(super::scale(4), (4, 1));
        assert_eq!(super::scale(5), (6, 2));
        assert_eq!(super::scale(1234), (1500, 500));
        assert!(super::scale(usize::MAX).0 > 0);
    }
}
