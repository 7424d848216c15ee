//! What a job was created with.

use cairn_db::labeling_job::LabelingJob;
use cairn_labeling::job_rules::{AVAILABILITY_MAX, CONCURRENT_DEFAULT};
use cairn_labeling::s3_layout::JobFolder;
use serde_json::{Value, json};

use super::output_manifest;
use crate::app::App;
use crate::page_error::PageError;
use crate::people::teams::place;

/// Tags a job may have, ours included.
const TAGS_MAX: i64 = 100;

/// Ways to bring answers together, the default first, as the console and as the settings of a job name them.
const CONSOLIDATIONS: [(&str, &str); 3] = [
    ("cairn", "cairn"),
    ("ground-truth", "ground-truth"),
    ("majority-vote", "majority"),
];

/// What the name of a hook follows in the console.
const HOOK: &str = "hook:";

/// The ways that the console offers, the default first and the hooks of the server last.
pub(crate) fn consolidations(app: &App) -> Vec<String> {
    let hooks = app.engine.hooks().map(|name| format!("{HOOK}{name}"));
    let known = CONSOLIDATIONS
        .iter()
        .map(|(console, _)| (*console).to_owned());
    known.chain(hooks).collect()
}

/// The settings for a way that the console names.
pub(super) fn settings_of(name: &str) -> Vec<(&'static str, &str)> {
    if let Some(hook) = name.strip_prefix(HOOK) {
        return vec![("consolidation", "hook"), ("consolidation-hook", hook)];
    }
    let known = CONSOLIDATIONS.iter().find(|(console, _)| *console == name);
    vec![("consolidation", known.map_or(name, |(_, setting)| setting))]
}

fn consolidation_of(settings: &Value) -> Option<String> {
    let setting = settings["consolidation"].as_str()?;
    if setting == "hook" {
        let hook = settings["consolidation-hook"].as_str()?;
        return Some(format!("{HOOK}{hook}"));
    }
    let known = CONSOLIDATIONS.iter().find(|(_, known)| *known == setting);
    Some(known.map_or(setting, |(console, _)| console).to_owned())
}

/// How many workers are asked about every object, where the others depend on its label.
async fn workers_min(app: &App, job: &LabelingJob) -> Option<i64> {
    let facts = super::figures::facts(app, job.job_id).await.ok()??;
    Some(facts.redundancy?.least)
}

/// `Configuration`, of a job and the request it was made with.
pub(super) async fn configuration(
    app: &App,
    job: &LabelingJob,
    request: &Value,
) -> Result<Value, PageError> {
    let given = |pointer: &str| request.pointer(pointer).cloned().unwrap_or_default();
    let task = |member: &str| given(&format!("/HumanTaskConfig/{member}"));
    let settings: Value = serde_json::from_str(&job.settings).map_err(PageError::internal)?;
    let output_path = given("/OutputConfig/S3OutputPath");
    let folder = JobFolder::new(output_path.as_str().unwrap_or_default(), &job.name)
        .map_err(PageError::internal)?;
    let arn = place(&app.settings).labeling_job(&job.name).to_string();
    let tags = app.db.tag_list(&arn, None, TAGS_MAX).await?;
    let tags: Vec<Value> = tags
        .iter()
        .map(|tag| json!({"key": tag.key, "value": tag.value}))
        .collect();
    let or_default = |value: Value, default: i64| match value {
        Value::Null => default.into(),
        value => value,
    };
    Ok(json!({
        "inputManifest": given("/InputConfig/DataSource/S3DataSource/ManifestS3Uri"),
        "outputPath": output_path,
        "outputManifest": {
            "uri": folder.output_manifest().to_string(),
            "ready": output_manifest::is_ready(job),
        },
        "labelCategoryConfig": given("/LabelCategoryConfigS3Uri"),
        "labelAttributeName": given("/LabelAttributeName"),
        "template": match task("UiConfig")["UiTemplateS3Uri"].take() {
            Value::Null => task("UiConfig")["HumanTaskUiArn"].take(),
            uri => uri,
        },
        "workteam": {
            "name": job.workteam_arn.rsplit('/').next(),
            "arn": job.workteam_arn,
        },
        "workersPerObject": task("NumberOfHumanWorkersPerDataObject"),
        "taskTimeLimitSeconds": task("TaskTimeLimitInSeconds"),
        "taskAvailabilityLifetimeSeconds":
            or_default(task("TaskAvailabilityLifetimeInSeconds"), AVAILABILITY_MAX),
        "maxConcurrentTaskCount": or_default(task("MaxConcurrentTaskCount"), CONCURRENT_DEFAULT),
        "keywords": match task("TaskKeywords") {
            Value::Null => json!([]),
            keywords => keywords,
        },
        "preHumanTaskFunction": task("PreHumanTaskLambdaArn"),
        "consolidationFunction":
            task("AnnotationConsolidationConfig")["AnnotationConsolidationLambdaArn"].take(),
        "consolidation": consolidation_of(&settings),
        "confidenceTarget": settings["confidence-target"]
            .as_str()
            .and_then(|target| target.parse::<f64>().ok()),
        "answersMean": settings["answers-mean"].as_str().and_then(|mean| mean.parse::<f64>().ok()),
        "workersMin": workers_min(app, job).await,
        "submitOnKey": settings["submit-on-key"] == "true",
        "roleArn": given("/RoleArn"),
        "maxHumanLabeledObjectCount": given("/StoppingConditions/MaxHumanLabeledObjectCount"),
        "maxPercentageOfInputDatasetLabeled":
            given("/StoppingConditions/MaxPercentageOfInputDatasetLabeled"),
        "tags": tags,
    }))
}
