//! Access keys of scripts.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use cairn_db::access_key::{AccessKey, AccessKeyDisable};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{PageQuery, page};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::json::{JsonBody, Reply};
use crate::page_error::PageError;

const NAME_LENGTH_MAX: usize = 63;

#[derive(Deserialize)]
pub(super) struct CreateKey {
    name: String,
    role: String,
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Query(query): Query<PageQuery>,
) -> Result<Reply, PageError> {
    let limit = query.limit()?;
    let after = query.after::<2>()?;
    let after = after
        .as_ref()
        .map(|[created_at, id]| (created_at.parse().unwrap_or(i64::MAX), id.as_str()));
    let keys = app.db.access_key_list(after, limit + 1).await?;
    let cursor = |key: &AccessKey| [key.created_at.to_string(), key.access_key_id.clone()];
    Reply::new(&app, page(keys, limit, cursor, shown))
}

pub(super) async fn create(
    State(app): State<Arc<App>>,
    session: Session,
    JsonBody(body): JsonBody<CreateKey>,
) -> Result<Reply, PageError> {
    let name = body.name.trim();
    if name.is_empty() {
        return Err(PageError::rule(
            "required",
            "name",
            "say what the key is for",
        ));
    }
    if name.chars().count() > NAME_LENGTH_MAX {
        return Err(PageError::rule(
            "too_long",
            "name",
            format!("a name has at most {NAME_LENGTH_MAX} characters"),
        ));
    }
    let role = Role::from_name(&body.role)
        .filter(|role| matches!(role, Role::Administrator | Role::Requester))
        .ok_or_else(|| PageError::field("role", "the role is administrator or requester"))?;
    let key = app
        .people
        .add_access_key(name, role, None, &session.person.name)
        .await?;
    let secret = app.secrets.access_key_secret(&key.access_key_id);
    Reply::new(&app, json!({"key": shown(&key), "secret": secret}))
}

pub(super) async fn disable(
    State(app): State<Arc<App>>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Reply, PageError> {
    switch(&app, session, id, true).await
}

pub(super) async fn enable(
    State(app): State<Arc<App>>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Reply, PageError> {
    switch(&app, session, id, false).await
}

async fn switch(
    app: &App,
    session: Session,
    access_key_id: String,
    disabled: bool,
) -> Result<Reply, PageError> {
    let key = app
        .db
        .write(AccessKeyDisable {
            access_key_id,
            disabled,
            actor: session.person.name,
            now_ms: app.clock.now_ms(),
        })
        .await?
        .ok_or_else(|| PageError::not_found("there is no such key"))?;
    app.keys.forget();
    Reply::new(app, json!({ "key": shown(&key) }))
}

fn shown(key: &AccessKey) -> Value {
    json!({
        "id": key.access_key_id,
        "name": key.name,
        "role": key.role,
        "state": if key.disabled { "disabled" } else { "active" },
        "createdAt": key.created_at,
        "lastUsedAt": key.last_used_at,
    })
}
