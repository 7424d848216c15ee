//! The people half of the console's API: signing in; teams, workers and keys; what every page may need
//! to know of the server.

mod keys;
pub(crate) mod overview;
mod teams;
mod workers;

use std::sync::Arc;

use axum::extract::{Request, State};
use serde::Deserialize;
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
    let door = Door::Console;
    routes
        .add(door, "POST /_/console/api/sign-in", enter)
        .add(door, "POST /_/console/api/sign-out", sign_in::sign_out)
        .add(door, "GET /_/console/api/me", me)
        .add(
            door,
            "POST /_/console/api/password",
            sign_in::change_password,
        )
        .add(
            door,
            "POST /_/console/api/password/reset",
            sign_in::reset_password,
        )
        .add(
            door,
            "POST /_/console/api/language",
            sign_in::choose_language,
        )
        .add(door, "GET /_/console/api/overview", overview::overview)
        .add(door, "GET /_/console/api/teams", teams::list)
        .add(door, "POST /_/console/api/teams", teams::create)
        .add(door, "GET /_/console/api/teams/{name}", teams::get)
        .add(door, "DELETE /_/console/api/teams/{name}", teams::delete)
        .add(
            door,
            "POST /_/console/api/teams/{name}/members",
            teams::add_members,
        )
        .add(
            door,
            "DELETE /_/console/api/teams/{name}/members/{worker}",
            teams::remove_member,
        )
        .add(door, "GET /_/console/api/workers", workers::list)
        .add(door, "POST /_/console/api/workers", workers::invite)
        .add(
            door,
            "POST /_/console/api/workers/{id}/disable",
            workers::disable,
        )
        .add(
            door,
            "POST /_/console/api/workers/{id}/enable",
            workers::enable,
        )
        .add(
            door,
            "POST /_/console/api/workers/{id}/reset-link",
            workers::reset_link,
        )
        .add(door, "GET /_/console/api/keys", keys::list)
        .add(door, "POST /_/console/api/keys", keys::create)
        .add(door, "POST /_/console/api/keys/{id}/disable", keys::disable)
        .add(door, "POST /_/console/api/keys/{id}/enable", keys::enable)
}

async fn enter(State(app): State<Arc<App>>, request: Request) -> Result<Reply, PageError> {
    let (person, cookie) = sign_in::sign_in(&app, Door::Console, request).await?;
    Ok(Reply::new(&app, session_of(&person))?.with_cookie(cookie))
}

async fn me(State(app): State<Arc<App>>, session: Session) -> Result<Reply, PageError> {
    Reply::new(&app, session_of(&session.person))
}

fn session_of(person: &Person) -> Value {
    let mut shown = json!({
        "id": person.person_id.to_string(),
        "name": person.name,
        "role": person.role.name(),
        "mustChangePassword": person.must_change,
    });
    if let Some(language) = &person.language {
        shown["language"] = language.as_str().into();
    }
    json!({ "person": shown })
}

/// `?limit=` and `?after=` of a list.
#[derive(Deserialize)]
pub(crate) struct PageQuery {
    limit: Option<i64>,
    after: Option<String>,
}

impl PageQuery {
    /// Rows asked for: 1–200, 50 without a wish.
    pub(crate) fn limit(&self) -> Result<i64, PageError> {
        match self.limit {
            None => Ok(50),
            Some(limit) if (1..=200).contains(&limit) => Ok(limit),
            Some(_) => Err(PageError::field("limit", "the limit is from 1 to 200")),
        }
    }

    /// The cursor, taken apart into its `N` parts.
    pub(crate) fn after<const N: usize>(&self) -> Result<Option<[String; N]>, PageError> {
        let Some(text) = self.after.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Vec<String>>(&bytes).ok())
            .and_then(|parts| <[String; N]>::try_from(parts).ok())
            .map(Some)
            .ok_or_else(|| PageError::field("after", "the cursor is not one of this list"))
    }
}

/// A cursor as [`PageQuery::after`] takes it apart.
pub(crate) fn encode_cursor(parts: &[String]) -> String {
    use base64::Engine;
    let parts = serde_json::to_vec(parts).unwrap_or_default();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(parts)
}

/// A page of a list: `rows` are one more than `limit` when there is another page, which begins after
/// the cursor of the last row shown.
pub(crate) fn page<T, const N: usize>(
    mut rows: Vec<T>,
    limit: i64,
    cursor: impl Fn(&T) -> [String; N],
    show: impl FnMut(&T) -> Value,
) -> Value {
    let has_more = rows.len() as i64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    let next = rows.last().filter(|_| has_more);
    let next = next.map(|last| encode_cursor(&cursor(last)));
    let mut page = json!({ "items": rows.iter().map(show).collect::<Vec<_>>() });
    if let Some(next) = next {
        page["next"] = next.into();
    }
    page
}
