//! The people half of the portal's API.

use std::sync::Arc;

use axum::extract::{Request, State};
use serde_json::{Value, json};

use super::sign_in;
use crate::app::App;
use crate::auth::guard::Routes;
use crate::auth::roles::Door;
use crate::auth::{Person, Session};
use crate::json::Reply;
use crate::page_error::PageError;

/// Adds the routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .add(Door::Portal, "POST /_/portal/api/sign-in", enter)
        .add(
            Door::Portal,
            "POST /_/portal/api/sign-out",
            sign_in::sign_out,
        )
        .add(Door::Portal, "GET /_/portal/api/me", me)
        .add(
            Door::Portal,
            "POST /_/portal/api/password",
            sign_in::change_password,
        )
        .add(
            Door::Portal,
            "POST /_/portal/api/password/reset",
            sign_in::reset_password,
        )
        .add(
            Door::Portal,
            "POST /_/portal/api/language",
            sign_in::choose_language,
        )
}

async fn enter(State(app): State<Arc<App>>, request: Request) -> Result<Reply, PageError> {
    let (person, cookie) = sign_in::sign_in(&app, Door::Portal, request).await?;
    Ok(Reply::new(&app, worker(&person))?.with_cookie(cookie))
}

async fn me(State(app): State<Arc<App>>, session: Session) -> Result<Reply, PageError> {
    Reply::new(&app, worker(&session.person))
}

fn worker(person: &Person) -> Value {
    let mut worker = json!({
        "id": person.person_id.to_string(),
        "name": person.name,
        "mustChangePassword": person.must_change,
    });
    if let Some(language) = &person.language {
        worker["language"] = language.as_str().into();
    }
    json!({ "worker": worker })
}
