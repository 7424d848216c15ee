//! The labeling half of the portal's API: what a worker does once signed in.
//!
//! `web/portal/api.js` is the other side; `web/portal/types.js` has the shapes.

use super::draft::save_draft;
use super::history::history;
use super::hold::{decline, heartbeat, object_error, release};
use super::jobs::jobs;
use super::next::next;
use super::pace::Pace;
use super::pulse::Pulses;
use super::submit::submit;
use crate::auth::guard::Routes;
use crate::auth::roles::Door;

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
pub fn add_routes(routes: Routes) -> Routes {
    routes
        .add(Door::Portal, "GET /_/portal/api/jobs", jobs)
        .add(Door::Portal, "POST /_/portal/api/jobs/{job}/next", next)
        .add(Door::Portal, "GET /_/portal/api/jobs/{job}/history", history)
        .add(Door::Portal, "POST /_/portal/api/assignments/{id}/submit", submit)
        .add(Door::Portal, "POST /_/portal/api/assignments/{id}/heartbeat", heartbeat)
        .add(Door::Portal, "PUT /_/portal/api/assignments/{id}/draft", save_draft)
        .add(Door::Portal, "POST /_/portal/api/assignments/{id}/decline", decline)
        .add(Door::Portal, "POST /_/portal/api/assignments/{id}/release", release)
        .add(Door::Portal, "POST /_/portal/api/assignments/{id}/object-error", object_error)
}
