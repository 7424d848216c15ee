//! The one table of task types: what the built-in functions of a job's request stand for.
//!
//! A job says what kind of work it is by the names of two functions, `PRE-<suffix>` and
//! `ACS-<suffix>`, under an account of the service that differs by region. Any region and account
//! is accepted: the suffix decides.

use serde_json::{Map, Value, json};

use crate::manifest::LineProblem;

/// What shape the answers and labels of a task type have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// `{"label": "…"}`, one label.
    SingleLabel,
    /// `{"labels": ["…"]}`, any number of labels.
    MultiLabel,
    /// Something that no part of this service reads yet.
    Other,
}

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct TaskType {
    /// What follows `PRE-` and `ACS-`.
    pub suffix: &'static str,
    /// For people, as `image classification`.
    pub title: &'static str,
    /// Name of the element that official templates give to the annotator; answers are keyed by it.
    pub element: &'static str,
    /// `type` in the label's metadata.
    pub output_type: &'static str,
    /// Shape of answers and labels.
    pub shape: Shape,
    /// How many label categories a job needs at least.
    pub labels_min: usize,
    /// Whether the label attribute must end in `-ref`, because its value is a stored object. Where
    /// it need not, it must not.
    pub label_is_ref: bool,
    /// Whether objects are images, named by `source-ref`; otherwise texts, under `source`.
    pub is_image: bool,
    /// Whether the template is given the whole manifest line too.
    pub needs_manifest_line: bool,
    /// Time limit of a task when the console makes the job, in seconds.
    pub time_limit_default: i64,
    /// Longest time limit of a task, in seconds.
    pub time_limit_max: i64,
    /// Whether jobs of this type can be created here.
    pub offered: bool,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What most rows share. Rows name only where they differ.
const BASE: TaskType = TaskType {
    suffix: "",
    title: "",
    element: "",
    output_type: "",
    shape: Shape::Other,
    labels_min: 1,
    label_is_ref: false,
    is_image: true,
    needs_manifest_line: false,
    time_limit_default: HOUR,
    time_limit_max: 8 * HOUR,
    offered: false,
};

/// What the rows of classifications share.
const CLASSIFICATION: TaskType = TaskType {
    labels_min: 2,
    time_limit_default: 5 * MINUTE,
    offered: true,
    ..BASE
};

/// What the rows of verifications share.
const VERIFICATION: TaskType = TaskType {
    element: "crowd-image-classifier",
    output_type: "groundtruth/label-verification",
    needs_manifest_line: true,
    time_limit_default: 5 * MINUTE,
    ..BASE
};

/// What the rows of point clouds and frame sequences share.
const SEQUENCE: TaskType = TaskType {
    label_is_ref: true,
    time_limit_default: 3 * DAY,
    time_limit_max: 30 * DAY,
    ..BASE
};

/// The table.
pub const TASK_TYPES: &[TaskType] = &[
    TaskType {
        suffix: "ImageMultiClass",
        title: "image classification",
        element: "crowd-image-classifier",
        output_type: "groundtruth/image-classification",
        shape: Shape::SingleLabel,
        ..CLASSIFICATION
    },
    TaskType {
        suffix: "ImageMultiClassMultiLabel",
        title: "image classification (multi-label)",
        element: "crowd-image-classifier-multi-select",
        output_type: "groundtruth/image-classification-multilabel",
        shape: Shape::MultiLabel,
        ..CLASSIFICATION
    },
    TaskType {
        suffix: "TextMultiClass",
        title: "text classification",
        element: "crowd-classifier",
        output_type: "groundtruth/text-classification",
        shape: Shape::SingleLabel,
        is_image: false,
        ..CLASSIFICATION
    },
    TaskType {
        suffix: "TextMultiClassMultiLabel",
        title: "text classification (multi-label)",
        element: "crowd-classifier-multi-select",
        output_type: "groundtruth/text-classification-multilabel",
        shape: Shape::MultiLabel,
        is_image: false,
        ..CLASSIFICATION
    },
    TaskType {
        suffix: "BoundingBox",
        title: "bounding box",
        element: "boundingBox",
        output_type: "groundtruth/object-detection",
        ..BASE
    },
    TaskType {
        suffix: "SemanticSegmentation",
        title: "semantic segmentation",
        element: "crowd-semantic-segmentation",
        output_type: "groundtruth/semantic-segmentation",
        label_is_ref: true,
        ..BASE
    },
    TaskType {
        suffix: "NamedEntityRecognition",
        title: "named entity recognition",
        element: "crowd-entity-annotation",
        output_type: "groundtruth/text-span",
        is_image: false,
        ..BASE
    },
    TaskType {
        suffix: "VerificationBoundingBox",
        title: "bounding box verification",
        ..VERIFICATION
    },
    TaskType {
        suffix: "VerificationSemanticSegmentation",
        title: "semantic segmentation verification",
        ..VERIFICATION
    },
    TaskType {
        suffix: "AdjustmentBoundingBox",
        title: "bounding box adjustment",
        element: "boundingBox",
        output_type: "groundtruth/object-detection",
        needs_manifest_line: true,
        ..BASE
    },
    TaskType {
        suffix: "AdjustmentSemanticSegmentation",
        title: "semantic segmentation adjustment",
        element: "crowd-semantic-segmentation",
        output_type: "groundtruth/semantic-segmentation",
        label_is_ref: true,
        needs_manifest_line: true,
        ..BASE
    },
    TaskType {
        suffix: "VideoMultiClass",
        title: "video classification",
        element: "crowd-classifier",
        output_type: "groundtruth/video-classification",
        ..BASE
    },
    TaskType {
        suffix: "VideoObjectDetection",
        title: "video frame object detection",
        output_type: "groundtruth/video-object-detection",
        ..SEQUENCE
    },
    TaskType {
        suffix: "VideoObjectTracking",
        title: "video frame object tracking",
        output_type: "groundtruth/video-object-tracking",
        ..SEQUENCE
    },
    TaskType {
        suffix: "AdjustmentVideoObjectDetection",
        title: "video frame object detection adjustment",
        output_type: "groundtruth/video-object-detection",
        needs_manifest_line: true,
        ..SEQUENCE
    },
    TaskType {
        suffix: "AdjustmentVideoObjectTracking",
        title: "video frame object tracking adjustment",
        output_type: "groundtruth/video-object-tracking",
        needs_manifest_line: true,
        ..SEQUENCE
    },
    TaskType {
        suffix: "3DPointCloudObjectDetection",
        title: "point cloud object detection",
        output_type: "groundtruth/point_cloud_object_detection",
        label_is_ref: false,
        ..SEQUENCE
    },
    TaskType {
        suffix: "3DPointCloudObjectTracking",
        title: "point cloud object tracking",
        output_type: "groundtruth/point_cloud_object_tracking",
        ..SEQUENCE
    },
    TaskType {
        suffix: "3DPointCloudSemanticSegmentation",
        title: "point cloud semantic segmentation",
        output_type: "groundtruth/point_cloud_single_frame_semantic_segmentation",
        ..SEQUENCE
    },
    TaskType {
        suffix: "Adjustment3DPointCloudObjectDetection",
        title: "point cloud object detection adjustment",
        output_type: "groundtruth/point_cloud_object_detection",
        label_is_ref: false,
        needs_manifest_line: true,
        ..SEQUENCE
    },
    TaskType {
        suffix: "Adjustment3DPointCloudObjectTracking",
        title: "point cloud object tracking adjustment",
        output_type: "groundtruth/point_cloud_object_tracking",
        needs_manifest_line: true,
        ..SEQUENCE
    },
    TaskType {
        suffix: "Adjustment3DPointCloudSemanticSegmentation",
        title: "point cloud semantic segmentation adjustment",
        output_type: "groundtruth/point_cloud_single_frame_semantic_segmentation",
        needs_manifest_line: true,
        ..SEQUENCE
    },
    TaskType {
        suffix: "PassThrough",
        title: "custom",
        output_type: "groundtruth/custom",
        labels_min: 0,
        ..BASE
    },
];

/// The row of a suffix.
pub fn task_type(suffix: &str) -> Option<&'static TaskType> {
    TASK_TYPES.iter().find(|row| row.suffix == suffix)
}

/// The titles of the task types that jobs can have here, for messages.
pub fn offered_titles() -> String {
    let titles: Vec<&str> = TASK_TYPES
        .iter()
        .filter(|row| row.offered)
        .map(|row| row.title)
        .collect();
    titles.join(", ")
}

/// What the name of a function in a job's request stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function<'a> {
    /// A built-in one that prepares the input of tasks.
    PreAnnotation(&'static TaskType),
    /// A built-in one that consolidates answers.
    PostAnnotation(&'static TaskType),
    /// The caller's own.
    Own(&'a str),
}

/// Reads the name of a function: `arn:aws…:lambda:<region>:<account>:function:<name>`.
pub fn function(arn: &str) -> Option<Function<'_>> {
    let rest = arn.strip_prefix("arn:aws")?;
    let (partition, rest) = rest.split_once(":lambda:")?;
    let (region, rest) = rest.split_once(':')?;
    let (account, rest) = rest.split_once(':')?;
    let name = rest.strip_prefix("function:")?;
    let word = |text: &str, digits: bool| {
        text.bytes()
            .all(|b| b.is_ascii_lowercase() || b == b'-' || digits && b.is_ascii_digit())
    };
    if !word(partition, false) || !word(region, true) || !crate::arn::is_account(account) {
        return None;
    }
    if let Some(row) = name.strip_prefix("PRE-").and_then(task_type) {
        return Some(Function::PreAnnotation(row));
    }
    if let Some(row) = name.strip_prefix("ACS-").and_then(task_type) {
        return Some(Function::PostAnnotation(row));
    }
    Some(Function::Own(name))
}

impl TaskType {
    /// The task type whose built-in function prepares task input under this name.
    pub fn of_pre_annotation(arn: &str) -> Option<&'static TaskType> {
        match function(arn) {
            Some(Function::PreAnnotation(row)) => Some(row),
            _ => None,
        }
    }

    /// The task type whose built-in function consolidates under this name.
    pub fn of_post_annotation(arn: &str) -> Option<&'static TaskType> {
        match function(arn) {
            Some(Function::PostAnnotation(row)) => Some(row),
            _ => None,
        }
    }

    /// Name of the built-in function that prepares task input, as a caller in `region` writes it.
    /// The account is the service's own; any is accepted.
    pub fn pre_annotation_arn(&self, partition: &str, region: &str, account: &str) -> String {
        let suffix = self.suffix;
        format!("arn:{partition}:lambda:{region}:{account}:function:PRE-{suffix}")
    }

    /// Name of the built-in function that consolidates.
    pub fn post_annotation_arn(&self, partition: &str, region: &str, account: &str) -> String {
        let suffix = self.suffix;
        format!("arn:{partition}:lambda:{region}:{account}:function:ACS-{suffix}")
    }

    /// `task.input` of a template: `taskObject` (the address or the text), `labels` in the order of
    /// the category file, and `manifestLine` where the type shows an older label.
    ///
    /// Fails on a line that the manifest's check would have refused.
    pub fn task_input(&self, line: &str, labels: &[String]) -> Result<Value, LineProblem> {
        let line: Map<String, Value> =
            serde_json::from_str(line).map_err(|error| LineProblem::not_json(&error))?;
        let object = line
            .get("source")
            .or_else(|| line.get("source-ref"))
            .ok_or(LineProblem::NoSource)?;
        let mut input = json!({"taskObject": object, "labels": labels});
        if self.needs_manifest_line {
            input["manifestLine"] = Value::Object(line);
        }
        Ok(input)
    }

    /// The annotator's value in an answer: under the expected name, else under the only name there.
    pub fn element_value<'a>(&self, answer: &'a Value) -> Option<&'a Value> {
        let answer = answer.as_object()?;
        if let Some(value) = answer.get(self.element) {
            return Some(value);
        }
        let mut values = answer.values();
        match (values.next(), values.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_any_region_and_account_are_known() {
        for arn in [
            "arn:aws:lambda:us-east-1:432418664414:function:PRE-ImageMultiClass",
            "arn:aws:lambda:ap-northeast-1:477331159723:function:PRE-ImageMultiClass",
            "arn:aws-cn:lambda:cn-north-1:000000000000:function:PRE-ImageMultiClass",
        ] {
            assert_eq!(
                TaskType::of_pre_annotation(arn).unwrap().suffix,
                "ImageMultiClass"
            );
            assert_eq!(TaskType::of_post_annotation(arn), None);
            let acs = arn.replace("PRE-", "ACS-");
            assert_eq!(
                TaskType::of_post_annotation(&acs).unwrap().suffix,
                "ImageMultiClass"
            );
        }
        let own = "arn:aws:lambda:us-east-1:123456789012:function:PRE-Mine";
        assert_eq!(function(own), Some(Function::Own("PRE-Mine")));
        for wrong in [
            "PRE-ImageMultiClass",
            "arn:aws:lambda:us-east-1:4324:function:PRE-ImageMultiClass",
            "arn:aws:sqs:us-east-1:432418664414:function:PRE-ImageMultiClass",
            "arn:aws:lambda:us-east-1:432418664414:PRE-ImageMultiClass",
            "arn:aws1:lambda:us-east-1:432418664414:function:PRE-ImageMultiClass",
        ] {
            assert_eq!(function(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_read_back() {
        for row in TASK_TYPES {
            let arn = row.pre_annotation_arn("aws", "eu-west-1", "568282634449");
            assert_eq!(TaskType::of_pre_annotation(&arn), Some(row));
            let arn = row.post_annotation_arn("aws", "eu-west-1", "568282634449");
            assert_eq!(TaskType::of_post_annotation(&arn), Some(row));
            assert!(
                row.output_type.starts_with("groundtruth/"),
                "{}",
                row.suffix
            );
            assert!(!row.offered || row.shape != Shape::Other, "{}", row.suffix);
        }
        assert_eq!(TASK_TYPES.iter().filter(|row| row.offered).count(), 4);
    }

    #[test]
    fn task_input_holds_object_and_labels() {
        let labels = ["cat".to_owned(), "dog".to_owned()];
        let row = task_type("ImageMultiClass").unwrap();
        let input = row
            .task_input(r#"{"source-ref":"s3://b/k","x":1}"#, &labels)
            .unwrap();
        assert_eq!(
            input.to_string(),
            r#"{"taskObject":"s3://b/k","labels":["cat","dog"]}"#
        );
        let row = task_type("VerificationBoundingBox").unwrap();
        let input = row.task_input(r#"{"source":"a","x":1}"#, &[]).unwrap();
        assert_eq!(
            input.to_string(),
            r#"{"taskObject":"a","labels":[],"manifestLine":{"source":"a","x":1}}"#
        );
        assert!(row.task_input("{}", &[]).is_err());
        assert!(row.task_input("x", &[]).is_err());
    }

    #[test]
    fn the_element_is_found_by_name_or_alone() {
        let row = task_type("TextMultiClass").unwrap();
        let value = |answer: Value| row.element_value(&answer).cloned();
        assert_eq!(
            value(json!({"crowd-classifier": 1, "x": 2})),
            Some(json!(1))
        );
        assert_eq!(value(json!({"category": 1})), Some(json!(1)));
        assert_eq!(value(json!({"category": 1, "x": 2})), None);
        assert_eq!(value(json!({})), None);
        assert_eq!(value(json!([1])), None);
    }
}
