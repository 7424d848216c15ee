//! What never changes about a running job, read once and kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use cairn_db::Db;
use cairn_db::consolidation::Annotation;
use cairn_db::labeling_job::{LabelingJob, Pinned};
use cairn_labeling::answer::{self, AnswerLimits, Choice, exclusion_of_page};
use cairn_labeling::arn::Place;
use cairn_labeling::ids::WorkerId;
use cairn_labeling::label_category::LabelCategories;
use cairn_labeling::s3_layout::JobFolder;
use cairn_labeling::s3_uri::S3Uri;
use cairn_labeling::settings_tags::JobSettings;
use cairn_labeling::task_type::{self, TaskType};
use cairn_labeling::template::Template;

use crate::EngineError;
use crate::request::JobRequest;

/// Jobs whose facts are kept; past that they are read anew.
const KEPT_MAX: usize = 1_000;
/// Availability of a task when the request names none: that of a private team.
const LIFETIME_SECONDS_DEFAULT: i64 = 2_592_000;
/// Objects in flight when the request names no number.
const IN_FLIGHT_DEFAULT: i64 = 1_000;

/// What never changes about a job once it runs.
pub struct JobFacts {
    /// Id.
    pub job_id: i64,
    /// Name, in the case it was given.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Title in the portal.
    pub title: String,
    /// What it asks, in one line.
    pub description: String,
    /// Words a worker may look for.
    pub keywords: Vec<String>,
    /// Kind of work.
    pub task_type: &'static TaskType,
    /// Key under which the labels are written.
    pub label_attribute: String,
    /// Label categories, in the order of their file.
    pub categories: LabelCategories,
    /// Their names.
    pub labels: Vec<String>,
    /// Answers wanted for each object; with `redundancy` the most that it is given.
    pub wanted: i64,
    /// When fewer are enough.
    pub redundancy: Option<Redundancy>,
    /// From acceptance to answer.
    pub limit_ms: i64,
    /// How long a lease lasts without a sign of life.
    pub lease_ms: i64,
    /// How long after the first answer it may be corrected.
    pub correction_ms: i64,
    /// From publication until an unanswered task closes.
    pub lifetime_ms: i64,
    /// Objects in flight at once.
    pub in_flight_max: i64,
    /// The category of the page that rules out all others, if it has one.
    pub exclusion: Option<String>,
    /// Whether a label's key submits at once.
    pub submit_on_key: bool,
    /// ARN of the team.
    pub workteam_arn: String,
    /// The page, parsed.
    pub template: Arc<Template>,
    /// The page as it was written.
    pub template_source: String,
    /// When the job was created.
    pub created_at: i64,
    /// Cairn's own settings.
    pub settings: JobSettings,
    /// The request.
    pub request: JobRequest,
    /// Where its files lie.
    pub layout: JobFolder,
    /// The input manifest.
    pub manifest: S3Uri,
}

/// How many workers are asked about an object, where that depends on their answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Redundancy {
    /// How many are asked at least.
    pub least: i64,
    /// When no more are.
    pub enough: Enough,
}

/// When an object has enough answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Enough {
    /// Once its label is as probable as this.
    Confidence(f64),
    /// Once its label is as probable as lets objects have so many on average.
    Mean(f64),
}

impl Redundancy {
    fn of(settings: &JobSettings, most: i64) -> Option<Redundancy> {
        let (enough, least) = match (settings.confidence_target, settings.answers_mean) {
            (Some(thousandths), _) => (Enough::Confidence(thousandths as f64 / 1_000.0), 2),
            (None, Some(tenths)) => (Enough::Mean(tenths as f64 / 10.0), 1),
            (None, None) => return None,
        };
        let least = settings.workers_min.unwrap_or(least).min(most);
        Some(Redundancy { least, enough })
    }
}

/// A job on its way to being one that runs.
pub struct JobSetup {
    /// The job as stored.
    pub job: LabelingJob,
    /// Its request.
    pub request: JobRequest,
    /// Its pinned files.
    pub pinned: Pinned,
    /// Its input manifest.
    pub manifest: S3Uri,
}

impl JobSetup {
    /// Reads a job's request.
    pub fn read(job: LabelingJob, pinned: Pinned) -> Result<JobSetup, EngineError> {
        let request: JobRequest = serde_json::from_str(&job.request)
            .map_err(|error| EngineError::Stored(format!("request of {}: {error}", job.name)))?;
        let uri = request.manifest_uri().ok_or_else(|| {
            EngineError::Job("ClientError: the job names no input manifest".to_owned())
        })?;
        let manifest =
            S3Uri::parse(uri).map_err(|error| EngineError::Job(format!("ClientError: {error}")))?;
        Ok(JobSetup {
            job,
            request,
            pinned,
            manifest,
        })
    }
}

impl JobFacts {
    /// Puts the facts of a job together from what is stored.
    pub fn read(job: LabelingJob, pinned: Pinned, place: &Place) -> Result<JobFacts, EngineError> {
        let JobSetup {
            job,
            request,
            pinned,
            manifest,
        } = JobSetup::read(job, pinned)?;
        let stored = |what: &str, error: &dyn std::fmt::Display| {
            EngineError::Stored(format!("{what} of {}: {error}", job.name))
        };
        let settings = read_settings(&job.settings).map_err(|error| stored("settings", &error))?;
        let task_type = task_type::task_type(&job.task_type)
            .ok_or_else(|| stored("task type", &job.task_type))?;
        let file = request
            .label_category_config_s3_uri
            .as_deref()
            .unwrap_or("");
        let categories = LabelCategories::parse(
            pinned.categories.as_deref().unwrap_or_default().as_bytes(),
            task_type.labels_min,
            file,
        )
        .map_err(|error| EngineError::Job(format!("ClientError: {error}")))?;
        let source = pinned.template.unwrap_or_default();
        let template = Template::parse(&source)
            .map_err(|error| EngineError::Job(format!("ClientError: template: {error}")))?;
        let task = &request.human_task_config;
        let layout = JobFolder::new(&request.output_config.s3_output_path, &job.name)
            .map_err(|error| EngineError::Job(format!("ClientError: {error}")))?;
        Ok(JobFacts {
            job_id: job.job_id,
            arn: place.labeling_job(&job.name).to_string(),
            name: job.name,
            title: task.task_title.clone(),
            description: task.task_description.clone(),
            keywords: task.task_keywords.clone(),
            task_type,
            label_attribute: request.label_attribute_name.clone(),
            labels: categories.labels(),
            categories,
            wanted: task.number_of_human_workers_per_data_object,
            redundancy: Redundancy::of(&settings, task.number_of_human_workers_per_data_object),
            limit_ms: task.task_time_limit_in_seconds * 1_000,
            lease_ms: settings.lease_seconds * 1_000,
            correction_ms: settings.correction_seconds * 1_000,
            lifetime_ms: task
                .task_availability_lifetime_in_seconds
                .unwrap_or(LIFETIME_SECONDS_DEFAULT)
                * 1_000,
            in_flight_max: task.max_concurrent_task_count.unwrap_or(IN_FLIGHT_DEFAULT),
            exclusion: exclusion_of_page(&source),
            submit_on_key: settings.submit_on_key,
            workteam_arn: job.workteam_arn,
            template: Arc::new(template),
            template_source: source,
            created_at: job.created_at,
            settings,
            request,
            layout,
            manifest,
        })
    }
}

impl JobFacts {
    /// What an answer chose; none when it names no label of the job, as one taken before the page and the
    /// label category file were brought in line.
    pub fn choice(&self, annotation: &Annotation) -> Option<(WorkerId, Choice)> {
        let answer = answer::parse(&annotation.content, AnswerLimits::default()).ok()?;
        let exclusion = self.exclusion.as_deref();
        let choice = answer::choice(&answer, self.task_type, &self.categories, exclusion).ok()?;
        Some((WorkerId(annotation.worker_id), choice))
    }

    /// What the answers to an object chose, as far as they count.
    pub fn choices(&self, annotations: &[Annotation]) -> Vec<(WorkerId, Choice)> {
        let choices = annotations.iter();
        choices.filter_map(|answer| self.choice(answer)).collect()
    }
}

/// Settings as they are stored: an object of names and values.
fn read_settings(text: &str) -> Result<JobSettings, String> {
    let pairs: BTreeMap<String, String> =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    let pairs = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    JobSettings::from_pairs(pairs).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        errors.join("; ")
    })
}

/// Facts of the jobs that were asked for lately.
#[derive(Default)]
pub(crate) struct Facts {
    kept: Mutex<HashMap<i64, Arc<JobFacts>>>,
}

impl Facts {
    /// The facts of a job whose files are pinned; none when there is no such job, or it has not
    /// begun.
    pub(crate) async fn get(
        &self,
        db: &Db,
        place: &Place,
        job_id: i64,
    ) -> Result<Option<Arc<JobFacts>>, EngineError> {
        if let Some(facts) = self.lock().get(&job_id) {
            return Ok(Some(facts.clone()));
        }
        let Some(job) = db.labeling_job(job_id).await? else {
            return Ok(None);
        };
        let pinned = db.labeling_job_pinned(job_id).await?.unwrap_or_default();
        if pinned.template.is_none() {
            return Ok(None);
        }
        let facts = Arc::new(JobFacts::read(job, pinned, place)?);
        let mut kept = self.lock();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(job_id, facts.clone());
        Ok(Some(facts))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<i64, Arc<JobFacts>>> {
        self.kept.lock().unwrap_or_else(|lock| lock.into_inner())
    }
}
