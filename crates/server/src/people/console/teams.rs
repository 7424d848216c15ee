//! Teams and their members.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use cairn_db::group::{GroupMembers, WorkteamMembersRemove};
use cairn_db::workteam::{Workteam, WorkteamDelete, WorkteamDeleted, WorkteamFilter};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{PageQuery, page};
use crate::app::App;
use crate::auth::Session;
use crate::json::{JsonBody, Reply};
use crate::page_error::PageError;
use crate::people::teams;

const DESCRIPTION_LENGTH_MAX: usize = 200;
/// Members put in at once.
const MEMBERS_MAX: usize = 1_000;

#[derive(Deserialize)]
pub(super) struct CreateTeam {
    name: String,
    description: String,
}

#[derive(Deserialize)]
pub(super) struct Members {
    workers: Vec<String>,
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Query(query): Query<PageQuery>,
) -> Result<Reply, PageError> {
    let limit = query.limit()?;
    let filter = WorkteamFilter {
        after: query.after::<1>()?.map(|[name]| (name, 0)),
        limit: limit + 1,
        ..WorkteamFilter::default()
    };
    let mut rows = Vec::new();
    for team in app.db.workteam_list(&filter).await? {
        let shown = shown(&app, &team).await?;
        rows.push((team, shown));
    }
    let cursor = |(team, _): &(Workteam, Value)| [WorkteamFilter::cursor(team).0];
    Reply::new(&app, page(rows, limit, cursor, |(_, shown)| shown.clone()))
}

pub(super) async fn create(
    State(app): State<Arc<App>>,
    session: Session,
    JsonBody(body): JsonBody<CreateTeam>,
) -> Result<Reply, PageError> {
    let (name, description) = (body.name.trim(), body.description.trim());
    for (field, value) in [("name", name), ("description", description)] {
        if value.is_empty() {
            return Err(PageError::rule("required", field, "this is required"));
        }
    }
    if name.len() > 63 {
        return Err(PageError::rule(
            "too_long",
            "name",
            "a name has at most 63 characters",
        ));
    }
    if !teams::is_team_name(name) {
        return Err(PageError::rule(
            "pattern",
            "name",
            "a name is made of letters, digits and single hyphens",
        ));
    }
    if description.chars().count() > DESCRIPTION_LENGTH_MAX {
        return Err(PageError::rule(
            "too_long",
            "description",
            format!("a description has at most {DESCRIPTION_LENGTH_MAX} characters"),
        ));
    }
    if description.chars().any(char::is_control) {
        return Err(PageError::rule(
            "pattern",
            "description",
            "a description is one line",
        ));
    }
    let team = app
        .people
        .add_team(name, description, &session.person.name)
        .await?
        .ok_or_else(|| PageError::conflict("name_taken", "name", "a team has this name already"))?;
    // The group of its name may have members from before.
    app.memberships.forget();
    reply(&app, &team).await
}

pub(super) async fn get(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Reply, PageError> {
    let team = find(&app, &name).await?;
    reply(&app, &team).await
}

pub(super) async fn delete(
    State(app): State<Arc<App>>,
    session: Session,
    Path(name): Path<String>,
) -> Result<Reply, PageError> {
    let team = find(&app, &name).await?;
    let deleted = app
        .db
        .write(WorkteamDelete {
            arn: teams::arn(&app.settings, &team.name),
            name: team.name,
            actor: session.person.name,
            now_ms: app.clock.now_ms(),
        })
        .await?;
    app.memberships.forget();
    match deleted {
        WorkteamDeleted::Deleted => Ok(Reply::empty(&app)),
        WorkteamDeleted::Missing => Err(PageError::not_found("there is no such team")),
        WorkteamDeleted::InUse => Err(PageError::conflict(
            "team_in_use",
            "name",
            "a job that is not over works with this team",
        )),
    }
}

pub(super) async fn add_members(
    State(app): State<Arc<App>>,
    session: Session,
    Path(name): Path<String>,
    JsonBody(body): JsonBody<Members>,
) -> Result<Reply, PageError> {
    let team = find(&app, &name).await?;
    if body.workers.len() > MEMBERS_MAX {
        return Err(PageError::rule(
            "too_many_people",
            "workers",
            format!("at most {MEMBERS_MAX} people at once"),
        ));
    }
    let mut person_ids = Vec::with_capacity(body.workers.len());
    for (at, id) in body.workers.iter().enumerate() {
        let person_id = id.parse().ok();
        let person = match person_id {
            Some(person_id) => app.db.person(person_id).await?,
            None => None,
        };
        let person = person.ok_or_else(|| {
            PageError::rule(
                "no_such_worker",
                format!("workers.{at}"),
                format!("there is no worker `{id}`"),
            )
        })?;
        person_ids.push(person.person_id);
    }
    let group_name = app.people.joining_group(&team.name).await?;
    let group_name = group_name.ok_or_else(|| PageError::not_found("there is no such team"))?;
    app.db
        .write(GroupMembers {
            group_name,
            person_ids,
            member: true,
            actor: session.person.name,
            now_ms: app.clock.now_ms(),
        })
        .await?;
    app.memberships.forget();
    reply(&app, &team).await
}

pub(super) async fn remove_member(
    State(app): State<Arc<App>>,
    session: Session,
    Path((name, worker)): Path<(String, String)>,
) -> Result<Reply, PageError> {
    let team = find(&app, &name).await?;
    let person_id = worker
        .parse()
        .map_err(|_| PageError::not_found("there is no such worker"))?;
    app.db
        .write(WorkteamMembersRemove {
            team: team.name.clone(),
            person_ids: vec![person_id],
            actor: session.person.name,
            now_ms: app.clock.now_ms(),
        })
        .await?;
    app.memberships.forget();
    reply(&app, &team).await
}

async fn find(app: &App, name: &str) -> Result<Workteam, PageError> {
    let team = app.db.workteam(name).await?;
    team.ok_or_else(|| PageError::not_found("there is no such team"))
}

async fn reply(app: &App, team: &Workteam) -> Result<Reply, PageError> {
    let team = shown(app, team).await?;
    Reply::new(app, json!({ "team": team }))
}

async fn shown(app: &App, team: &Workteam) -> Result<Value, PageError> {
    let arn = teams::arn(&app.settings, &team.name);
    Ok(json!({
        "name": team.name,
        "description": team.description,
        "members": app.db.workteam_member_count(&team.name).await?,
        "jobs": app.db.workteam_job_count(&arn).await?,
        "createdAt": team.created_at,
        "arn": arn,
    }))
}
