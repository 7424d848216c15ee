//! Workers: everybody who can sign in.

use std::sync::Arc;

use axum::extract::{Path, Query, Request, State};
use cairn_db::person::{PersonDisable, PersonFilter, PersonRow, PersonState, name_key};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{PageQuery, page};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::json::{JsonBody, Reply};
use crate::origin::Origins;
use crate::page_error::PageError;
use crate::people::invite::Invitee;

/// People invited at once.
const INVITED_MAX: usize = 100;
/// Teams that people are invited into at once.
const TEAMS_MAX: usize = 50;

#[derive(Deserialize)]
pub(super) struct Wanted {
    search: Option<String>,
    team: Option<String>,
    state: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Invite {
    people: Vec<Invitee>,
    teams: Vec<String>,
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Query(query): Query<PageQuery>,
    Query(wanted): Query<Wanted>,
) -> Result<Reply, PageError> {
    let limit = query.limit()?;
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let state = match given(wanted.state) {
        None => None,
        Some(name) => Some(PersonState::from_name(&name).ok_or_else(|| {
            PageError::field("state", "the state is invited, active or disabled")
        })?),
    };
    let filter = PersonFilter {
        search: given(wanted.search),
        team: given(wanted.team),
        state,
        after: query.after::<1>()?.map(|[name]| name),
        limit: limit + 1,
    };
    let rows = app.db.person_list(&filter).await?;
    let cursor = |row: &PersonRow| [name_key(&row.person.name)];
    Reply::new(&app, page(rows, limit, cursor, shown))
}

pub(super) async fn invite(
    State(app): State<Arc<App>>,
    session: Session,
    request: Request,
) -> Result<Reply, PageError> {
    use axum::extract::FromRequest;
    let origin = Origins::of(request.headers(), &app.settings).portal;
    let JsonBody(body) = JsonBody::<Invite>::from_request(request, &app).await?;
    if body.people.len() > INVITED_MAX {
        return Err(PageError::rule(
            "too_many_people",
            "people",
            format!("at most {INVITED_MAX} people at once"),
        ));
    }
    if body.teams.len() > TEAMS_MAX {
        return Err(PageError::field(
            "teams",
            format!("at most {TEAMS_MAX} teams at once"),
        ));
    }
    let mut groups = Vec::with_capacity(body.teams.len());
    for (at, team) in body.teams.iter().enumerate() {
        let group = app.people.joining_group(team).await?;
        groups.push(group.ok_or_else(|| {
            PageError::rule(
                "no_such_team",
                format!("teams.{at}"),
                format!("there is no team `{team}`"),
            )
        })?);
    }
    let mut invitations = Vec::with_capacity(body.people.len());
    for invitee in &body.people {
        let invitation = app.people.invite(
            invitee,
            &groups,
            session.person.language.as_deref(),
            &session.person.name,
            &origin,
            app.mailer.as_ref(),
        );
        invitations.push(invitation.await?);
    }
    app.memberships.forget();
    Reply::new(&app, json!({ "invitations": invitations }))
}

pub(super) async fn disable(
    State(app): State<Arc<App>>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Reply, PageError> {
    let person_id = admitted(&app, &session, &id).await?;
    if person_id == session.person.person_id {
        return Err(PageError::conflict(
            "own_account",
            "id",
            "nobody locks themselves out",
        ));
    }
    switch(&app, session, person_id, true).await
}

pub(super) async fn enable(
    State(app): State<Arc<App>>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Reply, PageError> {
    let person_id = admitted(&app, &session, &id).await?;
    switch(&app, session, person_id, false).await
}

pub(super) async fn reset_link(
    State(app): State<Arc<App>>,
    session: Session,
    Path(id): Path<String>,
    headers: http::HeaderMap,
) -> Result<Reply, PageError> {
    let person_id = admitted(&app, &session, &id).await?;
    let person = app.db.person(person_id).await?.ok_or_else(no_such_worker)?;
    if person.disabled {
        return Err(PageError::conflict(
            "worker_disabled",
            "id",
            "the account is switched off",
        ));
    }
    let token = app
        .people
        .reset_token(person_id, &session.person.name)
        .await?;
    let link = token.link(&Origins::of(&headers, &app.settings).portal);
    let mailed = match (&app.mailer, &person.email) {
        (Some(mailer), Some(email)) => mailer
            .reset_link(
                email,
                &person.name,
                person.language.as_deref(),
                &link,
                token.expires_at,
            )
            .await
            .inspect_err(|error| {
                tracing::warn!(error.cause = format!("{error:#}"), "sending mail failed")
            })
            .is_ok(),
        _ => false,
    };
    Reply::new(
        &app,
        json!({"link": link, "expiresAt": token.expires_at, "mailed": mailed}),
    )
}

/// The person with this id, if whoever asks may decide over them: over an administrator, only another.
async fn admitted(app: &App, session: &Session, id: &str) -> Result<i64, PageError> {
    let person_id = id.parse().map_err(|_| no_such_worker())?;
    let person = app.db.person(person_id).await?.ok_or_else(no_such_worker)?;
    let is_above = Role::from_name(&person.role) == Some(Role::Administrator)
        && session.person.role != Role::Administrator;
    if is_above {
        return Err(PageError::new(
            StatusCode::FORBIDDEN,
            "no_access",
            "only an administrator decides over an administrator",
        ));
    }
    Ok(person_id)
}

async fn switch(
    app: &App,
    session: Session,
    person_id: i64,
    disabled: bool,
) -> Result<Reply, PageError> {
    app.db
        .write(PersonDisable {
            person_id,
            disabled,
            actor: session.person.name,
            now_ms: app.clock.now_ms(),
        })
        .await?
        .ok_or_else(no_such_worker)?;
    app.sessions.forget_person(person_id);
    app.keys.forget();
    let row = app.db.person_row(person_id).await?;
    let row = row.ok_or_else(no_such_worker)?;
    Reply::new(app, json!({ "worker": shown(&row) }))
}

fn no_such_worker() -> PageError {
    PageError::not_found("there is no such worker")
}

fn shown(row: &PersonRow) -> Value {
    let person = &row.person;
    json!({
        "id": person.person_id.to_string(),
        "name": person.name,
        "email": person.email,
        "role": person.role,
        "state": person.state().name(),
        "teams": row.teams,
        "answers": row.answers,
        "lastSeenAt": person.last_seen_at,
        "createdAt": person.created_at,
    })
}
