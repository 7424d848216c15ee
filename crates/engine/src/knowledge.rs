//! What is known of the workers of each job now, read once a version and kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use cairn_labeling::consolidation::Algorithm;
use cairn_labeling::task_type::Shape;
use cairn_labeling::worker_parameters::WorkerParameters;

use crate::EngineError;
use crate::engine::Inner;
use crate::facts::JobFacts;

/// Jobs whose parameters are kept; past that they are read anew.
const KEPT_MAX: usize = 64;

/// Parameters of the jobs that were asked for lately, with their versions.
#[derive(Default)]
pub(crate) struct Knowledge {
    kept: Mutex<HashMap<i64, (i64, Arc<WorkerParameters>)>>,
}

impl Knowledge {
    fn kept(&self, job_id: i64, version: i64) -> Option<Arc<WorkerParameters>> {
        let kept = self.kept.lock().unwrap_or_else(|lock| lock.into_inner());
        let (known, parameters) = kept.get(&job_id)?;
        (*known == version).then(|| parameters.clone())
    }

    fn keep(&self, job_id: i64, version: i64, parameters: &Arc<WorkerParameters>) {
        let mut kept = self.kept.lock().unwrap_or_else(|lock| lock.into_inner());
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(job_id, (version, parameters.clone()));
    }
}

/// Whether the labels of a job follow from what is known of its workers.
pub(crate) fn is_used(facts: &JobFacts) -> bool {
    facts.settings.consolidation == Algorithm::Cairn && facts.task_type.shape != Shape::Other
}

/// The newest version there is: 0 before the first.
pub(crate) async fn newest_version(inner: &Inner, facts: &JobFacts) -> Result<i64, EngineError> {
    if !is_used(facts) {
        return Ok(0);
    }
    let newest = inner.db.worker_parameters(facts.job_id).await?;
    Ok(newest.map_or(0, |newest| newest.version))
}

/// The parameters of a version.
pub(crate) async fn of_version(
    inner: &Inner,
    facts: &JobFacts,
    version: i64,
) -> Result<Arc<WorkerParameters>, EngineError> {
    if let Some(kept) = inner.knowledge.kept(facts.job_id, version) {
        return Ok(kept);
    }
    let stored = |error: &dyn std::fmt::Display| {
        EngineError::Stored(format!("job {}, version {version}: {error}", facts.name))
    };
    let parameters = match version {
        0 => WorkerParameters::none(facts.task_type.shape, facts.categories.len()),
        version => {
            let body = inner
                .db
                .worker_parameters_body(facts.job_id, version)
                .await?;
            let body = body.ok_or_else(|| stored(&"its worker parameters are gone"))?;
            let bytes = zstd::decode_all(body.as_slice()).map_err(|error| stored(&error))?;
            WorkerParameters::from_bytes(&bytes)
        }
    };
    let parameters = Arc::new(parameters.map_err(|error| stored(&error))?);
    inner.knowledge.keep(facts.job_id, version, &parameters);
    Ok(parameters)
}
