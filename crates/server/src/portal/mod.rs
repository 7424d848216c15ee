//! The labeling half of the portal's API: what a worker does once signed in.
//!
//! One file a route (`hold.rs` has the four small ones); `web/portal/api.js` is the other side and
//! `web/portal/types.js` has the shapes. Who asks comes from the session, what may be asked of a job
//! from the worker's teams ([`labeler`]). Signing in is in [`crate::people`], the page of a task in
//! [`crate::task_page`].

mod assignment_id;
mod body;
mod draft;
mod hand_over;
mod history;
mod hold;
mod jobs;
mod labeler;
mod next;
mod pace;
mod pulse;
mod reason;
mod refusal;
mod submit;

pub use assignment_id::AssignmentId;

use crate::auth::guard::Routes;
use crate::auth::roles::Door;
use pace::Pace;
use pulse::Pulses;

/// What the portal keeps in memory between requests. All of it may be lost.
pub struct Memory {
    /// How far each job is.
    pub pulses: Pulses,
    /// How often drafts may be saved: the client saves one each second, in each of its tabs.
    pub drafts: Pace,
    /// How often broken objects may be reported.
    pub notes: Pace,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory {
            pulses: Pulses::default(),
            drafts: Pace::new(30, 10),
            notes: Pace::new(20, 2),
        }
    }
}

/// Adds the routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .add(Door::Portal, "GET /_/portal/api/jobs", jobs::jobs)
        .add(
            Door::Portal,
            "POST /_/portal/api/jobs/{job}/next",
            next::next,
        )
        .add(
            Door::Portal,
            "GET /_/portal/api/jobs/{job}/history",
            history::history,
        )
        .add(
            Door::Portal,
            "POST /_/portal/api/assignments/{id}/submit",
            submit::submit,
        )
        .add(
            Door::Portal,
            "POST /_/portal/api/assignments/{id}/heartbeat",
            hold::heartbeat,
        )
        .add(
            Door::Portal,
            "PUT /_/portal/api/assignments/{id}/draft",
            draft::save_draft,
        )
        .add(
            Door::Portal,
            "POST /_/portal/api/assignments/{id}/decline",
            hold::decline,
        )
        .add(
            Door::Portal,
            "POST /_/portal/api/assignments/{id}/release",
            hold::release,
        )
        .add(
            Door::Portal,
            "POST /_/portal/api/assignments/{id}/object-error",
            hold::object_error,
        )
}
