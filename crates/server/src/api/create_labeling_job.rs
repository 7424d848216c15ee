//! CreateLabelingJob.

use bytes::Bytes;
use cairn_db::labeling_job::{LabelingJobInsert, Pinned};
use cairn_db::time_id;
use cairn_labeling::job_rules::{self, JobRequest, Template as TemplateSource};
use cairn_labeling::label_category::LabelCategories;
use cairn_labeling::s3_layout::JobFolder;
use cairn_labeling::s3_uri::S3Uri;
use cairn_labeling::settings_tags::JobSettings;
use cairn_labeling::template::Template;
use cairn_storage::{Home, StoreError};
use serde::Serialize;
use serde_json::Value;

use super::{ApiError, ApiResult, Context};
use crate::secrets::random_bytes;

/// Bytes that the template, the label category file and the settings file of a job may have.
const TEMPLATE_BYTES_MAX: u64 = 1024 * 1024;
const CATEGORIES_BYTES_MAX: u64 = 16 * 1024 * 1024;
const SETTINGS_BYTES_MAX: u64 = 1024 * 1024;

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    labeling_job_arn: String,
}

/// Makes a labeling job. All that can be known without reading the whole manifest is checked now,
/// while whoever asks still looks: the request itself, the team, and the files it names, which the
/// job keeps to from here on. The lines of the manifest are read by the engine, and bad ones fail the
/// job with their numbers.
///
/// The body is kept as it came, because DescribeLabelingJob answers with it.
pub async fn create_labeling_job(context: Context, body: Value) -> ApiResult<Response> {
    let app = &context.app;
    let place = context.place();
    let request = job_rules::check(&body, &place)
        .map_err(|refusals| ApiError::validation(job_rules::message(&refusals)))?;
    let name = request.name.clone();
    let taken = || {
        ApiError::in_use(format!(
            "`LabelingJobName`: there is a labeling job called `{name}`; names are told apart without regard to case, and those of jobs that are over stay taken"
        ))
    };
    if app.db.labeling_job_by_name(&name).await?.is_some() {
        return Err(taken());
    }
    check_count(&context).await?;
    let workteam_arn = team(&context, &request).await?;
    let settings = settings(&context, &request).await?;
    let pinned = files(&context, &request).await?;
    check_output(&context, &request).await?;

    let arn = place.labeling_job(&name).to_string();
    let [a, b, c, d] = random_bytes::<4>();
    let job_id = time_id(context.now_ms, u32::from_be_bytes([a, b, c, d]));
    let inserted = app
        .db
        .write(LabelingJobInsert {
            job_id,
            name: name.clone(),
            arn: arn.clone(),
            reference_code: hex::encode(random_bytes::<16>()),
            workteam_arn,
            task_type: request.task_type.suffix.to_owned(),
            request: body.to_string(),
            settings,
            pinned,
            tags: request.tags,
            actor: context.actor(),
            now_ms: context.now_ms,
        })
        .await?;
    if !inserted {
        return Err(taken());
    }
    app.engine.wake(job_id);
    Ok(Response {
        labeling_job_arn: arn,
    })
}

/// Keeps the number of jobs under way within the setting.
async fn check_count(context: &Context) -> ApiResult<()> {
    let count_max = i64::from(context.app.settings.labeling_jobs_max);
    if context.app.db.labeling_job_active_count().await? >= count_max {
        return Err(ApiError::limit(format!(
            "at most {count_max} labeling jobs may be under way at once"
        )));
    }
    Ok(())
}

/// The ARN of the team as it was made.
async fn team(context: &Context, request: &JobRequest) -> ApiResult<String> {
    let name = &request.workteam.name;
    let team = context.app.db.workteam(name).await?.ok_or_else(|| {
        ApiError::validation(format!(
            "HumanTaskConfig.WorkteamArn: there is no team called `{name}`"
        ))
    })?;
    Ok(context.place().workteam(&team.name).to_string())
}

/// Cairn's own settings with defaults filled in, as they are stored.
async fn settings(context: &Context, request: &JobRequest) -> ApiResult<String> {
    let file = match &request.settings.file {
        None => None,
        Some(uri) => Some(read(context, "Tags", uri, SETTINGS_BYTES_MAX).await?),
    };
    let settings: JobSettings = request.settings.settle(file.as_deref()).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        ApiError::validation(format!("Tags: {}", errors.join("; ")))
    })?;
    let hook = settings.consolidation_hook.as_str();
    let mut hooks = context.app.engine.hooks();
    if !hook.is_empty() && !hooks.any(|known| known == hook) {
        return Err(ApiError::validation(format!(
            "Tags: `cairn:consolidation-hook`: this server has no hook `{hook}`; its operator adds one with --consolidation-hooks"
        )));
    }
    let pairs = settings
        .pairs()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::String(value)));
    Ok(Value::Object(pairs.collect()).to_string())
}

/// Reads and checks the files of a job: the template and the label categories whole, of the manifest
/// that it is there.
async fn files(context: &Context, request: &JobRequest) -> ApiResult<Pinned> {
    let (field, file, template) = match &request.template {
        TemplateSource::S3(uri) => {
            let field = "HumanTaskConfig.UiConfig.UiTemplateS3Uri";
            let text = read_text(context, field, uri, TEMPLATE_BYTES_MAX).await?;
            (field, uri.to_string(), text)
        }
        TemplateSource::HumanTaskUi(name) => {
            let field = "HumanTaskConfig.UiConfig.HumanTaskUiArn";
            let content = context.app.db.human_task_ui_content(name).await?;
            let text = content.ok_or_else(|| {
                ApiError::validation(format!(
                    "{field}: there is no human task UI called `{name}`"
                ))
            })?;
            (field, format!("human task UI `{name}`"), text)
        }
    };
    Template::parse(&template)
        .map_err(|error| ApiError::validation(format!("{field}: {file}: {error}")))?;

    let categories = match &request.categories {
        None => None,
        Some(uri) => {
            let field = "LabelCategoryConfigS3Uri";
            let text = read_text(context, field, uri, CATEGORIES_BYTES_MAX).await?;
            let labels_min = request.task_type.labels_min;
            LabelCategories::parse(text.as_bytes(), labels_min, &uri.to_string())
                .map_err(|error| ApiError::validation(format!("{field}: {error}")))?;
            Some(text)
        }
    };

    let field = "InputConfig.DataSource.S3DataSource.ManifestS3Uri";
    let uri = &request.manifest;
    let manifest = context
        .app
        .stores
        .head(&uri.bucket, &uri.key)
        .await
        .map_err(|error| in_field(field, error))?;
    if manifest.size == 0 {
        return Err(ApiError::validation(format!(
            "{field}: manifest {uri} is empty: it needs at least one line"
        )));
    }
    Ok(Pinned {
        template: Some(template),
        categories,
        manifest_etag: Some(manifest.version),
    })
}

/// Whether results can be written where they are to go.
async fn check_output(context: &Context, request: &JobRequest) -> ApiResult<()> {
    let field = "OutputConfig.S3OutputPath";
    let folder = JobFolder::new(&request.output_path, &request.name)
        .map_err(|error| ApiError::validation(format!("{field}: {error}")))?;
    let bucket = &folder.uri().bucket;
    let stores = &context.app.stores;
    let exists = stores
        .bucket_exists(bucket)
        .await
        .map_err(|error| in_field(field, error))?;
    if !exists {
        return Err(in_field(field, StoreError::no_such_bucket(bucket)));
    }
    match stores.home(bucket).await {
        Ok(Home::Folder(_)) => Err(ApiError::validation(format!(
            "{field}: bucket `{bucket}` can only be read"
        ))),
        Ok(_) => Ok(()),
        Err(error) => Err(in_field(field, error)),
    }
}

async fn read_text(
    context: &Context,
    field: &str,
    uri: &S3Uri,
    bytes_max: u64,
) -> ApiResult<String> {
    let bytes = read(context, field, uri, bytes_max).await?;
    String::from_utf8(bytes.into()).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        ApiError::validation(format!("{field}: {uri} is not UTF-8 (byte {at})"))
    })
}

async fn read(context: &Context, field: &str, uri: &S3Uri, bytes_max: u64) -> ApiResult<Bytes> {
    context
        .app
        .stores
        .get_bytes(&uri.bucket, &uri.key, bytes_max)
        .await
        .map_err(|error| in_field(field, error))
}

/// A store's error about what a field names: the caller's fault, unless the store is away.
fn in_field(field: &str, error: StoreError) -> ApiError {
    if error.is_transient() {
        ApiError::unavailable(error)
    } else {
        ApiError::validation(format!("{field}: {error}"))
    }
}
