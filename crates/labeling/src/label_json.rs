//! A label and its metadata as they stand in the output manifest.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::consolidation::Label;
use crate::label_category::LabelCategories;
use crate::manifest::Outcome;
use crate::task_type::TaskType;
use crate::text::shorten;
use crate::time_format::creation_date;

/// JSON of a label and of its metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelJson {
    /// Under the label attribute.
    pub label: String,
    /// Under the attribute's `-metadata`.
    pub metadata: String,
}

impl LabelJson {
    /// As the outcome of a line.
    pub fn outcome(&self) -> Outcome<'_> {
        Outcome::Labeled {
            label: &self.label,
            metadata: &self.metadata,
        }
    }
}

/// What the metadata of every label of a job says.
#[derive(Clone, Copy, Debug)]
pub struct JobFacts<'a> {
    /// Name of the job, as given.
    pub job_name: &'a str,
    /// The job's task type.
    pub task_type: &'a TaskType,
    /// The job's labels.
    pub categories: &'a LabelCategories,
}

impl JobFacts<'_> {
    pub(crate) fn job_name(&self) -> String {
        format!("labeling-job/{}", self.job_name.to_ascii_lowercase())
    }
}

/// The JSON of a label that people gave, made at `time`.
pub fn label_json(facts: JobFacts<'_>, label: &Label, time: Timestamp) -> LabelJson {
    let name = |index: u32| facts.categories.label(index).unwrap_or_default();
    match label {
        Label::Single { index, confidence } => LabelJson {
            label: index.to_string(),
            metadata: json!({
                "confidence": confidence,
                "job-name": facts.job_name(),
                "class-name": name(*index),
                "human-annotated": "yes",
                "creation-date": creation_date(time),
                "type": facts.task_type.output_type,
            })
            .to_string(),
        },
        Label::Multi(labels) => {
            let indices: Vec<u32> = labels.iter().map(|(index, _)| *index).collect();
            let map = |value: &dyn Fn(u32, f64) -> Value| -> Map<String, Value> {
                let entries = labels.iter();
                entries
                    .map(|(index, confidence)| (index.to_string(), value(*index, *confidence)))
                    .collect()
            };
            LabelJson {
                label: json!(indices).to_string(),
                metadata: json!({
                    "job-name": facts.job_name(),
                    "class-map": map(&|index, _| name(index).into()),
                    "human-annotated": "yes",
                    "creation-date": creation_date(time),
                    "confidence-map": map(&|_, confidence| confidence.into()),
                    "type": facts.task_type.output_type,
                })
                .to_string(),
            }
        }
    }
}

/// Why an object has no label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectFailure {
    /// Nobody answered before the tasks expired.
    Expired,
    /// As many workers as were wanted declined it.
    Declined,
    /// Its data cannot be shown: missing, too large, broken.
    Data(String),
    /// Its tasks could not be prepared.
    PreAnnotation(String),
    /// Its answers gave no label.
    Consolidation(String),
}

impl ObjectFailure {
    /// The text for `failure-reason`, at most 1,024 characters.
    pub fn reason(&self) -> String {
        let text = match self {
            ObjectFailure::Expired => "ClientError: Annotation tasks expired".to_owned(),
            ObjectFailure::Declined => {
                "ClientError: Annotation tasks were declined by the workers".to_owned()
            }
            ObjectFailure::Data(why) => format!("ClientError: the object cannot be shown: {why}"),
            ObjectFailure::PreAnnotation(why) => {
                format!("ClientError: the task cannot be prepared: {why}")
            }
            ObjectFailure::Consolidation(why) => {
                format!("ClientError: the answers give no label: {why}")
            }
        };
        shorten(&text, crate::manifest::FAILURE_REASON_MAX)
    }
}

/// The metadata of an object that failed with `reason` ([`ObjectFailure::reason`]). It does not say
/// whether people or a model annotated it, because nobody did.
pub fn failure_json(facts: JobFacts<'_>, reason: &str, time: Timestamp) -> String {
    json!({
        "failure-reason": reason,
        "job-name": facts.job_name(),
        "creation-date": creation_date(time),
        "type": facts.task_type.output_type,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task_type::task_type;

    fn categories() -> LabelCategories {
        let file = LabelCategories::file_of(&["person", "bicycle", "犬"]);
        LabelCategories::parse(file.as_bytes(), 2, "labels").unwrap()
    }

    fn facts<'a>(suffix: &str, categories: &'a LabelCategories) -> JobFacts<'a> {
        JobFacts {
            job_name: "Birds-X",
            task_type: task_type(suffix).unwrap(),
            categories,
        }
    }

    fn time() -> Timestamp {
        "2019-04-18T16:40:59.217995Z".parse().unwrap()
    }

    #[test]
    fn one_label_is_an_index_with_its_name() {
        let categories = categories();
        let label = Label::Single {
            index: 2,
            confidence: 0.95,
        };
        let json = label_json(facts("ImageMultiClass", &categories), &label, time());
        assert_eq!(json.label, "2");
        assert_eq!(
            json.metadata,
            r#"{"confidence":0.95,"job-name":"labeling-job/birds-x","class-name":"犬","human-annotated":"yes","creation-date":"2019-04-18T16:40:59.217995","type":"groundtruth/image-classification"}"#
        );
        let label = Label::Single {
            index: 0,
            confidence: 0.0,
        };
        let json = label_json(facts("TextMultiClass", &categories), &label, time());
        assert!(json.metadata.starts_with(r#"{"confidence":0.0,"#));
        assert!(
            json.metadata
                .ends_with(r#""type":"groundtruth/text-classification"}"#)
        );
    }

    #[test]
    fn many_labels_have_maps_of_those_present() {
        let categories = categories();
        let facts = facts("ImageMultiClassMultiLabel", &categories);
        let json = label_json(facts, &Label::Multi(vec![(1, 0.95), (0, 0.77)]), time());
        assert_eq!(json.label, "[1,0]");
        assert_eq!(
            json.metadata,
            r#"{"job-name":"labeling-job/birds-x","class-map":{"1":"bicycle","0":"person"},"human-annotated":"yes","creation-date":"2019-04-18T16:40:59.217995","confidence-map":{"1":0.95,"0":0.77},"type":"groundtruth/image-classification-multilabel"}"#
        );
        let json = label_json(facts, &Label::Multi(vec![]), time());
        assert_eq!(json.label, "[]");
        assert!(json.metadata.contains(r#""class-map":{},"#));
    }

    #[test]
    fn a_failure_says_why() {
        let categories = categories();
        let reason = ObjectFailure::Expired.reason();
        assert_eq!(
            failure_json(facts("TextMultiClass", &categories), &reason, time()),
            r#"{"failure-reason":"ClientError: Annotation tasks expired","job-name":"labeling-job/birds-x","creation-date":"2019-04-18T16:40:59.217995","type":"groundtruth/text-classification"}"#
        );
        let long = ObjectFailure::Data("猫".repeat(5_000)).reason();
        assert_eq!(long.chars().count(), 1024);
    }
}
