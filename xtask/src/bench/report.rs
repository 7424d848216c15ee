//! The figures as a Markdown table: ours, those of other tools with the ratio, and the budget.

use super::peers::{PEERS, Peers};

/// What is better.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Less, as of time.
    Less,
    /// More, as of a rate.
    More,
}

/// One figure.
pub struct Row {
    what: String,
    ours: f64,
    unit: &'static str,
    better: Better,
    peers: Option<(&'static str, f64)>,
    budget: Option<f64>,
    note: String,
}

impl Row {
    /// A figure of ours.
    pub fn new(what: impl Into<String>, ours: f64, unit: &'static str, better: Better) -> Row {
        Row {
            what: what.into(),
            ours,
            unit,
            better,
            peers: None,
            budget: None,
            note: String::new(),
        }
    }

    /// Where the same figure of other tools is found ([`Peers::figure`]).
    pub fn peers(mut self, path: &'static str) -> Row {
        self.peers = Some((path, 1.0));
        self
    }

    /// The same for figures in another unit: `factor` brings them into ours.
    pub fn peers_times(mut self, path: &'static str, factor: f64) -> Row {
        self.peers = Some((path, factor));
        self
    }

    /// What it has to be, at least or at most.
    pub fn budget(mut self, budget: f64) -> Row {
        self.budget = Some(budget);
        self
    }

    /// What else there is to say.
    pub fn note(mut self, note: impl Into<String>) -> Row {
        self.note = note.into();
        self
    }

    fn is_met(&self) -> Option<bool> {
        let budget = self.budget?;
        Some(match self.better {
            Better::Less => self.ours <= budget,
            Better::More => self.ours >= budget,
        })
    }

    fn line(&self, peers: &Peers) -> String {
        let mut cells = vec![self.what.clone(), with_unit(self.ours, self.unit)];
        for (peer, _) in PEERS {
            let figure = self
                .peers
                .and_then(|(path, factor)| Some(peers.figure(peer, path)? * factor));
            cells.push(figure.map_or_else(String::new, |theirs| {
                // Above 1, we are better.
                let ratio = match self.better {
                    Better::Less => theirs / self.ours,
                    Better::More => self.ours / theirs,
                };
                let theirs = with_unit(theirs, self.unit);
                if ratio.is_finite() {
                    format!("{theirs} (×{})", number(ratio))
                } else {
                    theirs
                }
            }));
        }
        cells.push(match (self.budget, self.is_met()) {
            (Some(budget), Some(met)) => {
                let sign = if self.better == Better::Less {
                    "≤"
                } else {
                    "≥"
                };
                format!(
                    "{sign} {} {}",
                    with_unit(budget, self.unit),
                    if met { "met" } else { "**missed**" }
                )
            }
            _ => String::new(),
        });
        cells.push(self.note.clone());
        format!("| {} |", cells.join(" | "))
    }
}

/// All figures of a run.
pub struct Report {
    peers: Peers,
    /// Other sizes or another build give figures that say nothing beside those of other tools or the budgets.
    is_comparable: bool,
    rows: Vec<Row>,
}

impl Report {
    /// A report that compares with these tools, when the run is one to compare.
    pub fn new(peers: Peers, is_comparable: bool) -> Report {
        Report {
            peers,
            is_comparable,
            rows: Vec::new(),
        }
    }

    /// Adds a figure, and shows its line at once.
    pub fn push(&mut self, mut row: Row) {
        if !self.is_comparable {
            row.peers = None;
            row.budget = None;
        }
        println!("{}", row.line(&self.peers));
        self.rows.push(row);
    }

    /// Adds what cannot be measured here, and why.
    pub fn skip(&mut self, what: &str, why: &str) {
        println!("| {what} | | | | | | {why} |");
    }

    /// The two lines above the rows.
    pub fn head() -> String {
        let peers: Vec<&str> = PEERS.iter().map(|(_, name)| *name).collect();
        format!(
            "| what | Cairn | {} | budget | note |\n|---|---|{}---|---|",
            peers.join(" | "),
            "---|".repeat(PEERS.len())
        )
    }

    /// How many budgets were met and how many missed.
    pub fn budgets(&self) -> (usize, usize) {
        let met: Vec<bool> = self.rows.iter().filter_map(Row::is_met).collect();
        let good = met.iter().filter(|met| **met).count();
        (good, met.len() - good)
    }
}

fn with_unit(value: f64, unit: &str) -> String {
    format!("{} {unit}", number(value)).trim_end().to_owned()
}

/// Three digits that matter, and the thousands apart.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        large if large >= 100.0 => 0,
        large if large >= 10.0 => 1,
        large if large >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        let left = whole.len() - at;
        if at > 0 && left.is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if rest.is_empty() {
        grouped
    } else {
        format!("{grouped}.{rest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_tells_ratio_and_budget() {
        let peers = Peers::of(json!({
            "label-studio-sqlite": {"W4": {"loops_per_s": 2.0, "cpu": 40.0, "n": 20}, "start": [3.9, 3.0, 3.3]},
            "doccano-sqlite": {"W4": {"loops_per_s": 4.0}},
        }));
        let row = Row::new("loops", 3000.0, "/s", Better::More)
            .peers("W4/loops_per_s")
            .budget(1000.0)
            .note("N = 1");
        assert_eq!(
            row.line(&peers),
            "| loops | 3,000 /s | 2.00 /s (×1,500) |  | 4.00 /s (×750) | ≥ 1,000 /s met | N = 1 |"
        );
        let row = Row::new("CPU", 4.0, "s", Better::Less)
            .peers("W4/cpu:W4/n")
            .budget(1.0);
        assert_eq!(
            row.line(&peers),
            "| CPU | 4.00 s | 2.00 s (×0.500) |  |  | ≤ 1.00 s **missed** |  |"
        );
        let row = Row::new("start", 0.05, "s", Better::Less).peers("start");
        assert_eq!(
            row.line(&peers),
            "| start | 0.050 s | 3.30 s (×66.0) |  |  |  |  |"
        );
    }

    #[test]
    fn numbers_are_short() {
        let shown: Vec<String> = [0.1234, 1.234, 12.34, 123.4, 1234.5, 1_234_567.0]
            .map(number)
            .into();
        assert_eq!(
            shown,
            ["0.123", "1.23", "12.3", "123", "1,234", "1,234,567"]
        );
    }
}
