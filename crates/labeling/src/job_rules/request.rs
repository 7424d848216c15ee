//! A request for a job, understood.

use crate::arn::WorkteamArn;
use crate::labeling_job::StoppingConditions;
use crate::s3_uri::S3Uri;
use crate::settings_tags::SettingsTags;
use crate::task_type::TaskType;

/// What a CreateLabelingJob request asks for, with defaults filled in. Describe answers from the
/// request itself, which is stored beside this.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRequest {
    /// `LabelingJobName`.
    pub name: String,
    /// `LabelAttributeName`.
    pub label_attribute: String,
    /// The input manifest.
    pub manifest: S3Uri,
    /// `S3OutputPath`, as it was given; [`crate::s3_layout::JobFolder`] reads it.
    pub output_path: String,
    /// `RoleArn`.
    pub role_arn: String,
    /// The label category file.
    pub categories: Option<S3Uri>,
    /// When the job stops by itself.
    pub stopping: StoppingConditions,
    /// Who labels.
    pub workteam: WorkteamArn,
    /// The page that workers see.
    pub template: Template,
    /// What kind of work it is.
    pub task_type: &'static TaskType,
    /// `TaskKeywords`.
    pub keywords: Vec<String>,
    /// `TaskTitle`.
    pub title: String,
    /// `TaskDescription`.
    pub description: String,
    /// How many workers answer each object.
    pub workers_per_object: i64,
    /// How long a worker may take.
    pub time_limit_seconds: i64,
    /// How long an object stays before workers.
    pub availability_seconds: i64,
    /// How many objects may be before workers at once.
    pub concurrent_max: i64,
    /// All tags, Cairn's settings included, as Describe and ListTags give them back.
    pub tags: Vec<(String, String)>,
    /// Cairn's settings among the tags; they may name a file that is still to be read.
    pub settings: SettingsTags,
}

/// Where a job's page comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Template {
    /// A stored file.
    S3(S3Uri),
    /// A human task UI of this account, by name.
    HumanTaskUi(String),
}
