//! Tasks and assignments: the hot path. One file per verb below.
//!
//! A task stands in its job's queue while it still needs somebody: `live + answered < wanted`. A
//! worker walks the queue past a hint kept in memory ([`Hints`]), so that finding the next task costs
//! the same in a job of ten thousand objects and of ten million. What comes back (a lapsed, released
//! or declined lease) joins at the end. Before "nothing left" is said, the queue is scanned once more
//! from its head.

mod decide;
mod dispatch;
mod draft;
mod expire;
mod history;
mod lease;
mod next;
mod submit;
mod waiting;
mod worker;

use std::collections::HashMap;
use std::sync::Mutex;

pub use decide::{TasksDecide, Undecided};
pub use dispatch::{DispatchedTask, TaskReopen, TasksDispatch};
pub use draft::{Draft, DraftSave};
pub use expire::{LeasesExpire, Ready, TasksClose, Unanswered};
pub use history::HistoryItem;
pub use lease::{Decline, Heartbeat, HeartbeatOutcome, ObjectReport, Release};
pub use next::{Assigned, NextOutcome, TaskNext};
pub use submit::{Submit, SubmitOutcome, Submitted};
pub use waiting::WaitingReason;
pub use worker::JobOfWorker;

use crate::sql::Conn;
use crate::{Result, args};

/// State of an assignment, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignmentState {
    /// Held.
    Live,
    /// Answered.
    Answered,
    /// Its lease ended without an answer.
    Lapsed,
    /// Given back.
    Released,
    /// Refused by the worker; never offered to them again.
    Declined,
    /// Its task was closed while it was held.
    Closed,
}

impl AssignmentState {
    /// The stored number.
    pub fn number(self) -> i64 {
        self as i64
    }

    pub(crate) fn from_number(number: i64) -> AssignmentState {
        match number {
            0 => AssignmentState::Live,
            1 => AssignmentState::Answered,
            2 => AssignmentState::Lapsed,
            3 => AssignmentState::Released,
            4 => AssignmentState::Declined,
            _ => AssignmentState::Closed,
        }
    }
}

/// A place in a job's queue. Places grow with time, so whatever joins later stands behind.
pub(crate) fn queue_place(now_ms: i64, line: i64) -> i64 {
    crate::time_id(now_ms, (line & 0xF_FFFF) as u32)
}

/// How an event changes the counts of an open task.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Change {
    pub live: i64,
    pub answered: i64,
    pub declined: i64,
}

/// What became of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskNow {
    pub state: i64,
    pub live: i64,
    pub answered: i64,
}

/// Applies `change` to an open task and decides what follows from it: enough answers make it ready,
/// and so do as many refusals as it wanted answers once nobody holds it; with room left it stands in
/// the queue. Gives none when the task is not open.
pub(crate) async fn task_change_in_txn(
    conn: &mut Conn<'_>,
    job_id: i64,
    line: i64,
    change: Change,
    now_ms: i64,
) -> Result<Option<TaskNow>> {
    conn.opt(
        "UPDATE task SET live = live + $3, answered = answered + $4, declined = declined + $5,
           state = CASE WHEN answered + $4 >= wanted OR (declined + $5 >= wanted AND live + $3 <= 0) THEN 1 ELSE 0 END,
           ready_at = CASE WHEN answered + $4 >= wanted OR (declined + $5 >= wanted AND live + $3 <= 0) THEN $6 ELSE ready_at END,
           queue = CASE WHEN declined + $5 >= wanted OR live + $3 + answered + $4 >= wanted THEN NULL
                        WHEN queue IS NULL THEN $7 ELSE queue END
         WHERE job_id = $1 AND line = $2 AND state = 0
         RETURNING state, live, answered",
        args![
            job_id,
            line,
            change.live,
            change.answered,
            change.declined,
            now_ms,
            queue_place(now_ms, line),
        ],
        |row| {
            Ok(TaskNow {
                state: row.int(0)?,
                live: row.int(1)?,
                answered: row.int(2)?,
            })
        },
    )
    .await
}

/// Hints kept at most; past that they are forgotten, which costs a scan from the head each.
const HINTS_MAX: usize = 100_000;

/// Where each worker last looked in each queue: only a shortcut, never needed for correctness.
#[derive(Default)]
pub struct Hints {
    places: Mutex<HashMap<(i64, i64), (i64, i64)>>,
}

impl Hints {
    fn get(&self, job_id: i64, worker_id: i64) -> (i64, i64) {
        let places = self.places.lock().unwrap_or_else(|lock| lock.into_inner());
        places
            .get(&(job_id, worker_id))
            .copied()
            .unwrap_or((i64::MIN, i64::MIN))
    }

    fn set(&self, job_id: i64, worker_id: i64, place: (i64, i64)) {
        let mut places = self.places.lock().unwrap_or_else(|lock| lock.into_inner());
        if places.len() >= HINTS_MAX {
            places.clear();
        }
        places.insert((job_id, worker_id), place);
    }
}
