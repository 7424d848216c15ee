use serde_json::json;

use super::*;
use crate::api_rules;

fn place() -> Place {
    Place {
        region: "us-east-1".to_owned(),
        account: "123456789012".to_owned(),
    }
}

fn job() -> Value {
    json!({
        "LabelingJobName": "Birds-1",
        "LabelAttributeName": "species",
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://b/m.manifest"}}},
        "OutputConfig": {"S3OutputPath": "s3://b/out/", "KmsKeyId": ""},
        "RoleArn": "arn:aws:iam::123456789012:role/R",
        "LabelCategoryConfigS3Uri": "s3://b/labels.json",
        "HumanTaskConfig": {
            "WorkteamArn": "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/birders",
            "UiConfig": {"UiTemplateS3Uri": "s3://b/t.liquid"},
            "PreHumanTaskLambdaArn": "arn:aws:lambda:us-east-1:432418664414:function:PRE-ImageMultiClass",
            "AnnotationConsolidationConfig": {
                "AnnotationConsolidationLambdaArn": "arn:aws:lambda:us-east-1:432418664414:function:ACS-ImageMultiClass",
            },
            "TaskKeywords": ["birds", "images"],
            "TaskTitle": "Birds",
            "TaskDescription": "Which bird?",
            "NumberOfHumanWorkersPerDataObject": 3,
            "TaskTimeLimitInSeconds": 300,
        },
        "Tags": [{"Key": "project", "Value": "x"}, {"Key": "cairn:consolidation", "Value": "majority"}],
    })
}

/// Sets members of the job by path (`null` takes one away) and reads it.
fn read(changes: &[(&str, Value)]) -> Result<JobRequest, Vec<Refusal>> {
    let mut body = job();
    for (path, value) in changes {
        let mut member = &mut body;
        for name in path.split('.') {
            member = &mut member[name];
        }
        *member = value.clone();
    }
    assert_eq!(
        api_rules::check("CreateLabelingJob", &body),
        Ok(()),
        "each member alone is right"
    );
    check(&body, &place())
}

fn refused(changes: &[(&str, Value)], expected: &[&str]) {
    let refusals = read(changes).unwrap_err();
    let texts: Vec<String> = refusals.iter().map(Refusal::to_string).collect();
    assert_eq!(texts, expected);
}

#[test]
fn a_job_is_read_with_its_defaults() {
    let request = read(&[]).unwrap();
    assert_eq!(request.name, "Birds-1");
    assert_eq!(request.task_type.suffix, "ImageMultiClass");
    assert_eq!(request.manifest.to_string(), "s3://b/m.manifest");
    assert_eq!(request.output_path, "s3://b/out/");
    assert_eq!(request.workteam.name, "birders");
    assert_eq!(request.concurrent_max, 1000);
    assert_eq!(request.availability_seconds, 2_592_000);
    assert_eq!(request.workers_per_object, 3);
    assert_eq!(request.keywords, ["birds", "images"]);
    assert_eq!(request.stopping, StoppingConditions::default());
    assert_eq!(request.tags.len(), 2);
    let settings = request.settings.settle(None).unwrap();
    assert_eq!(settings.consolidation.name(), "majority");

    let request = read(&[
        ("StoppingConditions", json!({"MaxHumanLabeledObjectCount": 5, "MaxPercentageOfInputDatasetLabeled": 50})),
        ("HumanTaskConfig.MaxConcurrentTaskCount", json!(7)),
        ("HumanTaskConfig.AnnotationConsolidationConfig", Value::Null),
        (
            "HumanTaskConfig.UiConfig",
            json!({"HumanTaskUiArn": "arn:aws:sagemaker:us-east-1:123456789012:human-task-ui/birds"}),
        ),
    ])
    .unwrap();
    assert_eq!(request.stopping.human_labeled_max, Some(5));
    assert_eq!(request.stopping.percentage_max, Some(50));
    assert_eq!(request.concurrent_max, 7);
    assert_eq!(request.template, Template::HumanTaskUi("birds".to_owned()));
}

#[test]
fn names_that_clash_with_the_manifest_are_refused() {
    let name = |name: &str| [("LabelAttributeName", json!(name))];
    refused(
        &name("source"),
        &["LabelAttributeName: `source` is reserved for the object itself"],
    );
    refused(
        &name("source-ref"),
        &["LabelAttributeName: `source-ref` is reserved for the object itself"],
    );
    refused(
        &name("x-metadata"),
        &["LabelAttributeName: the name must not end in -metadata"],
    );
    refused(
        &name("x-ref"),
        &["LabelAttributeName: the name must not end in -ref for image classification"],
    );
}

#[test]
fn functions_say_what_kind_of_work_it_is() {
    let own = json!("arn:aws:lambda:us-east-1:123456789012:function:my-recipe");
    refused(
        &[(PRE, own.clone())],
        &[
            "HumanTaskConfig.PreHumanTaskLambdaArn: custom functions are not supported yet, and `my-recipe` is not a built-in function (PRE-…)",
        ],
    );
    refused(
        &[(POST, own)],
        &[
            "HumanTaskConfig.AnnotationConsolidationConfig.AnnotationConsolidationLambdaArn: custom functions are not supported yet, and `my-recipe` is not a built-in function (ACS-…)",
        ],
    );
    refused(
        &[(
            PRE,
            json!("arn:aws:lambda:us-east-1:432418664414:function:ACS-ImageMultiClass"),
        )],
        &[
            "HumanTaskConfig.PreHumanTaskLambdaArn: this must be a function whose name begins with PRE-",
        ],
    );
    refused(
        &[(
            POST,
            json!("arn:aws:lambda:us-east-1:432418664414:function:ACS-TextMultiClass"),
        )],
        &[
            "HumanTaskConfig.AnnotationConsolidationConfig.AnnotationConsolidationLambdaArn: the function is for text classification, but tasks are image classification",
        ],
    );
    refused(
        &[
            (PRE, Value::Null),
            ("HumanTaskConfig.AnnotationConsolidationConfig", Value::Null),
        ],
        &[
            "HumanTaskConfig.PreHumanTaskLambdaArn: a built-in function (PRE-…) must say what kind of task this is; jobs without one are not supported",
        ],
    );
}

#[test]
fn kinds_of_work_that_are_not_there_are_refused() {
    for row in crate::task_type::TASK_TYPES
        .iter()
        .filter(|row| !row.offered)
    {
        let arn = row.pre_annotation_arn("aws", "us-east-1", "432418664414");
        let attribute = if row.label_is_ref { "x-ref" } else { "x" };
        refused(
            &[
                (PRE, json!(arn)),
                ("HumanTaskConfig.AnnotationConsolidationConfig", Value::Null),
                ("LabelAttributeName", json!(attribute)),
            ],
            &[&format!(
                "{PRE}: {} jobs are not supported yet; supported are image classification, image classification (multi-label), text classification, text classification (multi-label)",
                row.title
            )],
        );
    }
}

#[test]
fn parts_that_are_not_there_are_refused() {
    refused(
        &[("OutputConfig.KmsKeyId", json!("k"))],
        &["OutputConfig.KmsKeyId: encryption of outputs with a key of yours is not supported yet"],
    );
    refused(
        &[(
            "OutputConfig.SnsTopicArn",
            json!("arn:aws:sns:us-east-1:123456789012:t"),
        )],
        &["OutputConfig.SnsTopicArn: messages per completed object are not supported yet"],
    );
    refused(
        &[(
            "InputConfig.DataSource",
            json!({"SnsDataSource": {"SnsTopicArn": "arn:aws:sns:us-east-1:123456789012:t"}}),
        )],
        &["InputConfig.DataSource.SnsDataSource: streaming jobs are not supported yet"],
    );
    let algorithm = |name: &str| {
        let arn = format!(
            "arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification/{name}"
        );
        [(
            "LabelingJobAlgorithmsConfig",
            json!({"LabelingJobAlgorithmSpecificationArn": arn}),
        )]
    };
    let not_yet = format!("{ALGORITHM}: automated data labeling is not supported yet");
    refused(&algorithm("image-classification"), &[&not_yet]);
    refused(
        &algorithm("text-classification"),
        &[
            &format!("{ALGORITHM}: the algorithm does not fit the kind of task"),
            &not_yet,
        ],
    );
    refused(
        &algorithm("magic"),
        &[&format!(
            "{ALGORITHM}: this is none of the algorithms image-classification, text-classification, object-detection, semantic-segmentation"
        )],
    );
    refused(
        &[(
            "HumanTaskConfig.UiConfig",
            json!({"HumanTaskUiArn": "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/NamedEntityRecognition"}),
        )],
        &[
            "HumanTaskConfig.UiConfig.HumanTaskUiArn: the built-in page NamedEntityRecognition is not supported yet",
        ],
    );
    refused(
        &[(
            "HumanTaskConfig.UiConfig",
            json!({"HumanTaskUiArn": "arn:aws:sagemaker:us-east-1:999999999999:human-task-ui/x"}),
        )],
        &[
            "HumanTaskConfig.UiConfig.HumanTaskUiArn: the human task UI belongs to another region or account",
        ],
    );
}

#[test]
fn only_own_teams_label_for_now() {
    let team = |arn: &str| (TEAM, json!(arn));
    let price = json!({"AmountInUsd": {"Cents": 3, "TenthFractionsOfACent": 6}});
    refused(
        &[team(
            "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default",
        )],
        &[
            "HumanTaskConfig.WorkteamArn: the public team is not supported yet",
            "InputConfig.DataAttributes.ContentClassifiers: the public team needs FreeOfPersonallyIdentifiableInformation",
            "HumanTaskConfig.PublicWorkforceTaskPrice: the public team needs a price",
        ],
    );
    refused(
        &[
            team("arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"),
            (PRICE, price.clone()),
            (
                "InputConfig.DataAttributes",
                json!({"ContentClassifiers": ["FreeOfPersonallyIdentifiableInformation"]}),
            ),
            (AVAILABILITY, json!(50_000)),
        ],
        &[
            "HumanTaskConfig.WorkteamArn: the public team is not supported yet",
            "HumanTaskConfig.TaskAvailabilityLifetimeInSeconds: 50000 is more than 43200 s, the most for this team",
        ],
    );
    refused(
        &[team(
            "arn:aws:sagemaker:us-east-1:999999999999:workteam/vendor-crowd/x",
        )],
        &["HumanTaskConfig.WorkteamArn: vendor teams are not supported yet"],
    );
    refused(
        &[team(
            "arn:aws:sagemaker:eu-west-1:123456789012:workteam/private-crowd/x",
        )],
        &[
            "HumanTaskConfig.WorkteamArn: the team belongs to another region or account than us-east-1, 123456789012",
        ],
    );
    refused(
        &[(PRICE, price)],
        &["HumanTaskConfig.PublicWorkforceTaskPrice: a price is for the public team only"],
    );
    refused(
        &[team("arn:aws:sagemaker:us-east-1:123456789012:workteam/x")],
        &[
            "HumanTaskConfig.WorkteamArn: `arn:aws:sagemaker:us-east-1:123456789012:workteam/x` is not the name of a work team",
        ],
    );
}

#[test]
fn addresses_must_name_objects() {
    refused(
        &[(
            "InputConfig.DataSource.S3DataSource.ManifestS3Uri",
            json!("s3://b/folder/"),
        )],
        &["InputConfig.DataSource.S3DataSource.ManifestS3Uri: `s3://b/folder/` names no object"],
    );
    refused(
        &[(
            "LabelCategoryConfigS3Uri",
            json!("https://example.com/labels.json"),
        )],
        &["LabelCategoryConfigS3Uri: `https://example.com/labels.json` is not an address of S3"],
    );
    refused(
        &[("LabelCategoryConfigS3Uri", Value::Null)],
        &["LabelCategoryConfigS3Uri: image classification jobs need a label category file"],
    );
    refused(
        &[(
            "OutputConfig.S3OutputPath",
            json!("https://example.com/out"),
        )],
        &["OutputConfig.S3OutputPath: `https://example.com/out` is not an address of S3"],
    );
}

#[test]
fn times_and_tags_have_limits() {
    refused(
        &[(TIME_LIMIT, json!(28_801))],
        &[
            "HumanTaskConfig.TaskTimeLimitInSeconds: 28801 is more than 28800 s, the most for image classification",
        ],
    );
    refused(
        &[(AVAILABILITY, json!(2_592_001))],
        &[
            "HumanTaskConfig.TaskAvailabilityLifetimeInSeconds: 2592001 is more than 2592000 s, the most for this team",
        ],
    );
    assert!(read(&[(TIME_LIMIT, json!(28_800)), (AVAILABILITY, json!(864_000))]).is_ok());
    refused(
        &[(
            "Tags",
            json!([{"Key": "a", "Value": ""}, {"Key": "a", "Value": "b"}, {"Key": "AWS:x", "Value": ""}]),
        )],
        &[
            "Tags: the key `a` is there twice",
            "Tags: the key `AWS:x` begins with aws:, which is reserved",
        ],
    );
    let refusals = read(&[("Tags", json!([{"Key": "cairn:colour", "Value": "red"}]))]).unwrap_err();
    assert!(
        message(&refusals)
            .starts_with("Tags: tag `cairn:colour` is not a setting; settings are answers-mean, ")
    );
}

#[test]
fn every_reason_is_given_at_once() {
    let refusals = read(&[
        ("LabelAttributeName", json!("source")),
        ("OutputConfig.KmsKeyId", json!("k")),
        (TIME_LIMIT, json!(100_000)),
    ])
    .unwrap_err();
    assert_eq!(refusals.len(), 3);
    assert_eq!(message(&refusals).matches("; ").count(), 2);
}
