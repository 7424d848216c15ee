//! The job half of the console's API: lists, live figures, labels and failures of labeling jobs, and the
//! form that makes one. `web/console/types.js` defines every shape; the people half is in
//! [`crate::people::console`].
//!
//! Whatever is shown of a job is found by an index: nothing here reads all of its objects.

mod create_job;
mod events;
pub mod figures;
pub(crate) mod job_config;
mod job_objects;
mod jobs;
mod manifest_check;
mod manifest_head;
mod output_manifest;
mod preview;
mod question;
mod shown;

use cairn_db::labeling_job::LabelingJob;
use cairn_engine::EngineError;
use cairn_labeling::labeling_job::JobStatus;

use crate::app::App;
use crate::auth::guard::Routes;
use crate::auth::roles::Door;
use crate::page_error::PageError;
pub use preview::{Preview, open_preview};

/// Adds the routes.
pub fn routes(routes: Routes) -> Routes {
    let door = Door::Console;
    routes
        .add(door, "GET /_/console/api/jobs", jobs::list)
        .add(door, "POST /_/console/api/jobs", create_job::create)
        .add(door, "GET /_/console/api/jobs/{name}", jobs::get)
        .add(
            door,
            "GET /_/console/api/jobs/{name}/events",
            events::events,
        )
        .add(
            door,
            "GET /_/console/api/jobs/{name}/labels",
            job_objects::labels,
        )
        .add(
            door,
            "GET /_/console/api/jobs/{name}/failures",
            job_objects::failures,
        )
        .add(
            door,
            "POST /_/console/api/jobs/{name}/retry",
            job_objects::retry,
        )
        .add(door, "POST /_/console/api/jobs/{name}/stop", jobs::stop)
        .add(
            door,
            "GET /_/console/api/jobs/{name}/output-manifest",
            output_manifest::download,
        )
        .add(
            door,
            "POST /_/console/api/manifest-check",
            manifest_check::check,
        )
        .add(door, "POST /_/console/api/preview", preview::preview)
}

/// The job called `name`.
async fn find(app: &App, name: &str) -> Result<LabelingJob, PageError> {
    let job = app.db.labeling_job_by_name(name).await?;
    job.ok_or_else(|| PageError::not_found(format!("there is no labeling job `{name}`")))
}

/// Whether nothing follows the state that a job is in.
fn is_over(job: &LabelingJob) -> bool {
    JobStatus::from_name(&job.state).is_some_and(JobStatus::is_final)
}

fn job_over(job: &LabelingJob) -> PageError {
    PageError::new(
        http::StatusCode::CONFLICT,
        "job_over",
        format!("the labeling job `{}` is {}", job.name, job.state),
    )
}

impl From<EngineError> for PageError {
    fn from(error: EngineError) -> PageError {
        if error.is_passing() {
            PageError::unavailable(error)
        } else {
            PageError::internal(error)
        }
    }
}
