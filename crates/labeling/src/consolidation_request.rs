//! The file that a batch is consolidated from.

use serde::Serialize;

use crate::ids::Line;
use crate::worker_response::{WorkerAnswer, by_submission};

/// One object of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestObject {
    /// Which object.
    pub line: Line,
    /// What it is.
    pub data: DataObject,
    /// All answers to it.
    pub answers: Vec<WorkerAnswer>,
}

/// What an object is: its text, or the address of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataObject {
    /// The text under `source`.
    Content(String),
    /// The address under `source-ref`, as it is written there.
    S3Uri(String),
}

/// The text of the file: a list of objects, each with its answers in order of submission. The
/// content of an answer is a string that holds JSON.
pub fn consolidation_request(objects: &[RequestObject]) -> Result<String, serde_json::Error> {
    let objects: Vec<ObjectOut<'_>> = objects
        .iter()
        .map(|object| ObjectOut {
            dataset_object_id: object.line.to_string(),
            data_object: match &object.data {
                DataObject::Content(text) => DataOut::Content(text),
                DataObject::S3Uri(uri) => DataOut::S3Uri(uri),
            },
            annotations: by_submission(&object.answers)
                .into_iter()
                .map(|answer| AnnotationOut {
                    worker_id: &answer.worker_name,
                    annotation_data: AnnotationData {
                        content: &answer.content,
                    },
                })
                .collect(),
        })
        .collect();
    serde_json::to_string(&objects)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ObjectOut<'a> {
    dataset_object_id: String,
    data_object: DataOut<'a>,
    annotations: Vec<AnnotationOut<'a>>,
}

#[derive(Serialize)]
enum DataOut<'a> {
    #[serde(rename = "content")]
    Content(&'a str),
    #[serde(rename = "s3Uri")]
    S3Uri(&'a str),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AnnotationOut<'a> {
    worker_id: &'a str,
    annotation_data: AnnotationData<'a>,
}

#[derive(Serialize)]
struct AnnotationData<'a> {
    content: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker_response::tests::answer;

    #[test]
    fn answers_are_strings_in_order_of_submission() {
        let image = RequestObject {
            line: Line(0),
            data: DataObject::S3Uri("s3://b/k".to_owned()),
            answers: vec![
                answer("{\"a\":2}", "w2", "2019-04-18T16:11:00Z"),
                answer("{\"a\":1}", "w1", "2019-04-18T16:10:00Z"),
            ],
        };
        let text = RequestObject {
            line: Line(7),
            data: DataObject::Content("猫".to_owned()),
            answers: vec![],
        };
        assert_eq!(
            consolidation_request(&[image, text]).unwrap(),
            r#"[{"datasetObjectId":"0","dataObject":{"s3Uri":"s3://b/k"},"annotations":[{"workerId":"w1","annotationData":{"content":"{\"a\":1}"}},{"workerId":"w2","annotationData":{"content":"{\"a\":2}"}}]},{"datasetObjectId":"7","dataObject":{"content":"猫"},"annotations":[]}]"#
        );
    }
}
