//! From the body of CreateLabelingJob to a job that can be run, or every reason why it cannot.
//!
//! [`crate::api_rules`] has looked at each member alone; here is what depends on several of them or
//! on what their values mean. Whatever asks for a part of Cairn that is not there yet is refused in a
//! sentence that says so: nothing is silently ignored.

mod price;
mod request;

use std::fmt;

use serde_json::Value;

pub use request::{JobRequest, Template};

use crate::arn::{Arn, Crowd, GROUND_TRUTH_ACCOUNT, Place, WorkteamArn};
use crate::labeling_job::StoppingConditions;
use crate::s3_uri::S3Uri;
use crate::settings_tags::SettingsTags;
use crate::task_type::{Function, TaskType, function, offered_titles};
use crate::text::shorten;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The member, by its path in the request (`HumanTaskConfig.WorkteamArn`).
    pub field: &'static str,
    /// The rule it breaks.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason)
    }
}

/// The text of a `ValidationException` for these refusals.
pub fn message(refusals: &[Refusal]) -> String {
    let texts: Vec<String> = refusals.iter().map(Refusal::to_string).collect();
    texts.join("; ")
}

/// How many objects are in flight when the request does not say.
pub const CONCURRENT_DEFAULT: i64 = 1000;
/// How long tasks of private teams stay available when the request does not say, and at most:
/// thirty days.
pub const AVAILABILITY_MAX: i64 = 2_592_000;
/// How long tasks stay available to the public at most: twelve hours.
const PUBLIC_AVAILABILITY_MAX: i64 = 43_200;

/// Reads the body of a CreateLabelingJob request that has passed [`crate::api_rules::check`].
///
/// What needs a look at the world (whether the team, the bucket or the role exists, whether the name
/// is taken) is left to the caller.
pub fn check(body: &Value, place: &Place) -> Result<JobRequest, Vec<Refusal>> {
    let mut rules = Rules {
        body,
        refusals: Vec::new(),
    };
    let task_type = rules.task_type();
    rules.label_attribute(task_type);
    let manifest = rules.manifest();
    rules.output();
    let categories = rules.categories(task_type);
    rules.algorithms(task_type);
    let workteam = rules.workteam(place, task_type);
    let template = rules.template(place);
    rules.times(task_type, workteam.as_ref());
    let tags = rules.tags();
    let settings = rules.settings(&tags);

    let Rules { refusals, .. } = rules;
    let parts = (task_type, manifest, workteam, template, settings);
    let (Some(task_type), Some(manifest), Some(workteam), Some(template), Some(settings)) = parts
    else {
        return Err(refusals);
    };
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let text = |path: &str| string(body, path).to_owned();
    let number = |path: &str| at(body, path).and_then(Value::as_i64);
    let human = "HumanTaskConfig.NumberOfHumanWorkersPerDataObject";
    Ok(JobRequest {
        name: text("LabelingJobName"),
        label_attribute: text("LabelAttributeName"),
        manifest,
        output_path: text("OutputConfig.S3OutputPath"),
        role_arn: text("RoleArn"),
        categories,
        stopping: StoppingConditions {
            human_labeled_max: number("StoppingConditions.MaxHumanLabeledObjectCount")
                .map(i64::unsigned_abs),
            percentage_max: number("StoppingConditions.MaxPercentageOfInputDatasetLabeled")
                .and_then(|percentage| u32::try_from(percentage).ok()),
        },
        workteam,
        template,
        task_type,
        keywords: strings(body, "HumanTaskConfig.TaskKeywords"),
        title: text("HumanTaskConfig.TaskTitle"),
        description: text("HumanTaskConfig.TaskDescription"),
        workers_per_object: number(human).unwrap_or(1),
        time_limit_seconds: number(TIME_LIMIT).unwrap_or(task_type.time_limit_default),
        availability_seconds: number(AVAILABILITY).unwrap_or(AVAILABILITY_MAX),
        concurrent_max: number("HumanTaskConfig.MaxConcurrentTaskCount")
            .unwrap_or(CONCURRENT_DEFAULT),
        tags,
        settings,
    })
}

const ATTRIBUTE: &str = "LabelAttributeName";
const PRE: &str = "HumanTaskConfig.PreHumanTaskLambdaArn";
const POST: &str = "HumanTaskConfig.AnnotationConsolidationConfig.AnnotationConsolidationLambdaArn";
const TEAM: &str = "HumanTaskConfig.WorkteamArn";
const PRICE: &str = "HumanTaskConfig.PublicWorkforceTaskPrice";
const CLASSIFIERS: &str = "InputConfig.DataAttributes.ContentClassifiers";
const TIME_LIMIT: &str = "HumanTaskConfig.TaskTimeLimitInSeconds";
const AVAILABILITY: &str = "HumanTaskConfig.TaskAvailabilityLifetimeInSeconds";
const ALGORITHM: &str = "LabelingJobAlgorithmsConfig.LabelingJobAlgorithmSpecificationArn";

struct Rules<'a> {
    body: &'a Value,
    refusals: Vec<Refusal>,
}

impl<'a> Rules<'a> {
    fn refuse(&mut self, field: &'static str, reason: impl Into<String>) {
        self.refusals.push(Refusal {
            field,
            reason: reason.into(),
        });
    }

    fn has(&self, path: &str) -> bool {
        at(self.body, path).is_some()
    }

    fn text(&self, path: &str) -> Option<&'a str> {
        at(self.body, path).and_then(Value::as_str)
    }

    /// The task type that the two functions name. One alone is enough; a job that needs its own
    /// functions is not run here yet.
    fn task_type(&mut self) -> Option<&'static TaskType> {
        let mut own = false;
        let mut found = Vec::new();
        for (field, prefix) in [(PRE, "PRE-"), (POST, "ACS-")] {
            let Some(arn) = self.text(field) else {
                continue;
            };
            match (function(arn), prefix) {
                (Some(Function::PreAnnotation(row)), "PRE-")
                | (Some(Function::PostAnnotation(row)), "ACS-") => found.push(row),
                (Some(Function::Own(name)), _) => {
                    own = true;
                    let name = shorten(name, 100);
                    self.refuse(field, format!("custom functions are not supported yet, and `{name}` is not a built-in function ({prefix}…)"));
                }
                _ => {
                    own = true;
                    self.refuse(
                        field,
                        format!("this must be a function whose name begins with {prefix}"),
                    );
                }
            }
        }
        if own {
            return None;
        }
        let row = match found.as_slice() {
            [] => {
                self.refuse(PRE, "a built-in function (PRE-…) must say what kind of task this is; jobs without one are not supported");
                return None;
            }
            [pre, post] if pre != post => {
                self.refuse(
                    POST,
                    format!(
                        "the function is for {}, but tasks are {}",
                        post.title, pre.title
                    ),
                );
                return None;
            }
            [row, ..] => *row,
        };
        if !row.offered {
            let field = if self.has(PRE) { PRE } else { POST };
            self.refuse(
                field,
                format!(
                    "{} jobs are not supported yet; supported are {}",
                    row.title,
                    offered_titles()
                ),
            );
        }
        Some(row)
    }

    fn label_attribute(&mut self, task_type: Option<&TaskType>) {
        let name = self.text(ATTRIBUTE).unwrap_or_default();
        if name == "source" || name == "source-ref" {
            self.refuse(
                ATTRIBUTE,
                format!("`{name}` is reserved for the object itself"),
            );
        }
        if name.ends_with("-metadata") {
            self.refuse(ATTRIBUTE, "the name must not end in -metadata");
        }
        match task_type {
            Some(row) if row.label_is_ref && !name.ends_with("-ref") => {
                self.refuse(
                    ATTRIBUTE,
                    format!("the name must end in -ref for {}", row.title),
                );
            }
            Some(row) if !row.label_is_ref && name.ends_with("-ref") && name != "source-ref" => {
                self.refuse(
                    ATTRIBUTE,
                    format!("the name must not end in -ref for {}", row.title),
                );
            }
            _ => {}
        }
    }

    fn manifest(&mut self) -> Option<S3Uri> {
        if self.has("InputConfig.DataSource.SnsDataSource") {
            self.refuse(
                "InputConfig.DataSource.SnsDataSource",
                "streaming jobs are not supported yet",
            );
        }
        let field = "InputConfig.DataSource.S3DataSource.ManifestS3Uri";
        self.has(field).then(|| self.object(field)).flatten()
    }

    fn output(&mut self) {
        let field = "OutputConfig.S3OutputPath";
        if let Some(Err(error)) = self.text(field).map(S3Uri::parse) {
            self.refuse(field, error.to_string());
        }
        // The vendor's own example passes an empty key, which means none.
        if self
            .text("OutputConfig.KmsKeyId")
            .is_some_and(|key| !key.is_empty())
        {
            self.refuse(
                "OutputConfig.KmsKeyId",
                "encryption of outputs with a key of yours is not supported yet",
            );
        }
        if self.has("OutputConfig.SnsTopicArn") {
            self.refuse(
                "OutputConfig.SnsTopicArn",
                "messages per completed object are not supported yet",
            );
        }
    }

    fn categories(&mut self, task_type: Option<&TaskType>) -> Option<S3Uri> {
        let field = "LabelCategoryConfigS3Uri";
        match task_type {
            _ if self.has(field) => self.object(field),
            Some(row) if row.labels_min > 0 => {
                self.refuse(
                    field,
                    format!("{} jobs need a label category file", row.title),
                );
                None
            }
            _ => None,
        }
    }

    fn algorithms(&mut self, task_type: Option<&TaskType>) {
        let Some(arn) = self.text(ALGORITHM) else {
            return;
        };
        let name = Arn::parse(arn).ok().and_then(|arn| {
            let name = arn.sagemaker_name("labeling-job-algorithm-specification");
            name.map(str::to_owned)
        });
        let suffix = match name.as_deref() {
            Some("image-classification") => "ImageMultiClass",
            Some("text-classification") => "TextMultiClass",
            Some("object-detection") => "BoundingBox",
            Some("semantic-segmentation") => "SemanticSegmentation",
            _ => {
                self.refuse(ALGORITHM, "this is none of the algorithms image-classification, text-classification, object-detection, semantic-segmentation");
                return;
            }
        };
        if task_type.is_some_and(|row| row.suffix != suffix) {
            self.refuse(ALGORITHM, "the algorithm does not fit the kind of task");
        }
        self.refuse(ALGORITHM, "automated data labeling is not supported yet");
    }

    fn workteam(&mut self, place: &Place, task_type: Option<&TaskType>) -> Option<WorkteamArn> {
        let team = match WorkteamArn::parse(self.text(TEAM).unwrap_or_default()) {
            Ok(team) => team,
            Err(error) => {
                self.refuse(TEAM, error.to_string());
                return None;
            }
        };
        let classifiers = strings(self.body, CLASSIFIERS);
        match team.crowd {
            Crowd::Private => {
                if !team.arn.is_at(place) {
                    let Place { region, account } = place;
                    self.refuse(
                        TEAM,
                        format!(
                            "the team belongs to another region or account than {region}, {account}"
                        ),
                    );
                }
                if self.has(PRICE) {
                    self.refuse(PRICE, "a price is for the public team only");
                }
            }
            Crowd::Vendor => {
                self.refuse(TEAM, "vendor teams are not supported yet");
                if self.has(PRICE) {
                    self.refuse(PRICE, "a price is for the public team only");
                }
            }
            Crowd::Public => {
                self.refuse(TEAM, "the public team is not supported yet");
                let free = "FreeOfPersonallyIdentifiableInformation";
                if !classifiers.iter().any(|classifier| classifier == free) {
                    self.refuse(CLASSIFIERS, format!("the public team needs {free}"));
                }
                match price::check(at(self.body, PRICE), task_type) {
                    Ok(()) => {}
                    Err(reason) => self.refuse(PRICE, reason),
                }
                if task_type.is_some_and(|row| row.time_limit_max > 28_800) {
                    self.refuse(TEAM, "the public team takes no video or point cloud tasks");
                }
            }
        }
        Some(team)
    }

    fn template(&mut self, place: &Place) -> Option<Template> {
        let field = "HumanTaskConfig.UiConfig.HumanTaskUiArn";
        let Some(text) = self.text(field) else {
            return self
                .object("HumanTaskConfig.UiConfig.UiTemplateS3Uri")
                .map(Template::S3);
        };
        let refusal = match Arn::parse(text) {
            Err(error) => error.to_string(),
            Ok(arn) => match arn.sagemaker_name("human-task-ui") {
                Some(name) if arn.is_at(place) => {
                    return Some(Template::HumanTaskUi(name.to_owned()));
                }
                Some(name) if arn.account == GROUND_TRUTH_ACCOUNT => {
                    format!(
                        "the built-in page {} is not supported yet",
                        shorten(name, 100)
                    )
                }
                Some(_) => "the human task UI belongs to another region or account".to_owned(),
                None => "this is not the name of a human task UI".to_owned(),
            },
        };
        self.refuse(field, refusal);
        None
    }

    fn times(&mut self, task_type: Option<&TaskType>, team: Option<&WorkteamArn>) {
        let number = |path: &str| at(self.body, path).and_then(Value::as_i64);
        let (limit, availability) = (number(TIME_LIMIT), number(AVAILABILITY));
        if let (Some(row), Some(limit)) = (task_type, limit)
            && limit > row.time_limit_max
        {
            self.refuse(
                TIME_LIMIT,
                format!(
                    "{limit} is more than {} s, the most for {}",
                    row.time_limit_max, row.title
                ),
            );
        }
        let public = team.is_some_and(|team| team.crowd == Crowd::Public);
        let most = if public {
            PUBLIC_AVAILABILITY_MAX
        } else {
            AVAILABILITY_MAX
        };
        if let Some(availability) = availability.filter(|seconds| *seconds > most) {
            self.refuse(
                AVAILABILITY,
                format!("{availability} is more than {most} s, the most for this team"),
            );
        }
    }

    fn tags(&mut self) -> Vec<(String, String)> {
        let mut tags: Vec<(String, String)> = Vec::new();
        for tag in at(self.body, "Tags")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let part = |name: &str| tag.get(name).and_then(Value::as_str).unwrap_or_default();
            let (key, value) = (part("Key"), part("Value"));
            if tags.iter().any(|(known, _)| known == key) {
                self.refuse("Tags", format!("the key `{key}` is there twice"));
            }
            if key.to_ascii_lowercase().starts_with("aws:") {
                self.refuse(
                    "Tags",
                    format!("the key `{key}` begins with aws:, which is reserved"),
                );
            }
            tags.push((key.to_owned(), value.to_owned()));
        }
        tags
    }

    fn settings(&mut self, tags: &[(String, String)]) -> Option<SettingsTags> {
        let pairs = tags
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()));
        match SettingsTags::read(pairs) {
            Ok(settings) => Some(settings),
            Err(errors) => {
                for error in errors {
                    self.refuse("Tags", error.to_string());
                }
                None
            }
        }
    }

    /// The address of an object, not of a bucket or a folder.
    fn object(&mut self, field: &'static str) -> Option<S3Uri> {
        match S3Uri::parse(self.text(field).unwrap_or_default()) {
            Ok(uri) if uri.key.is_empty() || uri.key.ends_with('/') => {
                self.refuse(
                    field,
                    format!("`{}` names no object", shorten(&uri.to_string(), 200)),
                );
                None
            }
            Ok(uri) => Some(uri),
            Err(error) => {
                self.refuse(field, error.to_string());
                None
            }
        }
    }
}

/// The member at a path; `null` counts as not there.
fn at<'a>(body: &'a Value, path: &str) -> Option<&'a Value> {
    let found = path
        .split('.')
        .try_fold(body, |value, name| value.get(name))?;
    (!found.is_null()).then_some(found)
}

fn string<'a>(body: &'a Value, path: &str) -> &'a str {
    at(body, path).and_then(Value::as_str).unwrap_or_default()
}

fn strings(body: &Value, path: &str) -> Vec<String> {
    let items = at(body, path)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
