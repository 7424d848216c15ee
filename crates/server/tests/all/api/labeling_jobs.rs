//! Labeling jobs: made, described, listed, stopped, and refused.

use cairn_db::labeling_job::LabelingJobTransition;
use cairn_server::auth::Role;
use serde_json::{Value, json};

use super::workteams::team;
use crate::support::{Script, TestApp};

const TEAM: &str = "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/Birds";

/// A server with a bucket of job files and a team, and a requester's script. Its engine stands still,
/// so that jobs stay in the state a test puts them into.
pub async fn world() -> (TestApp, Script) {
    let world = running_world().await;
    world.0.app.engine.stop().await;
    world
}

async fn running_world() -> (TestApp, Script) {
    let test = TestApp::start_still().await;
    let script = test.script(Role::Requester).await;
    script.good("CreateWorkteam", team("Birds")).await;
    test.app.stores.create_bucket("data").await.unwrap();
    put(
        &test,
        "in.manifest",
        "{\"source\":\"a\"}\n{\"source\":\"b\"}\n",
    )
    .await;
    put(
        &test,
        "labels.json",
        r#"{"labels":[{"label":"cat"},{"label":"dog"}]}"#,
    )
    .await;
    put(
        &test,
        "page.liquid",
        "<crowd-form>{{ task.input.taskObject }}</crowd-form>",
    )
    .await;
    (test, script)
}

pub async fn put(test: &TestApp, key: &str, text: &str) {
    let body = text.to_owned().into();
    test.app
        .stores
        .put_bytes("data", key, body, "text/plain")
        .await
        .unwrap();
}

pub fn job(name: &str) -> Value {
    json!({
        "LabelingJobName": name,
        "LabelAttributeName": "animal",
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://data/in.manifest"}}},
        "OutputConfig": {"S3OutputPath": "s3://data/out/", "KmsKeyId": ""},
        "RoleArn": "arn:aws:iam::000000000000:role/service-role/Labeling",
        "LabelCategoryConfigS3Uri": "s3://data/labels.json",
        "StoppingConditions": {"MaxPercentageOfInputDatasetLabeled": 100},
        "HumanTaskConfig": {
            "WorkteamArn": TEAM,
            "UiConfig": {"UiTemplateS3Uri": "s3://data/page.liquid"},
            "PreHumanTaskLambdaArn": "arn:aws:lambda:us-east-1:432418664414:function:PRE-TextMultiClass",
            "TaskKeywords": ["text", "animals"],
            "TaskTitle": "Which animal?",
            "TaskDescription": "Choose the animal",
            "NumberOfHumanWorkersPerDataObject": 3,
            "TaskTimeLimitInSeconds": 300,
            "TaskAvailabilityLifetimeInSeconds": 864000,
            "MaxConcurrentTaskCount": 1000,
            "AnnotationConsolidationConfig": {
                "AnnotationConsolidationLambdaArn": "arn:aws:lambda:us-east-1:432418664414:function:ACS-TextMultiClass"
            }
        },
        "Tags": [{"Key": "cost", "Value": "7"}, {"Key": "cairn:consolidation", "Value": "majority"}]
    })
}

#[tokio::test]
async fn a_job_is_described_as_it_was_asked_for() {
    let (test, script) = world().await;
    let arn = "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/birds-1";
    let made = script.good("CreateLabelingJob", job("Birds-1")).await;
    assert_eq!(made, json!({"LabelingJobArn": arn}));
    let name = json!({"LabelingJobName": "birds-1"});
    let mut found = script.good("DescribeLabelingJob", name).await;
    let code = found["JobReferenceCode"].take();
    assert_eq!(code.as_str().unwrap().len(), 32);
    let mut expected = job("Birds-1");
    for (name, value) in json!({
        "LabelingJobArn": arn,
        "LabelingJobStatus": "Initializing",
        "CreationTime": 1_795_497_330.0,
        "LastModifiedTime": 1_795_497_330.0,
        "JobReferenceCode": null,
        "LabelCounters": {"TotalLabeled": 0, "HumanLabeled": 0, "MachineLabeled": 0, "FailedNonRetryableError": 0, "Unlabeled": 0},
        "LabelingJobOutput": {"OutputDatasetS3Uri": "s3://data/out/Birds-1/manifests/output/output.manifest"},
    })
    .as_object()
    .unwrap()
    {
        expected[name] = value.clone();
    }
    assert_eq!(found, expected);
    let stored = test
        .app
        .db
        .labeling_job_by_name("BIRDS-1")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stored.task_type, "TextMultiClass");
    let settings: Value = serde_json::from_str(&stored.settings).unwrap();
    assert_eq!(settings["consolidation"], "majority");
    assert_eq!(settings["lease-seconds"], "300");
    let tags = script.good("ListTags", json!({"ResourceArn": arn})).await;
    assert_eq!(tags["Tags"], expected["Tags"]);
    let upper = "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/Birds-1";
    let more = json!({"ResourceArn": upper, "Tags": [{"Key": "more", "Value": ""}]});
    let tags = script.good("AddTags", more).await;
    assert_eq!(tags["Tags"].as_array().unwrap().len(), 3);
    // A setting cannot be changed under a running job.
    let setting = json!({"ResourceArn": upper, "TagKeys": ["cairn:consolidation"]});
    let (code, _) = script.refused("DeleteTags", setting).await;
    assert_eq!(code, "ValidationException");
}

#[tokio::test]
async fn a_name_stays_taken_whatever_its_case() {
    let (_test, script) = world().await;
    script.good("CreateLabelingJob", job("Birds")).await;
    let (code, message) = script.refused("CreateLabelingJob", job("BIRDS")).await;
    assert_eq!(code, "ResourceInUse");
    assert!(message.contains("`BIRDS`"), "{message}");
    for operation in ["DescribeLabelingJob", "StopLabelingJob"] {
        let (code, _) = script
            .refused(operation, json!({"LabelingJobName": "none"}))
            .await;
        assert_eq!(code, "ResourceNotFound", "{operation}");
    }
}

#[tokio::test]
async fn what_cannot_become_a_job_is_refused_with_its_place() {
    let (test, script) = world().await;
    put(&test, "empty", "").await;
    put(&test, "bad.liquid", "<p>\n{% for %}").await;
    put(&test, "one.json", r#"{"labels":[{"label":"cat"}]}"#).await;
    put(
        &test,
        "twice.json",
        r#"{"labels":[{"label":"cat"},{"label":"cat"}]}"#,
    )
    .await;
    put(&test, "settings.json", r#"{"lease-seconds":"1"}"#).await;
    let not_utf8 = vec![0x7b_u8, 0xff].into();
    test.app
        .stores
        .put_bytes("data", "latin1", not_utf8, "text/plain")
        .await
        .unwrap();
    let cases = [
        ("/LabelingJobName", json!("-bad"), "'labelingJobName'"),
        ("/LabelAttributeName", json!("x-ref"), "LabelAttributeName"),
        (
            "/LabelAttributeName",
            json!("x-metadata"),
            "LabelAttributeName",
        ),
        (
            "/RoleArn",
            json!("arn:aws:iam::1:user/ada-the-requester"),
            "'roleArn'",
        ),
        (
            "/InputConfig/DataSource/S3DataSource/ManifestS3Uri",
            json!("s3://data/none"),
            "there is no object `none`",
        ),
        (
            "/InputConfig/DataSource/S3DataSource/ManifestS3Uri",
            json!("s3://none/x"),
            "there is no bucket `none`",
        ),
        (
            "/InputConfig/DataSource/S3DataSource/ManifestS3Uri",
            json!("s3://data/empty"),
            "is empty",
        ),
        (
            "/OutputConfig/S3OutputPath",
            json!("s3://none/out"),
            "OutputConfig.S3OutputPath: there is no bucket",
        ),
        ("/OutputConfig/KmsKeyId", json!("alias/key"), "KmsKeyId"),
        (
            "/LabelCategoryConfigS3Uri",
            json!("s3://data/one.json"),
            "at least 2",
        ),
        (
            "/LabelCategoryConfigS3Uri",
            json!("s3://data/twice.json"),
            "labels[1]",
        ),
        (
            "/LabelCategoryConfigS3Uri",
            json!("s3://data/latin1"),
            "not UTF-8",
        ),
        (
            "/HumanTaskConfig/WorkteamArn",
            json!("arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/none"),
            "`none`",
        ),
        (
            "/HumanTaskConfig/WorkteamArn",
            json!("arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"),
            "public team",
        ),
        (
            "/HumanTaskConfig/UiConfig/UiTemplateS3Uri",
            json!("s3://data/bad.liquid"),
            "s3://data/bad.liquid: line 2, column",
        ),
        (
            "/HumanTaskConfig/UiConfig",
            json!({"HumanTaskUiArn": "arn:aws:sagemaker:us-east-1:000000000000:human-task-ui/none"}),
            "`none`",
        ),
        (
            "/HumanTaskConfig/UiConfig",
            json!({"HumanTaskUiArn": "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/NamedEntityRecognition"}),
            "NamedEntityRecognition",
        ),
        (
            "/HumanTaskConfig/PreHumanTaskLambdaArn",
            json!("arn:aws:lambda:us-east-1:000000000000:function:mine"),
            "custom functions are not supported yet",
        ),
        (
            "/HumanTaskConfig/NumberOfHumanWorkersPerDataObject",
            json!(10),
            "'humanTaskConfig.numberOfHumanWorkersPerDataObject'",
        ),
        (
            "/Tags",
            json!([{"Key": "cairn:none", "Value": "1"}]),
            "cairn:none",
        ),
        (
            "/Tags",
            json!([{"Key": "cairn:settings", "Value": "s3://data/settings.json"}]),
            "s3://data/settings.json",
        ),
        (
            "/Tags",
            json!([{"Key": "cairn:settings", "Value": "s3://data/none"}]),
            "`none`",
        ),
    ];
    for (pointer, value, word) in cases {
        let mut request = job("Birds");
        *request.pointer_mut(pointer).unwrap() = value;
        let (code, message) = script.refused("CreateLabelingJob", request).await;
        assert_eq!(code, "ValidationException", "{pointer} {message}");
        assert!(message.contains(word), "{pointer}: {message}");
    }
    let mut automated = job("Birds");
    automated["LabelingJobAlgorithmsConfig"] = json!({"LabelingJobAlgorithmSpecificationArn": "arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification/text-classification"});
    let (code, message) = script.refused("CreateLabelingJob", automated).await;
    assert_eq!(code, "ValidationException");
    assert!(message.contains("automated data labeling"), "{message}");
    let none = script.good("ListLabelingJobs", json!({})).await;
    assert_eq!(none, json!({"LabelingJobSummaryList": []}));
}

#[tokio::test]
async fn a_human_task_ui_of_ours_is_the_page_of_a_job_and_may_go_then() {
    let (test, script) = world().await;
    let ui = super::human_task_uis::ui("animals");
    let arn = script.good("CreateHumanTaskUi", ui.clone()).await["HumanTaskUiArn"].clone();
    let mut request = job("Birds");
    request["HumanTaskConfig"]["UiConfig"] = json!({"HumanTaskUiArn": arn});
    script.good("CreateLabelingJob", request).await;
    script
        .good("DeleteHumanTaskUi", json!({"HumanTaskUiName": "animals"}))
        .await;
    let stored = test
        .app
        .db
        .labeling_job_by_name("Birds")
        .await
        .unwrap()
        .unwrap();
    let pinned = test
        .app
        .db
        .labeling_job_pinned(stored.job_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        pinned.template.as_deref(),
        ui["UiTemplate"]["Content"].as_str()
    );
    assert!(pinned.categories.unwrap().contains("dog"));
    assert!(pinned.manifest_etag.is_some());
}

#[tokio::test]
async fn settings_come_from_a_file_as_well() {
    let (test, script) = world().await;
    put(&test, "settings.json", r#"{"lease-seconds":120}"#).await;
    let mut request = job("Birds");
    request["Tags"] = json!([{"Key": "cairn:settings", "Value": "s3://data/settings.json"}]);
    script.good("CreateLabelingJob", request).await;
    let stored = test
        .app
        .db
        .labeling_job_by_name("Birds")
        .await
        .unwrap()
        .unwrap();
    let settings: Value = serde_json::from_str(&stored.settings).unwrap();
    assert_eq!(settings["lease-seconds"], "120");
}

/// Moves a job to a state, as the engine would.
async fn set_state(test: &TestApp, name: &str, to: &'static str, reason: Option<&str>) {
    let job = test
        .app
        .db
        .labeling_job_by_name(name)
        .await
        .unwrap()
        .unwrap();
    let moved = LabelingJobTransition {
        job_id: job.job_id,
        from: &["Initializing", "InProgress", "Stopping"],
        to,
        failure_reason: reason.map(str::to_owned),
        is_final: matches!(to, "Completed" | "Failed" | "Stopped"),
        actor: "test".to_owned(),
        arn: "arn".to_owned(),
        now_ms: test.app.clock.now_ms(),
    };
    assert!(test.app.db.write(moved).await.unwrap());
}

#[tokio::test]
async fn a_job_is_stopped_once_and_not_when_it_is_over() {
    let (test, script) = world().await;
    script.good("CreateLabelingJob", job("Birds")).await;
    let name = json!({"LabelingJobName": "Birds"});
    test.app.clock.advance(2_000);
    for _ in 0..2 {
        let answer = script.call("StopLabelingJob", name.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, ""));
    }
    let found = script.good("DescribeLabelingJob", name.clone()).await;
    assert_eq!(found["LabelingJobStatus"], "Stopping");
    assert_eq!(found["LastModifiedTime"], 1_795_497_332.0);
    set_state(&test, "Birds", "Stopped", None).await;
    let (code, message) = script.refused("StopLabelingJob", name).await;
    assert_eq!(code, "ValidationException");
    assert!(message.contains("Stopped"), "{message}");
}

#[tokio::test]
async fn a_job_begins_and_stops_by_itself() {
    let (_test, script) = running_world().await;
    script.good("CreateLabelingJob", job("Birds")).await;
    let name = json!({"LabelingJobName": "Birds"});
    let begun = described_in(&script, "InProgress").await;
    assert_eq!(begun["LabelCounters"]["Unlabeled"], 2);
    script.good("StopLabelingJob", name.clone()).await;
    let stopped = described_in(&script, "Stopped").await;
    assert_eq!(stopped["LabelCounters"]["TotalLabeled"], 0);
}

#[tokio::test]
async fn bad_lines_of_the_manifest_fail_the_job_with_their_numbers() {
    let (test, script) = running_world().await;
    put(
        &test,
        "in.manifest",
        "{\"source\":\"a\"}\n{\"sauce\":\"b\"}\n",
    )
    .await;
    script.good("CreateLabelingJob", job("Birds")).await;
    let failed = described_in(&script, "Failed").await;
    let reason = failed["FailureReason"].as_str().unwrap();
    assert!(reason.contains("s3://data/in.manifest"), "{reason}");
    assert!(reason.contains("line 2"), "{reason}");
}

/// The job `Birds` once it is in a state.
async fn described_in(script: &Script, state: &str) -> Value {
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let name = json!({"LabelingJobName": "Birds"});
        let found = script.good("DescribeLabelingJob", name).await;
        if found["LabelingJobStatus"] == state {
            return found;
        }
        assert!(tokio::time::Instant::now() < deadline, "{found}");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_team_with_a_running_job_is_not_deleted() {
    let (test, script) = world().await;
    script.good("CreateLabelingJob", job("Birds")).await;
    let name = json!({"WorkteamName": "Birds"});
    let (code, message) = script.refused("DeleteWorkteam", name.clone()).await;
    assert_eq!(code, "ResourceLimitExceeded");
    assert!(message.contains("labeling job"), "{message}");
    set_state(&test, "Birds", "Failed", Some("ClientError: why")).await;
    let job = json!({"LabelingJobName": "Birds"});
    let found = script.good("DescribeLabelingJob", job).await;
    assert_eq!(found["FailureReason"], "ClientError: why");
    script.good("DeleteWorkteam", name).await;
}

#[tokio::test]
async fn jobs_are_listed_by_filter_and_order_page_by_page() {
    let (test, script) = world().await;
    for name in ["Delta", "alpha", "Charlie", "bravo"] {
        script.good("CreateLabelingJob", job(name)).await;
        test.app.clock.advance(1_000);
    }
    set_state(&test, "alpha", "Completed", None).await;
    set_state(&test, "bravo", "Failed", Some("ClientError: why")).await;
    let check = |query: Value, expected: &'static str| {
        let script = script.clone();
        async move {
            let mut names = Vec::new();
            let mut page = query.clone();
            page["MaxResults"] = json!(3);
            loop {
                let answer = script.good("ListLabelingJobs", page.clone()).await;
                for job in answer["LabelingJobSummaryList"].as_array().unwrap() {
                    names.push(job["LabelingJobName"].as_str().unwrap().to_owned());
                }
                match answer.get("NextToken") {
                    None => break,
                    Some(token) => page["NextToken"] = token.clone(),
                }
            }
            assert_eq!(names.join(" "), expected, "{query}");
        }
    };
    check(json!({}), "Delta alpha Charlie bravo").await;
    check(
        json!({"SortOrder": "Descending"}),
        "bravo Charlie alpha Delta",
    )
    .await;
    check(json!({"SortBy": "Name"}), "alpha bravo Charlie Delta").await;
    check(
        json!({"SortBy": "Name", "SortOrder": "Descending"}),
        "Delta Charlie bravo alpha",
    )
    .await;
    check(json!({"SortBy": "Status"}), "alpha bravo Delta Charlie").await;
    check(
        json!({"SortBy": "Status", "SortOrder": "Descending"}),
        "Charlie Delta bravo alpha",
    )
    .await;
    check(json!({"StatusEquals": "Initializing"}), "Delta Charlie").await;
    check(json!({"StatusEquals": "Stopped"}), "").await;
    check(json!({"NameContains": "AL"}), "alpha").await;
    check(
        json!({"CreationTimeAfter": 1_795_497_330, "CreationTimeBefore": 1_795_497_333}),
        "alpha Charlie",
    )
    .await;
    check(
        json!({"LastModifiedTimeAfter": 1_795_497_333.5}),
        "alpha bravo",
    )
    .await;
    check(json!({"LastModifiedTimeBefore": 1_795_497_331}), "Delta").await;
    let failed = script
        .good("ListLabelingJobs", json!({"StatusEquals": "Failed"}))
        .await;
    let mut expected = json!({
        "LabelingJobName": "bravo",
        "LabelingJobArn": "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/bravo",
        "CreationTime": 1_795_497_333.0,
        "LastModifiedTime": 1_795_497_334.0,
        "LabelingJobStatus": "Failed",
        "LabelCounters": {"TotalLabeled": 0, "HumanLabeled": 0, "MachineLabeled": 0, "FailedNonRetryableError": 0, "Unlabeled": 0},
        "WorkteamArn": TEAM,
        "PreHumanTaskLambdaArn": "arn:aws:lambda:us-east-1:432418664414:function:PRE-TextMultiClass",
        "AnnotationConsolidationLambdaArn": "arn:aws:lambda:us-east-1:432418664414:function:ACS-TextMultiClass",
        "FailureReason": "ClientError: why",
        "LabelingJobOutput": {"OutputDatasetS3Uri": "s3://data/out/bravo/manifests/output/output.manifest"},
    });
    expected["InputConfig"] = job("bravo")["InputConfig"].clone();
    assert_eq!(failed["LabelingJobSummaryList"][0], expected);
}

#[tokio::test]
async fn a_team_sees_its_jobs_by_reference_code() {
    let (test, script) = world().await;
    let vendor = test.script(Role::VendorManager).await;
    script
        .good("CreateWorkteam", {
            let mut other = team("Other");
            other["MemberDefinitions"] = json!([super::workteams::cognito("us-east-1_Abc", "o")]);
            other
        })
        .await;
    script.good("CreateLabelingJob", job("Birds")).await;
    let found = script
        .good("DescribeLabelingJob", json!({"LabelingJobName": "Birds"}))
        .await;
    let code = found["JobReferenceCode"].as_str().unwrap().to_owned();
    let lower = TEAM.replace("Birds", "birds");
    let query = json!({"WorkteamArn": lower, "JobReferenceCodeContains": code[4..20]});
    let listed = vendor.good("ListLabelingJobsForWorkteam", query).await;
    let expected = json!({
        "LabelingJobName": "Birds",
        "JobReferenceCode": code,
        "WorkRequesterAccountId": "000000000000",
        "CreationTime": 1_795_497_330.0,
        "LabelCounters": {"HumanLabeled": 0, "PendingHuman": 0, "Total": 0},
        "NumberOfHumanWorkersPerDataObject": 3,
    });
    assert_eq!(listed, json!({"LabelingJobSummaryList": [expected]}));
    let other = json!({"WorkteamArn": TEAM.replace("Birds", "Other")});
    let none = vendor.good("ListLabelingJobsForWorkteam", other).await;
    assert_eq!(none, json!({"LabelingJobSummaryList": []}));
    let missing = json!({"WorkteamArn": TEAM.replace("Birds", "none")});
    let (code, _) = vendor.refused("ListLabelingJobsForWorkteam", missing).await;
    assert_eq!(code, "ResourceNotFound");
}

#[tokio::test]
async fn no_more_jobs_are_under_way_than_the_setting_allows() {
    let test = TestApp::start_with(Default::default(), |settings| {
        settings.labeling_jobs_max = 0
    })
    .await;
    let script = test.script(Role::Requester).await;
    let (code, _) = script.refused("CreateLabelingJob", job("Birds")).await;
    assert_eq!(code, "ResourceLimitExceeded");
}
