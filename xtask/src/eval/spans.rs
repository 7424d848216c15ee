//! Labeled spans of texts: exact F1 and F1 by offset on sets of real answers with gold truth.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Context, Result};
use cairn_algorithms::spans::{Method, Options, Span, SpanAnswer, consolidate};
use serde_json::Value;

use super::figure::Figure;

/// What is required of the default method, by set: a name, the bound, and which F1 it is about.
const REQUIRED: [(&str, f64, Kind); 2] = [
    ("conll_mturk_val", 0.75, Kind::Exact),
    ("pico_participants", 0.72, Kind::ByOffset),
];

/// What is compared between two lists of spans.
#[derive(Clone, Copy)]
enum Kind {
    /// Whole spans: start, end and label.
    Exact,
    /// Each offset with its label.
    ByOffset,
}

/// Evaluates the sets below `folder`, and prints rows for each.
pub fn run(folder: &Path) -> Result<Vec<Figure>> {
    println!(
        "| set | method | exact P / R / F1 | by offset P / R / F1 | mean confidence of a span |"
    );
    println!("|---|---|---|---|---|");
    let mut figures = Vec::new();
    for (name, bound, kind) in REQUIRED {
        let set = Set::read(&folder.join(name))?;
        let mut alone = (Count::default(), Count::default());
        for answer in &set.answers {
            let gold = &set.gold[answer.object as usize];
            alone.0.add(Kind::Exact, &answer.spans, gold);
            alone.1.add(Kind::ByOffset, &answer.spans, gold);
        }
        println!("| {name} | one worker | {} | {} | |", alone.0, alone.1);
        for (share, word) in [
            (0.5, "more than half"),
            (0.4, "40 %"),
            (1.0 / 3.0, "a third"),
        ] {
            let kept = set.quorum(share);
            let (exact, by_offset) = set.score(&kept);
            println!("| {name} | kept by {word} | {exact} | {by_offset} | |");
            let pieces = set.quorum_by_offset(share);
            let (exact, by_offset) = set.score(&pieces);
            println!("| {name} | offsets kept by {word} | {exact} | {by_offset} | |");
        }
        let methods = [
            ("ground-truth", Method::GroundTruth),
            ("majority", Method::Majority),
            ("tokens", Method::Tokens),
            ("**cairn**", Method::Cairn),
        ];
        for (word, method) in methods {
            let options = Options { method };
            let result = consolidate(
                &vec![None; set.gold.len()],
                set.workers,
                set.labels,
                &set.answers,
                &options,
            )?;
            let decisions = result.objects.iter();
            let labels: Vec<_> = decisions
                .map(|one| one.iter().flat_map(|one| &one.spans).collect::<Vec<_>>())
                .collect();
            let kept: Vec<Vec<Span>> = labels
                .iter()
                .map(|list| list.iter().map(|label| label.span).collect())
                .collect();
            let (exact, by_offset) = set.score(&kept);
            let count = labels.iter().flatten().count().max(1) as f64;
            let sure: f64 = labels.iter().flatten().map(|label| label.posterior).sum();
            println!(
                "| {name} | {word} | {exact} | {by_offset} | {:.3} |",
                sure / count
            );
            if method == Method::Cairn {
                let (what, value) = match kind {
                    Kind::Exact => ("exact span F1", exact.f1()),
                    Kind::ByOffset => ("span F1 by offset", by_offset.f1()),
                };
                figures.push(Figure::at_least(format!("{name}: {what}"), value, bound));
            }
        }
    }
    Ok(figures)
}

/// One set; objects, workers and labels by number.
struct Set {
    workers: usize,
    labels: usize,
    answers: Vec<SpanAnswer>,
    /// By object.
    gold: Vec<Vec<Span>>,
}

struct Line {
    object_id: String,
    worker_id: String,
    spans: Vec<Row>,
}

struct Row {
    start: u64,
    end: u64,
    label: String,
}

impl Set {
    fn read(folder: &Path) -> Result<Set> {
        let (given, gold) = (
            lines(&folder.join("answers.jsonl"))?,
            lines(&folder.join("gold.jsonl"))?,
        );
        let rows = given.iter().chain(&gold).flat_map(|line| &line.spans);
        let names: BTreeSet<&str> = rows.map(|row| row.label.as_str()).collect();
        let labels: HashMap<&str, u32> = names.iter().copied().zip(0..).collect();
        let spans = |line: &Line| -> Vec<Span> {
            let rows = line.spans.iter();
            rows.map(|row| Span {
                start: row.start,
                end: row.end,
                label: labels[row.label.as_str()],
            })
            .collect()
        };
        let (mut objects, mut workers) = (HashMap::new(), HashMap::new());
        let answers: Vec<SpanAnswer> = given
            .iter()
            .map(|line| SpanAnswer {
                object: number(&mut objects, &line.object_id),
                worker: number(&mut workers, &line.worker_id),
                spans: spans(line),
            })
            .collect();
        let mut truth = vec![Vec::new(); objects.len()];
        // What nobody was asked says nothing of how answers are brought together.
        for line in &gold {
            if let Some(object) = objects.get(line.object_id.as_str()) {
                truth[*object as usize] = spans(line);
            }
        }
        Ok(Set {
            workers: workers.len(),
            labels: labels.len(),
            answers,
            gold: truth,
        })
    }

    fn score(&self, kept: &[Vec<Span>]) -> (Count, Count) {
        let mut counts = (Count::default(), Count::default());
        for (kept, gold) in kept.iter().zip(&self.gold) {
            counts.0.add(Kind::Exact, kept, gold);
            counts.1.add(Kind::ByOffset, kept, gold);
        }
        counts
    }

    /// By object, everything that more than this share of its workers gave.
    fn votes<T: Ord>(&self, share: f64, of: impl Fn(&[Span]) -> BTreeSet<T>) -> Vec<BTreeSet<T>> {
        let mut votes: Vec<std::collections::BTreeMap<T, usize>> =
            (0..self.gold.len()).map(|_| Default::default()).collect();
        let mut answers = vec![0; self.gold.len()];
        for answer in &self.answers {
            answers[answer.object as usize] += 1;
            for one in of(&answer.spans) {
                *votes[answer.object as usize].entry(one).or_insert(0) += 1;
            }
        }
        let kept = votes.into_iter().zip(answers);
        kept.map(|(votes, answers)| {
            let enough = votes
                .into_iter()
                .filter(|(_, votes)| *votes as f64 > share * f64::from(answers));
            enough.map(|(one, _)| one).collect()
        })
        .collect()
    }

    fn quorum(&self, share: f64) -> Vec<Vec<Span>> {
        let kept = self.votes(share, |spans| spans.iter().copied().collect());
        kept.into_iter()
            .map(|spans| spans.into_iter().collect())
            .collect()
    }

    /// Offsets with a label that enough workers gave, those in a row joined.
    fn quorum_by_offset(&self, share: f64) -> Vec<Vec<Span>> {
        let kept = self.votes(share, offsets);
        kept.into_iter()
            .map(|offsets| {
                let mut spans: Vec<Span> = Vec::new();
                for (label, start) in offsets {
                    match spans.last_mut() {
                        Some(last) if last.end == start && last.label == label => last.end += 1,
                        _ => spans.push(Span {
                            start,
                            end: start + 1,
                            label,
                        }),
                    }
                }
                spans
            })
            .collect()
    }
}

fn lines(path: &Path) -> Result<Vec<Line>> {
    let read = || -> Result<Vec<Line>> {
        let text = std::fs::read_to_string(path)?;
        text.lines().map(line).collect()
    };
    read().with_context(|| format!("read {}", path.display()))
}

/// Reads one line; gold truth has no worker.
fn line(text: &str) -> Result<Line> {
    let value: Value = serde_json::from_str(text)?;
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = value["spans"].as_array().context("no spans")?;
    Ok(Line {
        object_id: word(&value["object_id"]),
        worker_id: word(&value["worker_id"]),
        spans: rows
            .iter()
            .map(|row| {
                Ok(Row {
                    start: row["start"].as_u64().context("no start")?,
                    end: row["end"].as_u64().context("no end")?,
                    label: word(&row["label"]),
                })
            })
            .collect::<Result<_>>()?,
    })
}

fn number<'a>(numbers: &mut HashMap<&'a str, u32>, name: &'a str) -> u32 {
    let next = numbers.len() as u32;
    *numbers.entry(name).or_insert(next)
}

fn offsets(spans: &[Span]) -> BTreeSet<(u32, u64)> {
    let of = |span: &Span| {
        let label = span.label;
        (span.start..span.end).map(move |at| (label, at))
    };
    spans.iter().flat_map(of).collect()
}

/// How many are right, given and true.
#[derive(Clone, Copy, Default)]
struct Count {
    right: usize,
    given: usize,
    gold: usize,
}

impl Count {
    fn add(&mut self, kind: Kind, given: &[Span], gold: &[Span]) {
        match kind {
            Kind::Exact => {
                let (given, gold) = (given.iter().collect(), gold.iter().collect());
                self.add_sets(&given, &gold);
            }
            Kind::ByOffset => self.add_sets(&offsets(given), &offsets(gold)),
        }
    }

    fn add_sets<T: Ord>(&mut self, given: &BTreeSet<T>, gold: &BTreeSet<T>) {
        self.right += given.intersection(gold).count();
        self.given += given.len();
        self.gold += gold.len();
    }

    fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (self.given + self.gold).max(1) as f64
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let part = |of: usize| self.right as f64 / of.max(1) as f64;
        let (precision, recall) = (part(self.given), part(self.gold));
        write!(f, "{precision:.3} / {recall:.3} / {:.3}", self.f1())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_f1_are_those_of_the_definitions() {
        let span = |start, end| Span {
            start,
            end,
            label: 0,
        };
        let (given, gold) = ([span(0, 4), span(6, 8)], [span(0, 4), span(6, 9)]);
        let (mut exact, mut by_offset) = (Count::default(), Count::default());
        exact.add(Kind::Exact, &given, &gold);
        by_offset.add(Kind::ByOffset, &given, &gold);
        assert_eq!(exact.to_string(), "0.500 / 0.500 / 0.500");
        assert_eq!(by_offset.to_string(), "1.000 / 0.857 / 0.923");
    }
}
