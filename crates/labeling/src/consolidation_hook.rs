//! What a consolidation hook is asked, and what it may reply: a program of the requester's own that makes
//! labels of answers.
//!
//! Question and reply are those of a Ground Truth post-annotation function: the question names a file of
//! objects with their answers ([`crate::consolidation_request`]), the reply lists objects with their labels.
//! A hook may have no way to read that file, so the question carries its text too, as `payload.objects`.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::ids::Line;
use crate::label_json::{JobFacts, LabelJson};
use crate::text::shorten;
use crate::time_format::creation_date;

/// `type` in the metadata of a label that a hook made.
pub const OUTPUT_TYPE: &str = "groundtruth/custom";

/// What a hook is told about its job.
#[derive(Clone, Copy, Debug)]
pub struct HookJob<'a> {
    /// ARN of the job.
    pub arn: &'a str,
    /// Role that the job was created with.
    pub role_arn: &'a str,
    /// Key of the label.
    pub label_attribute: &'a str,
    /// Label categories.
    pub labels: &'a [String],
    /// Folder of the job's annotations.
    pub output: &'a str,
}

/// The question: `request` is the text of the file at `uri`.
pub fn question(job: HookJob<'_>, uri: &str, request: &[u8]) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Question<'a> {
        version: &'static str,
        labeling_job_arn: &'a str,
        label_attribute_name: &'a str,
        label_categories: &'a [String],
        role_arn: &'a str,
        payload: Payload<'a>,
        output_config: &'a str,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Payload<'a> {
        s3_uri: &'a str,
        objects: &'a RawValue,
    }
    serde_json::to_string(&Question {
        version: "2018-10-06",
        labeling_job_arn: job.arn,
        label_attribute_name: job.label_attribute,
        label_categories: job.labels,
        role_arn: job.role_arn,
        payload: Payload {
            s3_uri: uri,
            objects: serde_json::from_slice(request)?,
        },
        output_config: job.output,
    })
}

/// The label that a hook gave an object.
#[derive(Clone, Debug, PartialEq)]
pub struct HookLabel {
    /// Label and metadata for the output manifest.
    pub json: LabelJson,
    /// `confidence` of its metadata, or the least of its `confidence-map`; none without a number from 0 to 1.
    pub confidence: Option<f64>,
    /// Labels that it names, where it is the index of a category or a list of such.
    pub classes: Vec<String>,
}

/// Why a reply is of no use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum ReplyError {
    #[error("the reply is not a list of objects with their labels: {0}")]
    Form(String),
    #[error("the reply names object `{0}`, which was not asked about")]
    Unknown(String),
    #[error("the label of object {line} has no `{member}`")]
    Missing { line: Line, member: String },
    #[error("`{member}` of object {line} is not an object")]
    Metadata { line: Line, member: String },
}

/// Reads a reply: labels by object. Objects that it leaves out have none. Of several labels of one object the
/// last stands, as published functions reply once for each answer.
///
/// What the hook says in the metadata stays, but for the members that say who made the label and when.
pub fn labels(
    reply: &[u8],
    asked: &[Line],
    job: JobFacts<'_>,
    label_attribute: &str,
    time: Timestamp,
) -> Result<HashMap<Line, HookLabel>, ReplyError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Replied {
        dataset_object_id: String,
        consolidated_annotation: Consolidated,
    }
    #[derive(Deserialize)]
    struct Consolidated {
        content: Map<String, Value>,
    }
    let replied: Vec<Replied> =
        serde_json::from_slice(reply).map_err(|error| ReplyError::Form(error.to_string()))?;
    let asked: HashSet<Line> = asked.iter().copied().collect();
    let mut labels = HashMap::with_capacity(replied.len());
    for object in replied {
        let id = object.dataset_object_id;
        let line = Line::parse(&id).filter(|line| asked.contains(line));
        let line = line.ok_or_else(|| ReplyError::Unknown(shorten(&id, 100)))?;
        let mut content = object.consolidated_annotation.content;
        let member = label_attribute.to_owned();
        let Some(label) = content.remove(&member) else {
            return Err(ReplyError::Missing { line, member });
        };
        let member = format!("{label_attribute}-metadata");
        let metadata = match content.remove(&member) {
            None => Map::new(),
            Some(Value::Object(metadata)) => metadata,
            Some(_) => return Err(ReplyError::Metadata { line, member }),
        };
        labels.insert(line, hook_label(label, metadata, job, time));
    }
    Ok(labels)
}

fn hook_label(
    label: Value,
    mut metadata: Map<String, Value>,
    job: JobFacts<'_>,
    time: Timestamp,
) -> HookLabel {
    let ours = [
        ("type", json!(OUTPUT_TYPE)),
        ("job-name", json!(job.job_name())),
        ("human-annotated", json!("yes")),
        ("creation-date", json!(creation_date(time))),
    ];
    for (member, value) in ours {
        metadata.insert(member.to_owned(), value);
    }
    let class = |value: &Value| {
        let index = u32::try_from(value.as_u64()?).ok()?;
        job.categories.label(index).map(str::to_owned)
    };
    let classes = match &label {
        Value::Array(list) => list.iter().map(class).collect(),
        one => class(one).map(|name| vec![name]),
    };
    HookLabel {
        confidence: confidence(&metadata),
        classes: classes.unwrap_or_default(),
        json: LabelJson {
            label: label.to_string(),
            metadata: Value::Object(metadata).to_string(),
        },
    }
}

fn confidence(metadata: &Map<String, Value>) -> Option<f64> {
    let one = metadata.get("confidence").and_then(Value::as_f64);
    let least = || {
        let each = metadata.get("confidence-map")?.as_object()?.values();
        each.map(Value::as_f64)
            .try_fold(f64::INFINITY, |least, one| Some(least.min(one?)))
    };
    let found = one.or_else(least);
    found.filter(|confidence| (0.0..=1.0).contains(confidence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label_category::LabelCategories;
    use crate::task_type::task_type;

    fn read(reply: Value) -> Result<HashMap<Line, HookLabel>, String> {
        let file = LabelCategories::file_of(&["cat", "dog"]);
        let categories = LabelCategories::parse(file.as_bytes(), 2, "labels").unwrap();
        let job = JobFacts {
            job_name: "Pets",
            task_type: task_type("TextMultiClass").unwrap(),
            categories: &categories,
        };
        let time = "2026-11-29T10:00:00.5Z".parse().unwrap();
        labels(
            reply.to_string().as_bytes(),
            &[Line(3), Line(4)],
            job,
            "pet",
            time,
        )
        .map_err(|error| error.to_string())
    }

    fn replied(id: &str, content: Value) -> Value {
        json!({"datasetObjectId": id, "consolidatedAnnotation": {"content": content}})
    }

    #[test]
    fn what_the_hook_says_stays_and_who_made_it_is_added() {
        let content =
            json!({"pet": 1, "pet-metadata": {"confidence": 0.75, "voters": 3, "type": "mine"}});
        let read = read(json!([
            replied("3", json!({"pet": 0})),
            replied("3", content)
        ]))
        .unwrap();
        assert_eq!(
            read[&Line(3)],
            HookLabel {
                json: LabelJson {
                    label: "1".to_owned(),
                    metadata: r#"{"confidence":0.75,"voters":3,"type":"groundtruth/custom","job-name":"labeling-job/pets","human-annotated":"yes","creation-date":"2026-11-29T10:00:00.5"}"#
                        .replace("10:00:00.5", "10:00:00.500000"),
                },
                confidence: Some(0.75),
                classes: vec!["dog".to_owned()],
            }
        );
        assert!(!read.contains_key(&Line(4)));
    }

    #[test]
    fn labels_may_have_any_form() {
        for (label, metadata, confidence, classes) in [
            (
                json!([0, 1]),
                json!({"confidence-map": {"0": 0.9, "1": 0.4}}),
                Some(0.4),
                vec!["cat", "dog"],
            ),
            (json!([0, 7]), json!({"confidence": 2}), None, vec![]),
            (
                json!({"boxes": []}),
                json!({"confidence-map": {"0": "high"}}),
                None,
                vec![],
            ),
            (json!(null), json!({}), None, vec![]),
            (json!("cat"), json!({"confidence-map": {}}), None, vec![]),
        ] {
            let content = json!({"pet": label, "pet-metadata": metadata});
            let read = read(json!([replied("4", content)])).unwrap();
            let of = &read[&Line(4)];
            assert_eq!(
                (of.confidence, of.classes.len()),
                (confidence, classes.len()),
                "{label}"
            );
            assert_eq!(of.classes, classes);
            assert_eq!(of.json.label, label.to_string());
        }
    }

    #[test]
    fn a_reply_of_no_use_says_why() {
        for (reply, expected) in [
            (
                json!({"errorMessage": "x"}),
                "the reply is not a list of objects with their labels: invalid type: map, expected a sequence at line 1 column 0",
            ),
            (
                json!([{"datasetObjectId": 3}]),
                "the reply is not a list of objects with their labels: invalid type: integer `3`, expected a string at line 1 column 21",
            ),
            (
                json!([replied("5", json!({"pet": 0}))]),
                "the reply names object `5`, which was not asked about",
            ),
            (
                json!([replied("x", json!({"pet": 0}))]),
                "the reply names object `x`, which was not asked about",
            ),
            (
                json!([replied("3", json!({"animal": 0}))]),
                "the label of object 3 has no `pet`",
            ),
            (
                json!([replied("3", json!({"pet": 0, "pet-metadata": []}))]),
                "`pet-metadata` of object 3 is not an object",
            ),
        ] {
            assert_eq!(read(reply).unwrap_err(), expected);
        }
    }

    #[test]
    fn the_question_is_that_of_a_post_annotation_function() {
        let job = HookJob {
            arn: "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/pets",
            role_arn: "arn:aws:iam::000000000000:role/r",
            label_attribute: "pet",
            labels: &["cat".to_owned()],
            output: "s3://b/out/pets/annotations",
        };
        assert_eq!(
            question(job, "s3://b/f.json", br#"[{"datasetObjectId":"3"}]"#).unwrap(),
            r#"{"version":"2018-10-06","labelingJobArn":"arn:aws:sagemaker:us-east-1:000000000000:labeling-job/pets","labelAttributeName":"pet","labelCategories":["cat"],"roleArn":"arn:aws:iam::000000000000:role/r","payload":{"s3Uri":"s3://b/f.json","objects":[{"datasetObjectId":"3"}]},"outputConfig":"s3://b/out/pets/annotations"}"#
        );
    }
}
