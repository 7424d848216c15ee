//! Creating a job from the form: the worker task template and the label category file are written
//! beside the job's output, then CreateLabelingJob does the rest, with its own rules.

use std::sync::Arc;

use axum::extract::State;
use bytes::Bytes;
use cairn_labeling::api_rules;
use cairn_labeling::arn::GROUND_TRUTH_ACCOUNT;
use cairn_labeling::label_category::LabelCategories;
use cairn_labeling::s3_layout::JobFolder;
use cairn_labeling::s3_uri::S3Uri;
use cairn_labeling::task_type::TaskType;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::manifest_head::{self, store_error};
use super::question::{Question, is_single, required};
use super::{find, job_config, jobs};
use crate::api::{self, ApiError, Context};
use crate::app::App;
use crate::auth::roles::Role;
use crate::auth::{Caller, Session};
use crate::json::{JsonBody, Reply};
use crate::origin::Origins;
use crate::page_error::PageError;

const OPERATION: &str = "CreateLabelingJob";
/// Confidence targets that the form takes, in percent.
const CONFIDENCE_TARGETS: std::ops::RangeInclusive<i64> = 50..=99;
/// Characters of a job's description on the wire.
const DESCRIPTION_CHARS_MAX: usize = 255;

/// `CreateJob`. What is missing reads as empty, so that its field is named.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateJob {
    #[serde(default)]
    name: String,
    #[serde(default)]
    input_manifest: String,
    #[serde(default)]
    output_path: String,
    #[serde(default)]
    label_attribute_name: String,
    #[serde(default)]
    workteam: String,
    #[serde(default)]
    workers_per_object: i64,
    #[serde(default)]
    task_time_limit_seconds: i64,
    #[serde(default)]
    consolidation: String,
    /// A whole percentage.
    #[serde(default)]
    confidence_target: Option<i64>,
    #[serde(default)]
    answers_mean: Option<f64>,
    #[serde(default)]
    submit_on_key: bool,
    #[serde(flatten)]
    question: Question,
}

pub(super) async fn create(
    State(app): State<Arc<App>>,
    session: Session,
    headers: HeaderMap,
    JsonBody(body): JsonBody<CreateJob>,
) -> Result<Reply, PageError> {
    let (request, files) = body.check(&app).await?;
    api_rules::check(OPERATION, &request)
        .map_err(|violations| refusal("invalid", &api_rules::message(&violations)))?;
    for (uri, text, content_type) in &files {
        let bytes = Bytes::from(text.clone());
        let put = app
            .stores
            .put_bytes(&uri.bucket, &uri.key, bytes, content_type);
        put.await
            .map_err(|error| store_error("outputPath", error))?;
    }
    let person = &session.person;
    let context = Context {
        app: app.clone(),
        caller: Caller::of_person(Some(person.person_id), &person.name, person.role),
        now_ms: app.clock.now_ms(),
        origin: Origins::of(&headers, &app.settings).portal,
    };
    let operation = api::find(OPERATION)
        .ok_or_else(|| PageError::internal(anyhow::anyhow!("{OPERATION} is not in the table")))?;
    if let Err(error) = (operation.handler)(context, request).await {
        let error = page_error(error);
        // The files of a job that came in between are its own now.
        if error.code != "name_taken" {
            for (uri, ..) in &files {
                let _ = app.stores.delete(&uri.bucket, &uri.key).await;
            }
        }
        return Err(error);
    }
    let job = find(&app, body.name.trim()).await?;
    Reply::new(&app, json!({"job": jobs::summary(&job)}))
}

/// A file to be written: where, what, and its content type.
type File = (S3Uri, String, &'static str);

impl CreateJob {
    /// The request for CreateLabelingJob and the files that it names.
    async fn check(&self, app: &App) -> Result<(Value, [File; 2]), PageError> {
        let name = self.name.trim();
        is_name("name", name, 63)?;
        if app.db.labeling_job_by_name(name).await?.is_some() {
            return Err(name_taken(name));
        }
        let task_type = self.question.check()?;
        let attribute = match self.label_attribute_name.trim() {
            "" => name,
            attribute => attribute,
        };
        is_label_attribute(attribute)?;
        manifest_head::object(app, "inputManifest", &self.input_manifest).await?;
        let folder = self.output_folder(app, name).await?;
        let team = app.db.workteam(self.workteam.trim()).await?;
        let team = match (self.workteam.trim(), team) {
            ("", _) => return Err(required("workteam")),
            (_, Some(team)) => crate::people::teams::arn(&app.settings, &team.name),
            (name, None) => {
                let message = format!("there is no team `{name}`");
                return Err(PageError::rule("no_such_team", "workteam", message));
            }
        };
        self.check_numbers(task_type)?;
        self.check_consolidation(app)?;
        let template = folder.template();
        let categories = folder.uri().join("annotation-tool/data.json");
        let request = self.request(app, task_type, attribute, &team, [&template, &categories]);
        let files = [
            (
                template,
                self.question.template()?,
                "text/html; charset=utf-8",
            ),
            (
                categories,
                LabelCategories::file_of(&self.question.labels),
                "application/json",
            ),
        ];
        Ok((request, files))
    }

    async fn output_folder(&self, app: &App, name: &str) -> Result<JobFolder, PageError> {
        let field = "outputPath";
        let path = self.output_path.trim();
        if path.is_empty() {
            return Err(required(field));
        }
        let folder = JobFolder::new(path, name)
            .map_err(|error| PageError::rule("pattern", field, error.to_string()))?;
        let bucket = &folder.uri().bucket;
        let exists = app.stores.bucket_exists(bucket).await;
        if !exists.map_err(|error| store_error(field, error))? {
            let message = format!("there is no bucket `{bucket}`");
            return Err(PageError::rule("no_such_bucket", field, message));
        }
        Ok(folder)
    }

    fn check_numbers(&self, task_type: &TaskType) -> Result<(), PageError> {
        let limit = task_type.time_limit_max;
        for (field, value, range) in [
            ("workersPerObject", self.workers_per_object, 1..=9),
            (
                "taskTimeLimitSeconds",
                self.task_time_limit_seconds,
                30..=limit,
            ),
        ] {
            if !range.contains(&value) {
                let (least, most) = range.into_inner();
                let message = format!("this is from {least} to {most}");
                return Err(PageError::rule("out_of_range", field, message));
            }
        }
        if self.submit_on_key && !is_single(task_type) {
            return Err(PageError::rule(
                "unsupported",
                "submitOnKey",
                "a key submits only where one label is chosen",
            ));
        }
        Ok(())
    }

    /// How answers come together, and when there are enough of them.
    fn check_consolidation(&self, app: &App) -> Result<(), PageError> {
        let offered = job_config::consolidations(app);
        if !self.consolidation.is_empty() && !offered.contains(&self.consolidation) {
            let message = format!("this is one of {}", offered.join(", "));
            return Err(PageError::rule("unsupported", "consolidation", message));
        }
        let out_of_range = |field: &'static str, least: String, most: String| {
            let message = format!("this is from {least} to {most}");
            Err(PageError::rule("out_of_range", field, message))
        };
        if let Some(percent) = self.confidence_target
            && !CONFIDENCE_TARGETS.contains(&percent)
        {
            let (least, most) = CONFIDENCE_TARGETS.into_inner();
            return out_of_range("confidenceTarget", least.to_string(), most.to_string());
        }
        if let Some(mean) = self.answers_mean {
            let tenths = (mean * 10.0).round();
            let most = self.workers_per_object;
            if !(1.0..=most as f64).contains(&mean) || tenths / 10.0 != mean {
                return out_of_range("answersMean", "1".to_owned(), most.to_string());
            }
            if self.confidence_target.is_some() {
                let message = "a confidence target is set already";
                return Err(PageError::rule("one_of_two", "answersMean", message));
            }
        }
        let field = match (self.confidence_target, self.answers_mean) {
            (Some(_), _) => "confidenceTarget",
            (None, Some(_)) => "answersMean",
            (None, None) => return Ok(()),
        };
        if !matches!(self.consolidation.as_str(), "" | "cairn") {
            let message = "only consolidation by cairn says how sure a label is";
            return Err(PageError::rule("unsupported", field, message));
        }
        Ok(())
    }

    fn request(
        &self,
        app: &App,
        task_type: &TaskType,
        attribute: &str,
        team: &str,
        [template, categories]: [&S3Uri; 2],
    ) -> Value {
        let settings = &app.settings;
        let (partition, region) = (settings.partition(), settings.region.as_str());
        let header = self.question.header.trim();
        let mut tags = Vec::new();
        let mut tag = |name: &str, value: &str| {
            tags.push(json!({"Key": format!("cairn:{name}"), "Value": value}));
        };
        let consolidation = match self.consolidation.as_str() {
            "" => "cairn",
            consolidation => consolidation,
        };
        for (name, value) in job_config::settings_of(consolidation) {
            tag(name, value);
        }
        if let Some(percent) = self.confidence_target {
            let target = percent as f64 / 100.0;
            tag("confidence-target", &target.to_string());
        }
        if let Some(mean) = self.answers_mean {
            tag("answers-mean", &mean.to_string());
        }
        if self.submit_on_key {
            tag("submit-on-key", "true");
        }
        // Jobs of the console act under the role that its people have.
        let role = Role::Requester.iam_name();
        json!({
            "LabelingJobName": self.name.trim(),
            "LabelAttributeName": attribute,
            "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": self.input_manifest.trim()}}},
            "OutputConfig": {"S3OutputPath": self.output_path.trim()},
            "RoleArn": format!("arn:{partition}:iam::{}:role/{role}", settings.account_id),
            "LabelCategoryConfigS3Uri": categories.to_string(),
            "HumanTaskConfig": {
                "WorkteamArn": team,
                "UiConfig": {"UiTemplateS3Uri": template.to_string()},
                "PreHumanTaskLambdaArn":
                    task_type.pre_annotation_arn(partition, region, GROUND_TRUTH_ACCOUNT),
                "AnnotationConsolidationConfig": {
                    "AnnotationConsolidationLambdaArn":
                        task_type.post_annotation_arn(partition, region, GROUND_TRUTH_ACCOUNT),
                },
                "TaskTitle": header,
                "TaskDescription": self.description(),
                "NumberOfHumanWorkersPerDataObject": self.workers_per_object,
                "TaskTimeLimitInSeconds": self.task_time_limit_seconds,
            },
            "Tags": tags,
        })
    }

    /// One line that says what is asked: the instructions' first, else the question.
    fn description(&self) -> String {
        let question = &self.question;
        let lines = question
            .instructions
            .lines()
            .chain([question.header.as_str()]);
        let line = lines.map(str::trim).find(|line| !line.is_empty());
        let line = line.unwrap_or_default().chars();
        let is_plain = |character: &char| !character.is_control();
        line.filter(is_plain).take(DESCRIPTION_CHARS_MAX).collect()
    }
}

fn is_name(field: &'static str, name: &str, max: usize) -> Result<(), PageError> {
    if name.is_empty() {
        return Err(required(field));
    }
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_name = name.len() <= max
        && name.bytes().all(fits)
        && !name.starts_with('-')
        && !name.ends_with('-');
    if is_name {
        return Ok(());
    }
    let message =
        format!("a name is made of letters, digits and hyphens between them, at most {max}");
    Err(PageError::rule("pattern", field, message))
}

fn is_label_attribute(name: &str) -> Result<(), PageError> {
    let field = "labelAttributeName";
    is_name(field, name, 127)?;
    let is_reserved = matches!(name, "source" | "source-ref")
        || name.ends_with("-metadata")
        || name.ends_with("-ref");
    if is_reserved {
        let message = format!("`{name}` is reserved");
        return Err(PageError::rule("reserved", field, message));
    }
    Ok(())
}

fn name_taken(name: &str) -> PageError {
    let message = format!("a job has the name `{name}` already");
    PageError::conflict("name_taken", "name", message)
}

/// An error of the operation, in the words of the form.
fn page_error(error: ApiError) -> PageError {
    if error.status.is_server_error() {
        let ApiError {
            status,
            message,
            cause,
            ..
        } = error;
        let cause = cause.unwrap_or_else(|| anyhow::anyhow!(message));
        return match status {
            StatusCode::SERVICE_UNAVAILABLE => PageError::unavailable(cause),
            _ => PageError::internal(cause),
        };
    }
    match error.code {
        "ResourceInUse" => PageError::conflict("name_taken", "name", error.message),
        "ResourceLimitExceeded" => refusal("limit", &error.message),
        _ => refusal("invalid", &error.message),
    }
}

/// Members of the wire's request, and the fields of the form that they come from.
const FIELDS: [(&str, &str); 14] = [
    ("LabelingJobName", "name"),
    ("LabelAttributeName", "labelAttributeName"),
    ("ManifestS3Uri", "inputManifest"),
    ("S3OutputPath", "outputPath"),
    ("LabelCategoryConfigS3Uri", "labels"),
    ("WorkteamArn", "workteam"),
    ("UiTemplateS3Uri", "instructions"),
    ("PreHumanTaskLambdaArn", "taskType"),
    ("AnnotationConsolidationLambdaArn", "taskType"),
    ("TaskTitle", "header"),
    ("TaskDescription", "instructions"),
    ("NumberOfHumanWorkersPerDataObject", "workersPerObject"),
    ("TaskTimeLimitInSeconds", "taskTimeLimitSeconds"),
    ("RoleArn", "name"),
];

/// A refusal whose words name members of the wire's request, by the first that is named.
fn refusal(code: &'static str, message: &str) -> PageError {
    let named = FIELDS
        .iter()
        .filter_map(|(member, field)| Some((lowercase_first(message, member)?, *field)))
        .min();
    match named {
        Some((_, field)) => PageError::rule(code, field, message),
        None => PageError::new(StatusCode::BAD_REQUEST, code, message),
    }
}

/// Where a member is named, in the wire's spelling or with a small letter at its head.
fn lowercase_first(message: &str, member: &str) -> Option<usize> {
    let small = member[..1].to_ascii_lowercase() + &member[1..];
    message.find(member).or_else(|| message.find(&small))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_wire_lead_to_fields_of_the_form() {
        let field = |message| refusal("invalid", message).field.unwrap_or_default();
        assert_eq!(
            field("HumanTaskConfig.WorkteamArn: there is no such team"),
            "workteam"
        );
        assert_eq!(
            field("1 validation error detected: Value '' at 'humanTaskConfig.taskTitle' failed"),
            "header"
        );
        assert_eq!(
            field("`InputConfig.DataSource.S3DataSource.ManifestS3Uri`: line 3: …; WorkteamArn: …"),
            "inputManifest"
        );
        assert_eq!(field("something else"), "");
    }

    #[test]
    fn names_have_hyphens_between_letters_and_digits() {
        for good in ["a", "A-1", "a--b"] {
            assert!(is_name("name", good, 63).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "a b", "a_b", "猫", &"x".repeat(64)] {
            assert!(is_name("name", bad, 63).is_err(), "{bad}");
        }
        for reserved in ["source", "source-ref", "x-metadata", "x-ref"] {
            let error = is_label_attribute(reserved).unwrap_err();
            assert_eq!(error.code, "reserved", "{reserved}");
        }
    }
}
