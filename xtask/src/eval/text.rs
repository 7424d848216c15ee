//! Free texts: similarity to the true one on a set of real translations, beside crowd-kit in the same run; and
//! transcriptions whose errors are simulated.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cairn_algorithms::text::{Method, Options, TextAnswer, Units, consolidate};
use serde_json::Value;

use super::figure::Figure;
use super::score::mean;
use crate::{process, workspace};

/// The real set.
const SET: &str = "crowdwsa_t1";
/// What crowd-kit needs; its HRRASA fails with pandas 3.
const PACKAGES: [&str; 2] = ["crowd-kit==1.4.1", "pandas<3"];
const SCRIPT: &str = include_str!("crowdkit_text.py");
/// The folder of the Python environment, with a number to raise when [`PACKAGES`] change.
const VENV: &str = "venv-crowdkit-1";

const METHODS: [(&str, Method); 3] = [
    ("select", Method::Select),
    ("combine", Method::Combine),
    ("**cairn**", Method::Cairn),
];

/// Evaluates the set below `folder`, and prints a row for each method.
pub fn run(folder: &Path) -> Result<Vec<Figure>> {
    let path = folder.join(SET).join("answers.jsonl");
    let set = Set::read(&path, &folder.join(SET).join("gold.jsonl"))?;
    println!(
        "GLEU: shared runs of one to four words over the larger number of runs; edits: 1 − edit distance over the \
         longer text, in characters. Both in small letters, with signs set apart.\n"
    );
    println!("| set | method | GLEU | edits | confidence |\n|---|---|---|---|---|");
    let mut one = Vec::new();
    for (object, _, text) in &set.answers {
        one.push(set.score(*object, text));
    }
    row(SET, "one worker, mean", &one, "");
    let mut figures = Vec::new();
    let mut ours = Vec::new();
    for (name, method) in METHODS {
        let (scores, sure) = set.consolidate(method)?;
        row(SET, name, &scores, &format!("{sure:.3}"));
        ours = scores;
    }
    match peers(&path) {
        Ok(peers) => {
            let mut best = (String::new(), Vec::new());
            for (name, texts) in peers {
                let scores: Vec<Score> = (0..set.gold.len())
                    .map(|object| {
                        let text = texts.get(&set.objects[object]).map_or("", String::as_str);
                        set.score(object, text)
                    })
                    .collect();
                row(SET, &format!("crowd-kit {name}"), &scores, "");
                if best.1.is_empty() || gleu(&scores) > gleu(&best.1) {
                    best = (name, scores);
                }
            }
            let over: Vec<f64> = ours
                .iter()
                .zip(&best.1)
                .map(|(a, b)| a.gleu - b.gleu)
                .collect();
            let (over, half) = interval(&over);
            println!(
                "\ncairn over the best of crowd-kit by GLEU ({}): {over:+.4}, 95 % within {:+.4} and {:+.4}; objects: {}",
                best.0,
                over - half,
                over + half,
                set.gold.len()
            );
            figures.push(Figure::at_least(
                format!("{SET}: GLEU to gold, against the best of crowd-kit"),
                gleu(&ours),
                gleu(&best.1),
            ));
        }
        Err(error) => {
            println!(
                "\n**SKIPPED: crowd-kit could not be run, nothing is compared with it: {error:#}**"
            );
            eprintln!(
                "SKIPPED: crowd-kit could not be run, nothing is compared with it: {error:#}"
            );
        }
    }
    figures.extend(transcriptions(&set)?);
    Ok(figures)
}

/// The gold texts as transcriptions by five workers, each of whom gets words wrong at a rate of their own.
fn transcriptions(set: &Set) -> Result<Vec<Figure>> {
    println!(
        "\nSimulated: five workers transcribe the gold texts, and get 5 to 30 % of the words wrong.\n"
    );
    println!("| set | method | GLEU | edits | confidence |\n|---|---|---|---|---|");
    let mut random = Random(11);
    let mut answers = Vec::new();
    for (object, text) in set.gold.iter().enumerate() {
        for (worker, rate) in [0.05, 0.1, 0.15, 0.2, 0.3].into_iter().enumerate() {
            answers.push((object, worker as u32, random.mishear(text, rate)));
        }
    }
    let simulated = Set {
        answers,
        workers: 5,
        gold: set.gold.clone(),
        objects: set.objects.clone(),
    };
    let best_worker: Vec<Score> = simulated
        .answers
        .iter()
        .filter(|(_, worker, _)| *worker == 0)
        .map(|(object, _, text)| simulated.score(*object, text))
        .collect();
    row("simulated", "the best worker", &best_worker, "");
    let mut reached = 0.0;
    for (name, method) in METHODS {
        let (scores, sure) = simulated.consolidate(method)?;
        row("simulated", name, &scores, &format!("{sure:.3}"));
        reached = gleu(&scores);
    }
    Ok(vec![Figure::at_least(
        "simulated transcriptions: GLEU, against the best worker",
        reached,
        gleu(&best_worker),
    )])
}

/// One set; objects and workers by number.
struct Set {
    /// Object, worker and text.
    answers: Vec<(usize, u32, String)>,
    workers: usize,
    /// By object.
    gold: Vec<String>,
    /// Names, by object.
    objects: Vec<String>,
}

impl Set {
    fn read(answers: &Path, gold: &Path) -> Result<Set> {
        let (mut numbers, mut workers) = (HashMap::new(), HashMap::new());
        let (mut objects, mut truth) = (Vec::new(), Vec::new());
        for line in lines(gold)? {
            let [object, text] = words(&line, ["object_id", "text"])?;
            numbers.insert(object.clone(), objects.len());
            objects.push(object);
            truth.push(text);
        }
        let mut given = Vec::new();
        for line in lines(answers)? {
            let [object, worker, text] = words(&line, ["object_id", "worker_id", "text"])?;
            let next = workers.len() as u32;
            let worker = *workers.entry(worker).or_insert(next);
            given.push((
                *numbers.get(&object).context("an object without gold")?,
                worker,
                text,
            ));
        }
        Ok(Set {
            answers: given,
            workers: workers.len(),
            gold: truth,
            objects,
        })
    }

    fn score(&self, object: usize, text: &str) -> Score {
        Score::of(text, &self.gold[object])
    }

    /// Scores by object, and the mean confidence.
    fn consolidate(&self, method: Method) -> Result<(Vec<Score>, f64)> {
        let answers: Vec<TextAnswer<'_>> = self
            .answers
            .iter()
            .map(|(object, worker, text)| TextAnswer {
                object: *object as u32,
                worker: *worker,
                text,
            })
            .collect();
        let options = Options {
            method,
            units: Units::Automatic,
        };
        let result = consolidate(self.gold.len(), self.workers, &answers, &options)?;
        let decisions: Vec<_> = result.objects.iter().flatten().collect();
        ensure!(
            decisions.len() == self.gold.len(),
            "an object without answers"
        );
        let scores = decisions.iter().enumerate();
        let scores = scores
            .map(|(object, one)| self.score(object, &one.text))
            .collect();
        Ok((scores, mean(decisions.iter().map(|one| one.agreement))))
    }
}

fn lines(path: &Path) -> Result<Vec<Value>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    let lines = text.lines().map(serde_json::from_str);
    lines
        .collect::<serde_json::Result<_>>()
        .with_context(|| format!("read {}", path.display()))
}

fn words<const N: usize>(line: &Value, keys: [&str; N]) -> Result<[String; N]> {
    let mut values = std::array::from_fn(|_| String::new());
    for (value, key) in values.iter_mut().zip(keys) {
        let word = line[key].as_str().with_context(|| format!("no {key}"))?;
        *value = word.to_owned();
    }
    Ok(values)
}

/// By method, by object: what crowd-kit concludes.
fn peers(answers: &Path) -> Result<BTreeMap<String, HashMap<String, String>>> {
    let python = venv()?;
    let output = Command::new(python)
        .args(["-W", "ignore", "-c", SCRIPT])
        .arg(answers)
        .output()
        .context("run crowd-kit")?;
    ensure!(
        output.status.success(),
        "crowd-kit failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let value: BTreeMap<String, HashMap<String, String>> =
        serde_json::from_slice(&output.stdout).context("read what crowd-kit printed")?;
    Ok(value)
}

/// The interpreter of an environment with crowd-kit, made below the target folder the first time.
fn venv() -> Result<PathBuf> {
    let venv = workspace::cache().join(VENV);
    let (python, done) = (venv.join("bin/python"), venv.join("complete"));
    if done.is_file() {
        return Ok(python);
    }
    eprintln!("installing {} …", PACKAGES.join(" and "));
    if venv.exists() {
        std::fs::remove_dir_all(&venv).context("remove a half-made Python environment")?;
    }
    std::fs::create_dir_all(workspace::cache())?;
    process::run_quiet(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    process::run_quiet(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(PACKAGES),
    )?;
    std::fs::write(done, "")?;
    Ok(python)
}

fn row(set: &str, method: &str, scores: &[Score], sure: &str) {
    let edits = mean(scores.iter().map(|score| score.edits));
    println!(
        "| {set} | {method} | {:.4} | {edits:.4} | {sure} |",
        gleu(scores)
    );
}

fn gleu(scores: &[Score]) -> f64 {
    mean(scores.iter().map(|score| score.gleu))
}

/// The mean, and half of its 95 % interval.
fn interval(values: &[f64]) -> (f64, f64) {
    let middle = mean(values.iter().copied());
    let count = values.len().max(2) as f64;
    let squares: f64 = values.iter().map(|value| (value - middle).powi(2)).sum();
    (middle, 1.96 * (squares / (count - 1.0) / count).sqrt())
}

/// How near a text is to the true one, both in 0..=1.
#[derive(Clone, Copy)]
struct Score {
    gleu: f64,
    edits: f64,
}

impl Score {
    fn of(text: &str, gold: &str) -> Score {
        let (text, gold) = (tokens(text), tokens(gold));
        let (mut shared, mut given, mut right) = (0, 0, 0);
        for length in 1..=4 {
            let (ours, true_ones) = (runs(&text, length), runs(&gold, length));
            for (run, count) in &ours {
                shared += (*count).min(true_ones.get(run).copied().unwrap_or(0));
            }
            given += ours.values().sum::<usize>();
            right += true_ones.values().sum::<usize>();
        }
        let characters = |tokens: &[String]| tokens.join(" ").chars().collect::<Vec<char>>();
        let (one, other) = (characters(&text), characters(&gold));
        let longer = one.len().max(other.len()).max(1);
        Score {
            gleu: shared as f64 / given.max(right).max(1) as f64,
            edits: 1.0 - distance(&one, &other) as f64 / longer as f64,
        }
    }
}

/// Runs of letters and digits, and signs one by one, in small letters.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut is_word = false;
    for character in text.to_lowercase().chars() {
        let goes_on = character.is_alphanumeric();
        match tokens.last_mut() {
            Some(last) if goes_on && is_word => last.push(character),
            _ if character.is_whitespace() => {}
            _ => tokens.push(character.to_string()),
        }
        is_word = goes_on;
    }
    tokens
}

fn runs(tokens: &[String], length: usize) -> HashMap<&[String], usize> {
    let mut runs = HashMap::new();
    for run in tokens.windows(length) {
        *runs.entry(run).or_insert(0) += 1;
    }
    runs
}

fn distance(one: &[char], other: &[char]) -> usize {
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (row, left) in one.iter().enumerate() {
        let mut before = row;
        above[0] = row + 1;
        for (column, right) in other.iter().enumerate() {
            let least =
                (above[column].min(above[column + 1]) + 1).min(before + usize::from(left != right));
            before = std::mem::replace(&mut above[column + 1], least);
        }
    }
    above[other.len()]
}

struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count.max(1)
    }

    /// Drops, doubles or misspells words at a rate.
    fn mishear(&mut self, text: &str, rate: f64) -> String {
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            if (self.below(10_000) as f64) < rate * 10_000.0 {
                match self.below(4) {
                    0 => {}
                    1 => words.extend([word.to_owned(), word.to_owned()]),
                    _ => {
                        let at = self.below(word.chars().count());
                        let letter = (b'a' + self.below(26) as u8) as char;
                        let spelled = word.chars().enumerate();
                        let spelled = spelled.map(|(n, own)| if n == at { letter } else { own });
                        words.push(spelled.collect());
                    }
                }
            } else {
                words.push(word.to_owned());
            }
        }
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_definitions() {
        let score = Score::of("A b c", "a b c d");
        assert!((score.gleu - 0.6).abs() < 1e-12);
        assert!((score.edits - 5.0 / 7.0).abs() < 1e-12);
        assert_eq!(tokens("Don't go!"), ["don", "'", "t", "go", "!"]);
        assert_eq!(distance(&['a', 'b'], &['b']), 1);
        assert_eq!(interval(&[1.0, 1.0]), (1.0, 0.0));
    }
}
