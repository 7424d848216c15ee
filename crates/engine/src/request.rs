//! The stored `CreateLabelingJob` request, as far as the engine acts on it. Its fields were checked
//! when the job was created.

use serde::Deserialize;

/// The request.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct JobRequest {
    /// Name, in the case it was given.
    pub labeling_job_name: String,
    /// Key under which the job writes its labels.
    pub label_attribute_name: String,
    /// Where the objects come from.
    pub input_config: InputConfig,
    /// Where the results go.
    pub output_config: OutputConfig,
    /// The role the job acts under, echoed to consolidation.
    pub role_arn: String,
    /// The label category file.
    pub label_category_config_s3_uri: Option<String>,
    /// When to stop before the end.
    pub stopping_conditions: Option<StoppingConditions>,
    /// What people are asked.
    pub human_task_config: HumanTaskConfig,
}

/// Where the objects come from.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InputConfig {
    /// The source.
    pub data_source: DataSource,
}

/// The source.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DataSource {
    /// In S3.
    pub s3_data_source: Option<S3DataSource>,
}

/// In S3.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct S3DataSource {
    /// The input manifest.
    pub manifest_s3_uri: String,
}

/// Where the results go.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OutputConfig {
    /// Folder above the job's own, with or without a slash at its end.
    pub s3_output_path: String,
}

/// When to stop before the end.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StoppingConditions {
    /// Objects labeled by people.
    pub max_human_labeled_object_count: Option<i64>,
    /// Share of all objects labeled by anybody, in percent.
    pub max_percentage_of_input_dataset_labeled: Option<i64>,
}

/// What people are asked.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct HumanTaskConfig {
    /// The team.
    pub workteam_arn: String,
    /// The page.
    pub ui_config: UiConfig,
    /// The function that prepares tasks; names the task type.
    pub pre_human_task_lambda_arn: Option<String>,
    /// Words a worker may look for.
    #[serde(default)]
    pub task_keywords: Vec<String>,
    /// Title in the portal.
    pub task_title: String,
    /// What it asks, in one line.
    pub task_description: String,
    /// Answers wanted for each object.
    pub number_of_human_workers_per_data_object: i64,
    /// Seconds from acceptance to answer.
    pub task_time_limit_in_seconds: i64,
    /// Seconds from publication until an unanswered task closes.
    pub task_availability_lifetime_in_seconds: Option<i64>,
    /// Objects in flight at once.
    pub max_concurrent_task_count: Option<i64>,
}

/// The page.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UiConfig {
    /// A template in S3.
    pub ui_template_s3_uri: Option<String>,
    /// A template kept here.
    pub human_task_ui_arn: Option<String>,
}

impl JobRequest {
    /// The input manifest.
    pub fn manifest_uri(&self) -> Option<&str> {
        let source = self.input_config.data_source.s3_data_source.as_ref()?;
        Some(&source.manifest_s3_uri)
    }
}
