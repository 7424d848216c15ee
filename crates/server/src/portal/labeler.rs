//! Who is labeling, and which jobs are theirs to work on: those of their teams.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use cairn_engine::JobFacts;
use http::request::Parts;

use super::assignment_id::{AssignmentId, number};
use super::refusal;
use crate::app::App;
use crate::auth::Session;
use crate::page_error::PageError;

/// Somebody who labels. What they may label is checked for each job they name.
#[derive(Clone, Copy, Debug)]
pub struct Labeler {
    /// Row of the person.
    pub worker_id: i64,
}

impl FromRequestParts<Arc<App>> for Labeler {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Labeler, PageError> {
        let session = Session::from_request_parts(parts, app).await?;
        let worker_id = session.person.person_id;
        Ok(Labeler { worker_id })
    }
}

impl Labeler {
    /// The job that an address names, when it is one of the worker's teams'.
    pub async fn job(&self, app: &App, text: &str) -> Result<i64, PageError> {
        let job_id = number(text).ok_or_else(no_job)?;
        if let Some(facts) = app.engine.facts(job_id).await.map_err(refusal::of_engine)? {
            self.check_team(app, &facts.workteam_arn).await?;
        } else {
            let job = app.db.labeling_job(job_id).await?.ok_or_else(no_job)?;
            self.check_team(app, &job.workteam_arn).await?;
        }
        Ok(job_id)
    }

    /// The assignment that an address names, with its job. Whether it is the worker's own is for the
    /// database to say.
    pub async fn assignment(
        &self,
        app: &App,
        text: &str,
    ) -> Result<(AssignmentId, Arc<JobFacts>), PageError> {
        let id = AssignmentId::parse(text).ok_or_else(no_task)?;
        let facts = app.engine.facts(id.job_id).await;
        let facts = facts.map_err(refusal::of_engine)?.ok_or_else(no_task)?;
        self.check_team(app, &facts.workteam_arn).await?;
        Ok((id, facts))
    }

    /// A job of another team does not exist for this worker.
    async fn check_team(&self, app: &App, workteam_arn: &str) -> Result<(), PageError> {
        if app
            .memberships
            .works_for(self.worker_id, workteam_arn)
            .await?
        {
            Ok(())
        } else {
            Err(no_job())
        }
    }
}

fn no_job() -> PageError {
    PageError::not_found("there is no such job among those of your teams")
}

fn no_task() -> PageError {
    PageError::not_found("there is no such task")
}
