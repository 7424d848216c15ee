//! What a job has left in its bucket, read as a script reads it, and held against what workers were promised.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::job::{ATTRIBUTE, LabelingJob};
use crate::aws::Aws;

/// An answer that the server has acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The object's number in the manifest.
    pub object_id: String,
    /// What makes this answer unlike any other; it is in the answer's `note`.
    pub note: String,
    /// The label chosen.
    pub label: String,
}

/// The files of a job's output.
pub struct Results {
    /// By object: the answers in its newest worker-response file.
    answers: BTreeMap<String, Vec<Given>>,
    output: Vec<u8>,
}

/// An answer as a worker-response file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Given {
    worker: String,
    note: String,
    label: String,
}

impl Results {
    /// Reads the worker responses and the output manifest.
    pub async fn read(aws: &mut Aws, job: &LabelingJob) -> Result<Results> {
        let bucket = &job.spec.bucket;
        let prefix = format!("{}annotations/worker-response/", job.prefix());
        let mut newest: BTreeMap<String, String> = BTreeMap::new();
        for key in aws.list(bucket, &prefix).await? {
            // …/worker-response/iteration-<N>/<object>/<time>.json: later iterations and times sort later, but 10 sorts
            // before 9, so iterations are compared as numbers.
            let parts: Vec<&str> = key.rsplit('/').collect();
            let [time, object, iteration, ..] = parts.as_slice() else {
                continue;
            };
            let order = |iteration: &str, time: &str| {
                let number: u64 = iteration
                    .rsplit('-')
                    .next()
                    .and_then(|text| text.parse().ok())
                    .unwrap_or(0);
                (number, time.to_owned())
            };
            let this = order(iteration, time);
            let later = newest.get(*object).is_none_or(|other| {
                let parts: Vec<&str> = other.rsplit('/').collect();
                order(parts[2], parts[0]) < this
            });
            if later {
                newest.insert((*object).to_owned(), key.clone());
            }
        }
        let mut answers = BTreeMap::new();
        for (object, key) in newest {
            let body = aws
                .get(bucket, &key)
                .await?
                .with_context(|| format!("{key} is listed and not there"))?;
            let file: Value =
                serde_json::from_slice(&body).with_context(|| format!("read {key}"))?;
            let list = file["answers"]
                .as_array()
                .with_context(|| format!("no answers in {key}"))?;
            answers.insert(object, list.iter().map(given).collect());
        }
        let output = aws
            .get(bucket, &job.output_key())
            .await?
            .context("there is no output manifest")?;
        Ok(Results { answers, output })
    }

    /// How many answers there are in all.
    pub fn answer_count(&self) -> usize {
        self.answers.values().map(Vec::len).sum()
    }

    /// Whether every promise was kept; an error names the first that was not.
    ///
    /// `sent` are answers that were sent and neither acknowledged nor refused: they may be there or not.
    pub fn check(
        &self,
        acknowledged: &[Answer],
        sent: &[Answer],
        input: &[u8],
        workers_per_object: usize,
    ) -> Result<()> {
        let mut count: HashMap<&str, u32> = HashMap::new();
        for (object, answers) in &self.answers {
            ensure!(
                answers.len() <= workers_per_object,
                "object {object} has {} answers, and {workers_per_object} were wanted",
                answers.len()
            );
            for (at, given) in answers.iter().enumerate() {
                *count.entry(&given.note).or_default() += 1;
                ensure!(
                    answers[..at]
                        .iter()
                        .all(|other| other.worker != given.worker),
                    "object {object} has two answers of the worker {}",
                    given.worker
                );
            }
        }
        for answer in acknowledged {
            let Answer {
                object_id,
                note,
                label,
            } = answer;
            let times = count.get(note.as_str()).copied().unwrap_or(0);
            ensure!(
                times == 1,
                "the acknowledged answer {answer:?} is there {times} times"
            );
            let held = self.answers.get(object_id).into_iter().flatten();
            ensure!(
                held.clone()
                    .any(|given| given.note == *note && given.label == *label),
                "the acknowledged answer {answer:?} is not among those of its object: {:?}",
                held.collect::<Vec<_>>()
            );
        }
        let known: HashMap<&str, ()> = acknowledged
            .iter()
            .chain(sent)
            .map(|answer| (answer.note.as_str(), ()))
            .collect();
        for note in count.keys() {
            ensure!(
                known.contains_key(note),
                "nobody gave the answer with the note {note:?}"
            );
        }
        self.check_output(input)
    }

    /// The output manifest must be the input's lines, in order and untouched, each with the label and its metadata.
    fn check_output(&self, input: &[u8]) -> Result<()> {
        let lines = |bytes: &[u8]| -> Vec<String> {
            bytes
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .map(|line| String::from_utf8_lossy(line).into_owned())
                .collect()
        };
        let (input, output) = (lines(input), lines(&self.output));
        ensure!(
            input.len() == output.len(),
            "{} lines in, {} lines out",
            input.len(),
            output.len()
        );
        for (at, (before, after)) in input.iter().zip(&output).enumerate() {
            let kept = before.strip_suffix('}').unwrap_or(before);
            ensure!(
                after.starts_with(kept),
                "line {at} of the output has not kept the input: {after}"
            );
            let added: Value =
                serde_json::from_str(after).with_context(|| format!("line {at} of the output"))?;
            let metadata = format!("{ATTRIBUTE}-metadata");
            let keys: Vec<&String> = added.as_object().context("not an object")?.keys().collect();
            ensure!(
                keys.len() >= 2
                    && keys[keys.len() - 2] == ATTRIBUTE
                    && *keys[keys.len() - 1] == metadata,
                "line {at} of the output does not end with the label and its metadata: {after}"
            );
        }
        Ok(())
    }
}

fn given(answer: &Value) -> Given {
    let content = &answer["answerContent"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Given {
        worker: text(&answer["workerId"]),
        note: text(&content["note"]),
        label: text(&content["crowd-classifier"]["label"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUT: &[u8] = b"{\"source\":\"a\",\"x\" : 1}\n{\"source\":\"b\"}\n";
    const OUTPUT: &str = concat!(
        r#"{"source":"a","x" : 1,"topic":0,"topic-metadata":{"class-name":"sports"}}"#,
        "\n",
        r#"{"source":"b","topic":1,"topic-metadata":{"class-name":"sports"}}"#,
        "\n"
    );

    fn answer(object: &str, note: &str) -> Answer {
        Answer {
            object_id: object.into(),
            note: note.into(),
            label: "sports".into(),
        }
    }

    fn results(answers: &[(&str, &[&str])], output: &str) -> Results {
        let answers = answers
            .iter()
            .map(|(object, notes)| {
                let given = |(at, note): (usize, &&str)| Given {
                    worker: format!("w{at}"),
                    note: (*note).into(),
                    label: "sports".into(),
                };
                let given = notes.iter().enumerate().map(given).collect();
                ((*object).into(), given)
            })
            .collect();
        Results {
            answers,
            output: output.into(),
        }
    }

    fn check(results: &Results, acknowledged: &[Answer], sent: &[Answer]) -> String {
        match results.check(acknowledged, sent, INPUT, 2) {
            Ok(()) => "kept".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_promise_that_is_broken_is_found() {
        let acknowledged = [answer("0", "n1"), answer("0", "n2"), answer("1", "n3")];
        let sent = [answer("1", "n4")];
        let good = results(&[("0", &["n1", "n2"]), ("1", &["n3", "n4"])], OUTPUT);
        assert_eq!(check(&good, &acknowledged, &sent), "kept");

        let lost = results(&[("0", &["n1"]), ("1", &["n3"])], OUTPUT);
        assert!(
            check(&lost, &acknowledged, &sent)
                .contains("\"n2\", label: \"sports\" } is there 0 times")
        );
        let twice = results(&[("0", &["n1", "n2"]), ("1", &["n3", "n3"])], OUTPUT);
        assert!(check(&twice, &acknowledged, &sent).contains("is there 2 times"));
        let moved = results(&[("0", &["n1", "n3"]), ("1", &["n2"])], OUTPUT);
        assert!(check(&moved, &acknowledged, &sent).contains("not among those of its object"));
        let too_many = results(&[("0", &["n1", "n2", "n4"]), ("1", &["n3"])], OUTPUT);
        assert!(
            check(&too_many, &acknowledged, &sent)
                .contains("object 0 has 3 answers, and 2 were wanted")
        );
        let mut same_worker = good;
        for given in same_worker.answers.get_mut("1").unwrap() {
            given.worker = "w1".into();
        }
        assert!(
            check(&same_worker, &acknowledged, &sent)
                .contains("object 1 has two answers of the worker w1")
        );
        let stranger = results(&[("0", &["n1", "n2"]), ("1", &["n3", "n9"])], OUTPUT);
        assert!(check(&stranger, &acknowledged, &sent).contains("nobody gave the answer"));
    }

    #[test]
    fn an_output_that_differs_from_its_input_is_found() {
        let answers: &[(&str, &[&str])] = &[];
        let with = |output: &str| check(&results(answers, output), &[], &[]);
        assert_eq!(with(OUTPUT), "kept");
        let (first, second) = OUTPUT.trim_end().split_once('\n').unwrap();
        assert!(
            with(&format!("{second}\n{first}\n"))
                .contains("line 0 of the output has not kept the input")
        );
        assert!(with(&format!("{first}\n")).contains("2 lines in, 1 lines out"));
        assert!(with(&OUTPUT.replace("\"x\" : 1", "\"x\":1")).contains("line 0"));
        assert!(
            with(&OUTPUT.replace("\"topic\":1,", "")).contains("line 1 of the output does not end")
        );
    }
}
