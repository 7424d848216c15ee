//! Signing in and out, and passwords: the same for portal and console but for the shape of the reply.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use cairn_db::password_reset::PasswordResetUse;
use cairn_db::person::{PersonLanguage, PersonPassword, name_key};
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::auth::guard::client_address;
use crate::auth::passwords;
use crate::auth::roles::{self, Door};
use crate::auth::{Person, Role, Session};
use crate::json::{JsonBody, Reply};
use crate::page_error::PageError;
use crate::serve::Peer;

/// For so long after signing in, a first password is changed without being asked for again.
const JUST_SIGNED_IN_MS: i64 = 15 * 60 * 1_000;

/// Languages that pages and mail speak.
pub const LANGUAGES: [&str; 2] = ["en", "ja"];

#[derive(Deserialize)]
pub(super) struct SignIn {
    name: String,
    password: String,
}

#[derive(Deserialize)]
pub(super) struct ChangePassword {
    current: Option<String>,
    new: String,
}

#[derive(Deserialize)]
pub(super) struct ResetPassword {
    token: String,
    new: String,
}

#[derive(Deserialize)]
pub(super) struct Language {
    language: String,
}

/// Signs somebody in who may use what `door` leads to. Gives them and the `Set-Cookie`.
pub(super) async fn sign_in(
    app: &Arc<App>,
    door: Door,
    request: Request,
) -> Result<(Person, String), PageError> {
    use axum::extract::FromRequest;
    let peer = request.extensions().get::<Peer>().copied();
    let address = client_address(request.headers(), peer, &app.settings);
    let JsonBody(SignIn { name, password }) = JsonBody::from_request(request, app).await?;
    let wrong = || {
        PageError::new(
            StatusCode::BAD_REQUEST,
            "wrong_password",
            "the name or the password is not right",
        )
    };
    if name.chars().count() > 254 || name.trim().is_empty() {
        return Err(wrong());
    }
    let found = app.db.person_by_login(&name).await?;
    // Name and address of one person share their failures.
    let key = found
        .as_ref()
        .map_or_else(|| name_key(&name), |person| name_key(&person.name));
    let hash = found
        .as_ref()
        .and_then(|person| person.password_hash.as_deref());
    let matches = verify_throttled(app, &key, address, &password, hash).await?;
    let Some(found) = found.filter(|_| matches) else {
        return Err(wrong());
    };
    if found.disabled {
        return Err(PageError::new(
            StatusCode::FORBIDDEN,
            "worker_disabled",
            "the account is switched off",
        ));
    }
    let unknown_role = || PageError::internal(anyhow::anyhow!("unknown role `{}`", found.role));
    let person = Person::of(&found).ok_or_else(unknown_role)?;
    if !may_enter(door, person.role) {
        return Err(PageError::no_access());
    }
    let cookie = app.sessions.begin(person.person_id).await?;
    Ok((person, cookie))
}

/// Compares a password unless there were too many failures. They are looked at once more when it is
/// this one's turn, so that many tries at once do not slip through.
async fn verify_throttled(
    app: &App,
    key: &str,
    address: Option<IpAddr>,
    password: &str,
    hash: Option<&str>,
) -> Result<bool, PageError> {
    let check = || {
        let now_ms = app.clock.now_ms();
        if app.throttle.allows(key, address, now_ms) {
            return Ok(());
        }
        Err(PageError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_tries",
            "too many failed tries, wait a while",
        ))
    };
    check()?;
    let turn = app.people.passwords.turn().await;
    let turn = turn.map_err(PageError::internal)?;
    check()?;
    let matches = turn.verify(password, hash).await;
    let matches = matches.map_err(PageError::internal)?;
    if matches {
        app.throttle.succeeded(key);
    } else {
        app.throttle.failed(key, address, app.clock.now_ms());
    }
    Ok(matches)
}

/// Whether a role may use what a door leads to: whoever may ask who they are.
fn may_enter(door: Door, role: Role) -> bool {
    let me = match door {
        Door::Console => "GET /_/console/api/me",
        _ => "GET /_/portal/api/me",
    };
    roles::row(door, me).is_some_and(|row| row.access.admits(role))
}

pub(super) async fn sign_out(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Reply, PageError> {
    let cookie = app.sessions.end(request.headers()).await?;
    Ok(Reply::empty(&app).with_cookie(cookie))
}

pub(super) async fn change_password(
    State(app): State<Arc<App>>,
    session: Session,
    JsonBody(body): JsonBody<ChangePassword>,
) -> Result<Reply, PageError> {
    let person = app.db.person(session.person.person_id).await?;
    let person = person.ok_or_else(PageError::no_session)?;
    let now_ms = app.clock.now_ms();
    let wrong = || {
        PageError::rule(
            "wrong_password",
            "current",
            "the current password is not right",
        )
    };
    match &body.current {
        Some(current) => {
            let key = name_key(&person.name);
            let hash = person.password_hash.as_deref();
            if !verify_throttled(&app, &key, None, current, hash).await? {
                return Err(wrong());
            }
        }
        None if person.must_change && now_ms - session.created_at < JUST_SIGNED_IN_MS => {}
        None => return Err(wrong()),
    }
    check_new(&body.new, &person)?;
    let same = app
        .people
        .passwords
        .verify(&body.new, person.password_hash.as_deref());
    if same.await.map_err(PageError::internal)? {
        return Err(PageError::rule(
            "password_unchanged",
            "new",
            "the new password is the old one",
        ));
    }
    let hash = app.people.passwords.hash(&body.new).await;
    app.db
        .write(PersonPassword {
            person_id: person.person_id,
            password_hash: hash.map_err(PageError::internal)?,
            must_change: false,
            session_kept: Some(session.token_hash),
            actor: person.name,
            now_ms,
        })
        .await?;
    app.sessions.forget_person(person.person_id);
    Ok(Reply::empty(&app))
}

pub(super) async fn reset_password(
    State(app): State<Arc<App>>,
    JsonBody(body): JsonBody<ResetPassword>,
) -> Result<Reply, PageError> {
    let spent = || {
        PageError::new(
            StatusCode::BAD_REQUEST,
            "reset_token",
            "the link has been used or is over",
        )
    };
    let token_hash = app.secrets.token_hash(&body.token);
    let now_ms = app.clock.now_ms();
    let person = app.db.password_reset_person(&token_hash, now_ms).await?;
    let person = person.ok_or_else(spent)?;
    check_new(&body.new, &person)?;
    let hash = app.people.passwords.hash(&body.new).await;
    let used = PasswordResetUse {
        token_hash,
        password_hash: hash.map_err(PageError::internal)?,
        now_ms,
    };
    let person = app.db.write(used).await?.ok_or_else(spent)?;
    app.sessions.forget_person(person.person_id);
    Ok(Reply::empty(&app))
}

pub(super) async fn choose_language(
    State(app): State<Arc<App>>,
    session: Session,
    JsonBody(body): JsonBody<Language>,
) -> Result<Reply, PageError> {
    if !LANGUAGES.contains(&body.language.as_str()) {
        return Err(PageError::field("language", "the language is en or ja"));
    }
    app.db
        .write(PersonLanguage {
            person_id: session.person.person_id,
            language: body.language,
        })
        .await?;
    app.sessions.forget_person(session.person.person_id);
    Ok(Reply::empty(&app))
}

fn check_new(password: &str, person: &cairn_db::person::Person) -> Result<(), PageError> {
    let names = std::iter::once(person.name.as_str()).chain(person.email.as_deref());
    passwords::check(password, names)
        .map_err(|rule| PageError::rule(rule.code(), "new", rule.to_string()))
}
