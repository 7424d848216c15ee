//! Why there is nothing to label, in the words of the client's table.

use cairn_db::labeling_job::JobProgress;
use cairn_db::task::WaitingReason;
use serde::Serialize;

use super::pulse::{Pulse, State};
use crate::app::App;
use crate::page_error::PageError;

/// A reason with its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    code: &'static str,
    #[serde(skip_serializing_if = "Params::is_empty")]
    params: Params,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_free_at: Option<i64>,
}

impl Params {
    fn is_empty(&self) -> bool {
        *self == Params::default()
    }
}

impl Reason {
    fn plain(code: &'static str) -> Reason {
        Reason {
            code,
            params: Params::default(),
        }
    }
}

/// Why `worker_id` was given nothing of a job.
pub async fn of(app: &App, job_id: i64, worker_id: i64) -> Result<Reason, PageError> {
    // Read anew: a pulse of a second ago may still say that the job is starting.
    let job = app.db.labeling_job(job_id).await?;
    let Some(job) = job else {
        return Ok(Reason::plain("job_over"));
    };
    let Pulse { state, progress } = app.portal.pulses.note(&job);
    if state != State::Running {
        return Ok(decide(state, &progress, None));
    }
    let waiting = app.db.waiting_reason(job_id, worker_id).await;
    Ok(decide(state, &progress, Some(waiting?)))
}

fn decide(state: State, progress: &JobProgress, waiting: Option<WaitingReason>) -> Reason {
    match (state, waiting) {
        (State::Over, _) => Reason::plain("job_over"),
        (State::Starting, _) | (State::Running, None) => Reason::plain("starting"),
        (State::Running, Some(_)) if progress.dispatched == 0 && progress.unlabeled() > 0 => {
            Reason::plain("starting")
        }
        (State::Running, Some(waiting)) if waiting.held_by_others > 0 => Reason {
            code: "held_by_others",
            params: Params {
                count: Some(waiting.held_by_others),
                next_free_at: waiting.next_free_at,
            },
        },
        (State::Running, Some(_)) => {
            // Until all are out, more come as others answer what is open.
            let all_out = progress.next_line >= progress.total;
            Reason::plain(if all_out {
                "all_done_by_you"
            } else {
                "no_objects_open"
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(state: State, progress: JobProgress, waiting: WaitingReason, expected: &str) {
        let reason = decide(state, &progress, Some(waiting));
        assert_eq!(serde_json::to_string(&reason).unwrap(), expected);
    }

    const NONE: WaitingReason = WaitingReason {
        held_by_others: 0,
        next_free_at: None,
    };

    #[test]
    fn each_reason_is_told() {
        let begun = JobProgress {
            total: 10,
            dispatched: 5,
            next_line: 5,
            ..JobProgress::default()
        };
        let all_out = JobProgress {
            next_line: 10,
            dispatched: 10,
            ..begun
        };
        let fresh = JobProgress {
            dispatched: 0,
            next_line: 0,
            ..begun
        };
        let held = WaitingReason {
            held_by_others: 2,
            next_free_at: Some(77),
        };
        let running = State::Running;
        check(State::Over, begun, NONE, r#"{"code":"job_over"}"#);
        check(State::Starting, fresh, NONE, r#"{"code":"starting"}"#);
        check(running, fresh, NONE, r#"{"code":"starting"}"#);
        check(
            running,
            begun,
            held,
            r#"{"code":"held_by_others","params":{"count":2,"nextFreeAt":77}}"#,
        );
        check(running, all_out, NONE, r#"{"code":"all_done_by_you"}"#);
        check(running, begun, NONE, r#"{"code":"no_objects_open"}"#);
    }
}
